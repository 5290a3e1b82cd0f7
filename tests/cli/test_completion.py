"""What a TAB offers, as data, by the protocol, and in real shells where they are installed."""

import json
import re
import shlex
import shutil
import subprocess
import sys

import pytest

from carbonctl.catalog import DEVICES, HOSTS
from carbonctl.cli import complete, introspection
from carbonctl.cli.completion import script
from carbonctl.estimators import KINDS
from carbonctl.reference import schemas
from tests import command_table
from tests.conftest import CATALOG, ROOT, clean_environment, run

PATHS = [introspection.path(context) for context in introspection.walk()]


def offered(line: str) -> list[str]:
    return list(complete.offers(complete.asked({"_TYPER_COMPLETE_ARGS": line})))


def test_the_table_is_that_of_the_commands_as_they_are_registered():
    written = command_table.PATH.read_text(encoding="utf-8")
    assert written == command_table.text(), "run: python -m tests.command_table"
    assert list(json.loads(written)) == PATHS


def test_ids_are_those_of_the_catalog():
    assert set(complete.FOLDERS) == {*DEVICES, *HOSTS}
    assert complete.devices(CATALOG.folders) == sorted(
        [*CATALOG.devices.paths(), *CATALOG.hosts.paths()]
    )
    assert complete.instances(CATALOG.folders) == sorted(i.id for i in CATALOG.instances.all())
    assert list(complete.grids(CATALOG.folders)) == sorted({**CATALOG.zones, **CATALOG.regions})
    assert complete._shipped("hardware_db") == CATALOG.folders[-1]


@pytest.mark.parametrize("path", PATHS)
def test_every_flag_and_every_command_is_offered(path):
    table = json.loads(command_table.PATH.read_text(encoding="utf-8"))[path]
    names = [name for flag in table["flags"] for name in flag["names"]]
    assert {"--help", "-h"} <= set(names)
    line = f"carbonctl {path} ".replace("  ", " ")
    assert offered(f"{line}-") == names
    for name in names:
        assert name in offered(line + name[:3])
    if table["commands"]:
        assert offered(line) == list(table["commands"])


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("carbonctl est", ["estimate"]),
        ("carbonctl hardware s", ["search", "show"]),
        ("carbonctl hardware show aws/p4d.", ["aws/p4d.24xlarge"]),
        ("carbonctl hardware show azure/standard_nd96as", ["azure/Standard_ND96asr_v4"]),
        ("carbonctl embodied aws/p4d.", []),
        ("carbonctl estimate --format ", ["table", "json", "jsonl", "csv", "tsv", "md", "parquet"]),
        ("carbonctl estimate -f j", ["json", "jsonl"]),
        ("carbonctl estimate a.yaml --format=ts", ["--format=tsv"]),
        ("carbonctl compare --format ju", ["junit"]),
        ("carbonctl compare a b --export j", ["json=", "junit="]),
        ("carbonctl hardware show nvidia/h100-s", ["nvidia/h100-sxm5-80gb"]),
        ("carbonctl hardware show 'nvidia/h100-s", ["nvidia/h100-sxm5-80gb"]),
        ("carbonctl hardware show google/tpu-v4 nvidia/h100-s", ["nvidia/h100-sxm5-80gb"]),
        ("carbonctl hardware show h100-sxm5", ["nvidia/h100-sxm5-80gb"]),  # the only one that holds it
        ("carbonctl hardware show -- -sxm", []),  # several hold it
        ("carbonctl hardware show 'nvidia h100 80", ["NVIDIA H100 80GB HBM3"]),
        ("carbonctl hardware show h100\\ sxm5", ["H100 SXM5"]),
        ("carbonctl hardware show 'H100 SXM5' nvidia/h100-s", ["nvidia/h100-sxm5-80gb"]),
        ("carbonctl hardware list --kind t", ["tpu", "tablet"]),
        ("carbonctl hardware list --vendor nvi", ["nvidia"]),
        ("carbonctl grid show us-cam", ["US-CAMX"]),
        ("carbonctl grid show aws/us-east", ["aws/us-east-1", "aws/us-east-2"]),
        ("carbonctl schema ", [*schemas.NAMES]),
        ("carbonctl reproduce t5-11b-", ["t5-11b-from-tokens", "t5-11b-llmcarbon"]),
        ("carbonctl init --from-published llama3", ["llama3"]),
        ("carbonctl completion ", ["bash", "zsh", "fish"]),
        ("carbonctl estimate ", []),  # files
        ("carbonctl estimate job.yaml ", []),
        ("carbonctl estimate --budget ", []),
        ("carbonctl estimate --export csv=a", []),
        ("carbonctl explain job.yaml tr", []),
        ("carbonctl hardware show -- --", []),
        ("carbonctl nothing --he", ["--help"]),
        ("carbonctl hardware show /etc/", []),
        ("carbonctl hardware show ../*", []),
        ("carbonctl grid show 'é", []),
    ],
)  # fmt: skip
def test_what_fits(line, expected):
    assert offered(line) == expected


