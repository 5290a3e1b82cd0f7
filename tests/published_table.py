"""The published runs: what was reported, what the tool makes of the same inputs, the error."""

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

from carbonctl.ledger.result import Result
from tests.conftest import CONFIGS, account

LIST = Path(__file__).parent / "published.csv"
# What restates or implies its own inputs says nothing of how well the tool estimates.
RESTATED = (
    "the figure restates an input",
    "electricity or intensity follow from the figure",
    "the embodied record of the catalog",
)


class Row(NamedTuple):
    """One published figure; the error is in per cent of what was reported."""

    file: str
    key: str
    tolerance: float
    why: str

    @property
    def is_computed(self) -> bool:
        return not self.why.startswith(RESTATED)

    @property
    def reported(self) -> float:
        return (result(self.file).reported or {})[self.key].reported

    @property
    def estimated(self) -> float | None:
        return (result(self.file).reported or {})[self.key].estimated

    @property
    def error(self) -> float | None:
        return (result(self.file).reported or {})[self.key].error_pct


@cache
def result(file: str) -> Result:
    """The account of one file of configs/."""
    return account((CONFIGS / file).read_text(encoding="utf-8"))


def rows() -> list[Row]:
    with LIST.open(encoding="utf-8", newline="") as lines:
        return [
            Row(row["file"], row["key"], float(row["tolerance_pct"]), row["why"])
            for row in csv.DictReader(lines, strict=True)
        ]


def table() -> str:
    """All published figures beside ours, for people."""
    lines = [
        f"{'file':<50}{'figure':<27}{'reported':>12}{'estimated':>12}{'error':>9}{'allowed':>9}"
    ]
    for row in rows():
        estimated = "unknown" if row.estimated is None else f"{row.estimated:.6g}"
        error = "" if row.error is None else f"{row.error:+.2f} %"
        lines.append(
            f"{row.file:<50}{row.key:<27}{row.reported:>12.6g}{estimated:>12}"
            f"{error:>9}{row.tolerance:>7g} %"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
