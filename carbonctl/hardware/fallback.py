"""Embodied carbon of devices that have no published figure: from their parts, else their class.

The range of a figure is what one device may differ from the computation. What the method as a
whole may be off by is the same for all devices, and is not in it.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from carbonctl.catalog import Catalog
from carbonctl.catalog.cards import ANY, Cards
from carbonctl.catalog.fab import joined
from carbonctl.catalog.fab_rows import nanometres
from carbonctl.catalog.records import Device, Die
from carbonctl.errors import InputError, Problem
from carbonctl.estimators.clients import PHONE, phone_of_class
from carbonctl.factors.card import board_kgco2e, silicon_kgco2e_per_cm2
from carbonctl.factors.yields import MM2_PER_CM2
from carbonctl.hardware.lines import ONE, Line, told_apart
from carbonctl.numbers.intervals import Range
from carbonctl.numbers.intervals import best as best_of
from carbonctl.numbers.quantities import Quantity, of, product
from carbonctl.numbers.values import Status, Value
from carbonctl.spec.parts import MANUFACTURING

TRAINING = "training accelerator"
_CLASSES = {
    "gpu": "other accelerator", "tpu": "other accelerator", "npu": "other accelerator",
    "soc": "system on a chip", "cpu": "processor", "board": "single-board computer",
}  # fmt: skip
_ACCELERATORS = ("gpu", "tpu", "npu")
_FORMS = {
    "sxm": "sxm", "sxm2": "sxm", "oam": "sxm", "superchip": "sxm",
    "pcie": "pcie", "workstation": "pcie", "soc": "module",
}  # fmt: skip
_DIES_OF_CLASS_SIZE = 2  # the most of them that stand side by side in a package
_PART_OF_A_DEVICE = ("die", "package")
NOT_IN_IT = "transport and host not included"


class _Piece(NamedTuple):
    """One part of a device: so much of it, times its carbon.

    Attributes
    ----------
    item, kind : str
        What it is called, and the kind of part.
    amount : Quantity
        In ``unit``.
    factor : Quantity
        Embodied carbon of one unit [kgCO2e/unit].
    words : str
        What it is, for notes: `die 2.94 cm2 at 5 nm`.
    """

    item: str
    kind: str
    amount: Quantity
    unit: str
    factor: Quantity
    words: str

    @property
    def kgco2e(self) -> float:
        """The best estimate [kgCO2e]."""
        return best_of(product(self.amount, self.factor).number)

    @property
    def inputs(self) -> tuple[Value, ...]:
        """What it is computed from."""
        return (*self.amount.inputs, *self.factor.inputs)


def has_figure(device: Device) -> bool:
    """Whether a device has a published figure that is of all of it."""
    figure = device.embodied
    if figure is None:
        return False
    is_package = figure.covers == "package" and device.kind == "cpu"
    return is_package or figure.covers not in _PART_OF_A_DEVICE


def fallback(device: Device, catalog: Catalog) -> Value | None:
    """Return the embodied carbon of a device without a published figure of all of it [kgCO2e].

    It is computed from the dies, memory and rated power of its record; what the record does not
    say is that of its class, and the figure is then an archetype. A published figure of a die or
    a package replaces what it covers. A device with a sibling is scaled to the sibling's
    published figure.

    Returns
    -------
    Value or None
        That of its class for a phone without a figure; None for other products.

    Raises
    ------
    InputError
        Where its sibling is unknown, or has no published figure.
    """
    if device.kind == PHONE and not has_figure(device):
        return phone_of_class(device.id, "device_embodied", "", catalog.priors)
    pieces = _pieces(device, catalog)
    if not pieces:
        return None
    own, scale = _own_part(device, pieces, catalog), _scale(device, catalog)
    times = 1.0 if scale is None else scale.best
    best = sum(piece.kgco2e for piece in pieces) * times
    words = ", ".join(f"{piece.words} {_kilograms(piece.kgco2e * times)}" for piece in pieces)
    shared = (own,) if scale is None else (own, scale)
    note = "; ".join(filter(None, (words, scale and scale.note, NOT_IN_IT)))
    inputs = (*(value for piece in pieces for value in piece.inputs), *shared)
    return Value(
        Range(best, best * own.low, best * own.high), "kgCO2e", own.status,
        joined(value.source for value in inputs), name="device_embodied", note=note,
        confidence="low", unknown=own.unknown,
    )  # fmt: skip


def lines(device: Device, catalog: Catalog, path: str = "parts") -> list[Line]:
    """Return the same as lines of a bill, which sum to it; none where there is no figure.

    Raises
    ------
    InputError
        As `fallback` does.
    """
    pieces = _pieces(device, catalog)
    if not pieces:
        return []
    own, scale = _own_part(device, pieces, catalog), _scale(device, catalog)
    shared = [of(value._replace(path=path)) for value in (own, scale) if value is not None]
    return told_apart(
        [
            Line(
                piece.item, piece.kind, MANUFACTURING,
                _placed(piece.amount, f"{path}.{piece.item}"), piece.unit,
                product(_placed(piece.factor, f"{path}.{piece.item}"), *shared),
                f"{path}.{piece.item}",
                lacks="an embodied figure in a record of your own",
            )
            for piece in pieces
        ]
    )  # fmt: skip


def _placed(quantity: Quantity, path: str) -> Quantity:
    """Return a quantity whose inputs say where in a bill they stand."""
    inputs = tuple(value._replace(path=f"{path}.{value.name}") for value in quantity.inputs)
    return Quantity(quantity.number, quantity.formula, inputs, quantity.binds)


def _own_part(device: Device, pieces: list[_Piece], catalog: Catalog) -> Value:
    """Return what one device may differ from the computation, as a factor of its own."""
    stand_ins = any(value.status == "archetype" for piece in pieces for value in piece.inputs)
    status: Status = "archetype" if stand_ins else "derived"
    prior = catalog.priors["embodied_ratio", "fallback-own"]
    value = prior.value("own_part", "", "")
    return value._replace(status=status, path=None, unknown=f"embodied:{device.id}")


def _scale(device: Device, catalog: Catalog) -> Value | None:
    """Return the published figure of a device's sibling over what is computed for it."""
    if device.sibling is None:
        return None
    sibling = sibling_of(device, catalog)
    assert sibling.embodied is not None
    published = sibling.embodied.value
    computed = sum(piece.kgco2e for piece in _pieces(sibling, catalog))
    note = (
        f"scaled to {sibling.name}, {_kilograms(published.best)} published "
        f"over {_kilograms(computed)} computed"
    )
    return Value(published.best / computed, "", "derived", published.source,
                 name="sibling_scale", note=note)  # fmt: skip


