"""Runs the examples of a page in one folder, from its top to its end, in this process.

A block says by its language what becomes of it, and by a word after that which file it is:

- ``yaml``: a workload is estimated, unless its file is called faulty; a budget, a record, a list
  of sources, or a map or a template of fleets is read, all else parsed.
- ``sh``: its lines are run; ``# exit 3`` at the end of one says how it ends.
- ``bash``: what is run elsewhere; its calls of the tool have a command and flags that there are.
- ``console``: lines that begin with ``$`` are run, and what they print is compared.
- ``python``: run, unless it is a file; files called ``…_frame`` are run too, and ``test_…`` of a
  file of tests are called.
- ``json``, ``yml``, ``sql``, ``text``: read, parsed or asked of DuckDB.
"""

import importlib.util
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from markdown_it import MarkdownIt

from carbonctl import estimators
from carbonctl.account import estimate
from carbonctl.analysis.gates import read_budget
from carbonctl.batch.fleet.templates import read_template
from carbonctl.catalog import Catalog
from carbonctl.catalog.folders import own
from carbonctl.cli import import_  # noqa: F401  (its help lists the formats that there are now)
from carbonctl.cli.app import COMMANDS
from carbonctl.cli.exit_codes import run as run_command
from carbonctl.errors import InputError
from carbonctl.inputs.jobs import logs
from carbonctl.inputs.jobs.maps import parse_map
from carbonctl.inputs.validate import validate
from carbonctl.ledger.result import Result
from tests.conftest import CATALOG, ROOT

JOB = """\
name: job
site: {grid: FR, pue: 1.2}
phases:
  training:
    - {name: fine-tuning, kind: compute, device: nvidia/a100-sxm4-80gb, devices: 8, wall_time: 24 h, load: 85 %}
    - {name: pre-training, kind: compute, device: nvidia/a100-sxm4-80gb, devices: 8, wall_time: 48 h, load: 85 %}
levers:
  - {name: shorter training, on: training.pre-training, divide: {time: 4}}
"""
WORKLOADS = ("job", "jobs/a", "jobs/b", "a100", "h100", "tpu", "old", "new", "carbon")
BOM = "silicon:\n  cpu: {area: 46 mm2, process: 28nm}\n"
FOLDERS = (
    "jobs",
    "logs",
    "records",
    "home/.zfunc",
    "home/.config/fish/completions",
    "home/.local/share/man/man1",
)
TABLE = "job,team,gpu,n_gpus,hours,region,start\nj1,vision,H100 SXM5,8,24,FR,2026-01-03\n"
# Logs of other tools and their map, by the names that pages give them.
SAMPLES = "tests/oracles/fleet/samples"
LOGS = {
    "emissions.csv": f"{SAMPLES}/codecarbon-38.csv",
    "power.csv": f"{SAMPLES}/nvidia-smi.csv",
    "zeus.csv": f"{SAMPLES}/zeus.csv",
    "dcgm.csv": f"{SAMPLES}/dcgm-energy.csv",
    "data.json": f"{SAMPLES}/eit.jsonl",
    "focus.csv": f"{SAMPLES}/focus-1.2.csv",
    "bill.csv": f"{SAMPLES}/focus-1.2.csv",
    "usage.csv": f"{SAMPLES}/azure-usage.csv",
    "runs.csv": "configs/survey/runs.csv",
    "allocation.csv": f"{SAMPLES}/opencost.csv",
    "logs/7_carbontracker_output.log": (
        f"{SAMPLES}/4242_2026-03-01T100000Z_carbontracker_output.log"
    ),
    "sacct.psv": "configs/fleets/sacct.psv",
    "cluster.yaml": "configs/fleets/sacct.map.yaml",
    "nightly.yaml": "configs/site/nightly.yaml",
    "points.csv": "configs/scaling/runs.csv",
    "grid.yaml": "configs/scaling/grid.yaml",
}
GIT = (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "first"])
KERNEL = "carbonctl/estimators/"
IMPORTER = "carbonctl/inputs/jobs/logs/"


