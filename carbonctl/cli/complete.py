"""What a TAB offers: an answer in a tenth of the time that a command takes to start.

Commands and flags come from commands.json, which a test holds to what is registered; ids come
from the names of the files and from the tables of hardware_db, other names of devices from a
look into their files. Neither commands nor typer are imported. The shell asks through the
environment, as it asks any Typer app:
``_CARBONCTL_COMPLETE`` is complete_bash, with COMP_WORDS and COMP_CWORD, or complete_zsh or
complete_fish, with the line up to the cursor in _TYPER_COMPLETE_ARGS. Where nothing is
answered, the shell offers files.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from carbonctl import errors
from carbonctl.cli.complete_files import text_of

VARIABLE = "_CARBONCTL_COMPLETE"
SHELLS = ("bash", "zsh", "fish")
FOLDERS = ("accelerators", "cpus", "phones", "hosts")
_PACKAGE = Path(__file__).resolve().parent.parent
_ALIASES = re.compile(r"^aliases:((?: *\[[^\]]*\])|(?:\n *- .*)+)", re.M)
_LEVERS = re.compile(r"^levers:[ \t]*\n((?:(?:[ \t-].*|#.*)?\n?)*?)(?=^\w|\Z)", re.M)
_NAMED = re.compile(r"^([ \t]*)-[ \t]*\{?[ \t]*name:[ \t]*([^,}\n]+)", re.M)
_SPECIAL = re.compile(r"[^\w@%+=:,./-]")  # what bash takes for more than itself
_GRID_HEADS = (["zone", "name", "year", "basis"], ["zone", "name", "kind", "parent"])

Offer: TypeAlias = dict[str, str]  # words, each with what is said of it


class Asked(NamedTuple):
    """A line up to the cursor: its whole words after the program's name, and the one begun."""

    words: list[str]
    begun: str


class _Wanted(NamedTuple):
    """What stands before the cursor."""

    entry: dict[str, Any]  # what commands.json says of the command
    places: int  # its arguments so far
    value: str | list[str] | None  # of the flag before the cursor; None where there is none
    given: dict[str, str]  # flags with their values
    arguments: list[str]


def answer(environment: Mapping[str, str]) -> int:
    """Write what a shell asks for to standard output, and return the exit code."""
    shell = environment[VARIABLE].removeprefix("complete_")
    if shell not in SHELLS:
        return errors.USAGE
    words = {
        word: about for word, about in offers(asked(environment)).items()
        if f"{word}{about}".isprintable()  # a terminal is not to obey a record
    }  # fmt: skip
    if shell == "bash" and not _is_quoted(environment):
        words = {_SPECIAL.sub(r"\\\g<0>", word): about for word, about in words.items()}
    lines = (_line(shell, word, about) for word, about in words.items())
    sys.stdout.buffer.write("".join(lines).encode("utf-8"))
    return errors.OK


def _line(shell: str, word: str, about: str) -> str:
    """Return an offer as a shell reads it: a word, and what is said of it where that is shown."""
    if shell == "fish":
        return f"{word}\t{about}\n"
    if shell == "bash":
        return f"{word}\n"
    escaped = word.replace("\\", "\\\\").replace(":", "\\:")
    return f"{escaped}:{about}\n" if about else f"{escaped}\n"


def asked(environment: Mapping[str, str]) -> Asked:
    """Return the line that a shell has, without the ``=`` that bash takes for a word."""
    if "COMP_WORDS" not in environment:
        line = environment.get("_TYPER_COMPLETE_ARGS", "")
        words = _split(line)
        begun = words.pop() if words and not line[-1:].isspace() else ""
        return Asked(words[1:], begun)
    line = environment["COMP_WORDS"]
    words = [" ".join(_split(w)) for w in line.split("\n")] if "\n" in line else _split(line)
    at = int(environment.get("COMP_CWORD", len(words)))
    begun = "".join(words[at : at + 1])
    words = [word for word in words[1:at] if word != "="]
    return Asked(words, "" if begun == "=" else begun)


def offers(line: Asked) -> Offer:
    """Return what fits at the cursor; nothing where files do."""
    wanted = _wanted(line.words)
    begun, before = line.begun, ""
    if begun.startswith("-") and wanted.value is None and "--" not in line.words:
        name, equals, rest = begun.partition("=")
        flag = _flag(wanted.entry, name)
        if not equals or flag is None:
            known = _flags(wanted.entry)
            return {word: known[word] for word in known if word.startswith(begun)}
        wanted, before, begun = wanted._replace(value=flag["value"]), f"{name}=", rest
    return {before + word: about for word, about in _fitting(_known(wanted, begun), begun).items()}


