"""The schema of a site's file, generated from the models that check it."""

from __future__ import annotations

from carbonctl.reference.schemas import Schema
from carbonctl.reference.schemas.spec import OF_SITES, schemas_of
from carbonctl.spec.site_file import SiteFile


def build() -> Schema:
    """Return the schema of what ``carbonctl site`` reads."""
    shared, names = schemas_of([SiteFile, *OF_SITES])
    root = shared.pop(names[SiteFile])
    return {
        "$id": "carbonctl.site-file/1",
        **root,
        "title": "A site for carbonctl",
        "$defs": shared,
    }
