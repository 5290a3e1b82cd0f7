"""From devices, workloads and other tools' lists to their bills."""

from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any, NamedTuple, TypeAlias, TypeVar

from carbonctl import estimators
from carbonctl.account.accountant import keys_of, machine_layers
from carbonctl.account.host_classes import class_of_host, host_of_class
from carbonctl.account.journal import Journal
from carbonctl.account.machine import machine
from carbonctl.account.node import Layer, MachineResolver
from carbonctl.account.shares import listed
from carbonctl.catalog import Catalog
from carbonctl.catalog.act import SOURCE, Act
from carbonctl.catalog.records import Device, Host
from carbonctl.errors import Caution, InputError, Problem
from carbonctl.estimators.base import ActivityError
from carbonctl.estimators.clients import PHONE, phone_of_class
from carbonctl.estimators.machine import Machine, Share
from carbonctl.factors.use_phase import HOURS_PER_YEAR
from carbonctl.hardware import fallback, records
from carbonctl.hardware.act import model as act_model
from carbonctl.hardware.act import parts as act_parts
from carbonctl.hardware.act.read import Bom, Importer, read_bom
from carbonctl.hardware.bill import bill
from carbonctl.hardware.lifetime_use import Use
from carbonctl.hardware.lifetime_use import entry as use_entry
from carbonctl.hardware.lines import ONE, Line
from carbonctl.hardware.published import published
from carbonctl.hardware.report import Bill, Published, entry
from carbonctl.ledger.entry import BEYOND, Entry, are_in_limits
from carbonctl.ledger.result import Result, assumption
from carbonctl.numbers.quantities import of
from carbonctl.numbers.values import Value
from carbonctl.spec.load import Loaded, load
from carbonctl.spec.tree import Node, decode, parse
from carbonctl.spec.validation import problem_at
from carbonctl.text import few_searches

T = TypeVar("T")
Layers: TypeAlias = list[Layer]
_COVERS = "dies, package and memory, as far as they are known; the rest of the device is not in it"
_FALLBACK_COVERS = f"dies, memory and board; {fallback.NOT_IN_IT}; no figure of it is published"
_ACT_YEARS = 2  # that ACT takes a machine to live where nobody says it
_OF_CLIENTS = ("phone", "tablet", "laptop", "wearable")


class Life(NamedTuple):
    """How long hardware lives and how it is used, where the command line says it.

    Attributes
    ----------
    lifetime, utilization : Value or None
        Before those of a workload and the defaults.
    use : Use or None
        What it draws over its life, where that is asked for.
    """

    lifetime: Value | None = None
    utilization: Value | None = None
    use: Use | None = None


class _Subject(NamedTuple):
    """What a bill is of."""

    what: str
    file: str
    digest: str
    name: str


def of_record(record: Device | Host, catalog: Catalog, life: Life, file: str = "") -> Bill:
    """Return the bill of a device or a host: its parts, else its published figure.

    A device that has neither a list of parts nor a published figure has the lines of what an
    account takes for it.

    Raises
    ------
    InputError
        Where its parts are faulty.
    """
    journal = Journal()
    what = "host" if isinstance(record, Host) else "device"
    subject = _Subject(what, file or record.id, "", record.name)
    stand_in = _stand_in(record, catalog)
    parts = () if stand_in else records.parts_of(record, catalog)
    beside: Published | None = None
    try:
        if stand_in:
            lines = stand_in
        elif parts:
            lines = bill(parts, "parts", catalog, journal.warn, record=record.id)
            beside = published(record, lines)
        else:
            lines = [_whole(record, what, catalog)]
    except ActivityError as fault:
        where = file or catalog.file_of(record)
        raise InputError(_in_record(record, where, error) for error in fault.all) from None
    devices = Value(1.0, "", "default", name="devices", note="one device")
    if isinstance(record, Host) and record.devices:
        devices = Value(float(record.devices), "", "catalog", name="devices")
    clients = isinstance(record, Device) and record.kind in _OF_CLIENTS
    defaults = catalog.defaults
    lifetime = defaults.client.lifetime if clients else defaults.lifetime
    utilization = Value(1.0, "", "default") if clients else defaults.utilization
    lives = (life.lifetime or lifetime, life.utilization or utilization)
    made = _bill(subject, lines, journal, devices, lives, life, beside)
    partial = _COVERS if parts and not records.is_whole(record) else ""
    return made._replace(covers=_FALLBACK_COVERS if stand_in else partial)


def _stand_in(record: Device | Host, catalog: Catalog) -> list[Line]:
    """Return the lines of a device with neither parts of its own nor a published figure."""
    if isinstance(record, Host) or record.parts is not None or fallback.has_figure(record):
        return []
    return fallback.lines(record, catalog)


