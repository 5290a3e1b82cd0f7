"""``carbonctl levers``: what named changes of a workload save, one after the other."""

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from carbonctl import __version__, errors
from carbonctl.analysis.accounts import Accounts
from carbonctl.analysis.gates import exit_code
from carbonctl.analysis.levers import gates
from carbonctl.analysis.levers.attribution import ATTRIBUTIONS, STEPS
from carbonctl.analysis.levers.report import Report, report
from carbonctl.analysis.levers.suggest import suggested
from carbonctl.catalog import Catalog
from carbonctl.cli import options as o
from carbonctl.errors import UsageError
from carbonctl.inputs.catalogs import catalog_for
from carbonctl.inputs.discovery import named
from carbonctl.inputs.results import accounts_of
from carbonctl.inputs.selection import single
from carbonctl.ledger.result import About
from carbonctl.outputs import writing
from carbonctl.outputs.messages import say
from carbonctl.outputs.verdicts import announce
from carbonctl.render import FOR_PEOPLE, LIST_FORMATS, TABLES
from carbonctl.render.levers import FORMATS, render, render_suggested
from carbonctl.render.levers.csv_ import COLUMNS
from carbonctl.spec.overrides import parse_override

if TYPE_CHECKING:
    Form: TypeAlias = str
    Way: TypeAlias = str
else:
    Form = Literal[FORMATS]
    Way = Literal[ATTRIBUTIONS]

File = Annotated[
    str | None,
    typer.Argument(metavar="FILE", help="A workload with levers, FILE#N of several; - is stdin."),
]
ListOf = Annotated[bool, typer.Option("--list", help="List the published levers, with sources.")]
Attribute = Annotated[
    Way, typer.Option("--attribute", help="How the saving is divided among the levers.")
]
Suggest = Annotated[
    bool,
    typer.Option("--suggest", help="Suggest levers, also ones that are not in the file."),
]
Rank = Annotated[bool, typer.Option("--rank", help="Always pull the lever next that saves most.")]
Only = Annotated[
    list[str],
    typer.Option("--lever", metavar="NAME", help="Only this lever; can be given several times."),
]
Format = Annotated[Form, typer.Option("--format", "-f", help="Form of the output.")]
FailOn = Annotated[list[str], o.fail_on("'saved_pct < 50'")]


_ALONE = "--suggest tries each lever alone; leave out --attribute, --rank, --lever and rules"


def levers(
    file: File = None,
    list_: ListOf = False,
    attribute: Attribute = STEPS,
    rank: Rank = False,
    suggest: Suggest = False,
    lever: Only = [],  # noqa: B006
    set: o.Set = [],  # noqa: B006
    format: Format = "table",
    export: o.Export = [],  # noqa: B006
    fail_on: FailOn = [],  # noqa: B006
    warn_on: o.WarnOn = [],  # noqa: B006
    exit_zero: o.ExitZero = False,
    hardware_db: o.HardwareDb = None,
    color: o.Color = "auto",
    quiet: o.Quiet = False,
    debug: o.Debug = False,
) -> int:
    """Show what the levers of a workload save, or suggest some.

    A lever is a named change under `levers:` in the file. The account is made again with the
    levers pulled one after the other, so that nothing counts twice. For example:

      carbonctl levers job.yaml

      carbonctl levers job.yaml --rank --attribute shapley

      carbonctl levers job.yaml --fail-on 'saved_pct < 50'

      carbonctl levers job.yaml --suggest

      carbonctl levers --list
    """
    if list_:
        used = {
            "--suggest": suggest, "--set": set, "--rank": rank, "--lever": lever,
            "--attribute": attribute != STEPS, "--fail-on": fail_on, "--warn-on": warn_on,
            "--exit-zero": exit_zero, "--export": export,
        }  # fmt: skip
        _refuse_beside_list(file, [flag for flag, given in used.items() if given])
    targets = [writing.parse_export(text, FORMATS) for text in export]
    forms = (format, *(target.form for target in targets))
    is_told = format not in FOR_PEOPLE if list_ else not {*forms}.isdisjoint(TABLES)
    catalog = catalog_for(hardware_db, is_told=is_told)
    if list_:
        return _list(format, color, catalog)
    if file is None:
        raise UsageError("a FILE is wanted, or --list for the published levers")
    for text in set:
        parse_override(text)
    fail, warn = gates.parse(fail_on, "--fail-on"), gates.parse(warn_on, "--warn-on")
    writing.check_targets(targets, [named(file).path])
    writing.check_columns(targets, COLUMNS)
    document = single(named(file), "`carbonctl levers {}`")
    accounts = accounts_of(document, catalog, tuple(set), "levers")
    if suggest:
        if attribute != STEPS or rank or lever or fail or warn:
            raise UsageError(_ALONE)
        return _suggest(accounts, format, targets, color)
    made = report(accounts, lever, attribute, is_ranked=rank)
    verdicts = tuple(gates.judged(made, fail, warn))
    about = About(__version__, catalog.version, made.refused, catalog.own_records)
    texts = [render(target.form, made, about, verdicts) for target in targets]
    text = render(format, made, about, verdicts, writing.style(color, None))
    written = writing.write_all(targets, texts, text)
    _tell(made, quiet=quiet or format in FOR_PEOPLE)
    announce(verdicts, quiet=quiet)
    refused = errors.INPUT if made.refused else errors.OK
    return errors.worst([refused, written, exit_code(verdicts, exit_zero=exit_zero)])


def _tell(made: Report, *, quiet: bool) -> None:
    """Say what is wrong with levers that are left out, and notes that the output does not show."""
    for problem in made.refused:
        say(str(problem))
    for note in made.notes:
        if not quiet:
            say(f"note: {note}")


def _suggest(accounts: Accounts, format: str, targets: list[writing.Target], color: str) -> int:
    """Write what would lower the carbon of a workload."""
    catalog = accounts.catalog
    some = suggested(accounts)
    about = About(__version__, catalog.version, (), catalog.own_records)
    texts = [render_suggested(target.form, some, about) for target in targets]
    text = render_suggested(format, some, about, writing.style(color, None))
    return errors.worst([errors.OK, writing.write_all(targets, texts, text)])


def _refuse_beside_list(file: str | None, flags: list[str]) -> None:
    """Refuse what the list of published levers does not take."""
    if file is not None:
        raise UsageError("--list lists the published levers; leave out FILE")
    if flags:
        raise UsageError(f"--list lists the published levers; leave out {', '.join(flags)}")


def _list(format: str, color: str, catalog: Catalog) -> int:
    """Write the published levers."""
    from carbonctl.outputs import lists
    from carbonctl.reference import descriptions, lever_rows

    if format not in LIST_FORMATS:
        raise UsageError(f"--list: no format `{format}`; there are {', '.join(LIST_FORMATS)}")
    heads = {0: descriptions.heads("levers"), 120: descriptions.heads("levers wide")}
    lists.write(lever_rows.rows(catalog), lever_rows.COLUMNS, heads, format, color, catalog)
    return errors.OK
