"""``carbonctl estimate``: from workloads to their accounts."""

from collections.abc import Iterable

from carbonctl import __version__, errors
from carbonctl.account import estimate as estimate_one
from carbonctl.catalog import Catalog
from carbonctl.catalog.folders import own
from carbonctl.cli import inputs, outputs
from carbonctl.cli import options as o
from carbonctl.cli.messages import say
from carbonctl.errors import InputError, OutputError, Problem
from carbonctl.located import decode
from carbonctl.render import FOR_PEOPLE, Renderer, Style, start
from carbonctl.result import About, Result, is_saved
from carbonctl.spec.overrides import parse_override


def estimate(
    files: o.Files,
    format: o.Format = "table",
    by: o.By = None,
    equivalents: o.Equivalents = False,
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
    outputs.check_targets(targets, files)
    for text in set:
        parse_override(text)
    catalog = Catalog(own(hardware_db))
    forms = [target.form for target in targets]
    for_people = not frozenset(FOR_PEOPLE).isdisjoint((format, *forms))
    sources = catalog.sources if for_people else None
    everyday = tuple(catalog.everyday) if equivalents else ()
    style = Style(sources=sources, by=by, everyday=everyday)
    shown = start(format, outputs.style(color, sources)._replace(by=by, everyday=everyday))
    exported = [start(form, style) for form in forms]
    run = _Run(catalog, tuple(set), quiet)
    run.estimate(files, [shown, *exported])
    if verbose:
        say(run.told())
    if not run.count:
        return errors.INPUT
    texts = [renderer.finish(run.about()) for renderer in (*exported, shown)]
    return errors.worst([run.code, _write(targets, texts)])


class _Run:
    """One pass over the inputs; a faulty one is reported beside the others."""

    def __init__(self, catalog: Catalog, overrides: tuple[str, ...], quiet: bool) -> None:
        self.catalog = catalog
        self.overrides = overrides
        self.quiet = quiet
        self.problems: list[Problem] = []
        self.versions: dict[tuple[str, str], None] = {}
        self.count = 0
        self.entries = 0

    def estimate(self, files: list[str], renderers: list[Renderer]) -> None:
        """Read and estimate each input in turn, and hand its results on."""

        def add(data: bytes, name: str) -> None:
            for result in self.results(data, name):
                self.warn(result)
                self.count += 1
                self.entries += len(result.entries)
                for renderer in renderers:
                    renderer.add(result)

        self.problems = inputs.each(files, add)

    def results(self, data: bytes, name: str) -> Iterable[Result]:
        """Return the results of one input: a workload's, or those that were saved."""
        if not is_saved(data):
            self.versions[__version__, self.catalog.version] = None
            return (estimate_one(data, name, self.catalog, self.overrides),)
        from carbonctl import saved

        if self.overrides:
            message = "--set changes a workload, and this is a saved result"
            raise InputError([Problem(name, 1, 1, message)])
        found = saved.read(decode(data, name), name)
        self.versions[found.version, found.hardware_db] = None
        return found.results

    def warn(self, result: Result) -> None:
        """Say the warnings of one result."""
        for warning in () if self.quiet else result.warnings:
            say(f"{result.file}: warning: {warning}")

    def about(self) -> About:
        """Return the versions behind the results: of a saved one, those that made it."""
        versions = list(self.versions)
        version, data = versions[0] if len(versions) == 1 else (__version__, self.catalog.version)
        return About(version, data, tuple(self.problems))

    def told(self) -> str:
        """Return what was read, for those who ask."""
        folders = ", ".join(map(str, self.catalog.folders))
        return (
            f"carbonctl {__version__}, hardware_db {self.catalog.version} ({folders}): "
            f"{self.count} results, {self.entries} entries, {len(self.problems)} problems"
        )

    @property
    def code(self) -> int:
        """The exit code that the inputs call for."""
        return errors.INPUT if self.problems else errors.OK


def _write(targets: list[outputs.Target], texts: list[str]) -> int:
    """Write exports, then standard output; return the exit code of the worst failure."""
    code = errors.OK
    *exported, shown = texts
    for target, text in zip(targets, exported, strict=True):
        try:
            outputs.export(target, text)
        except OutputError as error:
            say(str(error))
            code = error.exit_code
    try:
        outputs.to_stdout(shown)
    except OutputError as error:
        say(str(error))
        code = error.exit_code
    return code
