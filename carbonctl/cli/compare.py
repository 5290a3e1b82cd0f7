"""``carbonctl compare``: accounts side by side, with gates."""

from carbonctl import __version__, errors
from carbonctl.catalog import Catalog
from carbonctl.catalog.folders import own
from carbonctl.cli import gating, outputs
from carbonctl.cli import options as o
from carbonctl.cli.messages import say
from carbonctl.cli.sides import read_side
from carbonctl.compare import Side, report
from carbonctl.errors import InputError, Problem, UsageError
from carbonctl.gates import exit_code
from carbonctl.render.comparison import COMPARE_FORMATS, render
from carbonctl.result import About


def compare(
    base: o.Base,
    heads: o.Heads,
    fail_on: o.FailOn = [],  # noqa: B006
    warn_on: o.WarnOn = [],  # noqa: B006
    budget: o.Budget = None,
    format: o.CompareFormat = "table",
    export: o.Export = [],  # noqa: B006
    exit_zero: o.ExitZero = False,
    hardware_db: o.HardwareDb = None,
    color: o.Color = "auto",
    quiet: o.Quiet = False,
    debug: o.Debug = False,
) -> int:
    """Compare a workload with what it was, or several alternatives with a base.

    Each side is a workload, a saved result, - for standard input, or REV:PATH in git:

      carbonctl compare main:job.yaml job.yaml --fail-on 'total_kgco2e > +5%'
    """
    if [base, *heads].count("-") > 1:
        raise UsageError("standard input can be one side only")
    targets = [outputs.parse_export(text, COMPARE_FORMATS) for text in export]
    outputs.check_targets(targets, [base, *heads])
    gates = gating.read_gates(fail_on, warn_on, budget, has_base=True)
    catalog = Catalog(own(hardware_db))
    problems: list[Problem] = []
    sides = [_side(text, catalog, problems, quiet=quiet) for text in (base, *heads)]
    first, *others = sides
    known = [side for side in others if side is not None]
    if first is None or not known:
        return errors.INPUT
    found = report(first, known, catalog)
    verdicts = [
        verdict
        for one in found.alternatives
        for verdict in gates.judge(one.head.label, one.head.entries, first.entries)
    ]
    about = About(__version__, catalog.version, tuple(problems))
    style = outputs.style(color, None)
    texts = [render(target.form, found, verdicts, about) for target in targets]
    written = outputs.write_all(targets, texts, render(format, found, verdicts, about, style))
    gating.announce(verdicts, quiet=quiet)
    unread = errors.INPUT if problems else errors.OK
    return errors.worst([unread, written, exit_code(verdicts, exit_zero=exit_zero)])


def _side(text: str, catalog: Catalog, problems: list[Problem], *, quiet: bool) -> Side | None:
    """Return a side, or say what is wrong with it."""
    try:
        side = read_side(text, catalog)
    except InputError as error:
        problems += error.problems
        say(str(error))
        return None
    for result in () if quiet else side.results:
        for warning in result.warnings:
            say(f"{side.label}: warning: {warning}")
    return side
