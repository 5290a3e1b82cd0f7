"""Speed and memory as ratios of whole processes, run in turn: ``make bench``.

``python -m tests.bench NAME…`` runs the rows whose name contains a NAME. Each row compares a
command with another one, or with a process that only parses the same input, and has a budget.
Streams are of `LINES` workloads, or of as many as the variable BENCH_LINES says; tables of a fleet
are of `JOBS` rows, or of BENCH_JOBS: BENCH_JOBS=10000000 is what its budgets are written for.
"""

import csv
import json
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
PYTHON = sys.executable
CARBONCTL = str(Path(PYTHON).with_name("carbonctl"))
LINES = int(os.environ.get("BENCH_LINES", "20000"))
JOBS = int(os.environ.get("BENCH_JOBS", "3000000"))  # rows of a fleet
_SEVEN = "tests/oracles/analysis/specs/service-ranges.yaml"  # unknowns
_MANY = 15  # runs of a command that takes a fraction of a second

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
from pathlib import Path
for path in Path(sys.argv[1]).iterdir():
    with open(path) as file:
        yaml.load(file, Loader=yaml.CSafeLoader)
"""
PARSE = """
import json, sys
with open(sys.argv[1]) as file:
    for line in file:
        json.loads(line)
"""
WITH_NUMPY = """
import sys, numpy
from carbonctl.cli.exit_codes import run
sys.exit(run(sys.argv[1:]))
"""
# What a sweep of utilization and lifetime of a service computes, by hand, and its CSV.
SWEEP_BY_HAND = """
import csv, sys
import numpy as np
shares, years = np.meshgrid(np.linspace(.3, 1, 100), np.linspace(3, 5, 100), indexing="ij")
u, life = shares.ravel(), years.ravel() * 8760
grid, market, pue = .4, .4 * .45, 1.25
energy = 1e6 / 1000 * 2 * 8760 * 1.2 / 1000 * pue
embodied = 1e6 / 1000 * 2 * 8760 * 20 / (5 * 8760 * .8)
for hours in (200 * 100, 100_000, 1e8 / 24 * 8760 * 10 / 3.6e6):
    energy = energy + (hours * 400 / 1000 + hours / 2 * 200 / 1000) * pue
    embodied = embodied + hours / 2 * 1600 / (life * u)
one = np.ones_like(u)
op, other = energy * grid * one, energy * market * one
sums = [energy * one, op, other, embodied, op + embodied, other + embodied, op + embodied,
        op + embodied]
writer = csv.writer(sys.stdout)
writer.writerow(["point", "utilization", "lifetime", "file", "workload", "complete", "energy_kwh",
                 "operational_kgco2e", "operational_market_kgco2e", "embodied_kgco2e",
                 "total_kgco2e", "total_market_kgco2e", "total_low_kgco2e", "total_high_kgco2e",
                 "water_l", "error"])
rows = zip(u.tolist(), (life / 8760).tolist(), *(figures.tolist() for figures in sums))
writer.writerows((n, f"{a:.15g}", f"{b:.15g} years", "service.yaml", "service", "true", *row, "", "")
                 for n, (a, b, *row) in enumerate(rows, 1))
"""
ONE_BY_ONE = """
import sys
from itertools import product
from pathlib import Path
from carbonctl.account import estimate
from carbonctl.catalog import Catalog
catalog, data = Catalog(), Path(sys.argv[1]).read_bytes()
for share, years in product(range(100), range(100)):
    values = (f"systems.pool.utilization={30 + share * .7}%", f"systems.pool.lifetime={3 + years / 50} years")
    estimate(data, "service.yaml", catalog, values).total
