"""Looks up names of devices, hosts, grids and regions, and suggests others for unknown ones."""

import re
from bisect import bisect_left
from collections.abc import Iterable
from pathlib import Path

from carbonctl.errors import InputError, Problem
from carbonctl.near import fold, nearest
from carbonctl.text import check_text

_MOST_CANDIDATES = 8
_BETWEEN_WORDS = re.compile(r"[\s_/()-]+")
_LEFT_OUT = re.compile(r"[/()]")


class Known:
    """Names, each with the id of what it names.

    Parameters
    ----------
    names : iterable of (str, str)
        Name and id; the first of equal names counts.
    what : str
        What messages call such a thing: "device".
    """

    def __init__(self, names: Iterable[tuple[str, str]], what: str) -> None:
        self.ids: dict[str, str] = {}
        for name, identity in names:
            self.ids.setdefault(name, identity)
        self.what = what
        self.folded: dict[str, str] = {}
        for name, identity in self.ids.items():
            self.folded.setdefault(fold(name), identity)
        self.ends = sorted(  # each name from the start of each word
            (end, place) for place, name in enumerate(self.ids) for end in _ends(name)
        )

    def id_of(self, name: str) -> str | None:
        """Return the id of a name in any spacing and case; None where it is unknown."""
        return self.folded.get(fold(name))

    def unknown(self, name: str) -> str:
        """Return the message for an unknown name, with the names that it may mean."""
        candidates = self._candidates(name)
        lister = "grid" if self.what in ("grid", "cloud region") else "hardware"
        listing = f"`carbonctl {lister} list` lists them all"
        name = name.replace("\n", "\\n")
        if len(candidates) > 1:
            shown = ", ".join(candidates[:_MOST_CANDIDATES])
            more = ", …" if len(candidates) > _MOST_CANDIDATES else ""
            return f"`{name}` fits several {self.what}s: {shown}{more}; name one ({listing})"
        close = candidates or list(dict.fromkeys(self.ids[n] for n in nearest(name, self.ids)))
        hint = f"; did you mean {' or '.join(f'`{c}`' for c in close)}?" if close else ""
        return f"unknown {self.what} `{name}`{hint} ({listing})"

    def _candidates(self, name: str) -> list[str]:
        """Return the ids of names in which a word begins with the text."""
        wanted = fold(name)
        if len(wanted.strip("/()")) <= 1:
            return []
        wanted = _LEFT_OUT.sub("", wanted)
        places, at = set(), bisect_left(self.ends, (wanted, 0))
        while at < len(self.ends) and self.ends[at][0].startswith(wanted):
            places.add(self.ends[at][1])
            at += 1
        ids = list(self.ids.values()) if places else []
        return list(dict.fromkeys(ids[place] for place in sorted(places)))


def identity_of(path: Path) -> str:
    """Return the id of a record's file.

    Raises
    ------
    InputError
        For one that a spreadsheet, a terminal or a workflow would act on.
    """
    identity = f"{path.parent.name}/{path.stem}"
    try:
        check_text(identity, "the name of a record")
    except ValueError as error:
        raise InputError([Problem(str(path), 1, 1, str(error))]) from None
    return identity


def _ends(name: str) -> set[str]:
    """Return the rest of a name from the start of each word, folded."""
    words = [fold(word) for word in _BETWEEN_WORDS.split(name)]
    return {"".join(words[start:]) for start in range(len(words))}
