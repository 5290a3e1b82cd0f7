"""Bills for machines: rows with the columns of a ledger, or one module a format."""

from collections.abc import Sequence
from importlib import import_module

from carbonctl.hardware.report import Bill
from carbonctl.ledger.result import About
from carbonctl.render import BINARY, TABLES, Style, start


def render(
    form: str, bills: Sequence[Bill], about: About, style: Style | None = None
) -> str | bytes:
    """Return bills as text, or bytes, in one of `carbonctl.render.FORMATS`."""
    style = style or Style()
    if form in (*TABLES, *BINARY):
        rows = start(form, style._replace(by=None))
        for bill in bills:
            rows.add(bill.result)
        return rows.finish(about)
    if form == "jsonl":
        from carbonctl.render.bill.json_ import lines

        return lines(bills)
    text: str = import_module(f"carbonctl.render.bill.{form}_").render(bills, about, style)
    return text
