"""``carbonctl doctor``: whether all is well with this installation, its data and the terminal."""

import os
import platform
import shutil
import subprocess
import sys
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

from carbonctl import __version__, errors
from carbonctl.catalog import Catalog
from carbonctl.catalog.folders import own
from carbonctl.cli import defaults
from carbonctl.cli import options as o
from carbonctl.outputs import lists, writing
from carbonctl.outputs.messages import say
from carbonctl.reference import descriptions, integrity
from carbonctl.render import Style

COLUMNS = descriptions.of("doctor")
# Optional packages: what each is for.
_OPTIONAL = {
    "pandas": "tables in and out",
    "pyarrow": "Parquet",
    "vl-convert-python": "charts as SVG, PNG and in pages",
}
_MODULES = {"vl-convert-python": "vl_convert"}  # where it has not the package's name
OK, FAULTY, ABSENT = "ok", "faulty", "absent"


def doctor(
    format: o.ListFormat = "table",
    hardware_db: o.HardwareDb = None,
    color: o.Color = "auto",
    debug: o.Debug = False,
) -> int:
    """Check this installation: versions, data, terminal.

    Every record and table is read, your own too, and optional packages are imported; exit 3
    where one cannot be. For example:

      carbonctl doctor

      carbonctl doctor --hardware-db records --format json
    """
    try:
        catalog = Catalog(own(hardware_db))
    except FileNotFoundError as error:
        raise errors.InputError([errors.Problem("hardware_db", None, None, str(error))]) from None
    problems = integrity.faults(catalog)
    rows = [*_versions(), *_data(catalog, len(problems)), *_terminal(color), *_others()]
    is_well = all(row["state"] != FAULTY for row in rows)

    def drawn(style: Style) -> str:
        from carbonctl.render.listing import table_

        title = "All is well" if is_well else "Not all is well"
        facts = {row["check"]: ", ".join(filter(None, (row["found"], row["note"]))) for row in rows}
        return table_.card(title, facts, [], [], style).rstrip("\n") + "\n"

    lists.show(rows, COLUMNS, drawn, format, color)
    for problem in problems:
        say(str(problem))
    return errors.OK if is_well else errors.INPUT


def _row(check: str, value: str, note: str = "", state: str = OK) -> dict[str, Any]:
    return {"check": check, "found": value, "state": state, "note": note}


def _versions() -> list[dict[str, Any]]:
    return [
        _row("carbonctl", __version__, str(Path(__file__).parents[1])),
        _row("Python", platform.python_version(), sys.executable),
    ]


def _data(catalog: Catalog, faults: int) -> list[dict[str, Any]]:
    """Return what the database is and holds."""
    rows = [_row("hardware_db", catalog.version, str(catalog.folders[-1])), *_own(catalog)]
    if faults:
        said = f"{faults} {'problem is' if faults == 1 else 'problems are'} listed below"
        return [*rows, _row("records and tables", "not all can be read", said, FAULTY)]
    counts = f"{len(catalog.devices.paths())} devices, {len(catalog.hosts.paths())} hosts, "
    counts += f"{len(catalog.zones)} grids, {len(catalog.regions)} cloud regions"
    return [*rows, _row("records and tables", counts, "all can be read")]


def _own(catalog: Catalog) -> list[dict[str, Any]]:
    """Return the folders of own records with their hashes, unless a file cannot be read."""
    said = "before the built-in ones"
    try:
        known = catalog.own_records
    except errors.InputError:
        return [_row("own records", str(folder), said) for folder in catalog.folders[:-1]]
    return [_row("own records", folder.path, f"{folder.state}, {said}") for folder in known]


def _terminal(color: str) -> list[dict[str, Any]]:
    """Return how text for people is laid out on standard output, and why."""
    why_width = "COLUMNS" if os.environ.get("COLUMNS", "").isdigit() else _place()
    encoding = sys.stdout.encoding if writing.is_terminal() else "utf-8"
    drawn = "ASCII alone" if writing.is_plain() else "lines and blocks"
    is_colored, why_colored = writing.colored(color)
    return [
        _row("width", f"{writing.width()} columns", why_width),
        _row("color", "yes" if is_colored else "no", why_colored),
        _row("encoding", encoding, f"{_place()}; drawn with {drawn}"),
    ]


def _place() -> str:
    return "of the terminal" if writing.is_terminal() else "standard output is no terminal"


def _others() -> list[dict[str, Any]]:
    """Return what is of use where it is there: settings, git, packages."""
    path = defaults.nearest()
    settings = [] if path is None else [_settings(str(path))]
    return [*settings, _git(), *(_package(name, use) for name, use in _OPTIONAL.items())]


def _settings(path: str) -> dict[str, Any]:
    try:
        defaults.from_pyproject(())
    except errors.InputError as error:
        return _row("pyproject.toml", path, str(error).removeprefix(f"{path}:"), FAULTY)
    return _row("pyproject.toml", path, "may hold [tool.carbonctl]")


def _git() -> dict[str, Any]:
    use = "for REV:PATH in compare"
    program = shutil.which("git")
    if program is None:
        return _row("git", "not found", use, ABSENT)
    done = subprocess.run([program, "--version"], capture_output=True, check=False)  # noqa: S603
    version = done.stdout.decode(errors="replace").strip().removeprefix("git version ")
    return _row("git", version or "does not run", use, OK if version else ABSENT)


def _package(name: str, use: str) -> dict[str, Any]:
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        return _row(name, "not installed", f"for {use}; optional", ABSENT)
    try:
        import_module(_MODULES.get(name, name))
    except Exception as error:  # noqa: BLE001  a broken package may raise anything
        said = f"{type(error).__name__}: {error}".partition("\n")[0]
        return _row(name, version, f"for {use}; cannot be imported, {said}", FAULTY)
    return _row(name, version, f"for {use}")
