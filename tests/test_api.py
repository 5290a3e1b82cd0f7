"""In Python: paths and dicts go the road of the command line, with errors of their own."""

import copy
import datetime
import enum
import json
import pickle
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
import yaml

import carbonctl
from carbonctl.spec.from_python import written
from tests.conftest import CONFIGS, ROOT, account, clean_environment

JOB = {
    "name": "fine-tuning",
    "site": {"grid": "FR", "pue": 1.2, "year": 2024},
    "phases": {
        "training": [
            {
                "kind": "compute", "device": "nvidia/a100-sxm4-80gb", "devices": 8,
                "wall_time": "24 h", "load": 0.85,
            }
        ]
    },
}  # fmt: skip


def job(**changes):
    return {**JOB, **changes}


def activity(**changes):
    return job(phases={"training": [{**JOB["phases"]["training"][0], **changes}]})


def problems(source, **options):
    with pytest.raises(carbonctl.InputError) as caught:
        carbonctl.estimate(source, **options)
    return caught.value


def pickled(thing):
    return pickle.loads(pickle.dumps(thing))


def test_a_path_is_read_as_the_command_line_reads_it(inside):
    path = CONFIGS / "llama3.yaml"
    result = carbonctl.estimate(path)
    document = json.loads(inside("estimate", str(path), "--format", "json").out)["results"][0]
    assert isinstance(result, carbonctl.Result)
    assert (result.file, result.sha256) == (str(path), document["sha256"])
    assert result.total._asdict() == document["total"]
    assert carbonctl.estimate(str(path)).entries == result.entries
    assert "Llama 3" in repr(result)


class Texts(yaml.SafeLoader):
    """Reads every scalar as text."""


Texts.yaml_implicit_resolvers = {}


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_dict_is_what_a_file_is(path):
    text = path.read_text(encoding="utf-8")
    result = carbonctl.estimate(yaml.load(text, Loader=Texts))
    theirs = account(text)
    assert result.total == theirs.total
    assert result.spec == theirs.spec
    assert result.warnings == theirs.warnings
    assert [e[:22] for e in result.entries] == [e[:22] for e in theirs.entries]
    assert result.groups("site") == theirs.groups("site")
    assert result.file == "<dict>"
    assert {v.line for e in result.entries for v in e.inputs} == {None}


def test_numbers_and_switches_stand_for_their_text():
    assert carbonctl.estimate(JOB).total == carbonctl.estimate(
        {
            "name": "fine-tuning",
            "site": {"grid": "FR", "pue": "1.2", "year": "2024"},
            "phases": {"training": ({**JOB["phases"]["training"][0], "devices": "8", "load": "85 %"},)},
        }
    ).total  # fmt: skip
    metered = {"kind": "energy", "energy": "1 MWh", "embodied": "0 kg", "includes_pue": True}
    with_pue = carbonctl.estimate(job(phases={"data": [metered]})).total.energy_kwh
    without = carbonctl.estimate(job(phases={"data": [{**metered, "includes_pue": False}]}))
    assert (with_pue, without.total.energy_kwh) == (1000, 1200)


def test_a_name_that_yaml_would_take_for_more_stays_text():
    for name in ("NO", "007", "1e5", "null", "~", "2024-01-01", "yes"):
        assert carbonctl.estimate(job(name=name)).name == name


@pytest.mark.parametrize(
    "number", [0.1, 1 / 3, 5e-324, 1.7976931348623157e308, 1e16, 1e-5, -0.0, 2**53 + 1, 10**22]
)
def test_numbers_read_back_exactly(number):
    text = written(number)
    assert float(text) == float(number)
    assert json.loads(text) == number


