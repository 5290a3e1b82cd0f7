"""``carbonctl estimate``: from workloads to their accounts."""

from typing import TYPE_CHECKING

from carbonctl.batch.run import Run
from carbonctl.batch.worker import Order
from carbonctl.cli import options as o
from carbonctl.errors import UsageError
from carbonctl.inputs.catalogs import catalog_for
from carbonctl.inputs.discovery import Found, find
from carbonctl.inputs.reading import STDIN
from carbonctl.ledger.rows import chosen
from carbonctl.outputs import writing
from carbonctl.render import BINARY, FOR_PEOPLE, FORMATS, LINES, TABLES, Style
from carbonctl.spec.overrides import parse_override
from carbonctl.text import path_shown

ALL = "all"  # every lever of the file

if TYPE_CHECKING:
    from carbonctl.analysis.gates.rules import Gates
    from carbonctl.ledger.samples import Drawing


def estimate(
    files: o.Files,
    format: o.Format = "table",
    by: o.By = None,
    entries: o.Entries = False,
    totals: o.Totals = False,
    phases: o.Phases = False,
    no_header: o.NoHeader = False,
    equivalents: o.Equivalents = False,
    details: o.Details = False,
    export: o.Export = [],  # noqa: B006
    set: o.Set = [],  # noqa: B006
    lever: o.Lever = [],  # noqa: B006
    levers: o.Levers = None,
    fail_on: o.FailOn = [],  # noqa: B006
    warn_on: o.WarnOn = [],  # noqa: B006
    budget: o.Budget = None,
    exit_zero: o.ExitZero = False,
    draws: o.Draws = None,
    seed: o.Seed = None,
    samples: o.Samples = None,
    stdin_name: o.StdinName = None,
    recursive: o.Recursive = False,
    jobs: o.Jobs = None,
    hardware_db: o.HardwareDb = None,
    color: o.Color = "auto",
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    debug: o.Debug = False,
) -> int:
    """Estimate the carbon account of one or more workloads.

    Reads YAML workloads, one or several per file, JSON Lines, or saved results;
    FILE#N is one of several. CSV, TSV and JSON Lines are written as they come. For example:

      carbonctl estimate job.yaml

      carbonctl estimate job.yaml --set site.grid=FR --format csv

      carbonctl estimate jobs.jsonl --format csv --totals

      carbonctl estimate jobs --recursive --format jsonl --totals

      carbonctl estimate job.yaml --draws 10000
    """
    targets = [writing.parse_export(text, (*FORMATS, "html")) for text in export]
    forms = [*(target.form for target in targets), format]
    rows = _rows({"entries": entries, "totals": totals, "phases": phases}, forms, by)
    if no_header and not _any(forms, TABLES):
        raise UsageError("--no-header: only csv and tsv have a header")
    drawing = _drawing(draws, seed, samples, has_gates=bool(fail_on or warn_on or budget))
    is_drawn = drawing is not None and drawing.is_wanted
    inputs = find(files, recursive=recursive)
    read = [*(given.path for given in inputs), *([budget] if budget else [])]
    writing.check_targets([*targets, *_samples_target(drawing, inputs)], read)
    writing.check_columns(targets, chosen(by, rows, is_drawn=is_drawn).columns)
    writing.check_terminal(format, targets)
    for text in set:
        parse_override(text)
    gates = _gates(fail_on, warn_on, budget)
    catalog = catalog_for(hardware_db, is_told=False)  # the run tells, also of saved results
    sources = catalog.sources if _any(forms, (*FOR_PEOPLE, "html")) else None
    everyday = tuple(catalog.everyday) if equivalents else ()
    plain = Style(sources=sources, by=by, everyday=everyday, rows=rows, header=not no_header,
                  details=details, is_drawn=is_drawn)  # fmt: skip
    screen = writing.style(color, sources) if format in FOR_PEOPLE else plain
    shape = screen._replace(by=by, everyday=everyday, rows=rows, header=not no_header,
                            details=details, is_drawn=is_drawn)  # fmt: skip
    styles = [*(plain for _ in targets), shape]
    order = Order(
        catalog.folders[:-1], tuple(set), gates, tuple(zip(forms, styles, strict=True)),
        quiet, exit_zero, drawing, pulled_levers(lever, levers),
    )  # fmt: skip
    run = Run(order, catalog, targets)
    jobs = 1 if drawing is not None and drawing.path is not None else jobs
    return run.all(inputs, path_shown(stdin_name) if stdin_name else STDIN, jobs, verbose=verbose)


def pulled_levers(names: list[str], words: str | None) -> tuple[str, ...]:
    """Return the names of the levers that are pulled; the word all for all of them.

    Raises UsageError for another word.
    """
    if words not in (None, ALL):
        raise UsageError(f"--levers {words}: write --levers all, or --lever NAME for one of them")
    return (*names, *([ALL] if words else []))


def _any(forms: list[str], wanted: tuple[str, ...]) -> bool:
    return not frozenset(wanted).isdisjoint(forms)


def _rows(flags: dict[str, bool], forms: list[str], by: str | None) -> str | None:
    """Return what a row is, where a flag says it.

    Raises UsageError where flags contradict each other, or nothing has rows.
    """
    given = [f"--{name}" for name, is_given in flags.items() if is_given]
    if not given:
        return None
    if by is not None:
        given.append("--by")
    if len(given) > 1:
        raise UsageError(f"{' and '.join(given)}: each says what a row is; give one of them")
    if not _any(forms, (*LINES, *BINARY)):
        raise UsageError(
            f"{given[0]}: only csv, tsv, jsonl and parquet have rows; add --format csv"
        )
    return given[0].removeprefix("--")


def _drawing(
    draws: str | None, seed: str | None, samples: str | None, *, has_gates: bool
) -> "Drawing | None":
    """Return the draws that are asked for, or None; those who want none need not wait."""
    if draws is None and seed is None and samples is None:
        return None
    from carbonctl.cli.draw_options import read_drawing

    return read_drawing(draws, seed, samples, has_gates=has_gates)


def _samples_target(drawing: "Drawing | None", inputs: list[Found]) -> list[writing.Target]:
    """Return where the draws themselves go, if they are written."""
    if drawing is None or drawing.path is None:
        return []
    from carbonctl.cli.draw_options import samples_target

    return [samples_target(drawing.path, inputs)]


def _gates(fail_on: list[str], warn_on: list[str], budget: str | None) -> "Gates | None":
    """Return the rules, or None; those who have none need not wait for their import."""
    if not (fail_on or warn_on or budget):
        return None
    from carbonctl.cli.gate_options import read_gates

    return read_gates(fail_on, warn_on, budget, has_base=False)
