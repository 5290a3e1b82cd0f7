"""What a pull request could pass unseen with: links, removed files, its own configuration."""

import json
import re
from pathlib import Path

import pytest

from tests.action.stand_in import Repository
from tests.action.test_action import FAIL, job
from tests.markdown import assert_harmless, readable

# --- links and submodules ---


@pytest.fixture
def secret(tmp_path) -> Path:
    """A file outside of the checkout, of which no word must be told."""
    path = tmp_path / "secret"
    path.write_text("hunter2: 1\n")
    return path


@pytest.mark.parametrize("was_there", [True, False])
def test_links_to_what_git_does_not_have_are_refused(repository, runner, secret, was_there):
    folder = repository.folder
    leads_to = {"outside": secret, "git": ".git/hunter2", "untracked": "token.yaml",
                "folder": "jobs", "nowhere": "none.yaml", "itself": "itself.yaml"}  # fmt: skip
    before = {f"{name}.yaml": job(1) for name in leads_to if was_there}
    base = repository.commit({"carbon.yaml": job(10), "jobs/a.txt": "", **before})
    (folder / "token.yaml").write_text("hunter2: 1\n")
    (folder / ".git" / "info" / "exclude").write_text("token.yaml\n")
    (folder / ".git" / "hunter2").write_text("hunter2: 1\n")
    for name, target in leads_to.items():
        (folder / f"{name}.yaml").unlink(missing_ok=True)
        (folder / f"{name}.yaml").symlink_to(target)
    repository.commit({})
    runner.pull_request(base)
    done = runner.run(files="*.yaml")
    assert (done.code, done.outputs["exit-code"]) == (3, "3")
    assert "hunter2" not in done.log + done.summary
    for name in leads_to:
        (line,) = (line for line in done.commands if f"{name}.yaml" in line)
        why = "to what is no file of the repository"
        if name == "outside":
            why = "that leaves the checkout, which is not followed"
        assert line == f"::error file={name}.yaml,title=carbonctl::{name}.yaml is a link {why}"
        assert f"- ❓ not compared: {name}.yaml" in done.summary


def test_a_link_to_a_file_of_the_repository_is_followed(repository, runner):
    base = repository.commit({"shared/a.txt": job(10), "jobs/b.yaml": job(10)})
    (repository.folder / "jobs" / "b.yaml").unlink()
    (repository.folder / "jobs" / "b.yaml").symlink_to("../shared/a.txt")
    (repository.folder / "new.yaml").symlink_to("shared/a.txt")
    head = repository.commit({"shared/a.txt": job(12)})
    runner.pull_request(base)
    done = runner.run(files="*.yaml", fail_on=FAIL)
    assert done.code == 1
    assert re.search(r"\| jobs/b.yaml \| .* \| \+20.0 % \|", done.summary)
    assert "\n2 workloads: 2 heavier.\n" in done.summary  # the other one is new

    repository.commit({"shared/a.txt": job(15)})
    runner.pull_request(head)  # the base has links, too
    done = runner.run(files="*.yaml", fail_on=FAIL)
    assert done.code == 1
    rows = re.findall(r"^\| (\S+) .* \+25.0 % \|$", done.summary.partition("###")[0], re.M)
    assert rows == ["jobs/b.yaml", "new.yaml", "**Total"]


def test_a_submodule_is_left_out_unless_it_replaces_a_file(repository, runner, tmp_path):
    base = repository.commit({"carbon.yaml": job(10), "jobs/a.yaml": job(1)})
    other = Repository(tmp_path / "other")
    commit = other.commit({"x": "x"})
    for path in ("new.yaml", "jobs/a.yaml"):
        repository.git("rm", "-q", "--cached", "--ignore-unmatch", path)
        repository.git("update-index", "--add", "--cacheinfo", f"160000,{commit},{path}")
    repository.git("commit", "-qm", "x")
    runner.pull_request(base)
    done = runner.run(files="*.yaml")
    assert done.code == 3
    assert any(line.startswith("::error file=jobs/a.yaml,") for line in done.commands)
    assert any("new.yaml is a submodule" in line for line in done.commands)
    assert "new.yaml is a submodule" in done.summary


# --- workloads that are no longer there ---