def test_scalars_of_numpy_and_derived_classes_are_plain():
    class Colour(str, enum.Enum):  # noqa: UP042
        RED = "red"

    class Level(enum.IntEnum):
        LOW = 3

    assert written(np.float64(0.1)) == "0.1"
    assert written(np.float32(0.5)) == "0.5"
    assert written(np.int64(7)) == "7"
    assert written(np.bool_(True)) == "true"
    assert written(np.str_("x")) == "x"
    assert written(Colour.RED) == "red"
    assert written(Level.LOW) == "3"
    assert carbonctl.estimate(MappingProxyType(job(name=np.str_("x")))).name == "x"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (datetime.date(2024, 1, 1), "a date (2024-01-01) is no value of a spec"),
        (datetime.datetime(2024, 1, 1), "a date (2024-01-01 00:00:00) is no value"),  # noqa: DTZ001
        (float("nan"), "nan is not a finite number; leave out what is not known"),
        (float("inf"), "inf is not a finite number"),
        (np.float64("nan"), "nan is not a finite number"),
        ({1, 2}, "`set` is no type of a value; a spec holds text, numbers"),
        (Fraction(1, 3), "`Fraction` is no type"),
        (b"x", "`bytes` is no type"),
        (np.array([1, 2]), "`ndarray` is no type"),
        (10**5000, "a number of more than 300 digits"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_what_is_no_value_is_refused_with_its_path(value, said):
    error = problems(activity(load=value))
    (problem,) = error.problems
    assert problem.path == "phases.training.0.load"
    assert (problem.file, problem.line, problem.col) == ("<dict>", None, None)
    assert str(error).startswith(f"<dict>: phases.training.0.load: {said}")


def test_faults_of_a_dict_are_told_by_their_path_and_all_at_once():
    error = problems(
        {"name": "", "site": {"grid": "Oz"}, "phases": {"training": [{"kind": "compute", "load": 85}]}}
    )  # fmt: skip
    told = str(error).splitlines()
    assert "<dict>: name: must not be empty" in told
    assert "<dict>: phases.training.0.load: `85` is above 1 (100 %); write `85 %`" in told
    assert any(line.startswith("<dict>: site.grid: unknown grid `Oz`") for line in told)
    assert "<dict>:1" not in str(error)


def test_a_unit_is_wanted_as_in_a_file():
    told = str(problems(activity(wall_time=24)))
    assert told == "<dict>: phases.training.0.wall_time: `24` has no unit; write `24 s` or `24 h`"


def test_what_the_account_misses_is_told_by_its_path():
    error = problems(activity(device="nvidia/a100-sxm4-80g"))
    assert str(error).startswith("<dict>: phases.training.0.device: unknown device")
    unknown = problems({**job(phases={"data": [{"kind": "storage", "duration": "1 h"}]})})
    assert {p.line for p in unknown.problems} == {None}
    assert all(p.path for p in unknown.problems)


def test_keys_are_texts():
    assert "<dict>: site: a key must be a text, not `int`: 3" in str(problems(job(site={3: 4})))
    assert "unknown key `sites_`" in str(problems(job(sites_={})))


def test_a_key_without_a_value():
    assert "`name` has no value" in str(problems(job(name=None)))
    phases = {**JOB["phases"], "data": None}
    assert carbonctl.estimate(job(phases=phases)).total == carbonctl.estimate(JOB).total


def test_dicts_that_hold_themselves_or_too_much_end():
    inside_itself: dict = job()
    inside_itself["site"] = inside_itself
    assert "nested more than 64 levels deep" in str(problems(inside_itself))
    wide: list = [0] * 10
    for _ in range(6):
        wide = [wide] * 10
    assert "more than 1,000,000 values" in str(problems(job(site=wide)))


def test_control_characters_are_refused():
    for name in ("a\nb", "\x1b[31m", "a\u2028b"):
        assert "control or invisible characters" in str(problems(job(name=name)))


def test_overrides_and_own_records(tmp_path):
    changed = carbonctl.estimate(JOB, set=["site.pue=2", "name=x"])
    assert (changed.name, changed.total.energy_kwh) != (JOB["name"], None)
    assert (
        changed.entries == carbonctl.estimate(job(name="x", site={**JOB["site"], "pue": 2})).entries
    )
    assert carbonctl.estimate(JOB, set="name=x").name == "x"
    assert "--set:1:" in str(problems(JOB, set=["site.pue=0.5"]))
    for wrong in (["name"], [3], {"name": "x"}):
        with pytest.raises(carbonctl.UsageError):
            carbonctl.estimate(JOB, set=wrong)
    with pytest.raises(carbonctl.InputError, match="no such folder"):
        carbonctl.estimate(JOB, hardware_db=tmp_path / "none")
    assert carbonctl.estimate(JOB, hardware_db=tmp_path).total == carbonctl.estimate(JOB).total


def test_several(tmp_path):
    path = CONFIGS / "quickstart.yaml"
    results = carbonctl.estimate(source for source in (path, JOB, job(name="x")))
    assert [result.file for result in results] == [str(path), "<dict 1>", "<dict 2>"]
    assert carbonctl.estimate([]) == []
    error = problems([JOB, job(name=""), tmp_path / "none.yaml", job(site={"grid": "Oz"})])
    assert {p.file for p in error.problems} == {"<dict 1>", str(tmp_path / "none.yaml"), "<dict 3>"}


def test_files_with_several_workloads(inside, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    jobs = [job(name=f"job {n}") for n in range(4)]
    Path("jobs.jsonl").write_text("\n" + "\n\n".join(map(json.dumps, jobs)))
    Path("more.yaml").write_text("\n---\n".join(map(json.dumps, jobs[:2])))
    several = str(problems("jobs.jsonl"))
    assert several == (
        "jobs.jsonl:1:1: holds several documents: jobs.jsonl#2, jobs.jsonl#4, jobs.jsonl#6, …; "
        'name one, as in estimate("jobs.jsonl#2"); estimate([...]) returns them all'
    )
    results = carbonctl.estimate(["jobs.jsonl", Path("more.yaml"), JOB, "jobs.jsonl#4"])
    labels = [f"jobs.jsonl#{n}" for n in (2, 4, 6, 8)] + ["more.yaml#1", "more.yaml#2"]
    assert [result.file for result in results] == [*labels, "<dict 2>", "jobs.jsonl#4"]
    assert [carbonctl.estimate(label).entries for label in labels] == [
        result.entries for result in results[:6]
    ]
    csv = inside("estimate", "jobs.jsonl", "more.yaml", "-f", "csv", "--totals").out
    assert [row.partition(",")[0] for row in csv.splitlines()[1:]] == labels
    assert str(problems("jobs.jsonl#3")) == "jobs.jsonl:3:1: line 3 is blank"
    Path("saved.jsonl").write_text(inside("estimate", "more.yaml", "-f", "jsonl").out)
    assert [one.file for one in carbonctl.estimate(["saved.jsonl"])] == labels[4:]


def test_faults_of_several_workloads_are_told_together(tmp_path):
    path = tmp_path / "jobs.jsonl"
    faulty = [job(), job(site={"grid": "Oz"}), "oops", job(name="")]
    path.write_text("\n".join(one if one == "oops" else json.dumps(one) for one in faulty))
    error = problems([path, JOB, path])
    assert [(p.file, p.line) for p in error.problems] == [(str(path), n) for n in (2, 3, 4)]
    error = problems([path, JOB], set=["site.gird=FR"])
    assert [p.file for p in error.problems].count("--set") == 1


def test_a_saved_result_is_an_input(inside, tmp_path):
    saved = tmp_path / "r.json"
    files = [str(CONFIGS / "llama3.yaml"), str(CONFIGS / "quickstart.yaml")]
    saved.write_text(inside("estimate", files[0], "--format", "json").out)
    assert carbonctl.estimate(saved).total == carbonctl.estimate(files[0]).total
    saved.write_text(inside("estimate", *files, "--format", "json").out)
    assert "holds 2 results" in str(problems(saved))
    assert [result.file for result in carbonctl.estimate([saved])] == files


@pytest.mark.parametrize("year", [2023.5, 2023.0, True, "2023", 10**9, -1])
def test_a_saved_year_is_a_year(inside, tmp_path, year):
    text = inside("estimate", str(CONFIGS / "quickstart.yaml"), "--format", "json").out
    document = json.loads(text)
    assert isinstance(document["results"][0]["entries"][0]["factor_year"], int)
    document["results"][0]["entries"][0]["factor_year"] = year
    saved = tmp_path / "r.json"
    saved.write_text(json.dumps(document))
    assert f"`{year}` is not a year" in str(problems(saved))


@pytest.mark.parametrize("source", [3, None, b"job.yaml", [3], object()])
def test_what_is_no_source(source):
    with pytest.raises(carbonctl.UsageError, match="a path, a dict, or several of them"):
        carbonctl.estimate(source)


def test_every_error_is_carbonctls_and_nothing_is_printed(capfd):
    for wrong in (JOB | {"name": ""}, "none.yaml", 3):
        with pytest.raises(carbonctl.CarbonctlError):
            carbonctl.estimate(wrong)
    carbonctl.estimate(CONFIGS / "llama3.yaml")
    assert capfd.readouterr() == ("", "")


def test_the_environment_is_not_asked(monkeypatch, tmp_path):
    monkeypatch.setenv("CARBONCTL_HARDWARE_DB", str(tmp_path / "none"))
    assert carbonctl.estimate(JOB).complete


def python(code: str, cwd: Path = ROOT) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=cwd, check=False,
        env=clean_environment(PYTHONPATH=str(ROOT)),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_it_is_cheap():
    found = python("import sys, carbonctl; print(*sorted(sys.modules))").split()
    assert [m for m in found if m.startswith("carbonctl")] == ["carbonctl"]
    heavy = ("pydantic", "yaml", "numpy", "pandas", "typer", "rich", "pyarrow")
    assert not [m for m in found if m.partition(".")[0] in heavy]


def test_an_estimate_imports_no_pandas_and_no_command():
    code = (
        "import sys, carbonctl\n"
        "carbonctl.estimate('configs/quickstart.yaml').total\n"
        "print(*sorted(sys.modules))"
    )
    found = python(code).split()
    heavy = ("numpy", "pandas", "pyarrow", "typer", "rich")
    assert not [m for m in found if m.partition(".")[0] in heavy]
    assert "carbonctl.cli.estimate" not in found


def test_the_public_names_are_there_and_documented():
    assert set(carbonctl.__all__) <= set(dir(carbonctl))
    recipes = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")
    for name in carbonctl.__all__:
        found = getattr(carbonctl, name)
        if name != "__version__":
            assert found.__doc__, name
            assert f"`{name}`" in recipes or f"carbonctl.{name}(" in recipes, name
            assert found.__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'estimat'"):
        carbonctl.estimat  # noqa: B018
    starred = "from carbonctl import *; print(estimate, CarbonctlError)"
    assert "CarbonctlError" in python(starred)


@pytest.mark.parametrize("spec", [{"name": "a\ud800"}, {"a\ud800": 1}])
def test_half_a_character_is_refused(spec):
    with pytest.raises(carbonctl.InputError, match="holds half a character"):
        carbonctl.estimate(spec)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickled])
