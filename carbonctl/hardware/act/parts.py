"""A list of ACT's as parts of our own, and what we hold wrong in it."""

from collections.abc import Callable
from typing import Any

from carbonctl.catalog import act
from carbonctl.catalog.act import Act
from carbonctl.hardware.act.read import ALUMINIUM, Bom, Component, material
from carbonctl.numbers.values import Value
from carbonctl.spec import parts as p
from carbonctl.spec.systems import Part

_FACTORS = {"steel": "steel", ALUMINIUM: "aluminium"}
_CAPACITORS = {
    "mlcc": "capacitor mlcc",
    "tec": "capacitor tantalum",
    "generic": "capacitor generic",
}
_FROM_FABS = ("logic", "dram", "ssd", "hdd")
_LARGE_DRIVE_GB = 200  # what holds memory of its own


_BARE_BOARD = "pcb bare 4 layers"
# The amount without which nothing can be said of a component; ACT takes zero of it.
_NEEDED = {
    "logic": "area", "dram": "capacity", "ssd": "capacity", "hdd": "capacity", "manual": "carbon",
    "pcb": "area", "battery": "capacity", "enclosure": "weight", "frame": "weight",
}  # fmt: skip


def as_parts(bom: Bom, tables: Act) -> tuple[tuple[Part, ...], dict[str, str]]:
    """Return the components of a list as parts, to be computed by our rules, and the place of each.

    Of a component without an amount, or with none of it, the carbon is unknown.
    """
    found: list[Part] = []
    paths: dict[str, str] = {}
    for one in bom.components:
        parts = _parts(one, tables) if _is_measured(one) else [_unknown(one)]
        found += parts
        paths.update((str(part.name), one.path) for part in parts)
    return tuple(found), paths


def _is_measured(one: Component) -> bool:
    needed = [_NEEDED[one.kind]] if one.kind in _NEEDED else ["quantity"]
    if one.kind == "capacitor" and one.words.get("type", act.CAPACITOR) != act.CAPACITOR:
        needed.append("weight")
    return all(_number(one, key) > 0 for key in needed)


def _unknown(one: Component) -> Part:
    return p.constructed("other", name=one.name)


def _parts(one: Component, tables: Act) -> list[Part]:
    """Return a component as a part; packages of what is given by hand are one of their own."""
    kind, words, amounts = one.kind, one.words, one.amounts
    common: dict[str, Any] = {"name": one.name, "packages": amounts.get("n_ics")}
    fab = {"fab_grid": _place(words, tables), "fab_year": None}
    if kind == "logic":
        node = tables.item("logic", words["process"])[0]
        abated = words.get("gpa")
        share = None if abated is None else Value(int(abated) / 100, "")
        return [
            p.constructed("logic", area=amounts.get("area"), node=node,
                abatement=share, fab_yield=amounts.get("fab_yield"), **fab, **common,
            )
        ]  # fmt: skip
    if kind in ("dram", "ssd", "hdd"):
        item, year = tables.item(kind, words["process"])
        return [
            p.constructed(kind, capacity=amounts.get("capacity"), process=item,
                process_year=year, fab_yield=amounts.get("fab_yield"), **common,
            )
        ]  # fmt: skip
    if kind == "manual":
        return _manual(one)
    return [_around(one, fab)]


def _manual(one: Component) -> list[Part]:
    found: list[Part] = [p.constructed("other", name=one.name, embodied=one.amounts.get("carbon"))]
    count = one.amounts.get("n_ics")
    if count is not None and count.best:
        found.append(p.constructed("package", name=f"{one.name} package", count=count))
    return found


def _around(one: Component, fab: dict[str, Any]) -> Part:
    """Return what stands around the silicon; unknown where we have no factor either."""
    kind, words, amounts = one.kind, one.words, one.amounts
    named: dict[str, Any] = {"name": one.name, "count": amounts.get("quantity")}
    if kind == "capacitor":
        factor = _CAPACITORS[words.get("type", act.CAPACITOR)]
        mass = amounts.get("weight")
        return p.constructed("passives", mass=mass, factor=factor, **fab, **named)
    if kind == "pcb":
        named["count"] = None
        area = amounts.get("area")
        return p.constructed("board", area=area, factor=_BARE_BOARD, **named)
    if kind == "battery":
        energy = amounts.get("capacity")
        return p.constructed("battery", energy=energy, name=one.name)
    if kind in ("enclosure", "frame"):
        factor = _FACTORS[material(words["type"])]
        mass = amounts.get("weight")
        return p.constructed("enclosure", mass=mass, factor=factor,
                                           name=one.name)  # fmt: skip
    return p.constructed("other", **named)