@pytest.mark.parametrize("how", ["renamed", "folder", "not on disk"])
def test_a_workload_that_is_gone_fails_where_gates_decide(repository, runner, api, how):
    base = repository.commit({"jobs/carbon.yaml": job(10), "jobs/b.yaml": job(1)})
    changes = {
        "renamed": {"other.yml": job(10)}, "folder": {"jobs/carbon.yaml/x.txt": ""},
        "not on disk": {},
    }  # fmt: skip
    (repository.folder / "jobs" / "carbon.yaml").unlink()
    if how != "not on disk":
        repository.commit(changes[how])
    runner.pull_request(base)
    done = runner.run(files="*.yaml", fail_on=FAIL)
    assert (done.code, done.outputs["exit-code"]) == (1, "1")
    (line,) = done.commands
    assert line.startswith("::error file=jobs/carbon.yaml,title=carbonctl::jobs/carbon.yaml is in the base and not in the checkout")  # fmt: skip
    assert "\n1 workload: unchanged, 1 removed.\n" in done.summary
    assert "- ❌ removed: jobs/carbon.yaml; " in done.summary
    assert re.search(r"\| jobs/carbon.yaml \(removed\) \| [\d.]+ kgCO2e \| 0 kgCO2e \| −.* \| −100.0 % \|", done.summary)  # fmt: skip
    assert api.changes == ["POST"]
    assert_harmless(done.summary)


@pytest.mark.parametrize(
    "inputs",
    [
        {"fail_on": FAIL, "removed": "allow"}, {"fail_on": FAIL, "removed": " Allow "},
        {}, {"warn_on": FAIL}, {"removed": "fail"},
    ],
)  # fmt: skip
def test_a_workload_may_go_where_that_is_allowed_or_nothing_decides(repository, runner, inputs):
    base = repository.commit({"carbon.yaml": job(10)})
    repository.commit({"carbon.yaml": None})
    runner.pull_request(base)
    done = runner.run(**inputs)
    assert (done.code, done.commands) == (0, [])
    assert "\n0 workloads: 1 removed.\n" in done.summary
    assert "\n- removed: carbon.yaml\n" in done.summary


def test_a_budget_is_a_gate_for_what_is_gone(repository, runner):
    base = repository.commit({"carbon.yaml": job(10), "budget.yaml": "warn: [total_kgco2e > 1]\n"})
    repository.commit({"carbon.yaml": None})
    runner.pull_request(base)
    assert runner.run(budget="budget.yaml").code == 1
    assert runner.run(budget="budget.yaml", removed="allow").code == 0


def test_what_was_faulty_in_the_base_may_still_be_missed(repository, runner):
    base = repository.commit({"carbon.yaml": "name: [", "b.yaml": job(1)})
    repository.commit({"carbon.yaml": None})
    runner.pull_request(base)
    done = runner.run(files="*.yaml", fail_on=FAIL)
    assert done.code == 1
    assert "| carbon.yaml (removed) | unknown | 0 kgCO2e | unknown | – |" in done.summary
    assert re.search(r"\| \*\*Total of 2 workloads\*\* \| unknown \| [\d.]+ kgCO2e \| unknown \| – \|", done.summary)  # fmt: skip


def test_what_the_base_got_later_is_not_the_pull_requests_doing(repository, runner):
    repository.commit({"a.yaml": job(10), "budget.yaml": "fail: [total_kgco2e > 1 kt]\n"})
    repository.git("branch", "old")
    base = repository.commit({"b.yaml": job(1), "pyproject.toml": "[tool.carbonctl]\nquiet = true\n",
                              "budget.yaml": "fail: [total_kgco2e > 2 kt]\n"})  # fmt: skip
    repository.git("checkout", "-q", "old")
    repository.commit({"a.yaml": job(12)})
    runner.pull_request(base)
    done = runner.run(files="*.yaml\n:!budget.yaml", budget="budget.yaml")
    assert (done.code, done.commands) == (0, [])
    for word in ("b.yaml", "budget", "pyproject"):
        assert word not in done.summary.partition("###")[0]


# --- the total ---


def test_all_files_have_a_total(repository, runner):
    base = repository.commit({f"{n}.yaml": job(10) for n in range(4)})
    repository.commit({"0.yaml": job(20), "1.yaml": job(5), "3.yaml": None})
    runner.pull_request(base)
    done = runner.run(files="*.yaml", removed="allow")
    rows = [line for line in done.summary.splitlines() if line.startswith("| ") and "yaml" in line]
    assert [row.split()[1] for row in rows[:4]] == ["0.yaml", "3.yaml", "1.yaml", "2.yaml"]
    assert re.search(r"\n\| \*\*Total of 4 workloads\*\* \| [\d.]+ tCO2e \| [\d.]+ tCO2e \| −[\d.]+ kgCO2e \| −12.5 % \|\n", done.summary)  # fmt: skip