class Block(NamedTuple):
    """One fenced example: its place, its language, the file that it is, and its text."""

    line: int
    language: str
    file: str
    text: str


def blocks(page: str) -> list[Block]:
    """Return the fenced examples of a page."""
    found = []
    for token in MarkdownIt("commonmark").parse(page):
        if token.type == "fence":
            language, _, file = token.info.strip().partition(" ")
            found.append(Block(token.map[0] + 1, language, file, token.content))
    return found


def prepare(folder: Path) -> None:
    """Make the folder that examples are run in: workloads, a repository, and a home."""
    for name in FOLDERS:
        (folder / name).mkdir(parents=True)
    for name in WORKLOADS[:-1]:
        (folder / f"{name}.yaml").write_text(JOB, encoding="utf-8")
    (folder / "bom.yaml").write_text(BOM, encoding="utf-8")
    templates = ROOT / "carbonctl" / "reference" / "templates"
    shutil.copy(templates / "site.yaml", folder)
    shutil.copy(templates / "workload.yaml", folder / "small.yaml")
    designs = (templates / "explore.yaml").read_text("utf-8").replace("carbon.yaml", "small.yaml")
    (folder / "explore.yaml").write_text(designs, "utf-8")
    for path in (ROOT / "configs" / "projection").glob("*.yaml"):
        shutil.copy(path, folder / path.name)
    for name, log in LOGS.items():
        shutil.copy(ROOT / log, folder / name)
    tables(folder)
    line = json.dumps(yaml.load((folder / "job.yaml").read_text("utf-8"), Loader=yaml.BaseLoader))
    (folder / "jobs.jsonl").write_text(f"{line}\n{line}\n", encoding="utf-8")
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    for words in GIT:
        subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)
    shim = folder / "home" / "carbonctl"
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m carbonctl "$@"\n', encoding="utf-8")
    shim.chmod(0o755)


def tables(folder: Path) -> None:
    """Write tables of jobs."""
    (folder / "jobs.csv").write_text(TABLE, encoding="utf-8")
    if importlib.util.find_spec("pyarrow"):
        import pyarrow as pa
        from pyarrow import parquet

        columns = {"device": ["nvidia/h100-sxm5-80gb"], "devices": [8], "secs": [3600.0]}
        parquet.write_table(pa.table(columns), folder / "jobs.parquet")