@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_result_can_be_copied_and_sent_elsewhere(path, copied):
    result = carbonctl.estimate(path)
    other = copied(result)
    assert type(other) is carbonctl.Result
    for _ in range(2):  # a copy of a copy, too
        for name in ("file", "sha256", "name", "entries", "assumptions", "warnings", "spec",
                     "reported", "total", "phases", "per_unit", "complete"):  # fmt: skip
            assert getattr(other, name) == getattr(result, name), name
        assert other.groups("system") == result.groups("system")
        assert other.to_frame().equals(result.to_frame())
        other = copied(other)


def test_a_saved_result_can_be_copied_too(inside, tmp_path):
    saved = tmp_path / "r.json"
    saved.write_text(inside("estimate", str(CONFIGS / "llama3.yaml"), "--format", "json").out)
    result = carbonctl.estimate(saved)
    assert pickled(result).spec == result.spec
    assert pickled(result).reported == result.reported


def test_an_error_can_be_sent_elsewhere():
    error = problems([JOB, job(name=""), "none.yaml"])
    assert (pickled(error).problems, str(pickled(error))) == (error.problems, str(error))
    other = pickled(carbonctl.UsageError("no"))
    assert (type(other), str(other)) == (carbonctl.UsageError, "no")


# --- sites and schedules ---

