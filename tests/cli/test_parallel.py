"""Several processes: the same bytes in the same order, and nothing left when they end."""

import errno
import json
import multiprocessing
import os
import pty
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from tests.cli.test_streams import COMMAND, job, lines
from tests.conftest import CONFIGS, ROOT, clean_environment

SLOW = ("--fail-on", "p95(total_kgco2e) > 1e20 kg")  # spreads are made one by one
CHILDREN = "/proc/{0}/task/{0}/children"
STARTED_BY = """
import multiprocessing, sys
if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    from carbonctl.cli import main
    main(sys.argv[2:])
"""


@pytest.fixture
def stream(tmp_path):
    path = tmp_path / "jobs.jsonl"
    jobs = [job(f"job {n}", ("FR", "PL", "US")[n % 3], f"{n + 1}.5 h") for n in range(600)]
    path.write_text(lines(*jobs[:300], "oops", job("none", "Oz"), *jobs[300:]))
    return str(path)


@pytest.mark.parametrize("flags", [(), ("--totals",), SLOW, ("--set", "site.pue=1.5")])
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_the_same_bytes_in_the_same_order(inside, stream, flags, form):
    files = (stream, *sorted(map(str, CONFIGS.glob("*.yaml"))), "none.yaml", stream)
    alone = inside("estimate", *files, "-f", form, *flags, "--jobs", "1")
    assert alone.code == 3
    assert inside("estimate", *files, "-f", form, *flags, "--jobs", "3") == alone


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
@pytest.mark.skipif(os.name == "nt", reason="only spawn is there")
def test_however_processes_are_started(inside, stream, tmp_path, method):
    script = tmp_path / "main.py"
    script.write_text(STARTED_BY)
    done = subprocess.run(
        [sys.executable, str(script), method, "estimate", stream, "-f", "csv", "-j", "2"],
        capture_output=True, cwd=ROOT, env=clean_environment(PYTHONPATH=str(ROOT)), check=False,
    )  # fmt: skip
    alone = inside("estimate", stream, "-f", "csv", "-j", "1")
    assert (done.returncode, done.stdout.decode(), done.stderr.decode()) == alone


def start(*arguments: str, **how) -> "subprocess.Popen[bytes]":
    """Start the tool as a terminal does: what runs in the background ignores SIGINT, and hands
    that on."""
    return subprocess.Popen(
        [*COMMAND, *arguments], cwd=ROOT, env=clean_environment(), start_new_session=True,
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL), **how,  # noqa: PLW1509
    )  # fmt: skip


def is_alive(group: int) -> bool:
    for _ in range(50):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.1)
    return True


@pytest.fixture
def endless(tmp_path):
    path = tmp_path / "long.jsonl"
    path.write_text(lines(*(job(f"job {n}", hours=f"{n + 1} h") for n in range(40_000))))
    return str(path)


