"""Speed and memory as ratios of whole processes, run in turn: ``make bench``.

The budgets are those of the product: a command line that starts as fast as an empty one,
and a thousand workloads in a few times the time that only parsing them takes.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
PYTHON = sys.executable
CARBONCTL = str(Path(PYTHON).with_name("carbonctl"))
RUNS = 15

EMPTY_APP = """
import typer
app = typer.Typer()
@app.command()
def main() -> None:
    pass
app()
"""
COMPLETING_APP = """
import typer
app = typer.Typer()
@app.command()
def estimate(format: str = "table") -> None:
    pass
@app.command()
def validate() -> None:
    pass
app(prog_name="bare")
"""
LOAD_YAML = """
import sys, yaml
for path in sys.argv[1:]:
    with open(path) as file:
        yaml.load(file, Loader=yaml.CSafeLoader)
"""


LOAD_LINES = """
import json, sys
with open(sys.argv[1]) as file:
    for line in file:
        json.loads(line)
"""
GRIDS, DEVICES = ("FR", "US", "DE", "US-CAMX"), ("nvidia/a100-sxm4-80gb", "nvidia/h100-sxm5-80gb")


def write_lines(path: Path, count: int) -> None:
    """Write workloads as JSON Lines: a few grids, devices and sizes, and figures of their own.

    They are not held in memory: a process begins with the peak of the one that starts it.
    """
    with path.open("w") as file:
        for number in range(count):
            run = {
                "name": "run", "kind": "compute", "device": DEVICES[number % 2],
                "devices": 8 << number % 4, "wall_time": f"{number % 9973 / 7 + 0.25:.2f} h",
                "load": f"{20 + number % 77} %",
            }  # fmt: skip
            site = {"grid": GRIDS[number % 7 % 4], "pue": 1.05 + number % 50 / 100}
            job = {"name": f"job {number}", "site": site, "phases": {"training": [run]}}
            file.write(json.dumps(job) + "\n")


def stream(folder: Path) -> list[bool]:
    """Compare a stream of 100,000 workloads with parsing its JSON, and with a short one."""
    few, many = folder / "few.jsonl", folder / "many.jsonl"
    write_lines(few, 1000)
    write_lines(many, 100_000)
    results = []
    streams = ("jsonl",), ("csv",), ("csv", "--totals"), ("csv", "-j1")
    for flags in (("--format", *more) for more in streams):
        fast, peak = compare(
            f"100,000 JSON Lines to {' '.join(flags[1:])} / parsing them",
            [CARBONCTL, "estimate", str(many), *flags], [PYTHON, "-c", LOAD_LINES, str(many)],
            8.0, 5,
        )  # fmt: skip
        short = once([CARBONCTL, "estimate", str(few), *flags])[1]
        print(f"{'  its peak memory / that of 1,000':44} {peak / short:5.2f} x   budget 1.2 x")
        results += [fast, peak <= 1.2 * short]
    return results


def once(command: Sequence[str], ends: int = 0, **environment: str) -> tuple[float, float]:
    """Return (seconds, peak MiB) of one process, which is to end with an exit code."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, cwd=ROOT, env={**os.environ, **environment},
        stderr=subprocess.DEVNULL if ends else None,
    )  # fmt: skip
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != ends:
        raise SystemExit(f"{' '.join(command)[:200]} ended with {process.returncode}")
    unit = 1 if sys.platform == "darwin" else 1024
    return seconds, usage.ru_maxrss * unit / 2**20


def compare(
    name: str,
    ours: Sequence[str],
    base: Sequence[str],
    budget: float,
    runs: int = RUNS,
    ends: int = 0,
    **environment: str,
):
    """Print the median ratio of two commands run in turn; return whether it is in budget."""
    once(ours, ends, **environment), once(base, **environment)
    pairs = [(once(ours, ends, **environment), once(base, **environment)) for _ in range(runs)]
    ratio = statistics.median(a[0] / b[0] for a, b in pairs)
    peak = statistics.median(a[1] for a, _ in pairs)
    verdict = "ok" if ratio <= budget else "OVER"
    print(f"{name:44} {ratio:5.2f} x   budget {budget:.1f} x   {peak:5.1f} MiB   {verdict}")
    return ratio <= budget, peak


# A system with a figure that is known, and the same with one that is not.
FIGURES = {
    "devices": ("device: {device}", "device: nvidia/zzz{number}"),
    "hosts": ("host: nvidia/dgx-h100", "host: nvidia/zzz{number}"),
    "units": ("rated_power: {number} W", "rated_power: {number} zz{number}"),
}


