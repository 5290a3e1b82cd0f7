"""The figures of an account by their paths, to be changed and written back."""

from __future__ import annotations

import re

from carbonctl.account.journal import Journal
from carbonctl.ledger.terms import parents_of
from carbonctl.ledger.unknowns import Key, is_certain, unknown_of
from carbonctl.numbers.intervals import NotOneNumber, has_rows
from carbonctl.numbers.values import Value
from carbonctl.spec.model import PHASES, Workload
from carbonctl.text import did_you_mean

_DOT = "\x01"  # in the place of a dot within a name


class Figures:
    """The inputs and assumptions of an account.

    Attributes
    ----------
    now : dict
        Each figure as the account was made with it, and as it is to be.

    Raises
    ------
    NotOneNumber
        Where there are columns: such a workload is accounted for row by row.
    """

    def __init__(self, workload: Workload, journal: Journal) -> None:
        values = [value for entry in journal.entries for value in entry.inputs]
        values += journal.assumptions.values()
        if any(has_rows(value.number) for value in values):
            raise NotOneNumber("what is said of ranges is of one workload")
        self.entries = journal.entries
        self.now: dict[Value, Value] = dict(zip(values, values, strict=True))
        listed = workload.activities()
        self.names = {(phase, str(place)): name for phase, place, name, _ in listed}
        names = [f"phases.{phase}.{name}" for phase, _, name, _ in listed]
        names += [f"systems.{name}" for name in workload.systems]
        names += [f"sites.{name}" for name in workload.sites or ()]
        self.dotted = sorted((name for name in names if name.count(".") > 1), key=len)[::-1]
        self.paths: dict[Value, str] = {
            value: self._marked(value.path) for value in self.now if value.path
        }

    def _marked(self, path: str) -> str:
        """Return a path in which the dots of a name are none."""
        for name in self.dotted:
            if path == name or path.startswith(f"{name}."):
                depth = 2 if name.startswith("phases.") else 1
                *above, own = name.split(".", depth)
                return ".".join([*above, own.replace(".", _DOT)]) + path[len(name) :]
        return path

    def at(self, path: str) -> list[Value]:
        """Return the figures at a path, of which * is any one segment."""
        parts = path.split(".")
        if parts[0] in PHASES:
            parts.insert(0, "phases")
        if parts[0] == "phases" and len(parts) > 2:
            name = self.names.get((parts[1], parts[2]), parts[2])
            parts[2:3] = name.split(".")
        dot = f"[.{_DOT}]"
        pattern = re.compile(
            dot.join("[^.]+" if part == "*" else re.escape(part) for part in parts)
        )
        return [value for value, own in self.paths.items() if pattern.fullmatch(own)]

    def missing(self, path: str) -> str:
        """Return what is said where no figure stands at a path."""
        known = {value.path.removeprefix("phases.") for value in self.now if value.path}
        wanted = path.removeprefix("phases.")
        close = did_you_mean(wanted, sorted(known))
        return f"no figure of the account stands at `{path}`{close}"

    def are_overridden(self, path: str) -> bool:
        """Whether the figures at a path are given, and not by the file itself."""
        values = self.at(path)
        return bool(values) and all(v.status == "given" and v.line is None for v in values)

    def ranged(self, path: str) -> dict[Key, list[Value]]:
        """Return the figures with a range at a path, by the unknown that they are."""
        found: dict[Key, list[Value]] = {}
        for value in self.at(path):
            if not is_certain(self.now[value]):
                found.setdefault(unknown_of(self.now[value]).key, []).append(value)
        return found

    def share(self, keys: set[Key], identity: str) -> None:
        """Make one unknown of several, wherever they stand."""
        for value, now in self.now.items():
            if not is_certain(now) and unknown_of(now).key in keys:
                self.now[value] = now._replace(unknown=identity)

    def settle(self) -> None:
        """Take what follows from certain figures for certain."""
        for entry in self.entries:
            by_name = {value.name: self.now[value] for value in entry.inputs}
            for value in entry.inputs:
                parents = parents_of(value.name) if value.status == "derived" else ()
                if parents and all(n in by_name and is_certain(by_name[n]) for n in parents):
                    self.now[value] = self.now[value]._replace(number=value.best)

    def write(self, journal: Journal) -> None:
        """Put the figures as they are to be into an account."""
        now = self.now
        journal.entries[:] = [
            entry._replace(inputs=tuple(now[value] for value in entry.inputs))
            for entry in journal.entries
        ]
        for key, value in journal.assumptions.items():
            journal.assumptions[key] = now[value]
