"""Files of hourly figures for tests."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from carbonctl.catalog.hourly.options import Options
from carbonctl.catalog.hourly.reading import read_column, read_grid
from carbonctl.catalog.hourly.series import HourlyGrid, Series
from carbonctl.errors import InputError
from tests.conftest import CATALOG, ROOT

ORACLES = ROOT / "tests" / "oracles"
START = datetime(2024, 1, 1, tzinfo=UTC)


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def hours(count: int, step_min: int = 60, start: datetime = START) -> list[str]:
    """Return the starts of steps as text."""
    times = (start + n * timedelta(minutes=step_min) for n in range(count))
    return [time.strftime("%Y-%m-%dT%H:%M:%SZ") for time in times]


def table(head: str, rows: Iterable[object]) -> str:
    return "\n".join([head, *map(str, rows)]) + "\n"


def plain(values: Iterable[object], times: Iterable[str] | None = None) -> str:
    """Return a file of the plain format."""
    figures = list(values)
    times = hours(len(figures)) if times is None else times
    pairs = zip(times, figures, strict=True)
    return table("start_utc,g_per_kwh", (f"{time},{value}" for time, value in pairs))


class Folder:
    """A folder into which files are written, and from which they are read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def grid(self, text: str, grid: str | None = None, **options: str) -> HourlyGrid:
        path = self.path / "grid.csv"
        path.write_text(text, encoding="utf-8")
        return read_grid(path, "grid.csv", Options(**options), CATALOG, grid)

    def column(self, text: str, wanted: str, **options: str) -> Series:
        path = self.path / "column.csv"
        path.write_text(text, encoding="utf-8")
        return read_column(path, "column.csv", Options(**options), wanted)

    def refused(self, text: str, **options: str) -> list[str]:
        """Return the messages about a file that is refused."""
        with pytest.raises(InputError) as error:
            self.grid(text, **options)
        return str(error.value).splitlines()

    def refused_column(self, text: str, wanted: str, **options: str) -> list[str]:
        with pytest.raises(InputError) as error:
            self.column(text, wanted, **options)
        return str(error.value).splitlines()
