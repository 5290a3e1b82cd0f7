"""The second step: every workload beside its base, in one page."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import comment
import configuration
import page
import repository
import runner
from carbonctl import errors
from carbonctl.render.escaping import command
from carbonctl.text import path_shown

_FAULTS = (errors.USAGE, errors.INPUT, errors.OUTPUT)
_RESULTS = (errors.OK, errors.GATE_FAILED, *_FAULTS)
_COMMAND = re.compile(r"::(notice|warning|error) ")
_REMOVED = ("fail", "allow")


def step() -> int:
    """Compare, annotate, tell, and return the worst exit code."""
    pull = runner.pull_request()
    wanted = {name: runner.switch(name) for name in ("COMMENT", "SUMMARY", "ANNOTATIONS", "PAGES")}
    may_go = runner.choice("REMOVED", _REMOVED) == "allow"
    base = repository.base_commit(runner.given("BASE") or pull.get("base", {}).get("sha", ""))
    found = repository.workloads(runner.lines("FILES"), base)
    settings = configuration.read(base)
    pages = runner.folder() if wanted["PAGES"] else None
    outcomes = _Comparer(base, settings, may_go=may_go, pages=pages).all(found)
    remarks = [*settings.changes, *map(_left_out, found.submodules)]
    if wanted["ANNOTATIONS"]:
        lines = [line for outcome in outcomes for line in outcome.annotations]
        for line in dict.fromkeys([*lines, *(command("warning", said) for said in remarks)]):
            runner.say(line)
    code = errors.worst(outcome.code for outcome in outcomes)
    text = page.write(outcomes, remarks)
    written = runner.folder() / "carbon.md"
    written.write_text(text, encoding="utf-8", newline="\n")
    if wanted["SUMMARY"]:
        runner.summarise(text)
    if wanted["COMMENT"] and pull:
        matters = bool(code or remarks) or any(page.is_changed(one) for one in outcomes)
        short = page.comment(outcomes, remarks, runner.address()) if wanted["SUMMARY"] else text
        comment.keep(int(pull["number"]), short, is_news=matters)
    runner.output("markdown", str(written))
    runner.output("pages", "" if pages is None else str(pages))
    runner.output("exit-code", str(code))
    return code


def _left_out(path: str) -> str:
    return f"{path_shown(path)} is a submodule, which is not read; it is left out"


def command_line(
    path: str,
    base: str,
    exports: Path,
    *,
    source: str | None = None,
    budget: str | None = None,
    shown: Path | None = None,
) -> list[str]:
    """Return the arguments that compare one file with what it is in the base.

    Parameters
    ----------
    path : str
        The file.
    base : str
        The commit.
    exports : Path
        What the names of exports begin with.
    source : str, optional
        Where the base has it; at the same path unless given.
    budget : str, optional
        The budget; that of the input unless given.
    shown : Path, optional
        Where a page with charts goes; there is none unless given.

    Raises
    ------
    Fault
        Where a file has the name of the base: it would be read in its stead.
    """
    before = f"{base}:./{path if source is None else source}"
    budget = runner.given("BUDGET") if budget is None else budget
    if os.path.lexists(before):
        raise runner.Fault(f"a file of the checkout is named {path_shown(before)}, as the base")
    return [
        runner.given("COMMAND"),
        "compare",
        "--format=github",
        f"--export=md={exports}.md",
        f"--export=json={exports}.json",
        *([] if shown is None else [f"--export=html={shown}"]),
        *(f"--fail-on={rule}" for rule in runner.lines("FAIL_ON")),
        *(f"--warn-on={rule}" for rule in runner.lines("WARN_ON")),
        *([f"--budget={budget}"] if budget else []),
        "--",
        before,
        f"./{path}" if path.startswith("-") else path,
    ]


class _Comparer:
    """Compares one workload after the other with the base.

    ``may_go`` says that a workload may be removed also where gates decide; ``pages`` is where
    pages with charts go, None where none are wanted.
    """

    def __init__(
        self,
        base: str,
        settings: configuration.Configuration,
        *,
        may_go: bool,
        pages: Path | None = None,
    ) -> None:
        self.base = base
        self.settings = settings
        self.may_go = may_go or not (runner.lines("FAIL_ON") or settings.budget)
        self.folder = runner.folder()
        self.pages = pages

    def all(self, found: repository.Workloads) -> list[page.Outcome]:
        """Return what came of each workload."""
        compared = [
            self.compared(path, source, self.folder / str(number))
            for number, (path, source) in enumerate(found.present.items())
        ]
        removed = [self.removed(path, source) for path, source in found.removed.items()]
        return [*compared, *removed, *(_refused(*one) for one in found.refused.items())]

    def run(self, arguments: list[str], data: bytes = b"") -> tuple[int, str, str]:
        """Run carbonctl; return its exit code, what it wrote and what it said.

        Raises
        ------
        Fault
            Where it cannot be run.
        """
        try:
            done = subprocess.run(
                arguments, input=data, capture_output=True, check=False,
                env=self.settings.environment,
            )  # fmt: skip
        except OSError as error:
            raise runner.Fault(f"carbonctl cannot be run: {error}") from None
        out, said = (
            self.settings.named(stream.decode("utf-8", "replace"))
            for stream in (done.stdout, done.stderr)
        )
        return done.returncode, out, said.rstrip()

    def compared(self, path: str, source: str, exports: Path) -> page.Outcome:
        """Compare one file with what it was at a path of the base."""
        drawn = None if self.pages is None else self.pages / _page_name(path, exports.name)
        arguments = command_line(
            path, self.base, exports, source=source, budget=self.settings.budget, shown=drawn
        )
        code, shown, messages = self.run(arguments)
        if messages:
            runner.log(messages)
        name = path_shown(path)
        document = self.document(exports)
        if not document.get("alternatives"):  # it could not be read, or the rules could not
            said = messages or f"carbonctl ended with {code}"
            return page.Outcome(name, _known(code, _FAULTS), said, _faults(name, said))
        section = self.settings.named(Path(f"{exports}.md").read_text(encoding="utf-8"))
        commands = [line for line in shown.split("\n") if _COMMAND.match(line)]
        outcome = page.Outcome(name, _known(code, _RESULTS), messages, commands, document, section)
        if drawn is not None and page.is_changed(outcome):
            drawn.write_text(self.settings.named(drawn.read_text("utf-8")), "utf-8")
        elif drawn is not None:
            drawn.unlink(missing_ok=True)
        return outcome

    def document(self, exports: Path) -> dict[str, Any]:
        """Return the comparison as JSON; empty where there is none."""
        exported = Path(f"{exports}.json")
        if not exported.exists():
            return {}
        found: dict[str, Any] = json.loads(exported.read_text(encoding="utf-8"))
        for records in found.get("own_records", ()):
            records["path"] = self.settings.named(records["path"])
        return found

    def removed(self, path: str, source: str) -> page.Outcome:
        """Return the outcome of a file that only the base has, with what it came to there."""
        name = path_shown(path)
        said = f"{name} is in the base and not in the checkout; set `removed: allow` to permit this"
        code = errors.OK if self.may_go else errors.GATE_FAILED
        annotations = [command("error", said, name)] if code else []
        arguments = [runner.given("COMMAND"), "estimate", "--format=json", "--quiet", "-"]
        ended, out, _ = self.run(arguments, repository.file_of(self.base, source))
        document = page.removal([] if ended else json.loads(out)["results"])
        return page.Outcome(name, code, said, annotations, document, is_removed=True)


def _page_name(path: str, number: str) -> str:
    """Return what the page of a file is called: letters that any archive can hold."""
    return f"{re.sub('[^A-Za-z0-9.-]', '_', path)[:80]}-{number}.html"


def _refused(path: str, why: str) -> page.Outcome:
    name = path_shown(path)
    said = f"{name} {why}"
    return page.Outcome(name, errors.INPUT, said, [command("error", said, name)])


def _known(code: int, codes: tuple[int, ...]) -> int:
    """Return an exit code; one that says nothing of what there is, is a bug."""
    return code if code in codes else errors.BUG


def _faults(name: str, messages: str) -> list[str]:
    """Return messages as annotations, at the places that they name."""
    placed = re.findall(rf"^{re.escape(name)}:(\d+):(\d+): (.+)$", messages, re.MULTILINE)
    if not placed:
        return [command("error", messages, name)]
    return [command("error", said, name, int(line), int(col)) for line, col, said in placed]
