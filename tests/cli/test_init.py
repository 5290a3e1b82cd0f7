"""``init``: templates that work as they are, and with each line taken in that begins with a bare #."""

import csv
import io
import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from carbonctl.analysis.gates import read_budget
from carbonctl.catalog import records
from carbonctl.estimators import KINDS
from carbonctl.inputs.validate import validate
from carbonctl.reference import schemas, templates
from carbonctl.site.results import SiteQuestion
from carbonctl.site.study import study
from carbonctl.spec.model import PHASES
from carbonctl.spec.site_file import load_site
from tests.conftest import CATALOG, CONFIGS, ROOT, account

WORKLOADS = ("workload", "llm", *KINDS)
RECORDS = ("device", "host")
SETTING = re.compile(r"^( *)#(?=[^ #\n])", re.M)
WORKLOAD_QUESTIONS = {"levers": "levers", "projection": "project", "schedule": "schedule"}
FILES = {
    "scaling": "file of a scaling law", "fleet": "map of a table of jobs",
    "explore": "file of designs",
}  # fmt: skip
OTHERS = {"llm", "site", "workload", "budget", "device", "host", "ci", *WORKLOAD_QUESTIONS, *FILES}
JOBS = """job,team,gpu,n,runtime,location,started
1,vision,A100,8,12.5,paris,2026-01-03T08:00
2,test,H100,1,2,frankfurt,2026-01-04T08:00
"""


def text(name: str) -> str:
    return templates.template(name).text


def taken_in(name: str):
    """Yield the text of a template with each of its settings taken in, one at a time."""
    whole = text(name)
    for found in SETTING.finditer(whole):
        yield whole[: found.start()] + found[1] + whole[found.end() :]


def check_ci(document: str) -> None:
    workflow = yaml.safe_load(document)
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    (job,) = workflow["jobs"].values()
    assert set(job["steps"][-1]["with"]) <= set(action["inputs"])
    assert job["steps"][-1]["uses"].startswith("OWNER/carbonctl@")
    assert workflow["permissions"] == {"contents": "read", "pull-requests": "write"}


def check(name: str, document: str) -> None:
    """Assert that a file is one that the tool takes, without a word to say against it."""
    if name == "ci":
        check_ci(document)
    elif name == "budget":
        assert any(read_budget(document.encode(), name))
    elif name in RECORDS:
        assert validate(document.encode(), "record.yaml", CATALOG) == f"{name} record"
    elif name == "site":
        assert validate(document.encode(), "site.yaml", CATALOG) == "site"
        loaded = load_site(document, "site.yaml", CATALOG)
        result = study(loaded, CATALOG, SiteQuestion())
        assert result.warnings == ()
        assert result.outcome.total_kgco2e
    elif name in FILES:
        assert validate(document.encode(), f"{name}.yaml", CATALOG) == FILES[name]
    else:
        assert validate(document.encode(), "job.yaml", CATALOG) == "workload"
        result = account(document)
        assert result.warnings == ()
        assert result.total.total_kgco2e


def test_every_kind_has_a_template_and_every_template_is_listed(inside):
    assert set(templates.names()) == {*KINDS, *OTHERS}
    rows = list(csv.DictReader(io.StringIO(inside("init", "--list", "--format", "csv").out)))
    assert [row["name"] for row in rows] == list(templates.names())
    assert all(row["about"] and row["file"] for row in rows)
    shown = inside("init", "--list").out
    assert all(name in shown for name in templates.names())


@pytest.mark.parametrize("name", templates.names())
def test_a_template_works(name):
    check(name, text(name))


@pytest.mark.parametrize("name", templates.names())
def test_a_template_works_with_each_setting_taken_in(name):
    variants = list(taken_in(name))
    assert variants
    assert "begins with a bare #" in text(name)
    for variant in variants:
        check(name, variant)


def test_the_smallest_workload_grows_into_all_phases():
    assert account(text("workload")).phases["training"].total_kgco2e
    whole = account(SETTING.sub(r"\1", text("workload")))
    assert all(whole.phases[phase].total_kgco2e for phase in PHASES)


