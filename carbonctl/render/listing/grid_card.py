"""The figures of one zone or cloud region: one line per year, one column per sort of figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from carbonctl.render import Style, human_numbers
from carbonctl.render.listing import Row
from carbonctl.render.listing.table_ import citations, marks, numbered, on_screen, pairs
from carbonctl.render.sheet import Sheet, Text

_LIFE_CYCLE, _DIRECT = "life-cycle", "direct"
_PUBLISHED, _CONSUMPTION = "published", "consumption"
_UNIT = "gCO2e/kWh"
_ALWAYS = 2  # sorts of figure that are shown however narrow the screen
_OF_YEARS, _OF_SORT = 6, 14  # characters of a column with its gap
_FACTS = (
    ("grid", ("grid",), "grid_source"),
    ("PUE", ("pue", "pue_year", "pue_status"), "pue_source"),
    ("WUE, L/kWh", ("wue_l_per_kwh",), "wue_source"),
)


class _Sort(NamedTuple):
    """A sort of figure: its head, and the column's second line."""

    head: str
    more: str = ""


_PUBLISHED_WHOLE = _Sort("Life-cycle", "published")
_AT_STACK = _Sort("Direct")
_BY_RULE = _Sort("Life-cycle", "by the rule")
_WITH_IMPORTS = _Sort("Life-cycle", "with imports")
_AT_STACK_WITH_IMPORTS = _Sort("Direct", "with imports")
_OWN = _Sort("The region's", "own, direct")
_ORDER = (_OWN, _PUBLISHED_WHOLE, _AT_STACK, _BY_RULE, _WITH_IMPORTS, _AT_STACK_WITH_IMPORTS)


def _sort(row: Row, zone: str) -> _Sort:
    if row["zone"] != zone and "/" in row["zone"]:
        return _OWN
    is_whole = row["basis"] == _LIFE_CYCLE
    if row["based_on"] == _CONSUMPTION:
        return _WITH_IMPORTS if is_whole else _AT_STACK_WITH_IMPORTS
    if is_whole:
        return _PUBLISHED_WHOLE if row["status"] == _PUBLISHED else _BY_RULE
    return _AT_STACK


def grid_card(rows: Sequence[Row], taken: int, style: Style) -> str:
    """Return the figures of one zone or cloud region by year, with notes and sources.

    Parameters
    ----------
    rows : sequence of Row
        As `carbonctl.reference.catalog_rows.grid` has them.
    taken : int
        The place of the one that an account takes.
    style : Style
        How it is drawn.
    """
    first = rows[0]
    of_region = [first[source] for *_, source in _FACTS]
    numbers = numbered([*of_region, *(row["source"] for row in rows)])
    facts = pairs("left", "left")
    for name, keys, source in _FACTS:
        if first[keys[0]] is not None:
            said = ", ".join(str(first[key]) for key in keys if first[key])
            facts.add_row(Text(name, "dim"), f"{said} {marks(first[source], numbers)}")
    title = Text(f"{first['name']} ({first['zone']})", "bold")
    use = _taken(rows[taken], numbers)
    own = first["zone"] if first["kind"] == "cloud" else ""
    figures = [row for row in rows if row is not first or not own or _is_own(row)]
    remarks = _remarks(figures, numbers)
    parts: list[Text | Sheet] = [
        title,
        facts,
        use,
        Text(),
        _by_year(figures, rows[-1]["zone"]),
        *remarks,
    ]
    return on_screen(style, [*parts, *citations(numbers, style)])


def _is_own(row: Row) -> bool:
    """Whether a row of a region is its operator's figure, and not that of its grid."""
    return bool(row["based_on"] == _CONSUMPTION and row["basis"] == _DIRECT)


def _taken(row: Row, numbers: dict[str, str]) -> Text:
    """Return the line that says which figure estimate takes."""
    value = human_numbers.significant(row["intensity_g_per_kwh"])
    status = "" if row["status"] == _PUBLISHED else f", {row['status']}"
    imports = ", with imports" if row["based_on"] == _CONSUMPTION else ""
    said = f"{row['basis']}{status}{imports}, {row['year']}"
    note = f"; {row['note']}" if row["note"] else ""
    text = f"estimate takes {value} {_UNIT} ({said}) {marks(row['source'], numbers)}"
    return Text(text).append(note, "dim")


def _by_year(rows: Sequence[Row], zone: str) -> Sheet:
    cells: dict[int, dict[_Sort, str]] = {}
    for row in rows:
        value = human_numbers.significant(row["intensity_g_per_kwh"])
        status = " *" if row["status"] == "anchored" else " **" if _is_derived(row) else ""
        cells.setdefault(row["year"], {}).setdefault(_sort(row, zone), f"{value}{status}")
    sorts = [sort for sort in _ORDER if any(sort in by_sort for by_sort in cells.values())]
    table = Sheet(is_ruled=True, gap=2)
    table.add_column("Year")
    for place, sort in enumerate(sorts, 1):
        start = 0 if place <= _ALWAYS else _OF_YEARS + _OF_SORT * place
        table.add_column(sort.head, unit=sort.more or _UNIT, is_right=True, start=start)
    for year in sorted(cells, reverse=True):
        table.add_row(str(year), *(cells[year].get(sort, "–") for sort in sorts))
    return table


def _is_derived(row: Row) -> bool:
    """Whether it is a direct figure by the rule alone; life-cycle ones have their own column."""
    return bool(
        row["status"] == "derived" and row["basis"] == _DIRECT and row["based_on"] != _CONSUMPTION
    )


_WORDS = {
    "anchored": "*  the mix by the rule, scaled to the nearest official figure",
    "derived": "** by the rule alone",
}


def _remarks(rows: Sequence[Row], numbers: dict[str, str]) -> list[Text]:
    """Return what the marks mean, where direct figures are from, and what notes say of them."""
    direct = [row for row in rows if row["basis"] == _DIRECT and row["based_on"] != _CONSUMPTION]
    statuses = {row["status"] for row in direct}
    lines = [Text(words, "dim") for status, words in _WORDS.items() if status in statuses]
    by_note: dict[str, list[str]] = {}
    for row in rows:
        if row["status"] == _PUBLISHED and row["based_on"] != _CONSUMPTION and row["note"]:
            by_note.setdefault(row["note"], []).append(f"{row['year']}")
    for note, years in by_note.items():
        lines.append(Text(f"{', '.join(dict.fromkeys(years))}: {note}", "dim"))
    said = {row["source"]: None for row in direct if row["status"] == _PUBLISHED}
    if said:
        keys = " ".join(said)
        lines.append(Text(f"direct, published: {marks(keys, numbers)}", "dim"))
    return lines
