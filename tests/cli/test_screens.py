"""Screens as a person has them: a terminal of 80 and of 200 columns, in UTF-8 and in ASCII.

``UPDATE_GOLDEN=1 make test`` writes them anew; the difference is then to be read.
"""

import os
import re
import subprocess
import sys

import pytest

from tests.conftest import ROOT, clean_environment

pty = pytest.importorskip("pty", reason="needs a pseudo-terminal")

GOLDEN = ROOT / "tests" / "golden" / "screens"
SCREENS = {
    "estimate": ("estimate", "configs/quickstart.yaml"),
    "compare": ("compare", "configs/parts/dell-r740-eight-ssds.yaml", "configs/parts/dell-r740-small.yaml"),
    "embodied": ("embodied", "nvidia/h100-sxm5-80gb"),
    "kinds": ("kinds", "transfer"),
    "hardware": ("hardware", "search", "gaudi"),
    "init": ("init", "--list"),
}  # fmt: skip
TERMINALS = {"80": ("80", "C.UTF-8"), "200": ("200", "C.UTF-8"), "ascii": ("80", "C")}


CODES = re.compile(r"\x1b\[([0-9;]*)m")


def assert_suits_any_background(drawn):
    """No background, and neither black, white nor yellow: what is plain has the terminal's color."""
    for code in CODES.findall(drawn):
        for part in filter(None, code.split(";")):
            assert int(part) not in (30, 33, 37, 90, 93, 97, *range(40, 48), *range(100, 108))


def screen(columns, locale, *arguments):
    """Return what a terminal is sent on standard output."""
    shown, inside = pty.openpty()
    coded = {"LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    process = subprocess.Popen(
        [sys.executable, "-m", "carbonctl", *arguments], cwd=ROOT, stdin=inside, stdout=inside,
        stderr=subprocess.DEVNULL,
        env=clean_environment(PYTHONPATH=str(ROOT), TERM="xterm", COLUMNS=columns, **coded),
    )  # fmt: skip
    os.close(inside)
    parts = []
    while True:
        try:
            part = os.read(shown, 65536)
        except OSError:  # how Linux says that the other end is closed
            break
        if not part:
            break
        parts.append(part)
    os.close(shown)
    assert process.wait(timeout=60) == 0
    return b"".join(parts).decode().replace("\r\n", "\n")


@pytest.mark.parametrize("terminal", TERMINALS)
@pytest.mark.parametrize("name", SCREENS)
def test_screen(name, terminal):
    columns, locale = TERMINALS[terminal]
    drawn = screen(columns, locale, *SCREENS[name])
    assert_suits_any_background(drawn)
    shown = "\n".join(line.rstrip() for line in CODES.sub("", drawn).split("\n"))
    path = GOLDEN / f"{name}-{terminal}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SCREENS)
def test_lines_fit_and_are_ascii_where_nothing_else_shows(name):
    for terminal, (columns, _) in TERMINALS.items():
        text = (GOLDEN / f"{name}-{terminal}.txt").read_text(encoding="utf-8")
        assert max(map(len, text.splitlines())) <= int(columns)
        assert text.isascii() or terminal != "ascii"
