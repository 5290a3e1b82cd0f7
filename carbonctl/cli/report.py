"""``carbonctl report``: documents of accounts: scores, cards, statements, inventories."""

from datetime import date as day
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from carbonctl import __version__, errors
from carbonctl.cli import options as o
from carbonctl.cli.report_kinds import WRITERS, Asked, one_chart
from carbonctl.errors import Caution, UsageError
from carbonctl.inputs.catalogs import catalog_for
from carbonctl.inputs.discovery import find
from carbonctl.inputs.results import read_documents
from carbonctl.inputs.selection import all_of, every
from carbonctl.ledger.result import About
from carbonctl.outputs import whole, writing
from carbonctl.outputs.merging import Cautions
from carbonctl.render.reports import KINDS
from carbonctl.spec.overrides import parse_override

if TYPE_CHECKING:
    from carbonctl.analysis.reports.software import Units

    KindName: TypeAlias = str
    Persona: TypeAlias = str
    Values: TypeAlias = str
    Basis: TypeAlias = str
    Form: TypeAlias = str
else:
    KindName = Literal[tuple(KINDS)]
    Persona = Literal["consumer", "provider", "both"]
    Values = Literal["gross", "effective"]
    Basis = Literal["direct", "life-cycle"]
    Form = Literal[tuple(dict.fromkeys(form for kind in KINDS.values() for form in kind.formats))]

Files = Annotated[
    list[str], typer.Argument(metavar="FILE", help="Workloads or saved results; - is stdin.")
]
As = Annotated[KindName, typer.Option("--as", help="What to write.")]
Output = Annotated[
    str | None,
    typer.Option("--output", "-o", metavar="PATH", help="Write to this file; - is stdout."),
]
Force = Annotated[bool, typer.Option("--force", help="Overwrite a file of another kind.")]
Format = Annotated[
    Form | None, typer.Option("--format", "-f", help="Form of the document. Default: by kind.")
]
Per = Annotated[str | None, typer.Option("--per", metavar="N", help="sci: the score per N units.")]
OfPersona = Annotated[Persona, typer.Option("--persona", help="sci-ai: whose score.")]
Tokens = Annotated[
    str | None, typer.Option("--tokens", metavar="N", help="sci-ai, provider: training tokens.")
]
Parameters = Annotated[
    str | None, typer.Option("--parameters", metavar="N", help="sci-ai, provider: parameters.")
]
Flops = Annotated[
    str | None, typer.Option("--flops", metavar="N", help="sci-ai, provider: training FLOP.")
]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="sci-ai: why this unit.")]
OfValues = Annotated[Values | None, typer.Option("--values", help="sci-ai: gross or effective.")]
Strategies = Annotated[
    str, typer.Option("--strategies", metavar="TEXT", help="sci-ai: pruning, sparsity and so on.")
]
Include = Annotated[
    str,
    typer.Option(
        "--include", metavar="PARTS",
        help="model-card: also data, experimentation, inference, embodied; with commas.",
    ),
]  # fmt: skip
Activity = Annotated[
    str | None, typer.Option("--activity", metavar="NAME", help="model-card: only this training.")
]
TrainingType = Annotated[
    str | None,
    typer.Option("--training-type", metavar="TYPE", help="model-card: pre-training, fine-tuning."),
]
Update = Annotated[
    str | None,
    typer.Option(
        "--update",
        metavar="README",
        help="model-card: put the block into this file's front matter.",
    ),
]
OfYear = Annotated[int | None, typer.Option("--year", metavar="YEAR", help="inventory: its year.")]
Purchases = Annotated[
    str | None,
    typer.Option(
        "--purchases", metavar="FILE",
        help="inventory: CSV of what was bought: name, number, year; name is a device or host.",
    ),
]  # fmt: skip
OfBasis = Annotated[
    Basis | None, typer.Option("--basis", help="inventory: grid factors of this basis.")
]
Date = Annotated[
    str | None, typer.Option("--date", metavar="DATE", help="Put a date on it: 2026-11-30.")
]


Title = Annotated[str, typer.Option("--title", metavar="TEXT", help="page: its head.")]
ChartName = Annotated[
    str | None,
    typer.Option(
        "--chart", metavar="NAME",
        help="One chart of the page, to a file .svg, .png or .vl.json; list names them.",
    ),
]  # fmt: skip


