"""What a notebook shows of a result: a sentence, its phases, what matters most, as HTML.

There is no script and no colour in it, and names are inert, so it suits any theme.
"""

from collections.abc import Iterable, Iterator
from html import escape

from carbonctl.ledger.entry import Totals
from carbonctl.ledger.result import Result
from carbonctl.render.assumptions import assumption_rows
from carbonctl.render.drivers import TITLE, driver_rows
from carbonctl.render.human_numbers import energy, mass, percent
from carbonctl.text import printable

_OPEN = '<div class="tex2jax_ignore mathjax_ignore">\n'  # a name may hold what MathJax would set
_HEADS = ("Phase", "Energy", "Operational", "Embodied", "Total", "Share")


def html(result: Result) -> str:
    """Return one result as a piece of HTML."""
    rows = [_cells(name.capitalize(), sums, result.total) for name, sums in _phases(result)]
    rows.append(_cells("Total", result.total, result.total))
    most = [(row.label, row.said, row.total) for row in driver_rows(result, mass)]
    pieces = [f"<p><b>{_text(result.name)}</b>: {_text(_total(result.total))}</p>\n"]
    pieces.append(_table(_HEADS, rows))
    if most:
        pieces.append(_table((TITLE, "Assumed or given", "Total at its ends"), most))
    pieces += [f"<p>{_text(line)}</p>\n" for line in _notes(result)]
    return f"{_OPEN}{''.join(pieces)}</div>\n"


def _total(total: Totals) -> str:
    """Return the total with its range; operational carbon alone where the total is unknown."""
    if total.total_kgco2e is None:
        return f"{mass(total.operational_kgco2e)} operational; embodied carbon is unknown"
    low, high = total.total_low_kgco2e, total.total_high_kgco2e
    ends = f" ({mass(low)} to {mass(high)} in 90 of 100 cases)" if low != high else ""
    return f"{mass(total.total_kgco2e)}{ends}"


def _phases(result: Result) -> Iterator[tuple[str, Totals]]:
    """Yield the phases that the workload has."""
    present = result.groups("phase")
    yield from ((name, sums) for name, sums in result.phases.items() if name in present)


def _cells(name: str, sums: Totals, whole: Totals) -> tuple[str, ...]:
    masses = (sums.operational_kgco2e, sums.embodied_kgco2e, sums.total_kgco2e)
    share = percent(sums.total_kgco2e, whole.total_kgco2e)
    return (name, energy(sums.energy_kwh), *map(mass, masses), share)


def _table(heads: Iterable[str], rows: Iterable[tuple[str, ...]]) -> str:
    head = "".join(f"<th>{_text(one)}</th>" for one in heads)
    body = "".join(
        f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in row)}</tr>\n" for row in rows
    )
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n"


def _notes(result: Result) -> Iterator[str]:
    """Yield what was assumed in one line, and warnings."""
    if rows := assumption_rows(result):
        plural = "" if len(rows) == 1 else "s"
        yield f"{len(rows)} assumed figure{plural}: result.assumptions lists them."
    yield from (f"Warning: {warning}" for warning in result.warnings)


def _text(plain: str) -> str:
    return escape(printable(str(plain)))
