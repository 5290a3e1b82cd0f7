"""The files that ``carbonctl init`` writes: templates beside this module, and the configs.

A template begins with a comment that says what it is. One of its lines that begins with a bare
``#``, without a space after it, is a setting that can be taken in by itself.
"""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import NamedTuple

from carbonctl.catalog.folders import examples
from carbonctl.estimators import KINDS
from carbonctl.text import did_you_mean, fold, nearest

DEFAULT = "workload"
_FOLDER = Path(__file__).parent
_PLACES = {
    DEFAULT: "carbon.yaml",
    "llm": "llm.carbon.yaml",
    "site": "site.yaml",
    "explore": "explore.yaml",
    "levers": "levers.carbon.yaml",
    "projection": "projection.carbon.yaml",
    "schedule": "schedule.carbon.yaml",
    "scaling": "scaling.yaml",
    "fleet": "fleet.map.yaml",
    "budget": "carbon-budget.yaml",
    "device": "hardware_db/accelerators/my/device.yaml",
    "host": "hardware_db/hosts/my/host.yaml",
    "ci": ".github/workflows/carbon.yml",
}
_SCHEMAS = {
    "budget": None, "ci": None, "device": "device", "host": "device", "site": "site-file",
    "explore": "explore-file", "scaling": None, "fleet": None,
}  # fmt: skip
_SCHEMA_FILES = {
    "spec": "carbonctl.schema.json", "device": "carbonctl.device.schema.json",
    "site-file": "carbonctl.site.schema.json", "explore-file": "carbonctl.explore.schema.json",
}  # fmt: skip
# Folders of configs whose files other commands read, and a key that only such a file has.
_READ_BY = {"site": ("site-file", "\ndemand:"), "explore": ("explore-file", "\nobjectives:")}
SOURCES = "hardware_db/sources.yaml"  # beside the records that are written there
_MOST = 8  # names that a message shows


class Template(NamedTuple):
    """A file that can be written.

    It goes to ``file``, from the working directory, unless another place is given; its text is at
    ``source``. ``schema`` is what an editor checks it with, as ``carbonctl schema`` calls it.
    """

    name: str
    about: str
    file: str
    source: Path
    schema: str | None

    @property
    def text(self) -> str:
        """The text, comments included."""
        return self.source.read_text(encoding="utf-8")

    @property
    def schema_file(self) -> str | None:
        """The name of the file that its schema is written to; None where it has no schema."""
        return None if self.schema is None else _SCHEMA_FILES[self.schema]


def names() -> tuple[str, ...]:
    """Return the names of the templates: the default, the kinds of activity, the others."""
    return (DEFAULT, *sorted(KINDS), *(name for name in _PLACES if name != DEFAULT))


def template(name: str) -> Template:
    """Return the template of a kind of activity, or of another file.

    Raises LookupError where there is none of that name, with the nearest.
    """
    known = names()
    if name not in known:
        close = did_you_mean(name, known) or f"; there are {', '.join(known)}"
        listing = "`carbonctl init --list` lists them all"
        raise LookupError(f"unknown template `{name}`{close} ({listing})")
    source = _FOLDER / f"{name}.yaml"
    file = _PLACES.get(name, f"{name}.carbon.yaml")
    return Template(name, _first_comment(source), file, source, _SCHEMAS.get(name, "spec"))


def sources() -> str:
    """Return the text of a file with the sources that the records among the templates name."""
    return (_FOLDER / "sources.yml").read_text(encoding="utf-8")


def _schema_of(path: Path) -> str:
    """Return the schema of an example: a workload, or what another command reads."""
    schema, key = _READ_BY.get(path.parent.name, ("spec", ""))
    return schema if key in path.read_text(encoding="utf-8") else "spec"


def published() -> dict[str, Template]:
    """Return the runnable workloads that come with carbonctl by name, sorted."""
    paths = {path.stem: path for path in examples().rglob("*.yaml")}
    return {
        name: Template(
            name, _name_line(path), f"{name}.carbon.yaml", path, _schema_of(path)
        )
        for name, path in sorted(paths.items())
    }  # fmt: skip


def holding(wanted: str, known: dict[str, Template]) -> list[Template]:
    """Return the workloads whose name, or what they are, holds a text."""
    folded = fold(wanted)
    return [
        workload
        for name, workload in known.items()
        if folded in fold(name) or folded in fold(workload.about)
    ]


def find(wanted: str) -> Template:
    """Return the runnable workload that a name means.

    Raises LookupError where it means none, or several, with their names or the nearest ones.
    """
    known = published()
    wanted = wanted.replace("\n", "\\n")
    same = [workload for name, workload in known.items() if fold(name) == fold(wanted)]
    fits = same or holding(wanted, known)
    if len(fits) == 1:
        return fits[0]
    listing = (
        f"`carbonctl init --list --from-published {quote(wanted if fits else '')}` lists them all"
    )
    if fits:
        shown = ", ".join(workload.name for workload in fits[:_MOST])
        more = ", …" if len(fits) > _MOST else ""
        raise LookupError(f"`{wanted}` fits several workloads: {shown}{more}; name one ({listing})")
    close = nearest(wanted, known)
    hint = f"; did you mean {' or '.join(f'`{name}`' for name in close)}?" if close else ""
    raise LookupError(f"no published workload `{wanted}`{hint} ({listing})")


def _first_comment(path: Path) -> str:
    with path.open(encoding="utf-8") as file:
        return next(file, "").removeprefix("#").strip().rstrip(".")


def _name_line(path: Path) -> str:
    """Return the name of a workload without reading it as YAML."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.startswith("name:"):
                return line.removeprefix("name:").strip().strip("'\"")
    return path.stem
