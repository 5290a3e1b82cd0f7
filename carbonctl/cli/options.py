"""The annotations that commands share."""

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import typer

from carbonctl.render import COMPARE_FORMATS, FORMATS, LIST_FORMATS

if TYPE_CHECKING:
    ResultForm: TypeAlias = str
    CompareForm: TypeAlias = str
    ListForm: TypeAlias = str
else:
    ResultForm = Literal[FORMATS]
    CompareForm = Literal[COMPARE_FORMATS]
    ListForm = Literal[LIST_FORMATS]

Files = Annotated[
    list[str], typer.Argument(metavar="FILE", help="Workloads or saved results; - is stdin.")
]
StdinName = Annotated[
    str | None, typer.Option("--stdin-name", metavar="NAME", help="What to call standard input.")
]
Recursive = Annotated[
    bool,
    typer.Option("--recursive", "-r", help="Read directories: yaml, yml, json, jsonl, ndjson."),
]
Entries = Annotated[
    bool, typer.Option("--entries", help="CSV, TSV, JSONL: one row per entry; CSV's default.")
]
Totals = Annotated[bool, typer.Option("--totals", help="CSV, TSV, JSONL: one row per workload.")]
Phases = Annotated[bool, typer.Option("--phases", help="CSV, TSV, JSONL: one row per phase.")]
NoHeader = Annotated[
    bool, typer.Option("--no-header", help="CSV, TSV: without the names of the columns.")
]
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs", "-j", min=1, max=256, metavar="N",
        help="Number of processes. Default: automatic.",
    ),
]  # fmt: skip
Format = Annotated[
    ResultForm,
    typer.Option("--format", "-f", envvar="CARBONCTL_FORMAT", help="Form of the output."),
]
ListFormat = Annotated[ListForm, typer.Option("--format", "-f", help="Form of the output.")]
By = Annotated[
    Literal["phase", "activity", "item", "scope", "stage", "part", "system", "site"] | None,
    typer.Option("--by", help="Group by this, in all formats but JSON."),
]
Equivalents = Annotated[
    bool, typer.Option("--equivalents", help="Also show the total in everyday things.")
]
Details = Annotated[
    bool, typer.Option("--details", help="Table: also every figure assumed, with its source.")
]
Set = Annotated[
    list[str],
    typer.Option("--set", metavar="PATH=VALUE", help="Set a value; overrides the file's."),
]
Lever = Annotated[
    list[str],
    typer.Option(
        "--lever", metavar="NAME", help="Pull this lever of the file; can be given several times."
    ),
]
Levers = Annotated[
    str | None, typer.Option("--levers", metavar="all", help="Pull all levers of the file.")
]
Export = Annotated[
    list[str],
    typer.Option(
        "--export", metavar="FORMAT=PATH", help="Also write to a file; FORMAT+=PATH appends."
    ),
]
HardwareDb = Annotated[
    str | None,
    typer.Option(
        "--hardware-db", metavar="DIR", envvar="CARBONCTL_HARDWARE_DB",
        help="A folder of your own records, before the built-in ones.",
    ),
]  # fmt: skip
Color = Annotated[
    Literal["auto", "always", "never"],
    typer.Option("--color", envvar="CARBONCTL_COLOR", help="When to color text for people."),
]
Quiet = Annotated[
    bool,
    typer.Option(
        "--quiet", "-q", envvar="CARBONCTL_QUIET",
        help="No notes; only warnings of missing figures.",
    ),
]  # fmt: skip
Verbose = Annotated[
    bool,
    typer.Option(
        "--verbose", "-v", envvar="CARBONCTL_VERBOSE", help="Say what was read, and where."
    ),
]
Years = Annotated[
    str | None,
    typer.Option("--year", metavar="YEAR[..YEAR]", help="Only of this year, or of these."),
]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of a bug.")]
Base = Annotated[
    str, typer.Argument(metavar="BASE", help="A workload, a saved result, -, or REV:PATH.")
]
Heads = Annotated[
    list[str], typer.Argument(metavar="HEAD", help="What is compared with it; also several.")
]
CompareFormat = Annotated[CompareForm, typer.Option("--format", "-f", help="Form of the output.")]


def fail_on(example: str) -> Any:
    """Return the option ``--fail-on`` with an example of a command's own rules."""
    return typer.Option("--fail-on", metavar="RULE", help=f"Exit 1 where this holds: {example}.")


FailOn = Annotated[list[str], fail_on("'total_kgco2e > 9 t'")]
WarnOn = Annotated[
    list[str], typer.Option("--warn-on", metavar="RULE", help="Warn where this holds.")
]
Budget = Annotated[
    str | None,
    typer.Option("--budget", metavar="FILE", help="A YAML file of rules: lists `fail` and `warn`."),
]
ExitZero = Annotated[
    bool, typer.Option("--exit-zero", help="Exit 0 also where a gate failed; only then.")
]
Metrics = Annotated[
    bool,
    typer.Option(
        "--metrics", help="Also metrics of the designs: CDP, CEP, tCDP, FOCAL, GreenChip."
    ),
]
Sensitivity = Annotated[
    bool, typer.Option("--sensitivity", help="Also which unknowns decide the difference.")
]
EmbodiedShare = Annotated[
    str | None,
    typer.Option(
        "--embodied-share", metavar="SHARE[..SHARE]",
        help="With --metrics: FOCAL's weight of embodied carbon, as in 20..80%; else the base's.",
    ),
]  # fmt: skip
Draws = Annotated[
    str | None,
    typer.Option(
        "--draws", metavar="N", help="Also sample the total, N times; auto: until it is precise."
    ),
]
Seed = Annotated[
    str | None, typer.Option("--seed", metavar="S", help="Seed of the draws. Default: 1.")
]
Samples = Annotated[
    str | None,
    typer.Option("--samples", metavar="PATH", help="Write the draws; .csv or .parquet."),
]
