"""``carbonctl estimate``: from workloads to their accounts."""

from carbonctl import __version__, errors
from carbonctl.account import estimate as estimate_one
from carbonctl.catalog import Catalog
from carbonctl.catalog.folders import own
from carbonctl.cli import inputs, outputs
from carbonctl.cli import options as o
from carbonctl.cli.messages import say
from carbonctl.errors import InputError, OutputError, Problem
from carbonctl.located import decode
from carbonctl.render import Style, render
from carbonctl.result import Report, Result, is_saved
from carbonctl.spec.overrides import parse_override


def estimate(
    files: o.Files,
    format: o.Format = "table",
    export: o.Export = [],  # noqa: B006
    set: o.Set = [],  # noqa: B006
    hardware_db: o.HardwareDb = None,
    color: o.Color = "auto",
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    debug: o.Debug = False,
) -> int:
    """Estimate the carbon account of one or more workloads.

    Reads YAML workloads, or results saved with --format json. For example:

      carbonctl estimate job.yaml

      carbonctl estimate job.yaml --set site.grid=FR --format csv
    """
    targets = [outputs.parse_export(text) for text in export]
    for text in set:
        parse_override(text)
    catalog = Catalog(own(hardware_db))
    report = _report(files, catalog, tuple(set))
    _say(report, quiet)
    codes = [errors.INPUT] if report.errors else []
    if report.results:
        codes.append(_write(report, format, targets, color, catalog))
    return errors.worst(codes)


def _report(files: list[str], catalog: Catalog, overrides: tuple[str, ...]) -> Report:
    """Estimate every file; a faulty one is reported beside the others."""
    results: list[Result] = []
    problems: list[Problem] = []
    for path in files:
        try:
            data, name = inputs.read(path)
            results += _results(data, name, catalog, overrides)
        except InputError as error:
            problems += error.problems
    return Report(__version__, catalog.version, tuple(results), tuple(problems))


def _results(
    data: bytes, name: str, catalog: Catalog, overrides: tuple[str, ...]
) -> tuple[Result, ...]:
    if is_saved(data):
        from carbonctl import saved

        if overrides:
            message = "--set changes a workload, and this is a saved result"
            raise InputError([Problem(name, 1, 1, message)])
        return saved.read(decode(data, name), name).results
    return (estimate_one(data, name, catalog, overrides),)


def _say(report: Report, quiet: bool) -> None:
    for problem in report.errors:
        say(str(problem))
    for result in report.results:
        for warning in () if quiet else result.warnings:
            say(f"{result.file}: warning: {warning}")


def _write(
    report: Report, form: str, targets: list[outputs.Target], color: str, catalog: Catalog
) -> int:
    """Write exports, then standard output; return the exit code of the worst failure."""
    code = errors.OK
    forms = {form, *(target.form for target in targets)}
    sources = catalog.sources if "table" in forms else None
    for target in targets:
        try:
            outputs.export(target, render(target.form, report, Style(sources=sources)))
        except OutputError as error:
            say(str(error))
            code = error.exit_code
    style = Style(outputs.width(), outputs.colored(color), outputs.is_plain(), sources)
    try:
        outputs.to_stdout(render(form, report, style))
    except OutputError as error:
        say(str(error))
        code = error.exit_code
    return code
