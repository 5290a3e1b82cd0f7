"""The action from end to end: real git, real carbonctl, a stand-in for the runner and its API."""

import json
import re
import sys
from importlib import import_module
from pathlib import Path

import pytest

from carbonctl.render.comparison import md_
from tests.action.stand_in import (
    ACTION,
    KEEPS,
    STEPS,
    TOKEN,
    Repository,
    read_outputs,
)
from tests.conftest import ROOT
from tests.markdown import HOSTILE, assert_harmless, readable

FAIL = "total_kgco2e > +5%"


def job(energy: int, name: str = "work", activity: str = "run") -> str:
    return (
        f"name: {json.dumps(name)}\nsite: {{grid: FR}}\nphases:\n  training:\n"
        f"    - {{kind: energy, name: {json.dumps(activity)}, energy: {energy} MWh, embodied: 0 kg}}\n"
    )


@pytest.fixture
def heavier(repository, runner) -> Repository:
    """A pull request that makes a workload heavier."""
    base = repository.commit({"carbon.yaml": job(10)})
    repository.commit({"carbon.yaml": job(12)})
    runner.pull_request(base)
    return repository


# --- action.yml ---


def test_no_expression_is_in_a_script():
    for step in STEPS:
        assert step["shell"] == "bash"
        assert "${{" not in step["run"]
        assert re.fullmatch(
            r'"\$INPUT_PYTHON" -I "\$GITHUB_ACTION_PATH/\.github/action" \w+', step["run"]
        )


def test_inputs_are_described_and_used():
    used = " ".join(value for step in STEPS for value in step["env"].values())
    for name, about in ACTION["inputs"].items():
        assert about["description"].endswith(".")
        assert "default" in about
        assert f"${{{{ inputs.{name} }}}}" in used
    assert set(ACTION["outputs"]) == {"exit-code", "markdown", "pages"}


def test_the_token_is_given_to_the_last_step_only():
    assert [("INPUT_TOKEN" in step["env"]) for step in STEPS] == [False, True]


def test_pages_are_kept_where_a_gate_fails_too():
    (kept,) = KEEPS
    assert re.fullmatch("actions/upload-artifact@[0-9a-f]{40}", kept["uses"])
    assert kept["if"] == "${{ !cancelled() && steps.compare.outputs.pages }}"
    assert kept["with"]["path"] == ACTION["outputs"]["pages"]["value"]


# --- one workload ---


def test_a_pull_request_has_one_comment_that_is_kept(heavier, runner, api):
    first = runner.run(fail_on=FAIL)
    assert first.code == 1
    assert first.outputs["exit-code"] == "1"
    assert api.changes == ["POST"]
    (posted,) = api.comments
    body = posted["body"]
    assert first.markdown == first.summary
    assert_harmless(body)
    assert_harmless(first.summary)
    lines = [line for line in body.splitlines() if line]
    assert lines[:2] == [md_.BEGIN, "<!-- carbonctl:action -->"]
    assert re.fullmatch(
        r"## Carbon: \+[\d.]+ kgCO2e \(\+20.0 %\), from [\d.]+ kgCO2e to [\d.]+ kgCO2e", lines[2]
    )
    assert lines[3:] == [
        "1 workload: heavier.",
        "Why: training.run.energy 10,000 kWh → 12,000 kWh",
        r"- ❌ failed: carbon.yaml: total\_kgco2e &gt; +5% (it is +20.0 %)",
        md_.END,
    ]
    assert re.search(
        r"\| carbon.yaml \| [\d.]+ kgCO2e \| [\d.]+ kgCO2e \| \+[\d.]+ kgCO2e \| \+20.0 % \|",
        first.summary,
    )
    assert first.summary.startswith(body.removesuffix(f"{md_.END}\n"))
    assert posted["body"].count(md_.BEGIN) == posted["body"].count(md_.END) == 1
    assert [line for line in first.commands if line.startswith("::error file=carbon.yaml,")]
    assert TOKEN not in first.log

    heavier.commit({"carbon.yaml": job(9)})
    second = runner.run(fail_on=FAIL)
    assert (second.code, second.outputs["exit-code"]) == (0, "0")
    assert api.changes == ["POST", "PATCH"]
    assert "lighter" in api.comments[0]["body"]

    third = runner.run(fail_on=FAIL)
    assert (third.code, api.changes) == (0, ["POST", "PATCH"])


