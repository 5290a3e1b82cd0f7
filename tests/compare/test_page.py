"""The page of a comparison."""

import base64
import json
import re

import pytest

from carbonctl.render.charts.change import Moved, change

BASE = """name: job
site: {grid: FR, pue: 1.2}
phases:
  training:
    - {name: tuning, kind: compute, device: nvidia/a100-sxm4-80gb, devices: 8, wall_time: 10 h}
    - {name: metered, kind: energy, energy: 100 kWh, embodied: 1..3 kg}
"""
SLOWER = BASE.replace("10 h", "15 h")
FEWER = BASE.replace("    - {name: metered", "    #- {name: metered")


@pytest.fixture
def page(inside, tmp_path):
    """Return the page of a comparison, and what the command said."""

    def made(*heads: str, base: str = BASE, gates: tuple[str, ...] = ()) -> str:
        paths = []
        for name, text in zip("abcd", (base, *heads), strict=False):
            paths.append(tmp_path / f"{name}.yaml")
            paths[-1].write_text(text)
        out = tmp_path / "change.html"
        rules = [part for rule in gates for part in ("--fail-on", rule)]
        done = inside("compare", *map(str, paths), "--export", f"html={out}", *rules)
        assert done.code == (1 if gates else 0), done.err
        return out.read_text(encoding="utf-8")

    return made


def cells(text: str, head: str) -> list[list[str]]:
    """Return the rows of the table whose first column has a head."""
    (table,) = re.findall(rf'<table>\n<thead><tr><th scope="col">{head}<.*?</table>', text, re.S)
    rows = re.findall(r"<tr>(<td.*?)</tr>", table)
    return [[re.sub("<[^>]+>", "", cell) for cell in re.split("</td>", row)[:-1]] for row in rows]


def test_it_begins_with_the_change_and_says_what_was_changed(page):
    text = page(SLOWER)
    assert re.search(r"<p dir=\"auto\">[\d.]+ kgCO2e more \(\+[\d.]+ %\): from ", text)
    assert cells(text, "Input") == [["phases.training.tuning.wall_time", "10 h", "15 h"]]
    rows = {row[0]: row[1:] for row in cells(text, "Part")}
    before, after, difference = (float(cell.replace("−", "-")) for cell in rows["tuning"])
    assert after == pytest.approx(1.5 * before, rel=1e-3)
    assert difference == pytest.approx(after - before, rel=1e-2)
    assert "metered" not in rows
    assert "<script" not in text and "default-src 'none'" in text


def test_what_only_one_side_has_is_nothing_on_the_other(page):
    rows = {row[0]: row[1:] for row in cells(page(FEWER), "Part")}
    assert rows["metered"][1] == "0"
    assert rows["metered"][2] == f"−{rows['metered'][0]}"


def test_nothing_changed_has_no_chart(page):
    text = page(BASE)
    assert "No change" in text
    assert "<figure" not in text


def test_the_comparison_can_be_saved_from_it(page):
    data = re.search(r"base64,([A-Za-z0-9+/=]+)", page(SLOWER))[1]
    assert json.loads(base64.b64decode(data))["schema"] == "carbonctl.compare/2"


def test_several_alternatives_have_sections_of_their_own(page):
    text = page(SLOWER, FEWER)
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert {"alternative-0", "alternative-1", "change-0", "change-1"} <= set(ids)


def test_verdicts_are_said_in_words(page):
    text = page(SLOWER, gates=("total_kgco2e > +5%", "energy_kwh > +900%"))
    said = re.findall(r"<li dir=\"auto\">([✓✗] .*?)</li>", text)
    assert [line.split(":")[0] for line in said] == ["✗ failed", "✓ pass"]


def test_names_are_inert(page):
    evil = "<img src=x onerror=alert(1)>"
    text = page(SLOWER.replace("name: tuning", f"name: '{evil}'"),
                base=BASE.replace("name: tuning", f"name: '{evil}'"))  # fmt: skip
    assert "<img" not in re.sub(r"<svg.*?</svg>", "", text, flags=re.S)


def test_what_is_unknown_is_in_the_table_alone():
    made = change([Moved("a", 1.0, 2.0), Moved("b", None, 2.0)], "What changed")
    assert [row[0] for row in made.table.rows] == ["a", "b"]
    assert [row["part"] for row in made.spec["data"]["values"]] == ["a"]
    assert change([Moved("b", None, 2.0)], "What changed") is None


def test_of_many_parts_those_that_changed_most_are_drawn():
    parts = [Moved(f"p{number}", 10.0, 10.0 + number) for number in range(40)]
    made = change(parts, "What changed")
    drawn = [row["part"] for row in made.spec["data"]["values"]]
    assert drawn == [f"p{number}" for number in range(25, 40)]
    assert len(made.table.rows) == 40
