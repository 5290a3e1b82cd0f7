"""What the README shows is what happens."""

import json
import re
import shlex
import shutil
import subprocess
import sys

import pytest
import yaml

from tests.conftest import ROOT, account, clean_environment

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.S)


def test_the_console_output_is_real(inside, monkeypatch):
    monkeypatch.chdir(ROOT)
    shown = [text for kind, text in BLOCKS if kind == "console"]
    assert shown
    for text in shown:
        first, _, output = text.partition("\n")
        words = shlex.split(first.removeprefix("$ "))
        assert words[0] == "carbonctl"
        assert inside(*words[1:]).out == output


YAML = [text for kind, text in BLOCKS if kind == "yaml"]


@pytest.mark.parametrize("text", [text for text in YAML if "\nphases:" in text])
def test_every_workload_can_be_estimated(text):
    assert account(text).total.operational_kgco2e


def test_every_budget_can_be_read():
    from carbonctl.gates import read_budget

    budgets = [text for text in YAML if text.startswith(("fail:", "warn:"))]
    assert budgets
    for text in budgets:
        fail, warn = read_budget(text.encode(), "budget.yaml")
        assert fail
        assert warn


def test_every_command_runs(inside, monkeypatch, tmp_path):
    commands = [
        line.partition("#")[0].strip()
        for kind, text in BLOCKS
        if kind == "sh"
        for line in text.splitlines()
        if line.startswith("carbonctl")
    ]
    assert len(commands) >= 5
    (tmp_path / "jobs").mkdir()
    job = (ROOT / "configs" / "quickstart.yaml").read_text()
    for name in ("job.yaml", "jobs/a.yaml", "a100.yaml", "h100.yaml", "tpu.yaml", "old.yaml",
                 "new.yaml"):  # fmt: skip
        (tmp_path / name).write_text(job)
    (tmp_path / "jobs.jsonl").write_text(2 * (as_json(job) + "\n"))
    (tmp_path / "bom.yaml").write_text("silicon:\n  cpu: {area: 46 mm2, process: 28nm}\n")
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "first"]):
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
        subprocess.run(["git", *identity, *words], cwd=tmp_path, check=True, capture_output=True)
    monkeypatch.chdir(tmp_path)
    for command in commands:
        words = shlex.split(command.replace(" jobs/*.yaml", " jobs/a.yaml"))
        words = words[: words.index("|")] if "|" in words else words
        assert inside(*words[1:]).code == 0, command


def as_json(text: str) -> str:
    return json.dumps(yaml.load(text, Loader=yaml.BaseLoader))


PIPES = [
    line.partition(" #")[0]
    for kind, text in BLOCKS
    if kind == "sh"
    for line in text.splitlines()
    if "carbonctl" in line and " | " in line
]


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize("line", PIPES)
def test_every_pipe_runs(line, tmp_path):
    if "| jq" in line and shutil.which("jq") is None:
        pytest.skip("needs jq")
    job = (ROOT / "configs" / "quickstart.yaml").read_text()
    (tmp_path / "job.yaml").write_text(job)
    (tmp_path / "jobs.jsonl").write_text(2 * (as_json(job) + "\n"))
    ours = f"carbonctl() {{ '{sys.executable}' -m carbonctl \"$@\"; }}"
    done = subprocess.run(
        ["bash", "-c", f"{ours}\n{line}\ncodes=\"${{PIPESTATUS[*]}}\"\necho codes: $codes"],
        capture_output=True, cwd=tmp_path, env=clean_environment(PYTHONPATH=str(ROOT)), check=True,
        text=True,
    )  # fmt: skip
    *out, codes = done.stdout.splitlines()
    assert done.stderr == ""
    assert set(codes.split()[1:]) <= {"0", "141"}
    assert out or ">" in line


def test_every_key_of_the_spec_is_shown_or_named():
    from carbonctl.estimators import KINDS, model
    from carbonctl.spec.model import Site, Workload
    from carbonctl.spec.systems import System

    keys = {key for kind in KINDS for key in model(kind).model_fields}
    keys |= set(Site.model_fields) | set(System.model_fields) | set(Workload.model_fields)
    hidden = {"host", "basis", "devices_per_system"}
    missing = [key for key in keys - hidden if not re.search(rf"\b{key}\b", README)]
    assert not missing


def test_every_target_of_make_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`?make (\w+)`?", README):
        assert re.search(rf"^{target}:", makefile, re.M), target


def test_configs_are_all_valid_and_cite_known_sources():
    from tests.conftest import CATALOG, CONFIGS

    for path in sorted(CONFIGS.rglob("*.yaml")):
        result = account(path.read_text(encoding="utf-8"))
        assert result.total.operational_kgco2e
        spec = yaml.safe_load(path.read_text(encoding="utf-8"))
        cited = [(spec.get("reported") or {}).get("source")]
        cited += [v.source for e in result.entries for v in e.inputs if v.status == "given"]
        for key in " ".join(filter(None, cited)).split():
            assert key in CATALOG.sources, f"{path}: {key}"
