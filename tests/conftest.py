"""What tests share: the catalog, and ways to run the tool inside and outside this process."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, settings

from carbonctl.account import estimate
from carbonctl.catalog import Catalog
from carbonctl.ledger.result import Result

ROOT = Path(__file__).parent.parent
CONFIGS = ROOT / "configs"
# What `estimate` reads of configs/: its fleets are tables, maps and templates, `site` reads sites,
# `explore` designs, and scaling laws are no workloads.
WORKLOADS = [
    path
    for path in sorted(CONFIGS.rglob("*.yaml"))
    if not {"fleets", "site", "scaling"} & set(path.relative_to(CONFIGS).parts)
    and "\nobjectives:" not in path.read_text(encoding="utf-8")
]
CATALOG = Catalog()
# How a message goes on that knows no grid of a name.
GRIDS = (
    "write a country (FR or France), a part of one (US-CAMX) or a cloud region "
    "(gcp/europe-west4) (`carbonctl grid list` lists them all)"
)

settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")


class Run(NamedTuple):
    code: int
    out: str
    err: str


def account(text: str, *overrides: str) -> Result:
    """Return the result of a spec given as text."""
    return estimate(text.encode(), "job.yaml", CATALOG, overrides)


@cache
def example(file: str) -> Result:
    """Return the account of one file of configs/."""
    return account((CONFIGS / file).read_text(encoding="utf-8"))


def cite(folder: Path, *keys: str) -> None:
    """Write the sources.yaml of a database of one's own."""
    about = "{citation: A test, url: 'https://example.org', licence: none, year: 2025}"
    (folder / "sources.yaml").write_text("".join(f"{key}: {about}\n" for key in keys))


def clean_environment(**extra: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "SYSTEMROOT")}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", **extra}


def run(*arguments: str, stdin: str | bytes = "", cwd: Path = ROOT, **environment: str) -> Run:
    """Run the tool as a process of its own."""
    data = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(
        [sys.executable, "-m", "carbonctl", *arguments],
        input=data,
        capture_output=True,
        cwd=cwd,
        env=clean_environment(PYTHONPATH=str(ROOT), **environment),
        check=False,
        timeout=60,
    )
    return Run(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture
def inside(capfd, monkeypatch):
    """Run the command line in this process, which is faster than `run`."""
    from carbonctl.cli.exit_codes import run as run_command

    for name in list(os.environ):
        if name.startswith("CARBONCTL_") or name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
            monkeypatch.delenv(name)

    def call(*arguments: str) -> Run:
        capfd.readouterr()
        code = run_command(list(arguments))
        out, err = capfd.readouterr()
        return Run(code, out, err)

    return call