def test_a_page_is_kept_of_what_changed(heavier, runner, api):
    base = heavier.commit({"same.yaml": job(3), "über/a b.yaml": job(3)})
    runner.pull_request(base)
    heavier.commit({"carbon.yaml": job(14), "über/a b.yaml": job(4)})
    done = runner.run(files="*.yaml", fail_on=FAIL)
    assert done.code == 1
    pages = {one.name: one.read_text("utf-8") for one in Path(done.outputs["pages"]).iterdir()}
    assert set(pages) == {"carbon.yaml-0.html", "_ber_a_b.yaml-2.html"}
    assert "What changed" in pages["carbon.yaml-0.html"]
    assert "✗ failed: total_kgco2e" in pages["carbon.yaml-0.html"]


def test_what_is_not_wanted_is_not_done(heavier, runner, api):
    unwanted = dict.fromkeys(("comment", "summary", "annotations", "pages"), "false")
    done = runner.run(fail_on=FAIL, **unwanted)
    assert done.outputs["pages"] == ""
    assert (done.code, done.summary, done.commands, api.requests) == (1, "", [], [])
    assert "heavier" in done.markdown


def test_nothing_new_is_no_comment(repository, runner, api):
    base = repository.commit({"carbon.yaml": job(10)})
    repository.commit({"other.txt": "x"})
    runner.pull_request(base)
    done = runner.run(fail_on=FAIL)
    assert (done.code, api.changes) == (0, [])
    assert "## Carbon: unchanged\n\n1 workload: unchanged." in done.summary


def test_a_push_is_compared_with_the_commit_before(heavier, runner, api):
    runner.event = {}
    done = runner.run(fail_on=FAIL, budget="budget.yaml")
    assert (done.code, api.requests) == (3, [])  # there is no such budget
    assert "budget.yaml" in done.summary
    (heavier.folder / "budget.yaml").write_text(f"warn: ['{FAIL}']\n")
    done = runner.run(warn_on="total_kgco2e > 1 kg\n total_kgco2e > 2 t", budget="budget.yaml")
    assert (done.code, api.requests) == (0, [])
    assert (
        done.summary.count("- ⚠️ warning: carbon.yaml") == 2
    )  # one of the input, one of the budget


def test_a_base_can_be_named(heavier, runner):
    heavier.git("branch", "old", "HEAD^")
    runner.event = {}
    heavier.commit({"other.txt": "x"})
    assert runner.run(fail_on=FAIL).code == 0
    assert runner.run(fail_on=FAIL, base="old").code == 1
    done = runner.run(base="nowhere")
    assert done.code == 3
    assert any("`nowhere`" in line for line in done.commands)
    assert runner.run(base="--upload-pack=touch pwned").code == 3
    assert not list(heavier.folder.glob("pwned*"))


@pytest.mark.parametrize("as_push", [True, False])
def test_a_shallow_checkout_fetches_the_base(heavier, runner, tmp_path, as_push):
    heavier.git("config", "uploadpack.allowAnySHA1InWant", "true")
    clone = tmp_path / "clone"
    heavier.git("clone", "-q", "--depth=1", f"file://{heavier.folder}", str(clone))
    runner.workspace = clone
    if as_push:
        runner.event = {}
    done = runner.run(fail_on=FAIL)
    assert done.code == 1
    assert "heavier" in done.markdown


def test_what_ends_unheard_of_is_a_bug(heavier, runner, tmp_path):
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    done = runner.run(command=str(broken))
    assert (done.code, "carbonctl ended with 1" in done.summary) == (70, True)


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"files": "none/*.yaml"}, "no file of the repository matches"),
        ({"files": ":(nonsense)x"}, "does not understand"),
        ({"comment": "yes"}, "true or false"),
        ({"removed": "ignore"}, "`removed` is fail or allow, not `ignore`"),
        ({"command": "no-such-command"}, "no command"),
        ({"command": "", "version": "1 @ https://evil.example/x"}, "is a version such as"),
    ],
)  # fmt: skip
def test_faults_are_said(heavier, runner, inputs, said):
    done = runner.run(**inputs)
    assert done.code in (2, 3)
    assert any(line.startswith("::error") and said in line for line in done.commands)


# --- several workloads, hostile ones among them ---

