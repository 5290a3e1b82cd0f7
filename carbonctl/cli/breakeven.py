"""``carbonctl breakeven``: where a figure meets a limit, or is equal in two workloads."""

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from carbonctl import __version__, errors
from carbonctl.analysis.breakeven import Answer, Vary, read_vary, solve
from carbonctl.analysis.breakeven.question import of_limit, of_two
from carbonctl.analysis.gates import parse_key, parse_target
from carbonctl.batch.sweep import workload
from carbonctl.cli import options as o
from carbonctl.errors import UsageError
from carbonctl.inputs.catalogs import NAMELESS, catalog_for
from carbonctl.inputs.discovery import named
from carbonctl.ledger.result import About
from carbonctl.outputs import writing
from carbonctl.outputs.merging import Cautions
from carbonctl.outputs.messages import say
from carbonctl.render import FOR_PEOPLE
from carbonctl.render.breakeven import COLUMNS, FORMATS, render
from carbonctl.render.breakeven.sentences import sentences
from carbonctl.spec.overrides import parse_override

if TYPE_CHECKING:
    Form: TypeAlias = str
else:
    Form = Literal[FORMATS]

KEY = "total_kgco2e"
_TWO = 2

Files = Annotated[
    list[str],
    typer.Argument(metavar="FILE", help="One workload with --until, or a base and a head."),
]
_SPAN = "PATH=LOW..HIGH"
OnBoth = Annotated[
    list[str],
    typer.Option("--vary", metavar=_SPAN, help="What varies, as in 'site.pue=1.1..1.6'; :log."),
]
OnBase = Annotated[
    str | None, typer.Option("--vary-base", metavar=_SPAN, help="The same, of the base alone.")
]
OnHead = Annotated[
    str | None, typer.Option("--vary-head", metavar=_SPAN, help="The same, of the head alone.")
]
Until = Annotated[
    list[str],
    typer.Option(
        "--until", metavar="KEY = LIMIT",
        help="One workload: what is to be met, 'total_kgco2e = 85 t' or 'KEY = 50 % of KEY'.",
    ),
]  # fmt: skip
Key = Annotated[
    str | None,
    typer.Option(
        "--key", metavar="KEY",
        help="Two workloads: what is to be equal, a total or phases.PHASE.KEY. "
        "Default: total_kgco2e.",
    ),
]  # fmt: skip
Draws = Annotated[
    str | None, typer.Option("--draws", metavar="N", help="Also the range of ties over N draws.")
]
Format = Annotated[Form, typer.Option("--format", "-f", help="Form of the output.")]
ExitStatus = Annotated[bool, typer.Option("--exit-status", help="Exit 1 where there is no tie.")]


def breakeven(
    files: Files,
    vary: OnBoth = [],  # noqa: B006
    vary_base: OnBase = None,
    vary_head: OnHead = None,
    until: Until = [],  # noqa: B006
    key: Key = None,
    draws: Draws = None,
    seed: o.Seed = None,
    format: Format = "table",
    export: o.Export = [],  # noqa: B006
    set: o.Set = [],  # noqa: B006
    exit_status: ExitStatus = False,
    hardware_db: o.HardwareDb = None,
    color: o.Color = "auto",
    quiet: o.Quiet = False,
    debug: o.Debug = False,
) -> int:
    """Find where two workloads are equal, or where one meets a limit.

    All ties in the range are listed. Where a figure jumps past the other, as with whole servers,
    the tie is marked as a jump. For example:

      carbonctl breakeven old.yaml new.yaml --vary site.pue=1..2

      carbonctl breakeven job.yaml --vary site.pue=1..2 --until total_kgco2e=9t
    """
    both, limit = _single(vary, "--vary"), _single(until, "--until")
    _check(files, {"--vary-base": vary_base, "--vary-head": vary_head}, limit, key)
    spans = _spans(both, vary_base, vary_head)
    target = None if limit is None else parse_target(limit)
    place = parse_key(key or KEY)
    for text in set:
        parse_override(text)
    count, number = _drawing(draws, seed)
    targets = [writing.parse_export(text, FORMATS) for text in export]
    found = [named(file) for file in files]
    writing.check_targets(targets, [one.path for one in found])
    writing.check_columns(targets, COLUMNS)
    forms = (format, *(target.form for target in targets))
    catalog = catalog_for(hardware_db, is_told=any(form in (*NAMELESS, "csv") for form in forms))
    accounts = [workload(one, catalog, tuple(set), "breakeven") for one in found]
    first, second = spans
    if target is not None:
        assert first is not None
        question = of_limit(accounts[0], first, target)
    else:
        either = first or second
        assert either is not None
        base, head = (span and span.path for span in spans)
        question = of_two((accounts[0], base), (accounts[1], head), either.span, place)
    answer = solve(question, catalog, count, number)
    about = About(__version__, catalog.version, own_records=catalog.own_records)
    return _written(answer, about, targets, format, color, quiet=quiet, exit_status=exit_status)


