"""The tables of papers.md: every claim of the papers, and what becomes of it."""

import yaml

from tests.conftest import ROOT
from tests.docs.blocks import table

CLAIMS = yaml.safe_load((ROOT / "tests" / "claims.yaml").read_text(encoding="utf-8"))
HEADS = ("Where", "Statement", "Verdict", "Figures", "Shown by")


def of(paper: str):
    """Return what makes the tables of a paper: what follows, and what does not."""

    def maker() -> str:
        own = [claim for claim in CLAIMS if claim["paper"] == paper]
        parts = []
        for title, is_wrong in (("", False), ("Does not follow from its inputs:", True)):
            rows = [_row(c) for c in own if (c["verdict"] == "inconsistent") == is_wrong]
            if rows:
                parts.append((f"{title}\n\n" if title else "") + table(HEADS, rows))
        return "\n".join(parts)

    return maker


def _row(claim: dict) -> tuple[str, ...]:
    command = claim.get("command")
    figures = _numbers(claim.get("expected"))
    if "claimed" in claim:
        figures += f"; printed: {_numbers(claim['claimed'])}"
    statement = claim["statement"]
    return (claim["where"], statement, claim["verdict"], figures, f"`{command}`" if command else "")


def _numbers(value) -> str:
    if value is None:
        return ""
    some = value if isinstance(value, list) else [value]
    return ", ".join(n if isinstance(n, str) else f"{n:,.6g}" for n in some)