NAMES = (
    "jobs/a space.yaml", 'jobs/"quoted".yaml', "jobs/it's.yaml", "jobs/$(touch pwned).yaml",
    "jobs/`touch pwned`.yaml", "jobs/; touch pwned #.yaml", "jobs/new\nline\n::error::x.yaml",
    "-x.yaml", "--fail-on=x.yaml", "jobs/::error::x.yaml", "jobs/##[error]x.yaml", "jobs/%0A::error::x.yaml",
    "jobs/[a](https:/evil.example)|.yaml", "jobs/<img src=x>.yaml", "jobs/@octocat #1.yaml",
    "jobs/HEAD:x.yaml",
)  # fmt: skip


def test_names_do_no_harm(repository, runner, api):
    """Files, workloads and activities bear hostile names, some are faulty, one is gone."""
    words = [word for word in HOSTILE if word[0] not in "@=+-" and word.isprintable()]
    split = [words[n :: len(NAMES)] for n in range(len(NAMES))]
    activities = {
        name: "".join(
            f"    - {{kind: energy, name: {json.dumps(word)}, energy: 1 MWh, embodied: 0 kg}}\n"
            for word in some
        )
        for name, some in zip(NAMES, split, strict=True)
    }
    base = repository.commit({name: job(10, words[0]) for name in (*NAMES, "jobs/gone | @x.yaml")})
    bad = {
        "jobs/bad ::error::.yaml": f"{job(1)}{json.dumps('::error::[a](https://evil.example) @octocat #1')}: 1\n",
        "jobs/bad\n::error::x.yaml": "::error::x: 1\n",
    }
    head = {name: job(12, words[1]) + activities[name] for name in NAMES}
    repository.commit({**head, **bad, "jobs/gone | @x.yaml": None})
    runner.pull_request(base)
    done = runner.run(files="*.yaml", fail_on=FAIL)

    assert (done.code, done.outputs["exit-code"]) == (3, "3")
    assert not list(repository.folder.rglob("*pwned")), "a name was run"
    for line in done.commands:
        assert re.match(
            r"::(notice|warning|error) (file=[^,:]*,)?(line=\d+,col=\d+,)?title=carbonctl::", line
        )
    for name in NAMES[:6]:
        (line,) = (line for line in done.commands if f"file={name}," in line)
        assert line.startswith(f"::error file={name},line="), name
    (posted,) = api.comments
    assert_harmless(posted["body"])
    assert_harmless(done.summary)
    assert "removed: jobs/gone | @x.yaml" in readable(posted["body"])
    read = readable(done.summary)
    assert f"{len(NAMES) + 2} workloads: {len(NAMES)} heavier, 2 not compared" in read
    assert "removed: jobs/gone | @x.yaml" in read
    for word in words:
        assert word.strip() in read
    assert TOKEN not in done.log


def test_a_file_named_as_the_base_does_not_stand_in_for_it(repository, runner):
    base = repository.commit({"carbon.yaml": job(10)})
    repository.commit({"carbon.yaml": job(20), f"{base}:./carbon.yaml": job(20)})
    runner.pull_request(base)
    done = runner.run(fail_on=FAIL)
    assert done.code == 3
    assert any("as the base" in line for line in done.commands)


def test_modules_of_the_checkout_are_not_imported(heavier, runner):
    trap = "raise SystemExit('imported from the checkout')\n"
    heavier.commit(
        {f"{name}.py": trap for name in ("json", "yaml", "page", "carbonctl", "sitecustomize")}
    )
    runner.extra = {"PYTHONPATH": str(heavier.folder), "PYTHONSTARTUP": "json.py"}
    done = runner.run(fail_on=FAIL, base="HEAD~2")
    assert done.code == 1
    assert "heavier" in done.markdown


# --- the API ---


def test_the_comment_is_found_on_a_later_page_and_not_among_quotes(heavier, runner, api):
    ours = f"{md_.BEGIN}\n<!-- carbonctl:action -->\nold"
    for _ in range(100):
        api.add("a remark", "somebody")
    api.add(ours, "somebody")
    api.add(f"> {ours}", "github-actions[bot]", "Bot")
    api.add(ours.replace("\n", "\r\n"), "github-actions[bot]", "Bot")
    before = [one["body"] for one in api.comments]
    runner.run()
    assert api.changes == ["PATCH"]
    assert [one["body"] for one in api.comments][:-1] == before[:-1]
    assert "heavier" in api.comments[-1]["body"]


