"""The schema of a file of designs, generated from the model that checks it."""

from __future__ import annotations

from carbonctl.reference.schemas import Schema
from carbonctl.reference.schemas.spec import schemas_of
from carbonctl.spec.explore_file import ExploreFile


def build() -> Schema:
    """Return the schema of what ``carbonctl explore`` reads."""
    shared, names = schemas_of([ExploreFile])
    root = shared.pop(names[ExploreFile])
    return {
        "$id": "carbonctl.explore-file/1",
        **root,
        "title": "Designs for carbonctl",
        "$defs": shared,
    }
