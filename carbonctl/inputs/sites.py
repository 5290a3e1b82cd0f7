"""From an input to a site's file: what it draws, its electricity, and what is asked of it."""

from __future__ import annotations

from carbonctl.catalog import Catalog
from carbonctl.errors import InputError, Problem
from carbonctl.inputs.discovery import Found
from carbonctl.inputs.documents import json_first
from carbonctl.inputs.selection import single
from carbonctl.spec.site_file import LoadedSite, load_site
from carbonctl.spec.tree import decode

_HEAD = 200  # bytes in which a document says what it is


def site_of(found: Found, catalog: Catalog, overrides: tuple[str, ...]) -> LoadedSite:
    """Return the checked file of a site.

    Parameters
    ----------
    found : Found
        A file, one document of it, or standard input.
    catalog : Catalog
        Knows the ids of grids.
    overrides : tuple of str
        ``PATH=VALUE``, before the file's own values.

    Raises
    ------
    InputError
        Where it cannot be read, is a workload or a result, or has a fault.
    """
    document = single(found, "`carbonctl site {}`")
    data, name, _, first, _ = document
    with json_first(document):
        head = data[:_HEAD].lstrip()
        if head.startswith(b"{") and b'"schema": "carbonctl.' in head:
            message = "this is a saved result; `carbonctl site` reads a site's file, with `demand`"
            raise InputError([Problem(name, first, 1, message)])
        return load_site(decode(data, name, first), name, catalog, overrides, first)