@pytest.mark.parametrize(
    ("owner", "changes"), [("somebody", ["PATCH"]), ("other", ["POST"]), (None, ["POST"])]
)
def test_a_comment_of_the_tokens_owner_is_kept(heavier, runner, api, owner, changes):
    api.user = owner
    api.add(f"{md_.BEGIN}\n<!-- carbonctl:action -->\nold", "somebody")
    runner.run()
    assert api.changes == changes


@pytest.mark.parametrize(("method", "status"), [("POST", 403), ("GET", 404), ("GET", 301)])
def test_a_token_that_may_not_is_a_warning(heavier, runner, api, method, status):
    api.forbidden[method] = status
    done = runner.run(fail_on=FAIL)
    assert done.code == 1
    assert api.comments == []
    assert any(line.startswith("::warning") and str(status) in line for line in done.commands)
    assert len([one for one in api.requests if one[0] == method]) == 1
    assert "heavier" in done.summary


def test_a_busy_host_is_asked_again(heavier, runner, api):
    api.answers = [(502, {}, False)]
    runner.run()
    assert (len(api.comments), api.changes) == (1, ["POST"])


def test_what_was_posted_in_spite_of_an_error_is_not_posted_again(heavier, runner, api):
    api.answers = [(200, {}, True), (502, {}, True)]  # an empty list, then a post
    runner.run()
    assert (len(api.comments), api.changes) == (1, ["POST"])


# --- its parts ---


@pytest.fixture
def parts(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / ".github" / "action"))
    yield import_module
    for name in ("runner", "install", "repository", "configuration", "compare", "page", "comment",
                 "reasons"):  # fmt: skip
        sys.modules.pop(name, None)


def test_what_is_installed(parts):
    install = parts("install")
    venv, python = Path("v"), Path("v/bin/python")
    pip = [
        "v/bin/python",
        "-I",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-input",
        "--disable-pip-version-check",
    ]
    assert install.commands(venv, python, "") == [
        [sys.executable, "-I", "-m", "venv", "v"],
        [*pip, str(ROOT)],
    ]
    assert install.commands(venv, python, "0.1.0rc1")[1] == [*pip, "carbonctl==0.1.0rc1"]
    drawn = [install.commands(venv, python, of, charts=True)[1][-1] for of in ("", "1.0.0")]
    assert drawn == [f"{ROOT}[report]", "carbonctl[report]==1.0.0"]
    for hostile in ("-r x", "1 @ https://evil.example", "0.1.0\n--index-url=x", "latest"):
        with pytest.raises(parts("runner").Fault):
            install.commands(venv, python, hostile)


def test_how_a_file_is_compared(parts, monkeypatch):
    given = {
        "COMMAND": "/x/carbonctl",
        "FAIL_ON": "a > 1\n\n --b",
        "WARN_ON": "c > 1",
        "BUDGET": "-",
    }
    for name, value in given.items():
        monkeypatch.setenv(f"INPUT_{name}", value)
    compare = parts("compare")
    assert compare.command_line("-", "abc", Path("out/1")) == [
        "/x/carbonctl", "compare", "--format=github", "--export=md=out/1.md", "--export=json=out/1.json",
        "--fail-on=a > 1", "--fail-on=--b", "--warn-on=c > 1", "--budget=-", "--", "abc:./-", "./-",
    ]  # fmt: skip
    shown = compare.command_line("x", "abc", Path("1"), shown=Path("p/x.html"))
    assert "--export=html=p/x.html" in shown
    assert compare.command_line("a b", "abc", Path("1"))[-2:] == ["abc:./a b", "a b"]


@pytest.mark.parametrize("value", ["1", "a\nb", "x\nexit-code=0", "end\nname<<end\n0\nend", ""])
def test_an_output_is_one_output(parts, monkeypatch, tmp_path, value):
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "out"))
    parts("runner").output("name", value)
    assert read_outputs((tmp_path / "out").read_text()) == {"name": value}


def document(difference: float, rule: str = "") -> dict:
    delta = {"base": 1.0, "head": 1.0 + difference, "difference": difference, "percent": 100.0}
    verdicts = (
        [{"rule": rule, "level": "fail", "outcome": "fail", "value": 100.0, "unit": "%"}]
        if rule
        else []
    )
    one = {"total": {"total_kgco2e": delta}, "entries": [{"change": "changed"}]}
    return {"alternatives": [one], "verdicts": verdicts}


