"""Flags of draws."""

import re
from collections.abc import Sequence
from pathlib import Path

from carbonctl.errors import UsageError
from carbonctl.inputs.discovery import Found
from carbonctl.ledger.samples import FEWEST, MOST, Drawing
from carbonctl.outputs.samples import target
from carbonctl.outputs.writing import Target

_SUFFIXES = (".csv", ".parquet")


def read_drawing(
    draws: str | None, seed: str | None, samples: str | None, *, has_gates: bool
) -> Drawing | None:
    """Return the draws that flags ask for; None where they ask for none.

    Raises
    ------
    UsageError
        For a number of draws or a seed that is none, or a flag that lacks another.
    """
    if draws is None and samples is not None:
        raise UsageError("--samples: there are no draws to write; add --draws 10000")
    if draws is None and seed is not None and not has_gates:
        raise UsageError("--seed: nothing is drawn; add --draws 10000")
    if draws is None and seed is None:
        return None
    if samples is not None and Path(samples).suffix not in _SUFFIXES:
        raise UsageError(f"--samples {samples}: write a path that ends with .csv or .parquet")
    return Drawing(
        None if draws in (None, "auto") else _count(str(draws)),
        draws == "auto",
        read_seed(seed),
        samples,
    )


def _count(text: str) -> int:
    if not re.fullmatch("[0-9]{1,9}", text) or not FEWEST <= int(text) <= MOST:
        raise UsageError(f"--draws {text}: write a number from {FEWEST} to {MOST:,}, or auto")
    return int(text)


def read_seed(text: str | None) -> int | None:
    """Return the seed that a flag gives, if any.

    Raises
    ------
    UsageError
        For one that is none.
    """
    if text is None:
        return None
    from carbonctl.spec import uncertainty

    try:
        return uncertainty.read_seed(text)
    except ValueError as error:
        raise UsageError(f"--seed: {error}") from None


def samples_target(path: str, inputs: Sequence[Found]) -> Target:
    """Return where the draws themselves go.

    Raises
    ------
    UsageError
        Where there are several inputs.
    MissingExtra
        For Parquet, where pandas or pyarrow is not installed.
    """
    if len(inputs) > 1:
        raise UsageError(f"--samples: it takes one workload, and here are {len(inputs)} files")
    to = target(path)
    if to.form == "parquet":
        from carbonctl.ledger import frames

        frames.require("Parquet", "pandas", "pyarrow")
    return to
