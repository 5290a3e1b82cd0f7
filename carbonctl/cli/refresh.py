"""``carbonctl refresh``: how long to keep machines that newer ones would replace."""

from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple, TypeAlias

import typer

from carbonctl import __version__, errors
from carbonctl.analysis.refresh import MachineFigures, Question, answer, of_account, of_figures
from carbonctl.analysis.refresh import question as asked
from carbonctl.catalog import Catalog
from carbonctl.cli import options as o
from carbonctl.errors import Caution, UsageError
from carbonctl.factors.refresh import GridPath
from carbonctl.inputs.catalogs import catalog_for
from carbonctl.inputs.discovery import named
from carbonctl.inputs.results import account_of
from carbonctl.inputs.selection import single
from carbonctl.ledger.result import About
from carbonctl.numbers import units
from carbonctl.numbers.intervals import Range
from carbonctl.outputs import writing
from carbonctl.outputs.merging import Cautions
from carbonctl.render import TABLES
from carbonctl.render.refresh import COLUMNS, FORMATS, Shown, render
from carbonctl.spec.overrides import parse_override

if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonctl.analysis.gates import Verdict
    from carbonctl.analysis.refresh import Answer

    Form: TypeAlias = str
    Carries: TypeAlias = str
else:
    Form = Literal[FORMATS]
    Carries = Literal[asked.CUT_OFF, asked.WHOLE_LIFE]

File = Annotated[
    str | None,
    typer.Argument(
        metavar="FILE", help="A workload, FILE#N of several; - is stdin. Or --embodied and so on."
    ),
]
System = Annotated[
    str | None,
    typer.Option("--system", metavar="NAME", help="Which machine of the workload."),
]
Gain = Annotated[
    str | None,
    typer.Option(
        "--gain", metavar="RATE", help="Growth of work per energy of new ones: '2x / 3.5 years'."
    ),
]
Horizon = Annotated[str, typer.Option("--horizon", metavar="TIME", help="How far to look ahead.")]
Step = Annotated[
    str, typer.Option("--step", metavar="TIME", help="The shortest life that even lives have.")
]
Course = Annotated[
    str | None,
    typer.Option(
        "--grid", metavar="COURSE",
        help="How its intensity develops: '-7 % / year', '2024: 400 g/kWh, 2030: 250 g/kWh'.",
    ),
]  # fmt: skip
Embodied = Annotated[
    str | None,
    typer.Option("--embodied", metavar="MASS", help="Without FILE: embodied carbon of one."),
]
Power = Annotated[
    str | None,
    typer.Option("--power", metavar="WATTS", help="Without FILE: its average draw, all year."),
]
Intensity = Annotated[
    str | None,
    typer.Option("--intensity", metavar="G/KWH", help="Without FILE: that of its electricity."),
]
Dates = Annotated[bool, typer.Option("--dates", help="Lead with the best dates, to the month.")]
Owned = Annotated[
    str | None,
    typer.Option("--owned", metavar="AGE", help="Also whether to replace a machine of this age."),
]
SecondLife = Annotated[
    str | None,
    typer.Option("--second-life", metavar="TIME", help="How long it serves others afterwards."),
]
RuleOfLives = Annotated[
    Carries, typer.Option("--rule", help="Which life carries the embodied carbon.")
]
Parts = Annotated[
    str | None,
    typer.Option("--parts", metavar="MASS", help="Repair: embodied carbon of the parts."),
]
Repaired = Annotated[
    str | None,
    typer.Option("--repaired-life", metavar="TIME", help="Repair: the whole life it then has."),
]
Format = Annotated[Form, typer.Option("--format", "-f", help="Form of the output.")]
FailOn = Annotated[list[str], o.fail_on("'saved_pct > 10'")]


def refresh(
    file: File = None,
    system: System = None,
    gain: Gain = None,
    horizon: Horizon = "20 years",
    step: Step = "1 year",
    grid: Course = None,
    embodied: Embodied = None,
    power: Power = None,
    intensity: Intensity = None,
    dates: Dates = False,
    owned: Owned = None,
    second_life: SecondLife = None,
    rule: RuleOfLives = asked.CUT_OFF,
    parts: Parts = None,
    repaired_life: Repaired = None,
    set: o.Set = [],  # noqa: B006
    format: Format = "table",
    export: o.Export = [],  # noqa: B006
    fail_on: FailOn = [],  # noqa: B006
    warn_on: o.WarnOn = [],  # noqa: B006
    budget: o.Budget = None,
    exit_zero: o.ExitZero = False,
    hardware_db: o.HardwareDb = None,
    color: o.Color = "auto",
    quiet: o.Quiet = False,
    debug: o.Debug = False,
) -> int:
    """Show how long to keep machines that newer ones would replace.

    Weighs the embodied carbon of each new machine against the electricity that it saves.
    Compares equal lives, the best dates, and a rule of thumb. For example:

      carbonctl refresh job.yaml --gain '2x / 3.5 years'

      carbonctl refresh job.yaml --gain '2x / 3..4 years' --grid '-7 % / year'

      carbonctl refresh job.yaml --gain '2x / 4 years' --owned '3 years'
    """
    question = _question(
        gain, horizon, step, grid, owned, (second_life, rule), (parts, repaired_life)
    )
    given = _alone(file, system, set, embodied, power, intensity)
    gates = _gates(fail_on, warn_on, budget)
    for text in set:
        parse_override(text)
    targets = [writing.parse_export(text, FORMATS) for text in export]
    inputs = [*([named(file).path] if file is not None else []), *([budget] if budget else [])]
    writing.check_targets(targets, inputs)
    writing.check_columns(targets, COLUMNS)
    forms = {format, *(target.form for target in targets)}
    catalog = catalog_for(hardware_db, is_told=not forms.isdisjoint(TABLES))
    read = _Machine(given, ()) if given else _machine(file or "", system, set, catalog)
    made = answer(read.figures, question)
    verdicts = gates(made)
    about = About(__version__, catalog.version, (), catalog.own_records)
    shown = Shown(made, about, verdicts, dates)
    texts = [render(target.form, shown) for target in targets]
    text = render(format, shown, writing.style(color, None))
    written = writing.write_all(targets, texts, text)
    cautions = Cautions(is_quiet=quiet)
    cautions.add(read.warnings, read.figures.file)
    cautions.finish()
    return errors.worst([written, _announced(verdicts, quiet=quiet, exit_zero=exit_zero)])


