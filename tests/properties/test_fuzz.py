"""Mutated specs end in a result or in an `InputError`, never in anything else."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonctl.account import estimate
from carbonctl.errors import InputError
from carbonctl.ledger.result import About
from carbonctl.render import BINARY, FORMATS, render
from tests.conftest import CATALOG, CONFIGS

SEEDS = [path.read_bytes() for path in sorted(CONFIGS.glob("*.yaml"))]
TOKENS = [
    b"NaN", b"-1", b"1e400", b"0", b"[", b"]", b"{", b"}", b": ", b"- ", b"&a ", b"*a", b"!!x ",
    b"\t", b"\n", b"\x00", b"\xff", b"'", b'"', b"#", b"|", b">", b"%", b"..", b"null", b"~", b"<<",
    b"9" * 400, b"1..2 kg", b"5..1 W", b"GPU-h", b" kg", b"\xe2\x80\xae", b"\x1b[31m", b"=cmd",
    b"1e29 W", b"1e-29 h", b"{best: 1 W}", b"every", b"system", b"nvidia/../t4", b"../..", b"US-",
]  # fmt: skip


def check(data: bytes) -> None:
    try:
        result = estimate(data, "f.yaml", CATALOG)
    except InputError as error:
        assert error.problems
        for problem in error.problems:
            assert problem.file == "f.yaml"
            assert problem.line >= 1
            assert problem.col >= 1
            assert problem.message
    else:
        for form in (form for form in FORMATS if form not in BINARY):
            assert render(form, [result], About("0", "0"))


def mutate(data: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data) + 1)
        until = min(len(data), at + chance.choice((0, 0, 1, 3, 12, 60)))
        choice = chance.random()
        if choice < 0.6:
            insert = chance.choice(TOKENS)
        elif choice < 0.8:
            start = chance.randrange(len(data) + 1)
            insert = data[start : start + chance.randint(1, 80)]
        else:
            insert = b""
        data = data[:at] + insert + data[until:]
    return data


@pytest.mark.parametrize("seed", range(40))
def test_mutated_specs(seed):
    chance = random.Random(seed)
    for _ in range(50):
        check(mutate(chance.choice(SEEDS), chance))


leaves = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8),
    st.sampled_from(["400 W", "compute", "US", "1..2 kg", "nvidia/t4", "energy", "8"]),
)  # fmt: skip
keys = st.sampled_from(
    ["name", "site", "systems", "phases", "training", "kind", "device", "devices", "energy",
     "device_time", "wall_time", "system", "pue", "grid", "repeat", "every", "for", "reported",
     "functional_unit", "amount", "best", "low", "version", "embodied", "load", "x"]
)  # fmt: skip
trees = st.recursive(
    leaves, lambda t: st.lists(t, max_size=3) | st.dictionaries(keys, t, max_size=4), max_leaves=20
)


@given(trees)
def test_any_tree(tree):
    import yaml

    check(yaml.safe_dump(tree, allow_unicode=True).encode())


@given(st.dictionaries(keys, trees, max_size=5), trees)
def test_any_workload(fields, activity):
    import yaml

    document = {"name": "x", "phases": {"training": [activity]}, **fields}
    check(yaml.safe_dump(document, allow_unicode=True).encode())


@given(st.binary(max_size=200))
def test_any_bytes(data):
    check(data)


def test_a_device_id_cannot_leave_the_database(tmp_path: Path):
    for name in ("../../etc/passwd", "nvidia/../../x", "/etc/passwd", "a\\b", ".", "..", "nvidia/"):
        text = f"name: x\nsite: {{grid: US}}\nphases: {{training: [{{kind: compute, device: '{name}'}}]}}"
        with pytest.raises(InputError, match=r"unknown device|fits several devices"):
            estimate(text.encode(), "f.yaml", CATALOG)
