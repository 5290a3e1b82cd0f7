"""Parts of the catalog's records: those that a record lists, or its dies and memory."""

from contextlib import suppress

from carbonctl.catalog import Catalog
from carbonctl.catalog.records import Device, Die, Host
from carbonctl.errors import InputError
from carbonctl.hardware.silicon import HOLDS
from carbonctl.numbers.values import Value
from carbonctl.spec import parts as p
from carbonctl.spec.part_lists import check_parts
from carbonctl.spec.systems import Part

_NAMES_OF_HELD = {held: name for name, held in HOLDS.items()}
PART_OF_A_DEVICE = ("die", "package")
_PACKAGES = ("package", "chip")


def parts_of(record: Device | Host, catalog: Catalog) -> tuple[Part, ...]:
    """Return what a record is made of, as far as it says; empty where it does not.

    A list of its own takes precedence over what follows from its dies and memory.

    Raises
    ------
    InputError
        Where the list is faulty.
    """
    if record.parts is not None:
        file = catalog.file_of(record)
        parts, problems = check_parts(record.parts, record.parts, file, (), catalog)
        if problems:
            raise InputError(problems)
        return parts
    return _implied(record, catalog) if isinstance(record, Device) else ()


def is_whole(record: Device | Host) -> bool:
    """Whether the parts of a record are all of it: a list of its own, or all of a package."""
    return record.parts is not None or (isinstance(record, Device) and record.unit in _PACKAGES)


def _implied(device: Device, catalog: Catalog) -> tuple[Part, ...]:
    """Return the dies of a package, what packages them, and its memory."""
    dies = [_die(die, number, device, catalog) for number, die in enumerate(device.dies)]
    if not dies:
        return ()
    package = p.constructed("package", carbon_each=catalog.fab_factors.device_package())
    return (*dies, package, *_memory(device, catalog))


def _die(die: Die, number: int, device: Device, catalog: Catalog) -> Part:
    """Return a die of a record; one without an area or a known node is of unknown carbon."""
    name = str(die.name or "die")
    if any(other.name == die.name for other in device.dies[:number]):
        name += f" {number + 1}"
    several = Value(float(die.count), "", "catalog", die.area and die.area.source)
    count = several if die.count > 1 else None
    node = None
    with suppress(LookupError, ValueError):  # one that no table knows is as good as none
        if die.node is not None and catalog.fab_factors.wafer(die.node):
            node = die.node
    return p.constructed("logic", name=name, area=die.area, node=node,
        count=count, packages=Value(0.0, "", "catalog"),
    )  # fmt: skip


def _memory(device: Device, catalog: Catalog) -> tuple[Part, ...]:
    """Return the memory of a device, by the figure of its type; unknown where none is.

    No figure is taken from the footprint that the device's own published figure is from: what
    is set beside that would rest on it.
    """
    memory = device.memory
    if memory is None or memory.capacity is None:
        return ()
    own = (device.embodied.value.source or "").split() if device.embodied else []
    stand_in = catalog.fab_factors.memory(memory.type or "", own)
    if stand_in is None:
        kind = "hbm" if (memory.type or "").startswith("HBM") else "dram"
        return (p.constructed(kind, name="memory", capacity=memory.capacity),)
    kind, figure, note = stand_in
    value = figure.value._replace(
        status="archetype", note="; ".join(filter(None, (figure.item, note, figure.value.note)))
    )
    holds = None if figure.includes is None else _NAMES_OF_HELD[figure.includes]
    return (
        p.constructed(
            kind, name="memory", capacity=memory.capacity,
            carbon_per_capacity=value, includes=holds,
            packages=Value(0.0, "", "catalog") if kind == "hbm" and holds != "both" else None,
        ),
    )  # fmt: skip
