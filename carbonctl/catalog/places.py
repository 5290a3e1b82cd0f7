"""Which zone or cloud region a name means: ids, codes, names in many languages, providers' ids.

An id is found without any table of names. Then come the names of aliases.csv, a cloud region
behind its provider's name, and one with the suffix of a zone of it. A name that means several
places is read as ambiguous.csv says, with a word about it, or refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from carbonctl.catalog import names, tables
from carbonctl.catalog.grid_rows import GridTables
from carbonctl.catalog.regions import Region, Regions
from carbonctl.catalog.tables import Row
from carbonctl.text import fold_words

_ALIASES, _AMBIGUOUS, _PATTERNS = (
    f"places/{name}.csv" for name in ("aliases", "ambiguous", "patterns")
)
_MOST_WORDS = 3  # of a provider's name
_LONGEST_ZONE = 2  # letters of a zone in its region; a longer one is in another city
_BRACKETS = re.compile(r"\s*([^()]+?)\s*\(([^()]+)\)\s*")


class Place(NamedTuple):
    """What a name means.

    Attributes
    ----------
    zone : str
        The zone whose electricity it is.
    region : Region or None
        The cloud region, where it is one.
    doubt : str
        How the name is read, where it may mean another place too; else empty.
    warns : bool
        Whether that other place is likely enough for a warning.
    """

    zone: str
    region: Region | None = None
    doubt: str = ""
    warns: bool = False


class _Meanings(NamedTuple):
    """What an ambiguous key may mean: the place it is read as, empty where it is refused."""

    chosen: str
    places: list[str]
    warns: bool


class _Provider(NamedTuple):
    """How a provider's regions are written: names before the id, and the end that is a zone's."""

    provider: str
    prefixes: tuple[str, ...]
    suffix: re.Pattern[str] | None


class Places:
    """Finds zones and cloud regions by what people call them.

    Parameters
    ----------
    builtin : Path
        The folder that comes with carbonctl.
    grids : GridTables
        The zones.
    regions : Regions
        The cloud regions.
    """

    def __init__(self, builtin: Path, grids: GridTables, regions: Regions) -> None:
        self.builtin = builtin
        self.grids = grids
        self.regions = regions
        self._known: dict[str, Place] = {}

    def find(self, name: str) -> Place:
        """Return the place that a name means.

        Raises
        ------
        LookupError
            Where it means none, several, or one without any figure, with what it may mean.
        """
        if name not in self._known:
            self._known[name] = self._find(name)
        return self._known[name]

    def _find(self, name: str) -> Place:
        if name in self.grids.own_cells:
            return Place(name)
        key = fold_words(name)
        if self._has_figures(name):
            return Place(name)._replace(**self._doubt(name, key, name))
        identity = self._region_id(name) or self.grids.own_named(name)
        if identity is not None:
            return self._place(identity)
        place = self._aliased(name, key)
        if place is not None:
            return place
        for look in (self._behind_provider, self._without_suffix, self._with_brackets):
            place = look(name)
            if place is not None:
                return place
        raise LookupError(self._unknown(name))

    def _region_id(self, name: str) -> str | None:
        """Return the id of a cloud region that is written in full, maybe with a zone's suffix."""
        if "/" not in name:
            return None
        provider, _, code = name.partition("/")
        codes = [code, *self._codes(code, provider.lower())]
        known = (self.regions.get(f"{provider}/{some}") for some in codes)
        return next((region.region for region in known if region is not None), None)

    def _aliased(self, name: str, key: str) -> Place | None:
        """Return the place of a key of the table of names.

        Raises
        ------
        LookupError
            Where it stands for several, and no rule says which one.
        """
        rows = [row for _, row in tables.rows_with(self.builtin / _ALIASES, key)]
        if not rows:
            return None
        chosen, doubt = rows[0], dict[str, Any]()
        if len(rows) > 1:
            identity = self._chosen(name, key)
            chosen = next(row for row in rows if row["place"] == identity)
            doubt = self._doubt(name, key, identity)
        if "/" not in chosen["place"]:
            self._require_figures(name, chosen)
        return self._place(chosen["place"])._replace(**doubt)

    def _place(self, identity: str) -> Place:
        if "/" not in identity:
            return Place(identity)
        region = self.regions.get(identity)
        assert region is not None
        if not region.grid:
            raise LookupError(
                f"the grid of cloud region `{identity}` is not known; give `carbon_intensity`, "
                "or the grid"
            )
        if not self._has_figures(region.grid):
            said = f"cloud region `{identity}` stands on an unknown grid `{region.grid}`"
            raise LookupError(said)
        return Place(region.grid, region)

    def _has_figures(self, zone: str) -> bool:
        return bool(self.grids.rows(zone) or self.grids.consumption(zone))

    def _require_figures(self, name: str, row: Row) -> None:
        """Refuse a place that is known and of which nobody has a figure.

        Raises
        ------
        LookupError
            With the neighbour whose grid may stand in, where there is one.
        """
        zone = row["place"]
        if self._has_figures(zone):
            return
        known = self.grids.zones.get(zone)
        called = f"{known.name} ({zone})" if known else zone
        others = filter(self._has_figures, self._others(fold_words(name), zone))
        hints = [self._written(place) for place in others]
        if row["fallback"]:
            hints.append(f"{self._written(row['fallback'])}, whose grid may stand in")
        hint = "".join(f"write {some}; or " for some in hints) + "give `carbon_intensity`"
        said = names.shown(name)
        raise LookupError(f"`{said}`: no carbon intensity of {called} is known; {hint}")

    # --- names with several meanings ---

    def _meanings(self, key: str) -> _Meanings:
        for _, row in tables.rows_with(self.builtin / _AMBIGUOUS, key):
            return _Meanings(row["chosen"], row["candidates"].split(), row["warn"] == "yes")
        return _Meanings("", [], False)

    def _chosen(self, name: str, key: str) -> str:
        chosen, several, _ = self._meanings(key)
        if not chosen:
            listed = " or ".join(map(self._written, several))
            raise LookupError(f"`{names.shown(name)}` is ambiguous: write {listed}")
        return chosen

    def _others(self, key: str, identity: str) -> list[str]:
        """Return what else an ambiguous key may mean."""
        return [place for place in self._meanings(key).places if place != identity]

    def _doubt(self, name: str, key: str, identity: str) -> dict[str, Any]:
        """Return the fields of a place whose name others would read otherwise."""
        others = self._others(key, identity)
        if not others:
            return {}
        rest = " or ".join(map(self._written, others))
        called, said = self._called(identity), names.shown(name)
        doubt = f"`{said}` is read as {called}, not {rest}; write `{called}` to hide this"
        return {"doubt": doubt, "warns": self._meanings(key).warns}

    def _written(self, identity: str) -> str:
        """Return how a place is written, and what it is called where that is not the same."""
        called = self._called(identity)
        return f"`{identity}`" if called == identity else f"`{identity}` ({called})"

    def _called(self, identity: str) -> str:
        zone = self.grids.zones.get(identity)
        return zone.name if zone else identity

    # --- providers ---

    @cached_property
    def _providers(self) -> list[_Provider]:
        return list(tables.read(self.builtin / _PATTERNS, _provider))

    def _codes(self, code: str, provider: str) -> Iterator[str]:
        """Yield a region's code without the suffix of a zone."""
        for pattern in self._providers:
            if pattern.provider == provider and pattern.suffix is not None:
                stripped = pattern.suffix.sub("", code)
                if stripped != code:
                    yield stripped

    def _behind_provider(self, name: str) -> Place | None:
        """Return the cloud region whose code or name follows its provider's."""
        places = (self._aliased(name, key) for key in self._keys_behind_provider(name))
        return next((place for place in places if place is not None), None)

    def _keys_behind_provider(self, name: str) -> Iterator[str]:
        """Yield the keys that a name may have which begins with a provider's."""
        words = fold_words(name).split()
        for count in range(1, min(len(words), _MOST_WORDS + 1)):
            prefix, code = " ".join(words[:count]), _after(name, count)
            for pattern in self._providers:
                if prefix in pattern.prefixes:
                    codes = [code, *self._codes(code, pattern.provider), code.replace(" ", "")]
                    yield from (f"{pattern.provider} {fold_words(some)}" for some in codes)

    def _without_suffix(self, name: str) -> Place | None:
        """Return the cloud region of which a name is a zone: without its provider's suffix.

        None where the name is itself the code of some provider's region: `tor1` is DigitalOcean's,
        no zone of OVH's `TOR`.
        """
        if any(region.partition("/")[2] == name for region in self.regions.all):
            return None
        keys = {
            f"{pattern.provider} {fold_words(code)}": fold_words(code)
            for pattern in self._providers
            for code in self._codes(name, pattern.provider)
        }
        known = {key: place for key in keys if (place := self._aliased(name, key)) is not None}
        if len(known) > 1:
            return self._aliased(name, keys[next(iter(known))])
        for key, place in known.items():
            return self._of_zone(name, keys[key], place)
        return None

    def _of_zone(self, name: str, code: str, place: Place) -> Place:
        """Return the cloud region of a zone, with a word where that is not plain to see."""
        assert place.region is not None
        said, region = names.shown(name), place.region.region
        doubt = f"`{said}` is read as a zone of {region}; write `{region}` to hide this"
        is_elsewhere = len(fold_words(name)) - len(code) > _LONGEST_ZONE
        is_lesser = place.region.provider == "other"
        return place._replace(doubt=doubt, warns=is_elsewhere or is_lesser)

    def _with_brackets(self, name: str) -> Place | None:
        """Return the place of a name with another one in brackets, as in ``France (FR)``."""
        match = _BRACKETS.fullmatch(name)
        if match is None:
            return None
        places = []
        for part in match.groups():
            with suppress(LookupError):
                places.append(self.find(part))
        return places[0] if len({place.zone for place in places}) == 1 else None

    # --- what is no place ---

    def _unknown(self, name: str) -> str:
        return names.unknown_grid(name, *self._names_of_all)

    @cached_property
    def _names_of_all(self) -> tuple[names.Index, names.Index]:
        """What zones and cloud regions with a figure are called; only an unknown one needs it."""
        zones = (
            names.Called(zone.zone, (zone.zone, zone.name, zone.name.partition(" (")[0]))
            for zone in self.grids.zones.values()
            if self._has_figures(zone.zone)
        )
        regions = (
            names.Called(region.region, (region.region,))
            for region in self.regions.all.values()
            if region.grid
        )
        return names.Index(zones), names.Index(regions)


def _provider(row: Row) -> _Provider:
    suffix = re.compile(row["suffix"]) if row["suffix"] else None
    prefixes = tuple(fold_words(prefix) for prefix in row["prefixes"].split("|"))
    return _Provider(row["provider"], prefixes, suffix)


def _after(name: str, count: int) -> str:
    """Return what follows the first words of a name."""
    rest = name.strip()
    for _ in range(count):
        rest = re.sub(r"^[^\s_/:;,.()|-]+[\s_/:;,.()|-]+", "", rest, count=1)
    return rest
