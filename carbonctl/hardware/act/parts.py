"""A list of ACT's as parts of our own, and what we hold wrong in it."""

from typing import Any, NamedTuple

from carbonctl.catalog import act
from carbonctl.catalog.act import Act
from carbonctl.hardware.act.read import ALUMINIUM, Bom, Component, material
from carbonctl.numbers.values import Value
from carbonctl.spec import parts as p
from carbonctl.spec.systems import Part

_FACTORS = {
    "steel": "steel", ALUMINIUM: "aluminium", "mlcc": "capacitor mlcc",
    "tec": "capacitor tantalum", "generic": "capacitor generic",
}  # fmt: skip
_FROM_FABS = ("logic", "dram", "ssd", "hdd")
_LARGE_DRIVE_GB = 200  # what holds memory of its own
_BARE_BOARD = "pcb bare 4 layers"


class _Model(NamedTuple):
    """What a component of ACT's is here: the kind of part, and its keys by those of the list.

    ``needed`` are the amounts without which nothing can be said of it; ACT takes zero of them.
    """

    kind: str
    keys: dict[str, str]
    needed: tuple[str, ...]


_OF_A_FAB = {"fab_yield": "fab_yield", "n_ics": "packages"}
_STORED = {"capacity": "capacity", **_OF_A_FAB}
_WEIGHED = _Model("enclosure", {"weight": "mass"}, ("weight",))
_MODELS = {
    "logic": _Model("logic", {"area": "area", **_OF_A_FAB}, ("area",)),
    **{kind: _Model(kind, _STORED, ("capacity",)) for kind in ("dram", "ssd", "hdd")},
    "manual": _Model("other", {"carbon": "embodied"}, ("carbon",)),
    "capacitor": _Model("passives", {"weight": "mass", "quantity": "count"}, ("quantity",)),
    "pcb": _Model("board", {"area": "area"}, ("area",)),
    "battery": _Model("battery", {"capacity": "energy"}, ("capacity",)),
    "enclosure": _WEIGHED,
    "frame": _WEIGHED,
}
_OTHER = _Model("other", {"quantity": "count"}, ("quantity",))


def as_parts(bom: Bom, tables: Act) -> tuple[tuple[Part, ...], dict[str, str]]:
    """Return the components of a list as parts, to be computed by our rules, and the place of each.

    Of a component without an amount, or with none of it, the carbon is unknown.
    """
    listed: list[Part] = []
    paths: dict[str, str] = {}
    for component in bom.components:
        parts = _parts(component, tables)
        listed += parts
        paths.update((str(part.name), component.path) for part in parts)
    return tuple(listed), paths


def _parts(component: Component, tables: Act) -> list[Part]:
    """Return a component as a part; packages of what is given by hand are one of their own."""
    model = _MODELS.get(component.kind, _OTHER)
    needed = [*model.needed]
    if (
        component.kind == "capacitor"
        and component.words.get("type", act.CAPACITOR) != act.CAPACITOR
    ):
        needed.append("weight")
    if not all(_number(component, key) > 0 for key in needed):
        return [p.constructed("other", name=component.name)]
    amounts = {ours: component.amounts.get(theirs) for theirs, ours in model.keys.items()}
    part = p.constructed(model.kind, name=component.name, **amounts, **_named(component, tables))
    count = component.amounts.get("n_ics")
    if component.kind == "manual" and count is not None and count.best:
        return [part, p.constructed("package", name=f"{component.name} package", count=count)]
    return [part]


def _named(component: Component, tables: Act) -> dict[str, Any]:
    """Return what a part has of a component's words: a process, a place, a factor."""
    words, kind = component.words, component.kind
    place = tables.item("grid", words["fab_ci"])[0] if "fab_ci" in words else None
    fab = {"fab_grid": place, "fab_year": None}
    if kind == "logic":
        share = Value(int(words["gpa"]) / 100, "") if "gpa" in words else None
        return {"node": tables.item(kind, words["process"])[0], "abatement": share, **fab}
    if kind in ("dram", "ssd", "hdd"):
        item, year = tables.item(kind, words["process"])
        return {"process": item, "process_year": year}
    if kind == "capacitor":
        return {"factor": _FACTORS[words.get("type", act.CAPACITOR)], **fab}
    if kind == "pcb":
        return {"factor": _BARE_BOARD}
    is_weighed = kind in ("enclosure", "frame")
    return {"factor": _FACTORS[material(words["type"])]} if is_weighed else {}


def held_wrong(bom: Bom, tables: Act) -> list[str]:
    """Return what we hold wrong, or lacking, in a list and in how ACT computes it."""
    parts = bom.components
    dies, drives, given, boards, capacitors = (
        [c for c in parts if c.kind in kinds]
        for kinds in (("logic",), ("ssd", "hdd"), ("manual",), ("pcb",), ("capacitor",))
    )
    finished = [c for c in drives if tables.is_finished(c.kind, c.words["process"])]
    bare = [c for c in parts if c.kind in _FROM_FABS and not _number(c, "n_ics")]
    generic = [c for c in capacitors if c.words.get("type", act.CAPACITOR) == act.CAPACITOR]
    fossil = [c for c in parts if c.words.get("fab_ci") in ("coal", "gas")]
    about = {
        "figures of finished drives, which ACT divides by the yield again": finished,
        "no package: `n_ics` is 0 or not said": [c for c in bare if c not in finished],
        "no DRAM, which drives of this size hold": [
            c for c in _without_memory(parts) if c not in finished
        ],
        "ACT's yield of 87.5 %, whatever the area": [
            c for c in dies if "fab_yield" not in c.amounts
        ],
        "ACT's factors of boards, some hundred times below other inventories": boards,
        "300 g a capacitor, a figure without a source": generic,
        "electricity of one fossil source alone, which no grid has": fossil,
        "ACT's world mean of 301 g/kWh, far below any published one": [
            c for c in parts if c.words.get("fab_ci") == "world"
        ],
        "given by hand: ACT divides the packages by the yield": [
            c for c in given if _number(c, "n_ics")
        ],
    }
    return [
        *(f"{_shown([c.name for c in some])}: {said}" for said, some in about.items() if some),
        *(f"{file}: its own imports are not read, as ACT reads one level" for file in bom.unread),
        f"the list has no {', '.join(_missing(parts))}: their carbon is not in the sum",
    ]


def _number(component: Component, key: str) -> float:
    value = component.amounts.get(key)
    return 0.0 if value is None else value.best


def _without_memory(parts: tuple[Component, ...]) -> list[Component]:
    """Return the large drives beside which the list has no memory of the same name."""
    with_memory = {c.name.rpartition(".")[0] for c in parts if c.kind == "dram"} - {""}
    return [
        c
        for c in parts
        if c.kind == "ssd"
        and _number(c, "capacity") >= _LARGE_DRIVE_GB
        and c.name.rpartition(".")[0] not in with_memory - {"dram"}
    ]


def _missing(parts: tuple[Component, ...]) -> list[str]:
    kinds = {component.kind for component in parts}
    wanted = {"circuit boards": {"pcb"}, "enclosure": {"enclosure", "frame"}}
    absent = [name for name, any_of in wanted.items() if not kinds & any_of]
    return [*absent, "cooling", "power supplies", "assembly", "transport", "end of life"]


_MOST_NAMES = 3


def _shown(names: list[str]) -> str:
    """Return the first of some names, and how many more there are."""
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more