def sibling_of(device: Device, catalog: Catalog) -> Device:
    """Return the device that a record names as its sibling.

    Raises
    ------
    InputError
        Where there is none of that name, or it has no published figure of all of it.
    """
    name = str(device.sibling)
    try:
        sibling = catalog.device(name)
    except LookupError as error:
        message = f"sibling: {error.args[0]}"
    else:
        if has_figure(sibling):
            return sibling
        message = f"sibling: `{name}` has no published embodied figure"
    raise InputError([Problem(catalog.file_of(device), None, None, message)])


def _pieces(device: Device, catalog: Catalog) -> list[_Piece]:
    """Return the dies, the memory and the board of a device; empty where it has no class."""
    class_ = class_of(device)
    if class_ is None:
        return []
    cards = catalog.fab_factors.cards
    published = None if has_figure(device) else device.embodied
    pieces: list[_Piece] = []
    if published is None:
        pieces += _dies(device, class_, cards)
    else:
        figure = of(_at_best(published.said, "embodied"))
        words = f"published figure of the {published.covers}"
        pieces.append(_Piece(published.covers, "figure", ONE, "pieces", figure, words))
    if published is None or published.covers != "package":
        pieces += _memory(device, class_, cards)
    pieces.append(_board(device, class_, cards))
    return pieces


def class_of(device: Device) -> str | None:
    """Return the class that stands in for what a record does not say; None for products."""
    class_ = _CLASSES.get(device.kind)
    is_stacked = device.memory is not None and _is_stacked(device.memory.type)
    return TRAINING if is_stacked and device.kind in _ACCELERATORS else class_


def _is_stacked(memory_type: str | None) -> bool:
    """Whether a type of memory is stacked (HBM)."""
    return (memory_type or "").startswith("HBM")


def _board_form(device: Device) -> str:
    """Return whose board a device has: `sxm`, `pcie`, `module`, or `cpu`, which has none."""
    if device.kind == "cpu":
        return "cpu"
    if device.form in _FORMS:
        return _FORMS[device.form]
    if device.unit == "card":
        return "pcie"
    return "sxm" if class_of(device) == TRAINING else "module"