"""
DRAWN = """
import sys, numpy as np
from carbonctl import estimate
from carbonctl.ledger.unknowns import is_certain, unknown_of
rng, drawn, total = np.random.default_rng(1), {}, 0.0
for entry in estimate(sys.argv[1]).booked:
    names = {}
    for value in entry.inputs:
        if is_certain(value):
            names[value.name] = value.best
            continue
        unknown = unknown_of(value)
        if unknown not in drawn:
            score = rng.standard_normal(int(sys.argv[2]))
            below, above = np.log(value.best / value.low), np.log(value.high / value.best)
            drawn[unknown] = value.best * np.exp(score * np.where(score < 0, below, above) / 1.645)
        names[value.name] = drawn[unknown]
    total = total + eval(entry.formula, names)
print(total.mean(), total.std(), np.percentile(total, (5, 50, 95)))
"""
READ_COLUMNS = """
import sys
if sys.argv[1].endswith(".parquet"):
    from pyarrow import parquet
    batches = parquet.ParquetFile(sys.argv[1]).iter_batches(131072)
else:
    from pyarrow import csv
    batches = csv.open_csv(sys.argv[1])
print(sum(batch.num_rows for batch in batches))
"""
READ_ROWS = """
import csv, sys
with open(sys.argv[1], newline="") as file:
    print(sum(len(row) for row in csv.reader(file)))
