"""From a list of parts to the lines of its bill, through groups and records of the catalog."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from carbonctl.bill import records
from carbonctl.bill.around import made, other
from carbonctl.bill.lines import ONE, Line, Making, given
from carbonctl.bill.silicon import logic, stored
from carbonctl.catalog import Catalog
from carbonctl.catalog.records import Device, Host
from carbonctl.estimators.base import Unusable
from carbonctl.estimators.quantities import of
from carbonctl.spec import parts as p
from carbonctl.spec.systems import Part
from carbonctl.values import Value

_MAKERS: dict[str, Callable[[Making], list[Line]]] = {
    "logic": logic, "dram": stored, "hbm": stored, "ssd": stored, "hdd": stored, "other": other,
}  # fmt: skip
PUBLISHED, FROM_PARTS = "published", "parts"


class _Place(NamedTuple):
    """Where a list of parts stands, and how many of it there are."""

    path: str
    names: tuple[str, ...] = ()
    counts: tuple[Value, ...] = ()
    chain: tuple[str, ...] = ()
    is_record: bool = False


def bill(
    parts: tuple[Part, ...],
    path: str,
    catalog: Catalog,
    warn: Callable[[str], None],
    *,
    record: str = "",
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

    Raises
    ------
    Unusable
        Where figures do not suffice or do not go together, and where a record holds itself.
    InputError
        Where the parts of a record are faulty.
    """
    chain = (record,) if record else ()
    place = _Place(path, chain=chain, is_record=bool(record))
    return [*_Builder(catalog, warn).lines(parts, place)]


class _Builder:
    """Walks through lists of parts."""

    def __init__(self, catalog: Catalog, warn: Callable[[str], None]) -> None:
        self.catalog = catalog
        self.warn = warn

    def lines(self, parts: tuple[Part, ...], place: _Place) -> Iterator[Line]:
        """Yield the lines of a list, in its order."""
        for number, (part, name) in enumerate(zip(parts, p.names_of(parts), strict=True)):
            path = f"{place.path}.{number}"
            counts = place.counts
            count = given(part, "count", f"{path}.count", _count(counts),
                          is_record=place.is_record)  # fmt: skip
            if count is not None:
                counts = (*counts, count)
            yield from self.part(
                part, place._replace(path=path, names=(*place.names, name), counts=counts)
            )

    def part(self, part: Part, here: _Place) -> Iterator[Line]:
        if isinstance(part, p.Parts):
            yield from self.lines(part.parts, here._replace(path=f"{here.path}.parts"))
            return
        making = Making(part, here.path, ".".join(here.names), here.counts, self.catalog,
                        here.is_record, self.warn)  # fmt: skip
        if isinstance(part, p.OfDevice | p.OfHost):
            yield from self.of_record(making, here)
            return
        yield from _MAKERS.get(part.kind, made)(making)

    def of_record(self, making: Making, here: _Place) -> Iterator[Line]:
        """Yield the lines of a device or a host: its published figure, or its parts."""
        part = making.part
        key = "device" if isinstance(part, p.OfDevice) else "host"
        record: Device | Host = getattr(self.catalog, key)(getattr(part, key))
        if record.id in here.chain:
            circle = " → ".join((*here.chain[here.chain.index(record.id) :], record.id))
            raise Unusable(f"{here.path}.{key}", f"{key}: its parts hold themselves: {circle}")
        figure = record.embodied
        if part.figures != FROM_PARTS and figure is not None:
            value = records.published(figure, f"{here.path}.{key}")
            yield making.line(making.many(ONE), "pieces", of(value))
            return
        if part.figures == PUBLISHED:
            yield making.line(making.many(ONE), "pieces", None, lacks=_LACKS)
            return
        own = records.parts_of(record, self.catalog)
        if not own:
            yield making.line(making.many(ONE), "pieces", None, lacks=_LACKS)
            return
        below = here._replace(path=f"{here.path}.{key}", chain=(*here.chain, record.id))
        yield from self.lines(own, below._replace(is_record=True))


_LACKS = "parts of your own, or `other` with `embodied`"


def _count(counts: tuple[Value, ...]) -> str:
    """Return what formulas call the next count: count, count_2, …."""
    return f"count_{len(counts) + 1}" if counts else "count"
