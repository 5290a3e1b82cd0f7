"""``config``: values of flags and their origins, in the order of precedence."""

import csv
import io
import json
import os
from pathlib import Path

import pytest

from carbonctl.cli import introspection


def rows(inside, *arguments):
    done = inside("config", *arguments, "--format", "json")
    assert (done.code, done.err) == (0, "")
    return {(row["command"], row["flag"]): row for row in json.loads(done.out)}


def test_every_flag_of_every_command_is_there(inside):
    found = rows(inside)
    for context in introspection.walk():
        for flag in introspection.flags(context):
            name = max(flag.opts, key=len)
            if introspection.path(context) and name != "--help":
                assert found.pop((introspection.path(context), name))["variable"] == flag.envvar
    assert not found


def test_defaults(inside, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    found = rows(inside)
    assert {row["origin"] for row in found.values()} == {"default"}
    assert found["estimate", "--format"]["value"] == "table"
    assert found["estimate", "--quiet"]["value"] is False
    assert found["estimate", "--budget"]["value"] is None
    assert found["estimate", "--export"]["value"] == []


def test_the_environment_goes_before_pyproject(inside, monkeypatch, tmp_path):
    (tmp_path / "below").mkdir()
    path = tmp_path / "pyproject.toml"
    path.write_text(
        '[tool.carbonctl]\nformat = "csv"\ncolor = "never"\nquiet = false\nhardware_db = "below"\n'
    )
    monkeypatch.chdir(tmp_path / "below")
    monkeypatch.setenv("CARBONCTL_FORMAT", "md")
    monkeypatch.setenv("CARBONCTL_VERBOSE", "1")
    found = rows(inside)

    def told(command, flag):
        row = found[command, flag]
        return row["value"], row["origin"], row["where"]

    assert told("estimate", "--format") == ("md", "environment", "CARBONCTL_FORMAT")
    assert told("estimate", "--verbose") == (True, "environment", "CARBONCTL_VERBOSE")
    assert told("estimate", "--color") == ("never", "pyproject.toml", str(path))
    assert told("validate", "--quiet") == (False, "pyproject.toml", str(path))
    assert told("compare", "--format") == ("table", "default", None)
    for command in ("hardware list", "grid show", "explain"):
        assert told(command, "--hardware-db") == (str(tmp_path / "below"), "pyproject.toml", str(path))  # fmt: skip


def test_what_it_says_is_what_a_command_of_a_group_does(inside, monkeypatch, tmp_path):
    (tmp_path / "mine" / "hosts" / "acme").mkdir(parents=True)
    (tmp_path / "mine" / "hosts" / "acme" / "box.yaml").write_text("name: Box\nvendor: Acme\nkind: server\n")  # fmt: skip
    (tmp_path / "pyproject.toml").write_text('[tool.carbonctl]\nhardware_db = "mine"\n')
    monkeypatch.chdir(tmp_path)
    assert "acme/box" in inside("hardware", "show", "acme/box").out
    assert inside("init", "-q").code == 0
    monkeypatch.setenv("CARBONCTL_HARDWARE_DB", str(tmp_path / "nowhere"))
    assert inside("hardware", "show", "acme/box").code == 3


def test_the_table_puts_commands_together(inside, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "300")
    lines = inside("config").out.splitlines()
    (color,) = (line for line in lines if line.startswith("--color"))
    assert color.split()[1:3] == ["auto", "default"]
    assert "hardware, models, grid" in color
    assert "hardware list" not in color
    (kind,) = (line for line in lines if line.startswith("--kind"))
    assert "hardware list, models list, grid list" in kind
    (tmp_path / "pyproject.toml").write_text('[tool.carbonctl]\ncolor = "never"\n')
    assert "  pyproject.toml  " in inside("config", "estimate").out


def test_one_command(inside):
    done = inside("config", "grid list", "--format", "csv")
    found = list(csv.DictReader(io.StringIO(done.out)))
    assert [row["flag"] for row in found] == [
        "--kind", "--year", "--format", "--hardware-db", "--color",
    ]  # fmt: skip
    assert found[1]["value"] == ""
    done = inside("config", "estmate")
    assert (done.code, done.out) == (3, "")
    assert done.err == "unknown command `estmate`; did you mean `estimate`?\n"


@pytest.mark.parametrize(
    ("variable", "value"), [("CARBONCTL_FORMAT", "xml"), ("CARBONCTL_QUIET", "perhaps")]
)
def test_a_wrong_value_is_named_by_its_variable(inside, monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    done = inside("config")
    assert (done.code, done.out) == (2, "")
    assert f"(env var: '{variable}')" in done.err


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[project]\nverbos = 1\n[tool.carbonctl]\n\nquiet = true\nverbos = true\n", 6),
        ('[tool.carbonctl]\nhardware-db = 1\n', 2),
        ("[tool.carbonctl]\ncolor = never\n", 2),
    ],
)  # fmt: skip
def test_a_fault_of_pyproject_has_its_line_and_stops_no_help(
    inside, monkeypatch, tmp_path, text, line
):
    (tmp_path / "pyproject.toml").write_text(text)
    monkeypatch.chdir(tmp_path)
    for command in ("config", "estimate job.yaml", "grid list"):
        done = inside(*command.split())
        assert (done.code, done.out) == (3, "")
        assert done.err.startswith(f"{tmp_path}/pyproject.toml:{line}:1: ")
    for command in ("completion bash", "man", "schema spec", "init --list", "kinds"):
        assert inside(*command.split()).code == 0
    done = inside("doctor", "-f", "json")
    assert done.code == 3
    (row,) = [row for row in json.loads(done.out) if row["check"] == "pyproject.toml"]
    assert row["state"] == "faulty"
    assert row["note"].startswith(f"{line}:1: ")


def test_a_variable_names_another_file(inside, monkeypatch, tmp_path):
    (tmp_path / "pyproject.toml").write_text('[tool.carbonctl]\ncolor = "always"\nwrong = 1\n')
    other = tmp_path / "elsewhere" / "base.toml"
    other.parent.mkdir()
    other.write_text(
        '[tool.carbonctl]\ncolor = "never"\nhardware_db = "mine:ours"\n'.replace(":", os.pathsep)
    )
    for name in ("mine", "ours"):
        (other.parent / name).mkdir()
    monkeypatch.chdir(tmp_path)
    assert inside("config").code == 3
    monkeypatch.setenv("CARBONCTL_CONFIG_FILE", "elsewhere/base.toml")
    found = rows(inside)
    row = found["estimate", "--color"]
    assert (row["value"], row["where"]) == ("never", "elsewhere/base.toml")
    assert found["estimate", "--hardware-db"]["value"] == os.pathsep.join(
        str(Path("elsewhere") / name) for name in ("mine", "ours")
    )
    assert "elsewhere/base.toml" in inside("doctor").out
    other.write_text("")
    assert found != rows(inside)
    other.unlink()
    done = inside("grid", "list")
    assert (done.code, done.out) == (3, "")
    assert (
        done.err == "elsewhere/base.toml:1:1: No such file or directory (CARBONCTL_CONFIG_FILE)\n"
    )