"""
WITHOUT_PYARROW = """
import sys
sys.modules["pyarrow"] = None
from carbonctl.cli.exit_codes import run
sys.exit(run(sys.argv[1:]))
"""
PROGRAMS = {
    "read-columns": [PYTHON, "-c", READ_COLUMNS],
    "read-rows": [PYTHON, "-c", READ_ROWS],
    "import-pyarrow": [PYTHON, "-c", "import pyarrow"],
    "without-pyarrow": [PYTHON, "-c", WITHOUT_PYARROW],
    "by-hand": [PYTHON, "-c", SWEEP_BY_HAND],
    "one-by-one": [PYTHON, "-c", ONE_BY_ONE],
    "carbonctl": [CARBONCTL],
    "site": [PYTHON, "-m", "tests.bench_site"],
    "empty": [PYTHON, "-c", EMPTY_APP],
    "bare": [PYTHON, "-c", COMPLETING_APP],
    "load": [PYTHON, "-c", LOAD_YAML],
    "parse": [PYTHON, "-c", PARSE],
    "numpy": [PYTHON, "-c", WITH_NUMPY],
    "drawn": [PYTHON, "-c", DRAWN],
    "pandas": [PYTHON, "-c", "import sys, pandas; pandas.read_csv(sys.argv[1])"],
}

# ---- what the commands read: a word in braces is a file of one of these --------------------


KNOWN = ["nvidia/a100-sxm4-80gb", "nvidia/h100-sxm5-80gb", "nvidia/v100-sxm2-32gb"]


def devices(count: int) -> list[str]:
    """Return the ids of some devices, most of them with unknown parts."""
    paths = sorted((ROOT / "hardware_db" / "accelerators" / "nvidia").glob("*.yaml"))
    return [f"nvidia/{path.stem}" for path in paths[:count]]


def grids(count: int) -> list[str]:
    """Return the ids of some countries."""
    with (ROOT / "hardware_db" / "grids" / "countries.csv").open(encoding="utf-8") as file:
        return list(dict.fromkeys(row["zone"] for row in csv.DictReader(file)))[:count]


def jobs(
    of_grids: list[str],
    of_devices: list[str],
    *,
    count: int = LINES,
    activity: str = "run",
    load: str = "{0} %",
    **more: Any,
) -> Iterator[str]:
    """Yield workloads as JSON Lines: grids and devices in turn, and figures of their own."""
    for number in range(count):
        run = {
            "name": activity.format(number), "kind": "compute",
            "device": of_devices[number // len(of_grids) % len(of_devices)],
            "devices": 8 << number % 4, "wall_time": f"{number % 9973 / 7 + 0.25:.2f} h",
            "load": load.format(20 + number % 60, 30 + number % 60), **more,
        }  # fmt: skip
        site = {"grid": of_grids[number % len(of_grids)], "pue": 1.05 + number % 50 / 100}
        job = {"name": f"job {number}", "site": site, "phases": {"training": [run]}}
        yield json.dumps(job, ensure_ascii=False) + "\n"


def activities(count: int, hours: int = 1) -> Iterator[str]:
    """Yield the lines of one workload with many activities."""
    yield "name: x\nsite: {grid: FR}\nphases:\n  training:\n"
    for number in range(count):
        run = f"devices: 8, wall_time: {number % 97 + hours} h"
        yield f"    - {{name: a{number}, kind: compute, device: nvidia/a100-sxm4-80gb, {run}}}\n"


def systems(figure: str) -> Iterator[str]:
    """Yield the lines of a workload with 10,000 systems, each with a figure or a name."""
    yield "name: x\nsite: {grid: FR}\nsystems:\n"
    for number in range(1, 10_001):
        said = figure.format(number=number, device=("t4", "h100-sxm5-80gb")[number % 2])
        yield f"  s{number}: {{{said}}}\n"
    yield "phases: {training: [{kind: energy, energy: 1 kWh, embodied: 0 kg}]}\n"


def levers(count: int = 30) -> Iterator[str]:
    """Yield the lines of a workload with many levers, every third of which divides device time."""
    whole = (ROOT / "configs" / "levers" / "service.yaml").read_text(encoding="utf-8")
    yield whole.partition("levers:\n")[0] + "levers:\n"
    for number in range(count):
        what = (
            f"set: {{site.water_intensity: {number + 1} L/kWh}}",
            f"on: inference.answers, divide: {{time: 1.{number + 10}}}",
            f"on: training, divide: {{energy: 1.0{number + 10}..1.2}}",
        )[number % 3 if number else 0]
        if number % 3 == 0 and number:
            what = f"on: experimentation, divide: {{runs: 1.{number + 10}}}"
        yield f"  - {{name: lever {number}, {what}}}\n"


def years() -> Iterator[str]:
    """Yield the lines of a workload with five activities and a projection of 50 years."""
    whole = (ROOT / "configs" / "projection" / "machines.yaml").read_text(encoding="utf-8")
    before, _, block = whole.partition("projection:\n")
    work = "kind: compute, system: pool, device_time"
    before += "".join(f"    - {{name: more {n}, {work}: {n}000 GPU-h}}\n" for n in (1, 2, 3))
    yield f"{before}projection:\n{block.replace('for: 10 years', 'for: 50 years', 1)}"


def nine(**more: Any) -> Iterator[str]:
    """Yield workloads of nine shapes."""
    return jobs(["FR", "US", "DE"], KNOWN, **more)


def chat(kind: str) -> Iterator[str]:
    """Yield the lines of a chat service: by its model and tokens, or by the same hours and watts."""
    work = "device: nvidia/h100-sxm5-80gb, devices_per_system: 8"
    yield "name: chat\nsite: {grid: FR, pue: 1.2}\nphases:\n  inference:\n"
    if kind == "llm_serving":
        tokens = "input_tokens: 300, output_tokens: 400, batch: 64, busy: 60 %"
        yield f"    - {{kind: {kind}, model: llama-3.1-70b, {work}, requests: 73M, {tokens}}}\n"
        return
    for name, run in (("busy", "14613 GPU-h, power: 577 W"), ("idle", "9742 GPU-h, power: 106 W")):
        yield f"    - {{kind: {kind}, name: {name}, {work}, mode: online, device_time: {run}}}\n"


FILES: dict[str, Callable[[], Iterator[str]]] = {
    "nine": nine,
    "few": lambda: nine(count=1000),
    "pairs": lambda: jobs(grids(60), devices(30)),
    "umlauts": lambda: nine(activity="Läufe 学習"),
    "ranges": lambda: nine(load="{0}..{1} %"),
    "digits": lambda: nine(activity="{0} ablation"),
    "many": lambda: jobs(grids(35), devices(20)),
    "llama": lambda: islice(_llama(), 1000),
    "acts": lambda: activities(4000),
    "10k": lambda: activities(10_000),
    "levers": levers,
    "years": years,
    "base": lambda: activities(1000),
    "head": lambda: activities(1000, hours=2),
    "devices": lambda: systems("device: nvidia/{device}"),
    "no-devices": lambda: systems("device: nvidia/zzz{number}"),
    "hosts": lambda: systems("host: nvidia/dgx-h100"),
    "no-hosts": lambda: systems("host: nvidia/zzz{number}"),
    "chat": lambda: chat("llm_serving"),
    "hours": lambda: chat("compute"),
    "units": lambda: systems("rated_power: {number} W"),
    "no-units": lambda: systems("rated_power: {number} zz{number}"),
}


def _llama() -> Iterator[str]:
    """Yield copies of a real workload."""
    import yaml

    workload = yaml.load((ROOT / "configs" / "llama3.yaml").read_text(), Loader=yaml.BaseLoader)
    while True:
        yield json.dumps(workload) + "\n"


def fleet(path: Path, rows: int, kinds: int) -> None:
    """Write a table of jobs: so many devices in so many regions, 20 teams, a year."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import csv as pa_csv
    from pyarrow import parquet

    rng, start = np.random.default_rng(1), np.datetime64("2025-01-01", "s")
    texts = {
        "team": [f"team-{n}" for n in range(20)],
        "device": devices(kinds),
        "region": grids(kinds),
    }
    writer: Any = None
    for first in range(0, rows, 1_000_000):
        count = min(rows - first, 1_000_000)
        begins = start + rng.integers(0, 365 * 86_400, count).astype("m8[s]")
        table = pa.table({
            **{name: pa.array(np.array(some)[rng.integers(0, len(some), count)])
               for name, some in texts.items()},
            "devices": 2 ** rng.integers(0, 6, count),
            "hours": np.round(rng.exponential(8, count) + 0.01, 3),
            "load": np.round(rng.uniform(0.2, 1, count), 3),
            "start": begins if path.suffix == ".parquet" else pa.array(np.char.add(begins.astype(str), "Z")),
        })  # fmt: skip
        kind = parquet.ParquetWriter if path.suffix == ".parquet" else pa_csv.CSVWriter
        writer = writer or kind(str(path), table.schema)
        writer.write_table(table)
    writer.close()


