"""Bills as tables for people."""

from collections.abc import Iterator, Sequence

from carbonctl.hardware.report import Bill, Published
from carbonctl.ledger.entry import EMBODIED, Entry
from carbonctl.ledger.result import About
from carbonctl.ledger.sums import totals
from carbonctl.numbers.intervals import Number, best, high, low
from carbonctl.render import CAUTION, Style, human_numbers
from carbonctl.render.own_records import below
from carbonctl.render.plain import finished
from carbonctl.render.sheet import Content, Screen, Sheet, Text

_NAME = 15
_AMOUNT_FROM, _FACTOR_FROM, _RANGE_FROM, _SHARE_FROM = 44, 60, 76, 88
_HOURS_PER_YEAR = 8760
_TONNES_FROM = 1e5  # kgCO2e; parts of a kilogram stand beside those of a tonne


def render(bills: Sequence[Bill], about: About, style: Style) -> str:
    """Return the text: a block each."""
    screen = Screen(style)
    for place, bill in enumerate(bills):
        if place:
            screen.paragraph()
        _Block(screen, bill, style).show()
    return below(finished(screen.drawn(), style), about.own_records)


def said(number: Number | None) -> str:
    """Write an amount of carbon with its bounds."""
    if number is None:
        return "unknown"
    middle = human_numbers.mass(best(number))
    if low(number) == high(number):
        return middle
    return f"{middle} ({human_numbers.mass(low(number))} to {human_numbers.mass(high(number))})"


def life(bill: Bill) -> str:
    """Write how long the hardware lives and how much of it is useful."""
    years = human_numbers.significant(bill.lifetime.best / _HOURS_PER_YEAR)
    use = human_numbers.significant(bill.utilization.best * 100)
    return f"life {years} years, utilization {use} %"


