"""What is changed in an SVG after it has been drawn.

The drawing library gives each mark a role and a label; a reader who cannot see the chart would be
led through hundreds of them. They go, and the whole has one label. Names inside count up from one
drawing to the next; here they begin with the chart's name, so that the same chart is always the
same text and two charts of a page do not share a name. What cannot be seen goes too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree as ET

from carbonctl.render.charts.paths import joined, shorter

_NAMESPACE = "{http://www.w3.org/2000/svg}"
_SVG = _NAMESPACE.strip("{}")
_FOR_READERS = ("role", "class", "aria-label", "aria-roledescription", "aria-hidden")
_FOR_POINTERS = "pointer-events"
_REFERENCE = re.compile(r"url\(#([^)]*)\)")
_NO_AREA = re.compile(r"M[-\d.,]+h0v0h0Z")
_LONG = re.compile(r"-?\d+\.\d{3,}(?:e-?\d+)?")
_MEASURES = ("transform", "d", "x", "y", "x2", "y2", "width", "height", "stroke-width")
# What a group hands down to those inside it.
_INHERITED = (
    "fill", "stroke", "stroke-width", "stroke-dasharray", "font-size", "font-weight", "text-anchor",
)  # fmt: skip
# What every mark says, and is so anyway.
_NEEDLESS = {"opacity": "1", "transform": "translate(0,0)", "text-anchor": "start"}


def finished(drawn: str, name: str, alt: str, colors: Mapping[str, str] | None = None) -> str:
    """Return a drawing as it is shown.

    Parameters
    ----------
    drawn : str
        What the library drew.
    name : str
        The chart's, before the names inside.
    alt : str
        The label of the whole.
    colors : mapping of str to str, optional
        What is put for each color, as CSS variables; for a page, which also has its own paper.
    """
    root = ET.fromstring(drawn)  # noqa: S314  our own drawing, in which text is escaped
    names: dict[str, str] = {}
    for element in root.iter():
        _strip(element)
        if "id" in element.attrib:
            names[element.attrib["id"]] = f"{name}-{len(names) + 1}"
            element.attrib["id"] = names[element.attrib["id"]]
    for element in root.iter():
        _rename(element, names, colors or {})
    _prune(root)
    _gather(root)
    font = _common(root, "font-family")
    if colors is not None:
        root.remove(root[0])  # the paper
    attributes = {
        "width": root.attrib["width"],
        "height": root.attrib["height"],
        "viewBox": root.attrib["viewBox"],
        "role": "img",
        "aria-label": alt,
        "overflow": "visible",
        **({"font-family": font} if font else {}),
    }
    root.attrib.clear()
    root.attrib.update(attributes)
    return _written(root)


def _strip(element: ET.Element) -> None:
    for key in (*_FOR_READERS, _FOR_POINTERS):
        element.attrib.pop(key, None)
    for key, value in _NEEDLESS.items():
        if element.attrib.get(key) == value:
            del element.attrib[key]
    for key in _MEASURES:
        if key in element.attrib:
            element.attrib[key] = _LONG.sub(_rounded, element.attrib[key])
    if "d" in element.attrib:
        element.attrib["d"] = shorter(element.attrib["d"])
    if "stroke" not in element.attrib and element.tag != f"{_NAMESPACE}g":
        element.attrib.pop("stroke-width", None)


def _rounded(match: re.Match[str]) -> str:
    """Write a length with two decimals of a pixel."""
    return f"{round(float(match[0]), 2):g}" if abs(float(match[0])) < 1000 else match[0]


def _rename(element: ET.Element, names: Mapping[str, str], colors: Mapping[str, str]) -> None:
    """Put the new names and colors into the attributes of an element; its text stays."""
    for key, value in element.attrib.items():
        if key in ("fill", "stroke"):
            element.attrib[key] = colors.get(value, value)
        elif "url(#" in value:
            element.attrib[key] = _REFERENCE.sub(lambda m: f"url(#{names[m[1]]})", value)


def _prune(element: ET.Element) -> None:
    """Remove what cannot be seen below an element: hidden labels, empty paths and groups."""
    for child in list(element):
        _prune(child)
        if _is_unseen(child):
            element.remove(child)


def _gather(element: ET.Element) -> None:
    """Dissolve groups that say nothing, and let others say once what all inside them say."""
    for child in element:
        _gather(child)
    element[:] = list(joined(_dissolved(element)))
    if element.tag == f"{_NAMESPACE}g" and len(element) > 1:
        for key in _INHERITED:
            values = {child.attrib.get(key) for child in element}
            if len(values) == 1 and None not in values:
                element.attrib[key] = str(values.pop())
                for child in element:
                    del child.attrib[key]


def _dissolved(element: ET.Element) -> Iterator[ET.Element]:
    for child in element:
        if child.tag == f"{_NAMESPACE}g" and not child.attrib:
            yield from child
        else:
            yield child


def _is_unseen(element: ET.Element) -> bool:
    kind, get = element.tag.removeprefix(_NAMESPACE), element.attrib.get
    if get("opacity") == "0" or get("display") == "none":
        return True
    if kind == "path":
        paint = {get("fill", "none"), get("stroke", "none")}
        return not get("d") or bool(_NO_AREA.fullmatch(get("d", ""))) or paint <= {"none"}
    return kind in ("g", "defs") and len(element) == 0


def _common(root: ET.Element, key: str) -> str:
    """Take an attribute away that has one value in all elements that have it, and return it."""
    values = {element.attrib[key] for element in root.iter() if key in element.attrib}
    if len(values) != 1:
        return ""
    for element in root.iter():
        element.attrib.pop(key, None)
    return values.pop()


def _written(root: ET.Element) -> str:
    """Return the text, its names without a prefix."""
    for element in root.iter():
        element.tag = element.tag.removeprefix(_NAMESPACE)
    root.attrib = {"xmlns": _SVG, **root.attrib}
    return ET.tostring(root, encoding="unicode", short_empty_elements=True) + "\n"
