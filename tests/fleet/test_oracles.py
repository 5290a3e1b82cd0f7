"""The samples of tables and logs against what they are known to cause."""

import csv
from dataclasses import replace

import pytest

from carbonctl.inputs.jobs.maps import EMPTY, read_map
from carbonctl.inputs.jobs.options import DEFAULTS
from tests.conftest import ROOT
from tests.fleet.accounts import rows_of

FOLDER = ROOT / "tests" / "oracles" / "fleet"
PLACE = ("site.carbon_intensity=0.4 kg/kWh", "site.pue=1.2")
LOG = "4242_2026-03-01T100000Z_carbontracker_output.log"
# The map of each sample, what is set besides, and the PUE that a log's energy holds.
SAMPLES = {
    "jobs.csv": ("jobs", (), None),
    "sacct.psv": ("sacct", (), None),
    "azure-usage.csv": ("instances", (), None),
    "focus-1.2.csv": ("instances", (), None),
    "opencost.csv": ("sacct", (*PLACE, "device=a100"), None),
    LOG: (None, PLACE, 1.58),
    **dict.fromkeys(
        ("codecarbon-31.csv", "codecarbon-38.csv", "dcgm-energy.csv", "eit.jsonl",
         "nvidia-smi.csv", "zeus.csv"),
        (None, PLACE, None),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_cause_what_is_expected(name):
    mapped, settings, pue = SAMPLES[name]
    map = read_map(str(FOLDER / "samples" / f"{mapped}.map.yaml")) if mapped else EMPTY
    form = "opencost" if name == "opencost.csv" else None  # its map is of another log
    totals, rejects, _ = rows_of(
        FOLDER / "samples" / name, map, settings, form,
        options=replace(DEFAULTS, assume_pue=pue),
    )  # fmt: skip
    with (FOLDER / "expected" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    wanted = [row for row in rows if row["kwh"]]
    assert len(totals) == len(wanted)
    for row, got in zip(wanted, totals.values(), strict=True):
        assert got.energy_kwh == pytest.approx(float(row["kwh"]), rel=1e-9)
        assert got.operational_kgco2e == pytest.approx(float(row["operational_kgco2e"]), rel=1e-9)
        if row["embodied_kgco2e"]:
            assert got.embodied_kgco2e == pytest.approx(float(row["embodied_kgco2e"]), rel=1e-9)
        else:
            assert got.embodied_kgco2e is None
    refused = {row["row"] for row in rows if row["note"].startswith("error")}
    assert {str(reject.line) for reject in rejects} == refused