def test_a_total_that_is_unknown_says_so(repository, runner):
    bare = job(10).replace(", embodied: 0 kg", "")
    base = repository.commit({"a.yaml": bare, "b.yaml": job(10)})
    repository.commit({"a.yaml": bare.replace("10 MWh", "12 MWh"), "b.yaml": job(12)})
    runner.pull_request(base)
    done = runner.run(files="*.yaml")
    assert "| **Total of 2 workloads** | unknown | unknown | unknown | – |" in done.summary
    assert re.search(r"\| a.yaml \| [\d.]+ kgCO2e operational \| [\d.]+ kgCO2e operational \| \+[\d.]+ kgCO2e operational \| \+20.0 % \|", done.summary)  # fmt: skip


# --- the configuration is that of the base ---

CLEAN = (
    "zone,name,year,basis,intensity_g_per_kwh,low,high,source,confidence,note\n"
    "FR,France,2025,life-cycle,{},,,ember-yearly-2026,high,\n"
)
NO_OVERHEAD = (
    "quantity,class,p5,best,p95,n,widened_by,low,high,unit,source,year,confidence,text,note\n"
    "pue,unknown,1,1,1,1,1,1,1,ratio,wu2022,2026,low,no overhead,\n"
)
LIMIT = "total_kgco2e > 400 kg"


def names(folder: str) -> str:
    return f"[tool.carbonctl]\nhardware_db = {json.dumps(folder)}\n"


@pytest.mark.parametrize("where", ["pyproject.toml", "jobs/pyproject.toml"])
def test_a_pull_request_brings_no_own_records(repository, runner, where):
    base = repository.commit({"carbon.yaml": job(10), "jobs/b.yaml": job(10)})
    repository.commit(
        {"carbon.yaml": job(12), ".db/grids/countries.csv": CLEAN.format(1), where: names(".db")}
    )
    runner.pull_request(base)
    done = runner.run(fail_on=LIMIT)
    assert done.code == 1
    assert ("changes [tool.carbonctl] in pyproject.toml" in done.log) == (where == "pyproject.toml")
    assert "wn records" not in done.summary


def test_own_records_are_those_of_the_base(repository, runner, api):
    before = {".db/grids/countries.csv": CLEAN.format(100), "pyproject.toml": names(".db")}
    base = repository.commit({"carbon.yaml": job(10), **before})
    repository.commit({"carbon.yaml": job(12), ".db/grids/countries.csv": CLEAN.format(1),
                       ".db/priors.csv": NO_OVERHEAD})  # fmt: skip
    runner.pull_request(base)
    done = runner.run(fail_on=LIMIT)
    assert done.code == 1
    said = "this pull request changes own records in .db; the base's are used"
    assert f"::warning title=carbonctl::{said}" in done.commands
    assert said in readable(done.summary)
    assert re.search(r"^Own records: .db \(sha256 `[0-9a-f]{12}`\), 1 file$", done.summary, re.M)
    assert re.search(
        "^::warning title=carbonctl::own records are used: .db \\(sha256 ", done.log, re.M
    )
    assert "1.44 tCO2e" in done.summary  # 12 MWh × PUE × 100 g/kWh
    assert str(runner.folder) not in done.summary + done.log.partition("::warning")[2]
    assert_harmless(api.comments[0]["body"])
    again = runner.run(fail_on=LIMIT)
    assert (again.summary, api.changes) == (done.summary, ["POST"])


def test_own_records_that_a_pull_request_moves_are_those_of_the_base(repository, runner):
    before = {".db/grids/countries.csv": CLEAN.format(100), "pyproject.toml": names(".db")}
    base = repository.commit({"carbon.yaml": job(10), **before})
    repository.commit({"new/grids/countries.csv": CLEAN.format(1), "pyproject.toml": names("new")})
    (repository.folder / ".db" / "grids" / "countries.csv").unlink()
    repository.commit({})
    runner.pull_request(base)
    done = runner.run(fail_on=LIMIT)
    assert done.code == 1
    assert "changes \\[tool.carbonctl\\] in pyproject.toml; the base's is used" in done.summary
    assert "Own records: .db " in done.summary


