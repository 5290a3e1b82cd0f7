"""Reads the saved account of a fleet as a saved result: that of its ledger."""

from typing import Any

from carbonctl.ledger.fleet import SCHEMA
from carbonctl.ledger.result import SCHEMA as OF_RESULTS

_KEPT = ("version", "hardware_db", "own_records")


def with_results(document: Any) -> Any:
    """Return a saved document; of that of a fleet one with a result, which has its ledger.

    Raises
    ------
    ValueError
        Where the ledger is empty: nothing in it says what the totals are made of.
    """
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        return document
    inputs, entries = document["inputs"], document["entries"]
    if not entries:
        raise ValueError(
            "no row of this fleet is counted: it holds no account"
            if not document["coverage"]["counted"]
            else "this fleet has no ledger (`entries`), of which figures are made here; save it "
            "again with `carbonctl fleet … --export json=PATH`"
        )  # fmt: skip
    digest = inputs[0]["sha256"] if len(inputs) == 1 else None
    file = entries[0]["file"] if entries else "fleet"
    result = {**document, "file": file, "sha256": digest or "", "name": "fleet", "reported": None}
    kept = {key: document[key] for key in _KEPT if key in document}
    return {**kept, "schema": OF_RESULTS, "results": [result]}
