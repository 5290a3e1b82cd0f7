"""Shorter path data of a drawing that looks the same.

Lines are written in tenths of a pixel, relative to the point before, without points that lie on the
way to the next one. Points of one form that follow each other are one path.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TypeAlias
from xml.etree import ElementTree as ET

_PX = 10  # steps of the data in a pixel
_NUMBER = r"-?\d+(?:\.\d+)?(?:e-?\d+)?"
_LINES = re.compile(rf"M{_NUMBER},{_NUMBER}(?:L{_NUMBER},{_NUMBER})+")
_POINT = re.compile(rf"({_NUMBER}),({_NUMBER})")
_FORM = re.compile(rf"M({_NUMBER}),({_NUMBER})((?:[hv]{_NUMBER})+Z)")
_EDGE = re.compile(rf"([hv])({_NUMBER})")
_SHIFT = re.compile(rf"translate\(({_NUMBER}),({_NUMBER})\)")

Place: TypeAlias = tuple[int, int]  # tenths of a pixel


def shorter(data: str) -> str:
    """Return the data of a path of straight lines in fewer characters; all else as it is."""
    if not _LINES.fullmatch(data):
        return data
    places = [(_tenths(x), _tenths(y)) for x, y in _POINT.findall(data)]
    (x, y), *others = _corners(places)
    return f"M{_written(x)},{_written(y)}" + "".join(_moves((x, y), others))


def joined(elements: Iterable[ET.Element]) -> Iterator[ET.Element]:
    """Yield elements; closed forms that follow each other and differ in their place are one."""
    last: ET.Element | None = None
    for element in elements:
        data = _placed(element)
        if data is None:
            last = None
            yield element
            continue
        element.attrib.pop("transform", None)
        own = {key: value for key, value in element.attrib.items() if key != "d"}
        if last is not None and own == {k: v for k, v in last.attrib.items() if k != "d"}:
            last.attrib["d"] += data
            continue
        element.attrib["d"] = data
        last = element
        yield element


def _placed(element: ET.Element) -> str | None:
    """Return the data of a closed form of edges at its place; None of any other element."""
    form = _FORM.fullmatch(element.attrib.get("d", ""))
    shift = _SHIFT.fullmatch(element.attrib.get("transform", "translate(0,0)"))
    if form is None or shift is None:
        return None
    x, y = (round((float(form[at]) + float(shift[at])) * _PX) for at in (1, 2))
    edges = _EDGE.sub(lambda edge: edge[1] + _written(_tenths(edge[2])), form[3])
    return f"M{_written(x)},{_written(y)}{edges}"


def _corners(places: list[Place]) -> list[Place]:
    """Return the places without those that lie on the way to the next one, straight or at rest."""
    kept = places[:1]
    for place in places[1:]:
        if place == kept[-1]:
            continue
        if len(kept) > 1 and _goes_on(kept[-2], kept[-1], place):
            kept[-1] = place
        else:
            kept.append(place)
    return kept


def _goes_on(first: Place, middle: Place, last: Place) -> bool:
    """Whether a level or an upright line goes on in its direction."""
    along, up = (((middle[axis] - first[axis]), (last[axis] - middle[axis])) for axis in (0, 1))
    is_level = up == (0, 0) and along[0] * along[1] > 0
    is_upright = along == (0, 0) and up[0] * up[1] > 0
    return is_level or is_upright


def _moves(start: Place, places: Iterable[Place]) -> Iterator[str]:
    x, y = start
    for to_x, to_y in places:
        along, up = _written(to_x - x), _written(to_y - y)
        if to_y == y:
            yield f"h{along}"
        elif to_x == x:
            yield f"v{up}"
        else:
            yield f"l{along},{up}"
        x, y = to_x, to_y


def _tenths(length: str) -> int:
    return round(float(length) * _PX)


def _written(tenths: int) -> str:
    return f"{tenths / _PX:g}".replace("0.", ".", 1) if abs(tenths) < _PX else f"{tenths / _PX:g}"
