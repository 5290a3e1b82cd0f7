"""Sites as files: what `study` makes of them."""

import csv
from pathlib import Path

import numpy as np

from carbonctl.catalog import Catalog
from carbonctl.site.results import SiteQuestion, SiteResult
from carbonctl.site.study import study
from carbonctl.spec.site_file import load_site
from carbonctl.spec.tree import decode

START = np.datetime64("2022-05-01T00:00:00")


def table(path: Path, minutes: int = 60, start=START, **columns) -> Path:
    """Write a file of hours: one column a keyword."""
    count = len(next(iter(columns.values())))
    times = start + np.arange(count) * np.timedelta64(minutes, "m")
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("start_utc", *columns))
        for time, *figures in zip(times, *(list(c) for c in columns.values()), strict=True):
            writer.writerow((f"{time}Z", *(repr(float(figure)) for figure in figures)))
    return path


def result_of(text: str, folder: Path, question=None, *overrides: str) -> SiteResult:
    """Return what comes of a site given as text, as if it stood in a folder."""
    file = str(folder / "site.yaml")
    catalog = Catalog()  # it reads a file once, and tests write some again
    loaded = load_site(decode(text.encode(), file), file, catalog, overrides)
    return study(loaded, catalog, question or SiteQuestion())


def outcome(result: SiteResult, name: str):
    return next(each for each in result.outcomes if each.name == name)
