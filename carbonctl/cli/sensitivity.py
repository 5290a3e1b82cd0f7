"""``carbonctl sensitivity``: which unknown decides a figure, and how far each moves it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from carbonctl import __version__, errors
from carbonctl.analysis.sensitivity import Question, Sensitivity, read_key
from carbonctl.analysis.sensitivity import sensitivity as answer
from carbonctl.analysis.sensitivity.asked import POINTS, TOTAL
from carbonctl.analysis.sensitivity.model import ENDS, METHODS, SWING
from carbonctl.catalog import Catalog
from carbonctl.cli import options as o
from carbonctl.cli.draw_options import read_seed
from carbonctl.errors import InputError, Problem, UsageError
from carbonctl.inputs.catalogs import catalog_for
from carbonctl.inputs.discovery import find
from carbonctl.inputs.documents import Document, documents
from carbonctl.inputs.results import read_document
from carbonctl.inputs.selection import every
from carbonctl.ledger.result import About
from carbonctl.outputs import writing
from carbonctl.outputs.merging import Cautions, Repeats
from carbonctl.outputs.messages import say
from carbonctl.render import SEPARATORS
from carbonctl.render.sensitivity import FORMATS, TOP, render
from carbonctl.spec.overrides import parse_override

if TYPE_CHECKING:
    Form: TypeAlias = str
    Method: TypeAlias = str
    At: TypeAlias = str
else:
    Form = Literal[FORMATS]
    Method = Literal[METHODS]
    At = Literal[ENDS]

_MOST_POINTS = 2**20
HowTo = Annotated[
    Method,
    typer.Option(
        "--method",
        help="swing: one unknown at a time; rank: rank correlation; sobol: shares of the variance.",
    ),
]
Ends = Annotated[
    At,
    typer.Option(
        "--at", help="Where an unknown moves to: its 5th and 95th percentile, or its bounds."
    ),
]
Of = Annotated[
    str, typer.Option("--of", metavar="KEY", help="A total, or phases.PHASE.KEY, to decide.")
]
Top = Annotated[
    int, typer.Option("--top", min=1, metavar="N", help="Table, Markdown: how many unknowns.")
]
Points = Annotated[
    int,
    typer.Option(
        "--points", min=64, max=_MOST_POINTS, metavar="N",
        help="Points of the indices, a power of 2.",
    ),
]  # fmt: skip
Format = Annotated[Form, typer.Option("--format", "-f", help="Form of the output.")]


def sensitivity(
    files: o.Files,
    method: HowTo = "swing",
    at: Ends = "percentiles",
    of: Of = TOTAL,
    top: Top = TOP,
    seed: o.Seed = None,
    points: Points = POINTS,
    format: Format = "table",
    no_header: o.NoHeader = False,
    set: o.Set = [],  # noqa: B006
    hardware_db: o.HardwareDb = None,
    color: o.Color = "auto",
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    debug: o.Debug = False,
) -> int:
    """Show which unknowns decide a figure, and how far each moves it.

    Every other unknown stays at its median. --method all adds each one's share of the
    variance (First: alone, Total: with interactions), and the rank correlation. For example:

      carbonctl sensitivity job.yaml

      carbonctl sensitivity job.yaml --method all --of energy_kwh

      carbonctl sensitivity job.yaml --at bounds --format csv
    """
    if points & (points - 1):
        below = 1 << points.bit_length() - 1
        raise UsageError(f"--points {points}: a power of 2 is wanted, as {below} or {2 * below}")
    if no_header and format not in SEPARATORS:
        raise UsageError("--no-header: only csv and tsv have a header")
    for text in set:
        parse_override(text)
    if seed is not None and method == SWING:
        raise UsageError("--seed: nothing is drawn; add --method rank, sobol or all")
    question = Question(read_key(of), method, at, read_seed(seed), points)
    catalog = catalog_for(hardware_db, is_told=format in SEPARATORS)
    reader = _Reader(catalog, tuple(set), question, is_quiet=quiet, is_wordy=verbose)
    for piece in every(find(files)):
        if piece is not None and piece.problem is not None:
            reader.refuse(InputError([piece.problem]))
        elif piece is not None:
            reader.read(documents(piece))
    reader.cautions.finish()
    reader.repeats.finish()
    about = About(__version__, catalog.version, tuple(reader.problems), catalog.own_records)
    style = writing.style(color, None)._replace(header=not no_header)
    if reader.answers or format == "json":
        writing.to_stdout(render(format, reader.answers, about, style, top))
    is_unknown = any(made.value is None for made in reader.answers)
    return errors.INPUT if reader.problems or is_unknown else errors.OK


class _Reader:
    """Answers the question for one document after the other, and says what is wrong."""

    def __init__(
        self,
        catalog: Catalog,
        overrides: tuple[str, ...],
        question: Question,
        *,
        is_quiet: bool,
        is_wordy: bool,
    ) -> None:
        self.catalog = catalog
        self.overrides = overrides
        self.question = question
        self.is_wordy = is_wordy
        self.repeats = Repeats(verbose=is_wordy)
        self.cautions = Cautions(is_quiet=is_quiet)
        self.answers: list[Sensitivity] = []
        self.problems: list[Problem] = []

    def read(self, some: Iterable[Document]) -> None:
        """Answer for each result of some documents."""
        for document in some:
            try:
                read = read_document(document, self.catalog, self.overrides)
                made = [answer(result, self.question) for result in read.results]
            except InputError as error:
                self.refuse(error)
                continue
            if self.is_wordy:
                say(f"{document.label}: {'a saved result' if read.is_saved else 'a workload'}")
            for result in read.results:
                self.cautions.add(result.warnings, result.file)
            if read.is_saved:  # `explain` reads workloads alone
                made = [each._replace(explain=None) for each in made]
            self.answers += made

    def refuse(self, error: InputError) -> None:
        """Say what is wrong with an input."""
        self.problems += error.problems
        self.repeats.tell(error)
