"""``carbonctl schema``: the JSON Schema of what carbonctl reads and writes."""

import json
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from carbonctl import errors
from carbonctl.cli import options as o
from carbonctl.outputs import writing
from carbonctl.reference import schemas

if TYPE_CHECKING:
    SchemaName: TypeAlias = str
else:
    SchemaName = Literal[schemas.NAMES]

Name = Annotated[
    SchemaName,
    typer.Argument(
        metavar="SCHEMA",
        help="spec: a workload; device: a record of hardware_db; site-file, explore-file: what "
        "site and explore read; result: JSON of estimate; "
        f"{', '.join(schemas.NAMES[5 : -len(schemas.OF_REPORTS)])}: JSON of that command; "
        f"{', '.join(schemas.OF_REPORTS)}: JSON of that report.",
    ),
]


def schema(name: Name, debug: o.Debug = False) -> int:
    """Print a JSON Schema, for editors and other checkers.

      carbonctl schema spec > carbonctl.schema.json

    Editors with a YAML language server then check a workload that begins with

      # yaml-language-server: $schema=carbonctl.schema.json
    """
    document = json.dumps(schemas.build(name), indent=2, ensure_ascii=False)
    writing.to_stdout(document + "\n")
    return errors.OK
