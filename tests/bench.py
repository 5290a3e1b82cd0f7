"""Speed and memory as ratios of whole processes, run in turn: ``make bench``.

The budgets are those of the product: a command line that starts as fast as an empty one,
and a thousand workloads in a few times the time that only parsing them takes.
"""

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


def once(command: Sequence[str], **environment: str) -> tuple[float, float]:
    """Return (seconds, peak MiB) of one process."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, cwd=ROOT, env={**os.environ, **environment}
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)[:200]} ended with {process.returncode}")
    unit = 1 if sys.platform == "darwin" else 1024
    return seconds, usage.ru_maxrss * unit / 2**20


def compare(
    name: str,
    ours: Sequence[str],
    base: Sequence[str],
    budget: float,
    runs: int = RUNS,
    **environment: str,
):
    """Print the median ratio of two commands run in turn; return whether it is in budget."""
    once(ours, **environment), once(base, **environment)
    pairs = [(once(ours, **environment), once(base, **environment)) for _ in range(runs)]
    ratio = statistics.median(a[0] / b[0] for a, b in pairs)
    peak = statistics.median(a[1] for a, _ in pairs)
    verdict = "ok" if ratio <= budget else "OVER"
    print(f"{name:44} {ratio:5.2f} x   budget {budget:.1f} x   {peak:5.1f} MiB   {verdict}")
    return ratio <= budget, peak


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
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
