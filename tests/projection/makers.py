"""Projections for tests: a workload with a block, and its report."""

from carbonctl import estimators
from carbonctl.account import result_of
from carbonctl.analysis.projection.report import Report, Wanted
from carbonctl.spec.load import load
from tests.conftest import CATALOG, ROOT

SPECS = ROOT / "tests" / "oracles" / "analysis" / "specs"
SERVICE = (SPECS / "service.yaml").read_text(encoding="utf-8")
FILE = "fleet.yaml"
# All energy is 1000 kWh on 0.4 kg/kWh, and embodied carbon 800 kg.
PLAIN = """\
name: fleet
site: {carbon_intensity: 400 g/kWh, pue: 1.0}
phases:
  training:
    - {name: work, kind: energy, energy: 1000 kWh, embodied: 800 kg}
"""


def text(block: str, workload: str = PLAIN) -> str:
    """A workload with a projection, whose lines come after it."""
    lines = "\n".join(f"  {line}" for line in block.strip().splitlines())
    return f"{workload}projection:\n{lines}\n"


def made(block: str, workload: str = PLAIN, **wanted) -> Report:
    loaded = load(text(block, workload), FILE, estimators, CATALOG)
    return Report(loaded, result_of(loaded, CATALOG, FILE, ""), Wanted(**wanted))
