"""``carbonctl validate``: what is wrong with some inputs, and no account of them."""

from typing import Annotated

import typer

from carbonctl import errors
from carbonctl.catalog import Catalog
from carbonctl.cli import options as o
from carbonctl.errors import InputError
from carbonctl.inputs.catalogs import catalog_for
from carbonctl.inputs.discovery import find
from carbonctl.inputs.documents import Piece, documents, json_first
from carbonctl.inputs.reading import STDIN
from carbonctl.inputs.selection import every
from carbonctl.inputs.validate import validate as validate_one
from carbonctl.outputs.merging import Repeats
from carbonctl.outputs.messages import say
from carbonctl.text import path_shown

Files = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE", help="Workloads, records, or other files that carbonctl reads; - is stdin."
    ),
]


def validate(
    files: Files,
    stdin_name: o.StdinName = None,
    recursive: o.Recursive = False,
    hardware_db: o.HardwareDb = None,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    debug: o.Debug = False,
) -> int:
    """Check workloads, records and the other files that carbonctl reads.

    Reports every fault with its file, line and column, and prints nothing if there is none. It
    reads what estimate reads, but computes no account: whether the figures of a workload
    suffice, only estimate knows. For example:

      carbonctl validate jobs/*.yaml

      carbonctl validate jobs --recursive
    """
    inputs = find(files, recursive=recursive)
    catalog = catalog_for(hardware_db, is_told=True)
    check = _Check(catalog, is_wordy=verbose and not quiet)
    for piece in every(inputs, path_shown(stdin_name) if stdin_name else STDIN):
        if piece is not None:
            check.take(piece)
    check.repeats.finish()
    if check.is_wordy:
        say(check.summary(len(inputs)))
    return errors.INPUT if check.faulty else errors.OK


class _Check:
    """Checks one document after the other, says what is wrong, and counts."""

    def __init__(self, catalog: Catalog, *, is_wordy: bool) -> None:
        self.catalog = catalog
        self.is_wordy = is_wordy
        self.repeats = Repeats(verbose=is_wordy)
        self.valid = self.faulty = 0

    def take(self, piece: Piece) -> None:
        """Check all documents of a piece."""
        if piece.problem is not None:
            self.refuse(InputError([piece.problem]))
            return
        for document in documents(piece):
            try:
                with json_first(document):
                    what = validate_one(document.data, document.file, self.catalog, document.line)
            except InputError as error:
                self.refuse(error)
                continue
            self.valid += 1
            if self.is_wordy:
                say(f"{document.label}: a valid {what}")

    def refuse(self, error: InputError) -> None:
        """Say what is wrong with a document."""
        self.faulty += 1
        self.repeats.tell(error)

    def summary(self, inputs: int) -> str:
        """Return how many are valid of what was read."""
        number = self.valid + self.faulty
        what = "file" if number == inputs else "document"
        valid = f"{self.valid:,} of {number:,}" if self.faulty else f"{number:,}"
        return f"{valid} {what} is valid" if number == 1 else f"{valid} {what}s are valid"
