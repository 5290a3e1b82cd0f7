"""From a list of parts to the lines of its bill, through groups and records of the catalog."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from carbonctl.catalog import Catalog
from carbonctl.catalog.records import Device, Host
from carbonctl.errors import Caution
from carbonctl.estimators.base import ActivityError
from carbonctl.hardware import fallback, records
from carbonctl.hardware.components import made, other
from carbonctl.hardware.lines import ONE, Line, PartContext, told_apart
from carbonctl.hardware.silicon import logic, stored
from carbonctl.numbers.quantities import of
from carbonctl.numbers.values import Value
from carbonctl.spec import parts as p
from carbonctl.spec.systems import Part

_MAKERS: dict[str, Callable[[PartContext], list[Line]]] = {
    "logic": logic, "dram": stored, "hbm": stored, "ssd": stored, "hdd": stored, "other": other,
}  # fmt: skip
_MOST_PARTS = 20_000
PUBLISHED, FROM_PARTS = "published", "parts"


class _Place(NamedTuple):
    """Where a list of parts stands, by names and by places, and how many of it there are."""

    path: str
    at: str
    names: tuple[str, ...] = ()
    counts: tuple[Value, ...] = ()
    chain: tuple[str, ...] = ()
    is_record: bool = False


def bill(
    parts: tuple[Part, ...],
    path: str,
    catalog: Catalog,
    warn: Callable[[Caution], None],
    *,
    record: str = "",
    counts: tuple[Value, ...] = (),
) -> list[Line]:
    """Return the lines of a list of parts.

    Parameters
    ----------
    parts : tuple of Part
        The list.
    path : str
        Where it stands.
    catalog : Catalog
        Knows factors, devices and hosts.
    warn : callable
        Takes what the user should know.
    record : str
        The id of the record that the list is of; empty for one of a spec.
    counts : tuple of Value
        How many of the whole list there are, or what share of it.

    Raises
    ------
    ActivityError
        With all figures that do not suffice or do not go together; where a record holds itself.
    InputError
        Where the parts of a record are faulty.
    """
    chain = (record,) if record else ()
    place = _Place(path, path, counts=counts, chain=chain, is_record=bool(record))
    builder = _Builder(catalog, warn)
    lines = [*builder.lines(parts, place)]
    if builder.faults:
        first, *others = builder.faults
        raise ActivityError(first.path, first.message, tuple(others))
    return told_apart(lines)


class _Builder:
    """Walks through lists of parts."""

    def __init__(self, catalog: Catalog, warn: Callable[[Caution], None]) -> None:
        self.catalog = catalog
        self.warn = warn
        self.made = 0
        self.faults: list[ActivityError] = []

    def lines(self, parts: tuple[Part, ...], place: _Place) -> Iterator[Line]:
        """Yield the lines of a list, in its order."""
        self.check_boards(parts, place)
        for number, (part, name) in enumerate(zip(parts, p.names_of(parts), strict=True)):
            here = place._replace(
                path=f"{place.path}.{name}", at=f"{place.at}.{number}", names=(*place.names, name)
            )
            counts = here.counts
            called = f"count_{len(counts) + 1}" if counts else "count"
            times = self.context(part, here).given("count", called)
            if times is not None:
                here = here._replace(counts=(*counts, times))
            yield from self.part(part, here)

    def context(self, part: Part, here: _Place) -> PartContext:
        return PartContext(
            part, here.path, here.at, ".".join(here.names), here.counts, self.catalog,
            here.is_record, self.warn,
        )  # fmt: skip

    def check_boards(self, parts: tuple[Part, ...], place: _Place) -> None:
        """Warn where passives stand beside a board whose figure holds them already."""
        if not any(part.kind == "passives" for part in parts):
            return
        for part in parts:
            if part.kind == "board" and self.holds_components(part):
                message = (
                    "passives stand beside a board whose factor holds its "
                    "small components; a bare one is `pcb bare 4 layers`"
                )
                self.warn(Caution(message, place.path))

    def holds_components(self, board: Any) -> bool:
        """Whether the factor of a board is of one with its small components."""
        if any(getattr(board, key) is not None for key in ("carbon_each", "carbon_per_area")):
            return False
        context = self.catalog.fab_factors
        stand_in = context.default("board")
        figure = context.factor("board", board.factor) if board.factor else stand_in and stand_in[0]
        return figure is not None and "components" in (figure.includes or ())

    def part(self, part: Part, here: _Place) -> Iterator[Line]:
        if isinstance(part, p.Parts):
            inner = here._replace(path=f"{here.path}.parts", at=f"{here.at}.parts")
            yield from self.lines(part.parts, inner)
            return
        context = self.context(part, here)
        self.made += 1
        if self.made > _MOST_PARTS:
            raise ActivityError(here.at, f"there are more than {_MOST_PARTS:,} parts")
        if isinstance(part, p.OfDevice | p.OfHost):
            yield from self.of_record(context, here)
            return
        try:
            yield from _MAKERS.get(part.kind, made)(context)
        except ActivityError as fault:  # the other parts may have some of their own
            self.faults.append(fault)

    def of_record(self, context: PartContext, here: _Place) -> Iterator[Line]:
        """Yield the lines of a device or a host: its published figure, or its parts.

        A device without either is as an account has it, unless the list asks for its dies and
        memory or says that it has the rest.
        """
        part = context.part
        key = "device" if isinstance(part, p.OfDevice) else "host"
        record: Device | Host = getattr(self.catalog, key)(getattr(part, key))
        if isinstance(record, Device) and self.catalog.unit(part.device).doubt:
            message = f"in a list of parts `{part.device}` is a whole {record.unit or 'device'}"
            self.warn(Caution(message, f"{here.at}.device"))
        if record.id in here.chain:
            circle = " → ".join((*here.chain[here.chain.index(record.id) :], record.id))
            raise ActivityError.at(f"{here.at}.{key}", f"its parts hold themselves: {circle}")
        if isinstance(record, Device) and _is_left_to_us(part, record):
            stand_in = fallback.fallback(record, self.catalog)
            if stand_in is not None:
                value = stand_in.named("embodied", f"{here.path}.{key}")
                yield context.line(context.many(ONE), "pieces", of(value))
                return
        figure = record.embodied
        if part.figures != FROM_PARTS and figure is not None:
            value = figure.said.named("embodied", f"{here.path}.{key}")
            yield context.line(context.many(ONE), "pieces", of(value))
            if figure.covers in records.PART_OF_A_DEVICE:
                yield from self.rest(context)
            return
        own = () if part.figures == PUBLISHED else records.parts_of(record, self.catalog)
        if not own:
            yield context.line(context.many(ONE), "pieces", None, lacks=_LACKS)
            return
        below = here._replace(
            path=f"{here.path}.{key}", at=f"{here.at}.{key}", chain=(*here.chain, record.id)
        )
        yield from self.lines(own, below._replace(is_record=True))
        if not records.is_whole(record):
            yield from self.rest(context)

    def rest(self, context: PartContext) -> Iterator[Line]:
        """Yield what a device is made of beside its dies and memory, unless the list has it."""
        if context.part.rest is None:
            yield context.line(
                context.many(ONE), "pieces", None, kind="rest",
                lacks="board, cooling and so on as parts beside it, and then `rest: listed`",
            )  # fmt: skip


def _is_left_to_us(part: p.Of, record: Device) -> bool:
    """Whether neither the list nor the record says what all of a device is made of."""
    says_nothing = part.figures is None and part.rest is None and record.parts is None
    return says_nothing and not fallback.has_figure(record)


_LACKS = "parts of your own, or `other` with `embodied`"
