"""Own records are never used silently: every output names them, and their sources are known."""

import csv
import io
import json
import os
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from carbonctl.catalog import Catalog, own_records
from carbonctl.cli import app
from carbonctl.spec import files
from tests.conftest import CATALOG, CONFIGS, cite

JOB = """name: job
site: {grid: PL, year: 2024}
phases:
  training:
    - {name: run, kind: compute, device: nvidia/a100-sxm4-80gb, devices: 8, wall_time: 100 h, load: 85 %}
"""
GRIDS = "zone,name,year,basis,intensity_g_per_kwh,low,high,source,confidence,note\n"
CLEAN = f"{GRIDS}PL,Poland,2024,life-cycle,1,,,ember-yearly-2026,high,\n"
RECORD = "name: X1\nvendor: Acme\nkind: gpu\nrated_power: {value: 71 W, source: SOURCE}\n"


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A folder that names own records in its pyproject.toml."""
    monkeypatch.chdir(tmp_path)
    write("job.yaml", JOB)
    write(".db/grids/countries.csv", CLEAN)
    write("pyproject.toml", '[tool.carbonctl]\nhardware_db = ".db"\n')
    return tmp_path


def write(name: str, text: str) -> None:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def state(folder=".db") -> str:
    (records,) = Catalog((Path(folder),)).own_records
    assert str(records).startswith(f"{folder} (sha256 {records.sha256[:12]}), ")
    return str(records)


# --- the hash ---


def test_the_hash_is_of_names_and_bytes(checkout):
    first = state()
    assert first.endswith("), 1 file")
    shutil.copytree(".db", "copy")
    assert state("copy").removeprefix("copy") == first.removeprefix(".db")
    write(".db/README.md", "not read")
    assert state() == first
    write(".db/grids/countries.csv", CLEAN.replace("life-cycle,1", "life-cycle,2"))
    second = state()
    Path(".db/grids/countries.csv").rename(".db/grids/others.csv")
    third = state()
    write(".db/sources.yaml", "{}\n")
    fourth = state()
    assert len({first, second, third, fourth}) == 4
    assert fourth.endswith("), 2 files")


def test_every_file_of_the_database_counts():
    folder = CATALOG.folders[-1]
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert set(own_records.files(folder)) == {
        name
        for name in there
        if not name.startswith(("VERSION", "README.md", "places/", "odbl/", "hourly/"))
    }


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_among_own_records_is_not_waited_for(checkout):
    first = state()
    os.mkfifo(".db/grids/pipe.csv")
    assert state() == first


def test_a_file_that_cannot_be_read_is_named(checkout, inside):
    os.truncate(".db/grids/countries.csv", files.MAX_BYTES + 1)
    done = inside("estimate", "job.yaml")
    assert (done.code, done.out) == (3, "")
    assert done.err.endswith(".db/grids/countries.csv:1:1: is larger than 64 MiB\n")


def test_no_own_records_are_not_mentioned(checkout, inside):
    Path("pyproject.toml").unlink()
    for form in ("table", "md", "csv"):
        done = inside("estimate", "job.yaml", "-f", form)
        assert "wn records" not in done.out + done.err
    assert json.loads(inside("estimate", "job.yaml", "-f", "json").out)["own_records"] == []


# --- every output ---


@pytest.mark.parametrize("form", ["table", "md"])
def test_estimate_names_them_in_texts(checkout, inside, form):
    done = inside("estimate", "job.yaml", "-q", "-f", form)
    assert f"\nOwn records: {state()}\n" in done.out.replace("`", "")
    assert "own records" not in done.err


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl", "parquet"])
def test_estimate_names_them_on_stderr_where_a_format_cannot(checkout, inside, form):
    to = ["--export", f"{form}=out"]
    for arguments in (["-f", form, "--export", "json=x"], to, ["-f", form, "--totals"]):
        if arguments[:2] == ["-f", "parquet"] and "--export" not in arguments:
            continue
        done = inside("estimate", "job.yaml", "job.yaml", "-q", *arguments)
        assert done.err.splitlines() == [f"note: own records: {state()}"]


def test_estimate_names_them_in_several_processes(checkout, inside):
    line = json.dumps({"name": "j", "site": {"grid": "PL"}, "phases": {"training": [{
        "kind": "energy", "energy": "1 MWh", "embodied": "0 kg"}]}})  # fmt: skip
    write("jobs.jsonl", f"{line}\n" * 2000)
    done = inside("estimate", "jobs.jsonl", "-q", "-f", "csv", "--jobs", "2")
    assert done.err.splitlines() == [f"note: own records: {state()}"]


def test_json_holds_the_whole_hash(checkout, inside):
    document = json.loads(inside("estimate", "job.yaml", "-q", "-f", "json").out)
    (records,) = document["own_records"]
    assert list(document)[:4] == ["schema", "version", "hardware_db", "own_records"]
    assert document["hardware_db"] == CATALOG.version
    assert (records["path"], records["files"]) == (".db", 1)
    assert records["sha256"][:12] in state()


@pytest.mark.parametrize("where", ["flag", "environment", "pyproject.toml"])
def test_wherever_they_are_named(checkout, inside, monkeypatch, where):
    if where != "pyproject.toml":
        Path("pyproject.toml").unlink()
    if where == "environment":
        monkeypatch.setenv("CARBONCTL_HARDWARE_DB", ".db")
    flag = ["--hardware-db", ".db"] if where == "flag" else []
    assert f"Own records: {state()}\n" in inside("estimate", "job.yaml", *flag).out


def test_a_path_is_shown_as_it_is_given(checkout, inside, monkeypatch):
    write("below/job.yaml", JOB)
    given = inside("estimate", "job.yaml", "--hardware-db", "./below/../.db").out
    assert f"Own records: {state('below/../.db')}\n" in given
    monkeypatch.chdir("below")
    assert f"Own records: {state(f'{checkout}/.db')}\n" in inside("estimate", "job.yaml").out
    shutil.copytree("../.db", "a\x1b[31mb\n")
    done = inside("estimate", "job.yaml", "--hardware-db", "a\x1b[31mb\n")
    assert "Own records: a\\x1b[31mb\\n (sha256 " in done.out


def test_compare_names_them(checkout, inside):
    line = state()

    def shown(form):
        return inside("compare", "job.yaml", "job.yaml", "-q", "-f", form)

    for form in ("table", "md"):
        assert f"\nOwn records: {line}\n" in shown(form).out.replace("`", "")
    document = json.loads(shown("json").out)
    for part in (document, document["base"], document["alternatives"][0]):
        assert [one["path"] for one in part["own_records"]] == [".db"]
    assert shown("github").out == f"::warning title=carbonctl::own records are used: {line}\n"
    (suite,) = ET.fromstring(shown("junit").out)
    assert suite.find("properties/property").attrib == {"name": "own records", "value": line}
    assert shown("csv").err == f"note: own records: {line}\n"


@pytest.mark.parametrize(
    "command",
    [
        ("explain", "job.yaml"),
        ("embodied", "job.yaml"),
        ("embodied", "nvidia/t4", "-f", "md"),
        ("embodied", "nvidia/t4", "--explain"),
        ("hardware", "show", "nvidia/t4"),
        ("hardware", "list", "--vendor", "nvidia"),
        ("hardware", "search", "t4"),
        ("hardware", "factors", "dram"),
        ("grid", "show", "PL"),
        ("grid", "list", "--kind", "country"),
        ("models", "list", "--kind", "image"),
        ("models", "show", "qwen3-8b"),
        ("reproduce", "--models"),
        ("reproduce", "t5-11b", "--given"),
        ("sweep", "job.yaml", "--over", "site.pue=1.1,1.2"),
        ("sweep", "job.yaml", "--over", "site.pue=1.1,1.2", "-f", "md"),
        ("breakeven", "job.yaml", "--vary", "site.pue=1..2", "--until", "total_kgco2e = 1 Mt"),
        ("reproduce", "t5-11b", "--given", "-f", "md"),
        ("sensitivity", "job.yaml"),
        ("sensitivity", "job.yaml", "-f", "md"),
        ("levers", "--list"),
        ("refresh", "job.yaml", "--gain", "2x / 4 years"),
        ("refresh", "job.yaml", "--gain", "2x / 4 years", "-f", "md"),
        ("scaling", str(CONFIGS / "scaling" / "grid.yaml")),
        ("scaling", str(CONFIGS / "scaling" / "grid.yaml"), "-f", "md"),
        ("explore", str(CONFIGS / "explore" / "serving.yaml")),
        ("explore", str(CONFIGS / "explore" / "serving.yaml"), "-f", "md"),
    ],
)
def test_other_texts_end_with_them(checkout, inside, command):
    done = inside(*command)
    assert done.code == 0
    assert done.out.replace("`", "").endswith(f"\n\nOwn records: {state()}\n")


@pytest.mark.parametrize(
    "command",
    [
        ("embodied", "nvidia/t4", "-q", "-f", "csv"),
        ("embodied", "nvidia/t4", "-q", "-f", "jsonl"),
        ("hardware", "show", "nvidia/t4", "-f", "json"),
        ("hardware", "list", "-f", "csv"),
        ("grid", "show", "PL", "-f", "json"),
        ("grid", "list", "-f", "csv"),
        ("models", "list", "-f", "csv"),
        ("models", "show", "qwen3-8b", "-f", "json"),
        ("reproduce", "--models", "-f", "csv"),
        ("reproduce", "t5-11b", "--given", "-f", "csv"),
        ("sweep", "job.yaml", "--over", "site.pue=1.1,1.2", "-f", "csv", "-q"),
        (
            "breakeven",
            "job.yaml",
            "--vary",
            "site.pue=1..2",
            "--until",
            "total_kgco2e = 1 Mt",
            "-f",
            "csv",
            "-q",
        ),
        ("levers", "--list", "-f", "csv"),
        ("levers", "--list", "-f", "json"),
        ("validate", "job.yaml", "-q"),
        ("sensitivity", "job.yaml", "-q", "-f", "csv"),
    ],
)
def test_stderr_has_them_where_standard_output_cannot(checkout, inside, command):
    assert inside(*command).err == f"note: own records: {state()}\n"


def test_levers_name_them(checkout, inside):
    write("levers.yaml", f"{JOB}levers: [{{name: a, divide: {{energy: 2}}}}]\n")
    for form in ("table", "md"):
        out = inside("levers", "levers.yaml", "-f", form).out
        assert out.replace("`", "").endswith(f"\nOwn records: {state()}\n")
    document = json.loads(inside("levers", "levers.yaml", "-f", "json").out)
    assert [one["path"] for one in document["own_records"]] == [".db"]
    assert inside("levers", "levers.yaml", "-f", "csv").err == f"note: own records: {state()}\n"


def test_projections_name_them(checkout, inside):
    write("grows.yaml", f"{JOB}projection: {{from: 2024, for: 2 years, demand: 2x / year}}\n")
    for form in ("table", "md"):
        out = inside("project", "grows.yaml", "-f", form).out
        assert out.replace("`", "").endswith(f"\nOwn records: {state()}\n")
    document = json.loads(inside("project", "grows.yaml", "-f", "json").out)
    assert [one["path"] for one in document["own_records"]] == [".db"]
    assert inside("project", "grows.yaml", "-f", "csv").err == f"note: own records: {state()}\n"


def test_json_of_bills_and_doctor_has_them(checkout, inside):
    document = json.loads(inside("embodied", "nvidia/t4", "-f", "json").out)
    assert [one["path"] for one in document["own_records"]] == [".db"]
    rows = {row["check"]: row for row in json.loads(inside("doctor", "-f", "json").out)}
    assert rows["own records"]["found"] == ".db"
    assert state().removeprefix(".db ") in rows["own records"]["note"]


def test_every_command_with_the_flag_is_looked_at_here():
    """A new command that takes --hardware-db has to say that own records are used."""
    told = {"estimate", "compare", "explain", "embodied", "validate", "doctor", "hardware list",
            "hardware search", "hardware show", "hardware factors", "grid list", "grid show", "grid hourly", "models list", "models show",
            "reproduce", "sensitivity", "sweep", "breakeven", "levers", "project", "refresh", "scaling", "survey",
            "explore", "report", "site", "schedule", "fleet"}  # fmt: skip
    from carbonctl.cli import introspection

    assert told == {
        introspection.path(one) for one in introspection.walk()
        if any("--hardware-db" in flag.opts for flag in introspection.flags(one))
    }  # fmt: skip
    assert app


# --- saved results ---


def test_saved_results_keep_what_they_say(checkout, inside):
    line = state()
    write("saved.json", inside("estimate", "job.yaml", "-f", "json").out)
    Path("pyproject.toml").unlink()
    assert f"Own records: {line}\n" in inside("estimate", "saved.json").out
    again = json.loads(inside("estimate", "saved.json", "-f", "json").out)
    assert again["own_records"] == json.loads(Path("saved.json").read_text())["own_records"]
    assert inside("estimate", "saved.json", "-f", "csv", "-q").err == f"note: own records: {line}\n"
    both = json.loads(inside("estimate", "saved.json", "job.yaml", "-f", "json").out)
    assert both["own_records"] == again["own_records"]
    assert inside("validate", "saved.json").code == 0


def test_results_of_other_facts_are_told_apart(checkout, inside):
    write("ours.json", inside("estimate", "job.yaml", "-f", "json").out)
    Path("pyproject.toml").unlink()
    write("theirs.json", inside("estimate", "job.yaml", "-f", "json").out)
    document = json.loads(inside("compare", "theirs.json", "ours.json", "-f", "json").out)
    (one,) = document["alternatives"]
    assert one["notes"][0] == f"the sides were made with different own records: none and {state()}"
    delta = one["total"]["operational_kgco2e"]
    assert delta["workload"] == pytest.approx(0)
    assert delta["assumptions"] == pytest.approx(delta["difference"])
    assert (document["base"]["own_records"], len(one["own_records"])) == ([], 1)


@pytest.mark.parametrize(
    "records",
    [
        "x", [1], [{}], [{"path": "a\x1b", "sha256": "0" * 64, "files": 1}],
        [{"path": "a", "sha256": "0" * 12, "files": 1}], [{"path": "a", "sha256": "0" * 64, "files": "1"}],
        [{"path": "a", "sha256": "0" * 64, "files": -1}],
    ],
)  # fmt: skip
def test_forged_own_records_are_refused(checkout, inside, records):
    document = json.loads(inside("estimate", "job.yaml", "-f", "json").out)
    document["own_records"] = records
    write("saved.json", json.dumps(document))
    done = inside("estimate", "saved.json")
    assert (done.code, done.out) == (3, "")
    assert "saved.json:1:1: not a saved result: " in done.err


# --- sources ---


def unknown(path: str, line: int, col: int, key: str, near: str = "") -> str:
    close = f"; did you mean `{near}`?" if near else "; add it to the sources.yaml of the database"
    return f"{path}:{line}:{col}: source: no sources.yaml has the key `{key}`{close}\n"


OF_ACME = JOB.replace("nvidia/a100-sxm4-80gb", "acme/x1")


def test_a_record_names_known_sources(checkout, inside):
    write("job.yaml", OF_ACME)
    path = ".db/accelerators/acme/x1.yaml"
    for text, said in (
        (
            RECORD.replace("SOURCE", "acme-datashet"),
            unknown(path, 4, 36, "acme-datashet", "acme-datasheet"),
        ),
        (RECORD.replace("SOURCE", "[acme-datasheet, qqq]"), unknown(path, 4, 53, "qqq")),
        (RECORD.replace("SOURCE", "acme-datasheet"), ""),
        (RECORD.replace("SOURCE", "wu2022"), ""),
    ):
        cite(checkout / ".db", "acme-datasheet")
        write(path, text)
        code = 3 if said else 0
        for command in (("estimate", "job.yaml"), ("hardware", "show", "acme/x1"), ("doctor",),
                        ("validate", path, "-q"), ("hardware", "list"), ("embodied", "acme/x1")):  # fmt: skip
            done = inside(*command)
            assert (done.code, said in done.err) == (code, True), command
        Path("pyproject.toml").unlink()
        assert inside("validate", path) == (code, "", said)  # by its own sources.yaml
        write("pyproject.toml", '[tool.carbonctl]\nhardware_db = ".db"\n')


def test_parts_of_a_record_name_known_sources(checkout, inside):
    write("job.yaml", OF_ACME)
    write(".db/accelerators/acme/x1.yaml", RECORD.replace("SOURCE", "wu2022") + (
        "parts:\n  - {kind: other, embodied: 3 kg, source: wu-2022}\n"))  # fmt: skip
    said = unknown(".db/accelerators/acme/x1.yaml", 6, 43, "wu-2022", "wu2022")
    assert said in inside("estimate", "job.yaml").err


def test_a_row_that_is_used_names_a_known_source(checkout, inside):
    write(".db/grids/countries.csv", CLEAN.replace("ember-yearly-2026", "ember-yeerly-2026"))
    path = ".db/grids/countries.csv"
    said = unknown(path, 2, 1, "ember-yeerly-2026", "ember-yearly-2026")
    for command in (("estimate", "job.yaml"), ("grid", "show", "PL"), ("grid", "list")):
        done = inside(*command)
        assert (done.code, done.out, done.err) == (3, "", f"{checkout}/{said}")
    assert inside("estimate", "job.yaml", "--set", "site.grid=FR").code == 0
    done = inside("doctor")
    assert (done.code, said in done.err) == (3, True)


DIE = "{kind: logic, area: 1 cm2, node: 5 nm}"


@pytest.mark.parametrize(
    ("name", "text", "changes"),
    [
        ("defaults.yaml", "lifetime: {value: 5 years, source: nobody}\n", ()),
        ("cloud/regions.csv", None, ("site.grid=aws/us-east-1",)),
        (
            "grids/sources.csv",
            None,
            ("site.grid={coal: 100 %}",),
        ),
    ],
)
def test_other_tables_name_known_sources(checkout, inside, name, text, changes):
    if text is None:
        with (CATALOG.folders[-1] / name).open(encoding="utf-8") as file:
            rows = list(csv.reader(file))[:2]
        rows[1][rows[0].index("source")] = "nobody"
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(rows)
        text = out.getvalue()
    write(f".db/{name}", text)
    done = inside("doctor")
    assert (done.code, f".db/{name}:" in done.err, "`nobody`" in done.err) == (3, True, True)
    overrides = [part for change in changes for part in ("--set", change)]
    done = inside("estimate", "job.yaml", *overrides)
    assert (done.code, f".db/{name}:" in done.err, "`nobody`" in done.err) == (3, True, True)
