"""Reads a saved result back: what `estimate --format json` wrote is an input again."""

import json
import math
import re
from typing import Any, NamedTuple, get_args

from carbonctl.catalog.own_records import OwnRecords
from carbonctl.errors import Caution, InputError, Problem
from carbonctl.estimators.roles import LOSSES, OVERHEAD
from carbonctl.factors.distributions import TRIANGULAR
from carbonctl.inputs.saved_fields import SavedFields
from carbonctl.inputs.saved_fleet import with_results
from carbonctl.inputs.saved_uncertainty import distributed, uncertainty
from carbonctl.ledger.entry import (
    COLUMNS,
    EMBODIED,
    OPERATIONAL,
    SUMS,
    Entry,
    Figure,
    in_limits,
)
from carbonctl.ledger.reported import error_of
from carbonctl.ledger.result import SCHEMA, Assumption, ReportedFigure, Result
from carbonctl.ledger.sums import total
from carbonctl.ledger.terms import term
from carbonctl.ledger.unknowns import is_certain
from carbonctl.numbers.intervals import Range, best
from carbonctl.numbers.units import COUNT, DURATION, parse_best, parse_formatted
from carbonctl.numbers.values import Status, Value
from carbonctl.spec.model import PHASES
from carbonctl.text import check_text

_LINES = (
    "this is JSON Lines, which does not say the versions behind a result; "
    "what is to be compared is saved with --format json"
)
_OLD = "carbonctl.estimate/1"
_OF_OLD = (
    "this result is of an earlier version: what its inputs have as low and high "
    "are taken as hard bounds"
)
_SHA256 = re.compile("[0-9a-f]{64}")
_ROUNDING = 1e-9  # of a figure
_LAST_YEAR = 9999
_SIGNED = re.compile(r"(\+-|[+-])\s*[0-9.]+[\w %/·-]*")  # a figure of a spec, and no formula


class Saved(NamedTuple):
    """The results of a file, and the versions and own records that made them."""

    version: str
    hardware_db: str
    results: tuple[Result, ...]
    own_records: tuple[OwnRecords, ...] = ()


