"""The table for people: the total, the phases, what matters most; in detail, what was assumed."""

from collections.abc import Iterable
from functools import lru_cache, partial

from carbonctl.ledger.entry import OPERATIONAL, Entry, Totals
from carbonctl.ledger.result import About, Result
from carbonctl.ledger.sums import without_range
from carbonctl.render import CAUTION, Style, Verdicts, human_numbers
from carbonctl.render.assumptions import AssumptionRow, assumption_rows
from carbonctl.render.draws import ROUGH, draws_said
from carbonctl.render.drivers import TITLE, best_lever, common_path, driver_rows
from carbonctl.render.own_records import below
from carbonctl.render.plain import finished
from carbonctl.render.sheet import Content, Screen, Sheet, Text

_REMEMBERED = 1024  # what is assumed is often the same in many results
_BAR = 10
_WIDE = 100
_WIDE_BAR = 30
_NAME = 15
_HANGING = 2  # what lines below the first are indented by
_SHORT = "Assumed: {} figure{} that the file does not give; --details has their sources."
# Columns for which there is room; a figure is never cut, its column is left out.
_TABLES_FROM = 72
_BAR_FROM, _SHARE_FROM, _ENERGY_FROM, _PARTS_FROM = 78, 66, 58, 48
_FIGURES = (
    ("Energy", _ENERGY_FROM), ("Operational", _PARTS_FROM), ("Embodied", _PARTS_FROM), ("Total", 0),
)  # fmt: skip


class Renderer:
    """Draws the results, one block each, within the width."""

    def __init__(self, style: Style) -> None:
        self.style = style
        self.screen = Screen(style)
        self.assumed = lru_cache(_REMEMBERED)(partial(_assumed, style))
        self.is_first = True

    def add(self, result: Result) -> None:
        """Draw one result below the others."""
        if not self.is_first:
            self.screen.paragraph()
        self.is_first = False
        _Block(self.screen, result, self.style).show()
        rows = assumption_rows(result)
        if rows and self.style.details:
            self.screen.lines += self.assumed(tuple(rows))
        elif rows:
            if result.best_lever is None:
                self.screen.paragraph()
            self.screen.paragraph(_SHORT.format(len(rows), "" if len(rows) == 1 else "s"), "dim")

    def finish(self, about: About, verdicts: Verdicts = ()) -> str:
        """Return everything that was drawn, and the verdicts below it."""
        if verdicts:
            from carbonctl.render.verdicts import draw

            draw(self.screen, verdicts)
        return finished(below(self.screen.drawn(), about.own_records), self.style)


