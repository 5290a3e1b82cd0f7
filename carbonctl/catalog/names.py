"""Which record a name means that is nobody's id or alias, and which ones it may mean.

A name has words that say the model (H100, RTX 4090 Laptop) and words that add its maker
(NVIDIA, Tesla) or its form (SXM5, 80GB). A name means a record where the models are the same
and its other words fit. A model with one word more or less, or with another number, is another
product: it is never suggested.

A line of lspci names the product in its last brackets, and may name several there that share a
PCI id: `NVIDIA Corporation GA107GL [A2 / A16] (rev a1)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from posixpath import commonprefix
from string import ascii_lowercase
from typing import NamedTuple

from carbonctl.text import fold, is_slip

_MOST_CANDIDATES = 8
_GRIDS = "`carbonctl grid list` lists them all"
_GRID_FORMS = (
    "write a country (FR or France), a part of one (US-CAMX) or a cloud region (gcp/europe-west4)"
)
_BRANDS = {
    "tesla": "nvidia", "geforce": "nvidia", "instinct": "amd", "radeon": "amd",
    "quadro": "nvidia", "habana": "intel", "cloud": "google", "tpu": "google", "amazon": "aws",
    "azure": "microsoft", "poweredge": "dell", "proliant": "hpe",
}  # fmt: skip
_VENDORS = frozenset((
    "amd", "ampere", "apple", "aws", "cerebras", "dell", "google", "graphcore", "groq", "hpe",
    "huawei", "ibm", "intel", "meta", "microsoft", "nvidia", "qualcomm", "samsung",
))  # fmt: skip
_MAKERS = _VENDORS | _BRANDS.keys()
_FORM = re.compile(r"(sxm\d?|pcie|nvl|oam|hbm\d?e?|gddr\dx?|\d+gb)")
_GLUED_FORM = re.compile(r"(?<=\d)(sxm\d?|pcie|nvl|oam)\b")
# A family of its own: an RTX 5000 is no RTX PRO 5000.
_RTX_PRO = re.compile(r"\b(?:rtx[ -])?pro(?=[ -]\d{4}\b)")
_NOISE = re.compile(
    r"\((?:r|tm)\)|[®™]|(?:\bcpu\s*)?@\s*[\d.]+\s*ghz|\bwith .* graphics\b|\b\d+[- ]cores?\b"
    r"|\b(?:ai )?(?:training|inference) accelerators?\b|\b(?:gpus?|processor|accelerator)\b"
    r"|\btensor cores?\b|\bvram\b|\bw/|\bwith(?= \d+ ?g)|\bcpu\s*$"
)
_ADDED_BY_TOOLS = re.compile(
    r"\((?:rev|prog-if) [^()]*\)|\[[0-9a-f]{4}:[0-9a-f]{4}\]|\bcorporation\b|\blabs ltd\."
    r"|(?:\.com)?,? inc\.|\bneurondevice\b|\brev\. ?\w\b|\blite hash rate\b|(?<=x )vf\b"
)
# Without any of them the patterns above, which are slow to try, match nothing.
_HINTS_OF_NOISE = (
    "(", "®", "™", "@", "with", "core", "accelerator", "gpu", "processor", "vram", "w/", "cpu",
)  # fmt: skip
_HINTS_OF_TOOLS = (
    "(", "[", "corporation", "labs", "inc.", "neurondevice", "rev.", "lite hash", "vf",
)  # fmt: skip
_PCI_CLASS = re.compile(
    r"^(?:(?:[0-9a-f]{4}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-9a-f] )?"
    r"[\w -]*(?:controller|accelerators)[^:]*: "
)
_BRACKETED = re.compile(r"\[(?!amd/ati)([^\]]+)\]")
_OF_LAPTOPS = re.compile(r"\b(?:max-q ?/ ?mobile|mobile ?/ ?max-q|mobile)\b")
_MARKS = frozenset(("ti", "super", "laptop"))  # a name without them means no product that has one
_SIZE = re.compile(r"\b(\d+)\s*g(?:i?b)?\b")
_SEPARATORS = re.compile(r"[\s_/(),-]+")


class Called(NamedTuple):
    """What a record is called.

    Attributes
    ----------
    id : str
        Its id, which begins with its maker.
    names : tuple of str
        Its id and aliases.
    has_series : bool
        Whether letters at the end of its model tell the members of a series: MI300A, MI300X.
    forms : frozenset of str
        What its memory and its form add to its names: `80gb`, `hbm3`, `pcie`.
    """

    id: str
    names: tuple[str, ...]
    has_series: bool = False
    forms: frozenset[str] = frozenset()


class _Name(NamedTuple):
    """A name in its words: all of them, those of the model, of the form, and makers."""

    words: tuple[str, ...]
    model: tuple[str, ...]
    forms: frozenset[str]
    makers: frozenset[str]


@lru_cache(maxsize=4096)
def _product(name: str) -> str:
    """Return the product that a name is of, without what tools write around it."""
    plain = name.casefold().replace("_", " ")
    if ": " in plain:
        plain = _PCI_CLASS.sub("", plain)
    if any(hint in plain for hint in _HINTS_OF_TOOLS):
        plain = _ADDED_BY_TOOLS.sub("", plain)
    if bracketed := _BRACKETED.findall(plain):
        makers = [word for word in _SEPARATORS.split(plain.partition("[")[0]) if word in _VENDORS]
        plain = " ".join((*makers, bracketed[-1]))
    return _RTX_PRO.sub("rtxpro", _OF_LAPTOPS.sub("laptop", plain))


@lru_cache(maxsize=4096)
def _read(name: str) -> _Name:
    plain = _product(name)
    if any(hint in plain for hint in _HINTS_OF_NOISE):
        plain = _NOISE.sub(" ", plain)
    plain = _GLUED_FORM.sub(r" \1", _SIZE.sub(r"\1gb", plain))
    words = tuple(word for word in _SEPARATORS.split(plain) if word)
    makers = {word: _BRANDS.get(word, word) for word in words if word in _MAKERS}
    forms = frozenset(word for word in words if _FORM.fullmatch(word))
    model = tuple(word for word in words if word not in makers and word not in forms)
    return _Name(words, model, forms, frozenset(makers.values()))


def _alternatives(name: str) -> list[str]:
    """Return the products that a name may stand for which has several: `Quadro RTX 6000/8000`."""
    first, *others = (part.split() for part in _product(name).split("/"))
    begun = [first[:number] for number in range(len(first))][:_MOST_CANDIDATES]
    full = [" ".join((*words, *other)) for other in others[:_MOST_CANDIDATES] for words in begun]
    return [" ".join(first), *full] if others else []


def _likeness(words: tuple[str, ...]) -> tuple[int, str]:
    """Return what names have in common that differ by slips of the pen: no slip is in a digit."""
    return len(words), re.sub(r"\D+", " ", " ".join(words))


class Index:
    """Everything that records are called, to find what an unknown name may mean.

    Parameters
    ----------
    records : iterable of Called
        All that there are.
    """

    def __init__(self, records: Iterable[Called]) -> None:
        self.by_name: dict[str, str] = {}
        self.by_model: dict[str, dict[str, frozenset[str]]] = {}
        self.by_word: dict[str, set[str]] = {}
        self.series: dict[tuple[str, ...], list[str]] = {}
        self.alike: dict[tuple[int, str], list[tuple[str, tuple[str, ...]]]] = {}
        self.names: dict[str, list[frozenset[str]]] = {}
        for record in records:
            self._add(record)

    def _add(self, record: Called) -> None:
        for alias in record.names:
            self.by_name.setdefault(fold(alias), record.id)
        names = [_read(alias) for alias in record.names]
        forms = record.forms.union(*(name.forms for name in names))
        self.names[record.id] = [frozenset(name.words) for name in names]
        for name in names:
            if name.model:
                self.by_model.setdefault("".join(name.model), {})[record.id] = forms
            self.alike.setdefault(_likeness(name.words), []).append((record.id, name.words))
            if record.has_series and name.model:
                *before, last = name.model
                number = last.rstrip(ascii_lowercase)
                if number and number != last:
                    self.series.setdefault((*before, number), []).append(record.id)
            for word in name.words:
                self.by_word.setdefault(word, set()).add(record.id)

    def meant(self, name: str) -> list[str]:
        """Return the ids of the records of the same model that a name fits."""
        wanted = _read(name)
        return [
            identity
            for identity, forms in self.by_model.get("".join(wanted.model), {}).items()
            if _is_of(identity, wanted.makers) and all(_has(form, forms) for form in wanted.forms)
        ]

    def either(self, name: str) -> list[str]:
        """Return the ids of the records of all products that a name has, as in `A2 / A16`."""
        ids = (identity for part in _alternatives(name) for identity in self.meant(part))
        return list(dict.fromkeys(ids))

    def only(self, name: str) -> str | None:
        """Return the id of the only record that a name fits; None where others hold its words."""
        if exact := self.by_name.get(fold("".join(_read(name).words))):
            return exact
        same = self.meant(name)
        return same[0] if len(same) == 1 and {*self.holding(name)} <= {*same} else None

    def holding(self, name: str) -> list[str]:
        """Return the ids of the records of which a name holds every word of this one.

        A word that marks another product, such as `Ti`, must be in both.
        """
        words = frozenset(_read(name).words)
        holders = [self.by_word.get(word, set()) for word in words]
        ids = set.intersection(*holders) if holders else set()
        if not ids:
            return []
        return [
            identity
            for identity in self.names
            if identity in ids
            and any(words <= n and not (n & _MARKS) - words for n in self.names[identity])
        ]

    def series_of(self, name: str) -> list[str]:
        """Return the ids of the models that are the wanted one with letters at their end."""
        wanted = _read(name)
        ids = self.series.get(wanted.model, ())
        return [identity for identity in dict.fromkeys(ids) if _is_of(identity, wanted.makers)]

    def misspelt(self, name: str) -> list[str]:
        """Return the ids that a name means but for slips of the pen in its words."""
        words = _read(name).words
        ids = [
            identity
            for identity, theirs in self.alike.get(_likeness(words), ())
            if all(a == b or is_slip(a, b) for a, b in zip(words, theirs, strict=True))
        ]
        return list(dict.fromkeys(ids))

    def near(self, name: str) -> tuple[str, list[str]]:
        """Return the words of models that are one sign away from those of a name, or the same.

        They are other products: something to look through, never what a name means.

        Returns
        -------
        str
            The nearest of these words; nothing where there is none.
        list of str
            The ids of the records that have any of them, the nearest first.
        """
        wanted = _read(name)
        words = frozenset(wanted.words)
        near = sorted(
            (
                -max(len(words & own) for own in self.names[identity]),
                -_alike(word, other),
                other,
                identity,
            )
            for word in wanted.model
            for other, ids in self.by_word.items()
            if _is_next(word, other) and other not in _MAKERS and not _FORM.fullmatch(other)
            for identity in ids
            if _is_of(identity, wanted.makers)
        )
        return near[0][2] if near else "", list(dict.fromkeys(identity for *_, identity in near))

    def unknown(self, name: str, what: str, listing: str) -> str:
        """Return what is said of a name that is no record's: which ones it may mean."""
        same = self.meant(name)
        families = (same, self.either(name), self.holding(name), self.series_of(name))
        several = next((ids for ids in families if len(ids) > 1), None)
        if several is not None:
            return fits_several(name, what, several, listing)
        close = same or self.misspelt(name)
        hint = f"; did you mean `{close[0]}`?" if len(close) == 1 else ""
        return f"unknown {what} `{shown(name)}`{hint} ({listing})"


