"""Bills as JSON Lines: one a line, each with its schema."""

import json
from collections.abc import Sequence

from carbonctl.hardware.report import SCHEMA, Bill
from carbonctl.ledger.result import About
from carbonctl.render import Style
from carbonctl.render.bill.json_ import bill_dict


def render(bills: Sequence[Bill], about: About, style: Style) -> str:
    """Return the lines."""
    lines = [{"schema": SCHEMA, **bill_dict(bill)} for bill in bills]
    return "".join(json.dumps(one, ensure_ascii=False, allow_nan=False) + "\n" for one in lines)
