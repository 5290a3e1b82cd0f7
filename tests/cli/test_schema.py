"""``schema``: documents on standard output; what they hold is tested in tests/schemas."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from carbonctl.reference import schemas
from tests.cli.test_estimate import COMMAND
from tests.conftest import ROOT, clean_environment, run


@pytest.mark.parametrize("name", schemas.NAMES)
def test_a_schema_is_json_on_standard_output(inside, name):
    done = inside("schema", name)
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith("}\n")
    assert json.loads(done.out) == schemas.build(name)
    assert done.out.startswith('{\n  "$schema": "https://json-schema.org/draft/2020-12/schema",\n')


def test_every_schema_has_its_name():
    names = {name: schemas.build(name)["$id"] for name in schemas.NAMES}
    assert names == {
        "spec": "carbonctl.spec/1",
        "result": "carbonctl.estimate/2",
        "device": "carbonctl.device/1",
        "site-file": "carbonctl.site-file/1",
        "explore-file": "carbonctl.explore-file/1",
        "site": "carbonctl.site/1",
        "compare": "carbonctl.compare/2",
        "embodied": "carbonctl.embodied/2",
        "sweep": "carbonctl.sweep/1",
        "breakeven": "carbonctl.breakeven/1",
        "reproduce": "carbonctl.reproduce/1",
        "sensitivity": "carbonctl.sensitivity/1",
        "levers": "carbonctl.levers/1",
        "schedule": "carbonctl.schedule/1",
        "project": "carbonctl.project/1",
        "survey": "carbonctl.survey/1",
        "refresh": "carbonctl.refresh/1",
        "scaling": "carbonctl.scaling/1",
        "explore": "carbonctl.explore/1",
        "fleet": "carbonctl.fleet/1",
        "sci": "carbonctl.sci/1",
        "sci-ai": "carbonctl.sci-ai/1",
        "inventory": "carbonctl.inventory/1",
    }


def test_the_help_names_every_schema(inside):
    told = inside("schema", "--help").out
    for name in schemas.NAMES:
        assert f"{name}:" in told or f"{name}," in told
    assert "# yaml-language-server: $schema=" in told


@pytest.mark.parametrize(
    "arguments", [(), ("spce",), ("spec", "result"), ("spec", "--format", "json")]
)
def test_wrong_usage(inside, arguments):
    done = inside("schema", *arguments)
    assert (done.code, done.out) == (2, "")
    assert "Traceback" not in done.err


def test_the_bytes_do_not_depend_on_the_place(tmp_path):
    plain = run("schema", "spec")
    assert plain.code == 0
    assert run("schema", "spec", cwd=tmp_path, FORCE_COLOR="1", LANG="C", COLUMNS="40") == plain


@pytest.mark.skipif(os.name == "nt", reason="needs SIGPIPE")
def test_a_closed_pipe_is_quiet():
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*COMMAND, "schema", "spec"], stdout=writer, stderr=subprocess.PIPE, cwd=ROOT,
        env=clean_environment(), check=False,
    )  # fmt: skip
    os.close(writer)
    assert (done.returncode, done.stderr) == (-13, b"")  # by the signal: 141 in a shell


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_standard_output_is_74():
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*COMMAND, "schema", "spec"], stdout=full, stderr=subprocess.PIPE, cwd=ROOT,
            env=clean_environment(), check=False,
        )  # fmt: skip
    assert done.returncode == 74