def _known(wanted: _Wanted, begun: str) -> Offer:
    """Return all that can stand at the cursor: a value, a command, an argument, else a flag."""
    if wanted.value is not None:
        return _values(wanted.value, wanted, begun)
    commands: Offer = wanted.entry["commands"]
    arguments = wanted.entry["arguments"]
    if wanted.places < len(arguments) or (arguments and arguments[-1]["many"]):
        place = min(wanted.places, len(arguments) - 1)
        return _values(arguments[place]["value"], wanted, begun)
    return commands or {
        word: about for word, about in _flags(wanted.entry).items() if word[1] == "-"
    }


def _wanted(words: list[str]) -> _Wanted:
    """Follow whole words down the commands."""
    table: dict[str, Any] = json.loads(
        Path(__file__).with_name("commands.json").read_text(encoding="utf-8")
    )
    path, entry, given, arguments = "", table[""], {}, []
    value, flag_name, only_words = None, "", False
    for word in words:
        if value is not None:
            given[flag_name], value = word, None
        elif word == "--":
            only_words = True
        elif word.startswith("-") and word != "-" and not only_words:
            flag_name, equals, rest = word.partition("=")
            value = (_flag(entry, flag_name) or {"value": None})["value"]
            if equals:
                given[flag_name], value = rest, None
        elif word in entry["commands"]:
            path = f"{path} {word}".strip()
            entry = table[path]
        else:
            arguments.append(word)
    return _Wanted(entry, len(arguments), value, given, arguments)


def _flag(entry: dict[str, Any], name: str) -> dict[str, Any] | None:
    return next((flag for flag in entry["flags"] if name in flag["names"]), None)


def _flags(entry: dict[str, Any]) -> Offer:
    return {name: flag["about"] for flag in entry["flags"] for name in flag["names"]}


def _values(value: str | list[str], wanted: _Wanted, begun: str) -> Offer:
    """Return the words that a value may be; none where it is a file, a folder or free text."""
    if isinstance(value, list):
        return dict.fromkeys(value, "")
    if value in ("devices", "machines", "vendors"):
        folders = _folders(wanted)
        ids = dict.fromkeys(devices(folders, only_vendors=value == "vendors"), "")
        if value == "machines":
            ids.update(dict.fromkeys(instances(folders), ""))
        is_other = value != "vendors" and begun and not _fitting(ids, begun)
        return aliases(folders, begun) if is_other else ids
    of_tables = {"grids": grids, "models": models, "makers": makers}
    if value in of_tables:
        return of_tables[value](_folders(wanted))
    if value == "published":
        return dict.fromkeys(sorted(path.stem for path in _shipped("configs").rglob("*.yaml")), "")
    return _of_line(value, wanted, begun)


def _of_line(value: str, wanted: _Wanted, begun: str) -> Offer:
    """Return the words that a value may be by the rest of the line; none where it is free text."""
    if value == "levers":
        names = (levers(Path(argument)) for argument in wanted.arguments)
        return dict.fromkeys(chain.from_iterable(names), "")
    if value in ("settings", "activities", "rules"):
        return _of_workload(value, wanted, begun)
    if value == "exports" and "=" not in begun:
        flag = _flag(wanted.entry, "--format") or {"value": []}
        return {f"{form}=": "" for form in flag["value"]}
    return {}


def _of_workload(value: str, wanted: _Wanted, begun: str) -> Offer:
    """Return paths, activities, or keys of rules; none behind what they end with."""
    from carbonctl.cli import complete_paths

    if value == "rules":
        return dict.fromkeys(complete_paths.rules(), "")
    if "=" in begun:
        return {}
    work = getattr(complete_paths, value)
    return dict.fromkeys(chain.from_iterable(work(Path(name)) for name in wanted.arguments), "")


def _fitting(known: Offer, begun: str) -> Offer:
    """Return the words that begin as what was typed, in its case or any; else one that holds it.

    Of several that hold it a shell would insert what they share, and lose what was typed.
    """
    folded = begun.casefold()
    matches = [word for word in known if word.startswith(begun)]
    matches = matches or [word for word in known if word.casefold().startswith(folded)]
    holding = [word for word in known if folded in word.casefold()]
    if not matches and len(holding) == 1:
        matches = holding
    return {word: known[word] for word in matches}