def _gates(
    fail_on: list[str], warn_on: list[str], budget: str | None
) -> "Callable[[Answer], tuple[Verdict, ...]]":
    """Return what judges an answer; without rules nothing of them is imported."""
    if not (fail_on or warn_on or budget):
        return lambda made: ()
    from carbonctl.analysis.refresh.gates import KEYS, judged
    from carbonctl.cli.gate_options import read_gates

    gates = read_gates(fail_on, warn_on, budget, has_base=False, keys=KEYS)
    return lambda made: judged(gates, made)


def _announced(verdicts: "tuple[Verdict, ...]", *, quiet: bool, exit_zero: bool) -> int:
    """Say what came of the rules, and return the exit code."""
    if not verdicts:
        return errors.OK
    from carbonctl.analysis.gates import exit_code
    from carbonctl.outputs.verdicts import announce

    announce(verdicts, quiet=quiet)
    return exit_code(verdicts, exit_zero=exit_zero)


class _Machine(NamedTuple):
    figures: MachineFigures
    warnings: tuple[Caution, ...]


def _machine(file: str, system: str | None, set: list[str], catalog: Catalog) -> _Machine:
    """Return a machine of a workload, with the warnings of its account."""
    document = single(named(file), "`carbonctl refresh {}`")
    _, result = account_of(document, catalog, tuple(set), "refresh")
    return _Machine(of_account(result, system), result.warnings)


def _question(
    gain: str | None,
    horizon: str,
    step: str,
    grid: str | None,
    owned: str | None,
    second: tuple[str | None, str],
    repair: tuple[str | None, str | None],
) -> Question:
    """Read what is asked.

    Raises UsageError naming the flag that cannot be read, or is missing.
    """
    if gain is None:
        raise UsageError("how fast do machines improve? add --gain '2x / 3.5 years'")
    second_life, rule = second
    horizon_y, step_y = asked.years("--horizon", horizon), asked.years("--step", step)
    asked.check_step(step, horizon_y, step_y)
    if second_life is None and rule != asked.CUT_OFF:
        raise UsageError("--rule needs --second-life, how long it serves others afterwards")
    return Question(
        asked.rate("--gain", gain),
        gain.strip(),
        horizon_y,
        step_y,
        GridPath() if grid is None else asked.grid_path(grid),
        (grid or "").strip(),
        owned=None if owned is None else asked.years("--owned", owned, zero=True),
        second_life=0.0 if second_life is None else asked.years("--second-life", second_life),
        rule=rule,
        repair=_repair(*repair),
    )


def _repair(parts: str | None, life: str | None) -> asked.Repair | None:
    if parts is None and life is None:
        return None
    if parts is None or life is None:
        raise UsageError("--parts and --repaired-life go together")
    mass = asked.quantity("--parts", parts, units.MASS, zero=True)
    if isinstance(mass, Range):
        raise UsageError(f"--parts: `{parts}` is a range; give one mass")
    return asked.Repair(mass, asked.years("--repaired-life", life))


def _alone(
    file: str | None,
    system: str | None,
    set: list[str],
    embodied: str | None,
    power: str | None,
    intensity: str | None,
) -> MachineFigures | None:
    """Return a machine of three flags; None where a workload has it.

    Raises UsageError where both are given, or one of the three is missing.
    """
    flags = {"--embodied": embodied, "--power": power, "--intensity": intensity}
    given = [flag for flag, text in flags.items() if text is not None]
    if file is not None:
        if given:
            raise UsageError(f"{given[0]} cannot be used with FILE; use --set")
        return None
    if system is not None or set:
        raise UsageError(f"{'--system' if system is not None else '--set'} needs FILE, a workload")
    missing = [flag for flag in flags if flag not in given]
    if missing:
        also = f"; {', '.join(missing)} missing" if given else ""
        raise UsageError(f"give FILE, or --embodied, --power and --intensity{also}")
    assert embodied is not None and power is not None and intensity is not None
    return of_figures(
        asked.quantity("--embodied", embodied, units.MASS),
        asked.quantity("--power", power, units.POWER),
        asked.quantity("--intensity", intensity, units.INTENSITY, zero=True),
    )