class _Block:
    """One result."""

    def __init__(self, screen: Screen, result: Result, style: Style) -> None:
        self.screen = screen
        self.result = result
        self.style = style
        self.bar = _WIDE_BAR if style.width >= _WIDE else _BAR
        self.has_models = bool(result.details or result.figures)

    def show(self) -> None:
        self.scale()
        self.head()
        self.draws()
        self.screen.paragraph()
        self.phases()
        self.models()
        self.facts()
        self.electricity()
        self.drivers()
        self.reported()
        self.equivalents()
        self.best_lever()

    def scale(self) -> None:
        """Choose the units and the decimals of all figures."""
        whole = self.result.total
        energies = [whole.energy_kwh or 0.0]
        masses = [whole.operational_kgco2e or 0.0, whole.total_kgco2e or 0.0]
        e_size, self.energy_unit = human_numbers.scale(max(energies), "kWh")
        m_size, self.unit = human_numbers.scale(max(masses), "kgCO2e")
        self.scales = (e_size, human_numbers.decimals(max(energies) / e_size),
                       m_size, human_numbers.decimals(max(masses) / m_size))  # fmt: skip

    def head(self) -> None:
        """Say the total with its range, and its two parts."""
        whole = self.result.total
        said = self.mass(whole.total_kgco2e)
        low, high = whole.total_low_kgco2e, whole.total_high_kgco2e
        if low is not None and high is not None and low != high:
            bounds = f"{self.mass(low).partition(' ')[0]} to {self.mass(high)}"
            said += f" ({bounds} in 90 of 100 cases)"
        if not self.result.complete:
            said = f"{self.mass(whole.operational_kgco2e)} operational; the total is unknown"
        line = Text(self.result.name, "bold")
        self.screen.paragraph(line.append(f": {said}"))
        parts = (("operational", whole.operational_kgco2e), ("embodied", whole.embodied_kgco2e))
        if self.result.complete:
            self.screen.paragraph(", ".join(
                f"{name} {self.mass(part)} ({human_numbers.percent(part, whole.total_kgco2e)})"
                for name, part in parts
            ))  # fmt: skip

    def draws(self) -> None:
        """Say what draws say of the total; without draws, where its range is a rough one."""
        drawn = self.result.samples
        if drawn is not None and drawn.total is not None:
            for line in draws_said(drawn.total, self.mass):
                self.screen.paragraph(line)
        elif drawn is None and self.result.is_rough:
            self.screen.paragraph(f"{ROUGH}.", "dim")

    def phases(self) -> None:
        whole = self.result.total
        table = Sheet(is_ruled=True, gap=3)
        table.add_column((self.style.by or "phase").capitalize(), foot="Total", least=_NAME)
        units = (self.energy_unit, self.unit, self.unit, self.unit)
        for (head, start), unit, foot in zip(_FIGURES, units, self.cells(whole), strict=True):
            table.add_column(head, unit=unit, foot=foot, is_right=True, wraps=False, start=start)
        table.add_column("Share", is_right=True, wraps=False, start=_SHARE_FROM)
        table.add_column(wraps=False, least=self.bar, style="green", start=_BAR_FROM)
        if self.style.by in (None, "phase"):
            for phase, sums in self.result.phases.items():
                self.phase(table, phase, sums)
        else:
            for name, sums in self.result.groups(str(self.style.by)).items():
                table.add_row(name, *self.cells(sums), *self.share(sums))
        table.draw(self.screen)

    def phase(self, table: Sheet, phase: str, sums: Totals) -> None:
        """Add the row of a phase, and one of each activity where there are several."""
        parts: dict[str, list[Entry]] = {}
        for entry in self.result.booked:
            if entry.phase == phase:
                parts.setdefault(entry.activity, []).append(entry)
        if not parts and self.has_models:  # whose lines have the room instead
            return
        if not parts:
            dashes = [Text("–", "dim")] * len(_FIGURES)
            table.add_row(Text(phase.capitalize(), "dim"), *dashes, "–", "")
            return
        table.add_row(phase.capitalize(), *self.cells(sums), *self.share(sums))
        for name, entries in parts.items() if len(parts) > 1 else ():
            part = without_range(entries)
            cells = [Text(cell, "dim") for cell in self.cells(part)]
            label = Text(name, "dim", indent=2, is_whole=" / " in name)  # of a fleet: its groups
            table.add_row(label, *cells, *self.share(part))

    def cells(self, sums: Totals) -> list[str]:
        e_size, e_places, m_size, m_places = self.scales
        masses = (sums.operational_kgco2e, sums.embodied_kgco2e, sums.total_kgco2e)
        return [
            human_numbers.fixed(sums.energy_kwh, e_places, e_size),
            *(human_numbers.fixed(mass, m_places, m_size) for mass in masses),
        ]

    def mass(self, kg: float | None) -> str:
        """Write a mass in the unit of the table above."""
        _, _, size, places = self.scales
        number = human_numbers.fixed(kg, places, size)
        return number if kg is None else f"{number} {self.unit}"

    def share(self, sums: Totals) -> tuple[str, str]:
        """Return share and bar: of the total, or of operational carbon where that is unknown."""
        part, whole = sums.total_kgco2e, self.result.total.total_kgco2e
        if whole is None:
            part, whole = sums.operational_kgco2e, self.result.total.operational_kgco2e
        return human_numbers.percent(part, whole), human_numbers.bar(part, whole, self.bar)

    def facts(self) -> None:
        """Show the market-based figures, water, and the carbon of one unit."""
        for name, said in self.more(self.result.total):
            self.screen.paragraph(f"{name}: {said}")
        if not self.result.complete:
            said = (
                "an embodied figure is unknown, so the total is unknown too; "
                "shares are of operational carbon"
            )
            self.screen.paragraph(f"Incomplete: {said}", CAUTION)

    def more(self, whole: Totals) -> Iterable[tuple[str, str]]:
        market = self.mass(whole.operational_market_kgco2e)
        total = self.mass(whole.total_market_kgco2e)
        if whole.operational_market_kgco2e != whole.operational_kgco2e:
            yield "Market-based", f"operational {market}, total {total}"
        if self.result.split is not None:
            yield "Of what clients cause", human_numbers.parts(*self.result.split)
        if whole.water_l is not None:
            yield "Water", f"{human_numbers.volume(whole.water_l)}, on site and for generation"
        if self.result.per_unit is not None:
            name, each = self.result.per_unit
            yield f"Per {name}", human_numbers.mass(each)

    def drivers(self) -> None:
        """Show what matters most: the total with each unknown at its low and its high end."""
        rows = driver_rows(self.result, self.mass)
        if rows:
            above = common_path(rows) if self.has_models else ""
            self.screen.heading(f"{TITLE} in {above}" if above else TITLE)
            shown = [row._replace(label=row.label.removeprefix(f"{above}.")) for row in rows]
            _rows(self.screen, ("fold", "right", "right"), shown)

    def reported(self) -> None:
        if not self.result.reported:
            return
        source = (self.result.spec.get("reported") or {}).get("source")
        self.screen.heading("Reported" + (f" ({source})" if source else ""))
        rows = []
        for key, row in self.result.reported.items():
            error = "?" if row.error_pct is None else f"{row.error_pct:+.1f} %"
            name = key.rpartition("_")[0].replace("_", " ").replace("market", "(market)")
            ours = f"estimated {human_numbers.total(key, row.estimated)}"
            theirs = human_numbers.total(key, row.reported)
            rows.append((name.capitalize(), theirs, ours, error.replace("-", "−")))
        _rows(self.screen, ("left", "right", "right", "right"), rows)

    def equivalents(self) -> None:
        """Show the total in everyday things, each with its source."""
        pairs = self.result.equivalents(self.style.everyday)
        if not pairs:
            return
        self.screen.heading("As much carbon as")
        rows = [
            (f"{human_numbers.rounded(amount)} {thing.unit}", thing.item, thing.source)
            for thing, amount in pairs
        ]
        _rows(self.screen, ("right", "left", "left"), rows)

    def best_lever(self) -> None:
        """Name the change that would save most, and the command that has more of them."""
        if self.result.best_lever is not None:
            self.screen.paragraph()
            for line in best_lever(self.result, self.mass):
                self.screen.paragraph(line)

    def models(self) -> None:
        """Say what follows from models: tokens per second, energy of a token, devices needed."""
        if not self.has_models:
            return
        from carbonctl.render.model_brief import said_of

        for said in said_of(self.result, in_full=self.style.details):
            head = Text(f"{said.activity}: ", "bold").append(said.head)
            self.screen.paragraph(head, hanging=_HANGING)
            for line in said.rest:
                self.screen.paragraph(line)

    def electricity(self) -> None:
        """Show the carbon intensities and the PUE that were used."""
        lines: dict[str, None] = {}
        for entry in self.result.booked:
            if entry.boundary != OPERATIONAL or entry.factor is None:
                continue
            basis = [str(part) for part in (entry.factor_basis, entry.factor_year) if part]
            said = f"{human_numbers.significant(entry.factor * 1000)} gCO2e/kWh"
            given = [v.status for v in entry.inputs if v.name == "carbon_intensity"]
            lines[f"{said} ({', '.join([*given, *basis])})"] = None
        pues = dict.fromkeys(
            human_numbers.significant(v.best) for e in self.result.booked for v in e.inputs
            if v.name == "pue"
        )  # fmt: skip
        said = "; ".join(lines) + (f"; PUE {', '.join(pues)}" if pues else "")
        if self.result.imports:
            said += f"; imports are counted for {', '.join(self.result.imports)}"
        if lines:
            self.screen.paragraph(f"Electricity: {said}")