def _place(words: dict[str, str], tables: Act) -> str | None:
    return tables.item("grid", words["fab_ci"])[0] if "fab_ci" in words else None


def held_wrong(bom: Bom, tables: Act) -> list[str]:
    """Return what we hold wrong, or lacking, in a list and in how ACT computes it."""
    parts = bom.components
    rules: list[tuple[Callable[[Component], bool], str]] = [
        (_is_die_without_yield, "ACT's yield of 87.5 %, whatever the area"),
        (_is("pcb"), "ACT's factors of boards, some hundred times below other inventories"),
        (_is_generic, "300 g a capacitor, a figure without a source"),
        (_is_fossil, "electricity of one fossil source alone, which no grid has"),
        (_is_world, "ACT's world mean of 301 g/kWh, far below any published one"),
        (_is_given, "given by hand: ACT divides the packages by the yield"),
    ]
    finished = _finished(parts, tables)
    bare = [c.name for c in parts if c.kind in _FROM_FABS and not _number(c, "n_ics")]
    found = [
        _about(finished, "figures of finished drives, which ACT divides by the yield again"),
        _about(
            [name for name in bare if name not in finished],
            "no package: `n_ics` is 0 or not said",
        ),
        _about(
            [name for name in _without_memory(parts) if name not in finished],
            "no DRAM, which drives of this size hold",
        ),
        *(_about([c.name for c in parts if rule(c)], said) for rule, said in rules),
        *(f"{file}: its own imports are not read, as ACT reads one level" for file in bom.unread),
        f"the list has no {', '.join(_missing(parts))}: their carbon is not in the sum",
    ]
    return [note for note in found if note]


def _is(kind: str) -> Callable[[Component], bool]:
    return lambda component: component.kind == kind


def _is_die_without_yield(component: Component) -> bool:
    return component.kind == "logic" and "fab_yield" not in component.amounts


def _is_generic(component: Component) -> bool:
    kind = component.words.get("type", act.CAPACITOR)
    return component.kind == "capacitor" and kind == act.CAPACITOR


def _is_fossil(component: Component) -> bool:
    return component.words.get("fab_ci") in ("coal", "gas")


def _is_world(component: Component) -> bool:
    return component.words.get("fab_ci") == "world"


def _is_given(component: Component) -> bool:
    return component.kind == "manual" and bool(_number(component, "n_ics"))


def _number(component: Component, key: str) -> float:
    value = component.amounts.get(key)
    return 0.0 if value is None else value.best


def _finished(parts: tuple[Component, ...], tables: Act) -> list[str]:
    drives = [c for c in parts if c.kind in ("ssd", "hdd")]
    return [c.name for c in drives if tables.is_finished(c.kind, c.words["process"])]


def _without_memory(parts: tuple[Component, ...]) -> list[str]:
    """Return the large drives beside which the list has no memory of the same name."""
    with_memory = {c.name.rpartition(".")[0] for c in parts if c.kind == "dram"} - {""}
    return [
        c.name
        for c in parts
        if c.kind == "ssd"
        and _number(c, "capacity") >= _LARGE_DRIVE_GB
        and c.name.rpartition(".")[0] not in with_memory - {"dram"}
    ]


def _missing(parts: tuple[Component, ...]) -> list[str]:
    kinds = {component.kind for component in parts}
    wanted = {"circuit boards": {"pcb"}, "enclosure": {"enclosure", "frame"}}
    found = [name for name, any_of in wanted.items() if not kinds & any_of]
    return [*found, "cooling", "power supplies", "assembly", "transport", "end of life"]


_MOST_NAMES = 3


def _about(names: list[str], said: str) -> str:
    """Return a note about some components, the first of them named."""
    if not names:
        return ""
    shown = ", ".join(names[:_MOST_NAMES])
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return f"{shown}{more}: {said}"
