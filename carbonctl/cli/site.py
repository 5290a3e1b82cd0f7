"""``carbonctl site``: how much of a site is carbon-free hour by hour, and what would change it."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple, TypeAlias

import typer

from carbonctl import __version__, errors
from carbonctl.analysis.gates import Verdict, exit_code
from carbonctl.catalog import Catalog
from carbonctl.cli import gate_options
from carbonctl.cli import options as o
from carbonctl.errors import InputError, UsageError
from carbonctl.inputs.catalogs import catalog_for
from carbonctl.inputs.discovery import Found, named
from carbonctl.inputs.sites import site_of
from carbonctl.ledger.frames import require
from carbonctl.ledger.result import About
from carbonctl.numbers.unit_table import QuantityError
from carbonctl.numbers.units import SERVICE_LIFE, parse
from carbonctl.outputs import writing
from carbonctl.outputs.merging import Cautions
from carbonctl.outputs.progress import Bar
from carbonctl.outputs.verdicts import announce
from carbonctl.render import CHART_FORMATS, TABLES, Style, charts
from carbonctl.render.site import FORMATS, render
from carbonctl.spec.overrides import parse_override

if TYPE_CHECKING:
    from carbonctl.site.results import SiteQuestion, SiteResult

    Form: TypeAlias = str
    Account: TypeAlias = str
else:
    Form = Literal[FORMATS]
    Account = Literal["location_hourly", "market_hourly", "market_volumetric"]

_KG, _H_A_YEAR = "_kgco2e", 8760

File = Annotated[str, typer.Argument(metavar="FILE", help="The file of a site; - is stdin.")]
Optimum = Annotated[
    bool,
    typer.Option("--optimum", help="Also the optimum with perfect foresight; needs scipy."),
]
Trace = Annotated[
    str | None, typer.Option("--trace", metavar="PATH", help="Write every step, as CSV.")
]
OfAccount = Annotated[
    Account, typer.Option("--account", help="The operational account that totals hold.")
]
Horizon = Annotated[
    str | None, typer.Option("--years", metavar="N", help="Also the total over N years.")
]
AerMer = Annotated[
    bool,
    typer.Option("--aer-mer", help="Also average and marginal intensity by hour of the day."),
]
Week = Annotated[
    str | None,
    typer.Option(
        "--week", metavar="DATE",
        help="Charts: the week from this day. Default: the week that needs the grid most.",
    ),
]  # fmt: skip
Format = Annotated[Form, typer.Option("--format", "-f", help="Form of the output.")]
FailOn = Annotated[list[str], o.fail_on("'unmet_mwh > 500'")]


class _Order(NamedTuple):
    """What is read, what is asked of it, and where it goes."""

    found: Found
    overrides: tuple[str, ...]
    targets: list[writing.Target]
    trace: writing.Target | None
    week: float | None
    is_quiet: bool


def site(
    file: File,
    optimum: Optimum = False,
    account: OfAccount = "market_hourly",
    years: Horizon = None,
    aer_mer: AerMer = False,
    trace: Trace = None,
    week: Week = None,
    format: Format = "table",
    export: o.Export = [],  # noqa: B006
    set: o.Set = [],  # noqa: B006
    fail_on: FailOn = [],  # noqa: B006
    warn_on: o.WarnOn = [],  # noqa: B006
    budget: o.Budget = None,
    exit_zero: o.ExitZero = False,
    hardware_db: o.HardwareDb = None,
    color: o.Color = "auto",
    quiet: o.Quiet = False,
    debug: o.Debug = False,
) -> int:
    """Show how much of a site's power is carbon-free hour by hour.

    Three accounts side by side, and what battery, flexible load, larger plants or servers change,
    embodied carbon included. `plan` in the file sizes a battery or a plant, or sweeps designs.
    For example:

      carbonctl site site.yaml

      carbonctl site site.yaml --optimum --trace hours.csv

      carbonctl site site.yaml --export html=site.html

      carbonctl site site.yaml --fail-on 'hourly_cfe_pct < 90'
    """
    from carbonctl.site.figures import KEYS, judged, refuse_short_signals
    from carbonctl.site.optimum import EXTRA
    from carbonctl.site.results import SiteQuestion

    for text in set:
        parse_override(text)
    targets = [writing.parse_export(text, (*FORMATS, *CHART_FORMATS)) for text in export]
    into = None if trace is None else _trace_target(trace)
    refuse_short_signals((*fail_on, *warn_on))
    gates = gate_options.read_gates(fail_on, warn_on, budget, has_base=False, keys=KEYS)
    question = SiteQuestion(optimum, f"{account}{_KG}", _horizon(years), aer_mer)
    order = _Order(named(file), tuple(set), targets, into, _day(week), quiet)
    inputs = [order.found.path, *([budget] if budget else [])]
    writing.check_targets([*targets, *([into] if into else [])], inputs)
    charts.require(target.form for target in targets)
    if optimum:
        require("--optimum", "scipy", extra=EXTRA)
    forms = (format, *(target.form for target in targets))
    catalog = catalog_for(hardware_db, is_told=not {*forms}.isdisjoint(TABLES))
    result = _studied(order, question, catalog)
    verdicts = tuple(judged(result, gates))
    about = About(__version__, catalog.version, own_records=catalog.own_records)
    shown = render(format, result, about, verdicts, writing.style(color, None))
    written = _written(order, result, about, verdicts, shown)
    cautions = Cautions(is_quiet=quiet)
    cautions.add(result.warnings, result.file)
    cautions.finish()
    announce(verdicts, quiet=quiet)
    return errors.worst([written, exit_code(verdicts, exit_zero=exit_zero)])


def _trace_target(path: str) -> writing.Target:
    """Return where the trace goes.

    Raises UsageError for standard output.
    """
    if path == "-" or path.endswith("/"):
        raise UsageError(f"--trace {path}: a file is wanted, as in --trace hours.csv")
    return writing.Target("csv", Path(path), append=False, flag="--trace")


def _horizon(text: str | None) -> float:
    """Return the years that a total is given for.

    Raises UsageError where it is no number above 0.
    """
    if text is None:
        return 1.0
    try:
        hours = parse(text, SERVICE_LIFE)
    except QuantityError:
        hours = _years(text)
    if not isinstance(hours, float) or hours <= 0:
        raise UsageError(f"--years {text}: a number of years is wanted, as in --years 10")
    return hours / _H_A_YEAR


def _years(text: str) -> float:
    try:
        return float(text) * _H_A_YEAR
    except ValueError:
        return 0.0


def _day(text: str | None) -> float | None:
    """Return the start of a day, in seconds since 1970-01-01T00:00Z.

    Raises UsageError where it is no date.
    """
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--week {text}: a date is wanted, as in --week 2022-01-31") from None
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()


def _studied(order: _Order, question: "SiteQuestion", catalog: Catalog) -> "SiteResult":
    """Return what comes of a site, with a bar where designs take time."""
    from carbonctl.site.study import study
    from carbonctl.site.sweep import count_of

    loaded = site_of(order.found, catalog, order.overrides)
    traced = [] if order.trace is None else [order.trace]
    writing.check_targets([*order.targets, *traced], loaded.files)
    bar = Bar(count_of(loaded.site.plan), is_wanted=not order.is_quiet, what="designs")
    try:
        result = study(loaded, catalog, question, lambda done: bar.draw(done, done))
    finally:
        bar.close()
    if question.years != 1 and not result.hours.is_per_year:
        message = "the data are no year: --years needs `per_year: yes` in `grid_hourly`"
        raise InputError([loaded.problem(("site", "grid_hourly"), message)])
    return result


def _written(
    order: _Order,
    result: "SiteResult",
    about: About,
    verdicts: tuple[Verdict, ...],
    shown: str,
) -> int:
    """Write exports, the trace and standard output; return the exit code of the worst failure."""
    targets = list(order.targets)
    texts = [_export(target.form, order, result, about, verdicts) for target in targets]
    if order.trace is not None:
        from carbonctl.render.site import trace

        targets.append(order.trace)
        texts.append(trace.render(result))
    return writing.write_all(targets, texts, shown)


def _export(
    form: str, order: _Order, result: "SiteResult", about: About, verdicts: tuple[Verdict, ...]
) -> str | bytes:
    """Return an export: text, or charts."""
    if form not in CHART_FORMATS:
        return render(form, result, about, verdicts, Style())
    from carbonctl.render.site.pictures import charts as charts_of
    from carbonctl.render.site.pictures import notes
    from carbonctl.render.site.words import Words
    from carbonctl.site.by_time import week_of, worst_week

    if order.week is None:
        first = worst_week(result.hours, result.trace)
    else:
        step = week_of(result.hours, order.week)
        if step is None:
            raise UsageError("--week: the day is outside the data")
        first = step
    words = Words(result)
    return charts.render(
        form, charts_of(result, first), result.name, words.headline(), notes(result, about)
    )
