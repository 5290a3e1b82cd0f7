"""Text that others chose does nothing where it is shown."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonctl.text import check_text, path_shown, printable

ODD = st.text(
    st.sampled_from("::##[]=+-@ \t\n\r\x1b\x07\x85\u2028\u202e\u00a0\u3000ab"), max_size=20
)
# As the runner of GitHub Actions reads a line: trimmed, then ::, and ##[ anywhere.
COMMAND = re.compile(r"^\s*::|##\[")


@given(ODD)
def test_printable_text_is_no_command_and_holds_no_escape(text):
    shown = printable(text)
    assert not any(COMMAND.search(line) for line in re.split(r"[\n\r\x85\u2028]", shown))
    assert shown.replace("\n", "").isprintable()
    assert printable(shown) == shown


@given(ODD)
def test_what_is_not_refused_is_shown_as_it_is(text):
    try:
        check_text(text, "a name")
    except ValueError as error:
        assert str(error)
    else:
        assert printable(text.replace("\u00a0", " ").replace("\u3000", " ")) == (
            text.replace("\u00a0", " ").replace("\u3000", " ")
        )
        assert not text.strip().startswith(("=", "+", "-", "@"))


@pytest.mark.parametrize(
    "text", ["a: b", "a::b", "std::vector", "# 1", "## x [y]", "µ × 3", "a\nb"]
)
def test_what_is_harmless_stays(text):
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\x85b\u2028c", "a\\x85b\\u2028c"),
        ("a\n ::error::b", "a\n \\x3a:error::b"),
        ("a ##[error]b", "a #\\x23[error]b"),
    ],
)
def test_what_would_be_obeyed_is_written_out(text, shown):
    assert printable(text) == shown


def test_colors_may_stay():
    text = "\x1b[1m::error::x\x1b[0m \x1b]0;title\x07"
    assert printable(text, keep_color=True) == "\x1b[1m\\x3a:error::x\x1b[0m \\x1b]0;title\\x07"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("jobs/a.yaml", "jobs/a.yaml"),
        ("=1.yaml", "./=1.yaml"),
        ("::error::x.yaml", "./::error::x.yaml"),
        ("a ##[error]x.yaml", "a #\\x23[error]x.yaml"),
        ("a\n::error::x.yaml", "a\\n\\x3a:error::x.yaml"),
        ("\udcff.yaml", "\ufffd.yaml"),
    ],
)
def test_paths(path, shown):
    assert path_shown(path) == shown