def report(
    files: Files,
    as_: As = "page",
    output: Output = None,
    force: Force = False,
    format: Format = None,
    set: o.Set = [],  # noqa: B006
    per: Per = None,
    persona: OfPersona = "both",
    tokens: Tokens = None,
    parameters: Parameters = None,
    flops: Flops = None,
    why: Why = "",
    values: OfValues = None,
    strategies: Strategies = "",
    include: Include = "",
    activity: Activity = None,
    training_type: TrainingType = None,
    update: Update = None,
    year: OfYear = None,
    purchases: Purchases = None,
    basis: OfBasis = None,
    equivalents: o.Equivalents = False,
    date: Date = None,
    hardware_db: o.HardwareDb = None,
    title: Title = "",
    chart: ChartName = None,
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
    form = _chart_form(output, as_) if chart not in (None, "list") else _form(as_, format)
    for text in set:
        parse_override(text)
    overrides = (*set, *([f"site.basis={basis}"] if basis else []))
    inputs = find(files, recursive=False)
    target = _target(output, form, force=force)
    read = [given.path for given in inputs]
    writing.check_targets([*target, *_card_target(update, as_)], read)
    catalog = catalog_for(hardware_db, is_told=form in ("csv", "json"))
    reads = read_documents(all_of(every(inputs)), catalog, overrides, or_line=True)
    results = [result for one in reads for result in one.results]
    about = About(__version__, catalog.version, own_records=catalog.own_records)
    asked = Asked(
        form, about, catalog, _positive("--per", per) or 1.0,
        ("provider", "consumer") if persona == "both" else (persona,),
        _provider(tokens, parameters, flops), (why, values or "", strategies),
        tuple(part.strip() for part in include.split(",") if part.strip()), activity,
        training_type, year, purchases, equivalents, _date(date), title, chart,
    )  # fmt: skip
    document = (WRITERS[as_] if chart is None else one_chart)(results, asked)
    cautions = Cautions(is_quiet=quiet)
    for result in results:
        cautions.add(result.warnings, result.file)
    cautions.add(_not_stated(as_, asked), "")
    cautions.finish()
    if update is not None and isinstance(document, str):
        return _updated(update, document)
    if target:
        return writing.write_all(target, [document], "")
    writing.to_stdout(document)
    return errors.OK


def _form(kind: str, format: str | None) -> str:
    forms = KINDS[kind].formats
    if format is not None and format not in forms:
        raise UsageError(f"--as {kind}: the formats are {', '.join(forms)}, not {format}")
    return format or forms[0]


def _target(output: str | None, form: str, *, force: bool) -> list[writing.Target]:
    """Return where the document goes; an existing file has to look like one of its kind."""
    if output is None or output == "-":
        return []
    path = Path(output)
    ending = path.suffix.lower().lstrip(".")
    is_other = ending not in (form, "yml" if form == "yaml" else form)
    if path.exists() and is_other and not force:
        raise UsageError(
            f"--output {output}: exists and does not end in .{form}; --force overwrites"
        )
    return [writing.Target(form, path, append=False, flag="--output")]


def _card_target(update: str | None, kind: str) -> list[writing.Target]:
    if update is None:
        return []
    if kind != "model-card":
        raise UsageError("--update needs --as model-card")
    return [writing.Target("yaml", Path(update), append=False, flag="--update")]


def _positive(flag: str, text: str | None) -> float | None:
    if text is None:
        return None
    from carbonctl.numbers.intervals import Range
    from carbonctl.numbers.unit_table import QuantityError
    from carbonctl.numbers.units import COUNT, parse

    try:
        number = parse(text, COUNT)
    except QuantityError as error:
        raise UsageError(f"{flag}: {error}") from None
    if isinstance(number, Range) or number <= 0:
        raise UsageError(f"{flag} {text}: a number above 0 is wanted")
    return number


def _provider(tokens: str | None, parameters: str | None, flops: str | None) -> "Units | None":
    given = {"--tokens": tokens, "--parameters": parameters, "--flops": flops}
    named = [flag for flag, text in given.items() if text is not None]
    if len(named) > 1:
        raise UsageError(f"{' and '.join(named)}: the provider has one unit; give one of them")
    if not named:
        return None
    from carbonctl.analysis.reports.software import Units

    number = _positive(named[0], given[named[0]]) or 0.0
    if named[0] == "--parameters":
        return Units("billion parameters", number / 1e9)
    return Units("training token" if named[0] == "--tokens" else "FLOP", number)


def _date(text: str | None) -> str:
    if text is None:
        return ""
    try:
        return day.fromisoformat(text).isoformat()
    except ValueError:
        raise UsageError(f"--date {text}: a date is wanted, as in --date 2026-11-30") from None


def _not_stated(kind: str, asked: Asked) -> tuple[Caution, ...]:
    if kind != "sci-ai":
        return ()
    from carbonctl.render.reports.software import Disclosures

    missing = Disclosures(*asked.said).missing
    if not missing:
        return ()
    return (Caution(f"the specification says that these shall be stated: {', '.join(missing)}"),)


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


def _chart_form(output: str | None, kind: str) -> str:
    """Return the form of a chart, by the ending of its file."""
    from carbonctl.render import charts

    if kind != "page":
        raise UsageError("--chart needs --as page")
    forms = [form for form in ("vl.json", "svg", "png") if (output or "").endswith(f".{form}")]
    if not forms:
        raise UsageError("--chart: add --output PATH that ends in .svg, .png or .vl.json")
    charts.require(forms)
    return forms[0]
