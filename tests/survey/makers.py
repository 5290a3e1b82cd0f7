"""Surveys of tables that tests write or read."""

import os
from pathlib import Path

import pytest

from carbonctl.analysis.survey.answer import survey
from carbonctl.analysis.survey.model import Question
from carbonctl.inputs.runs.columns import Wanted, read_maps
from carbonctl.inputs.runs.read import Reading, read
from tests.conftest import CATALOG, CONFIGS, ROOT

ORACLES = ROOT / "tests" / "oracles" / "analysis"
RUNS = CONFIGS / "survey" / "runs.csv"
# A copy of the table behind Luccioni and Hernandez-Garcia (2023), which may not be shipped.
CO2ML = os.environ.get("CARBONCTL_CO2ML", "")
needs_co2ml = pytest.mark.skipif(not CO2ML, reason="CARBONCTL_CO2ML names no copy of the table")


def surveyed(path, *by, preset=None, maps=(), skips_bad=False, **question):
    """Return the survey of a table."""
    wanted = Wanted(read_maps(maps), by, preset)
    runs = read([str(path)], Reading(wanted, lambda: CATALOG, skips_bad))
    return survey(runs, Question(**question), Path(path).name)


def group(made, value):
    """Return one group of a survey."""
    return next(group for group in made.groups if group.row.value == str(value))