def survey_runs(path: Path, rows: int) -> None:
    """Write runs of a survey: the example's over and over, each with a name of its own."""
    with (ROOT / "configs/survey/runs.csv").open(encoding="utf-8") as example:
        header, *lines = example.read().splitlines()
    wanted = [
        line.partition(",")[2] for line in lines if "model-08" not in line and "-34" not in line
    ]
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{header}\n")
        file.writelines(f"run-{n},{wanted[n % len(wanted)]}\n" for n in range(rows))


FLEETS = {
    "jobs-parquet": ("jobs.parquet", JOBS, 8), "jobs-csv": ("jobs.csv", JOBS, 8),
    "wide-parquet": ("wide.parquet", JOBS, 60),  # of several hundred thousand cells
    "few-jobs": ("few.csv", JOBS // 10, 8), "ten-jobs": ("ten.csv", 10, 8),
}  # fmt: skip


def design_table(folder: Path, count: int = 20_000) -> str:
    """Write a table of designs; return a file that compares them by four objectives."""
    names = ("embodied [kg]", "energy [kWh]", "latency [ms]", "accuracy", "price")
    rows = (
        ",".join(
            [f"design-{n}", *(f"{(n * step) % 9973 / 100:.2f}" for step in (7, 31, 101, 577, 8191))]
        )
        for n in range(count)
    )
    table = "\n".join([",".join(("design", *names)), *rows, ""])
    (folder / "designs.csv").write_text(table, encoding="utf-8")
    objectives = "{total: min, latency: min, accuracy: max, price: min}"
    return f"designs: designs.csv\nintensity: 400 g/kWh\nobjectives: {objectives}\n"


def design_axes(folder: Path) -> str:
    """Return a file with 1,000 designs of a service, as many points as the sweep beside it has."""
    workload = ROOT / "configs" / "models" / "chat-service.yaml"
    return (
        f"workload: {workload}\naxes: {{inference.chat.batch: '8..507:500', site.pue: [1.1, 1.2]}}\n"
        "objectives: {total: min, latency: min}\n"
    )


DESIGNS = {"designs": design_table, "thousand": design_axes}


class Folder(dict[str, str]):
    """The paths of the files of `FILES` by their names, each written when it is asked for."""

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)

    def __missing__(self, name: str) -> str:
        if name == "runs":
            path = self.folder / "runs.csv"
            survey_runs(path, 1_000_000)
        elif name in DESIGNS:
            path = self.folder / f"{name}.yaml"
            path.write_text(DESIGNS[name](self.folder), encoding="utf-8")
        elif name in FLEETS:  # by another process, for its memory
            file, *sizes = FLEETS[name]
            path = self.folder / str(file)
            make = f"from tests.bench import Path, fleet; fleet(Path({str(path)!r}), *{sizes})"
            subprocess.run([PYTHON, "-c", make], check=True, cwd=ROOT)
        elif name == "copies":  # 1,000 files
            path = self.folder / name
            path.mkdir()
            for number in range(1000):
                (path / f"{number}.yaml").write_text((ROOT / "configs/llama3.yaml").read_text())
        else:  # no line is kept: a process begins with the peak of the one that starts it
            lines = FILES[name]()
            first = next(lines)
            path = self.folder / f"{name}.{'jsonl' if first.startswith('{') else 'yaml'}"
            with path.open("w", encoding="utf-8") as file:
                file.write(first)
                file.writelines(lines)
        self[name] = str(path)
        return self[name]