SITES, FINE_TUNING = CONFIGS / "site", CONFIGS / "site" / "pausable.yaml"


def as_dict(path):
    return yaml.load(path.read_text(encoding="utf-8"), Loader=Texts)


@pytest.mark.parametrize("name", ["texas", "washington", "california"])
def test_a_site_is_what_the_command_shows(inside, name):
    path = SITES / f"{name}.yaml"
    shown = json.loads(inside("site", str(path), "-f", "json").out)
    for source in (path, str(path), as_dict(path)):
        result = carbonctl.study_site(source)
        assert result.name == shown["name"]
        assert result.outcome.total_kgco2e == shown["total_kgco2e"]
        assert [way.unmet_mwh for way in result.ways] == [w["unmet_mwh"] for w in shown["ways"]]
    moved = carbonctl.study_site(path, set=["site.capacity=31 MW"], account="location_hourly")
    document = inside("site", str(path), "--set", "site.capacity=31 MW", "-f", "json",
                      "--account", "location_hourly").out  # fmt: skip
    assert moved.outcome.total_kgco2e == json.loads(document)["total_kgco2e"]


def test_a_site_beside_its_optimum():
    pytest.importorskip("scipy")
    result = carbonctl.study_site(SITES / "texas.yaml", optimum=True)
    assert 0 <= result.optimum.unmet_mwh <= result.outcome.unmet_mwh


