"""Accounts as pandas DataFrames, and those as Parquet.

pandas and pyarrow are imported here alone, and only when they are asked for. The types of
the columns are the same for every account: text is ``string``, a number ``float64``, a year
``Int64``. What is unknown is missing (``NA``, and ``NaN`` in ``float64``); nothing else is.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from importlib import import_module
from io import BytesIO
from typing import TYPE_CHECKING, Any

from carbonctl.errors import MissingExtra, UsageError
from carbonctl.ledger.rows import FLAGS, NUMBERS, VIEWS, YEARS, Account, Row
from carbonctl.text import did_you_mean

if TYPE_CHECKING:
    import pandas as pd

EXTRA = "pip install 'carbonctl[frames]'"
DASK = "pip install 'carbonctl[dask]'"


def require(what: str, *packages: str, extra: str = EXTRA) -> None:
    """Import what a DataFrame or a file is made with, or what works on many machines.

    Parameters
    ----------
    what : str
        What needs the packages.
    packages : str
        Their names.
    extra : str
        The command that installs them.

    Raises
    ------
    MissingExtra
        Naming the command that installs it.
    """
    for package in packages:
        try:
            import_module(package)
        except ImportError as error:
            message = f"{what} needs {package}: {error}; install it with `{extra}`"
            raise MissingExtra(message) from error


def frame(view: str, accounts: Iterable[Account]) -> pd.DataFrame:
    """Return a view of accounts, in their order, as one DataFrame.

    Raises
    ------
    MissingExtra
        Where pandas is not installed.
    UsageError
        For a view that is not one of `carbonctl.ledger.rows.VIEWS`.
    """
    if view not in VIEWS:
        close = did_you_mean(str(view), VIEWS)
        raise UsageError(f"no view `{view}`{close}; there are {', '.join(VIEWS)}")
    table = VIEWS[view]
    return of_rows(table.columns, [row for account in accounts for row in table.rows(account)])


def of_rows(
    columns: tuple[str, ...], rows: list[Row], types: Mapping[str, str] = {}
) -> pd.DataFrame:
    """Return rows as a DataFrame, each column with its type.

    ``types`` are those of columns that no ledger has.

    Raises
    ------
    MissingExtra
        Where pandas is not installed.
    """
    require("a DataFrame", "pandas")
    import pandas as pd

    return pd.DataFrame(
        {
            name: pd.Series([row[place] for row in rows], dtype=types.get(name) or dtype(name))
            for place, name in enumerate(columns)
        }
    )


def of_arrays(columns: Mapping[str, Any], count: int) -> pd.DataFrame:
    """Return columns of numbers as a DataFrame; None is missing, one number stands in every row.

    Raises
    ------
    MissingExtra
        Where pandas or pyarrow is not installed.
    """
    require("Parquet", "pandas", "pyarrow")
    import pandas as pd

    filled = {name: math.nan if x is None else x for name, x in columns.items()}
    return pd.DataFrame(filled, index=range(count), dtype="float64")


def dtype(column: str) -> str:
    """Return the pandas type of a column."""
    if column in NUMBERS:
        return "float64"
    if column in FLAGS:
        return "boolean"
    return "Int64" if column in YEARS else "string"


def parquet(frame: pd.DataFrame) -> bytes:
    """Return a DataFrame as a Parquet file: unknown is null, the types are kept."""
    buffer = BytesIO()
    frame.to_parquet(buffer, engine="pyarrow", index=False)
    return buffer.getvalue()
