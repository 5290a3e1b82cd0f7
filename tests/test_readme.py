"""What the README and the recipes say beyond their examples, which tests/docs runs."""

import re
from typing import Any

import pandas as pd
import pytest
import yaml

import carbonctl
from carbonctl.ledger.rows import entries
from tests.conftest import CONFIGS, ROOT, WORKLOADS, account

README = (ROOT / "README.md").read_text(encoding="utf-8")
RECIPES = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", RECIPES, re.S)


def test_every_target_of_make_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`?make (\w+)`?", README):
        assert re.search(rf"^{target}:", makefile, re.M), target


def test_configs_are_all_valid_and_cite_known_sources():
    from tests.conftest import CATALOG

    for path in WORKLOADS:
        result = account(path.read_text(encoding="utf-8"))
        assert result.total.operational_kgco2e
        spec = yaml.safe_load(path.read_text(encoding="utf-8"))
        cited = [(spec.get("reported") or {}).get("source")]
        cited += [v.source for e in result.entries for v in e.inputs if v.status == "given"]
        for key in " ".join(filter(None, cited)).split():
            assert key in CATALOG.sources, f"{path}: {key}"


def plain(rows):
    """Return rows with None for what is missing, whatever a reader calls it."""
    return [tuple(None if pd.isna(cell) else cell for cell in row) for row in rows]


PYTHON = [text for kind, text in BLOCKS if kind == "python" and text.startswith("import ")]


@pytest.mark.parametrize("text", PYTHON, ids=lambda text: text.split()[1])
def test_every_program_runs_and_has_the_frame(text, inside, monkeypatch, tmp_path):
    pytest.importorskip(text.split()[1])
    monkeypatch.chdir(tmp_path)
    job = (CONFIGS / "llama3.yaml").read_text(encoding="utf-8")
    (tmp_path / "job.yaml").write_text(job, encoding="utf-8")
    inside("estimate", "job.yaml", "--export", "csv=account.csv")
    names: dict[str, Any] = {}
    exec(text, names)
    frame = names["frame"]
    wanted = carbonctl.to_frame(names["results"], "totals") if "results" in names else (
        carbonctl.estimate("job.yaml").to_frame()
    )  # fmt: skip
    found = frame.rows() if hasattr(frame, "rows") else frame.itertuples(index=False)
    assert plain(found) == plain(wanted.itertuples(index=False))


def test_every_query_runs(inside, monkeypatch, tmp_path):
    duckdb = pytest.importorskip("duckdb")
    monkeypatch.chdir(tmp_path)
    path = str(CONFIGS / "llama3.yaml")
    inside("estimate", path, "--export", "csv=account.csv")
    (query,) = [text for kind, text in BLOCKS if kind == "sql"]
    assert duckdb.sql(query).fetchall() == entries(carbonctl.estimate(path))


def test_the_accuracy_in_the_readme_is_that_of_the_record():
    page = (ROOT / "docs" / "accuracy.md").read_text(encoding="utf-8")
    figures, median = re.search(r"^all +(\d+) +([0-9.]+) ", page, re.M).groups()
    _, blind, inside = re.search(r"^all +(15) +(\d+) +(\d+) ", page, re.M).groups()
    said = (
        f"Of {figures} figures with all inputs the median error is {median} %; blind, from devices, "
        f"hours and place alone, it is {blind} %, and {inside} % of the published figures lie inside"
    )
    assert said in README
