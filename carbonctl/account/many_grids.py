"""A catalog in which one name may stand for the grids of many workloads, a row each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np

from carbonctl.account.site import MAX_YEARS_APART
from carbonctl.catalog import Catalog
from carbonctl.catalog.grid_rows import GridRow
from carbonctl.catalog.grids import ANY, Wanted
from carbonctl.catalog.places import Place
from carbonctl.catalog.plants import Residual
from carbonctl.catalog.regions import Region, what_is_known
from carbonctl.ledger.entry import Entry
from carbonctl.numbers.columns import Column, stacked
from carbonctl.numbers.intervals import Mixed, NotOneNumber, Range
from carbonctl.numbers.words import MARK, Words, mark
from carbonctl.spec.file_names import FilePath


class _ManyRows(GridRow):
    """The figures of many workloads, one a row; marks stand for what is said of them."""

    rows: tuple[GridRow, ...] = ()
    identity: str = ""
    label: str = ""
    said: str = ""
    word: Any


class _ManyRegions(Region):
    """What operators say of many cloud regions; marks stand for their words, and for years."""

    provider: str = ""


class ManyGrids:
    """Answers as a catalog does; what it is asked of a name that stands for many is of each row.

    Rows whose answers differ in more than numbers and names are split.

    Parameters
    ----------
    catalog : Catalog
        The facts.
    many : mapping of str to sequence of str
        For each such name the zones that it stands for, row by row.
    first_mark : int
        The number of the first mark that stands for nothing yet.

    Attributes
    ----------
    words : dict
        The marks of words that differ from row to row, and what returns those of each row.
    common : list
        What the answers had in common: rows for which it is the same go together.
    """

    def __init__(
        self,
        catalog: Catalog,
        many: Mapping[str, tuple[str, ...]],
        first_mark: int,
    ) -> None:
        self.catalog = catalog
        self.many = many
        self.common: list[Any] = []
        self.first_mark = first_mark
        self.words: dict[str, Callable[[], list[str]]] = {}
        self._rows: dict[tuple[str, Wanted], GridRow] = {}
        self._known: list[tuple[str, list[str]]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.catalog, name)

    def check(self, what: str, *names: str) -> None:
        """Raise ValueError where there is nothing of some names."""
        if names[0] in self.many:
            self._each(names[0], partial(self.catalog.check, what))
        else:
            self.catalog.check(what, *names)

    def language_model(self, name: str) -> Any:
        """Return a language model; a config.json may be another for each workload.

        Raises
        ------
        NotOneNumber
            For a config.json: each workload is read by itself.
        """
        if isinstance(name, FilePath):
            raise NotOneNumber("a config.json is read for each workload")
        return self.catalog.language_model(name)

    def hourly_grid(self, ref: Any, grid: str | None) -> Any:
        """Raise NotOneNumber: the hours of each workload are read by themselves."""
        raise NotOneNumber("hours are read for each workload")

    def place(self, name: str) -> Place:
        """Return the zone that a name means, and its cloud region."""
        if name not in self.many:
            return self.catalog.place(name)
        places = self._each(name, self.catalog.place)
        self._require_alike([(place.region is None, place.warns) for place in places])
        doubt = self._word([place.doubt for place in places]) if places[0].warns else ""
        regions = [place.region for place in places if place.region is not None]
        return Place(name, self._region(regions) if regions else None, doubt, places[0].warns)

    def _region(self, regions: list[Region]) -> Region:
        """Return what operators say of the cloud regions of many workloads."""
        self._require_alike([what_is_known(region) for region in regions])
        first, word = regions[0], self._word
        if all(region is first for region in regions):
            return first
        pue_year: Any = word([str(region.pue_year) for region in regions])
        wue_year: Any = word([str(region.wue_year) for region in regions])
        many = _ManyRegions(*first)._replace(
            region=word([region.region for region in regions]),
            intensity=None,
            pue=self._figure([region.pue for region in regions]),
            pue_year=pue_year,
            pue_source=word([region.pue_source or region.source for region in regions]),
            wue_l_per_kwh=self._figure([region.wue_l_per_kwh for region in regions]),
            wue_year=wue_year,
            wue_status=word([region.wue_status for region in regions]),
            wue_source=word([region.wue_source or region.source for region in regions]),
        )
        many.provider = first.provider
        return many

    def electricity(self, name: str, wanted: Wanted = ANY) -> GridRow:
        """Return the carbon intensity of a zone, of many a column of them."""
        if name not in self.many:
            return self.catalog.electricity(name, wanted)
        asked = name, wanted
        if asked not in self._rows:
            self._rows[asked] = self._many_rows(*asked)
        return self._rows[asked]

    def _many_rows(self, name: str, wanted: Wanted) -> GridRow:
        look = partial(self.catalog.electricity, wanted=wanted)
        rows: list[GridRow] = self._each(name, look)
        self._require_alike([(row.basis, row.source, row.status, row.based_on) for row in rows])
        years = self._years([row.year for row in rows], wanted.year)
        numbers = self._numbers([row.intensity for row in rows])
        many = _ManyRows(*rows[0])._replace(
            zone=name, name=name, year=years, intensity=numbers,
            confidence=self._word([row.confidence for row in rows]),
        )  # fmt: skip
        many.rows, many.word = tuple(rows), self._word
        many.identity = self._word([row.identity for row in rows])
        many.label = self._later(lambda: [row.label for row in rows])
        many.said = self._later(lambda: [row.said for row in rows])
        return many

    def _years(self, years: list[int], wanted: int | None) -> Any:
        """Return the years of many rows as one; rows have those in common that a note states."""
        if wanted is not None:
            far = [year if abs(wanted - year) > MAX_YEARS_APART else None for year in years]
            self._require_alike(far)
        return self._figure(years, int)

    def _figure(self, numbers: list[Any], kind: type = float) -> Any:
        """Return a plain figure of many rows as one; None where there is none."""
        return numbers[0] if len(set(numbers)) == 1 else Column(numbers, kind)

    def provider(self, name: str) -> str | None:
        """Return whose cloud region a grid is; None for any other grid."""
        if name not in self.many:
            return self.catalog.provider(name)
        providers = self._each(name, self.catalog.provider)
        self._require_alike(providers)
        whose: str | None = providers[0]
        return whose

    @property
    def water(self) -> ManyGrids:
        """The water of zones; `get` is all that is asked of it."""
        return self

    def get(self, zone: str) -> tuple[Any, str] | None:
        """Return the water that generation in a zone consumes [L/kWh], and its source."""
        if zone not in self.many:
            return self.catalog.water.get(zone)
        waters = [self.catalog.water.get(self.catalog.zone(name)) for name in self.many[zone]]
        self._require_alike([water and water[1] for water in waters])
        known = [water for water in waters if water is not None]
        return (self._numbers([litres for litres, _ in known]), known[0][1]) if known else None

    def residual(self, zone: str, year: int | None = None) -> Residual | None:
        """Return the residual mix of a zone, of many a column of them."""
        if zone not in self.many:
            return self.catalog.residual(zone, year)
        zones = [self.catalog.zone(name) for name in self.many[zone]]
        mixes = [self.catalog.residual(some, year) for some in zones]
        self._require_alike([mix and (mix.source, mix.year) for mix in mixes])
        known = [mix for mix in mixes if mix is not None]
        if not known:
            return None
        numbers = self._numbers([mix.intensity for mix in known])
        return known[0]._replace(zone=self._word(zones), intensity=numbers)

    def _word(self, words: list[str]) -> str:
        """Return what stands for the words of the rows: a mark, the same for the same words."""
        if len(set(words)) == 1:
            return words[0]
        for known, others in self._known:
            if words == others:
                return known
        new = self._later(lambda: words)
        self._known.append((new, words))
        return new

    def _later(self, words: Callable[[], list[str]]) -> str:
        """Return the mark of words that are made where somebody reads them."""
        new = mark(self.first_mark + len(self.words))
        self.words[new] = words
        return new

    def _each(self, name: str, look: Callable[[str], Any]) -> list[Any]:
        """Return what is found for each row.

        Raises
        ------
        Mixed
            Where there is nothing for some.
        LookupError, ValueError
            Where there is nothing for any.
        """
        answers: dict[str, Any] = {}
        faults: dict[str, Exception] = {}
        for zone in self.many.get(name, (name,)):
            if zone not in answers and zone not in faults:
                try:
                    answers[zone] = look(zone)
                except (LookupError, ValueError) as fault:
                    faults[zone] = fault
        if faults and answers:
            raise Mixed(np.array([zone in answers for zone in self.many[name]]))
        if faults:
            raise next(iter(faults.values()))
        return [answers[zone] for zone in self.many.get(name, (name,))]

    def _require_alike(self, answers: list[Any]) -> None:
        """Require that an answer is the same in all rows.

        Raises
        ------
        Mixed
            Where it is not.
        """
        if len(set(answers)) > 1:
            raise Mixed(np.array([answer == answers[0] for answer in answers]))
        self.common.append(answers[0])

    def _numbers(self, numbers: list[Any]) -> Any:
        """Return the numbers of many rows as one: a column, or a range of columns."""
        self._require_alike([isinstance(number, Range) for number in numbers])
        return stacked(numbers)


def require_unknowns_apart(entries: Iterable[Entry], words: Words) -> None:
    """Require that what is uncertain is one unknown, or several, in all rows.

    Raises
    ------
    Mixed
        Where two are one unknown in some rows.
    NotOneNumber
        Where they are in all: each row is accounted for by itself.
    """
    shared = sorted({value.unknown for entry in entries for value in entry.inputs})
    for one, other in combinations(shared, 2):
        if MARK in one or MARK in other:
            pairs = zip(words.each(one), words.each(other), strict=True)
            same = np.array([first == second for first, second in pairs])
            if same.any():
                raise Mixed(same) if not same.all() else NotOneNumber