@contextmanager
def at(folder: Path) -> Iterator[pytest.MonkeyPatch]:
    """Stand in a folder, in an environment that says nothing to the tool."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name in list(os.environ):
            if name.startswith("CARBONCTL_") or name in ("NO_COLOR", "FORCE_COLOR"):
                patch.delenv(name)
        home = folder / "home"
        patch.setenv("COLUMNS", "80")
        patch.setenv("HOME", str(home))
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv(
            "PATH",
            f"{home}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        )
        yield patch


def called(arguments: list[str]) -> tuple[int, str]:
    """Run the tool in this process; return its exit code and all that it prints."""
    streams = sys.stdout, sys.stderr
    with tempfile.TemporaryFile() as file:
        both = io.TextIOWrapper(file, encoding="utf-8", write_through=True)
        kept = os.dup(1), os.dup(2)
        try:
            for number in (1, 2):
                os.dup2(file.fileno(), number)
            sys.stdout = sys.stderr = both
            code = run_command(arguments)
        finally:
            both.flush()
            sys.stdout, sys.stderr = streams
            for number, saved in zip((1, 2), kept, strict=True):
                os.dup2(saved, number)
                os.close(saved)
        file.seek(0)
        said = file.read().decode()
        both.detach()
    return code, said


class Skipped(Exception):
    """What an example needs is not installed."""


class Page:
    """The examples of one page, one after the other."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.patch = patch
        self.names: dict[str, Any] = {}

    def check(self, block: Block) -> None:
        """Do what the language of a block asks for.

        Raises
        ------
        Skipped
            Where a program or a package is missing.
        """
        if block.file:
            Path(block.file).parent.mkdir(parents=True, exist_ok=True)
            Path(block.file).write_text(block.text, encoding="utf-8")
        getattr(self, block.language or "nothing")(block)

    def yaml(self, block: Block) -> None:
        document = yaml.safe_load(block.text)
        if block.file.startswith("faulty"):
            with pytest.raises(InputError):
                self.account(block.text)
        elif block.file.endswith("sources.yaml"):
            assert all(one["citation"] for one in document.values())
        elif block.file.endswith(".map.yaml"):
            parse_map(block.text, block.file)
        elif "${" in block.text:
            assert read_template(block.file)
        elif "phases" in document:
            assert self.account(block.text).total.operational_kgco2e
        elif {"fail", "warn"} & set(document):
            assert any(read_budget(block.text.encode(), "budget.yaml"))
        elif "vendor" in document:
            assert validate(block.text.encode(), "record.yaml", CATALOG).endswith(" record")

    def account(self, text: str) -> Result:
        """Return the account of a workload, by records of the page's own too."""
        catalog = Catalog(own("mine")) if Path("mine").is_dir() else CATALOG
        return estimate(text.encode(), "job.yaml", catalog)

    def bash(self, block: Block) -> None:
        for line in block.text.replace("\\\n", " ").splitlines():
            for part in line.split("|"):
                if part.strip().startswith("carbonctl "):
                    known(part.strip())

    def yml(self, block: Block) -> None:
        def lines(node: Any) -> Iterator[str]:
            if isinstance(node, dict | list):
                for one in node.values() if isinstance(node, dict) else node:
                    yield from lines(one)
            elif isinstance(node, str):
                yield from node.splitlines()

        for line in lines(yaml.safe_load(block.text)):
            if line.startswith("carbonctl "):
                known(line)

    def json(self, block: Block) -> None:
        json.loads(block.text)

    def text(self, block: Block) -> None:
        assert block.text.strip()

    def sql(self, block: Block) -> None:
        if not importlib.util.find_spec("duckdb"):
            raise Skipped("duckdb")
        import duckdb

        assert duckdb.sql(block.text).fetchall()

    def python(self, block: Block) -> None:
        if block.file.startswith(KERNEL):
            self._load(block)
            kind = Path(block.file).stem
            self.patch.setitem(estimators.KINDS, kind, estimators.Kind(kind))
        elif block.file.startswith(IMPORTER):
            self._load(block)
            self.patch.setitem(logs.FORMATS, Path(block.file).stem, "the format of the page")
        elif Path(block.file).name.startswith("test_"):
            names: dict[str, Any] = {}
            exec(block.text, names)
            tests = [one for name, one in names.items() if name.startswith("test_")]
            assert [one() for one in tests]
        elif block.file.endswith("_frame.py"):
            exec(block.text, {})
        elif block.file:
            compile(block.text, block.file, "exec")
        else:
            for package in re.findall(r"^import (\w+)", block.text, re.M):
                if not importlib.util.find_spec(package):
                    raise Skipped(package)
            exec(block.text, self.names)

    def _load(self, block: Block) -> None:
        """Make a module known, as if it stood in the package."""
        name = block.file.removesuffix(".py").replace("/", ".")
        spec = importlib.util.spec_from_file_location(name, block.file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        self.patch.setitem(sys.modules, name, module)
        spec.loader.exec_module(module)

    def sh(self, block: Block) -> None:
        for line in block.text.replace("\\\n", " ").splitlines():
            if line.strip() and not line.startswith("#"):
                with suppress(Skipped):
                    self.run(line)

    def console(self, block: Block) -> None:
        shown = printed(block.text)
        assert "".join(f"$ {call}\n{self.run(call)}" for call in shown) == block.text

    def run(self, line: str) -> str:
        """Run one line of a shell; return what it prints."""
        words = shlex.split(re.sub(r"(?<=\w)#", r"\#", line), comments=True)  # as a shell does
        wanted = re.search(r"# exit (\d+)$", line)
        code, said = self._ran(line, words)
        assert code == int(wanted[1] if wanted else 0), f"{line}: exit {code}\n{said}"
        return said

    def _ran(self, line: str, words: list[str]) -> tuple[int, str]:
        if words[0] == "make":
            makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
            return int(not re.search(rf"^{words[1]}:", makefile, re.M)), ""
        if words[:2] == ["pip", "install"]:
            return int(not installable(words[2])), ""
        if words[-3:-1] == ["|", "head"]:
            code, said = self._ran(line.rpartition("|")[0], words[:-3])
            return code, "".join(said.splitlines(keepends=True)[: int(words[-1].removeprefix("-"))])
        if "parquet" in line and not importlib.util.find_spec("pyarrow"):
            raise Skipped("pyarrow")
        if words[0] == "carbonctl" and not {"|", ">", "<", "<(", ">>", "&&", ";"} & set(
            _signs(line)
        ):
            return called([one for word in words[1:] for one in expanded(word, line)])
        for program in programs(line):
            if not shutil.which(program):
                raise Skipped(program)
        command = ["bash", "-o", "pipefail", "-c", line]
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=60
        )
        return done.returncode, done.stdout.decode()

    def nothing(self, block: Block) -> None:
        raise AssertionError("a block without a language")