def _shipped(name: str) -> Path:
    """Return a folder of data that comes with carbonctl."""
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def _folders(wanted: _Wanted) -> list[Path]:
    """Return the user's own folders of records and the built-in one, as the flags have it."""
    own = wanted.given.get("--hardware-db") or os.environ.get("CARBONCTL_HARDWARE_DB")
    if own is None:
        from carbonctl.cli import defaults

        with suppress(errors.InputError):  # the command itself reports it
            own = defaults.from_pyproject(("hardware",)).get("hardware", {}).get("hardware_db")
    parts = filter(None, (own or "").split(os.pathsep))
    return [*map(Path, parts), _shipped("hardware_db")]


def devices(folders: Iterable[Path], *, only_vendors: bool = False) -> list[str]:
    """Return the ids of devices and hosts, or their vendors, from the names of the files."""
    if only_vendors:
        return sorted({path.name for path in _paths(folders, "*")})
    return sorted({f"{path.parent.name}/{path.stem}" for path in _paths(folders, "*/*.yaml")})


def instances(folders: Iterable[Path]) -> list[str]:
    """Return the ids of the cloud machine types, from the first column of their table."""
    lines = chain.from_iterable(
        text_of(folder / "cloud" / "instances.csv").splitlines()[1:] for folder in folders
    )
    return sorted({line.partition(",")[0] for line in lines})


def _paths(folders: Iterable[Path], pattern: str) -> Iterable[Path]:
    return chain.from_iterable((f / kind).glob(pattern) for f in folders for kind in FOLDERS)


def aliases(folders: Iterable[Path], begun: str) -> Offer:
    """Return the other names of devices and hosts that begin as what was typed, with their ids.

    The text of their files is looked at, as to parse all of it takes longer than a TAB may.
    """
    offered: Offer = {}
    for path in _paths(folders, "*/*.yaml"):
        listed = _ALIASES.search(text_of(path))
        text = listed[1].strip() if listed else "[]"
        parts = text[1:-1].split(",") if text.startswith("[") else text.split("\n")
        names = (part.strip().removeprefix("- ").strip("\"'") for part in parts)
        fitting = (name for name in names if name.casefold().startswith(begun.casefold()))
        offered.update(dict.fromkeys(fitting, f"{path.parent.name}/{path.stem}"))
    return dict(sorted(offered.items()))


def grids(folders: Iterable[Path]) -> Offer:
    """Return the ids of zones and cloud regions with their names, from the first columns."""
    import csv

    offered: Offer = {}
    for folder in folders:
        for path in [*sorted((folder / "grids").glob("*.csv")), folder / "cloud" / "regions.csv"]:
            rows = csv.reader(text_of(path).splitlines())
            head = next(rows, [])
            if head[:4] in _GRID_HEADS or head[:2] == ["region", "name"]:
                offered.update((row[0], row[1]) for row in rows if len(row) > 1)
    return dict(sorted(offered.items()))


def models(folders: Iterable[Path]) -> Offer:
    """Return the ids of models, and their aliases with the ids that they mean."""
    offered: Offer = {}
    for identity, aliases in _model_names(folders):
        names = (alias.partition("=")[0] for alias in aliases.split())
        offered |= {identity: "", **dict.fromkeys(names, identity)}
    return dict(sorted(offered.items()))


def makers(folders: Iterable[Path]) -> Offer:
    """Return who makes models: what their ids begin with."""
    ids = (identity for identity, _ in _model_names(folders))
    return dict.fromkeys(sorted({identity.partition("/")[0] for identity in ids}), "")


def _model_names(folders: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """Yield the id and the aliases of each model."""
    import csv

    for folder in folders:
        for name in ("language", "closed", "media"):
            rows = csv.reader(text_of(folder / "models" / f"{name}.csv").splitlines())
            if next(rows, [])[:2] == ["id", "aliases"]:
                yield from ((row[0], row[1]) for row in rows if len(row) > 1)


def levers(path: Path) -> list[str]:
    """Return the names of the levers of a workload, as its text has them."""
    listed = _LEVERS.search(text_of(path))
    items = _NAMED.findall(listed[1]) if listed else []
    least = min((len(indent) for indent, _ in items), default=0)
    return [name.strip().strip("\"'") for indent, name in items if len(indent) == least]


def _is_quoted(environment: Mapping[str, str]) -> bool:
    """Whether a quote is open before the word begun; bash puts the rest into it as it is."""
    words = environment["COMP_WORDS"].split("\n")
    begun = words[int(environment.get("COMP_CWORD", 0)) :][:1]
    return "".join(begun).startswith(('"', "'"))


def _split(line: str) -> list[str]:
    """Split a line as a shell does; a quote may still be open at its end."""
    import shlex

    for end in ("", '"', "'"):
        try:
            return shlex.split(line + end)
        except ValueError:
            continue
    return line.split()
