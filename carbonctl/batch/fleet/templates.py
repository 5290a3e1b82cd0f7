"""Templates: a whole workload in which each row of a table fills placeholders, ``${column}``.

The text of a cell goes through the field of the spec as any scalar does: units and ranges work,
and nothing is evaluated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from carbonctl.batch.fleet.placeholders import placeholders
from carbonctl.errors import InputError, Problem
from carbonctl.inputs import reading
from carbonctl.inputs.jobs.field_columns import Column
from carbonctl.inputs.jobs.layout import Layout, layout
from carbonctl.inputs.jobs.maps import Map
from carbonctl.spec import tree
from carbonctl.text import did_you_mean

_KEPT = ("job", "start", "end", "state")  # fields of the table that a template does not replace
_ANYTHING = {"kind": "template"}  # a default with which a table needs no column of its own


def read_template(path: str) -> Mapping[str, Any]:
    """Return the workload of a template.

    Raises
    ------
    InputError
        Where it is no mapping, or has no placeholder.
    """
    data, name = reading.read(path)
    problems: list[Problem] = []
    root = tree.parse(tree.decode(data, name), name, problems=problems)
    if problems:
        raise InputError(problems)
    if not isinstance(root, tree.Map) or "phases" not in root:
        message = "a template is a workload: name, site, phases"
        raise InputError([Problem(name, 1, 1, message)])
    if not [*placeholders(root)]:
        message = "no ${column} in it: each row would be the same workload"
        raise InputError([Problem(name, 1, 1, message)])
    return root


def template_layout(
    header: Sequence[str], map: Map, by: Sequence[str], names: Sequence[str], file: str
) -> Layout:
    """Return where the columns are that a template takes, and those of tags and times.

    Raises
    ------
    InputError
        Where the table lacks one.
    """
    where = layout(header, replace(map, defaults={**map.defaults, **_ANYTHING}), by, {}, file)
    positions = {name.strip(): place for place, name in enumerate(header)}
    problems = [
        Problem(
            file, 1, None,
            f"the template takes ${{{name}}}, and there is no such column"
            f"{did_you_mean(name, positions) or '; the columns are ' + ', '.join(positions)}",
        )
        for name in names
        if name not in positions
    ]  # fmt: skip
    if problems:
        raise InputError(problems)
    fields = {name: column for name, column in where.fields.items() if name in _KEPT}
    fields |= {f"${name}": Column(f"${name}", positions[name], name) for name in names}
    used = {positions[name] for name in names} | {c.position for c in where.fields.values()}
    used |= {tag.position for tag in where.tags.values()}
    unused = tuple(name for place, name in enumerate(header) if place not in used)
    return replace(where, fields=fields, unused=unused)
