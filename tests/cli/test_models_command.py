"""``models``: lists, cards, near matches, filters, formats, and what a TAB offers."""

import csv
import io
import json

import pytest

from carbonctl.cli import complete
from carbonctl.reference import model_rows
from tests.conftest import CATALOG


def rows(text: str):
    return list(csv.DictReader(io.StringIO(text)))


def test_the_list_has_every_model(inside):
    listed = rows(inside("models", "list", "-f", "csv").out)
    assert [row["id"] for row in listed] == [model.id for model in model_rows.models(CATALOG)]
    assert tuple(listed[0]) == tuple(model_rows.COLUMNS)
    as_json = json.loads(inside("models", "list", "-f", "json").out)
    assert [row["id"] for row in as_json] == [row["id"] for row in listed]
    by_id = {row["id"]: row for row in as_json}
    assert by_id["meta-llama/Llama-3.1-70B"]["parameters_b"] == 70.55
    assert by_id["meta-llama/Llama-3.1-70B"]["experts"] is None
    assert by_id["openai/gpt-4o"]["parameters_b"] is None
    assert by_id["openai/gpt-4o"]["wh_per_request"] == 0.3


def test_filters(inside):
    for kind in model_rows.KINDS:
        listed = rows(inside("models", "list", "--kind", kind, "-f", "csv").out)
        assert {row["kind"] for row in listed} == {kind}
    listed = rows(inside("models", "list", "--maker", "qwen", "--year", "2025", "-f", "csv").out)
    assert listed
    assert {(row["id"].partition("/")[0], row["year"]) for row in listed} == {("Qwen", "2025")}
    assert inside("models", "list", "--kind", "languag").code == 2
    assert inside("models", "list", "--year", "25").code == 2
    none = inside("models", "list", "--maker", "gogle", "-f", "csv")
    assert (none.code, none.out.count("\n")) == (0, 1)
    assert none.err.startswith("no model of the catalog matches; did you mean `google`?")


@pytest.mark.parametrize("name", ["llama-3.1-70b", "gpt-4o", "flux", "Qwen3-32B-FP8", "claude"])
def test_a_card_shows_figures_and_sources(inside, name):
    done = inside("models", "show", name)
    assert (done.code, done.err) == (0, "")
    model = model_rows.find(CATALOG, name)
    assert done.out.startswith(model.name)
    assert model.id in done.out
    figures = rows(inside("models", "show", name, "-f", "csv").out)
    assert all(row["source"] == model.source for row in figures)
    (record,) = json.loads(inside("models", "show", name, "-f", "json").out)
    assert [figure["figure"] for figure in record["figures"]] == [row["figure"] for row in figures]
    assert ("parameters" in record["unknown"]) == (model_rows.kind_of(model) == "closed")


def test_what_is_estimated_of_a_closed_model_is_marked_as_never_used(inside):
    out = " ".join(inside("models", "show", "gpt-4o").out.split())
    assert "100 B (30..200)" in out
    assert "never used" in out
    assert "energy_per_request unknown" in " ".join(inside("models", "show", "claude").out.split())


def test_several_at_once_and_near_matches(inside):
    done = inside("models", "show", "qwen3-8b", "none such", "gpt-4o", "-f", "json")
    assert done.code == 3
    assert [r["id"] for r in json.loads(done.out)] == ["Qwen/Qwen3-8B", "openai/gpt-4o"]
    done = inside("models", "show", "mixtrl-8x7b")
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith("unknown model `mixtrl-8x7b`; ")
    assert "`mixtral-8x7b`" in done.err
    assert "(`carbonctl models list` lists them all)" in done.err


def test_a_table_fits_the_screen(inside):
    for arguments in (
        ("models", "list"),
        ("models", "show", "deepseek-v3"),
        ("models", "show", "gpt-4o"),
    ):
        assert max(map(len, inside(*arguments).out.splitlines())) <= 80


def test_what_a_tab_offers():
    folders = CATALOG.folders
    known = complete.models(folders)
    assert known["Qwen/Qwen3-8B"] == ""
    assert known["llama-3.1-70b"] == "meta-llama/Llama-3.1-70B"
    assert not any("=" in name for name in known)
    assert {"Qwen", "openai", "zai-org"} <= complete.makers(folders).keys()
    asked = complete.Asked(["models", "show"], "mixtral")
    assert "mixtral-8x7b" in complete.offers(asked)
    asked = complete.Asked(["models", "list", "--maker"], "Qw")
    assert list(complete.offers(asked)) == ["Qwen"]


def test_the_energy_of_closed_models_stands_in_the_table(inside):
    out = inside("models", "list", "--kind", "closed").out
    (line,) = (line for line in out.splitlines() if "gemini-apps" in line)
    assert line.split()[-1] == "0.24"


def test_the_steps_of_an_image_model_are_those_it_was_measured_with(inside):
    (record,) = json.loads(inside("models", "show", "flux", "-f", "json").out)
    (steps,) = (figure for figure in record["figures"] if figure["figure"] == "steps")
    assert steps["note"] == "as measured with"


def test_the_precision_is_that_of_the_name(inside):
    for name, precision in (("llama-3.1-70b", "bf16"), ("llama-3.1-70b-fp8", "fp8")):
        (record,) = json.loads(inside("models", "show", name, "-f", "json").out)
        assert record["precision"] == precision


def test_a_config_has_a_card(inside, tmp_path):
    from tests.catalog.test_model_config import LLAMA

    path = tmp_path / "config.json"
    none = inside("models", "show", str(path))
    assert (none.code, none.err) == (3, f"there is no file `{path}`\n")
    path.write_text(json.dumps(LLAMA))
    card = inside("models", "show", str(path)).out
    assert card.startswith(f"{tmp_path.name}/config.json\n")
    assert "year" not in card
    assert "[]" not in card
    (record,) = json.loads(inside("models", "show", str(path), "-f", "json").out)
    figures = {row["figure"]: row["value"] for row in record["figures"]}
    assert figures["layers"] == 32
    assert figures["parameters"] == pytest.approx(8.03, rel=1e-3)
    path.write_text("{}")
    faulty = inside("models", "show", str(path))
    assert (faulty.code, f"{path}:1:1: " in faulty.err) == (3, True)
