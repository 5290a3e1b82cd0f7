"""Reads the files of hours that a study needs, and keeps what is known of each."""

from __future__ import annotations

from typing import NamedTuple

from carbonctl.catalog import Catalog
from carbonctl.catalog.hourly.series import HOUR_S, HourlyGrid, Series, stamp
from carbonctl.errors import Caution, InputError, Problem
from carbonctl.spec.hours import HourlyFile
from carbonctl.spec.moments import AVERAGE, MARGINAL

_YEARS_H = (8760, 8784)
_YEAR_H = 8760


class DataFile(NamedTuple):
    """A file that was read.

    Attributes
    ----------
    use : str
        What for: grid, marginal, demand, a plant or a region.
    file, sha256 : str
        Its name as written, and the hash of its bytes.
    rows : int
        Rows of data.
    step_h : float
        Length of a step [h].
    filled : int
        Steps that it lacks and a rule filled.
    signal : str
        average or marginal; empty where it is no intensity.
    basis : str or None
        life-cycle or direct; None where nothing says it.
    start, end : str
        The span that it covers, UTC.
    notes : tuple of str
        What else a reader should know.
    """

    use: str
    file: str
    sha256: str
    rows: int
    step_h: float
    filled: int
    signal: str
    basis: str | None
    start: str
    end: str
    notes: tuple[str, ...]


class HoursReader:
    """Reads files of hours, and gathers what is wrong with them.

    Parameters
    ----------
    catalog : Catalog
        Reads each file once.
    uses_all : bool
        Whether every hour of a file enters the result. Where not, whoever reads warns of the
        doubtful hours that the result touches.
    """

    def __init__(self, catalog: Catalog, *, uses_all: bool = True) -> None:
        self.catalog = catalog
        self.uses_all = uses_all
        self.data: list[DataFile] = []
        self.warnings: list[Caution] = []
        self.problems: list[Problem] = []

    def grid(
        self, ref: HourlyFile, use: str, path: str, name: str | None, signal: str = AVERAGE
    ) -> HourlyGrid | None:
        """Return the intensity of a grid; None where its file is faulty.

        Parameters
        ----------
        ref : HourlyFile
            The file.
        use, path : str
            What it is for, and where it is named.
        name : str or None
            The grid that it is of.
        signal : str
            What it must hold: average or marginal.
        """
        try:
            grid = self.catalog.hourly_grid(ref, name)
        except InputError as error:
            self.problems += error.problems
            return None
        # A plain file does not say which of both it holds: the key that names it does.
        is_open = grid.intensity.origin.format == "plain" and ref.signal is None
        if grid.signal != signal and not (is_open and signal == MARGINAL):
            if signal == AVERAGE:
                said = "a marginal intensity, which is no average: name it in `marginal_hourly`"
            else:
                said = "an average intensity, and `marginal_hourly` is for a marginal one"
            message = f"{use}: it holds {said}; where that is wrong, give `signal: {signal}`"
            self.problems.append(Problem(str(ref.file), None, None, message))
            return None
        self.keep(grid.intensity, use, path, signal, grid.basis)
        return grid

    def column(self, ref: HourlyFile, use: str, path: str, wanted: str) -> Series | None:
        """Return a demand, a limit or the generation of a plant; None where its file is faulty."""
        try:
            series = self.catalog.hourly_column(ref, wanted)
        except InputError as error:
            self.problems += error.problems
            return None
        self.keep(series, use, path, "", None)
        return series

    def keep(self, series: Series, use: str, path: str, signal: str, basis: str | None) -> None:
        """Note what a file is, and what its result carries."""
        origin = series.origin
        self.data.append(
            DataFile(
                use, origin.file, origin.sha256, origin.rows, series.step_s / HOUR_S,
                origin.filled, signal, basis, stamp(series.start_s), stamp(series.end_s),
                origin.notes,
            )
        )  # fmt: skip
        for warning in origin.warnings:
            self.warnings.append(Caution(f"{origin.file}: {warning}", path, kind=warning))
        if series.doubtful and self.uses_all:
            first = stamp(series.start_s + series.doubtful[0] * series.step_s)
            message = (
                f"{origin.file}: {len(series.doubtful)} hours, the first {first}, have under half "
                "of the generation that is usual around them"
            )
            self.warnings.append(Caution(message, path, kind="doubtful hours"))

    def check(self) -> None:
        """Raise InputError with all that is wrong with the files read so far."""
        if self.problems:
            raise InputError(self.problems)


def years_in(hours: float, *, per_year: bool) -> tuple[float | None, str]:
    """Return how many years some hours stand for, and what is said of it.

    Parameters
    ----------
    hours : float
        Length of the data.
    per_year : bool
        Whether a span that is no year is to be scaled to one.

    Returns
    -------
    float or None
        1 for 8,760 and 8,784 hours; else the share of a year where it is asked for, else None.
    """
    if round(hours) in _YEARS_H and abs(hours - round(hours)) < 1e-6:
        return 1.0, ""
    if not per_year:
        return None, ""
    share = hours / _YEAR_H
    return share, f"{hours:,.6g} h of data stand for a year: times {1 / share:.4g}"
