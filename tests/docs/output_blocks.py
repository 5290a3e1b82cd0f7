"""The reference of what is written: columns and fields, from the schemas."""

from typing import Any

from carbonctl.cli import config, doctor, init
from carbonctl.ledger.entry import COLUMNS
from carbonctl.ledger.rows import NUMBERS, VIEWS, YEARS
from carbonctl.reference import (
    catalog_rows,
    descriptions,
    lever_rows,
    model_rows,
    schemas,
    spec_keys,
)
from tests.docs.blocks import anchor, plain, table

Schema = dict[str, Any]

_FIELDS = ("Field", "Type", "What it is")
_COLUMNS = ("Column", "Type", "What it holds")
RESULT = (
    "document",
    "result",
    "totals",
    "entry",
    "input",
    "samples",
    "uncertainty",
    "rank",
    "activity_figure",
    "driver",
    "assumption",
    "comparison",
    "verdict",
    "own_records",
    "problem",
)
COMPARE = (
    "base",
    "alternative",
    "deltas",
    "delta",
    "row",
    "change",
    "metrics",
    "figure",
    "time",
    "design",
    "sensitivity",
    "swing",
)
LIKE = {"alternative": "base", "time": "figure"}  # all of one, and more
REPRODUCED = (("reproduced row", "row"), ("reproduced summary", "summary"), ("goal", "goal"))
BILLS = ("bill", "bounds", "published", "beside")


def _defs(name: str) -> dict[str, Schema]:
    found: dict[str, Schema] = schemas.build(name)["$defs"]
    return found


def columns() -> str:
    """Return the columns of the ledger."""
    said = _defs("result")["entry"]["properties"]
    return table(_COLUMNS, [_column(name, said[name]) for name in COLUMNS])


def sums() -> str:
    """Return the columns of sums: what they are of, and the keys of totals."""
    before = [(f"`{name}`", "text", "") for name in VIEWS["phases"].columns[:2]]
    said = _defs("result")["totals"]["properties"]
    group = ("`phase`, `activity`, …", "text", "of `--phases` and `--by`: the group")
    flag = ("`complete`", "true or false", "of `--totals`: whether every entry is known")
    sums = [_column(key, said[key]) for key in VIEWS["phases"].columns[3:]]
    drawn = [
        (f"`{key}`", "number", f"with `--draws`, of `--totals` and `--phases`: {plain(said)}")
        for key, said in descriptions.of("drawn column").items()
    ]
    return table(_COLUMNS, [*before, group, flag, *sums, *drawn])


def _column(name: str, field: Schema) -> tuple[str, ...]:
    kind = "year" if name in YEARS else "number" if name in NUMBERS else _type(field)
    return f"`{name}`", kind.removesuffix(" or null"), plain(field["description"])


def fields(name: str, *definitions: str) -> str:
    """Return a section for each of some definitions of a schema."""
    return "\n".join(
        f"### {one}\n\n{_fields(_defs(name)[one]['properties'])}" for one in definitions
    )


def _fields(properties: dict[str, Schema]) -> str:
    rows = [(f"`{key}`", _type(one), plain(one["description"])) for key, one in properties.items()]
    return table(_FIELDS, rows)