@pytest.mark.parametrize("name", [*WORKLOADS, *WORKLOAD_QUESTIONS])
def test_an_editor_finds_nothing_wrong(name):
    whole = text(name).replace(", on:", ', "on":')  # a word for true in YAML 1.1, not in editors
    jsonschema.validate(yaml.safe_load(whole), schemas.build("spec"))


@pytest.mark.parametrize("name", RECORDS)
def test_the_citation_in_a_record_can_be_taken_over(name):
    line = next(one for one in text(name).splitlines() if "citation:" in one)
    ((key, entry),) = yaml.safe_load(line.removeprefix("#")).items()
    faults = []
    records.SOURCE({k: str(v) for k, v in entry.items()}, (), faults)
    assert not faults
    assert f"source: {key}" in text(name)


def test_sources_are_written_beside_records_and_never_over_others(inside, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert inside("init", "device").err.endswith("\nwrote hardware_db/sources.yaml\n")
    assert "wrote hardware_db/sources.yaml" not in inside("init", "host").err
    Path("hardware_db/sources.yaml").write_text("{}\n")
    assert inside("validate", "hardware_db/hosts/my/host.yaml").code == 3
    assert inside("init", "device", "-o", "elsewhere.yaml").code == 0
    assert Path("hardware_db/sources.yaml").read_text() == "{}\n"


@pytest.mark.parametrize("name", templates.names())
def test_it_is_written_and_can_be_used(inside, monkeypatch, tmp_path, name):
    monkeypatch.chdir(tmp_path)
    done = inside("init", name)
    assert (done.code, done.out) == (0, "")
    shown = templates.template(name).file
    written = {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()}
    assert written == {shown, *([templates.SOURCES] if name in RECORDS else [])}
    assert done.err.startswith(f"wrote {shown}\nnext: ")
    if name in WORKLOADS:
        assert inside("validate", shown).code == 0
        assert inside("estimate", shown)[::2] == (0, "")
    if name in RECORDS:
        assert inside("validate", shown)[::2] == (0, "")
        card = inside("hardware", "show", f"my/{name}", "--hardware-db", "hardware_db")
        assert (card.code, card.err) == (0, "")
    if name == "site":
        assert inside("validate", shown)[::2] == (0, "")
        assert inside("site", shown)[::2] == (0, "")
    if name == "explore":
        assert inside("validate", shown)[::2] == (0, "")
        inside("init", "-q")
        for number, variant in enumerate((text(name), *taken_in(name))):
            Path(f"{number}.yaml").write_text(variant)
            made = inside("explore", f"{number}.yaml")
            assert (made.code, made.err) == (0, ""), made.err
    if name in ("scaling", "fleet", *WORKLOAD_QUESTIONS):
        Path("jobs.csv").write_text(JOBS)
        for number, variant in enumerate((text(name), *taken_in(name))):
            Path(f"{number}.yaml").write_text(variant)
            asked = [WORKLOAD_QUESTIONS.get(name, name), f"{number}.yaml"]
            if name == "fleet":
                asked = ["fleet", "jobs.csv", "--map", f"{number}.yaml", "--by", "team,month"]
            made = inside(*asked)
            assert (made.code, made.err) == (0, ""), made.err
    if name == "budget":
        inside("init", "-q")
        assert inside("estimate", "carbon.yaml", "--budget", shown).code == 0


@pytest.mark.parametrize("width", ["80", "200"])
def test_golden_list(inside, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", width)
    golden = ROOT / "tests" / "golden" / f"init-{width}.txt"
    assert inside("init", "--list").out == golden.read_text(encoding="utf-8")


def test_a_file_in_place_of_a_folder(inside, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hardware_db").write_text("mine")
    done = inside("init", "device")
    assert (done.code, done.err) == (
        74,
        "hardware_db/accelerators/my/device.yaml: Not a directory\n",
    )


def test_nothing_asked_for_is_a_workload(inside, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert inside("init", "-q") == (0, "", "")
    assert (tmp_path / "carbon.yaml").read_text().endswith(text("workload"))


def test_nothing_is_written_over(inside, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "carbon.yaml").write_text("mine")
    done = inside("init")
    assert (done.code, done.out) == (74, "")
    assert done.err.startswith("carbon.yaml: already exists")
    assert (tmp_path / "carbon.yaml").read_text() == "mine"
    (tmp_path / "link.yaml").symlink_to(tmp_path / "nowhere.yaml")
    assert inside("init", "-o", "link.yaml").code == 74
    assert not (tmp_path / "nowhere.yaml").exists()
    done = inside("init", "-o", "no-folder/a.yaml")
    assert (done.code, done.err) == (74, "no-folder/a.yaml: No such file or directory\n")


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("a.yaml", "carbonctl.schema.json"),
        ("jobs/a.yaml", "../carbonctl.schema.json"),
        ("jobs/../a.yaml", "carbonctl.schema.json"),
        ("{elsewhere}/a.yaml", "carbonctl.schema.json"),
    ],
)
def test_the_line_for_editors_leads_to_the_schema(
    inside, monkeypatch, tmp_path, tmp_path_factory, path, schema
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "jobs").mkdir()
    path = path.format(elsewhere=tmp_path_factory.mktemp("elsewhere"))
    assert inside("init", "-o", path).code == 0
    first = (tmp_path / path).read_text().partition("\n")[0]
    assert first == f"# yaml-language-server: $schema={schema}"


def test_standard_output(inside, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = inside("init", "serving", "-o", "-")
    line = "# yaml-language-server: $schema=carbonctl.schema.json\n"
    assert done == (0, line + text("serving"), "")
    assert inside("init", "ci", "-o", "-").out == text("ci")
    assert inside("init", "host", "-o", "-").out.startswith(
        "# yaml-language-server: $schema=carbonctl.device.schema.json\n"
    )
    assert not list(tmp_path.iterdir())


def test_an_unknown_template(inside):
    done = inside("init", "servin")
    assert (done.code, done.out) == (3, "")
    assert done.err == (
        "unknown template `servin`; did you mean `serving`? (`carbonctl init --list` lists them all)\n"
    )
    assert inside("init", "").code == 3
    done = inside("init", "xyzzy")
    assert "; there are workload, compute" in done.err


@pytest.mark.parametrize("path", sorted(CONFIGS.rglob("*.yaml")), ids=lambda p: p.stem)
def test_every_config_is_found_by_its_name(path):
    assert templates.find(path.stem).source == path


@pytest.mark.parametrize(
    ("asked", "name"),
    [("llama3", "llama3"), ("Llama 3 70B", "llama-3-70b"), ("OPT_175b", "opt-175b"), ("dino", "dinov2"),
     ("LLaMA-13B", "llama-13b"), ("Image search", None), ("Photo search", "on-device")],
)  # fmt: skip
def test_names_as_people_write_them(asked, name):
    if name is None:
        with pytest.raises(LookupError):
            templates.find(asked)
    else:
        assert templates.find(asked).name == name


def test_a_published_workload_keeps_its_comments(inside, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert inside("init", "--from-published", "llama3").code == 0
    line, _, rest = (tmp_path / "llama3.carbon.yaml").read_text().partition("\n")
    assert line == "# yaml-language-server: $schema=carbonctl.schema.json"
    assert rest == (CONFIGS / "llama3.yaml").read_text()


def test_published_names_that_fit_several_or_none(inside):
    done = inside("init", "--from-published", "llama")
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith("`llama` fits several workloads: chat-8b, chat-service, ")
    assert "`carbonctl init --list --from-published llama` lists them all" in done.err
    done = inside("init", "--from-published", "gpt3x")
    assert (done.code, done.out) == (3, "")
    assert "no published workload `gpt3x`; did you mean `gpt3`" in done.err
    assert inside("init", "compute", "--from-published", "llama3").code == 2


def test_published_workloads_are_listed(inside):
    rows = json.loads(inside("init", "--list", "--from-published", "", "-f", "json").out)
    assert [row["name"] for row in rows] == sorted(p.stem for p in CONFIGS.rglob("*.yaml"))
    rows = json.loads(inside("init", "--list", "--from-published", "bloom", "-f", "json").out)
    assert {"bloom", "bloom-idle", "bloomz-7b-parity"} <= {row["name"] for row in rows}
