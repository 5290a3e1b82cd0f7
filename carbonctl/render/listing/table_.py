"""Rows of facts as a table, and the facts of one record. Unknown is "–"."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from carbonctl.render import Style, human_numbers
from carbonctl.render.listing import Row
from carbonctl.render.plain import finished
from carbonctl.render.sheet import Content, Screen, Sheet, Text


def render(heads: Mapping[str, str], rows: Sequence[Row], style: Style) -> str:
    """Return rows as a table within the width: numbers are aligned right, texts fold.

    ``heads`` has the title of each column, in which ``|`` breaks the line.
    """
    sheet = Sheet(is_ruled=True, gap=3)
    numeric = {c for c in heads if all(isinstance(r[c], int | float | None) for r in rows)}
    for column, title in heads.items():
        head, _, unit = title.partition("|")
        is_number = column in numeric
        sheet.add_column(head, unit=unit, is_right=is_number, wraps=not is_number)
    for row in rows:
        sheet.add_row(*[_cell(row[column], column) for column in heads])
    return on_screen(style, [sheet])


def _cell(value: Any, column: str) -> Content:
    if value is None or value == "":
        return Text("–", "dim")
    if column.endswith("year") or isinstance(value, str):
        return str(value)
    return human_numbers.significant(value)


def card(
    title: str,
    facts: Mapping[str, object],
    figures: Sequence[Row],
    unknown: list[str],
    style: Style,
) -> str:
    """Return one record: its name, what is said of it, its figures, what is unknown, sources."""
    said = pairs("left", "left")
    for key, value in facts.items():
        said.add_row(Text(key, "dim"), str(value))
    numbers = numbered(row["source"] or "" for row in figures)
    table = pairs("left", "right", "left", "left")
    for row in figures:
        doubt = "" if row["confidence"] in (None, "high") else f"{row['confidence']} confidence"
        remarks = "; ".join(part for part in (doubt, row["note"]) if part)
        table.add_row(
            row["figure"], _range(row), marks(row["source"] or "", numbers), Text(remarks, "dim")
        )
    for key in unknown:
        table.add_row(key, Text("unknown", "dim"), "", "")
    parts: list[Text | Sheet] = [Text(title, "bold"), said, Text(), table]
    return on_screen(style, [*parts, *citations(numbers, style)])


def marks(keys: str, numbers: dict[str, str]) -> str:
    """Return the numbers of sources as a mark; nothing where there is none."""
    said = ", ".join(numbers[key] for key in keys.split())
    return f"[{said}]" if said else ""


def pairs(*sides: str) -> Sheet:
    """Return a table without lines."""
    sheet = Sheet()
    sheet.add_columns(*sides)
    return sheet


def _range(row: Row) -> str:
    said = f"{human_numbers.significant(row['value'])} {row['unit']}".strip()
    if row["low"] is None:
        return said
    low, high = (human_numbers.significant(row[key]) for key in ("low", "high"))
    return f"{said} ({low}..{high})"


def numbered(joined: Iterable[str]) -> dict[str, str]:
    """Return the number of each key of a source, in their order."""
    keys = dict.fromkeys(key for keys in joined for key in (keys or "").split())
    return {key: str(number) for number, key in enumerate(keys, 1)}


def citations(numbers: dict[str, str], style: Style) -> list[Text | Sheet]:
    """Return the numbered sources below their head; nothing where there are none."""
    table = pairs("right", "left")
    for key, number in numbers.items():
        source = (style.sources or {}).get(key)
        if source is None:
            table.add_row(f"[{number}]", key)
            continue
        said = Text(f"{source.citation} ({key}). ").append(source.url, "dim")
        if source.via:
            said.append(f" Seen through: {source.via}.")
        table.add_row(f"[{number}]", said)
    return [Text(), Text("Sources", "bold"), table] if numbers else []


def on_screen(style: Style, things: Iterable[Text | Sheet]) -> str:
    """Return texts and tables, drawn one below the other."""
    screen = Screen(style)
    for thing in things:
        if isinstance(thing, Text):
            screen.paragraph(thing)
        else:
            thing.draw(screen)
    return finished(screen.drawn(), style)