def _type(schema: Schema) -> str:
    """Return the type of a field in words, with a link to what it is made of."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{anchor(name)})"
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return ", ".join(
            "null" if one is None else f"`{one}`" if one else "empty" for one in schema["enum"]
        )
    if "properties" in schema:
        return _inner(schema["properties"])
    if schema["type"] == "array":
        return f"list of {_type(schema['items'])}"
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return " or ".join({"string": "text", "boolean": "true, false"}.get(one, one) for one in types)


def _inner(properties: dict[str, Schema]) -> str:
    """Return the keys of an object that has no section of its own, and what they all hold."""
    (kind,) = {_type(one) for one in properties.values()}
    return f"{', '.join(f'`{key}`' for key in properties)}: {kind} each"


def result() -> str:
    """Return what ``estimate`` writes as JSON; what is as in the CSV is not said again."""
    entry = _defs("result")["entry"]["properties"]
    more = {key: one for key, one in entry.items() if key not in COLUMNS}
    own = f"### entry\n\nThe [columns](#csv-tsv-and-parquet-of-estimate) of the CSV, and:\n\n{_fields(more)}"
    totals = (
        "### totals\n\nThe figures of the [sums](#sums) of the CSV; with `--draws` also "
        "`samples`, [what draws say of the total](#samples), null where it is unknown.\n"
    )
    before, after = RESULT[: RESULT.index("totals")], RESULT[RESULT.index("entry") + 1 :]
    return "\n".join((fields("result", *before), totals, own, fields("result", *after)))


def comparison() -> str:
    """Return what ``compare`` writes as JSON."""
    built, shared = schemas.build("compare"), _defs("compare")
    text = "### document of compare\n\n" + _fields(built["properties"])
    for name in COMPARE:
        properties, like = shared[name]["properties"], LIKE.get(name)
        alike = shared[like]["properties"] if like else {}
        said = f"The fields of [{like}](#{like}), and:\n\n" if like else ""
        own = {key: one for key, one in properties.items() if key not in alike}
        text += f"\n### {name}\n\n{said}{_fields(own)}"
    return text


def reproduced() -> str:
    """Return what ``reproduce`` writes as JSON."""
    built, shared = schemas.build("reproduce"), _defs("reproduce")
    text = "### document of reproduce\n\n" + _fields(built["properties"])
    for title, name in REPRODUCED:
        text += f"\n### {title}\n\n{_fields(shared[name]['properties'])}"
    for title, name in REPRODUCED:
        text = text.replace(f"[{name}](#{anchor(name)})", f"[{name}](#{anchor(title)})")
    return text


def answers() -> str:
    """Return what ``sensitivity`` writes as JSON."""
    built = schemas.build("sensitivity")
    document = "### document of sensitivity\n\n" + _fields(built["properties"])
    return f"{document}\n{fields('sensitivity', 'answer', 'unknown')}"


def sensitivity_columns() -> str:
    """Return the columns of the CSV of ``sensitivity`` that are no fields of an unknown."""
    said = descriptions.of("sensitivity column")
    return table(_COLUMNS[::2], [(f"`{key}`", plain(one)) for key, one in said.items()])


def swept() -> str:
    """Return what ``sweep`` writes: as JSON, and the columns of its tables."""
    built = schemas.build("sweep")
    said = descriptions.of("sweep column")
    rows = [(key if key.isupper() else f"`{key}`", plain(one)) for key, one in said.items()]
    columns = table(_COLUMNS[::2], rows)
    document = f"### document of sweep\n\n{_fields(built['properties'])}"
    return "\n".join((document, fields("sweep", "axis", "point"), f"### CSV of sweep\n\n{columns}"))


FLEET = ("table", "coverage", "figures", "group", "assumed", "uncovered", "reject")


def fleet() -> str:
    """Return what ``fleet`` writes: as JSON, and the columns of its tables."""
    built, shared = schemas.build("fleet"), _defs("fleet")
    text = f"### document of fleet\n\n{_fields(built['properties'])}"
    like = {"group": shared["figures"], "assumed": _defs("result")["assumption"]}
    said = {
        "figures": "The figures of the [sums](#sums), and:\n\n",
        "group": "The fields of [figures](#figures), and:\n\n",
        "assumed": "The fields of an [assumption](#assumption), and:\n\n",
    }
    like["figures"] = _defs("result")["totals"]
    for name in FLEET:
        alike = like[name]["properties"] if name in like else {}
        own = {key: one for key, one in shared[name]["properties"].items() if key not in alike}
        text += f"\n### {name} of fleet\n\n{said.get(name, '')}{_fields(own)}"
    for name in FLEET:
        text = text.replace(f"[{name}](#{anchor(name)})", f"[{name}](#{name}-of-fleet)")
    for title, name in (("CSV of fleet", "fleet column"), ("rows of fleet", "fleet row")):
        rows = [
            (key if key.isupper() else f"`{key}`", plain(one))
            for key, one in descriptions.of(name).items()
        ]
        text += f"\n### {title}\n\n{table(_COLUMNS[::2], rows)}"
    return text


def ties() -> str:
    """Return what ``breakeven`` writes as JSON."""
    built = schemas.build("breakeven")
    document = f"### document of breakeven\n\n{_fields(built['properties'])}"
    return f"{document}\n{fields('breakeven', 'side', 'tie')}"


_SHARED = ("verdict", "own_records")  # definitions that stand elsewhere on the page


def refresh() -> str:
    """Return what ``refresh`` writes, and the columns of its CSV."""
    return _own("refresh") + _columns_of("refresh")


def explore() -> str:
    """Return what ``explore`` writes, and the columns of its CSV."""
    return _own("explore") + _columns_of("explore")


def reports() -> str:
    """Return what ``report`` writes as JSON, a document a kind."""
    return "\n".join(map(_own, schemas.OF_REPORTS))


def scaling() -> str:
    """Return what ``scaling`` writes, and the columns of its CSV."""
    return _own("scaling") + _columns_of("scaling")


def _own(name: str) -> str:
    """Return a document and its records, each under the name of its command."""
    own = {key: record for key, record in _defs(name).items() if key not in _SHARED}
    text = f"### document of {name}\n\n{_fields(schemas.build(name)['properties'])}"
    for key, record in own.items():
        text += f"\n### {key} of {name}\n\n{_fields(record['properties'])}"
    for key in own:
        text = text.replace(f"[{key}](#{anchor(key)})", f"[{key}](#{anchor(f'{key} of {name}')})")
    return text


def _columns_of(name: str) -> str:
    rows = [(f"`{key}`", plain(said)) for key, said in descriptions.of(f"{name} column").items()]
    return f"\n### CSV and TSV of {name}\n\n{table(_COLUMNS[::2], rows)}"


def levers() -> str:
    """Return what ``levers`` writes as JSON; the columns of its CSV are among the fields."""
    built, shared = schemas.build("levers"), _defs("levers")
    text = "### document of levers\n\n" + _fields(built["properties"])
    row = shared["row"]["properties"]
    text += f"\n### row of levers\n\n{_fields(row)}"
    for name in ("lever", "payback"):
        own = {key: one for key, one in shared[name]["properties"].items() if key not in row}
        said = "The fields of a [row](#row-of-levers), and:\n\n" if name == "lever" else ""
        text += f"\n### {name} of levers\n\n{said}{_fields(own)}"
        text = text.replace(f"[{name}](#{anchor(name)})", f"[{name}](#{name}-of-levers)")
    return text.replace("[row](#row)", "[row](#row-of-levers)")


def schedule() -> str:
    """Return what ``schedule`` writes: as JSON, and the columns of its CSV that are no fields."""
    built, shared = schemas.build("schedule"), _defs("schedule")
    text = "### document of schedule\n\n" + _fields(built["properties"])
    names = ("sums", "job", "option", "span", "data")
    for name in names:
        text += f"\n### {name} of schedule\n\n{_fields(shared[name]['properties'])}"
    for name in names:
        text = text.replace(f"[{name}](#{anchor(name)})", f"[{name}](#{name}-of-schedule)")
    said = descriptions.of("schedule column")
    rows = [(f"`{key}`", plain(one)) for key, one in said.items()]
    return f"{text}\n### CSV of schedule\n\n{table(_COLUMNS[::2], rows)}"


def sites() -> str:
    """Return what ``site`` writes as JSON; the columns of its CSV are among the fields."""
    built, shared = schemas.build("site"), _defs("site")
    text = "### document of site\n\n" + _fields(built["properties"])
    way = shared["way"]["properties"]
    own = [name for name in shared if name not in ("verdict", "own_records")]
    for name in own:
        said = "The fields of a [way](#way) and:\n\n" if name == "design" else ""
        known = shared[name]["properties"]
        shown = {k: one for k, one in known.items() if name != "design" or k not in way}
        text += f"\n### {name} of site\n\n{said}{_fields(shown)}"
    for name in own:
        text = text.replace(f"[{name}](#{anchor(name)})", f"[{name}](#{anchor(name)}-of-site)")
    return text


def project() -> str:
    """Return what ``project`` writes as JSON; the columns of its CSV are the fields of a row."""
    text = "### document of project\n\n" + _fields(schemas.build("project")["properties"])
    for name in ("row", "step", "solved"):
        text += f"\n### {name} of project\n\n{_fields(_defs('project')[name]['properties'])}"
        text = text.replace(f"[{name}](#{anchor(name)})", f"[{name}](#{name}-of-project)")
    return text


def survey() -> str:
    """Return what ``survey`` writes as JSON; the columns of its CSV are the first of a group."""
    built = schemas.build("survey")
    names = ("group", "concentration", "variance", "correlation", "check", "run", "equivalent")
    return f"### document of survey\n\n{_fields(built['properties'])}\n{fields('survey', *names)}"


def compare_columns() -> str:
    """Return the columns of the CSV of ``compare``."""
    said = descriptions.of("compare column", "metric column")
    return table(_COLUMNS[::2], [(f"`{key}`", plain(one)) for key, one in said.items()])


LISTS = {
    "hardware list": catalog_rows.HARDWARE_COLUMNS,
    "hardware search": catalog_rows.HARDWARE_COLUMNS,
    "hardware show": {"id": "the id of the record", **catalog_rows.FIGURE_COLUMNS},
    "hardware factors": catalog_rows.FACTOR_COLUMNS,
    "models list": model_rows.COLUMNS,
    "models show": {"id": "the id of the model", **model_rows.FIGURE_COLUMNS},
    "grid list": catalog_rows.GRID_COLUMNS,
    "grid show": catalog_rows.GRID_COLUMNS,
    "reproduce --models": descriptions.of("reproduce models"),
    "levers --list": lever_rows.COLUMNS,
    "kinds": spec_keys.KIND_COLUMNS,
    "kinds KIND": spec_keys.COLUMNS,
    "config": config.COLUMNS,
    "doctor": doctor.COLUMNS,
    "init --list": init.COLUMNS,
}


def lists() -> str:
    """Return the columns of what lists; commands with the same ones share a section."""
    alike: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for command, said in LISTS.items():
        alike.setdefault(tuple(said.items()), []).append(command)
    return "\n".join(
        f"### {' and '.join(commands)}\n\n"
        + table(_COLUMNS[::2], [(f"`{key}`", plain(one)) for key, one in rows])
        for rows, commands in alike.items()
    )


def bills() -> str:
    """Return what ``embodied`` writes as JSON; what is as in a result is not said again."""
    own, theirs = _defs("embodied"), _defs("result")
    text = ""
    for name in BILLS:
        text += f"### {name}\n\n{_fields(own[name]['properties'])}\n"
    entry = own["entry"]["properties"]
    differ = {k: one for k, one in entry.items() if one != theirs["entry"]["properties"][k]}
    return text + (
        "### entry of a bill\n\nAs the [entry](#entry) of a result, but for:\n\n" + _fields(differ)
    )
