"""Computes workloads together that differ only in their figures, names and grids.

Those whose text has the same fixed parts (`carbonctl.batch.cutting`) have one *shape*. They are
read into one workload whose figures are columns, accounted for once, and written row by row.
Where a condition holds in some rows only, the rows are split and computed again. A workload that
is faulty, or whose warnings state figures, is computed by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from carbonctl import estimators
from carbonctl.account import result_of
from carbonctl.account.many_grids import ManyGrids, require_unknowns_apart
from carbonctl.analysis.columns import require_limits
from carbonctl.batch.cutting import Cut, Group, Key, groups
from carbonctl.batch.filling import Bound, Reading, Shape
from carbonctl.catalog import Catalog
from carbonctl.errors import Caution, InputError, Problem
from carbonctl.inputs.documents import Document
from carbonctl.ledger.entry import Entry
from carbonctl.ledger.result import Result
from carbonctl.numbers.columns import split
from carbonctl.numbers.words import MARK, mark
from carbonctl.render import LineRenderer
from carbonctl.render.by_row import Rows
from carbonctl.spec.load import load_tree
from carbonctl.spec.model import PHASES
from carbonctl.spec.overrides import parse_override

if TYPE_CHECKING:
    from carbonctl.analysis.gates import Verdict
    from carbonctl.analysis.gates.rules import Gates

_FEW = 3  # workloads of one shape that are not worth an account of columns
_MOST = 1000  # facts that are remembered of a shape
_LONGEST = 2**21  # characters of all shapes that are remembered
_FAULTS = (InputError, ArithmeticError, TypeError, ValueError)  # reported row by row


class Alike(NamedTuple):
    """The results of workloads that were computed together.

    Attributes
    ----------
    texts : tuple of list of str
        For each output the lines of each row.
    cautions : sequence of tuple of Caution
        The warnings of each row.
    verdicts : dict
        Verdicts to report, by row.
    entries : int
        How many entries each row has.
    kin : tuple
        What their grids have in common.
    """

    texts: tuple[list[str], ...]
    cautions: Sequence[tuple[Caution, ...]]
    verdicts: dict[int, list[Verdict]]
    entries: int
    kin: tuple[Any, ...]


class Answer(NamedTuple):
    """What comes of one workload: a row of what was done together."""

    alike: Alike
    row: int


class Shapes:
    """Finds the workloads that are alike, and accounts for them.

    Parameters
    ----------
    catalog : Catalog
        The facts.
    overrides : tuple of str
        ``PATH=VALUE`` of ``--set``.
    gates : Gates or None
        The rules.
    renderers : sequence of LineRenderer
        What writes each output.
    by_site : bool
        Whether one of them groups by site.
    """

    def __init__(
        self,
        catalog: Catalog,
        overrides: tuple[str, ...],
        gates: Gates | None,
        renderers: Sequence[LineRenderer],
        *,
        by_site: bool = False,
    ) -> None:
        self.catalog = catalog
        self.overrides = overrides
        self.gates = gates
        self.renderers = renderers
        self.by_site = by_site
        self.known: dict[Key, Shape] = {}
        self.length = 0
        firsts = {parse_override(text)[0][0].strip() for text in overrides}
        self.is_open = not any(MARK in text for text in overrides)
        self.may_name = firsts.isdisjoint(("phases", *PHASES))  # paths name activities

    def answers(self, documents: Sequence[Document]) -> tuple[list[Answer | None], int]:
        """Return the answer for each document; None for one that is computed by itself.

        Returns
        -------
        answers : list of Answer or None
            In the order of the documents.
        shapes : int
            How many there are among them.
        """
        answers: list[Answer | None] = [None] * len(documents)
        shapes = 0
        for key, group in groups(documents).items():
            if self.is_open and len(group.cuts) >= _FEW:
                shapes += self._answer(self._shape(key, group), group, answers)
            else:
                shapes += 1
        return answers, shapes

    def _shape(self, key: Key, group: Group) -> Shape:
        """Return what is known of a shape, in memory that does not grow."""
        if key not in self.known or self.known[key].size > _MOST:
            self.length += len(group.text)
            if self.length > _LONGEST:
                self.known.clear()
                self.length = len(group.text)
            self.known[key] = Shape(group.text)
        return self.known[key]

    def _answer(self, shape: Shape, group: Group, answers: list[Answer | None]) -> int:
        """Account for workloads of one shape, and put what comes of each in its place.

        Returns how many shapes they have when all that is bound is fixed.
        """
        equal: dict[Any, list[Cut]] = {}
        for cut in group.cuts:
            kin = shape.kin.get(group.grids_of(cut))
            equal.setdefault((shape.held(cut), kin), []).append(cut)
        shapes = len(equal)
        for (held, _), cuts in equal.items():
            if len(cuts) < _FEW or shape.is_hopeless(held):
                continue
            part = partial(self._part, shape, group, cuts)
            try:
                parts = split(np.arange(len(cuts)), part)
            except Bound as bound:
                shape.bound |= bound.holes
                shapes += self._answer(shape, group._replace(cuts=cuts), answers) - 1
                continue
            if not any(alike for _, alike in parts):
                shape.failures[held] += 1
            for rows, alike in parts:
                if alike is not None:
                    for row, number in enumerate(rows.tolist()):
                        answers[cuts[number].place] = Answer(alike, row)
                        if group.grids:
                            shape.kin[group.grids_of(cuts[number])] = alike.kin
        return shapes

    def _part(self, shape: Shape, group: Group, cuts: list[Cut], rows: Any) -> Alike | None:
        """Compute some workloads at once; None where each has to be computed by itself.

        Raises
        ------
        Mixed, Bound
            Where they cannot be done together.
        """
        if len(rows) < _FEW:
            return None
        reading = Reading(shape, group, [cuts[row] for row in rows], self.may_name)
        try:
            return self._account(reading)
        except _FAULTS:
            return None

    def _account(self, reading: Reading) -> Alike:
        cuts = reading.cuts
        file, problems = cuts[0].document.file, list[Problem]()
        tree = reading.tree(problems)
        free = len(cuts[0].holes)
        catalog: Any = ManyGrids(self.catalog, reading.grids, free + 2)
        loaded = load_tree(tree, problems, file, estimators, catalog, self.overrides)
        reading.require_taken(loaded.tree)
        label, digest = mark(free), mark(free + 1)
        result = result_of(loaded, catalog, label, digest)
        if self.by_site:
            _require_sites_apart(result.booked, reading)
        require_limits(result.booked)
        workload = loaded.workload
        result._spec = lambda: workload.model_dump(by_alias=True, exclude_none=True)
        words: dict[str, Callable[[], list[str]]] = {
            **reading.words,
            label: lambda: [cut.document.label for cut in cuts],
            digest: lambda: [sha256(cut.document.data).hexdigest() for cut in cuts],
        }
        words |= catalog.words
        rows = Rows(len(cuts), words)
        require_unknowns_apart(result.booked, rows)
        texts = tuple(renderer.texts(result, rows) for renderer in self.renderers)
        verdicts = self.gates.judge_rows(result, rows.count) if self.gates else {}
        for row, some in verdicts.items():
            some[:] = [v._replace(subject=cuts[row].document.label) for v in some]
        kin = tuple(catalog.common)
        return Alike(texts, _cautions(result, rows), verdicts, len(result.booked), kin)


def _require_sites_apart(entries: Sequence[Entry], reading: Reading) -> None:
    """Require that sites are the same or not the same in all rows.

    Raises
    ------
    Bound
        Naming the grids, where two may be equal in some rows.
    """
    sites = {entry.site for entry in entries if isinstance(entry.site, str)}
    if len(sites) > 1 and any(MARK in site for site in sites):
        raise Bound(reading.group.grids)


def _cautions(result: Result, rows: Rows) -> Sequence[tuple[Caution, ...]]:
    """Return the warnings of a result, row by row."""
    if all(rows.text(caution) is None for caution in result.warnings):
        return [result.warnings] * rows.count
    columns = []
    for caution in result.warnings:
        words = map(rows.each, (caution.message, caution.path, caution.kind))
        columns.append(
            [
                Caution(message, path, kind=kind, vital=caution.vital)
                for message, path, kind in zip(*words, strict=True)
            ]
        )
    return list(zip(*columns, strict=True))
