"""Reports of levers for tests: a workload with a block of levers."""

from carbonctl.analysis.accounts import Accounts
from carbonctl.analysis.levers.report import Report, report
from tests.conftest import CATALOG, ROOT

SPECS = ROOT / "tests" / "oracles" / "analysis" / "specs"
SERVICE = (SPECS / "service.yaml").read_text(encoding="utf-8")
FILE = "service.yaml"


def text(levers: str, workload: str = SERVICE) -> str:
    """A workload with levers, whose lines come after it."""
    return f"{workload}levers:\n{levers}"


def accounts(levers: str, workload: str = SERVICE) -> Accounts:
    return Accounts(text(levers, workload).encode(), FILE, FILE, CATALOG)


def made(levers: str, workload: str = SERVICE, **how) -> Report:
    return report(accounts(levers, workload), **how)
