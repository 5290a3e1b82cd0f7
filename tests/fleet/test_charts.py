"""The page and the charts of a fleet."""

import json
import re

import pytest

from carbonctl.render.charts.months import OTHERS, Share, months
from tests.conftest import CONFIGS

FLEETS = CONFIGS / "fleets"
CLUSTER = (str(FLEETS / "cluster.csv"), "--map", str(FLEETS / "cluster.map.yaml"))


def cells(text: str, head: str) -> list[list[str]]:
    """Return the rows of the table whose first column has a head."""
    (table,) = re.findall(rf'<table>\n<thead><tr><th scope="col">{head}<.*?</table>', text, re.S)
    rows = re.findall(r"<tr>(<td.*?)</tr>", table)
    return [[re.sub("<[^>]+>", "", cell) for cell in re.split("</td>", row)[:-1]] for row in rows]


def made(inside, tmp_path, *arguments: str, form: str = "html"):
    path = tmp_path / f"fleet.{form}"
    exports = ("--export", f"{form}={path}", "-f", "json")
    done = inside("fleet", *CLUSTER, *arguments, *exports)
    assert done.code == 0, done.err
    return path.read_text(encoding="utf-8"), json.loads(done.out)


def test_the_page_has_the_groups_and_the_months(inside, tmp_path):
    text, document = made(inside, tmp_path, "--by", "team,month")
    assert "default-src 'none'" in text and "<script" not in text
    assert f"sha256 {document['inputs'][0]['sha256']}" in text
    groups = {row[0]: row[1:] for row in cells(text, "Team, Month")}
    by_label = {", ".join(one["tags"].values()): one for one in document["groups"]}
    assert set(groups) == set(by_label)
    for name, (_, _, total, low, high) in groups.items():
        for said, key in ((total, "total"), (low, "total_low"), (high, "total_high")):
            assert float(said) == pytest.approx(by_label[name][f"{key}_kgco2e"] / 1000, rel=1e-3)
    for month, *_, total in cells(text, "Month"):
        known = [one["total_kgco2e"] for name, one in by_label.items() if name.endswith(month)]
        assert float(total) == pytest.approx(sum(known) / 1000, rel=1e-3)


def test_without_tags_there_is_one_bar(inside, tmp_path):
    text, document = made(inside, tmp_path)
    ((_, _, _, total, *_),) = cells(text, "All rows")
    assert float(total) == pytest.approx(document["total"]["total_kgco2e"] / 1000, rel=1e-3)


def test_a_specification_is_the_chart_of_groups(inside, tmp_path):
    text, _ = made(inside, tmp_path, "--by", "team", form="vl.json")
    bars = json.loads(text)["layer"][0]["data"]["values"]
    assert {bar["part"] for bar in bars} == {"language", "vision", "climate"}


def test_a_stack_has_the_same_order_in_each_bar_and_the_smallest_are_one():
    shares = [
        Share(f"2026-0{month}", f"t{tag}", float(10 - tag) * month)
        for month in (2, 1)
        for tag in range(7)
    ]
    chart = months(shares, "Each month", "Month", "Team")
    assert chart.table.heads[1:-1] == ("t0", "t1", "t2", "t3", OTHERS)
    assert [row[0] for row in chart.table.rows] == ["2026-01", "2026-02"]
    assert chart.table.rows[1][-1] == pytest.approx(2 * sum(range(4, 11)))
    places = {bar["series"]: bar["place"] for bar in chart.spec["data"]["values"]}
    assert places == {"t0": 0, "t1": 1, "t2": 2, "t3": 3, OTHERS: 4}


def test_a_total_of_unknown_parts_is_unknown():
    shares = [Share("2026-01", "a", 1.0), Share("2026-02", "a", 2.0), Share("2026-02", "b", None)]
    chart = months(shares, "Each month", "Month", "Team")
    assert [row[-1] for row in chart.table.rows] == [1.0, None]
    assert chart.note
    assert months(shares[:1], "Each month", "Month", "Team") is None