# ---- what is compared ----------------------------------------------------------------------


class Row(NamedTuple):
    """One comparison.

    Attributes
    ----------
    name : str
        What it is called; the first word is its group.
    ours, base : str
        Two command lines, each beginning with one of `PROGRAMS`; without ``base`` the budget
        is one in MiB.
    budget : float
        The most that the first may take, in times of the second.
    of : str
        What is compared: time, memory, or cpu, the time of all processors together.
    runs, ends : int
        How often both run, and the exit code of the first.
    environment : str
        Variables that both run with.
    """

    name: str
    ours: str
    base: str
    budget: float
    of: str = "time"
    runs: int = 3
    ends: int = 0
    environment: str = ""


QUICK = "carbonctl estimate configs/quickstart.yaml"
STREAM = "carbonctl estimate {{{0}}} -q -j1 --format {1}"
STREAMS = {"nine": "", "pairs": "", "umlauts": "", "ranges": "",
           "gate": " --fail-on 'operational_kgco2e > 1 Mt'"}  # fmt: skip
FORMS = {"csv --totals": 8.0, "csv": 12.0, "jsonl": 16.0}
SERVICE = "tests/oracles/analysis/specs/service.yaml"
UTILIZATION = f"carbonctl sweep {SERVICE} -f csv --over systems.pool.utilization=30..100%:100"
SWEEP = f"{UTILIZATION} --over 'systems.pool.lifetime=3..5 years:100'"
LARGE = f"{UTILIZATION} --over 'systems.pool.lifetime=3..5 years:10000'"
TABS = {"commands": "e", "flags": "estimate --f", "devices": "hardware show nvidia/h"}

