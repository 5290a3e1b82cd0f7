"""What designs are called: the values of their axes, as short as they stay apart."""

from __future__ import annotations

import re
from collections.abc import Sequence

_NUMBER = re.compile(r"[+-]?[0-9.]")


def labels(axes: Sequence[str], values: Sequence[tuple[str, ...]]) -> list[str]:
    """Return what each design is called; no two are called the same."""
    shorts = [_short(axis, [row[place] for row in values]) for place, axis in enumerate(axes)]
    made = [
        " ".join(short[text] for short, text in zip(shorts, row, strict=True)) for row in values
    ]
    seen: dict[str, int] = {}
    for place, label in enumerate(made):
        seen[label] = seen.get(label, 0) + 1
        if seen[label] > 1:
            made[place] = f"{label} ({seen[label]})"
    return made


def shared(axes: Sequence[str], rows: Sequence[tuple[str, ...]], label: str) -> str:
    """Return what designs that are one for some question have in common.

    ``label`` is what the first of them is called, where that is nothing.
    """
    kept = [place for place in range(len(axes)) if len({row[place] for row in rows}) == 1]
    if len(kept) == len(axes) or not kept:
        return label
    own = [axes[place] for place in kept]
    return labels(own, [tuple(rows[0][place] for place in kept)])[0]


def _short(axis: str, texts: Sequence[str]) -> dict[str, str]:
    """Return the shortest text of each value of an axis that tells it from the others."""
    distinct = dict.fromkeys(texts)
    name = axis.rpartition(".")[2]
    if all(_NUMBER.match(text) for text in distinct):
        return {text: f"{name.replace('_', ' ')} {text}" for text in distinct}
    short = {text: text.rpartition("/")[2] for text in distinct}
    return short if len(set(short.values())) == len(short) else {text: text for text in distinct}
