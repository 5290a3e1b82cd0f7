"""The table of priors: every row, and what is wrong with a faulty one."""

import pytest

from carbonctl.catalog import Catalog
from carbonctl.errors import InputError
from carbonctl.numbers.intervals import Range
from tests.conftest import CATALOG, cite

HEAD = "quantity,class,p5,best,p95,n,widened_by,low,high,unit,source,year,confidence,text,note\n"
ROW = "pue,hpc,1.1,1.2,1.4,3,1.2,1.05,1.5,ratio,mine,2025,low,a centre of ours,\n"
EVERY = list(CATALOG.priors.all())


@pytest.mark.parametrize("prior", EVERY, ids=lambda prior: f"{prior.quantity}-{prior.name}")
def test_every_prior_can_be_told_with_its_source(prior):
    assert prior.low <= prior.best <= prior.high
    assert prior.text
    assert all(key in CATALOG.sources for key in prior.source.split())
    value = prior.value("load", "phases.training.compute.load", "", "nvidia/l4", "because")
    assert value.note == f"{prior.text}: because"
    assert value.unknown == f"{prior.quantity}:{prior.name}:nvidia/l4"


def test_a_class_without_a_row_is_the_unknown_one():
    assert CATALOG.priors["pue", "submarine"] == CATALOG.priors["pue", "unknown"]
    with pytest.raises(KeyError):
        CATALOG.priors["dram_power", "submarine"]


def test_a_prior_without_a_range_is_a_plain_number():
    assert CATALOG.priors["pue", "home"].number == 1.0
    assert isinstance(CATALOG.priors["pue", "hpc"].number, Range)


def own(tmp_path, row):
    cite(tmp_path, "mine")
    (tmp_path / "priors.csv").write_text(HEAD + row, encoding="utf-8")
    return Catalog((tmp_path,)).priors


def test_a_prior_of_ones_own_takes_precedence(tmp_path):
    priors = own(tmp_path, ROW)
    assert priors["pue", "hpc"].low == 1.05
    assert priors["pue", "google"] == CATALOG.priors["pue", "google"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("1.05,1.5", "1.3,1.5", "low, best and high are not in order"),
        ("1.1,1.2,1.4", "1.3,1.2,1.4", "p5, best and p95 are not in order"),
        ("ratio,mine", "ratio,", "a prior needs a source"),
        ("ratio,mine", "ratio,nobody", "nobody"),
        ("ratio", "percent", "the unit of pue is `ratio`, not `percent`"),
        ("pue,", "pu,", "the quantity `pu` is not one of"),
        ("1.05,1.5", "0.5,1.5", "outside of 1..10"),
        ("1.05,1.5", "1.05,inf", "outside of 1..10"),
        ("1.05,1.5", "1.05,much", "high is no number but `much`"),
        ("1.1,1.2,1.4", ",1.2,1.4", "p5 is no number but ``"),
    ],
)
def test_a_faulty_prior_is_an_error_of_the_database(tmp_path, old, new, said):
    with pytest.raises(InputError, match=r"priors\.csv:2") as error:
        own(tmp_path, ROW.replace(old, new, 1))
    assert said in str(error.value)


def test_a_class_that_nothing_takes_is_an_error_too(tmp_path):
    with pytest.raises(InputError, match="did you mean `hpc`"):
        own(tmp_path, ROW.replace("hpc", "hcp"))
