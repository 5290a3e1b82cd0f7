"""What cloud machine types are called, and which ones an unknown name may mean.

A type has a family and a size: p4d and 24xlarge, a2-highgpu and 8g, NDasr_v4 and 96. Another
family is another machine, and is never suggested.
"""

from __future__ import annotations

import re
from string import ascii_lowercase
from typing import NamedTuple

from carbonctl.text import is_slip, may_search

LISTING = "`carbonctl hardware list --kind instance` lists them all"
_PROVIDERS = {"amazon": "aws", "google": "gcp", "microsoft": "azure"}
_MOST_SIZES = 8
_STANDARD = "standard_"
_LOOKS = re.compile(
    r"(?:[a-z]+/)?(?:ml\.)?(?:"
    r"[a-z]{1,6}\d+[a-z0-9-]*\.(?!\d+gb)[a-z0-9-]+"  # aws; H100-MIG-1g.24gb is a part of a GPU
    r"|[a-z]{1,3}\d+[a-z]*-[a-z]+-\d+[a-z]?(?:-lssd)?(?:-metal)?"  # gcp
    r"|standard[ _][\w -]+|h[bcx]\d+(?:-\d+)?rs"  # azure
    r"|(?:[abdefghlm]|dc|ds|ec|fx|gs|h[bcx]|ls|n[cdgpv])\d{1,3}(?:-\d{1,3})?[a-z]*(?:_\w+)?_v\d+"
    r")",
    re.IGNORECASE,
)
_BEHIND_PROVIDER = re.compile(r"^(aws|amazon|gcp|google|azure|microsoft)[ :/]+")
_AZURE = re.compile(r"([a-z]+)(\d+)(.*)")
_GCP_SIZE = re.compile(r"(.*)-(\d+[a-z]*)(-lssd|-metal)?")
_SERIES_END = re.compile("[-#]")


class _Type(NamedTuple):
    """A name in its parts; the provider is empty where it gives none."""

    provider: str
    family: str
    size: str


def provider_of(name: str) -> str:
    """Return how the table writes a provider: aws, azure, gcp, or the name in lower case."""
    plain = name.strip().casefold()
    return _PROVIDERS.get(plain, plain)


def looks_like_one(name: str) -> bool:
    """Whether a name has the form of a machine type; those of devices have another."""
    return bool(_LOOKS.fullmatch(_BEHIND_PROVIDER.sub(r"\1/", name.strip().casefold())))


def _plain(name: str) -> tuple[str, str]:
    """Return provider and type of a name, in lower case, without Standard_ and ml."""
    plain = _BEHIND_PROVIDER.sub(r"\1/", name.strip().casefold())
    provider, slash, rest = plain.rpartition("/")
    rest = rest.replace(" ", "_").removeprefix("ml.").removeprefix(_STANDARD)
    return (provider_of(provider) if slash else ""), rest


def row_pattern(name: str) -> re.Pattern[str]:
    """Return what finds the rows of a name at the beginning of a line of the table."""
    provider, rest = _plain(name)
    of_provider = re.escape(provider) if provider else "[^,/\n]+"
    return re.compile(
        rf"^{of_provider}/(?:{_STANDARD})?{re.escape(rest)}(?=,)", re.MULTILINE | re.IGNORECASE
    )


def end_of_id(name: str) -> str:
    """Return what a row of a name holds, in lower case: the end of its id, and the comma."""
    return f"{_plain(name)[1]},"


def _parts(name: str) -> _Type:
    provider, rest = _plain(name)
    family, dot, size = rest.partition(".")
    if dot:
        return _Type(provider, family, size)
    if match := _GCP_SIZE.fullmatch(rest):
        return _Type(provider, match[1] + (match[3] or ""), match[2])
    if match := _AZURE.fullmatch(rest):
        return _Type(provider, f"{match[1]}#{match[3]}", match[2])
    return _Type(provider, rest, "")


def _series(family: str) -> str:
    """Return what a family begins with: n2 of n2-standard, nd of nd#asr_v4."""
    return _SERIES_END.split(family, maxsplit=1)[0]


class Near(NamedTuple):
    """What an unknown name may mean: the types that are meant, or else those of its family."""

    meant: list[str]
    family: list[str]


def near(name: str, known: list[str]) -> Near:
    """Return the ids that an unknown name may mean.

    They are those of the same family whose size differs by a slip of the pen, and those whose
    family differs by one, behind its series: c3-standard is no slip of n3-standard. Another
    family is another machine.
    """
    wanted = _parts(name)
    fits = [(identity, _parts(identity)) for identity in known]
    if wanted.provider:
        fits = [fit for fit in fits if fit[1].provider == wanted.provider]
    whole = _plain(name)[1]  # n2-standard is a family, and has no size
    sizes = {wanted.family: wanted.size, whole: wanted.size if whole == wanted.family else ""}
    same = [(identity, own) for identity, own in fits if own.family in sizes]
    if same:
        meant = [identity for identity, own in same if _is_of_size(sizes[own.family], own.size)]
        return Near(meant if len(meant) == 1 else [], [identity for identity, _ in same])
    meant = [
        identity
        for identity, own in fits
        if own.size == wanted.size
        and _series(own.family) == _series(wanted.family)
        and is_slip(wanted.family, own.family)
    ]
    return Near(meant if len(meant) == 1 else [], [])


def _is_of_size(word: str, known: str) -> bool:
    """Whether a size is a known one but for a letter: 2xlage, 8 for 8g; never for a digit."""
    if re.findall(r"\d+", word) != re.findall(r"\d+", known):
        return False
    return is_slip(word, known) or (bool(word) and known.rstrip(ascii_lowercase) == word)


def unknown(name: str, known: list[str]) -> str:
    """Return what is said of a name that is no machine type: which ones it may mean."""
    close = near(name, known) if may_search() else Near([], [])
    said = f"unknown cloud machine type `{_shown(name)}`"
    if close.meant:
        return f"{said}; did you mean `{close.meant[0]}`? ({LISTING})"
    if close.family:
        more = ", …" if len(close.family) > _MOST_SIZES else ""
        sizes = ", ".join(close.family[:_MOST_SIZES]) + more
        verb = "is" if len(close.family) == 1 else "are"
        return f"{said}; of its family there {verb} {sizes} ({LISTING})"
    return f"{said} ({LISTING})"


def _shown(name: str) -> str:
    """Return a name on one line."""
    return name.replace("\n", "\\n")


def several(name: str, ids: list[str]) -> str:
    """Say that several providers have a type of this name."""
    return (
        f"`{_shown(name)}` fits several cloud machine types: {', '.join(ids)}; name one ({LISTING})"
    )