def _rows(screen: Screen, kinds: tuple[str, ...], rows: Iterable[tuple[Content, ...]]) -> None:
    """Draw rows as a table with a column each of: left, right, fold (a long text).

    In a narrow terminal their cells follow each other.
    """
    if screen.width < _TABLES_FROM:
        for row in rows:
            line = Text()
            for cell in row:
                if cell:
                    line.append("  " if line else "").append(cell)
            screen.paragraph(line)
        return
    sheet = Sheet()
    for kind in kinds:
        sheet.add_column(is_right=kind == "right", wraps=kind == "fold")
    for row in rows:
        sheet.add_row(*row)
    sheet.draw(screen)


def _assumed(style: Style, rows: tuple[AssumptionRow, ...]) -> list[str]:
    """Return lines of what the spec did not give, and where each figure came from."""
    screen = Screen(style)
    screen.heading("Assumed (not in the file)")
    keys = dict.fromkeys(key for row in rows for key in row.sources)
    numbers = {key: number for number, key in enumerate(keys, 1)}
    shown = []
    for row in rows:
        marks = human_numbers.runs(numbers[key] for key in row.sources)
        status = Text(row.status, CAUTION if row.status == "archetype" else "dim")
        shown.append((row.label, row.said, status, f"[{marks}]" if marks else ""))
    _rows(screen, ("fold", "right", "left", "left"), shown)
    if numbers:
        screen.heading("Sources")
        table = Sheet()
        table.add_column(is_right=True, wraps=False)
        table.add_column()
        for key, number in numbers.items():
            table.add_row(f"[{number}]", style.cited(key))
        table.draw(screen)
    return screen.lines