@pytest.mark.parametrize("forecast", [None, "last-week", "error 10 %"])
def test_a_schedule_is_what_the_command_shows(inside, forecast):
    more = () if forecast is None else ("--forecast", forecast)
    shown = json.loads(inside("schedule", str(FINE_TUNING), "-f", "json", *more).out)["jobs"][0]
    for source in (FINE_TUNING, as_dict(FINE_TUNING)):
        (job,) = carbonctl.schedule(source, forecast=forecast).jobs
        assert {o.name: o.kgco2e for o in job.options} == {
            option["name"]: option["kgco2e"] for option in shown["options"]
        }


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: carbonctl.study_site({"name": "s"}), carbonctl.InputError, "<dict>: demand"),
        (lambda: carbonctl.study_site(JOB), carbonctl.InputError, "this is a workload"),
        (lambda: carbonctl.study_site(7), carbonctl.UsageError, "study_site: a path or a dict"),
        (lambda: carbonctl.study_site("s.yaml", account="x"), carbonctl.UsageError, "market_hourly"),
        (lambda: carbonctl.schedule(JOB), carbonctl.InputError, "grid_hourly"),
        (lambda: carbonctl.schedule([JOB]), carbonctl.UsageError, "schedule: a path or a dict"),
        (lambda: carbonctl.schedule(JOB, by="x"), carbonctl.UsageError, "average or marginal"),
        (lambda: carbonctl.schedule(JOB, forecast="x"), carbonctl.UsageError, "last-week"),
        (lambda: carbonctl.schedule("none.yaml"), carbonctl.InputError, "none.yaml"),
    ],
)  # fmt: skip
def test_what_sites_and_schedules_refuse(call, error, said):
    with pytest.raises(error, match=said):
        call()


def test_sites_are_imported_when_they_are_asked_for():
    code = "import carbonctl, sys; carbonctl.study_site; print('numpy' in sys.modules)"
    assert python(code).strip() == "False"
