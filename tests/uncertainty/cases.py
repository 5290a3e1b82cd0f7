"""Right values of what is uncertain, each found by two routes: tests/oracles/analysis."""

import csv

import pytest

from tests.conftest import ROOT

FOLDER = ROOT / "tests" / "oracles" / "analysis"
SERVICE = FOLDER / "specs" / "service-ranges.yaml"
CASES = list(csv.DictReader((FOLDER / "uncertainty.csv").read_text(encoding="utf-8").splitlines()))


def of_case(*names: str) -> list[dict[str, str]]:
    """Return the cases whose names begin so."""
    return [case for case in CASES if case["case"].startswith(names)]


def close(case: dict[str, str], number: float) -> None:
    """Compare a number with the value of a case, within its tolerance."""
    relative, absolute = (float(case[key] or 0) for key in ("rel_tol", "abs_tol"))
    expected = pytest.approx(float(case["value"]), rel=relative, abs=absolute)
    assert number == expected, case
