"""Flags of ``carbonctl report``: what they are, what they may be, and the kinds they go with."""

from datetime import date as day
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from carbonctl.errors import UsageError
from carbonctl.render.reports import KINDS
from carbonctl.text import check_text, did_you_mean

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

As = Annotated[KindName, typer.Option("--as", help="What to write.")]
Output = Annotated[
    str | None,
    typer.Option("--output", "-o", metavar="PATH", help="Write to this file; - is stdout."),
]
Force = Annotated[bool, typer.Option("--force", help="Overwrite a file of another kind.")]
Format = Annotated[
    Form | None, typer.Option("--format", "-f", help="Form of the document. Default: by kind.")
]
Per = Annotated[
    str | None, typer.Option("--per", metavar="N", help="sci, sci-ai: the score per N units.")
]
OfUnit = Annotated[
    str | None,
    typer.Option(
        "--unit", metavar="NAME=AMOUNT",
        help="sci, sci-ai of the consumer: functional unit, instead of the workload's.",
    ),
]  # fmt: skip
OfStage = Annotated[
    list[str],
    typer.Option(
        "--stage", metavar="PHASE.ACTIVITY=STAGE",
        help="sci-ai: stage of an activity: inception, design, deployment, operation, retirement.",
    ),
]  # fmt: skip
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
    str | None, typer.Option("--date", metavar="DATE", help="statement: put this date on it.")
]


Title = Annotated[str, typer.Option("--title", metavar="TEXT", help="page: its head.")]
ChartName = Annotated[
    str | None,
    typer.Option(
        "--chart", metavar="NAME",
        help="One chart of the page, to a file .svg, .png or .vl.json; list names them.",
    ),
]  # fmt: skip

# The kinds that a flag goes with; the others go with all.
OF_KINDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("per", "unit"), ("sci", "sci-ai")),
    **dict.fromkeys(
        ("persona", "tokens", "parameters", "flops", "stage", "why", "values", "strategies"),
        ("sci-ai",),
    ),
    **dict.fromkeys(("include", "activity", "training_type", "update"), ("model-card",)),
    **dict.fromkeys(("year", "purchases", "basis"), ("inventory",)),
    **dict.fromkeys(("equivalents", "date"), ("statement",)),
    **dict.fromkeys(("title", "chart"), ("page",)),
}


def check_kind(context: typer.Context, kind: str) -> None:
    """Refuse a flag of the command line that a kind of document has no use for.

    Raises
    ------
    UsageError
        Naming the flag and the kinds that it goes with.
    """
    for name, kinds in OF_KINDS.items():
        source = context.get_parameter_source(name)
        if kind not in kinds and source is not None and source.name == "COMMANDLINE":
            flag = f"--{name.replace('_', '-')}"
            raise UsageError(f"{flag} needs --as {' or '.join(kinds)}; this is --as {kind}")


def positive(flag: str, text: str | None) -> float | None:
    """Return the number of a flag; None where it is not given.

    Raises
    ------
    UsageError
        Where it is no number, or not above 0.
    """
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
        raise UsageError(f"{flag} {text}: write a number above 0")
    return number


def provider_unit(tokens: str | None, parameters: str | None, flops: str | None) -> "Units | None":
    """Return the unit of a provider's score; None where no flag gives it.

    Raises
    ------
    UsageError
        Where several do, or the number is none.
    """
    given = {"--tokens": tokens, "--parameters": parameters, "--flops": flops}
    named = [flag for flag, text in given.items() if text is not None]
    if len(named) > 1:
        raise UsageError(f"{' and '.join(named)}: the provider has one unit; give one of them")
    if not named:
        return None
    from carbonctl.analysis.reports.software import Units

    number = positive(named[0], given[named[0]]) or 0.0
    if named[0] == "--parameters":
        return Units("billion parameters", number / 1e9)
    return Units("training token" if named[0] == "--tokens" else "FLOP", number)


def read_unit(text: str | None) -> "Units | None":
    """Return a functional unit that a flag gives as ``NAME=AMOUNT``.

    Raises
    ------
    UsageError
        Where the name is refused, or the amount is no number above 0.
    """
    if text is None:
        return None
    from carbonctl.analysis.reports.software import Units

    name, is_given, amount = (part.strip() for part in text.rpartition("="))
    if not (is_given and name and amount):
        raise UsageError(f"--unit {text}: write NAME=AMOUNT, as in --unit request=1e6")
    try:
        check_text(name, "a unit")
    except ValueError as error:
        raise UsageError(f"--unit {text}: {error}") from None
    return Units(name, positive("--unit", amount) or 0.0)


def read_stages(given: list[str]) -> dict[str, str]:
    """Return the stage of each activity that a flag names, by ``PHASE.ACTIVITY``.

    Raises
    ------
    UsageError
        For a stage that there is not.
    """
    if not given:
        return {}
    from carbonctl.analysis.reports.ai_software import STAGES

    stages = {}
    for text in given:
        name, _, stage = (part.strip() for part in text.rpartition("="))
        if not name or stage not in STAGES:
            near = did_you_mean(stage, STAGES) or f"; the stages are {', '.join(STAGES)}"
            example = "write PHASE.ACTIVITY=STAGE, as in inference.warm-up=deployment"
            raise UsageError(f"--stage {text}: {example}{near}")
        stages[name.removeprefix("phases.")] = stage
    return stages


def read_date(text: str | None) -> str:
    """Return a date; empty where it is not given.

    Raises
    ------
    UsageError
        Where it is none.
    """
    if text is None:
        return ""
    try:
        return day.fromisoformat(text).isoformat()
    except ValueError:
        raise UsageError(f"--date {text}: write a date, as in --date 2026-11-30") from None
