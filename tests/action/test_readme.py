"""What the recipes say of the action and of the hook is so."""

import re

import pytest
import yaml

from carbonctl.analysis.gates import parse_rule
from carbonctl.cli.app import COMMANDS
from tests.action.stand_in import ACTION
from tests.conftest import ROOT
from tests.markdown import readable

README = (ROOT / "README.md").read_text(encoding="utf-8")
RECIPES = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")
SECTION, HOOK = (
    RECIPES.partition(f"## {title}\n\n")[2].partition("\n## ")[0]
    for title in ("On pull requests", "Before each commit")
)
(WORKFLOW,), (PRE_COMMIT,) = (
    [yaml.load(text, yaml.BaseLoader) for text in re.findall(r"```yml\n(.*?)```", part, re.S)]
    for part in (SECTION, HOOK)
)
WORKLOAD = re.search(r"```yaml\n(.*?)```", README, re.S)[1]


def test_the_workflow_uses_what_there_is():
    assert WORKFLOW["permissions"] == {"contents": "read", "pull-requests": "write"}
    checkout, action = WORKFLOW["jobs"]["carbon"]["steps"]
    assert checkout["with"] == {"fetch-depth": "0", "persist-credentials": "false"}
    given = action["with"]
    assert set(given) <= set(ACTION["inputs"])
    for key in ("fail-on", "warn-on"):
        for rule in given[key].splitlines():
            assert parse_rule(rule)


def test_every_input_is_told():
    rows = re.findall(r"^\| (`.*?) \|", SECTION, re.M)
    assert set(re.findall(r"`([\w-]+)`", " ".join(rows))) == set(ACTION["inputs"])


def test_the_comment_is_real(repository, runner, api):
    base = repository.commit({"carbon.yaml": WORKLOAD})
    repository.commit({"carbon.yaml": WORKLOAD.replace("24 h", "30 h")})
    runner.pull_request(base)
    runner.run(fail_on="total_kgco2e > +5%")
    shown = "".join(re.findall(r"^> ?(.*\n)", SECTION, re.M))
    assert readable(api.comments[0]["body"]) == readable(shown)


HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))


def test_the_hook_runs_a_command_of_ours(inside):
    (hook,) = HOOKS
    assert [hook["id"]] == [one["id"] for one in PRE_COMMIT["repos"][0]["hooks"]]
    name, *arguments = hook["entry"].split()
    assert (name, arguments[0] in COMMANDS) == ("carbonctl", True)
    assert inside(*arguments, str(ROOT / "configs" / "quickstart.yaml")).code == 0
    assert inside(*arguments, str(ROOT / "Makefile")).code == 3


@pytest.mark.parametrize(
    ("path", "taken"),
    [
        ("carbon.yaml", True), ("a/carbon.yml", True), ("a/llm.carbon.yaml", True),
        ("carbonara.yaml", False), ("hydrocarbon.yaml", False), ("a/job.yaml", False),
    ],
)  # fmt: skip
def test_the_hook_takes_files_by_name(path, taken):
    assert bool(re.search(HOOKS[0]["files"], path)) == taken


def test_workflows_pin_what_they_use():
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert workflow["permissions"] == {"contents": "read"}
        for job in workflow["jobs"].values():
            for used in filter(None, (step.get("uses") for step in job["steps"])):
                assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", used), used