@pytest.mark.parametrize(
    "head",
    [
        {"pyproject.toml": "[tool.carbonctl]\nnonsense = 1\n"}, {"pyproject.toml": "[["},
        {"pyproject.toml": None}, {"pyproject.toml": names(".db") + "quiet = true\n"},
    ],
)  # fmt: skip
def test_what_the_head_configures_does_not_count(repository, runner, head):
    before = {".db/grids/countries.csv": CLEAN.format(100), "pyproject.toml": names(".db")}
    base = repository.commit({"carbon.yaml": job(10), **before})
    repository.commit(head)
    runner.pull_request(base)
    done = runner.run(fail_on=LIMIT)
    assert done.code == 1
    assert "changes \\[tool.carbonctl\\] in pyproject.toml" in done.summary
    assert "Own records: .db " in done.summary


def test_what_else_is_in_pyproject_is_no_change(repository, runner):
    base = repository.commit({"carbon.yaml": job(10), "pyproject.toml": "[project]\nname = 'a'\n"})
    repository.commit({"pyproject.toml": "[project]\nname = 'b'\n"})
    runner.pull_request(base)
    done = runner.run(fail_on=LIMIT)
    assert "pyproject" not in done.log + done.summary


def test_own_records_of_the_environment_are_those_of_the_base(repository, runner):
    base = repository.commit({"carbon.yaml": job(10), ".db/grids/countries.csv": CLEAN.format(100)})
    repository.commit({".db/grids/countries.csv": CLEAN.format(1)})
    runner.pull_request(base)
    for given in ("./.db", str(repository.folder / ".db")):
        runner.extra = {"CARBONCTL_HARDWARE_DB": given}
        done = runner.run(fail_on=LIMIT)
        assert done.code == 1
        assert "changes own records in .db" in done.summary


def test_own_records_that_only_the_head_has_are_refused(repository, runner):
    base = repository.commit({"carbon.yaml": job(10), "pyproject.toml": names(".db")})
    repository.commit({".db/grids/countries.csv": CLEAN.format(1)})
    runner.pull_request(base)
    done = runner.run(fail_on=LIMIT)
    assert done.code == 3
    assert any("the base has no folder .db" in line for line in done.commands)


def test_own_records_of_no_commit_are_used_where_they_are(repository, runner, tmp_path):
    base = repository.commit(
        {"carbon.yaml": job(10), "pyproject.toml": names("fetched"), ".gitignore": "fetched\n"}
    )
    for folder in (repository.folder / "fetched", tmp_path / "outside"):
        (folder / "grids").mkdir(parents=True)
        (folder / "grids" / "countries.csv").write_text(CLEAN.format(1))
    runner.pull_request(base)
    done = runner.run(fail_on=LIMIT)
    assert done.code == 0
    assert "Own records: fetched " in done.summary
    runner.extra = {"CARBONCTL_HARDWARE_DB": str(tmp_path / "outside")}
    assert f"Own records: {tmp_path}/outside " in readable(runner.run(fail_on=LIMIT).summary)


def test_links_in_own_records_are_refused(repository, runner, secret):
    repository.commit(
        {"carbon.yaml": job(10), "pyproject.toml": names(".db"), ".db/sources.yaml": "{}\n"}
    )
    (repository.folder / ".db" / "defaults.yaml").symlink_to(secret)
    base = repository.commit({})
    runner.pull_request(base)
    done = runner.run(fail_on=LIMIT)
    assert done.code == 3
    assert any(".db/defaults.yaml of the base is a link" in line for line in done.commands)
    assert "hunter2" not in done.log


def test_a_submodule_with_own_records_is_used_as_long_as_it_stays(repository, runner, tmp_path):
    other = Repository(tmp_path / "other")
    first = other.commit({"db/grids/countries.csv": CLEAN.format(100)})

    def use(commit):
        repository.git("update-index", "--add", "--cacheinfo", f"160000,{commit},facts")
        repository.git("commit", "-qm", "x")
        return repository.git("rev-parse", "HEAD")

    repository.commit({"carbon.yaml": job(10), "pyproject.toml": names("facts/db")})
    base = use(first)
    other.git("clone", "-q", str(other.folder), str(repository.folder / "facts"))
    runner.pull_request(base)
    done = runner.run(fail_on=LIMIT)
    assert done.code == 1
    assert "Own records: facts/db " in done.summary
    use(other.commit({"db/grids/countries.csv": CLEAN.format(1)}))
    done = runner.run(fail_on=LIMIT)
    assert done.code == 3
    assert any("changes the submodule facts" in line for line in done.commands)


