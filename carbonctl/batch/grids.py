"""A catalog in which one name may stand for the grids of many workloads, a row each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from carbonctl.catalog import Catalog
from carbonctl.catalog.grid_rows import GridRow
from carbonctl.catalog.grids import ANY, Wanted
from carbonctl.catalog.places import Place
from carbonctl.catalog.plants import Residual
from carbonctl.numbers.columns import Column, stacked
from carbonctl.numbers.intervals import Mixed, NotOneNumber, Range
from carbonctl.render.by_row import mark
from carbonctl.spec.model_names import ConfigPath


class _ManyRows(GridRow):
    """The figures of many workloads, one a row."""

    rows: tuple[GridRow, ...] = ()
    identity: str = ""

    @property
    def said(self) -> str:
        """What notes say of them, which nobody reads of many."""
        return self.label


class ManyGrids:
    """Answers as a catalog does; what it is asked of a name that stands for many is of each row.

    Rows whose answers differ in more than numbers and names are split.

    Parameters
    ----------
    catalog : Catalog
        The facts.
    many : mapping of str to sequence of str
        For each such name the zones that it stands for, row by row.
    rows : dict
        What was found before.
    first_mark : int
        The number of the first mark that stands for nothing yet.

    Attributes
    ----------
    words : dict
        The marks of words that differ from row to row, and the words of each row.
    common : list
        What the answers had in common: rows for which it is the same go together.
    """

    def __init__(
        self,
        catalog: Catalog,
        many: Mapping[str, tuple[str, ...]],
        rows: dict[tuple[str, Wanted], GridRow],
        first_mark: int,
    ) -> None:
        self.catalog = catalog
        self.rows = rows
        self.many = many
        self.common: list[Any] = []
        self.first_mark = first_mark
        self.words: dict[str, list[str]] = {}

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
        if isinstance(name, ConfigPath):
            raise NotOneNumber("a config.json is read for each workload")
        return self.catalog.language_model(name)

    def place(self, name: str) -> Place:
        """Return the zone that a name means, and its cloud region."""
        if name not in self.many:
            return self.catalog.place(name)
        places = self._each(name, self.catalog.place)
        self._require_alike([(place.region, place.warns) for place in places])
        doubt = self._word([place.doubt for place in places]) if places[0].warns else ""
        return Place(name, places[0].region, doubt, places[0].warns)

    def electricity(self, name: str, wanted: Wanted = ANY) -> GridRow:
        """Return the carbon intensity of a zone, of many a column of them."""
        if name not in self.many:
            return self.catalog.electricity(name, wanted)

        def look(zone: str) -> GridRow:
            asked = zone, wanted
            if asked not in self.rows:
                self.rows[asked] = self.catalog.electricity(*asked)
            return self.rows[asked]

        rows: list[GridRow] = self._each(name, look)
        self._require_alike([(row.basis, row.source, row.status, row.based_on) for row in rows])
        years: Any = Column([row.year for row in rows], int)
        numbers = self._numbers([row.intensity for row in rows])
        many = _ManyRows(*rows[0])._replace(zone=name, name=name, year=years, intensity=numbers)
        many.rows = tuple(rows)
        many.identity = self._word([row.identity for row in rows])
        return many

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
        for known, others in self.words.items():
            if words == others:
                return known
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