@pytest.mark.parametrize("length", [1, 200, 70_000])
@pytest.mark.parametrize("count", [1, 3, 2_000])
def test_a_page_fits_a_comment_and_begins_with_what_failed(parts, count, length):
    page = parts("page")
    section = f"{page.BEGIN}\n### head\n\n<details>\n{'x ' * length}\n</details>\n{page.END}\n"
    outcomes = [
        page.Outcome(f"{n} {'@' * length}", is_last, "", (), document(count - n, "r" * is_last), section)
        for n, is_last in enumerate([*[0] * (count - 1), 1])
    ]  # fmt: skip
    text = page.write(outcomes, ["gone"])
    assert len(text.encode()) <= md_.MOST_BYTES
    assert text.startswith(f"{page.BEGIN}\n{page.MARK}\n## Carbon: +")
    assert f"\n{count} workload" in text
    assert text.endswith(f"\n{page.END}\n")
    assert text.count("<details>") == text.count("</details>")
    first_row = text.split("| :-- | --: | --: | --: | --: |\n")[1]
    assert first_row.startswith(f"| {count - 1} ")
    assert "### head" in text
    assert ("did not fit" in text) == (length == 70_000 or count == 2_000)
    assert_harmless(text.replace("x ", ""))
    short = page.comment(outcomes, ["gone"], "https://host.example/o/r/actions/runs/1")
    assert len(short.encode()) <= 10_000
    assert short.startswith(text[: text.index("\n\n")])
    assert short.endswith(
        f"\n[All figures](https://host.example/o/r/actions/runs/1)\n\n{page.END}\n"
    )
    assert "failed" in short
    assert "### head" not in short


def test_the_comment_says_where_all_figures_are(heavier, runner, api):
    runner.extra = {"GITHUB_SERVER_URL": "https://host.example", "GITHUB_RUN_ID": "41"}
    runner.run()
    link = "[All figures](https://host.example/octo-org/repo/actions/runs/41)"
    assert link in api.comments[0]["body"]
    runner.run(summary="false")
    body = api.comments[0]["body"]
    assert link not in body
    assert "<details>" in body  # there is no other place for the figures


def test_reasons_are_activities_then_figures_the_largest_first(parts):
    reasons = parts("reasons").reasons
    figure = {"unit": "", "cause": "workload"}
    entry = {"phase": "training", "change": "changed"}
    found = {
        "entries": [
            {**entry, "activity": "run"},
            {**entry, "activity": "new", "change": "added"},
            {**entry, "activity": "old", "change": "removed"},
            {**entry, "activity": "half", "change": "removed"},
            {**entry, "activity": "half"},
        ],
        "inputs": [
            {**figure, "path": "phases.training.run.devices", "base": 8.0, "head": 9.0},
            {**figure, "path": "phases.training.run.load", "base": 0.4, "head": 0.8},
            {**figure, "path": "site.pue", "base": None, "head": 1.1},
        ],
        "assumptions": [
            {**figure, "path": "site.carbon_intensity", "unit": "kgCO2e/kWh", "base": 0.04,
             "head": 0.05, "cause": "assumptions"},
        ],
    }  # fmt: skip
    assert reasons({"alternatives": [found]}) == [
        "training.new added",
        "training.old removed",
        "site.pue – → 1.1",
        "training.run.load 40 % → 80 %",
        "training.run.devices 8 → 9",
        "site.carbon_intensity 40 g/kWh → 50 g/kWh (other data)",
    ]


@pytest.mark.parametrize(
    ("unit", "value", "said"),
    [("%", 20.0, " (it is +20.0 %)"), ("kgCO2e", 5000.0, " (it is 5 tCO2e)"),
     ("kWh", 5.0, " (it is 5 kWh)"), ("L", 5.0, ""), ("kWh", None, "")],
)  # fmt: skip
def test_a_verdict_says_what_was_measured(parts, unit, value, said):
    page = parts("page")
    failed = document(1.0, "r")
    failed["verdicts"][0] |= {"unit": unit, "value": value}
    passed = {**failed["verdicts"][0], "outcome": "pass"}
    failed["verdicts"] += [passed, passed]
    text = page.comment([page.Outcome("a", 1, "", (), failed)], [])
    assert f"\n- ❌ failed: a: r{said}\n- ✅ 2 gates passed\n" in text


def test_the_marks_are_those_of_compare(parts):
    page = parts("page")
    assert (page.BEGIN, page.END, page.MOST_BYTES) == (
        md_.BEGIN,
        md_.END,
        md_.MOST_BYTES,
    )
