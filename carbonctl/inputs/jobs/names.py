"""The fields of a table of jobs, and what their columns are called elsewhere.

Names are matched without case, with space, hyphen and point as underscore. A unit is read in
brackets or behind the name: ``Elapsed (h)``, ``runtime_s``, ``energy_wh``.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from itertools import product
from typing import NamedTuple, TypeAlias

from carbonctl.inputs.jobs import table
from carbonctl.numbers import units
from carbonctl.numbers.unit_table import DEVICE, NONE, QuantityError, plain_signs, unit
from carbonctl.numbers.unit_table import table as known_units
from carbonctl.numbers.units import Dimension
from carbonctl.text import did_you_mean


class Field(NamedTuple):
    """What a column may hold.

    Attributes
    ----------
    name : str
        A column of the canonical table, or a path of the spec that has no column there.
    key : str
        Its path in the spec, or what stands for it in a map.
    dimension : Dimension, optional
        Of a number, whose unit is the one that it is kept in; none of a text or a time of day.
    names : tuple of str
        What else a column is called that holds it; behind a colon the unit that a name says.
    with_unit : tuple of str
        What else it is called where a unit follows: ``gpu`` in ``gpu_h``.
    """

    name: str
    key: str
    dimension: Dimension | None = None
    names: tuple[str, ...] = ()
    with_unit: tuple[str, ...] = ()

    @property
    def takes_unit(self) -> bool:
        """Whether a number without a unit is unclear."""
        return self.dimension is not None and bool(self.dimension.unit)


Fields: TypeAlias = tuple[Field, ...]


def _field(name: str, key: str = "", dimension: Dimension | None = None, names: str = "") -> Field:
    return Field(name, key or name, dimension, tuple(names.split()))


_TABLE = (
    _field("job", names="job_id jobid"),
    _field("source_file"),
    _field("source_line"),
    _field("start", names="started start_time date timestamp"),
    _field("end", names="ended end_time"),
    _field("state"),
    _field("attempt", names="attempt_id"),
    _field(
        "device",
        names="gpu gpu_type gpu_model accelerator hardware device_type",
    ),
    _field(
        "devices", "", units.DEVICES,
        "n_gpus num_gpus gpu_count gpus n_devices accelerators",
    ),
    _field("devices_per_system", "", units.DEVICES),
    _field("instance"),
    _field("share", "", units.FRACTION),
    _field("cpu_cores", "", units.COUNT),
    _field("cpu_power_w", "cpu_power", units.POWER),
    _field("memory_gb", "memory", units.CAPACITY),
    _field("host_power_w", "host_power", units.POWER),
    _field("wall_time_h", "wall_time", units.DURATION, "hours:h runtime elapsed duration"),
    _field(
        "device_time_h", "device_time", units.DEVICE_TIME,
        "gpu_hours:h device_hours:h tpu_hours:h",
    )._replace(with_unit=("gpu", "device", "tpu")),
    _field("load", "", units.FRACTION),
    _field("power_w", "power", units.POWER, "avg_power mean_power watts:W"),
    _field("energy_kwh", "energy", units.ENERGY, "kwh:kWh energy_consumed"),
    _field("energy_boundary"),
    _field("storage_gb", "", units.CAPACITY),
    _field("storage_medium"),
    _field("grid", "site.grid", None, "region zone location country cloud_region"),
    _field("pue", "site.pue", units.RATIO),
    _field("carbon_intensity_kgco2e_per_kwh", "site.carbon_intensity", units.INTENSITY),
    _field("operator", "site.operator"),
    _field("year", "site.year"),
    _field("phase"),
    _field("kind"),
    _field("lifetime_h", "lifetime", units.SERVICE_LIFE),
    _field("utilization", "", units.FRACTION),
    _field("device_embodied_kgco2e", "device_embodied", units.MASS),
    _field("host_embodied_kgco2e", "host_embodied", units.MASS),
    _field("site.provider", "", None, "provider cloud cloud_provider"),
)  # fmt: skip
FIELDS = {field.name: field for field in _TABLE}

TAGS = (
    "team", "user", "project", "account", "cost_center", "namespace", "queue", "partition",
)  # fmt: skip
ONLY_WHEN_ASKED = ("user",)

_CLOUDS = {
    "aws": "aws", "amazon": "aws", "amazon web services": "aws",
    "gcp": "gcp", "google": "gcp", "google cloud": "gcp", "google cloud platform": "gcp",
    "azure": "azure", "microsoft": "azure", "microsoft azure": "azure",
}  # fmt: skip
_COUNTRY = re.compile("[A-Z]{2,3}")
_LONGEST = 200
_PERCENT = ("pct", "percent")
_IN_BRACKETS = re.compile(r"(.*?)\s*[(\[]\s*([^()\[\]]*?)\s*[)\]]\s*", re.S)
_BETWEEN = re.compile(r"[\s.\-_()\[\]]+")


class Recognised(NamedTuple):
    """What a header says of its column: the field, the unit of a number, and what is wrong."""

    field: Field
    unit: str | None = None
    fault: str = ""


def fold(header: str) -> str:
    """Return a header as it is compared: ``GPU-Type`` is ``gpu_type``."""
    return _BETWEEN.sub("_", header.strip().casefold()).strip("_")


def without_unit(header: str) -> str:
    """Return a header without the unit in brackets behind it."""
    brackets = _IN_BRACKETS.fullmatch(header)
    return brackets[1] if brackets else header


@lru_cache(maxsize=2)
def _by_name(fields: Fields) -> dict[str, Recognised]:
    named: dict[str, Recognised] = {}
    for field in fields:
        stem = field.key.rpartition(".")[2]
        own = _own_unit(field)
        named[fold(field.name)] = Recognised(field, own)
        named.setdefault(fold(stem), Recognised(field, own if stem == field.name else None))
        for name in field.names:
            text, _, said = name.partition(":")
            named[text] = Recognised(field, said or None)
    return named


def _own_unit(field: Field) -> str | None:
    """Return the unit that the name of a canonical column says."""
    if field.dimension is None:
        return None
    return "h" if field.dimension == units.DEVICE_TIME else field.dimension.unit


def recognise(header: str, fields: Fields = _TABLE, flag: str = "--column") -> Recognised | None:
    """Return the field that a column holds by its name, and its unit; None where none is known.

    The fault is that its unit is none of the field's, or may be two.

    Parameters
    ----------
    header : str
        The name of the column.
    fields : tuple of Field
        Those that it may hold; of jobs unless given.
    flag : str
        What says the unit, in the words of the fault.

    Examples
    --------
    >>> recognise("Elapsed (min)")[0].name, recognise("Elapsed (min)")[1]
    ('wall_time_h', 'min')
    """
    if len(header) > _LONGEST:
        return None
    brackets = _IN_BRACKETS.fullmatch(header)
    if brackets:
        inside = _by_name(fields).get(fold(brackets[1]))
        if inside and inside.field.dimension is not None:
            return _with_unit(inside.field, brackets[2], header, flag, must=True)
    plain = _by_name(fields).get(fold(header))
    return plain or _with_suffix(header, fields, flag)


def _with_suffix(header: str, fields: Fields, flag: str) -> Recognised | None:
    """Return what a name with a unit behind it is: ``energy_consumed_kwh``."""
    words = [word for word in _BETWEEN.split(header.strip()) if word]
    for size in range(len(words) - 1, 0, -1):
        base, suffix = "_".join(words[:size]).casefold(), "_".join(words[size:])
        for field in _bases(fields).get(base, ()):
            recognised = _with_unit(field, suffix, header, flag, must=False)
            if recognised:
                return recognised
    return None


@lru_cache(maxsize=2)
def _bases(fields: Fields) -> dict[str, list[Field]]:
    """Return the names that a unit may follow."""
    bases: dict[str, list[Field]] = {}
    for name, known in _by_name(fields).items():
        field = known.field
        if field.takes_unit or field.dimension == units.FRACTION:
            bases.setdefault(name, []).append(field)
    for field in fields:
        for name in field.with_unit:
            bases.setdefault(name, []).append(field)
    return bases


def _with_unit(field: Field, text: str, header: str, flag: str, *, must: bool) -> Recognised | None:
    assert field.dimension is not None
    plain = re.sub("_per_", "/", text.strip(), flags=re.I)
    plain = "%" if plain.casefold() in _PERCENT else plain
    readings = _readings(plain, field.dimension, has_case=not header.isupper()) if plain else {}
    if len(readings) == 1:
        return Recognised(field, next(iter(readings.values())))
    if readings:
        shown = " or ".join(f"`{said}`" for said in readings.values())
        how = f"{flag} '{field.key}={header}:UNIT'"
        return Recognised(field, None, f"`{text}` may be {shown}; say which, with {how}")
    if not must:
        return None
    fault = _no_unit(text, field.dimension) if field.takes_unit and plain else ""
    return Recognised(field, None, fault)


def _readings(text: str, dimension: Dimension, *, has_case: bool) -> dict[Fraction, str]:
    """Return what a unit may be that a header writes, by its factor: as written, else any case."""
    try:
        as_written = factor(text, dimension)
    except QuantityError:
        as_written = None
    if as_written is not None and has_case:
        return {as_written: text}
    readings: dict[Fraction, str] = {}
    parts = plain_signs(text.casefold()).split("/")
    alike = [[name for name in known_units() if name.casefold() == part] for part in parts]
    for names in product(*alike):
        spelled = "/".join(names)
        try:
            readings.setdefault(factor(spelled, dimension), spelled)
        except QuantityError:
            continue
    return readings


@lru_cache(maxsize=512)
def factor(text: str, dimension: Dimension) -> Fraction:
    """Return what a number in a unit is multiplied by to be in that of its dimension.

    Hours are a unit of device time: the devices are in the number.

    Raises
    ------
    QuantityError
        Where it is no unit of this dimension.
    """
    if not text:
        return Fraction(1)
    dims, size = unit(text)
    wanted, kept = unit(dimension.unit) if dimension.unit else (NONE, Fraction(1))
    hours = unit(units.DURATION.unit)[0]
    counted = dimension.devices and dimension.counts and dims == DEVICE
    if dims == wanted or counted or (dimension == units.DEVICE_TIME and dims == hours):
        return size / kept
    raise QuantityError(_no_unit(text, dimension))


def _no_unit(text: str, dimension: Dimension) -> str:
    shown = " or ".join(f"`{name}`" for name in _units(dimension)) if dimension.unit else "none"
    such_as = f"write {shown}" if dimension != units.FRACTION else "write `%`, or none"
    return f"`{text}` is no unit of {units.article(dimension.name)}; {such_as}"


def units_of(field: Field) -> tuple[str, ...]:
    """Return the units that a number of a field may be in, to be shown to those who gave none."""
    return _units(field.dimension) if field.dimension else ()


def _units(dimension: Dimension) -> tuple[str, ...]:
    if dimension == units.DEVICE_TIME:
        return ("h", "s")
    return dimension.bare or (dimension.example.split(" ", 1)[-1],)


def field_named(name: str) -> Field:
    """Return the field that a map or a flag names: ``wall_time``, ``wall_time_h``, ``site.pue``.

    Raises
    ------
    ValueError
        Where there is none, with the nearest.
    """
    from carbonctl.inputs.jobs import keys  # the keys of a spec, which few ask for

    known = _by_key()
    if name in known:
        return known[name]
    paths = keys.in_columns()
    if name in paths:
        return Field(name, name, paths[name])
    synonym = _by_name(_TABLE).get(fold(name))
    if synonym:
        raise ValueError(f"unknown field `{name}`; did you mean `{synonym.field.key}`?")
    shown = [field.key for field in _TABLE if not field.key.startswith("source_")]
    close = did_you_mean(name, dict.fromkeys([*shown, *known, *paths]))
    raise ValueError(f"unknown field `{name}`{close or '; there are ' + ', '.join(shown)}")


@lru_cache(maxsize=1)
def _by_key() -> dict[str, Field]:
    by_key = {field.key: field for field in _TABLE}
    by_key |= {field.key.removeprefix("site."): field for field in _TABLE}
    return by_key | FIELDS


def is_tag(header: str) -> bool:
    """Whether a column is a tag by its name, without being asked for."""
    name = fold(header)
    return name in TAGS and name not in ONLY_WHEN_ASKED


def cloud_region(provider: str, region: str) -> str:
    """Return the grid of a region, with the cloud that it belongs to: ``aws/us-east-1``.

    A region stays as it is where the provider is no cloud that is known, or where it is a
    country or names its cloud already.

    Examples
    --------
    >>> cloud_region("AWS", "us-east-1"), cloud_region("on-premises", "FR")
    ('aws/us-east-1', 'FR')
    """
    cloud = _CLOUDS.get(" ".join(provider.casefold().split()))
    region = region.strip()
    if cloud is None or not region or "/" in region or _COUNTRY.fullmatch(region):
        return region
    return f"{cloud}/{region.lower()}"


assert set(table.COLUMNS) <= set(FIELDS)
