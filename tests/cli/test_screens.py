"""Screens as a person has them: a terminal of 80 and of 200 columns, in UTF-8 and in ASCII.

``UPDATE_GOLDEN=1 make test`` writes them anew; the difference is then to be read.
"""

import json
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
    "sensitivity": ("sensitivity", "configs/quickstart.yaml", "--top", "5"),
    "indices": ("sensitivity", "configs/quickstart.yaml", "--method", "all", "--top", "5"),
    "embodied": ("embodied", "nvidia/h100-sxm5-80gb"),
    "kinds": ("kinds", "transfer"),
    "hardware": ("hardware", "search", "gaudi"),
    "init": ("init", "--list"),
    "explain": ("explain", "configs/quickstart.yaml", "training.fine-tuning.devices"),
    "grid": ("grid", "show", "FR"),
    "sweep-matrix": ("sweep", "configs/quickstart.yaml", "--over", "site.pue=1.1..1.5:5",
                     "--over", "site.grid=FR,DE,US,PL,SE"),
    "sweep-rows": ("sweep", "configs/quickstart.yaml", "--over", "site.grid=FR,DE,SE,US-CAMX"),
    "breakeven": ("breakeven", "configs/designs/keep-old-server.yaml",
                  "configs/designs/buy-new-server.yaml", "--vary", "site.carbon_intensity=0..1000 g/kWh"),
    "refresh": ("refresh", "configs/llm-service.yaml", "--gain", "2x / 3..4 years"),
    "scaling": ("scaling", "configs/scaling/grid.yaml"),
    "project": ("project", "configs/projection/machines.yaml"),
    "survey": ("survey", "configs/survey/runs.csv", "--by", "task"),
    "explore": ("explore", "configs/explore/serving.yaml"),
    "explore-limits": ("explore", "configs/explore/power-limits.yaml"),
    "fleet": ("fleet", "configs/fleets/cluster.csv", "--map", "configs/fleets/cluster.map.yaml",
              "--by", "team,month"),
    "schedule": ("schedule", "configs/site/pausable.yaml"),
    "schedule-regions": ("schedule", "configs/site/nightly.yaml", "--forecast", "last-week"),
    "site": ("site", "configs/site/california.yaml"),
    "help": ("compare", "--help"),
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
        lines = [line for line in text.splitlines() if not line.lstrip().startswith("https:")]
        assert max(map(len, lines)) <= int(columns)  # an address is left whole, to be copied
        assert text.isascii() or terminal != "ascii"


@pytest.mark.parametrize("columns", [40, 80])
def test_long_names_keep_their_indent(columns, tmp_path):
    one = {"kind": "energy", "energy": "1 MWh", "embodied": "0 kg"}
    names = ("of several words that have to go on here", "x" * 70, "y")
    activities = [{**one, "name": name} for name in names]
    path = tmp_path / "job.json"
    path.write_text(
        json.dumps({"name": "j", "site": {"grid": "FR"}, "phases": {"training": activities}})
    )
    lines = CODES.sub("", screen(str(columns), "C.UTF-8", "estimate", str(path))).splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith("Training"))
    last = next(n for n, line in enumerate(lines) if line.startswith("Inference"))
    named = [line for line in lines[first + 1 : last] if line[:10].strip()]
    assert len(named) >= 4
    assert all(line[:2] == "  " and line[2] != " " for line in named)
    assert f"  {names[1]}" in named


@pytest.mark.parametrize("columns", [40, 80])
def test_explanations_are_wrapped_within_their_branches(columns):
    lines = screen(str(columns), "C.UTF-8", "explain", "configs/quickstart.yaml").splitlines()
    shown = lines[: lines.index("Sources")]
    assert all(len(line) <= columns or " " not in line.strip("│ ") for line in shown)
    wrapped = [n for n, line in enumerate(shown) if line.startswith(("│", "   "))]
    assert len(wrapped) > 20
    assert all(line[:1] in "│├└ " or "." in line for line in shown if line)


@pytest.mark.parametrize("columns", [40, 52])
def test_no_word_of_a_comparison_is_cut(columns):
    jobs = ("configs/llama3.yaml", "configs/gpt3.yaml")
    lines = CODES.sub("", screen(str(columns), "C.UTF-8", "compare", *jobs)).splitlines()
    row = next(line.split() for line in lines if line.startswith("  Llama 3 8B"))
    assert row[4:] == (["−100.0", "removed"] if columns == 52 else ["−100.0"])