def _is_of(identity: str, makers: frozenset[str]) -> bool:
    return makers <= {identity.partition("/")[0]}


def _alike(word: str, other: str) -> int:
    """Return how many signs two words begin with alike."""
    return len(commonprefix((word, other)))


def _is_next(word: str, other: str) -> bool:
    """Whether words of several signs, a digit among them, are the same but for one sign."""
    start = _alike(word, other)
    end = _alike(word[start:][::-1], other[start:][::-1])
    are_models = all(len(w) > 1 and any(map(str.isdigit, w)) for w in (word, other))
    return are_models and max(len(word), len(other)) - start - end <= 1


def _has(form: str, forms: frozenset[str]) -> bool:
    return form in forms or (form == "sxm" and any(other.startswith("sxm") for other in forms))


def shown(name: str) -> str:
    """Return a name on one line."""
    return name.replace("\n", "\\n")


def fits_several(name: str, what: str, ids: list[str], listing: str) -> str:
    """Say which records a name may mean, where it cannot be told which one."""
    more = ", …" if len(ids) > _MOST_CANDIDATES else ""
    first = ", ".join(ids[:_MOST_CANDIDATES])
    return f"`{shown(name)}` fits several {what}s: {first}{more}; name one ({listing})"


def of_another_kind(name: str, other: str, ids: list[str], listing: str) -> str:
    """Say that a name is not of the kind that is wanted, and how to write it."""
    first = f"`{other}: {shown(ids[0])}`"
    if len(ids) == 1:
        return f"`{shown(name)}` is a {other}; write {first}"
    rest = ", ".join(f"`{identity}`" for identity in ids[1:_MOST_CANDIDATES])
    return f"`{shown(name)}` is a {other}; write {first} or {rest} ({listing})"


def unknown_grid(name: str, zones: Index, regions: Index) -> str:
    """Return what is said of a name that is no grid: which one it may mean, or how to write one."""
    if "/" in name:
        close = regions.misspelt(name)
        hint = f"; did you mean `{close[0]}`?" if len(close) == 1 else ""
        return f"unknown cloud region `{shown(name)}`{hint} ({_GRIDS})"
    several = zones.holding(name)
    if len(several) > 1:
        return fits_several(name, "grid", several, _GRIDS)
    close = [region for region in regions.names if region.partition("/")[2] == name.lower()]
    close = close or [zone for zone in several if "-" in zone] or zones.misspelt(name)
    hint = f"did you mean `{close[0]}`?" if len(close) == 1 else _GRID_FORMS
    return f"unknown grid `{shown(name)}`; {hint} ({_GRIDS})"