def _in_record(record: Device | Host, file: str, fault: ActivityError) -> Problem:
    """Return a problem at a part of a record."""
    path = fault.path.removeprefix("parts.")
    keys = tuple(int(key) if key.isdecimal() else key for key in path.split("."))
    return problem_at(record.parts, file, keys, fault.message)._replace(path=fault.path)


def _whole(record: Device | Host, what: str, catalog: Catalog) -> Line:
    """Return the one line of a record without parts: its published figure, else its class's."""
    figure = record.embodied
    factor = None if figure is None else of(figure.said.named("embodied", "embodied"))
    name = class_of_host(record) if factor is None and isinstance(record, Host) else None
    if name is not None:
        factor = of(host_of_class(name, "embodied", "embodied", catalog.priors))
    if factor is None and record.kind == PHONE:
        factor = of(phone_of_class(record.id, "embodied", "embodied", catalog.priors))
    lacks = "parts of your own, or a figure in a record of your own (--hardware-db)"
    covers = figure.covers if figure else what
    return Line(covers, what, "manufacturing", ONE, "pieces", factor, "embodied", lacks=lacks)


def of_workload(
    data: bytes,
    file: str,
    catalog: Catalog,
    life: Life,
    overrides: tuple[str, ...] = (),
    *,
    label: str | None = None,
    first: int = 1,
) -> list[Bill]:
    """Return the bills of the systems of a workload, named ones first.

    ``label`` is what bills call one of several workloads of a file, ``first`` the line at
    which it begins.

    Raises
    ------
    InputError
        With every problem that can be found at once.
    """
    loaded = load(decode(data, file, first), file, estimators, catalog, overrides, first)
    digest = sha256(data).hexdigest()

    def made(name: str, layers: Layers) -> Bill:
        return _system(_Subject("system", label or file, digest, name), layers, catalog, life)

    bills = _of_systems(loaded, made)
    if not bills:
        raise InputError([Problem(file, first, 1, "no system and no device is described here")])
    return bills


def check_systems(loaded: Loaded, catalog: Catalog) -> None:
    """Check that the parts of a workload's systems give a bill.

    Raises
    ------
    InputError
        With the first thing of each system that does not suffice or go together.
    """

    def check(_: str, layers: Layers) -> None:
        if any(getattr(fields, "parts", None) for _, fields in layers):
            described = listed(MachineResolver(layers, catalog))
            if described is not None:
                bill(described[1], described[0], catalog, lambda _: None)

    _of_systems(loaded, check)


def _of_systems(loaded: Loaded, make: Callable[[str, Layers], T]) -> list[T]:
    """Return what is made of name and layers of each machine; raise the faults of all of them."""
    made: list[T] = []
    problems: list[Problem] = []
    for name, layers, places in _systems(loaded):
        try:
            made.append(make(name, layers))
        except ActivityError as fault:
            problems += [
                loaded.problem(
                    keys_of(error.path, loaded.workload, places), error.path, error.message
                )
                for error in fault.all
            ]
    if problems:
        raise InputError(dict.fromkeys(problems))
    return made


def _systems(loaded: Loaded) -> Iterable[tuple[str, Layers, dict[str, tuple[Any, ...]]]]:
    """Yield name, layers and places of every machine: named ones, then those of activities."""
    for name, system in loaded.workload.systems.items():
        yield name, [(f"systems.{name}", system)], {}
    for phase, number, name, activity in loaded.workload.activities():
        key, fields = activity.machine_fields
        if fields is None or isinstance(fields.system, str):
            continue
        path = f"phases.{phase}.{name}"
        layers = machine_layers(fields, f"{path}.{key}" if key else path, loaded.workload)
        yield f"{phase}.{name}", layers, {path: ("phases", phase, number)}


def _system(subject: _Subject, layers: Layers, catalog: Catalog, life: Life) -> Bill:
    journal = Journal()
    system, warnings = machine(layers, catalog, with_power=False)
    for warning in warnings:
        journal.warn(warning)
    node = MachineResolver(layers, catalog)
    described = listed(node)
    if described is None:
        lines = [_line(share, system) for share in system.shares]
    else:
        times = node.system_scale().times
        path, parts = described
        lines = bill(parts, path, catalog, journal.warn, counts=() if times is None else (times,))
    lives = (life.lifetime or system.lifetime, life.utilization or system.utilization)
    return _bill(subject, lines, journal, system.devices_per_system, lives, life)


