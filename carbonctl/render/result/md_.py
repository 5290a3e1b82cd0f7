"""Markdown for people: one headline, the table, what was assumed folded away."""

from collections.abc import Iterator

from carbonctl.ledger.entry import Totals
from carbonctl.ledger.result import About, Result
from carbonctl.render import Style, Verdicts
from carbonctl.render.assumptions import assumption_rows
from carbonctl.render.draws import ROUGH, draws_said
from carbonctl.render.drivers import TITLE, best_lever, driver_rows
from carbonctl.render.escaping import markdown as escape
from carbonctl.render.human_numbers import energy, mass, parts, percent, rounded
from carbonctl.render.human_numbers import total as written
from carbonctl.render.own_records import below


class Renderer:
    """Writes one section a result."""

    def __init__(self, style: Style) -> None:
        self.style = style
        self.parts: list[str] = []

    def add(self, result: Result) -> None:
        """Add the section of one result."""
        by = self.style.by or "phase"
        lines = [*_head(result), *_table(result, by), *_more(result, self.style)]
        self.parts.append("\n".join(lines))

    def finish(self, about: About, verdicts: Verdicts = ()) -> str:
        """Return all sections, then the verdicts and own records."""
        parts = self.parts
        if verdicts:
            from carbonctl.render.verdicts import bullets

            parts = [*parts, "#### Gates", "", *bullets(verdicts, escape), ""]
        return below("\n".join(parts), about.own_records, is_markdown=True)


def _head(result: Result) -> list[str]:
    total = result.total
    said = f"**{mass(total.total_kgco2e)}**"
    if total.total_kgco2e is None:
        said = f"**{mass(total.operational_kgco2e)}** operational, embodied unknown"
    low, high = total.total_low_kgco2e, total.total_high_kgco2e
    bounds = f" ({mass(low)} to {mass(high)} in 90 of 100 cases)" if low != high else ""
    said = f"{said}{bounds} from {energy(total.energy_kwh)}."
    return [f"### {escape(result.name)}", "", said, "", *_draws(result)]


def _draws(result: Result) -> list[str]:
    """Return what draws say of the total; without draws, where its range is a rough one."""
    drawn = result.samples
    if drawn is not None and drawn.total is not None:
        return [f"{'; '.join(draws_said(drawn.total, mass))}.", ""]
    return [f"{ROUGH}.", ""] if drawn is None and result.is_rough else []


def _table(result: Result, by: str) -> list[str]:
    lines = [
        f"| {by.capitalize()} | Energy | Operational | Embodied | Total | Share |",
        "| :-- | --: | --: | --: | --: | --: |",
    ]
    for name, sums in result.groups(by).items():
        shown = name.capitalize() if by == "phase" else escape(name)
        lines.append(_row(shown, sums, result.total))
    return [*lines, _row("**Total**", result.total, result.total), ""]


def _row(name: str, sums: Totals, whole: Totals) -> str:
    cells = (
        name,
        energy(sums.energy_kwh),
        mass(sums.operational_kgco2e),
        mass(sums.embodied_kgco2e),
        mass(sums.total_kgco2e),
        percent(sums.total_kgco2e, whole.total_kgco2e),
    )
    return f"| {' | '.join(cells)} |"


def _more(result: Result, style: Style) -> list[str]:
    lines = [f"- {key}: {value}" for key, value in (*_models(result), *_facts(result, style))]
    most = driver_rows(result, mass)
    if most:
        lines += [
            f"- {TITLE}:",
            *(f"  - {escape(row.label)} {escape(row.said)}: {row.total}" for row in most),
        ]
    if result.best_lever is not None:
        first, more = best_lever(result, mass)
        lines += [f"- {escape(first)}", f"- {escape(more)}"]
    lines += [f"- Warning: {escape(warning)}" for warning in result.warnings]
    rows = assumption_rows(result)
    if rows:
        lines += ["", f"<details><summary>{len(rows)} figures were assumed</summary>", ""]
        lines += ["| Figure | Value | Status | Source |", "| :-- | --: | :-- | :-- |"]
        for row in rows:
            source = escape(", ".join(_citation(key, style) for key in row.sources))
            cells = (escape(row.label), escape(row.said), escape(row.status), source)
            lines.append(f"| {' | '.join(cells)} |")
        lines += ["", "</details>"]
    return [*lines, ""]


def _models(result: Result) -> Iterator[tuple[str, str]]:
    """Yield what follows from models, activity by activity."""
    if not (result.details or result.figures):
        return
    from carbonctl.render.model_brief import said_of

    for said in said_of(result):
        parts = [said.head, *(line.strip().replace("   ", ", ") for line in said.rest)]
        yield escape(said.activity), escape("; ".join(part for part in parts if part))


def _citation(key: str, style: Style) -> str:
    source = (style.sources or {}).get(key)
    return source.citation if source else key


def _facts(result: Result, style: Style) -> list[tuple[str, str]]:
    total = result.total
    facts = []
    if total.operational_market_kgco2e != total.operational_kgco2e:
        facts.append(("Market-based operational", mass(total.operational_market_kgco2e)))
    if result.split is not None:
        facts.append(("Of what clients cause", parts(*result.split)))
    if result.per_unit is not None:
        facts.append((f"Per {escape(result.per_unit[0])}", mass(result.per_unit[1])))
    for thing, amount in result.equivalents(style.everyday):
        said = f"{rounded(amount)} {escape(thing.unit)} ({escape(thing.source)})"
        facts.append((f"As much as {escape(thing.item)}", said))
    for key, row in (result.reported or {}).items():
        error = "" if row.error_pct is None else f" ({row.error_pct:+.1f} %)"
        name = escape(key.rpartition("_")[0].replace("_", " "))
        theirs, ours = (written(key, figure) for figure in (row.reported, row.estimated))
        said = f"{theirs}, estimated {ours}{error}"
        facts.append((f"Reported {name}", said))
    return facts