def test_other_names_are_those_of_the_catalog_with_their_ids():
    devices = [CATALOG.device(identity) for identity in CATALOG.devices.paths()]
    hosts = [CATALOG.host(identity) for identity in CATALOG.hosts.paths()]
    known = {name: one.id for one in (*devices, *hosts) for name in one.aliases}
    assert complete.aliases(CATALOG.folders, "") == known


def test_kinds_and_templates():
    assert set(KINDS) <= set(offered("carbonctl kinds "))
    assert set(KINDS) <= set(offered("carbonctl init "))
    assert "budget" in offered("carbonctl init ")


def test_paths_activities_and_keys_of_a_workload(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "job.yaml").write_text((ROOT / "configs" / "llm-service.yaml").read_text())
    paths = offered("carbonctl estimate job.yaml --set ")
    assert {"site.pue=", "site.grid=", "inference.fleet.busy=", "systems.replica.lifetime="} <= set(
        paths
    )
    assert offered("carbonctl estimate job.yaml --set site.p") == ["site.pue="]
    assert offered("carbonctl sweep job.yaml --over inference.fleet.bu") == [
        "inference.fleet.busy="
    ]
    assert offered("carbonctl estimate job.yaml --set site.pue=") == []
    assert offered("carbonctl explain job.yaml ") == ["inference.fleet"]
    assert offered("carbonctl estimate job.yaml --fail-on total_l") == ["total_low_kgco2e"]
    assert "phases.training.energy_kwh" in offered(
        "carbonctl compare a.yaml job.yaml --warn-on phases.t"
    )
    (tmp_path / "bad.yaml").write_text("a: [\n")
    assert offered("carbonctl explain bad.yaml ") == []
    assert "site.pue=" in offered("carbonctl estimate none.yaml --set ")


def test_keys_of_rules_are_those_of_totals():
    from carbonctl.cli import complete_paths
    from carbonctl.ledger.entry import Totals

    assert set(complete_paths.KEYS) == set(Totals._fields)


def test_flags_where_no_argument_is_left():
    assert offered("carbonctl kinds serving ")[0] == "--format"


@pytest.mark.parametrize("how", ["flag", "environment", "pyproject"])
def test_own_records_are_offered(how, monkeypatch, tmp_path):
    folder = tmp_path / "mine"
    (folder / "hosts" / "acme").mkdir(parents=True)
    (folder / "hosts" / "acme" / "box-1.yaml").write_text("name: Box")
    (folder / "grids").mkdir()
    (folder / "grids" / "own.csv").write_text(
        "zone,name,year,basis,intensity_g_per_kwh,low,high,source,confidence,note\nXX-1,Ours,2024,direct,1,,,x,,\n"
    )
    monkeypatch.chdir(tmp_path)
    flag = ""
    if how == "flag":
        flag = "--hardware-db mine "
    elif how == "environment":
        monkeypatch.setenv("CARBONCTL_HARDWARE_DB", str(folder))
    else:
        (tmp_path / "pyproject.toml").write_text('[tool.carbonctl]\nhardware_db = "mine"\n')
    assert offered(f"carbonctl hardware show {flag}acme/") == ["acme/box-1"]
    assert offered(f"carbonctl grid show {flag}XX") == ["XX-1"]


def test_bash_parts_words_at_equals_signs():
    def words(*given: str, at: int) -> complete.Asked:
        return complete.asked({"COMP_WORDS": "\n".join(given), "COMP_CWORD": str(at)})

    assert words("carbonctl", "estimate", "--format", "=", "cs", at=4) == (
        ["estimate", "--format"],
        "cs",
    )
    assert words("carbonctl", "estimate", "--format", "=", at=3) == (["estimate", "--format"], "")
    assert words("carbonctl", "hardware", "show", '"nvidia/', at=3)[1] == "nvidia/"
    assert words("carbonctl", "estimate", "--set", "a b", "--fo", at=4).words[2] == "a b"
    typed = complete.asked({"COMP_WORDS": "carbonctl estimate --fo", "COMP_CWORD": "2"})
    assert typed == (["estimate"], "--fo")


@pytest.mark.parametrize(
    ("shell", "answer"),
    [("bash", "init\n"), ("zsh", "init:Write a"), ("fish", "init\tWrite a")],
)
def test_the_protocol(shell, answer):
    asked = {"COMP_WORDS": "carbonctl ini", "COMP_CWORD": "1"}
    if shell != "bash":
        asked = {"_TYPER_COMPLETE_ARGS": "carbonctl ini"}
    done = run(**asked, _CARBONCTL_COMPLETE=f"complete_{shell}")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(answer)
    assert run(_CARBONCTL_COMPLETE="complete_csh").code == 2