def unknown(folder: Path) -> list[bool]:
    """Compare `validate` of 10,000 unknown names in a file with that of 10,000 known ones."""
    results = []
    for what, lines in FIGURES.items():
        paths = []
        for place, line in enumerate(lines):
            paths.append(folder / f"{what}{place}.yaml")
            with paths[-1].open("w") as file:
                file.write("name: x\nsite: {grid: FR}\nsystems:\n")
                for number in range(1, 10_001):
                    figure = line.format(number=number, device=DEVICES[number % 2])
                    file.write(f"  s{number}: {{{figure}}}\n")
                energy = "{kind: energy, energy: 1 kWh, embodied: 0 kg}"
                file.write(f"phases: {{training: [{energy}]}}\n")
        known, faulty = ([CARBONCTL, "validate", str(path)] for path in paths)
        results.append(
            compare(f"10,000 unknown {what} / as many known ones", faulty, known, 3.0, 5, 3)[0]
        )
    return results


WITH_NUMPY = """
import sys, numpy
from carbonctl.cli.exit_codes import run
sys.exit(run(sys.argv[1:]))
"""


def questions(folder: Path) -> list[bool]:
    """Compare a comparison of 1,000 activities, and a gate over draws, with plain accounts."""
    sides = [folder / "before.yaml", folder / "after.yaml"]
    for more, path in enumerate(sides):
        with path.open("w") as file:
            file.write("name: x\nsite: {grid: FR, pue: 1.1..1.3}\nphases:\n  training:\n")
            for number in range(1000):
                file.write(
                    f"    - {{kind: compute, name: a{number}, device: {DEVICES[0]}, devices: 8, "
                    f"wall_time: {number % 97 + 1 + more} h, load: 60..{70 + number % 20} %}}\n"
                )
    before, after = map(str, sides)
    job, csv = "configs/recommendation-model.yaml", ("--format", "csv", "-q")
    gate = ("--fail-on", "p95(total_kgco2e) > 1 Mt")
    return [
        compare(
            "compare of 1,000 changes / estimating both",
            [CARBONCTL, "compare", before, after, *csv],
            [CARBONCTL, "estimate", before, after, "-j1", *csv], 3.0, 7,
        )[0],
        compare(
            "a p95 gate / estimate and importing numpy",
            [CARBONCTL, "estimate", job, *csv, *gate],
            [PYTHON, "-c", WITH_NUMPY, "estimate", job, *csv], 1.2,
        )[0],
    ]  # fmt: skip


TABS = {"commands": "e", "flags": "estimate --f", "device ids": "hardware show nvidia/h"}


def tabs():
    """Yield whether each answer to a TAB is in budget beside a bare Typer app's to the same."""
    for what, line in TABS.items():
        asks = {"COMP_WORDS": f"carbonctl {line}", "COMP_CWORD": str(len(line.split()))}
        yield compare(
            f"a TAB for {what} / in a bare Typer app",
            [CARBONCTL], [PYTHON, "-c", COMPLETING_APP], 1.3,
            _CARBONCTL_COMPLETE="complete_bash", _BARE_COMPLETE="complete_bash", **asks,
        )[0]  # fmt: skip


def main() -> int:
    """Run every comparison."""
    subprocess.run([PYTHON, "-m", "compileall", "-q", str(ROOT / "carbonctl")], check=True)
    quick, job = "configs/quickstart.yaml", (ROOT / "configs" / "llama3.yaml").read_text()
    empty = [PYTHON, "-c", EMPTY_APP]
    results = []
    fast, peak = compare(
        "estimate --format csv / empty Typer app",
        [CARBONCTL, "estimate", quick, "--format", "csv"], empty, 1.4,
    )  # fmt: skip
    results.append(fast)
    print(f"{'  its peak memory':44} {peak:5.1f} MiB, budget 40 MiB")
    results.append(peak <= 40)
    results.append(
        compare(
            "estimate as a table / empty Typer app", [CARBONCTL, "estimate", quick], empty, 1.6
        )[0]
    )
    results += tabs()
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"job{number}.yaml" for number in range(1000)]
        for path in paths:
            path.write_text(job)
        files = list(map(str, paths))
        results.append(
            compare(
                "1,000 workloads to csv / loading their YAML",
                [CARBONCTL, "estimate", *files, "--format", "csv", "-q"],
                [PYTHON, "-c", LOAD_YAML, *files], 3.0, 7,
            )[0]
        )  # fmt: skip
        results += unknown(Path(folder))
        results += questions(Path(folder))
        results += stream(Path(folder))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