def read(text: str, file: str, first: int = 1, *, or_line: bool = False) -> Saved:
    """Return the results that a JSON text holds.

    Parameters
    ----------
    text : str
        What `estimate` wrote.
    file : str
        What messages call it.
    first : int
        The line of the file at which the text begins.
    or_line : bool
        Whether one line of JSON Lines will do, which does not say the versions behind it.

    Raises
    ------
    InputError
        Where it is not one, or of a schema that this version does not read.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        line, col = getattr(error, "lineno", 1) + first - 1, getattr(error, "colno", 1)
        message = f"not a saved result: {getattr(error, 'msg', 'nested too deep')}"
        raise InputError([Problem(file, line, col, message)]) from None
    try:
        document = with_results(document)
    except (KeyError, TypeError, IndexError) as error:
        message = f"not the saved account of a fleet: {error!r} is missing or no such thing"
        raise InputError([Problem(file, first, 1, message)]) from None
    except ValueError as error:
        raise InputError([Problem(file, first, 1, str(error))]) from None
    is_line = isinstance(document, dict) and "entries" in document
    if is_line and not or_line:
        raise InputError([Problem(file, first, 1, _LINES)])
    if not isinstance(document, dict) or document.get("schema") not in (SCHEMA, _OLD):
        message = f"not a saved result: this carbonctl reads the schema `{SCHEMA}`"
        raise InputError([Problem(file, first, 1, message)])
    is_old = document["schema"] == _OLD
    try:
        if is_line:
            return Saved("", "", (_result(document, is_old=is_old),))
        results = tuple(_result(raw, is_old=is_old) for raw in document["results"])
        if not results:
            raise ValueError("it holds no results")
        own = tuple(map(_own_records, _list(document.get("own_records", []))))
        return Saved(_word(document["version"]), _word(document["hardware_db"]), results, own)
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        said = f"`{error.args[0]}` is missing" if isinstance(error, KeyError) else str(error)
        message = f"not a saved result: {said}"
        raise InputError([Problem(file, first, 1, message)]) from None


def _own_records(raw: dict[str, Any]) -> OwnRecords:
    path, digest, files = raw["path"], raw["sha256"], raw["files"]
    if not (isinstance(path, str) and path.isprintable()):
        raise ValueError("the path of own records is not a plain text")
    if not (isinstance(digest, str) and _SHA256.fullmatch(digest)):
        raise ValueError("the sha256 of own records is not one")
    if type(files) is not int or files < 0:
        raise ValueError("the number of files of own records is not one")
    return OwnRecords(path, digest, files)


def _result(raw: dict[str, Any], *, is_old: bool) -> Result:
    """Return one result; its sums and ranges are made anew from its entries.

    The bounds of one that is old are hard ones: nothing says how it meant them.

    Raises
    ------
    ValueError
        For a text where a number is wanted, a number that is not finite, control characters.
    """
    reported = raw["reported"]
    compared = None if reported is None else {_word(k): _compared(v) for k, v in reported.items()}
    spec = _spec(raw.get("spec") or {})  # it may have been left out: then less can be said
    fields = SavedFields(spec)
    result = Result(
        _word(raw["file"]),
        _word(raw["sha256"]),
        _word(raw["name"]),
        entries=tuple(_entry(item, fields, is_old=is_old) for item in raw["entries"]),
        assumptions=tuple(_assumption(item) for item in raw["assumptions"]),
        warnings=tuple(Caution(_word(text), vital=True) for text in _list(raw["warnings"])),
        spec=lambda: dict(spec),
        reported=lambda _: compared,
    )
    result.uncertainty = uncertainty(raw.get("uncertainty"))
    result.figures = tuple(map(_figure, _list(raw.get("figures", []))))
    if not result.booked:
        raise ValueError("a result holds no entries")
    if is_old and any(not is_certain(value) for e in result.booked for value in e.inputs):
        result.warnings += (Caution(_OF_OLD, vital=True),)
    for entry in result.booked:
        if entry.phase not in PHASES:
            raise ValueError(f"unknown phase `{entry.phase}`")
    for key, row in (compared or {}).items():
        _check_reported(key, row, result.booked)
    return result


def _spec(raw: Any) -> dict[str, Any]:
    """Return a normalised spec whose texts can be shown and whose parts are what they should be.

    It need not be one that this version would take.
    """
    _check_texts(raw)
    spec = _mapping(raw)
    for phase in _mapping(spec.get("phases", {})).values():
        for activity in _list(phase):
            _word(_mapping(activity).get("name", ""))
            _word(activity.get("kind", ""))
    for key in ("systems", "sites", "phase_sites"):
        _mapping(spec.get(key, {}))
    _word(_mapping(spec.get("reported", {})).get("source", ""))
    unit = _mapping(spec.get("functional_unit", {"name": "", "amount": 1}))
    amount = unit["amount"]
    _word(unit["name"])
    if not parse_best(amount, COUNT) >= 0:
        raise ValueError("the amount of the functional unit is below 0")
    if unit.get("delay") is not None and not best(parse_formatted(unit["delay"], DURATION)) > 0:
        raise ValueError("the delay of the functional unit is not above 0")
    return spec


def _check_texts(node: Any) -> None:
    """Refuse texts that could not be shown, at whatever depth."""
    nodes = [node]
    while nodes:
        here = nodes.pop()
        if isinstance(here, dict):
            nodes += [*here.keys(), *here.values()]
        elif isinstance(here, list):
            nodes += here
        elif isinstance(here, str) and not _SIGNED.fullmatch(here):
            _word(here)
        elif isinstance(here, float):
            _finite(here)


def _mapping(raw: Any) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise ValueError("spec is not a workload: a mapping is wanted in it")
    return raw


def _list(raw: Any) -> list[Any]:
    if not isinstance(raw, list):
        raise ValueError("a list is wanted in it")
    return raw


_NUMBERS = frozenset({
    "quantity", "factor", "energy_kwh", "kgco2e", "kgco2e_market", "kgco2e_low", "kgco2e_high",
    "water_l",
})  # fmt: skip
_OPTIONAL = frozenset({"factor_basis", "factor_source"})


def _entry(raw: dict[str, Any], fields: SavedFields, *, is_old: bool) -> Entry:
    plain: dict[str, Any] = {}
    for name in (*COLUMNS[2:], "formula"):
        if name in _NUMBERS:
            plain[name] = _number(raw[name])
        elif name == "factor_year":
            plain[name] = _year(raw[name])
        elif name in _OPTIONAL and raw[name] is None:
            plain[name] = None
        else:
            plain[name] = _word(raw[name])
    inputs = tuple(_input(value, is_old=is_old) for value in raw["inputs"])
    entry = fields.restored(Entry(**plain, inputs=inputs))
    _check(entry)
    term(entry, "kgco2e")  # refuses what is no formula
    return entry


def _check(entry: Entry) -> None:
    """Refuse an entry that contradicts itself.

    Raises
    ------
    ValueError
        Naming the entry.
    """
    if entry.boundary not in (OPERATIONAL, EMBODIED):
        raise ValueError(f"{entry.item}: `{entry.boundary}` is no boundary")
    figures = (entry.kgco2e_market, entry.kgco2e_low, entry.kgco2e_high)
    if entry.kgco2e is None:
        if entry.boundary == OPERATIONAL or any(figure is not None for figure in figures):
            raise ValueError(f"{entry.item}: kgco2e is missing")
        return
    if entry.quantity is None or (entry.factor is None and entry.quantity != 0):
        raise ValueError(f"{entry.item}: kgco2e has no quantity or no factor")
    slack = _ROUNDING * entry.kgco2e
    if abs(entry.quantity * (entry.factor or 0.0) - entry.kgco2e) > slack:
        raise ValueError(f"{entry.item}: quantity × factor is not its kgco2e")
    market, low, high = figures
    if market is None or (low is None) is not (high is None):
        raise ValueError(f"{entry.item}: kgco2e_market, kgco2e_low or kgco2e_high is missing")
    _check_energy(entry, entry.quantity, market)
    if low is not None and high is not None and low > high:
        raise ValueError(f"{entry.item}: kgco2e_low is above kgco2e_high")


def _check_energy(entry: Entry, quantity: float, market: float) -> None:
    """Refuse energy and market-based carbon that do not follow from an entry's quantity.

    Raises
    ------
    ValueError
        Naming the entry.
    """
    is_electricity = entry.boundary == OPERATIONAL
    energy = quantity if is_electricity and entry.role != LOSSES else 0.0
    if entry.energy_kwh is None or abs(entry.energy_kwh - energy) > _ROUNDING * energy:
        raise ValueError(f"{entry.item}: energy_kwh is not its quantity")
    factors = [value.best for value in entry.inputs if value.name == "market_intensity"]
    factor = factors[0] if factors and is_electricity else entry.factor or 0.0
    if abs(quantity * factor - market) > _ROUNDING * market:
        raise ValueError(f"{entry.item}: kgco2e_market does not follow from its quantity")


def _check_reported(key: str, row: ReportedFigure, entries: tuple[Entry, ...]) -> None:
    """Refuse a comparison with a reported figure that does not agree with the entries.

    Raises
    ------
    ValueError
        Naming the sum.
    """
    if key not in SUMS:
        raise ValueError(f"reported: unknown figure `{key}`")
    whole, ours = total(entries, key), row.estimated
    is_sum = _is_near(ours, whole)
    if key == "energy_kwh" and ours is not None and whole is not None:  # or without the building
        pues = [value.best for entry in entries for value in entry.inputs if value.name == "pue"]
        without = total([entry for entry in entries if entry.role != OVERHEAD], key) or 0.0
        is_sum = without / max(pues, default=1) * (1 - _ROUNDING) <= ours <= whole * (1 + _ROUNDING)
    if not is_sum:
        raise ValueError(f"reported: the estimate of {key} is not the sum of the entries")
    if not _is_near(row.error_pct, error_of(row.reported, row.estimated)):
        raise ValueError(f"reported: the error of {key} is not that of its estimate")


def _is_near(figure: float | None, other: float | None) -> bool:
    """Return whether two figures are the same but for rounding; unknown is unknown alone."""
    if figure is None or other is None:
        return figure is other
    return abs(figure - other) <= _ROUNDING * max(1.0, abs(other))


def _assumption(raw: dict[str, Any]) -> Assumption:
    number = _number(raw["value"])
    if number is None:
        raise ValueError("an assumption has no value")
    source = None if raw["source"] is None else _word(raw["source"])
    path = _word(raw["path"])
    name = _word(raw.get("name", path.rpartition(".")[2]))  # an older document has no range here
    low, high = (_number(raw.get(key, number)) for key in ("low", "high"))
    if low is None or high is None:
        raise ValueError("an assumption has a range without an end")
    words = _word(raw["unit"]), _word(raw["status"])
    return Assumption(path, number, *words, source, name, low, high)


def _figure(raw: dict[str, Any]) -> Figure:
    phase, activity, name, unit = (_word(raw[key]) for key in ("phase", "activity", "name", "unit"))
    value, low, high = (_number(raw[key]) for key in ("value", "low", "high"))
    if value is None or low is None or high is None or not low <= value <= high:
        raise ValueError("the value of a figure is not within its bounds")
    return Figure(phase, activity, name, value, unit, low, high)


def _compared(raw: dict[str, Any]) -> ReportedFigure:
    reported, estimated, error = (_finite(raw[k]) for k in ("reported", "estimated", "error_pct"))
    if (reported or 0.0) < 0 or (estimated or 0.0) < 0:
        raise ValueError("a reported figure is negative")
    return ReportedFigure(reported or 0.0, estimated, error)


def _input(raw: dict[str, Any], *, is_old: bool) -> Value:
    middle, low, high = (_number(raw[key]) for key in ("value", "low", "high"))
    if middle is None or low is None or high is None:
        raise ValueError("an input has no value")
    if not low <= middle <= high:
        raise ValueError("the value of an input is not within its bounds")
    texts = {key: None if raw[key] is None else _word(raw[key]) for key in ("source", "path")}
    value = Value(
        middle if low == high else Range(middle, low, high),
        _word(raw["unit"]),
        raw["status"] if raw["status"] in get_args(Status) else "given",
        texts["source"],
        texts["path"],
        raw["line"] if isinstance(raw["line"], int) else None,
        _word(raw["name"]),
    )
    if low == high:
        return value
    return value._replace(distribution=TRIANGULAR) if is_old else distributed(value, raw)


def _number(raw: Any) -> float | None:
    """Return a figure of an account; -0 as 0."""
    number = _finite(raw)
    if number is None:
        return None
    if number < 0:
        raise ValueError(f"`{str(raw)[:40]}` is negative")
    if not in_limits([number]):
        raise ValueError(f"`{str(raw)[:40]}` is beyond what can be meant")
    return abs(number)


def _finite(raw: Any) -> float | None:
    if raw is None:
        return None
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw):
        raise ValueError(f"`{str(raw)[:40]}` is not a finite number")
    return raw


def _year(raw: Any) -> int | None:
    if raw is not None and (type(raw) is not int or not 0 <= raw <= _LAST_YEAR):
        raise ValueError(f"`{str(raw)[:40]}` is not a year")
    return raw


def _word(raw: Any) -> str:
    if not isinstance(raw, str):
        raise ValueError(f"`{str(raw)[:40]!a}` is not a text")
    check_text(raw, "a text")
    return raw
