"""``--format parquet``: bytes to a pipe or a file, and neither to a terminal."""

import io
import os
import pty
import subprocess
import sys

import pandas as pd
import pytest

import carbonctl
from tests.conftest import CONFIGS, ROOT, clean_environment, run

QUICK = str(CONFIGS / "quickstart.yaml")
LLAMA = str(CONFIGS / "llama3.yaml")
INSTALL = "install it with `pip install 'carbonctl[frames]'`"


@pytest.fixture
def installed():
    pytest.importorskip("pyarrow")


def read(data: bytes) -> pd.DataFrame:
    return pd.read_parquet(io.BytesIO(data))


def piped(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "carbonctl", "estimate", *arguments],
        capture_output=True, cwd=ROOT, check=False,
        env=clean_environment(PYTHONPATH=str(ROOT), **environment),
    )  # fmt: skip


def test_to_a_pipe(installed):
    done = piped(QUICK, LLAMA, "--format", "parquet")
    assert (done.returncode, done.stderr) == (0, b"")
    wanted = carbonctl.to_frame(carbonctl.estimate([QUICK, LLAMA]))
    pd.testing.assert_frame_equal(read(done.stdout), wanted, check_exact=True)


def test_to_a_file(installed, inside, tmp_path):
    path = tmp_path / "account.parquet"
    done = inside("estimate", QUICK, "--format", "csv", "--export", f"parquet={path}")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("file,")
    assert len(read(path.read_bytes())) == len(done.out.splitlines()) - 1
    assert os.listdir(tmp_path) == [path.name]  # noqa: PTH208


def test_groups(installed):
    frame = read(piped(LLAMA, "--format", "parquet", "--by", "scope").stdout)
    assert frame.columns[:3].tolist() == ["file", "workload", "scope"]
    groups = carbonctl.estimate(LLAMA).groups("scope")
    assert dict(zip(frame["scope"], frame["total_kgco2e"], strict=True)) == {
        name: sums.total_kgco2e for name, sums in groups.items()
    }


def test_a_faulty_file_beside_a_good_one(installed, tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text("name: x\n")
    done = piped(str(bad), QUICK, "--format", "parquet")
    assert done.returncode == 3
    assert read(done.stdout)["file"].unique().tolist() == [QUICK]
    alone = piped(str(bad), "--format", "parquet")
    assert (alone.returncode, alone.stdout) == (3, b"")


@pytest.mark.parametrize("words", [("--format", "parquet"), ("--export", "parquet=/dev/stdout")])
def test_a_terminal_is_spared(words):
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "carbonctl", "estimate", QUICK, *words],
            stdin=subprocess.DEVNULL, stdout=theirs, stderr=subprocess.PIPE, cwd=ROOT, check=False,
            env=clean_environment(PYTHONPATH=str(ROOT)),
        )  # fmt: skip
        os.set_blocking(ours, False)
        with pytest.raises(BlockingIOError):  # nothing came
            os.read(ours, 1)
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.returncode == 2
    said = done.stderr.decode()
    assert "parquet is binary, and standard output is a terminal" in said
    assert "write --export parquet=account.parquet, or > account.parquet" in said


def test_nothing_can_be_appended(inside, tmp_path):
    path = tmp_path / "a.parquet"
    done = inside("estimate", QUICK, "--export", f"parquet+={path}")
    assert (done.code, done.out) == (2, "")
    assert f"cannot be appended to; write parquet={path}" in done.err
    assert not path.exists()


@pytest.mark.parametrize("package", ["pandas", "pyarrow"])
@pytest.mark.parametrize("words", [("--format", "parquet"), ("--export", "parquet=a.parquet")])
def test_without_the_extra(inside, monkeypatch, tmp_path, package, words):
    if package == "pyarrow":
        pytest.importorskip("pandas")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, package, None)
    done = inside("estimate", QUICK, *words)
    assert (done.code, done.out) == (2, "")
    assert f"Parquet needs {package}" in done.err
    assert INSTALL in done.err
    assert not list(tmp_path.iterdir())


def test_it_is_no_format_of_a_comparison(inside):
    assert inside("compare", QUICK, QUICK, "--format", "parquet").code == 2
    done = inside("compare", QUICK, QUICK, "--export", "parquet=a")
    assert (done.code, "no format `parquet`" in done.err) == (2, True)


def test_it_is_listed_in_the_help():
    assert "parquet" in run("estimate", "--help").out
