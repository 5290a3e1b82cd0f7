"""Reads logs in tests, and adds up what is drawn by the rows."""

import csv
from collections.abc import Iterator

import yaml

from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.options import Options
from tests.conftest import ROOT

FLEET = ROOT / "tests" / "oracles" / "fleet"


class Text:
    """A log that is a text."""

    name, path = "log", None

    def __init__(self, text: str) -> None:
        self.text = text

    def lines(self) -> Iterator[str]:
        return (
            iter(self.text.splitlines(keepends=True))
            if "\n" in self.text
            else iter([self.text] if self.text else [])
        )


def imported(module, text, **options):
    """Return the rows of a log and what was found in it."""
    findings = Findings()
    return list(module.rows(Text(text), Options(**options), findings)), findings


def sample(name):
    return (FLEET / "samples" / name).read_text(encoding="utf-8")


def sample_map(name):
    return yaml.load(sample(name), Loader=yaml.BaseLoader)


def expected(name):
    with (FLEET / "expected" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def it_kwh(row, watts, dram_w_per_gb=0.3725):
    """Return the energy of a row in kWh, of devices that draw `watts` by name."""
    power = row.get("devices", 0) * watts[row["device"]] if row.get("device") else 0
    power += row.get("cpu_cores", 0) * row.get("cpu_power_w", 0)
    power += row.get("memory_gb", 0) * dram_w_per_gb
    return row["wall_time_h"] * power / 1000
