"""``carbonctl report``: documents of accounts: scores, cards, statements, inventories."""

from pathlib import Path

import typer

from carbonctl import errors
from carbonctl.cli import options as o
from carbonctl.cli import report_options as r
from carbonctl.cli.report_kinds import WRITERS, Asked, one_chart
from carbonctl.errors import UsageError
from carbonctl.inputs.catalogs import catalog_for
from carbonctl.inputs.discovery import find
from carbonctl.inputs.results import common, read_documents
from carbonctl.inputs.selection import all_of, every
from carbonctl.ledger.result import About
from carbonctl.outputs import whole, writing
from carbonctl.outputs.merging import Cautions
from carbonctl.render.reports import KINDS
from carbonctl.spec.overrides import parse_override


def report(
    context: typer.Context,
    files: o.Files,
    as_: r.As = "page",
    output: r.Output = None,
    force: r.Force = False,
    format: r.Format = None,
    set: o.Set = [],  # noqa: B006
    per: r.Per = None,
    unit: r.OfUnit = None,
    persona: r.OfPersona = "both",
    tokens: r.Tokens = None,
    parameters: r.Parameters = None,
    flops: r.Flops = None,
    stage: r.OfStage = [],  # noqa: B006
    why: r.Why = "",
    values: r.OfValues = None,
    strategies: r.Strategies = "",
    include: r.Include = "",
    activity: r.Activity = None,
    training_type: r.TrainingType = None,
    update: r.Update = None,
    year: r.OfYear = None,
    purchases: r.Purchases = None,
    basis: r.OfBasis = None,
    equivalents: o.Equivalents = False,
    date: r.Date = None,
    hardware_db: o.HardwareDb = None,
    title: r.Title = "",
    chart: r.ChartName = None,
    quiet: o.Quiet = False,
    debug: o.Debug = False,
) -> int:
    """Write documents: a page with charts, SCI, a model card, a statement, an inventory.

    Every figure comes from the account. If one is missing, the error says what to give. For
    example:

      carbonctl report job.yaml --output report.html

      carbonctl report job.yaml --chart tornado --output tornado.svg

      carbonctl report job.yaml --as statement

      carbonctl report job.yaml --as inventory --year 2026
    """
    r.check_kind(context, as_)
    form = _chart_form(output) if chart not in (None, "list") else _form(as_, format)
    for text in set:
        parse_override(text)
    asked = Asked(
        form, r.positive("--per", per) or 1.0, r.read_unit(unit),
        ("provider", "consumer") if persona == "both" else (persona,),
        r.provider_unit(tokens, parameters, flops), r.read_stages(stage),
        (why, values or "", strategies),
        tuple(part.strip() for part in include.split(",") if part.strip()), activity,
        training_type, year, purchases, equivalents, r.read_date(date), title, chart,
    )  # fmt: skip
    inputs = find(files, recursive=False)
    targets = _targets(output, update, form, force=force)
    writing.check_targets(targets, [given.path for given in inputs])
    catalog = catalog_for(hardware_db, is_told=form in ("csv", "json"))
    overrides = (*set, *([f"site.basis={basis}"] if basis else []))
    flag = "--set" if set else "--basis"
    reads = read_documents(all_of(every(inputs)), catalog, overrides, flag=flag)
    results = [result for read in reads for result in read.results]
    origin = common((read.origin for read in reads), catalog)
    about = About(origin.version, origin.hardware_db, own_records=origin.own_records)
    made = (WRITERS[as_] if chart is None else one_chart)(results, asked, about, catalog)
    cautions = Cautions(is_quiet=quiet)
    for result in results:
        cautions.add(result.warnings, result.file)
    cautions.add(made.cautions, "")
    cautions.finish()
    if update is not None and isinstance(made.text, str):
        return _updated(update, made.text)
    if targets:
        return writing.write_all(targets, [made.text], "")
    writing.to_stdout(made.text)
    return errors.OK


def _form(kind: str, format: str | None) -> str:
    forms = KINDS[kind].formats
    if format is not None and format not in forms:
        raise UsageError(f"--as {kind}: the formats are {', '.join(forms)}, not {format}")
    return format or forms[0]


def _targets(
    output: str | None, update: str | None, form: str, *, force: bool
) -> list[writing.Target]:
    """Return where the document goes; an existing file has to look like one of its kind."""
    if update is not None:
        if output is not None:
            raise UsageError("--update and --output: the block goes to one place; give one of them")
        return [writing.Target(form, Path(update), append=False, flag="--update")]
    if output is None or output == "-":
        return []
    path = Path(output)
    endings = (".yaml", ".yml") if form == "yaml" else (f".{form}",)
    if path.exists() and not path.name.lower().endswith(endings) and not force:
        raise UsageError(
            f"--output {output}: exists and does not end in .{form}; --force overwrites"
        )
    return [writing.Target(form, path, append=False, flag="--output")]


def _updated(path: str, block: str) -> int:
    """Put a block into the front matter of a card."""
    from carbonctl.errors import InputError, Problem
    from carbonctl.inputs.reading import read_file
    from carbonctl.render.reports.card import NoFrontMatter, updated

    data, name = read_file(path)
    try:
        text = updated(data.decode("utf-8"), block)
    except (NoFrontMatter, UnicodeDecodeError) as error:
        raise InputError([Problem(name, 1, 1, f"is no model card: {error}")]) from None
    whole.replace(Path(path), [text.encode()])
    return errors.OK


def _chart_form(output: str | None) -> str:
    """Return the form of a chart, by the ending of its file."""
    from carbonctl.render import charts

    forms = [form for form in ("vl.json", "svg", "png") if (output or "").endswith(f".{form}")]
    if not forms:
        raise UsageError("--chart: add --output PATH that ends in .svg, .png or .vl.json")
    charts.require(forms)
    return forms[0]
