"""What is written is whole, or is left as it was; what cannot be written is said."""

import csv
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from carbonctl.cli.app import COMMANDS
from tests.conftest import CONFIGS, ROOT, clean_environment, run

QUICK = str(CONFIGS / "quickstart.yaml")
COMMAND = [sys.executable, "-m", "carbonctl"]


def limited(size: int, *arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run the tool where no file can grow beyond some bytes."""

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return subprocess.run(
        [*COMMAND, *arguments], preexec_fn=limit, cwd=cwd, capture_output=True, text=True,
        env=clean_environment(PYTHONPATH=str(ROOT)), check=False,
    )  # fmt: skip


def count(path: Path) -> int:
    """Return how many rows a table has."""
    return len(list(csv.DictReader(path.read_text().splitlines())))


def test_an_append_that_fails_leaves_no_fragment_and_a_retry_counts_once(inside, tmp_path):
    path = tmp_path / "log.csv"
    export = ("estimate", QUICK, "-q", "--export", f"csv+={path}")
    assert inside(*export).code == 0
    before = path.read_bytes()
    rows = count(path)
    done = limited(len(before) + 300, *export)
    assert done.returncode == 74
    assert f"{path}: File too large" in done.stderr
    assert path.read_bytes() == before
    assert inside(*export).code == 0
    assert count(path) == 2 * rows


@pytest.mark.parametrize(
    "arguments",
    [("estimate", QUICK), ("compare", QUICK, QUICK), ("embodied", "nvidia/h100-sxm5-80gb")],
)
@pytest.mark.parametrize("form", ["csv", "json", "md"])
def test_no_export_leaves_a_fragment(tmp_path, arguments, form):
    for sign in ("=", "+="):
        done = limited(100, *arguments, "-q", "--export", f"{form}{sign}{tmp_path}/new")
        assert done.returncode == 74
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("template", [(), ("budget",), ("device",)])
def test_init_leaves_no_fragment(tmp_path, template):
    done = limited(50, "init", *template, cwd=tmp_path)
    assert done.returncode == 74
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("form", "code"), [("csv", 2), ("csv+", 2)])
def test_a_hard_link_of_an_input_is_the_input(inside, tmp_path, form, code):
    job, budget, link = tmp_path / "job.yaml", tmp_path / "budget.yaml", tmp_path / "link"
    job.write_text(Path(QUICK).read_text())
    budget.write_text("fail: [total_kgco2e > 1 Mt]\n")
    for path in (job, budget):
        link.unlink(missing_ok=True)
        link.hardlink_to(path)
        before = path.read_bytes()
        export = ("--export", f"{form}={link}", "--budget", str(budget))
        for command in (("estimate", str(job)), ("compare", QUICK, str(job))):
            done = inside(*command, *export)
            assert (done.code, done.out) == (code, "")
            assert f"{path} is read, and would be written to" in done.err
        assert path.read_bytes() == before
    link.unlink()
    link.hardlink_to(job)
    assert inside("embodied", str(job), "--export", f"{form}={link}").code == code
    with job.open("rb") as file:
        done = subprocess.run(
            [*COMMAND, "estimate", "-", "--export", f"{form}={link}"], stdin=file, cwd=ROOT,
            capture_output=True, env=clean_environment(), check=False,
        )  # fmt: skip
    assert done.returncode == code
    assert job.read_text() == Path(QUICK).read_text()


def test_two_exports_to_one_file_by_two_names(inside, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.touch()
    two.hardlink_to(one)
    done = inside("estimate", QUICK, "--export", f"csv+={one}", "--export", f"tsv+={two}")
    assert done.code == 2
    assert "another --export" in done.err


# --- loops of links ---


@pytest.fixture
def loop(tmp_path):
    one, two = tmp_path / "loop.yaml", tmp_path / "two.yaml"
    one.symlink_to(two)
    two.symlink_to(one)
    return one


@pytest.mark.parametrize(
    "arguments",
    ["estimate {}", "validate {}", "explain {}", "embodied {}", "embodied --import-act {}",
     "compare {} {}", "compare {quick} {}", "estimate {quick} --budget {}"],
)  # fmt: skip
def test_a_loop_that_is_read(inside, loop, arguments):
    done = inside(*(word.format(loop, quick=QUICK) for word in arguments.split()))
    assert (done.code, done.out) == (3, "")
    assert f"{loop}:1:1: Too many levels of symbolic links" in done.err


@pytest.mark.parametrize("form", ["csv", "csv+", "md"])
def test_a_loop_that_is_written_to(inside, loop, form):
    done = inside("estimate", QUICK, "-q", "--export", f"{form}={loop}")
    assert done.code == 74
    assert f"{loop}: Too many levels of symbolic links" in done.err
    assert loop.is_symlink()
    assert inside("init", "--output", str(loop)).code == 74
    assert inside("estimate", QUICK, "--hardware-db", str(loop)).code == 3


def test_a_list_of_materials_that_imports_a_loop(inside, loop):
    bom = loop.with_name("bom.yaml")
    bom.write_text("imports: [loop.yaml]\n")
    done = inside("embodied", "--import-act", str(bom))
    assert done.code == 3


# --- standard output is closed ---


def closed(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*COMMAND, *arguments], preexec_fn=lambda: os.close(1), stderr=subprocess.PIPE, cwd=ROOT,
        env=clean_environment(**environment), check=False,
    )  # fmt: skip


HELPS = [("--help",), ("-h",), ("--version",), *((command, "--help") for command in COMMANDS),
         ("hardware", "list", "--help"), ("grid", "show", "-h")]  # fmt: skip


@pytest.mark.parametrize("arguments", HELPS, ids=" ".join)
def test_help_that_nobody_can_read(arguments):
    done = closed(*arguments)
    assert (done.returncode, done.stderr) == (74, b"standard output is closed\n")


@pytest.mark.parametrize("arguments", [("estimate", QUICK, "-q"), ("kinds",), ("init", "-o", "-")])
def test_a_result_that_nobody_can_read(arguments):
    done = closed(*arguments)
    assert (done.returncode, done.stderr) == (74, b"standard output is closed\n")


def test_an_answer_to_a_tab_that_nobody_can_read():
    asks = {"COMP_WORDS": "carbonctl e", "COMP_CWORD": "1"}
    assert closed(_CARBONCTL_COMPLETE="complete_bash", **asks).returncode == 74


def test_what_writes_nothing_needs_no_standard_output(tmp_path):
    assert closed("validate", QUICK).returncode == 0
    assert closed("init", "--output", str(tmp_path / "x.yaml"), "-q").returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full device")
@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("estimate", "--help")])
def test_help_on_a_full_disk(arguments):
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*COMMAND, *arguments], stdout=full, stderr=subprocess.PIPE, cwd=ROOT,
            env=clean_environment(), check=False,
        )  # fmt: skip
    assert done.returncode == 74
    assert b"No space left on device" in done.stderr


def test_a_budget_from_standard_input():
    done = run("estimate", QUICK, "-q", "--budget", "-", stdin="fail: [total_kgco2e > 1 kg]\n")
    assert done.code == 1
