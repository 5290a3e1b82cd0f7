"""Bills as Markdown for people."""

from collections.abc import Sequence

from carbonctl.hardware.report import Bill, Published
from carbonctl.ledger.result import About
from carbonctl.render import Style
from carbonctl.render.bill.table_ import life, said, unit
from carbonctl.render.escaping import markdown as escape
from carbonctl.render.human_numbers import mass, significant
from carbonctl.render.own_records import below


def render(bills: Sequence[Bill], about: About, style: Style) -> str:
    """Return a section each."""
    text = "\n".join(_section(bill) for bill in bills)
    return below(text, about.own_records, is_markdown=True)


def _section(bill: Bill) -> str:
    hourly = f"{said(bill.per_useful_hour)} for each useful hour of a device ({life(bill)})"
    lines = [
        f"### {escape(bill.result.name)}",
        "",
        f"**{said(bill.total)}** embodied, {hourly}.",
        "",
        "| Part | Amount | Carbon | Low | High | Source |",
        "| :-- | --: | --: | --: | --: | :-- |",
    ]
    for entry in bill.result.entries:
        amount = f"{significant(entry.quantity or 0.0)} {unit(entry)}"
        masses = map(mass, (entry.kgco2e, entry.kgco2e_low, entry.kgco2e_high))
        cells = (escape(entry.item), amount, *masses, escape(entry.factor_source or ""))
        lines.append(f"| {' | '.join(cells)} |")
    total = bill.result.total
    masses = map(mass, (total.total_kgco2e, total.total_low_kgco2e, total.total_high_kgco2e))
    lines += [f"| **Total** |  | {' | '.join(masses)} |  |", ""]
    views = [f"{name} {mass(bill.view(name))}" for name in bill.views]
    text = ", ".join(views)
    lines += [f"- {text[0].upper()}{text[1:]}"] if views else []
    lines += [f"- Covers: {bill.covers}"] if bill.covers else []
    lines += _published(bill.published)
    lines += [f"- Held wrong or lacking: {escape(note)}" for note in bill.notes]
    lines += [f"- Warning: {escape(warning)}" for warning in bill.result.warnings]
    return "\n".join([*lines, ""])


def _published(published: Published | None) -> list[str]:
    if published is None:
        return []
    lines = [f"- Published: {mass(published.value.best)}, covers {published.covers}"]
    if published.lacks:
        lines.append(f"- Not among the parts: {escape(', '.join(published.lacks))}")
    return lines