def _single(given: list[str], flag: str) -> str | None:
    """Return the value of a flag that can be given once.

    Raises UsageError where it is given again.
    """
    if len(given) > 1:
        raise UsageError(f"{flag} is given {len(given)} times; one is solved at a time")
    return given[0] if given else None


def _check(
    files: list[str], of_one: dict[str, str | None], until: str | None, key: str | None
) -> None:
    """Refuse flags that do not go with the number of workloads.

    Raises UsageError saying what to give.
    """
    if len(files) > _TWO:
        raise UsageError(f"{len(files)} workloads; one with --until, or two, are compared")
    if files.count("-") > 1:
        raise UsageError("standard input can be read only once; give a single -")
    if len(files) == _TWO:
        if until is not None:
            raise UsageError("--until is of one workload; two are equal in --key")
        return
    if until is None:
        raise UsageError(
            "one workload needs what it is to meet: --until 'total_kgco2e = 85 t'; "
            "or give a second one"
        )
    if key is not None:
        raise UsageError("--key is of two workloads; of one, --until has the key")
    for flag, value in of_one.items():
        if value is not None:
            raise UsageError(f"{flag} is of two workloads; write --vary")


def _drawing(draws: str | None, seed: str | None) -> tuple[int | None, int | None]:
    """Return how many draws are asked for, and of which seed.

    Raises UsageError for a number that is none, and for a seed without draws.
    """
    if draws is None and seed is None:
        return None, None
    from carbonctl.cli.draw_options import read_drawing

    drawing = read_drawing(draws, seed, None, has_gates=False)
    if drawing is None or drawing.n is None:
        raise UsageError("--draws auto: the ties of draws need a number, as in --draws 10000")
    return drawing.n, drawing.seed


def _spans(both: str | None, base: str | None, head: str | None) -> tuple[Vary | None, Vary | None]:
    """Return what varies in the base, and what in the head.

    Raises UsageError where nothing does, or both do over other values.
    """
    if both is not None:
        if base is not None or head is not None:
            raise UsageError("--vary is of both workloads; leave out --vary-base and --vary-head")
        vary = read_vary(both, "--vary")
        return vary, vary
    of_base = None if base is None else read_vary(base, "--vary-base")
    of_head = None if head is None else read_vary(head, "--vary-head")
    if of_base is None and of_head is None:
        raise UsageError("nothing varies; add --vary 'site.carbon_intensity=0..1000 g/kWh'")
    if of_base is not None and of_head is not None and of_base.span != of_head.span:
        raise UsageError("--vary-base and --vary-head need the same LOW..HIGH and unit")
    return of_base, of_head


def _written(
    answer: Answer, about: About, targets: list[writing.Target], form: str, color: str,
    *, quiet: bool, exit_status: bool,
) -> int:  # fmt: skip
    """Write the answer and what is to be said of it, and return the exit code."""
    style = writing.style(color, None)
    texts = [render(target.form, answer, about, style) for target in targets]
    written = writing.write_all(targets, texts, render(form, answer, about, style))
    cautions = Cautions(is_quiet=quiet)
    for label, warnings in answer.warnings:
        cautions.add(warnings, label)
    cautions.finish()
    for note in answer.notes:
        if note.vital or not quiet:
            say(f"note: {note}")
    if not answer.ties and form not in FOR_PEOPLE and not quiet:
        say(f"note: {sentences(answer)[0]}")
    is_none = not answer.ties and answer.everywhere != "equal"
    return errors.worst([written, errors.GATE_FAILED if exit_status and is_none else errors.OK])
