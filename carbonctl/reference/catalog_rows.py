"""What hardware_db holds, as rows: the views behind ``hardware`` and ``grid``.

A row is a plain mapping of column to value; None is unknown.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple, TypeAlias

from carbonctl.catalog import Catalog, instance_names
from carbonctl.catalog.counting import DeviceUnit
from carbonctl.catalog.fab_rows import Figure
from carbonctl.catalog.grid_rows import CONSUMPTION, PRODUCTION, PUBLISHED, GridRow
from carbonctl.catalog.grids import Wanted
from carbonctl.catalog.instances import Instance
from carbonctl.catalog.records import Device, Embodied, Host
from carbonctl.catalog.regions import Region
from carbonctl.numbers.values import Value
from carbonctl.reference import descriptions, instance_rows
from carbonctl.text import fold

Row: TypeAlias = dict[str, Any]
Record: TypeAlias = Device | Host

# Columns, and what they hold.
HARDWARE_COLUMNS = descriptions.of("hardware")
FIGURE_COLUMNS = descriptions.of("hardware figure")
GRID_COLUMNS = descriptions.of("grid")
FACTOR_COLUMNS = descriptions.of("hardware factor")
_FACTS = (
    "id", "name", "vendor", "kind", "year", "unit", "form", "generation", "device",
    "devices", "cpu", "cpus", "host", "sibling",
)  # fmt: skip
GRID_KINDS = ("country", "part", "cloud")


class Filter(NamedTuple):
    """What a listing keeps; None keeps everything.

    ``years`` is (first, last), both included.
    """

    vendor: str | None = None
    kind: str | None = None
    years: tuple[int, int] | None = None


def all_records(catalog: Catalog) -> Iterator[Record]:
    """Yield every device and every host, sorted by id."""
    yield from catalog.devices.all()
    yield from catalog.hosts.all()


def hardware_row(record: Record) -> Row:
    """Return one line of the list of hardware."""
    row: Row = dict.fromkeys(HARDWARE_COLUMNS)
    row.update(id=record.id, name=record.name, kind=record.kind, year=record.year)
    row["idle_power_w"] = _best(record.idle_power)
    row["memory_gb"] = _best(record.memory.capacity if record.memory else None)
    if record.embodied is not None:
        row["embodied_kgco2e"] = record.embodied.value.best
        row["covers"] = record.embodied.covers
        is_stand_in = isinstance(record, Host) and record.archetype
        row["embodied_status"] = "archetype" if is_stand_in else record.embodied.value.status
    if isinstance(record, Host):
        row["rated_power_w"] = _best(record.host_power)
        return row
    row["rated_power_w"] = _best(record.rated_power)
    row["bandwidth_gb_per_s"] = _best(record.memory.bandwidth if record.memory else None)
    row["host"] = record.host
    for form in ("bf16", "fp16", "fp32"):
        row[f"{form}_tflops"] = _best(record.peak.get(form) or record.peak.get(f"{form}_vector"))
    return row


def _best(figure: Value | None) -> float | None:
    return None if figure is None else figure.best


def hardware(catalog: Catalog, wanted: Filter) -> list[Row]:
    """Return the rows of all hardware that a filter keeps."""
    return [hardware_row(record) for record in all_records(catalog) if _keeps(wanted, record)]


def _keeps(wanted: Filter, record: Record) -> bool:
    vendors = map(fold, (record.vendor or "", record.id.partition("/")[0]))
    if wanted.vendor is not None and fold(wanted.vendor) not in vendors:
        return False
    if wanted.kind not in (None, record.kind):
        return False
    if wanted.years is None:
        return True
    first, last = wanted.years
    return record.year is not None and first <= record.year <= last


def search(catalog: Catalog, text: str) -> list[Row]:
    """Return the hardware whose names, aliases or notes hold every word of ``text``."""
    words = [fold(word) for word in text.split()]
    rows = []
    for record in all_records(catalog):
        where = fold(" ".join([*record.names, record.vendor or "", record.notes or ""]))
        if all(word in where for word in words):
            rows.append(hardware_row(record))
    return rows + [
        instance_rows.as_hardware(instance, HARDWARE_COLUMNS)
        for instance in instance_rows.matching(catalog, words)
    ]


def find_any(catalog: Catalog, name: str) -> Record | Instance:
    """Return the cloud machine type of this name, else the device or host.

    Raises LookupError as `find` does.
    """
    if instance_names.looks_like_one(name):
        with suppress(LookupError):
            machine = catalog.machine(name)
            return machine.record if isinstance(machine, DeviceUnit) else machine
    return find(catalog, name)


def find(catalog: Catalog, name: str) -> Record:
    """Return the device or else the host with this id or alias.

    Raises LookupError with the candidates or the nearest names.
    """
    try:
        return catalog.unit(name).record
    except LookupError as not_a_device:
        try:
            return catalog.host(name)
        except LookupError as not_a_host:
            said = [not_a_device.args[0], not_a_host.args[0]]
            if instance_names.looks_like_one(name):
                said.append(_not_an_instance(name, catalog))
            raise LookupError(_neither(*said)) from None


def _not_an_instance(name: str, catalog: Catalog) -> str:
    try:
        return catalog.instance(name).id
    except LookupError as error:
        return str(error.args[0])


def _neither(of_device: str, *others: str) -> str:
    """Return the message for an unknown name, with the nearest known ones."""
    for hint in ("fits several", "did you mean", "of its family"):
        for said in (of_device, *others):
            if hint in said:
                return said
    return of_device.replace("unknown device", "unknown device or host", 1)


def figures(record: Record) -> list[Row]:
    """Return every figure of a record with its bounds, confidence, source and note."""
    kind = record.host_power_is if isinstance(record, Host) else None
    return [
        _figure_row(f"{name} ({kind})" if name == "host_power" and kind else name, value)
        for name, value in _walk(record, "")
    ]


def _walk(node: Any, path: str) -> Iterator[tuple[str, Value]]:
    if isinstance(node, Value):
        yield path, node
    elif isinstance(node, Embodied):
        yield f"{path} ({node.covers}, {node.boundary})", node.value
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _walk(value, f"{path}.{key}")
    elif hasattr(node, "_fields"):
        for key in node._fields:
            yield from _walk(getattr(node, key), f"{path}.{key}".lstrip("."))
    elif isinstance(node, tuple) and path == "dies":
        for die in node:
            yield from _walk(die, f"die {die.name or ''}".strip())


def _figure_row(name: str, value: Value) -> Row:
    unit = "TOPS" if name.startswith("peak.int") else value.unit
    return {
        "figure": name,
        **_bounds(value, unit),
        "confidence": value.confidence,
        "source": value.source,
        "note": value.note,
    }


def _bounds(value: Value, unit: str) -> Row:
    """Return a figure and its bounds, which are unknown where they are the figure itself."""
    low, high = (None, None) if value.low == value.high else (value.low, value.high)
    return {"value": value.best, "unit": unit, "low": low, "high": high}


def facts(record: Record) -> dict[str, Any]:
    """Return what a record says beside its figures."""
    dies = [
        f"{die.count} × {die.name or 'die'}, {die.process or die.node or 'process unknown'}"
        for die in getattr(record, "dies", ())
    ]
    said = {key: getattr(record, key, None) for key in _FACTS}
    said["memory type"] = record.memory.type if record.memory else None
    said["dies"] = "; ".join(dies)
    said["also called"] = ", ".join(record.aliases)
    if isinstance(record, Device):
        counts = (f"{count.devices} by {count.tool}" for count in record.counted_as)
        said["counted as"] = ", ".join(counts)
        said["MIG profiles"] = ", ".join(record.mig.profiles) if record.mig else None
    said["notes"] = record.notes
    return {key: value for key, value in said.items() if value not in (None, "")}


def unknown(record: Record) -> list[str]:
    """Return the figures that a record of its kind could have and this one has not."""
    keys = ["idle_power", "memory", "embodied"]
    keys += ["host_power"] if isinstance(record, Host) else ["rated_power", "typical_power"]
    if isinstance(record, Device):
        keys += ["cores"] if record.kind == "cpu" else ["peak"]
        keys += ["dies"]
    return [key for key in keys if not getattr(record, key)]


# --- factors of parts ---


def factors(catalog: Catalog, part: str | None) -> list[Row]:
    """Return one row each factor of a kind of part, or of all kinds."""
    return [
        _factor_row(figure)
        for figure in catalog.fab_factors.factors()
        if part in (None, figure.part)
    ]


def _factor_row(figure: Figure) -> Row:
    value, holds = figure.value, figure.includes
    return {
        "part": figure.part,
        "factor": figure.item,
        **_bounds(value, value.unit),
        "includes": None if holds is None else " ".join(sorted(holds)) or "none",
        "year": figure.year,
        "confidence": value.confidence,
        "source": value.source,
        "basis": figure.basis,
        "note": value.note,
    }


# --- grids ---


def grids(catalog: Catalog, kind: str | None, year: int | None) -> list[Row]:
    """Return the figure of each zone and cloud region that an account takes.

    It is the latest, or the one nearest to ``year``.
    """
    rows: list[Row] = []
    for zone in catalog.zones:
        if kind in (None, _zone_kind(zone)):
            with suppress(LookupError):  # it has a name and no figure
                rows.append(_zone_row(catalog.grid(zone, year)))
    if kind in (None, "cloud"):
        rows += [_region_row(region, catalog, year) for region in catalog.regions.values()]
    return sorted(rows, key=lambda row: (GRID_KINDS.index(row["kind"]), row["zone"]))


def _grams(intensity: Any, end: str) -> float:
    value: float = getattr(intensity, end, intensity)
    return round(value * 1000, 9)


def _zone_kind(zone: str) -> str:
    return "part" if "-" in zone else "country"


def _zone_row(row: GridRow) -> Row:
    best, low, high = (_grams(row.intensity, end) for end in ("best", "low", "high"))
    filled: Row = dict.fromkeys(GRID_COLUMNS)
    filled.update(
        zone=row.zone, name=row.name, kind=_zone_kind(row.zone), year=row.year, basis=row.basis,
        intensity_g_per_kwh=best, status=row.status, based_on=row.based_on,
        confidence=row.confidence, source=row.source, note=row.note or None,
    )  # fmt: skip
    if low != high:
        filled.update(low=low, high=high)
    return filled


def _region_row(region: Region, catalog: Catalog, year: int | None = None) -> Row:
    """Return a cloud region with the intensity that an account takes."""
    filled: Row = dict.fromkeys(GRID_COLUMNS)
    with suppress(LookupError):  # its grid is not known, or has no figure
        filled = _zone_row(catalog.electricity(region.region, Wanted(year)))
    notes = dict.fromkeys(note for note in (region.note, filled["note"]) if note)
    has_pue, has_wue = region.pue is not None, region.wue_l_per_kwh is not None
    filled.update(
        zone=region.region, name=region.name, kind="cloud", grid=region.grid,
        grid_source=region.source, pue=region.pue, pue_year=region.pue_year,
        pue_status=region.pue_status or None, wue_l_per_kwh=region.wue_l_per_kwh,
        pue_source=(region.pue_source or region.source) if has_pue else None,
        wue_source=(region.wue_source or region.source) if has_wue else None,
        note="; ".join(notes) or None,
    )  # fmt: skip
    return filled


def grid(catalog: Catalog, name: str) -> list[Row]:
    """Return every figure of one zone, newest first.

    Of a cloud region, the one that an account takes comes before them, then its operator's
    own where that is another.

    Raises LookupError with the nearest names.
    """
    place = catalog.place(name)
    region = place.region
    rows = [_zone_row(row) for row in catalog.zone_rows(place.zone)]
    rows.sort(key=_newest_first)
    _remark_on_bases(rows)
    if region is None:
        return rows
    taken, own = _region_row(region, catalog), region.own
    if own is None or own == catalog.electricity(region.region):
        return [taken, *rows]
    return [taken, {**_zone_row(own), "kind": "cloud"}, *rows]


def _remark_on_bases(rows: list[Row]) -> None:
    """Remark on direct figures above the published life-cycle figure of their year."""
    published = {
        row["year"]: row["intensity_g_per_kwh"]
        for row in rows
        if (row["basis"], row["status"], row["based_on"]) == ("life-cycle", PUBLISHED, PRODUCTION)
    }
    for row in rows:
        whole = published.get(row["year"])
        is_above = whole is not None and row["intensity_g_per_kwh"] > whole
        if is_above and row["basis"] == "direct" and row["status"] != PUBLISHED:
            said = "above the life-cycle figure of the year, which is of another source"
            row["note"] = f"{row['note']}; {said}" if row["note"] else said


def _newest_first(row: Row) -> tuple[Any, ...]:
    return row["based_on"] == CONSUMPTION, -row["year"], row["basis"], row["status"] != PUBLISHED


def taken(catalog: Catalog, name: str, rows: list[Row]) -> int:
    """Return which row of `grid` an account takes, where neither year nor basis is given."""
    wanted = _figure_of(_zone_row(catalog.electricity(name)))
    return next(number for number, row in enumerate(rows) if _figure_of(row) == wanted)


def _figure_of(row: Row) -> tuple[Any, ...]:
    return row["year"], row["basis"], row["status"], row["based_on"]


def years(text: str) -> tuple[int, int]:
    """Read ``2020`` or ``2020..2024``.

    Raises ValueError where it is neither.
    """
    match = re.fullmatch(r"([12][0-9]{3})(?:\.\.([12][0-9]{3}))?", text.strip())
    if not match or int(match[1]) > int(match[2] or match[1]):
        raise ValueError(f"`{text}` is not a year such as 2022, or years such as 2020..2024")
    return int(match[1]), int(match[2] or match[1])
