"""The second step: every workload beside its base, in one page."""

import json
import os
import re
import subprocess
from pathlib import Path

import comment
import page
import repository
import runner
from carbonctl import errors
from carbonctl.render.escaping import command
from carbonctl.text import path_shown

_FAULTS = (errors.USAGE, errors.INPUT, errors.OUTPUT)
_RESULTS = (errors.OK, errors.GATE_FAILED, *_FAULTS)
_COMMAND = re.compile(r"::(notice|warning|error) ")


def step() -> int:
    """Compare, annotate, tell, and return the worst exit code."""
    pull = runner.pull_request()
    wanted = {name: runner.switch(name) for name in ("COMMENT", "SUMMARY", "ANNOTATIONS")}
    base = repository.base_commit(runner.given("BASE") or pull.get("base", {}).get("sha", ""))
    found = repository.workloads(runner.lines("FILES"), base)
    _say_left_out(found)
    folder = runner.folder()
    outcomes = [_compare(path, base, folder / str(n)) for n, path in enumerate(found.present)]
    if wanted["ANNOTATIONS"]:
        for outcome in outcomes:
            for line in outcome.annotations:
                runner.say(line)
    code = errors.worst(outcome.code for outcome in outcomes)
    text = page.write(outcomes, [path_shown(path) for path in found.gone])
    written = folder / "carbon.md"
    written.write_text(text, encoding="utf-8", newline="\n")
    if wanted["SUMMARY"]:
        runner.summarise(text)
    if wanted["COMMENT"] and pull:
        matters = bool(code or found.gone) or any(page.is_changed(one) for one in outcomes)
        comment.keep(int(pull["number"]), text, is_news=matters)
    runner.output("markdown", str(written))
    runner.output("exit-code", str(code))
    return code


def _say_left_out(found: repository.Workloads) -> None:
    for path in found.gone:
        runner.annotate("notice", f"{path_shown(path)} is no longer there; it is left out")
    for path in found.links:
        said = f"{path_shown(path)} is a link or a submodule, which is not read; it is left out"
        runner.annotate("warning", said)


def command_line(path: str, base: str, exports: Path) -> list[str]:
    """Return the arguments that compare one file with itself in the base.

    Raises
    ------
    Fault
        Where a file has the name of the base: it would be read in its stead.
    """
    before = f"{base}:./{path}"
    budget = runner.given("BUDGET")
    if os.path.lexists(before):
        raise runner.Fault(f"a file of the checkout is named {path_shown(before)}, as the base")
    return [
        runner.given("COMMAND"),
        "compare",
        "--format=github",
        f"--export=md={exports}.md",
        f"--export=json={exports}.json",
        *(f"--fail-on={rule}" for rule in runner.lines("FAIL_ON")),
        *(f"--warn-on={rule}" for rule in runner.lines("WARN_ON")),
        *([f"--budget={budget}"] if budget else []),
        "--",
        before,
        f"./{path}" if path.startswith("-") else path,
    ]


def _compare(path: str, base: str, exports: Path) -> page.Outcome:
    """Run carbonctl on one file."""
    arguments = command_line(path, base, exports)
    try:
        done = subprocess.run(
            arguments,
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
            env=runner.environment(),
        )
    except OSError as error:
        raise runner.Fault(f"carbonctl cannot be run: {error}") from None
    messages = done.stderr.decode("utf-8", "replace").rstrip()
    if messages:
        runner.log(messages)
    name = path_shown(path)
    exported = Path(f"{exports}.json")
    document = json.loads(exported.read_text(encoding="utf-8")) if exported.exists() else {}
    if not document.get("alternatives"):  # it could not be read, or the rules could not
        said = messages or f"carbonctl ended with {done.returncode}"
        code = _known(done.returncode, _FAULTS)
        return page.Outcome(name, code, said, annotations=_faults(name, said))
    section = Path(f"{exports}.md").read_text(encoding="utf-8")
    shown = done.stdout.decode("utf-8", "replace").split("\n")
    commands = [line for line in shown if _COMMAND.match(line)]
    code = _known(done.returncode, _RESULTS)
    return page.Outcome(name, code, messages, commands, document, section)


def _known(code: int, codes: tuple[int, ...]) -> int:
    """Return an exit code; one that says nothing of what there is, is a bug."""
    return code if code in codes else errors.BUG


def _faults(name: str, messages: str) -> list[str]:
    """Return messages as annotations, at the places that they name."""
    placed = re.findall(rf"^{re.escape(name)}:(\d+):(\d+): (.+)$", messages, re.MULTILINE)
    if not placed:
        return [command("error", messages, name)]
    return [command("error", said, name, int(line), int(col)) for line, col, said in placed]