def test_a_tab_imports_no_command():
    code = (
        "import os, sys\nfrom carbonctl.cli.exit_codes import run\n"
        "os.environ.update(_CARBONCTL_COMPLETE='complete_fish', _TYPER_COMPLETE_ARGS='carbonctl grid show F')\n"
        "run([])\nsys.stderr.write('\\n'.join(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT,
        env=clean_environment(PYTHONPATH=str(ROOT)),
    )  # fmt: skip
    assert "FR\tFrance" in done.stdout
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    assert not loaded & {"typer", "pydantic", "yaml", "rich", "numpy"}


@pytest.fixture
def on_path(tmp_path):
    """Return an environment in which the tool is on the path, and a folder with a few files."""
    tool = tmp_path / "bin" / "carbonctl"
    tool.parent.mkdir()
    tool.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m carbonctl "$@"\n')
    tool.chmod(0o755)
    folder = tmp_path / "work"
    folder.mkdir()
    for name in ("job a.yaml", "b.yaml"):
        (folder / name).touch()
    path = f"{tool.parent}:{clean_environment()['PATH']}"
    return {"cwd": folder, "env": clean_environment(HOME=str(tmp_path), PATH=path)}


def in_shell(shell: str, script: str, on_path: dict) -> list[str]:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    plain = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
    done = subprocess.run(
        [program, *plain, "-c", script], capture_output=True, text=True, check=False, **on_path
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["est"], ["estimate"]),
        (["hardware", "show", "nvidia/h100-s"], ["nvidia/h100-sxm5-80gb"]),
        (["estimate", "--format", "=", "js"], ["json", "jsonl"]),
        (["kinds", "serv"], ["serving", "servers", "server"]),
        (["estimate", "b"], []),
        (["hardware", "show", r"NVIDIA\ H100\ 80"], [r"NVIDIA\ H100\ 80GB\ HBM3"]),
        (["hardware", "show", '"NVIDIA H100 80'], ["NVIDIA H100 80GB HBM3"]),
    ],
)
def test_bash(words, expected, on_path):
    quoted = " ".join(f"'{word}'" for word in ["carbonctl", *words])
    script = (
        "source <(carbonctl completion bash)\n"
        f"COMP_WORDS=({quoted}); COMP_CWORD={len(words)}; _carbonctl carbonctl\n"
        'for one in "${COMPREPLY[@]}"; do echo "$one"; done; complete -p carbonctl >&1'
    )
    *found, registered = in_shell("bash", script, on_path)
    assert found == expected
    assert registered == "complete -o bashdefault -o default -F _carbonctl carbonctl"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("est", ["describe estimate:Estimate the carbon account of one or more workloads."]),
        ("hardware show nvidia/h100-s", ["describe nvidia/h100-sxm5-80gb"]),
        ("estimate b", ["files"]),
        (r"hardware show H100\ SXM5", ["describe H100 SXM5:nvidia/h100-sxm5-80gb"]),
        ("hardware show 'H100 SXM5", ["describe H100 SXM5:nvidia/h100-sxm5-80gb"]),
    ],
)
def test_zsh(line, expected, on_path):
    before, quote, begun = line.partition("'")  # zsh keeps an open quote out of the prefix
    words = ["carbonctl", *re.split(r"(?<!\\) ", before.strip() if quote else line)]
    prefix = begun or words[-1]
    script = (
        "compdef() { : }; compset() { : }; _files() { print files }\n"
        '_describe() { print -l "describe ${(@)found}" }\n'
        "source <(carbonctl completion zsh)\n"
        f"words=({shlex.join([*words, prefix] if quote else words)}); CURRENT=$#words; PREFIX={shlex.quote(prefix)}; _carbonctl\n"
    )
    assert in_shell("zsh", script, on_path) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("est", ["estimate\tEstimate the carbon account of one or more workloads."]),
        ("hardware show nvidia/h100-s", ["nvidia/h100-sxm5-80gb"]),
        ("estimate b", ["b.yaml"]),
        ("compare main:b", ["main:b.yaml"]),
        ('estimate "job', ["job a.yaml"]),
        (r"estimate job\ ", ["job a.yaml"]),
        ("estimate --export csv=b", ["csv=b.yaml"]),
        ("estimate --format=ts", ["--format=tsv"]),
        (r"hardware show H100\ SXM5", ["H100 SXM5\tnvidia/h100-sxm5-80gb"]),
        ('hardware show "H100 SXM5', ["H100 SXM5\tnvidia/h100-sxm5-80gb"]),
    ],
)
def test_fish(line, expected, on_path):
    script = "carbonctl completion fish | source; complete -C 'carbonctl {}'"
    script = script.format(line.replace("\\", "\\\\"))
    assert in_shell("fish", script, on_path) == expected


@pytest.mark.parametrize("shell", complete.SHELLS)
def test_scripts(inside, shell):
    done = inside("completion", shell)
    assert done == (0, script(shell), "")
    assert f"{complete.VARIABLE}=complete_{shell}" in done.out


def test_an_unknown_shell(inside):
    assert inside("completion", "csh").code == 2
