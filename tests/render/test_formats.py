"""JSON Lines, TSV and Markdown say what JSON and CSV say; hostile names do no harm."""

import csv
import io
import json
import math
import re

import pytest

from carbonctl.ledger.result import GROUPS, About
from carbonctl.render import Style, render
from carbonctl.render.escaping import markdown as escape
from tests.conftest import CONFIGS, account

ABOUT = About("0", "0")
RESULTS = [account((CONFIGS / f"{name}.yaml").read_text()) for name in ("llama3", "bloom", "gpt3")]
UNKNOWN = account(
    "name: of unknown make\nsite: {grid: FR}\n"
    "phases: {training: [{kind: compute, power: 300 W, device_time: 10 device-h}]}\n"
)


def test_json_lines_are_the_results_of_the_json():
    lines = [json.loads(line) for line in render("jsonl", RESULTS, ABOUT).splitlines()]
    whole = json.loads(render("json", RESULTS, ABOUT))
    assert [line.pop("schema") for line in lines] == ["carbonctl.estimate/2"] * 3
    assert lines == whole["results"]


def test_tsv_is_the_csv_with_tabs():
    rows = list(csv.reader(io.StringIO(render("csv", RESULTS, ABOUT))))
    assert rows == list(csv.reader(io.StringIO(render("tsv", RESULTS, ABOUT)), delimiter="\t"))


def test_markdown():
    text = render("md", RESULTS, ABOUT)
    assert "### Llama 3 pre-training, 8B and 70B" in text
    assert "| Training | 5.929 GWh | 2,283 tCO2e |" in text
    assert "embodied unknown" not in text
    assert "embodied unknown" in render("md", [UNKNOWN], ABOUT)
    assert text.count("<details>") == text.count("</details>") == 2


@pytest.mark.parametrize(
    "name",
    [
        "a | b", "<img src=x onerror=y>", "@everyone", "[x](http://evil)", "![x](y)", "`code`",
        "**bold**", "http://evil.example", "www.evil.example", "&lt;b&gt;", "# head", "~~x~~",
        "<!-- -->", "$x$", ":smile:",
    ],
)  # fmt: skip
def test_hostile_names_in_markdown(name):
    shown = escape(name)
    for bad in ("<", ">", "@", "http:", "www.", "|"):
        assert bad not in shown.replace("\\" + bad, "")
    spec = f"name: {json.dumps('x ' + name)}\nsite: {{grid: FR}}\nphases: {{data: [{{kind: energy, energy: 1 kWh, embodied: 0 kg, name: {json.dumps('n ' + name)}}}]}}"
    text = render("md", [account(spec)], ABOUT)
    assert escape("x " + name) in text
    assert not re.search(r"(?<!\\)" + re.escape(name), text)


@pytest.mark.parametrize("by", GROUPS)
@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl", "table", "md"])
def test_groups_sum_to_the_total(by, form):
    result = RESULTS[1]
    groups = result.groups(by)
    assert math.fsum(s.total_kgco2e for s in groups.values()) == pytest.approx(
        result.total.total_kgco2e, rel=1e-12
    )
    text = render(form, [result], ABOUT, Style(width=200, by=by))
    for name in groups:
        assert (name.capitalize() if by == "phase" and form in ("table", "md") else name) in text
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(text)))
        assert [row[by] for row in rows] == list(groups)
        assert [float(row["total_kgco2e"]) for row in rows] == [
            s.total_kgco2e for s in groups.values()
        ]


@pytest.mark.parametrize("by", GROUPS)
def test_json_is_whole_whatever_rows_are_grouped_by(by):
    whole = render("json", RESULTS, ABOUT)
    assert render("json", RESULTS, ABOUT, Style(by=by)) == whole