def _dies(device: Device, class_: str, cards: Cards) -> Iterator[_Piece]:
    """Yield the dies of a device; those of unknown area are as large as those of its class."""
    known = [die for die in device.dies if die.area is not None and die.area.best > 0]
    unknown = [die for die in device.dies if die not in known]
    for die in known:
        assert die.area is not None
        yield _die(die, of(_at_best(die.area, "area")) / MM2_PER_CM2, die.count, class_, cards)
    if known and not unknown:
        return
    number = sum(die.count for die in unknown)
    most = max(1, _DIES_OF_CLASS_SIZE - sum(die.count for die in known))
    area = of(_stand_in(cards, class_, "die_area", "area"))
    yield _die(unknown[0] if unknown else Die(), area, min(number or 1, most), class_, cards)


def _die(die: Die, area: Quantity, count: int, class_: str, cards: Cards) -> _Piece:
    """Return one kind of die of a device."""
    node: float | None = None
    beside: tuple[Value, ...] = ()
    with suppress(ValueError):  # a node that is none is as good as none
        node = None if die.node is None else nanometres(die.node)
    if node is None:
        stand_in = _stand_in(cards, class_, "node", "node")
        node, beside = stand_in.best, (stand_in,)
    amount = area
    if count > 1:
        amount = area * Value(float(count), "", "catalog", name="count")
    wafer = cards.wafer(node).named("wafer")
    loss = cards.figure(ANY, "wafer_loss").named("wafer_loss")
    factor = silicon_kgco2e_per_cm2(of(wafer), of(loss)).beside(*beside)
    size = f"{best_of(amount.number):.3g} cm2{_assumed(amount)} at {node:g} nm"
    words = f"die {size}{_assumed(factor)}"
    return _Piece(die.name or "die", "logic", amount, "cm2", factor, words)


def _memory(device: Device, class_: str, cards: Cards) -> Iterator[_Piece]:
    """Yield the memory of a device, where it is known to have some."""
    memory = device.memory
    capacity = memory.capacity if memory else None
    family = memory.type if memory else None
    if capacity is not None:
        capacity = _at_best(capacity, "capacity")
    elif cards.has(class_, "memory_capacity"):
        capacity = _stand_in(cards, class_, "memory_capacity", "capacity")
        family = "LPDDR"
    else:
        return
    carbon = cards.memory(family).named("carbon_per_capacity")
    if family is None:
        carbon = carbon._replace(status="archetype")
    words = f"{capacity.best:g} GB{_assumed(of(capacity))} {family or 'memory of unknown type'}"
    kind = "hbm" if _is_stacked(family) else "dram"
    yield _Piece("memory", kind, of(capacity), "GB", of(carbon), words)


def _board(device: Device, class_: str, cards: Cards) -> _Piece:
    """Return the board of a device with cooling and power delivery; of a processor its package."""
    form = _board_form(device)
    base = of(cards.figure(form, "board").named("board"))
    if not cards.has(form, "board_per_power"):
        return _Piece("package", "package", ONE, "pieces", base, "package")
    if device.rated_power is not None:
        power = _at_best(device.rated_power, "rated_power")
    else:
        power = _stand_in(cards, class_, "rated_power", "rated_power")
    per_w = of(cards.figure(form, "board_per_power").named("board_per_power"))
    factor = board_kgco2e(base, per_w, of(power))
    words = f"board at {power.best:g} W{_assumed(factor)}"
    return _Piece("board", "board", ONE, "pieces", factor, words)


def _at_best(value: Value, name: str) -> Value:
    """Return a value without its range, which the range of the whole figure holds."""
    return value._replace(number=value.best).named(name)


def _stand_in(cards: Cards, class_: str, metric: str, name: str) -> Value:
    """Return what is taken for a device of a class whose record does not say it."""
    value = _at_best(cards.figure(class_, metric), name)
    note = f"of a {class_}" if value.note is None else f"of a {class_}: {value.note}"
    return value._replace(status="archetype", note=note)


def _assumed(quantity: Quantity) -> str:
    """Return a word for notes where something of the class stands in."""
    return " (assumed)" if any(v.status == "archetype" for v in quantity.inputs) else ""


def _kilograms(kgco2e: float) -> str:
    """Return a mass in words, to the kilogram from ten on."""
    return f"{kgco2e:.0f} kg" if kgco2e >= 10 else f"{kgco2e:.1f} kg"