@pytest.mark.skipif(os.name == "nt", reason="needs process groups")
@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("name", ["SIGINT", "SIGKILL"])
def test_an_end_from_outside_leaves_nothing(endless, jobs, name):
    process = start(
        endless, "-f", "csv", "-j", jobs, *SLOW, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.read(1)
    if name == "SIGINT":  # as a terminal sends it, to all of them
        os.killpg(process.pid, signal.SIGINT)
    else:
        process.kill()
    assert process.stderr.read() == b""
    assert process.wait() == (130 if name == "SIGINT" else -9)
    assert not is_alive(process.pid)
    process.stdout.close()
    process.stderr.close()


@pytest.mark.skipif(os.name == "nt", reason="needs SIGPIPE")
@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("most", [1, 1_000_000])
def test_a_reader_that_has_enough(endless, jobs, most):
    process = start(
        endless, "-f", "csv", "-j", jobs, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.read(most).startswith(b"file,workload," if most > 1 else b"f")
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == -signal.SIGPIPE
    assert not is_alive(process.pid)
    process.stderr.close()


@pytest.mark.parametrize("exports", [(), ("--export", "csv=out.csv")])
@pytest.mark.parametrize("lines_in_a_file", [1, 0])
def test_batches_larger_than_a_pipe(inside, tmp_path, monkeypatch, exports, lines_in_a_file):
    monkeypatch.chdir(tmp_path)
    many = [job("x")["phases"]["training"][0] for _ in range(500)]
    jobs = [json.dumps({**job(f"job {n}"), "phases": {"training": many}}) for n in range(8)]
    jobs = [text[:-1] + " " * 400_000 + "}" for text in jobs]
    if lines_in_a_file:
        Path("jobs.jsonl").write_text("\n".join(jobs))
    for number, text in enumerate(() if lines_in_a_file else jobs):
        Path(f"job{number}.yaml").write_text(text)
    command = ("estimate", ".", "-r", "-f", "csv", *exports, "--jobs")
    assert inside(*command, "2") == inside(*command, "1")


@pytest.mark.skipif(not Path(CHILDREN.format(os.getpid())).exists(), reason="needs /proc")
@pytest.mark.parametrize("exports", [(), ("--export", "csv=out.csv")])
def test_a_process_that_is_ended_by_somebody_else(endless, tmp_path, exports):
    process = start(endless, "-f", "csv", "-j", "3", *SLOW, *exports,
                    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)  # fmt: skip
    children: list[str] = []
    while len(children) < 3:
        assert process.poll() is None
        children = Path(CHILDREN.format(process.pid)).read_text().split()
    os.kill(int(children[0]), signal.SIGKILL)
    assert process.stderr is not None
    said = process.stderr.read()
    assert said.startswith(b"carbonctl: a process of --jobs was ended from outside")
    assert process.wait() == 3
    assert not (ROOT / "out.csv").exists()
    assert not is_alive(process.pid)
    process.stderr.close()


def test_what_is_said_of_lines_is_said_before_them(tmp_path):
    path = tmp_path / "jobs.jsonl"
    path.write_text(lines(*(one for n in range(600) for one in (job(f"job {n}"), f"oops {n}"))))
    told = [
        subprocess.run(
            [*COMMAND, str(path), "-f", "csv", "--totals", "-j", jobs], stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, cwd=ROOT, env=clean_environment(), check=False,
        ).stdout for jobs in ("1", "3")
    ]  # fmt: skip
    assert told[0] == told[1]
    assert told[0].index(b"not valid JSON") < told[0].index(b"job 0")


@pytest.mark.skipif(os.name == "nt", reason="needs limits of processes")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_output_that_cannot_be_written_is_74(endless, tmp_path, jobs):
    with (tmp_path / "out.jsonl").open("wb") as out:
        done = subprocess.run(
            ["sh", "-c", 'ulimit -f 2048; exec "$@"', "sh", *COMMAND, endless, "-f", "jsonl", "-j",
             jobs], stdout=out, stderr=subprocess.PIPE, cwd=ROOT, env=clean_environment(),
            check=False,
        )  # fmt: skip
    assert done.stderr == b"standard output: File too large\n"
    assert done.returncode == 74


only_where_forked = pytest.mark.skipif(
    multiprocessing.get_start_method() != "fork", reason="what is changed here is not changed there"
)


@only_where_forked
def test_a_bug_in_another_process_is_70(inside, stream, monkeypatch):
    import carbonctl.batch.worker

    here, work = os.getpid(), carbonctl.batch.worker.read_document

    def fail(*arguments, **named):
        if os.getpid() == here:
            return work(*arguments, **named)
        raise RuntimeError("boom")

    monkeypatch.setattr(carbonctl.batch.worker, "read_document", fail)
    done = inside("estimate", stream, "-f", "csv", "-j", "2")
    assert done.code == 70
    assert "this is a bug (Failed: RuntimeError: boom)" in done.err
    assert "Traceback" in inside("estimate", stream, "-f", "csv", "-j", "2", "--debug").err


@only_where_forked
def test_too_little_memory_to_write_in_another_process_is_3(inside, stream, monkeypatch):
    import carbonctl.batch.pool

    def fail(*_):
        raise MemoryError

    monkeypatch.setattr(carbonctl.batch.pool, "to_stdout", fail)
    done = inside("estimate", stream, "-f", "csv", "-j", "2")
    assert done.code == 3
    assert "out of memory" in done.err


def failing_fork(monkeypatch, after: int) -> None:
    """Let some processes be started, and no more."""
    fork, started = os.fork, []

    def limited() -> int:
        started.append(1)
        if len(started) > after:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        return fork()

    monkeypatch.setattr(os, "fork", limited)


@only_where_forked
@pytest.mark.parametrize("started", [0, 1, 2])
def test_as_many_processes_as_can_be_started(inside, stream, monkeypatch, started):
    command = ("estimate", stream, "-f", "csv", "--jobs")
    alone = inside(*command, "1")
    for quiet in ((), ("-q",)):
        with monkeypatch.context() as changed:
            failing_fork(changed, started)
            done = inside(*command, "3", *quiet)
        assert (done.code, done.out) == (alone.code, alone.out)
        said = f"note: working in {started or 1} of 3 processes: Resource temporarily unavailable\n"
        assert done.err == ("" if quiet else said) + alone.err


@only_where_forked
@pytest.mark.parametrize(
    "error", [MemoryError(), OSError(errno.EMFILE, "Too many open files", "x")]
)
def test_what_the_system_does_not_give_another_process_is_3(inside, stream, monkeypatch, error):
    import carbonctl.batch.worker

    def fail(*_):
        raise error

    monkeypatch.setattr(carbonctl.batch.worker, "documents", fail)
    done = inside("estimate", stream, "-f", "csv", "-j", "2")
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith(("carbonctl: out of memory", "x: Too many open files"))


# --- progress ---


def on_a_terminal(folder: Path, *arguments: str) -> tuple[int, bytes, bytes]:
    """Return the exit code, standard output, and what a terminal for standard error was sent."""
    ours, theirs = pty.openpty()
    with (folder / "out").open("wb") as out, Path(os.devnull).open("rb") as nothing:
        process = subprocess.Popen(
            [*COMMAND, *arguments], stdin=nothing, stdout=out, stderr=theirs, cwd=ROOT,
            env=clean_environment(COLUMNS="80", TERM="xterm"),
        )  # fmt: skip
    os.close(theirs)
    shown = b""
    while True:
        try:
            more = os.read(ours, 65536)
        except OSError:
            break
        if not more:
            break
        shown += more
    os.close(ours)
    return process.wait(), (folder / "out").read_bytes(), shown


def test_a_bar_for_long_work_that_is_gone_when_done(tmp_path):
    path = tmp_path / "jobs.jsonl"
    jobs = [json.dumps(job(f"job {n}", hours=f"{n + 1}..{n + 2} h")) for n in range(2000)]
    jobs[1700] = "oops"
    path.write_text("\n".join(jobs))
    code, out, shown = on_a_terminal(tmp_path, str(path), "-f", "csv", "--totals", "-j", "1", *SLOW)
    assert code == 3
    assert b" workloads " in shown
    assert f"{path}:1701:1: not valid JSON: ".encode() in b" ".join(shown.split())
    assert shown.endswith(b"\x1b[2K")
    assert out.count(b"\n") == 2000
    assert b"\x1b" not in out


def test_no_bar_for_short_work_or_for_those_who_want_quiet(tmp_path):
    quick = str(CONFIGS / "quickstart.yaml")
    assert on_a_terminal(tmp_path, quick, "-f", "csv")[2] == b""
    assert on_a_terminal(tmp_path, *[quick] * 3000, "-q", "-f", "csv", "-j", "1", *SLOW)[2] == b""
