"""What a map says of the names of devices and cloud machine types, parts of GPUs (MIG) too."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_SLICE = re.compile(r"(.+?)(?:_|[ -]MIG[ -])((\d)g\.(\d+)gb)", re.I)
_SLICES = 7  # of compute that a GPU is cut into
_QUARTERS = {("1", "6"), ("2", "12"), ("4", "24"), ("2", "48"), ("4", "96")}  # of others
_UNCLEAR = {("1", "24")}  # a quarter of one, and a seventh of another


def looked_up(names: Mapping[str, Any], name: str) -> Any:
    """Return what a map says of a name, whatever its case and its provider.

    A part of a GPU is found by the whole: as the part of an id, or with its figures.
    """
    said = _named(names, name)
    slice_ = _SLICE.fullmatch(name)
    if said is not None or slice_ is None:
        return said
    whole = _named(names, slice_[1])
    if isinstance(whole, str):
        return f"{whole.rpartition('/')[2]}_{slice_[2]}"  # as Slurm calls a part of a GPU
    return None if slice_.groups()[2:] in _UNCLEAR else whole


def unclear(names: Mapping[str, Any], name: str) -> str:
    """Return what is said of a part of a GPU whose share of the map's figures is not clear."""
    slice_ = _SLICE.fullmatch(name)
    if slice_ is None or slice_.groups()[2:] not in _UNCLEAR or _named(names, name) is not None:
        return ""
    if not isinstance(_named(names, slice_[1]), Mapping):
        return ""
    what = f"`{slice_[2]}` is a quarter of some GPUs and a seventh of others"
    return f"{what}; give `devices: {{{name}: …}}` in the map, with the figures of the part"


def share_of_figures(names: Mapping[str, Any], name: str) -> float:
    """Return the share that a device has of the figures that a map has of the whole GPU."""
    slice_ = _SLICE.fullmatch(name)
    if slice_ is None or _named(names, name) is not None:
        return 1.0
    if not isinstance(looked_up(names, name), Mapping):
        return 1.0
    return int(slice_[3]) / (4 if slice_.groups()[2:] in _QUARTERS else _SLICES)


def _named(names: Mapping[str, Any], name: str) -> Any:
    short = name.rpartition("/")[2].casefold()
    return names.get(name) or next(
        (said for key, said in names.items() if key.casefold() == short), None
    )