ROWS = (
    Row("start csv / an empty Typer app", f"{QUICK} --format csv", "empty", 1.4, runs=_MANY),
    Row("start csv, its memory in MiB", f"{QUICK} --format csv", "", 40, "memory", _MANY),
    Row("start table / an empty Typer app", QUICK, "empty", 1.6, runs=_MANY),
    *(
        Row(f"tab for {what} / in a bare Typer app", "carbonctl", "bare", 1.3, runs=_MANY,
            environment=f"_CARBONCTL_COMPLETE=complete_bash _BARE_COMPLETE=complete_bash "
                        f"COMP_WORDS='carbonctl {line}' COMP_CWORD={len(line.split())}")
        for what, line in TABS.items()
    ),
    Row("a service on a language model / the same hours and watts",
        "carbonctl estimate {chat} -f csv", "carbonctl estimate {hours} -f csv", 1.1, runs=_MANY),
    Row("copies 1,000 to csv / loading their YAML",
        "carbonctl estimate -r {copies} --format csv -q", "load {copies}", 3.0, runs=5),
    *(
        Row(f"unknown {what}, 10,000 / as many known ones", f"carbonctl validate {{no-{what}}}",
            f"carbonctl validate {{{what}}}", 3.0, ends=3)
        for what in ("devices", "hosts", "units")
    ),
    *(
        Row(f"stream {shape} to {form} / parsing it",
            STREAM.format(shape if shape in FILES else "nine", form) + flags,
            f"parse {{{shape if shape in FILES else 'nine'}}}", budget)
        for shape, flags in STREAMS.items() for form, budget in FORMS.items()
    ),
    *(
        Row(f"stream {name} to csv --totals / parsing it",
            STREAM.format(shape, "csv --totals") + flags, f"parse {{{shape}}}", 10.0)
        for name, shape, flags in (("digits", "digits", ""), ("700 shapes", "many", ""),
                                   ("--set", "nine", " --set site.pue=1.2"))
    ),
    *(
        Row(f"processes {form} / parsing it", f"carbonctl estimate {{nine}} -q --format {form}",
            "parse {nine}", 8.0)
        for form in ("jsonl", "csv", "csv --totals")
    ),
    *(
        Row(f"memory of {form} / that of 1,000 lines",
            f"carbonctl estimate {{nine}} -q --format {form}",
            f"carbonctl estimate {{few}} -q --format {form}", 1.2, "memory")
        for form in ("jsonl", "csv", "csv --totals", "csv -j1")
    ),
    Row("draws p95 gate / plain estimate and numpy",
        "carbonctl estimate configs/recommendation-model.yaml -f csv "
        "--fail-on 'p95(total_kgco2e) > 1 Mt'",
        "numpy estimate configs/recommendation-model.yaml -f csv", 1.2, runs=_MANY),
    Row("sweep 10,000 points to csv / numpy and csv.writer", SWEEP, "by-hand", 3.0, runs=_MANY),
    Row("sweep 10,000 points / as many accounts", SWEEP, f"one-by-one {SERVICE}", 0.1, runs=1),
    Row("sweep 1,000,000 points, memory / 10,000", LARGE, SWEEP, 1.5, "memory", 1),
    Row("breakeven of one path / estimate",
        f"carbonctl breakeven {SERVICE} --vary 'inference.0.requests=1e6..1e9 / day' "
        "--until 'total_kgco2e = 100 t'", f"carbonctl estimate {SERVICE}", 1.3, runs=_MANY),
    Row("draws 10,000 / plain estimate and numpy",
        "carbonctl estimate configs/recommendation-model.yaml -f csv --totals --draws 10000",
        "numpy estimate configs/recommendation-model.yaml -f csv", 1.2, runs=_MANY),
    Row("draws 1,000,000 / numpy on the same formulas",
        "carbonctl estimate configs/recommendation-model.yaml -f csv --totals --draws 1000000",
        "drawn configs/recommendation-model.yaml 1000000", 2.0, runs=5),
    Row("draws 1,000,000, their memory in MiB",
        "carbonctl estimate configs/recommendation-model.yaml -f csv --totals --draws 1000000",
        "", 400, "memory"),
    Row("sensitivity / plain estimate", f"carbonctl sensitivity {_SEVEN} -f csv",
        f"carbonctl estimate {_SEVEN} -f csv", 1.2, runs=_MANY),
    Row("sensitivity of all methods / estimate with draws",
        f"carbonctl sensitivity {_SEVEN} --method all -f csv",
        f"carbonctl estimate {_SEVEN} --draws 10000 -f csv --totals", 1.5, runs=_MANY),
    Row("survey of few runs to csv / an empty Typer app",
        "carbonctl survey configs/survey/runs.csv --by task -f csv -q", "empty", 2.0, runs=_MANY),
    Row("survey of 1,000,000 runs / pandas reading them", "carbonctl survey {runs} --by task -q",
        "pandas {runs}", 2.0, runs=5),
    Row("explore of 20,000 designs by 4 objectives / an empty Typer app",
        "carbonctl explore {designs} -f csv -q", "empty", 12.0, runs=5),  # 3 s of a quarter
    Row("explore of 1,000 designs / a sweep of as many points",
        "carbonctl explore {thousand} -f csv -q",
        "carbonctl sweep configs/models/chat-service.yaml --over inference.chat.batch=8..507:500 "
        "--over site.pue=1.1,1.2 --format csv -q", 3.0, runs=5),
    Row("refresh of three figures to csv / an empty Typer app",
        "carbonctl refresh --embodied 2500kg --power 600W --intensity 400g/kWh "
        "--gain '2x / 3.5 years' -f csv", "empty", 1.5, runs=_MANY),
    Row("refresh of a workload to csv / an empty Typer app",
        "carbonctl refresh configs/quickstart.yaml --gain '2x / 3.5 years' -f csv", "empty", 1.5, runs=_MANY),
    Row("levers 30, 89 accounts / csv of 89 files", "carbonctl levers {levers} -f csv",
        f"carbonctl estimate {'{levers} ' * 89} -f csv -q", 1.5, runs=5),
    # A row of a site names how often a kernel runs, and how often what it is measured by.
    *(
        Row(f"site {kernel}, a year / numpy passes", f"site {kernel} {count}", f"site pass {count}",
            budget)
        for kernel, count, budget in (("coverage", 60_000, 3.0), ("shifting", 20_000, 15.0),
                                      ("start", 2000, 100.0), ("interruptible", 2000, 100.0))
    ),
    *(
        Row(f"site {kernel}, a year / reading the file", f"site {kernel} {count}",
            f"site read {count}", budget)
        for kernel, count, budget in (
            ("shifting-trace", 60, 2.0), ("battery", 100, 0.5), ("policy", 60, 2.5),
            ("lp-battery", 1, 100.0), ("lp-joint", 1, 100.0), ("sizing", 10, 30.0),
        )
    ),
    *(
        Row(f"site {kernel}, 44,000 x 336 h / reading a year 80 times", f"site {kernel} 1",
            "site read 80", 1.0)
        for kernel in ("designs-battery", "designs-joint")
    ),
    Row("site of a year with battery and shifting / estimate",
        "carbonctl site configs/site/texas.yaml", "carbonctl estimate configs/quickstart.yaml", 5.0),
    Row("site with a sweep of 48 designs, memory in MiB",
        "carbonctl site configs/site/california.yaml", "", 90, "memory"),
    Row("project of 50 years and 5 activities / estimate", "carbonctl project {years} -f csv",
        "carbonctl estimate {years} -f csv -q", 1.3, runs=_MANY),
    Row("explain 4,000 activities / csv", "carbonctl explain {acts}",
        "carbonctl estimate {acts} -f csv", 3.0),
    Row("compare 1,000 changed activities / csv of both",
        "carbonctl compare {base} {head}", "carbonctl estimate {base} {head} -f csv", 3.0),
    Row("table of 1,000 results / csv", "carbonctl estimate {few} -q",
        "carbonctl estimate {few} -q --format csv", 3.0),
    Row("table of 1,000 real results / csv", "carbonctl estimate {llama} -q",
        "carbonctl estimate {llama} -q --format csv", 3.0),
    Row("json of 4,000 activities, memory / csv", "carbonctl estimate {acts} -f json",
        "carbonctl estimate {acts} -f csv", 2.0, "memory"),
    *(
        Row(f"fleet of {file}, by two tags / pyarrow reading it",
            f"carbonctl fleet {{{file}}} --by team,month -f csv -q",
            f"read-columns {{{file}}}", budget, "cpu")
        for file, budget in (("jobs-parquet", 2.5), ("wide-parquet", 2.5), ("jobs-csv", 1.5))
    ),
    *(
        Row(f"fleet of {file}, memory in MiB",
            f"carbonctl fleet {{{file}}} --by team,month -f csv -q", "", 512, "memory", 1)
        for file in ("jobs-parquet", "wide-parquet", "jobs-csv")
    ),
    Row("fleet rows to Parquet / pyarrow reading it",
        "carbonctl fleet {jobs-parquet} --rows -f parquet -q",
        "read-columns {jobs-parquet}", 6.0, "cpu"),
    Row("fleet without pyarrow / the csv module reading it",
        "without-pyarrow fleet {few-jobs} --by team,month -f csv -q",
        "read-rows {few-jobs}", 10.0, "cpu"),
    Row("fleet without pyarrow, memory in MiB",
        "without-pyarrow fleet {few-jobs} --by team,month -f csv -q", "", 64, "memory", 1),
    Row("fleet of ten rows / importing pyarrow", "carbonctl fleet {ten-jobs} -f csv -q",
        "import-pyarrow", 2.5, "cpu", _MANY),
    Row("activities 10,000 in one document / 4,000", "carbonctl estimate {10k} -f csv",
        "carbonctl estimate {acts} -f csv", 3.0),
)  # fmt: skip


