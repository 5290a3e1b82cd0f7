"""``carbonctl compare``: accounts side by side, with gates."""

from collections import Counter

from carbonctl import __version__, errors
from carbonctl.analysis.compare import Report, Side, report
from carbonctl.analysis.gates import exit_code
from carbonctl.catalog import Catalog
from carbonctl.cli import design_options, gate_options
from carbonctl.cli import options as o
from carbonctl.errors import InputError, Problem, UsageError
from carbonctl.inputs.catalogs import NAMELESS, catalog_for
from carbonctl.inputs.discovery import named
from carbonctl.inputs.git_sides import read_side
from carbonctl.inputs.results import today
from carbonctl.ledger.result import About
from carbonctl.outputs import writing
from carbonctl.outputs.merging import Cautions, Repeats
from carbonctl.outputs.messages import say
from carbonctl.outputs.verdicts import announce
from carbonctl.render import COMPARE_FORMATS, FOR_PEOPLE
from carbonctl.render.comparison import render
from carbonctl.render.comparison.csv_ import columns


def compare(
    base: o.Base,
    heads: o.Heads,
    fail_on: o.FailOn = [],  # noqa: B006
    warn_on: o.WarnOn = [],  # noqa: B006
    budget: o.Budget = None,
    format: o.CompareFormat = "table",
    export: o.Export = [],  # noqa: B006
    exit_zero: o.ExitZero = False,
    metrics: o.Metrics = False,
    embodied_share: o.EmbodiedShare = None,
    sensitivity: o.Sensitivity = False,
    hardware_db: o.HardwareDb = None,
    color: o.Color = "auto",
    quiet: o.Quiet = False,
    debug: o.Debug = False,
) -> int:
    """Compare a workload with its past, or alternatives with a base.

    Each side is a workload, a saved result, - for standard input, or REV:PATH in git. Several
    workloads of a file are one side, paired by name; FILE#N is one of them:

      carbonctl compare main:job.yaml job.yaml --fail-on 'total_kgco2e > +5%'

    A rule is KEY > LIMIT (or >=, <, <=). A key is one of the totals of the JSON, such as
    energy_kwh, operational_kgco2e, embodied_kgco2e or total_kgco2e, of all or of one phase
    (phases.training.total_kgco2e), its percentile p95(KEY), or prob(RULE). A limit with a
    sign is the change from the base: +5%, +2 t.

    If a grid on one side has no published life-cycle figure, all sides use the rule of
    docs/methods.md, and a note says so.

    Metrics of designs, and whether and when another design pays off:

      carbonctl compare old.yaml new.yaml --metrics --embodied-share 20..80%

    A page with a chart of what changed:

      carbonctl compare main:job.yaml job.yaml --export html=change.html

    Which unknowns decide the difference; what both sides share cancels out:

      carbonctl compare old.yaml new.yaml --sensitivity
    """
    if [base, *heads, budget].count("-") > 1:
        raise UsageError("standard input can be one side only, or the budget")
    targets = [writing.parse_export(text, (*COMPARE_FORMATS, "html")) for text in export]
    sides = [named(text).path for text in (base, *heads)]
    writing.check_targets(targets, [*sides, *([budget] if budget else [])])
    writing.check_columns(targets, columns(with_metrics=metrics))
    share = design_options.read_share(embodied_share, is_wanted=metrics)
    gates = gate_options.read_gates(fail_on, warn_on, budget, has_base=True)
    forms = (format, *(target.form for target in targets))
    catalog = catalog_for(hardware_db, is_told=any(form in NAMELESS for form in forms))
    problems: list[Problem] = []
    cautions = Cautions(is_quiet=quiet)
    first, *others = [
        _side(text, catalog, problems, cautions, is_base=place == 0)
        for place, text in enumerate((base, *heads))
    ]
    cautions.finish()
    compared = _report(first or Side(base, (), *today(catalog)), first, others, catalog)
    if metrics:
        compared = design_options.with_metrics(compared, share)
    if sensitivity:
        from carbonctl.analysis.compare.drivers import with_sensitivity  # few ask for it

        compared = with_sensitivity(compared)
    verdicts = [v for comparison in compared.alternatives for v in gates.judge_change(comparison)]
    about = About(__version__, catalog.version, tuple(problems), compared.own_records)
    style = writing.style(color, None)
    texts = [render(target.form, compared, verdicts, about) for target in targets]
    shown = compared.alternatives or format not in FOR_PEOPLE
    text = render(format, compared, verdicts, about, style) if shown else ""
    written = writing.write_all(targets, texts, text)
    notes = [
        note
        for comparison in compared.alternatives
        for note in comparison.notes
        if note.vital or not quiet
    ]
    more = [] if quiet else design_options.notes(compared)
    for note in dict.fromkeys([*notes, *more]):
        say(f"note: {note}")
    announce(verdicts, quiet=quiet)
    unread = errors.INPUT if problems else errors.OK
    return errors.worst([unread, written, exit_code(verdicts, exit_zero=exit_zero)])


def _report(shown: Side, base: Side | None, heads: list[Side | None], catalog: Catalog) -> Report:
    """Return the comparison of what could be read; equal labels are numbered."""
    seen: Counter[str] = Counter()
    known = []
    for head in heads if base is not None else ():
        if head is not None:
            seen[head.label] += 1
            number = seen[head.label]
            known.append(head._replace(label=f"{head.label} ({number})") if number > 1 else head)
    return report(shown, known, catalog) if known else Report(shown, ())


def _side(
    text: str, catalog: Catalog, problems: list[Problem], cautions: Cautions, *, is_base: bool
) -> Side | None:
    """Return a side and add its warnings, or say what is wrong with it."""
    try:
        side = read_side(text, catalog, is_base=is_base)
    except InputError as error:
        problems += error.problems
        repeats = Repeats()
        repeats.tell(error)
        repeats.finish()
        return None
    for result in side.results:
        cautions.add(result.warnings, result.file if len(side.results) > 1 else side.label)
    return side
