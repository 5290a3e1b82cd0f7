"""The page of the Python API: signatures, types and docstrings of what is public."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from inspect import getmodule, getsource
from pathlib import Path
from textwrap import dedent

import carbonctl
from carbonctl import errors
from carbonctl.ledger.entry import Totals
from carbonctl.ledger.result import Assumption, ReportedFigure, Result
from carbonctl.ledger.sums import Driver
from carbonctl.site.results import SiteResult
from carbonctl.site.schedules import JobSchedule, ScheduleResult
from tests.docs.blocks import code, plain, table

FUNCTIONS = ("estimate", "to_frame", "study_site", "schedule")
# What of a result is public; what else it has may change.
RESULT = (
    "file", "sha256", "name", "total", "phases", "groups", "entries", "drivers", "assumptions",
    "warnings", "reported", "per_unit", "complete", "figures", "spec", "to_frame",
)  # fmt: skip
# The records that results hold, and which of their fields are public; all where none is named.
RECORDS: dict[type, tuple[str, ...]] = {
    Totals: (),
    Driver: (),
    Assumption: (),
    ReportedFigure: (),
    SiteResult: ("name", "file", "outcome", "ways", "trace", "warnings"),
    ScheduleResult: ("name", "jobs", "sums", "warnings"),
    JobSchedule: ("path", "name", "energy_kwh", "options", "best"),
}
_SECTION = re.compile(r"^(\w+)\n-{3,}\n", re.M)
_FIELD = re.compile(r"^(\w[\w, ]*?)(?: : (.+))?\n((?: {4}.*\n?|\n)*)", re.M)


def functions() -> str:
    """Return a section for each public function."""
    return "\n".join(map(_function, FUNCTIONS))


def _function(name: str) -> str:
    tree = _module(getattr(carbonctl, name))
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
    shown = [node for node in found if node.decorator_list] or found
    signatures = "\n".join(_signature(node) for node in shown)
    text = f"## {code(name)}\n\n```python {name}.pyi\n{signatures}```\n\n"
    return text + _docstring(ast.get_docstring(found[-1]) or "")


def _signature(node: ast.FunctionDef) -> str:
    """Return the head of a function, a line per argument."""
    arguments = re.sub(r"(: [^=]+?)=", r"\1 = ", ast.unparse(node.args))
    whole = f"def {node.name}({arguments}) -> {ast.unparse(node.returns)}: ..."
    if len(whole) <= 88:
        return whole + "\n"
    lines = "".join(f"    {one},\n" for one in _split(arguments))
    return f"def {node.name}(\n{lines}) -> {ast.unparse(node.returns)}: ...\n"


def _split(arguments: str) -> list[str]:
    """Return arguments one by one, as they stand between commas outside brackets."""
    return [one.strip() for one in re.split(r",(?![^\[(]*[\])])", arguments)]


def _module(thing: object) -> ast.Module:
    return ast.parse(Path(getmodule(thing).__file__).read_text(encoding="utf-8"))


def _docstring(text: str) -> str:
    """Return a docstring as Markdown: its lead, arguments as a table, what it raises as a list."""
    lead, *rest = _SECTION.split(text)
    sections = dict(zip(rest[::2], rest[1::2], strict=True))
    made = f"{_text(lead)}\n"
    if given := sections.get("Parameters"):
        rows = [(code(name), _text(kind), _text(said)) for name, kind, said in _fields(given)]
        made += f"\n{table(('Argument', 'Type', 'What it is'), rows)}"
    if said := sections.get("Returns"):
        ((kind, _, about),) = _fields(said)
        made += f"\nReturns {kind[:1].lower() + kind[1:] if kind[1:2] == ' ' else kind}"
        made += f". {_text(about)}\n" if about else ".\n"
    if said := sections.get("Raises"):
        made += "\nRaises:\n\n" + "".join(
            f"- {code(name)}: {_text(about)[:1].lower()}{_text(about)[1:]}\n"
            for name, _, about in _fields(said)
        )
    return made


def _fields(section: str) -> Iterator[tuple[str, str, str]]:
    """Yield name, type and text of the fields of a section."""
    for name, kind, about in _FIELD.findall(section):
        yield name, kind, dedent(about)


def _text(text: str) -> str:
    """Return text of a docstring on one line, its code marked as in Markdown."""
    return plain(" ".join(text.replace("``", "`").split()))


def result() -> str:
    """Return the public attributes and methods of a result."""
    (node,) = [n for n in _module(Result).body if getattr(n, "name", "") == "Result"]
    told = {
        name: (kind, about)
        for names, kind, about in _fields(_SECTION.split(ast.get_docstring(node))[2])
        for name in names.split(", ")
    }
    members = {n.name: n for n in node.body if isinstance(n, ast.FunctionDef)}
    rows = []
    for name in RESULT:
        if member := members.get(name):
            said = _SECTION.split(ast.get_docstring(member))[0]
            call = "" if member.decorator_list else _arguments(member)
            rows.append((code(name + call), _type(member.returns), _text(said)))
        else:
            kind, about = told[name]
            rows.append((code(name), code(kind), _text(about)))
    return table(("Attribute", "Type", "What it is"), rows)


def _arguments(node: ast.FunctionDef) -> str:
    return f"({ast.unparse(node.args).removeprefix('self').removeprefix(', ')})"


def _type(node: ast.expr) -> str:
    return code(ast.unparse(node).replace("'", "").replace(" | ", " or "))


def records() -> str:
    """Return the fields of what results hold, with their types."""
    return "\n".join(map(_record, RECORDS))


def _record(record: type) -> str:
    (node,) = ast.parse(dedent(getsource(record))).body
    lead, *_ = _SECTION.split(ast.get_docstring(node) or "")
    types = {n.target.id: n.annotation for n in node.body if isinstance(n, ast.AnnAssign)}
    types |= {n.name: n.returns for n in node.body if isinstance(n, ast.FunctionDef)}
    fields = RECORDS[record] or record._fields
    rows = [(code(name), _type(types[name])) for name in fields]
    return f"### {code(record.__name__)}\n\n{_text(lead)}\n\n{table(('Field', 'Type'), rows)}"


def raised() -> str:
    """Return the public errors, each with its exit code on the command line."""
    known = [getattr(carbonctl, name) for name in carbonctl.__all__]
    found = [
        one for one in known if isinstance(one, type) and issubclass(one, errors.CarbonctlError)
    ]
    rows = [
        (code(one.__name__), code(one.__base__.__name__), _text(one.__doc__.partition("\n\n")[0]))
        for one in sorted(found, key=lambda one: (len(one.__mro__), one.__name__))
    ]
    return table(("Error", "Is a", "What it says"), rows)


MAKERS: dict[str, Callable[[], str]] = {
    "public functions": functions,
    "public result": result,
    "public records": records,
    "public errors": raised,
}