class _Block:
    """One bill."""

    def __init__(self, screen: Screen, bill: Bill, style: Style) -> None:
        self.screen = screen
        self.bill = bill
        self.style = style
        carbons = [abs(e.kgco2e) for e in bill.result.entries if e.kgco2e]
        whole = bill.result.total.total_kgco2e
        self.largest = max([*carbons, whole or 0.0], default=0.0)
        self.size, self.unit = human_numbers.scale(self.largest, "kgCO2e")
        if self.unit == "tCO2e" and self.largest < _TONNES_FROM:
            self.size, self.unit = 1.0, "kgCO2e"
        self.places = max(1, human_numbers.decimals(self.largest / self.size))

    def line(self, text: str, style: str = "") -> None:
        self.screen.paragraph(text, style)

    def show(self) -> None:
        self.line(f"{self.bill.result.name} ({self.bill.what})", "bold")
        self.screen.paragraph()
        self.lines()
        self.screen.paragraph()
        self.sums()
        if self.bill.published is not None:
            self.published(self.bill.published)
        if self.bill.notes:
            self.screen.heading("What we hold wrong or lacking in the list")
            for note in self.bill.notes:
                self.line(f"- {note}")
        self.sources()

    def lines(self) -> None:
        """Draw a row each line; a figure is never cut, its column is left out."""
        sheet = Sheet(is_ruled=True, gap=3)
        sheet.add_column("Part", foot="Total", least=_NAME)
        total = self.bill.result.total
        heads = [
            ("Amount", "", _AMOUNT_FROM),
            ("Factor", "", _FACTOR_FROM),
            (f"Carbon|{self.unit}", self.mass(total.total_kgco2e), 0),
            ("Range", self.range(total.total_low_kgco2e, total.total_high_kgco2e), _RANGE_FROM),
            ("Share", "", _SHARE_FROM),
        ]
        for head, foot, start in heads:
            title, _, unit = head.partition("|")
            sheet.add_column(title, unit=unit, foot=foot, is_right=True, wraps=False, start=start)
        for name, cells in self.rows():
            sheet.add_row(name, *cells)
        sheet.draw(self.screen)

    def rows(self) -> Iterator[tuple[Content, list[str]]]:
        """Yield a row each line; lines of one group stand under it and its sum."""
        whole = self.bill.result.total.total_kgco2e
        for group, entries in _groups(self.bill.result.entries):
            if len(entries) > 1:
                sums = totals(entries)
                bounds = self.range(sums.total_low_kgco2e, sums.total_high_kgco2e)
                share = human_numbers.percent(sums.total_kgco2e, whole)
                yield group, ["", "", self.mass(sums.total_kgco2e), bounds, share]
            for entry in entries:
                name = self.name(entry)
                if len(entries) == 1:
                    yield name, self.cells(entry)
                    continue
                short = name.removeprefix(group).lstrip(". ") or group
                yield Text(short, "dim", indent=2), self.cells(entry)

    def name(self, entry: Entry) -> str:
        return entry.item if entry.boundary == EMBODIED else f"{entry.item} (operational)"

    def cells(self, entry: Entry) -> list[str]:
        amount = f"{human_numbers.significant(entry.quantity or 0.0)} {unit(entry)}"
        factor = "unknown" if entry.factor is None else _factor(entry)
        return [
            amount,
            factor,
            self.mass(entry.kgco2e),
            self.range(entry.kgco2e_low, entry.kgco2e_high),
            human_numbers.percent(entry.kgco2e, self.bill.result.total.total_kgco2e),
        ]

    def mass(self, kg: float | None) -> str:
        return human_numbers.fixed(kg, self.places, self.size)

    def range(self, least: float | None, most: float | None) -> str:
        if least is None or most is None or least == most:
            return ""
        return f"{self.mass(least)}..{self.mass(most)}"

    def sums(self) -> None:
        bill = self.bill
        parts = [f"{name} {human_numbers.mass(bill.view(name))}" for name in bill.views]
        text = ", ".join(parts)
        self.line(f"{text[:1].upper()}{text[1:]}" if text else "Nothing is in it")
        if bill.covers:
            self.line(f"Covers: {bill.covers}", CAUTION)
        if bill.devices.best != 1:
            self.line(f"Per device ({human_numbers.significant(bill.devices.best)}): "
                      f"{said(bill.per_device)}")  # fmt: skip
        self.line(f"Per useful hour of a device: {said(bill.per_useful_hour)} ({life(bill)})")
        if bill.total is None:
            self.line("Incomplete: the carbon of a part is unknown, so the sum is unknown too",
                      CAUTION)  # fmt: skip

    def published(self, published: Published) -> None:
        value = published.value
        self.screen.heading(f"Published: {said(value.number)}, covers {published.covers}")
        if published.split:
            sheet = Sheet()
            sheet.add_column("kgCO2e of one device")
            sheet.add_column("published", is_right=True, wraps=False)
            sheet.add_column("from parts", is_right=True, wraps=False)
            for share in published.split:
                sheet.add_row(share.name, *(_kg(kg) for kg in (share.published, share.computed)))
            sheet.draw(self.screen)
        if published.lacks:
            self.line(f"Not among the parts: {', '.join(published.lacks)}")
        if value.note:
            self.line(f"Of the published figure: {value.note}", "dim")

    def sources(self) -> None:
        keys: dict[str, None] = {}
        for entry in self.bill.result.entries:
            keys.update(dict.fromkeys((entry.factor_source or "").split()))
        if self.bill.published is not None:
            keys.update(dict.fromkeys((self.bill.published.value.source or "").split()))
        if not keys:
            return
        self.screen.heading("Sources")
        sheet = Sheet(gap=1)
        sheet.add_column(wraps=False)
        sheet.add_column()
        for key in keys:
            sheet.add_row("-", self.style.cited(key))
        sheet.draw(self.screen)
        self.line("`--explain` shows every figure with its formula and source", "dim")


def _groups(entries: Sequence[Entry]) -> list[tuple[str, list[Entry]]]:
    """Return entries by the first of their names, where that is a group's."""
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        group, dot, _ = entry.item.partition(".")
        name = group if dot else group.removesuffix(f" {entry.kind}")
        groups.setdefault(name, []).append(entry)
    return list(groups.items())


_PIECES = {"pieces": ("piece", "pieces"), "packages": ("package", "packages")}


def unit(entry: Entry) -> str:
    """Return the unit of an entry's amount, one of it in the singular."""
    singular, many = _PIECES.get(entry.quantity_unit, (entry.quantity_unit,) * 2)
    return singular if entry.quantity == 1 else many


def _factor(entry: Entry) -> str:
    mass = human_numbers.mass(entry.factor or 0.0).replace("CO2e", "")
    unit = entry.quantity_unit
    return f"{mass} each" if unit in _PIECES else f"{mass}/{unit}"


def _kg(kg: float | None) -> str:
    return "–" if kg is None else human_numbers.significant(kg, 3)
