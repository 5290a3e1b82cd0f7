"""Machines that were bought, for inventories: a table of names, numbers and years."""

from __future__ import annotations

import csv
from io import StringIO

from carbonctl.account.bills import Life
from carbonctl.analysis.reports.inventory import Purchase
from carbonctl.catalog import Catalog
from carbonctl.errors import InputError, Problem
from carbonctl.inputs.bills import Reader
from carbonctl.inputs.reading import read_file
from carbonctl.numbers.units import COUNT, MASS, parse_best
from carbonctl.spec.tree import decode

_COLUMNS = ("name", "number", "year")
_EMBODIED = "embodied"


def read_purchases(path: str, catalog: Catalog) -> list[Purchase]:
    """Return what was bought; a column ``embodied`` takes precedence over the catalog.

    Raises
    ------
    InputError
        With every faulty row.
    """
    data, file = read_file(path)
    rows = csv.DictReader(StringIO(decode(data, file)), strict=True)
    header = [name.strip() for name in rows.fieldnames or ()]
    missing = [name for name in _COLUMNS if name not in header]
    if missing:
        said = f"no column {', '.join(missing)}; the header is name,number,year and embodied"
        raise InputError([Problem(file, 1, 1, said)])
    made, problems = list[Purchase](), list[Problem]()
    reader = Reader(catalog, Life(), ())
    for row in rows:
        cells = {str(key).strip(): (value or "").strip() for key, value in row.items()}
        try:
            made.append(_purchase(cells, reader))
        except (ValueError, LookupError) as error:
            problems.append(Problem(file, rows.line_num, 1, str(error)))
        except InputError as error:
            said = "; ".join(problem.message for problem in error.problems)
            problems.append(Problem(file, rows.line_num, 1, said))
    if problems:
        raise InputError(problems)
    return made


def _purchase(cells: dict[str, str], reader: Reader) -> Purchase:
    name = cells["name"]
    number = parse_best(cells["number"], COUNT)
    if not name or number <= 0 or not cells["year"].isdecimal():
        raise ValueError("name, number above 0 and year are wanted, as in nvidia/dgx-h100,4,2026")
    written = cells.get(_EMBODIED)
    if written:
        return Purchase(name, number, int(cells["year"]), parse_best(written, MASS))
    (bill,) = reader.bills(name)
    each = bill.result.total.embodied_kgco2e
    if each is None:
        raise ValueError(f"the embodied carbon of {name} is unknown; add a column embodied")
    return Purchase(name, number, int(cells["year"]), each)