def _line(share: Share, system: Machine) -> Line:
    """Return the embodied carbon of one unit of hardware as a line of one system's bill."""
    amount, unit = ONE, "pieces"
    if share.scale is None or share.scale.per is None:
        amount = of(system.devices_per_system)
    elif share.scale.per is not system.devices_per_system:
        amount = of(system.devices_per_system) / share.scale.per
    if share.scale is not None and share.scale.times is not None:
        amount = amount * share.scale.times
    return Line(share.item, "figure", share.stage, amount, unit, share.value, system.path,
                lacks=share.lacks)  # fmt: skip


def of_act(
    data: bytes, file: str, catalog: Catalog, life: Life, importer: Importer, *, compatible: bool
) -> Bill:
    """Return the bill of a list of ACT's, by our rules or exactly as ACT computes it.

    Raises
    ------
    InputError
        With the place of every fault.
    """
    tables = (
        Act(catalog.folders[-1:])
        if compatible
        else catalog.cited(Act(catalog.folders), "fab/*.csv")
    )
    tree = parse(decode(data, file), file)
    with few_searches():
        bom = read_bom(tree, file, tables, importer)
    journal = Journal()
    try:
        lines = _act_lines(bom, tables, catalog, journal.warn, compatible=compatible)
    except (ActivityError, ValueError) as fault:
        faults = fault.all if isinstance(fault, ActivityError) else ()
        problems = [_at(tree, file, error.path, error.message) for error in faults]
        raise InputError(problems or [_at(tree, file, "", str(fault))]) from None
    subject = _Subject("list", file, sha256(data).hexdigest(), bom.name)
    defaults = catalog.defaults
    years = Value(
        float(_ACT_YEARS * HOURS_PER_YEAR), "h", "default", SOURCE, name="lifetime",
        note=f"{_ACT_YEARS} years of {HOURS_PER_YEAR:,} h, as ACT takes it",
    )  # fmt: skip
    lifetime = life.lifetime or (years if compatible else defaults.lifetime)
    lives = (lifetime, life.utilization or defaults.utilization)
    devices = Value(1.0, "", "default", name="devices", note="one device")
    made = _bill(subject, lines, journal, devices, lives, life)
    return made._replace(notes=tuple(act_parts.held_wrong(bom, tables)))


def _act_lines(
    bom: Bom, tables: Act, catalog: Catalog, warn: Callable[[Caution], None], *, compatible: bool
) -> list[Line]:
    if compatible:
        return act_model.lines(bom, tables)
    parts, paths = act_parts.as_parts(bom, tables)

    def said(caution: Caution) -> None:
        """Say a warning with the place of the list, and not of what was made of it."""
        for name, path in paths.items():
            made = f"parts.{name}"
            if f"{caution.path}.".startswith(f"{made}."):
                caution = Caution(caution.message, path + caution.path.removeprefix(made))
        warn(caution)

    return bill(parts, "parts", catalog, said)


def _at(tree: Node, file: str, path: str, message: str) -> Problem:
    """Return a problem at a component of a list; its name may hold dots."""
    section, _, rest = path.partition(".")
    names = tree.get(section) if isinstance(tree, dict) else None
    for name in names or () if isinstance(names, dict) else ():
        if rest == name or rest.startswith(f"{name}."):
            return problem_at(tree, file, (section, name), f"{name}: {message}")
    return problem_at(tree, file, (), f"{path}: {message}")


def _bill(
    subject: _Subject,
    lines: list[Line],
    journal: Journal,
    devices: Value,
    lives: tuple[Value, Value],
    life: Life,
    beside: Published | None = None,
) -> Bill:
    lifetime, utilization = lives
    entries: list[Entry] = []
    for line in lines:
        carbon = line.carbon
        status = journal.assume(carbon.inputs if carbon else line.amount.inputs)
        entries.append(entry(line, subject.name, status))
        if carbon is None:
            give = f"; give {line.lacks}" if line.lacks else ""
            message = f"the embodied carbon of {line.item} is unknown, and with it the sum{give}"
            journal.warn(Caution(message, subject.name, vital=True))
    if life.use is not None:
        entries.append(use_entry(life.use, lifetime, subject.name, journal.assume))
    for row in entries:
        if not are_in_limits([row]):
            raise InputError([Problem(subject.file, 1, 1, f"{row.item}: {BEYOND}")])
    result = Result(
        subject.file, subject.digest, subject.name, tuple(entries),
        tuple(map(assumption, journal.assumptions.values())), tuple(journal.warnings),
        spec=dict, reported=lambda _: None,
    )  # fmt: skip
    return Bill(subject.what, result, devices, lifetime, utilization, beside)
