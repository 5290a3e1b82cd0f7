"""What a saved result does not hold is read out of it as the account had it, for every kind."""

import pytest

from carbonctl import __version__
from carbonctl.account import estimate
from carbonctl.errors import InputError
from carbonctl.inputs import saved_result
from carbonctl.ledger.result import About, site
from carbonctl.numbers.formulas import parsed
from carbonctl.render import render
from tests.conftest import CATALOG, WORKLOADS
from tests.properties.workloads import KINDS, shape

FILES = sorted(WORKLOADS)


def fields(entry):
    figures = [v.figure or v.name for v in entry.inputs if v.low != v.high]
    return entry.name, entry.role, site(entry), entry.system, figures


def assert_restored(result):
    text = render("json", [result], About(__version__, CATALOG.version))
    (again,) = saved_result.read(text, "saved.json").results
    assert list(map(fields, result.entries)) == list(map(fields, again.entries))
    for entry, other in zip(result.entries, again.entries, strict=True):
        for amount in filter(None, (entry.amount, other.amount)):
            known = {value.name: value.best for value in entry.inputs}
            assert parsed(amount).at(known) == pytest.approx(entry.quantity, rel=1e-9)
    for by in ("system", "site", "part"):
        assert result.groups(by) == again.groups(by)
    assert again.split == result.split


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_fields_of_a_saved_result(path):
    assert_restored(estimate(path.read_bytes(), path.name, CATALOG))


def test_fields_of_every_kind():
    kinds = set()
    for seed in range(150):
        made = shape(seed)
        try:
            result = estimate(made.text(made.row(0)).encode(), "job.json", CATALOG)
        except InputError:
            continue
        assert_restored(result)
        kinds |= {entry.kind for entry in result.entries}
    assert kinds == set(KINDS)