def _signs(line: str) -> list[str]:
    """Return the signs of a line that a shell takes for itself."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|<>&;()")
    lexer.whitespace_split = True
    return [word for word in lexer if set(word) <= set("|<>&;()")]


_BUILTIN = {"for", "do", "done", "source"}


def programs(line: str) -> set[str]:
    """Return the programs of a pipeline."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|;")
    lexer.whitespace_split = True
    words = list(lexer)
    starts = [0, *(n + 1 for n, word in enumerate(words) if word in ("|", ";"))]
    return {words[n] for n in starts if n < len(words)} - _BUILTIN


def expanded(word: str, line: str) -> list[str]:
    """Return the files that a word stands for, unless it was quoted."""
    if "*" in word and f"'{word}'" not in line and f'"{word}"' not in line:
        return sorted(map(str, Path().glob(word))) or [word]
    return [word]


def installable(what: str) -> bool:
    """Whether this is the project: a checkout, or its name with extras that there are."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    named = re.fullmatch(r"(?:carbonctl|\.)(?:\[(\w+)\])?", what)
    return bool(named and named[1] in (None, *project["optional-dependencies"]))


def known(line: str) -> None:
    """Assert that a call that cannot be run here has a command and flags that there are."""
    from carbonctl.cli import introspection

    words = shlex.split(line)
    assert words[1] in COMMANDS, line
    (context,) = [one for one in introspection.walk() if introspection.path(one) == words[1]]
    flags = {name for flag in introspection.flags(context) for name in flag.opts}
    assert {word for word in words if word.startswith("--")} <= flags, line


def printed(text: str) -> list[str]:
    """Return the calls of a console."""
    calls = [line[2:] for line in text.splitlines() if line.startswith("$ ")]
    assert calls
    assert text.startswith("$ ")
    return calls


def refreshed(page: str) -> str:
    """Return a page with what its consoles print today."""
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder))
        (Path(folder) / "configs").symlink_to(ROOT / "configs")
        with at(Path(folder)) as patch:
            examples = Page(patch)
            for block in blocks(page):
                if block.language != "console":
                    with suppress(Skipped, AssertionError):
                        examples.check(block)
                    continue
                found = "".join(f"$ {call}\n{examples.run(call)}" for call in printed(block.text))
                page = page.replace(f"```console\n{block.text}```", f"```console\n{found}```")
    return page