class Used(NamedTuple):
    """What a process took."""

    seconds: float
    mib: float
    cpu: float


def once(command: list[str], environment: dict[str, str], ends: int) -> Used:
    """Run one process, which is to end with an exit code."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT,
        env={**os.environ, **environment},
    )  # fmt: skip
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != ends:
        raise SystemExit(f"{shlex.join(command)[:200]} ended with {process.returncode}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Used(seconds, usage.ru_maxrss * unit / 2**20, usage.ru_utime + usage.ru_stime)


def compare(row: Row, folder: Folder) -> bool:
    """Print the median ratio of the commands of a row; return whether it is in budget."""
    environment = dict(pair.split("=", 1) for pair in shlex.split(row.environment))
    commands = []
    for line, ends in ((row.ours, row.ends), (row.base, 0)):
        if line:
            program, *arguments = shlex.split(line.format_map(folder))
            commands.append(([*PROGRAMS[program], *arguments], environment, ends))
    runs = [[once(*command) for command in commands] for _ in range(row.runs)]
    place = ("time", "memory", "cpu").index(row.of)
    ours = [used[0][place] for used in runs]
    base = [used[-1][place] for used in runs] if row.base else [1.0] * len(ours)
    ratio = statistics.median(a / b for a, b in zip(ours, base, strict=True))
    peak = statistics.median(used[0].mib for used in runs)
    fits = ratio <= row.budget
    said = f"{row.name:48} {ratio:6.2f}   budget {row.budget:4.1f}   {peak:5.1f} MiB"
    print(said, "ok" if fits else "OVER", sep="   ", flush=True)
    return fits


def main(names: list[str]) -> int:
    """Run the rows that are asked for, or all; return 1 where one is over its budget."""
    rows = [row for row in ROWS if not names or any(name in row.name for name in names)]
    if not rows:
        print("no row has such a name; there are:", *(row.name for row in ROWS), sep="\n")
        return 2
    subprocess.run([PYTHON, "-m", "compileall", "-q", str(ROOT / "carbonctl")], check=True)
    print(f"streams of {LINES:,} lines")
    with tempfile.TemporaryDirectory() as name:
        folder = Folder(name)
        over = [row for row in rows if not compare(row, folder)]
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
