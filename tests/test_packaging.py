"""Wheel, sdist and editable installs run outside the checkout."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT, clean_environment

MOST_BYTES = 12_000_000  # of a wheel
JOB = "name: x\nsite: {grid: FR}\nphases: {training: [{kind: compute, device: nvidia/a100-sxm4-80gb, devices: 8, wall_time: 1 h}]}\n"


def build(kind: str, source: Path, out: Path) -> Path:
    done = subprocess.run(
        [sys.executable, "-m", "build", f"--{kind}", "--no-isolation", "--outdir", str(out), str(source)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = out.iterdir()
    return path


@pytest.fixture(scope="module")
def sdist(tmp_path_factory):
    return build("sdist", ROOT, tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module", params=["from the checkout", "from the sdist"])
def wheel(request, sdist, tmp_path_factory):
    source = ROOT
    if request.param == "from the sdist":
        folder = tmp_path_factory.mktemp("unpacked")
        with tarfile.open(sdist) as archive:
            archive.extractall(folder, filter="data")
        (source,) = folder.iterdir()
    return build("wheel", source, tmp_path_factory.mktemp("wheel"))


def estimate(folder: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "carbonctl", "estimate", "-", "--format", "csv"],
        input=JOB, capture_output=True, text=True, cwd=cwd, check=False,
        env=clean_environment(PYTHONPATH=str(folder)),
    )  # fmt: skip


def called(folder: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "carbonctl", *arguments],
        capture_output=True, text=True, cwd=cwd, check=False,
        env=clean_environment(PYTHONPATH=str(folder)),
    )  # fmt: skip


def test_a_wheel_works_outside_the_checkout(wheel, tmp_path):
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(site)
    for name in (
        "hardware_db/VERSION",
        "hardware_db/sources.yaml",
        "hardware_db/hourly/series.csv",
        "hardware_db/hourly/LICENSE-HPE",
        "hardware_db/hourly/eia930/ciso-2022.csv.gz",
        "configs/llama3.yaml",
        "configs/published/record.csv",
        "configs/fleets/cluster.csv",
        "cli/app.py",
        "py.typed",
        "cli/commands.json",
        "reference/templates/workload.yaml",
    ):
        assert f"carbonctl/{name}" in names
    assert not any(name.startswith("tests/") for name in names)
    assert any(name.endswith("licenses/NOTICE") for name in names)
    done = estimate(site, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("file,workload,")
    for name in (["serving"], ["--from-published", "llama3"]):
        assert called(site, tmp_path, "init", *name).returncode == 0
    assert called(site, tmp_path, "doctor").returncode == 0
    assert "eia930/ciso-2022" in called(site, tmp_path, "grid", "hourly").stdout
    assert wheel.stat().st_size < MOST_BYTES


def test_an_editable_install_works_outside_the_checkout(tmp_path):
    done = estimate(ROOT, tmp_path)  # what an editable install puts on the path
    assert done.returncode == 0, done.stderr


def test_the_sdist_holds_what_it_needs(sdist):
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE", "Makefile", "hardware_db/VERSION",
                 "configs/quickstart.yaml", "tests/conftest.py", "carbonctl/__main__.py"):  # fmt: skip
        assert name in names
