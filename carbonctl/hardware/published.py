"""A published figure beside a bill, and what explains their difference."""

from carbonctl.catalog.records import Device, Host
from carbonctl.hardware.lines import PACKAGE, Line
from carbonctl.hardware.report import Beside, Published
from carbonctl.numbers.intervals import best

# What parts are called in footprints, by the kinds of part that make them up.
_GROUPS = {
    "memory": ("dram", "hbm"),
    "integrated circuits": ("logic", PACKAGE),
    "storage": ("ssd", "hdd"),
    "circuit boards": ("board",),
    "thermal parts": ("cooling",),
    "mechanical parts": ("enclosure",),
    "power supplies": ("power-supply",),
    "passives": ("passives",),
    "batteries": ("battery",),
    "assembly": ("assembly",),
    "transport to assembly": ("transport",),
    "end of life": ("end-of-life",),
    "devices": ("device",),
}
_OTHER = "other parts"
_INTERPOSER = "interposer and tests"  # under stacked memory; no figure of one is known
_OF_A_SERVER = ("CPUs", "memory", "storage", "circuit boards", "power supplies", "cooling",
                "enclosure", "assembly")  # fmt: skip
# What a figure that covers so much holds beyond silicon, where its record does not say.
_HOLDS = {
    "package": ("packaging",),
    "card": ("circuit board", "power delivery", "cooling", "assembly"),
    "baseboard": ("circuit boards", "power delivery", "cooling", "switches", "assembly"),
    "tray": ("circuit boards", "power delivery", "cooling", "host", "assembly"),
    "host": _OF_A_SERVER,
    "server": _OF_A_SERVER,
    "product": ("memory", "storage", "circuit boards", "battery", "enclosure", "assembly"),
}  # fmt: skip
_KINDS_OF = {
    "packaging": (PACKAGE,), "circuit board": ("board",), "cooling": ("cooling",),
    "enclosure": ("enclosure",), "battery": ("battery",), "CPUs": ("logic",), "host": ("host",),
    **_GROUPS,
}  # fmt: skip


def published(record: Device | Host, lines: list[Line]) -> Published | None:
    """Return the published figure of a record beside the lines of its bill; None without one."""
    figure = record.embodied
    if figure is None:
        return None
    split = _split(figure.split, lines) if figure.split else ()
    held = tuple(figure.split) or figure.includes or _HOLDS.get(figure.covers, ())
    kinds = {line.kind for line in lines}
    lacks = tuple(name for name in held if kinds.isdisjoint(_KINDS_OF.get(name, ())))
    lacks = (*lacks, *([_INTERPOSER] if "hbm" in kinds else []))
    return Published(figure.value, figure.covers, lacks, split)


def _split(known: dict[str, float], lines: list[Line]) -> tuple[Beside, ...]:
    """Return the groups of a published split, and beside them what the bill has of each."""
    groups = {kind: name for name, kinds in _GROUPS.items() for kind in kinds}
    ours: dict[str, list[Line]] = {}
    for line in lines:
        ours.setdefault(groups.get(line.kind, _OTHER), []).append(line)
    names = dict.fromkeys((*known, *ours))
    return tuple(Beside(name, known.get(name), _sum(ours.get(name))) for name in names)


def _sum(lines: list[Line] | None) -> float | None:
    """Return the carbon of some lines; None where one is unknown, or there is none."""
    carbons = [line.carbon for line in lines or ()]
    known = [best(carbon.number) for carbon in carbons if carbon is not None]
    return sum(known) if known and len(known) == len(carbons) else None
