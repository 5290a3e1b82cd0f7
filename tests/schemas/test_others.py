"""The schemas of comparisons and bills are what ``compare`` and ``embodied`` write, key by key."""

import json

import pytest

from carbonctl.reference import schemas
from tests.conftest import CONFIGS
from tests.schemas.readers import faults

DESIGNS = tuple(
    str(CONFIGS / "designs" / f"{name}.yaml") for name in ("keep-old-server", "buy-new-server")
)
PAIRS = [
    DESIGNS,
    tuple(str(CONFIGS / name) for name in ("bloom.yaml", "gpt3.yaml", "llama3.yaml")),
    tuple(str(CONFIGS / "federated" / f"fl-1-{size}.yaml") for size in ("small", "large")),
]
GATES = ("--fail-on", "total_kgco2e > 1 t", "--warn-on", "embodied_kgco2e > +1 %")


def written(inside, *arguments):
    return inside(*arguments, "-q", "--exit-zero").out


@pytest.mark.parametrize("more", [(), ("--metrics",), ("--metrics", *GATES)])
@pytest.mark.parametrize("pair", PAIRS)
def test_comparisons_are_valid(inside, pair, more):
    document = json.loads(written(inside, "compare", *pair, *more, "--format", "json"))
    assert not faults("compare", document)


def test_a_comparison_with_a_saved_side_and_with_errors_is_valid(inside, tmp_path):
    saved = tmp_path / "saved.json"
    inside("estimate", DESIGNS[0], "--export", f"json={saved}")
    document = json.loads(written(inside, "compare", str(saved), DESIGNS[1], "-f", "json"))
    assert document["base"]["saved"]
    assert not faults("compare", document)
    (tmp_path / "bad.yaml").write_text("name: x\nsite: {grid: Oz}\n")
    arguments = ("compare", *DESIGNS, str(tmp_path / "bad.yaml"), "-f", "json", "-q")
    document = json.loads(inside(*arguments).out)
    assert document["errors"]
    assert not faults("compare", document)


BILLS = [
    ("nvidia/h100-sxm5-80gb", "nvidia/dgx-h100", "nvidia/t4"),
    tuple(map(str, sorted((CONFIGS / "parts").glob("*.yaml")))),
]


@pytest.mark.parametrize("things", BILLS)
@pytest.mark.parametrize("more", [(), ("--power", "3 W", "--grid", "FR")])
def test_bills_are_valid(inside, things, more):
    document = json.loads(inside("embodied", *things, *more, "-f", "json", "-q").out)
    assert document["results"]
    assert not faults("embodied", document)
    for line in inside("embodied", *things, *more, "-f", "jsonl", "-q").out.splitlines():
        assert not faults("embodied", json.loads(line))


@pytest.mark.parametrize("more", [(), ("--act-compatible",)])
def test_bills_of_foreign_lists_are_valid(inside, tmp_path, more):
    bom = tmp_path / "bom.yaml"
    bom.write_text("name: list\nsilicon:\n  cpu: {area: 46.4 mm2, process: 28nm, n_ics: 1}\n")
    done = inside("embodied", "--import-act", str(bom), *more, "-f", "json", "-q")
    assert not faults("embodied", json.loads(done.out))


@pytest.mark.parametrize("name", ["compare", "embodied"])
def test_a_key_too_many_or_too_few_is_a_fault(inside, name):
    arguments = {"compare": DESIGNS, "embodied": ("nvidia/t4",)}[name]
    document = json.loads(inside(name, *arguments, "-f", "json", "-q").out)
    assert faults(name, {**document, "extra": 1})
    assert faults(name, {key: document[key] for key in document if key != "errors"})


def test_what_may_be_missing_is_known():
    """Every key is required but what a flag asks for, and what is said of a break-even alone."""
    of_compare = {"metrics", "within_life", "sensitivity"}
    for name, optional in (("compare", of_compare), ("embodied", set()), ("sensitivity", set())):
        for schema in schemas.build(name)["$defs"].values():
            assert set(schema["properties"]) - set(schema["required"]) <= optional


REPORTS = [
    ("sci",),
    ("sci", "--per", "1000"),
    ("sci-ai", "--tokens", "1e12", "--why", "as billed"),
    ("inventory",),
    ("inventory", "--year", "2026"),
]


@pytest.mark.parametrize("report", REPORTS)
def test_reports_are_valid(inside, report):
    kind, *more = report
    path = CONFIGS / "llm-service.yaml"
    done = inside("report", str(path), "--as", kind, *more, "-f", "json", "-q")
    document = json.loads(done.out)
    assert document["results"]
    assert not faults(kind, document)