def test_a_budget_is_that_of_the_base(repository, runner):
    base = repository.commit({"carbon.yaml": job(10), "a/budget.yaml": f"fail: ['{LIMIT}']\n"})
    runner.pull_request(base)
    absolute = str(repository.folder / "a/budget.yaml")
    for head, given in (
        ("fail: ['total_kgco2e > 1 kt']\n", absolute),
        (None, "./a/../a/budget.yaml"),
    ):
        repository.commit({"a/budget.yaml": head})
        done = runner.run(budget=given)
        assert done.code == 1
        assert "this pull request changes a/budget.yaml; the base's is used" in done.summary


def test_a_faulty_budget_of_the_base_is_told_by_its_name(repository, runner):
    base = repository.commit({"carbon.yaml": job(10), "budget.yaml": "fail: [totl > 1]\n"})
    runner.pull_request(base)
    done = runner.run(budget="budget.yaml")
    assert done.code == 3
    assert "budget.yaml:1:8: " in done.log
    assert str(runner.folder) not in done.log


def test_a_budget_that_the_base_lacks_is_used_and_told(repository, runner):
    base = repository.commit({"carbon.yaml": job(10)})
    (repository.folder / "budget.yaml").write_text(f"fail: ['{LIMIT}']\n")
    runner.pull_request(base)
    done = runner.run(budget="budget.yaml")  # of an earlier step
    assert (done.code, "budget" in done.summary.partition("<details>")[0]) == (1, False)
    repository.commit({})
    done = runner.run(budget="budget.yaml")
    assert done.code == 1
    assert "this pull request adds budget.yaml, which the base does not have" in done.summary


def test_a_folder_of_the_repository_can_be_where_the_action_runs(repository, runner):
    before = {"sub/.db/grids/countries.csv": CLEAN.format(100), "sub/pyproject.toml": names(".db"),
              "pyproject.toml": names("nowhere"), "sub/budget.yaml": f"fail: ['{LIMIT}']\n"}  # fmt: skip
    base = repository.commit({"sub/carbon.yaml": job(10), **before})
    repository.commit({"sub/.db/grids/countries.csv": CLEAN.format(1), "sub/budget.yaml": "fail: [total_kgco2e > 1 kt]\n"})  # fmt: skip
    runner.pull_request(base)
    runner.workspace = repository.folder / "sub"
    done = runner.run(budget="budget.yaml")
    assert done.code == 1
    assert "changes own records in sub/.db" in done.summary
    assert "changes sub/budget.yaml" in done.summary


@pytest.mark.parametrize("name", ["budget.yaml", "to/budget.yaml"])
def test_links_to_a_budget_or_own_records_are_refused(repository, runner, secret, name):
    base = repository.commit({"carbon.yaml": job(10)})
    (repository.folder / name.partition("/")[0]).symlink_to(
        secret if name[0] == "b" else secret.parent
    )
    (secret.parent / "budget.yaml").write_text("hunter2: 1\n")
    repository.commit({})
    runner.pull_request(base)
    for inputs, extra in (({"budget": name}, {}), ({}, {"CARBONCTL_HARDWARE_DB": name})):
        runner.extra = extra
        done = runner.run(fail_on=LIMIT, **inputs)
        assert done.code == 3
        assert any(f"is a link, which is not followed to {name}" in line for line in done.commands)
        assert "hunter2" not in done.log


def test_a_link_in_place_of_own_records_or_a_budget_changes_nothing(repository, runner):
    before = {".db/grids/countries.csv": CLEAN.format(100), "budget.yaml": f"fail: ['{LIMIT}']\n",
              "pyproject.toml": names(".db")}  # fmt: skip
    base = repository.commit({"carbon.yaml": job(10), **before})
    repository.commit({"evil/grids/countries.csv": CLEAN.format(1), "evil.yaml": "fail: [total_kgco2e > 1 kt]\n",
                       ".db/grids/countries.csv": None, "budget.yaml": None})  # fmt: skip
    (repository.folder / ".db" / "grids").rmdir()
    (repository.folder / ".db").rmdir()
    (repository.folder / ".db").symlink_to("evil")
    (repository.folder / "budget.yaml").symlink_to("evil.yaml")
    repository.commit({})
    runner.pull_request(base)
    done = runner.run(budget="budget.yaml")
    assert done.code == 1
    assert "changes own records in .db" in done.summary
    assert "changes budget.yaml" in done.summary
