"""``carbonctl validate``: what is wrong with some inputs, and no account of them."""

from typing import Annotated

import typer

from carbonctl import errors
from carbonctl.catalog import Catalog
from carbonctl.catalog.folders import own
from carbonctl.cli import inputs
from carbonctl.cli import options as o
from carbonctl.cli.messages import say
from carbonctl.validation import validate as validate_one

Files = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...", help="Workloads, saved results or hardware records; - is stdin."
    ),
]


def validate(
    files: Files,
    hardware_db: o.HardwareDb = None,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    debug: o.Debug = False,
) -> int:
    """Check workloads, saved results and hardware records.

    Says every fault with its file, line and column, and nothing where there is none. No
    account is made: whether the figures of a workload suffice, estimate says. For example:

      carbonctl validate jobs/*.yaml
    """
    catalog = Catalog(own(hardware_db))
    told: list[str] = []

    def check(data: bytes, name: str) -> None:
        told.append(f"{name}: a valid {validate_one(data, name, catalog)}")

    problems = inputs.each(files, check)
    if verbose and not quiet:
        valid = f"{len(told)} of {len(files)}" if problems else f"{len(files)}"
        say("\n".join([*told, f"{valid} {'file is' if len(files) == 1 else 'files are'} valid"]))
    return errors.INPUT if problems else errors.OK
