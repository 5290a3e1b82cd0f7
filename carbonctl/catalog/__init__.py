"""Finds facts in hardware_db: by id in one file, by alias only on a miss, and lazily."""

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carbonctl.catalog import defaults, folders, records, tables
from carbonctl.catalog.counting import DeviceUnit, unit_of
from carbonctl.catalog.defaults import Defaults
from carbonctl.catalog.forms import Fault, Reader
from carbonctl.catalog.records import Device, Host, Source
from carbonctl.errors import InputError, Problem
from carbonctl.located import Map, Node, decode, parse, place_of
from carbonctl.near import did_you_mean, fold, nearest
from carbonctl.values import Value

if TYPE_CHECKING:
    from carbonctl.catalog.making import Making
    from carbonctl.catalog.networks import Radio

DEVICES = ("accelerators", "cpus", "phones")
HOSTS = ("hosts",)
_ID = re.compile(r"[a-z0-9][a-z0-9.-]*/[a-z0-9][a-z0-9.-]*")
_SYNONYMS = {"USA": "US", "UK": "GB", "World": "world", "WORLD": "world", "global": "world"}
_MOST_CANDIDATES = 8


def _load(path: Path, form: Reader, extra: dict[str, str]) -> Any:
    """Read one file by its form.

    Raises
    ------
    InputError
        With the file, line and column of every fault in it.
    """
    file = str(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError([Problem(file, 1, 1, error.strerror or str(error))]) from None
    return read_record(parse(decode(data, file), file), file, form, extra)


def read_record(tree: Node, file: str, form: Reader, extra: dict[str, str]) -> Any:
    """Return what a form makes of a parsed file; ``extra`` are keys that the file has not.

    Raises
    ------
    InputError
        With the line and column of every fault in it.
    """
    if not isinstance(tree, Map):
        raise InputError([Problem(file, 1, 1, "a mapping of keys to values is wanted here")])
    faults: list[Fault] = []
    record = form({**tree, **extra}, (), faults)
    if faults:
        places = [(fault, place_of(tree, fault.at, key=fault.key)) for fault in faults]
        raise InputError(Problem(file, at.line, at.col, said.message) for said, at in places)
    return record


class Catalog:
    """The database that comes with carbonctl, behind the user's own folders.

    Parameters
    ----------
    own : tuple of Path
        Folders of the form of hardware_db that go before it.
    """

    def __init__(self, own: tuple[Path, ...] = ()) -> None:
        self.folders = (*own, folders.builtin())
        self._records: dict[tuple[str, str], Any] = {}
        self._misses: dict[tuple[str, str], str] = {}
        self._units: dict[str, DeviceUnit] = {}

    @cached_property
    def version(self) -> str:
        """The version of the built-in data."""
        return (self.folders[-1] / "VERSION").read_text(encoding="utf-8").strip()

    def device(self, name: str) -> Device:
        """Return the device with this id or alias.

        Raises
        ------
        LookupError
            With the nearest names.
        """
        found: Device = self._record(name, "device", DEVICES, records.DEVICE)
        return found

    def host(self, name: str) -> Host:
        """Return the host with this id or alias.

        Raises
        ------
        LookupError
            With the nearest names.
        """
        found: Host = self._record(name, "host", HOSTS, records.HOST)
        return found

    def unit(self, name: str) -> DeviceUnit:
        """Return what a name means as one device of a workload: a device, a part, several.

        Raises
        ------
        LookupError
            With the nearest names.
        """
        if name not in self._units:
            self._units[name] = unit_of(name, self.device)
        return self._units[name]

    def check_machine(self, name: str) -> None:
        """Raise ValueError where a machine cannot be described by this device or host."""
        try:
            self.unit(name)
        except LookupError as unknown:
            try:
                self.host(name)
            except LookupError:
                raise ValueError(unknown.args[0]) from None

    def check_device(self, name: str) -> None:
        """Raise ValueError where no device has this id or alias."""
        _check(self.device, name)

    def check_host(self, name: str) -> None:
        """Raise ValueError where no host has this id or alias."""
        _check(self.host, name)

    def check_grid(self, name: str) -> None:
        """Raise ValueError where no zone or cloud region has this id."""
        _check(self.zone, name)

    def check_node(self, name: str) -> None:
        """Raise ValueError where no wafer is known at a node."""
        self.making.check_node(name)

    def check_factor(self, part: str, name: str) -> None:
        """Raise ValueError where a kind of part has no factor of this name."""
        self.making.check_factor(part, name)

    def check_wafer_source(self, name: str) -> None:
        """Raise ValueError where a source has no total carbon per area of wafers."""
        self.making.check_wafer_source(name)

    def check_fab_grid(self, name: str) -> None:
        """Raise ValueError where neither the fab tables nor the grids know a place."""
        _check(self.fab_place, name)

    def fab_place(self, name: str) -> str:
        """Return what the fab tables or the grids call a place or a kind of plant.

        Raises
        ------
        LookupError
            With the nearest names.
        """
        for known in (name, name.lower()):
            if self.making.intensity(known) is not None:
                return known
        return self.zone(name)[0]

    @cached_property
    def making(self) -> "Making":
        """What parts are computed with; only they need it."""
        from carbonctl.catalog.making import Making

        return Making(self.folders)

    def _record(self, name: str, what: str, kinds: tuple[str, ...], form: Reader) -> Any:
        key = (what, name)
        if key in self._misses:
            raise LookupError(self._misses[key])
        if key not in self._records:
            try:
                path = self._path(name, kinds) or self._by_alias(name, what, kinds, form)
            except LookupError as error:
                self._misses[key] = error.args[0]
                raise
            identity = f"{path.parent.name}/{path.stem}"
            self._records[key] = _load(path, form, {"id": identity})
        return self._records[key]

    def _path(self, identity: str, kinds: tuple[str, ...]) -> Path | None:
        if not _ID.fullmatch(identity):
            return None
        for folder in self.folders:
            for kind in kinds:
                path = folder / kind / f"{identity}.yaml"
                if path.is_file():
                    return path
        return None

    def _by_alias(self, name: str, what: str, kinds: tuple[str, ...], form: Reader) -> Path:
        wanted = fold(name)
        for identity, path in self.paths(kinds).items():
            text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
            if wanted in fold(identity + "\n" + text):  # worth reading as a record
                record = _load(path, form, {"id": identity})
                if wanted in map(fold, record.names):
                    return path
        known: dict[str, str] = {}
        for record in self.all(kinds, form):
            for alias in record.names:
                known.setdefault(alias, record.id)
        raise LookupError(_unknown(name, known, what))

    def paths(self, kinds: tuple[str, ...]) -> dict[str, Path]:
        """Return the file of every record of some folders by id; the user's hide ours."""
        found: dict[str, Path] = {}
        for folder in reversed(self.folders):
            for kind in kinds:
                for path in (folder / kind).glob("*/*.yaml"):
                    found[f"{path.parent.name}/{path.stem}"] = path
        return dict(sorted(found.items()))

    def file_of(self, record: Device | Host) -> str:
        """Return the file of a record."""
        kinds = HOSTS if isinstance(record, Host) else DEVICES
        return str(self._path(record.id, kinds) or record.id)

    def all(self, kinds: tuple[str, ...], form: Reader) -> Iterator[Any]:
        """Yield every record of some folders, sorted by id."""
        for identity, path in self.paths(kinds).items():
            yield _load(path, form, {"id": identity})

    @cached_property
    def zones(self) -> dict[str, tables.Zone]:
        """Every zone of the grid tables."""
        return tables.zones(self.folders)

    @cached_property
    def regions(self) -> dict[str, tables.Region]:
        """Every cloud region by id."""
        return tables.regions(self.folders)

    def zone(self, name: str) -> tuple[str, tables.Region | None]:
        """Return the zone that a name means, and the cloud region if it is one.

        Raises
        ------
        LookupError
            With the nearest names.
        """
        if "/" in name:
            region = self.regions.get(name.lower())
            if region is not None and region.grid in self.zones:
                return region.grid, region
            if region is not None:
                raise LookupError(
                    f"cloud region `{name}` stands on an unknown grid `{region.grid}`"
                )
            raise LookupError(_unknown(name, {r: r for r in self.regions}, "cloud region"))
        name = _SYNONYMS.get(name, name)
        if name in self.zones:
            return name, None
        wanted = fold(name)
        for zone in self.zones.values():
            if wanted in (fold(zone.zone), fold(zone.name)):
                return zone.zone, None
        known = {zone: zone for zone in self.zones}
        known.update({zone.name: zone.zone for zone in self.zones.values()})
        raise LookupError(_unknown(name, known, "grid"))

    def check_generation(self, name: str) -> None:
        """Raise ValueError where no kind of plant has this name."""
        if name not in self.generation:
            known = ", ".join(self.generation)
            raise ValueError(f"unknown source `{name}`{did_you_mean(name, known.split(', '))}; "
                             f"there are {known}")  # fmt: skip

    @cached_property
    def generation(self) -> dict[str, dict[str, tables.Plant]]:
        """Intensity of each kind of plant by basis; the first row of each is the default."""
        return tables.generation(self.folders)

    @cached_property
    def water(self) -> dict[str, tuple[float, str]]:
        """The water that generation in each zone consumes [L/kWh], and its source."""
        return tables.zone_water(self.folders)

    def grid(self, zone: str, year: int | None, basis: str | None) -> tables.GridRow:
        """Return the row of a zone that fits best.

        The wanted basis, else life-cycle, else direct; then the nearest year, the later of
        two equally near, the latest where no year is given.

        Raises
        ------
        LookupError
            Where the zone has no row of the wanted basis.
        """
        rows = self.zones[zone].rows()
        fitting = [row for row in rows if basis is None or row.basis == basis]
        if not fitting:
            raise LookupError(f"grid `{zone}` has no {basis} figure, only {rows[0].basis}")
        best = "life-cycle" if any(r.basis == "life-cycle" for r in fitting) else fitting[0].basis
        fitting = [row for row in fitting if row.basis == best]
        if year is None:
            return max(fitting, key=lambda row: row.year)
        return min(fitting, key=lambda row: (abs(row.year - year), -row.year))

    def segments(self, model: str) -> dict[str, dict[str, Value]]:
        """Return energy per volume [kWh/GB] by element and direction of a model of the network.

        Raises
        ------
        LookupError
            With the models that there are.
        """
        if model not in self._segments:
            close = did_you_mean(model, self._segments)
            known = ", ".join(self._segments)
            raise LookupError(f"unknown model of the network `{model}`{close}; there are {known}")
        return self._segments[model]

    @cached_property
    def _segments(self) -> dict[str, dict[str, dict[str, Value]]]:
        from carbonctl.catalog import networks  # only federated learning needs it

        return networks.segments(self.folders)

    def radio(self, device: str, technology: str) -> "Radio | None":
        """Return the radio of a device by technology (wifi, cellular); None where unknown."""
        return self._radios.get((self.device(device).id, technology))

    @cached_property
    def _radios(self) -> "dict[tuple[str, str], Radio]":
        from carbonctl.catalog import networks

        return networks.radios(self.folders)

    def client_power(self, device: str) -> Value | None:
        """Return the draw of a client device at work [W]; None where it is unknown."""
        return self._client_powers.get(self.device(device).id)

    @cached_property
    def _client_powers(self) -> dict[str, Value]:
        from carbonctl.catalog import networks

        return networks.client_powers(self.folders)

    @cached_property
    def everyday(self) -> list[tables.Everyday]:
        """Everyday things to compare an account with."""
        return tables.everyday(self.folders)

    @cached_property
    def defaults(self) -> Defaults:
        """The figures that stand in where neither spec nor catalog has one."""
        found: Defaults = _load(self.folders[-1] / "defaults.yaml", defaults.DEFAULTS, {})
        for folder in reversed(self.folders[:-1]):
            path = folder / "defaults.yaml"
            if path.is_file():
                own: dict[str, Any] = _load(path, defaults.OWN_DEFAULTS, {})
                found = found._replace(**own)
        return found

    def settled(self, value: Value) -> Value:
        """Return a figure that is made of others and is known as one."""
        return value

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Every citation by its key."""
        found: dict[str, Source] = {}
        for folder in self.folders:
            path = folder / "sources.yaml"
            if path.is_file():
                found = {**_load(path, _sources, {}), **found}
        return found


def _sources(node: Any, at: tuple[Any, ...], faults: list[Fault]) -> dict[str, Source]:
    """Read sources.yaml: a mapping of keys to citations."""
    return {key: records.SOURCE(entry, (*at, key), faults) for key, entry in node.items()}


def _check(look: Callable[[str], Any], name: str) -> None:
    """Raise ValueError with the words of the LookupError where a name is not found."""
    try:
        look(name)
    except LookupError as error:
        raise ValueError(error.args[0]) from None


def _begins_a_word(wanted: str, alias: str) -> bool:
    """Whether ``wanted``, folded, stands in a name from the beginning of one of its words."""
    folded, starts = "", set()
    wanted = re.sub(r"[/()]", "", wanted)
    for word in re.split(r"[\s_/()-]+", alias):
        starts.add(len(folded))
        folded += fold(word)
    return any(folded.startswith(wanted, start) for start in starts)


def _unknown(name: str, known: dict[str, str], what: str) -> str:
    """Say that a name is not known, and which ones it may mean."""
    name = name.replace("\n", "\\n")
    wanted = fold(name)
    inside = [identity for alias, identity in known.items() if _begins_a_word(wanted, alias)]
    candidates = list(dict.fromkeys(inside)) if len(wanted.strip("/()")) > 1 else []
    lister = "grid" if what in ("grid", "cloud region") else "hardware"
    listing = f"`carbonctl {lister} list` lists them all"
    if len(candidates) > 1:
        shown = ", ".join(candidates[:_MOST_CANDIDATES])
        more = ", …" if len(candidates) > _MOST_CANDIDATES else ""
        return f"`{name}` fits several {what}s: {shown}{more}; name one ({listing})"
    close = candidates or list(dict.fromkeys(known[n] for n in nearest(name, known)))
    hint = f"; did you mean {' or '.join(f'`{c}`' for c in close)}?" if close else ""
    return f"unknown {what} `{name}`{hint} ({listing})"
