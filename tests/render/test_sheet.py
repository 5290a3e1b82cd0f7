"""Tables and paragraphs: lines end at spaces, long words run on, figures stay in their columns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonctl.render import Style
from carbonctl.render.sheet import Screen, Sheet, Text

WORDS = st.lists(st.text("abcdef-/.", min_size=1, max_size=30), min_size=1, max_size=6)


def drawn(thing: Sheet | Text, width: int) -> list[str]:
    screen = Screen(Style(width=width))
    if isinstance(thing, Text):
        screen.paragraph(thing)
    else:
        thing.draw(screen)
    return [line.rstrip() for line in screen.drawn().splitlines()]


def table(*rows: tuple[str | Text, str, str]) -> Sheet:
    sheet = Sheet(is_ruled=True, gap=3)
    sheet.add_column("Name", foot="Total", least=6)
    sheet.add_column("Mass", unit="kg", foot="6.0", is_right=True, wraps=False)
    sheet.add_column("What it is")
    for row in rows:
        sheet.add_row(*row)
    return sheet


def test_what_has_room_is_one_line():
    assert drawn(table(("a", "1.5", "one of them"), ("b", "4.5", "another")), 40) == [
        "         Mass",
        "Name       kg   What it is",
        "─" * 27,
        "a         1.5   one of them",
        "b         4.5   another",
        "",
        "Total     6.0",
    ]


def test_a_long_word_runs_on_and_what_is_beside_it_begins_below():
    rows = (("a", "1.5", "short"), ("a-name-that-is-much-too-long-to-fit", "4.5", "another one"))
    assert drawn(table(*rows), 30)[3:7] == [
        "a             1.5   short",
        "a-name-that-is-much-too-long-to-fit",
        "              4.5   another",
        "                    one",
    ]


def test_cells_keep_their_indent():
    lines = drawn(table((Text("several words below", indent=2), "1.5", "x")), 30)
    assert lines[3:6] == ["  several     1.5   x", "  words", "  below"]


def test_a_line_break_in_a_text_begins_no_line():
    assert "a Total 0" in drawn(table(("a\nTotal 0", "1.5", "x")), 60)[3]
    assert drawn(Text("a\n::error::b"), 60) == ["a ::error::b"]


@pytest.mark.parametrize("width", [40, 60, 80])
@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=4))
def test_no_word_is_broken(width, rows):
    sheet = table(*((" ".join(name), "1.5", " ".join(what)) for name, what in rows))
    shown = " ".join(drawn(sheet, width)).split()
    for name, what in rows:
        assert {*name, *what} <= set(shown)
    assert drawn(Text(" ".join(rows[0][0])), width) != []
