"""``carbonctl estimate``: from workloads to their accounts."""

from typing import TYPE_CHECKING

from carbonctl import __version__, errors
from carbonctl.catalog import Catalog
from carbonctl.catalog.folders import own
from carbonctl.cli import inputs, outputs
from carbonctl.cli import options as o
from carbonctl.cli.messages import say
from carbonctl.cli.reading import read_results
from carbonctl.errors import Problem
from carbonctl.render import FOR_PEOPLE, Renderer, Style, start
from carbonctl.result import About, Result
from carbonctl.spec.overrides import parse_override

if TYPE_CHECKING:
    from carbonctl.cli.gating import Gates
    from carbonctl.gates import Verdict


def estimate(
    files: o.Files,
    format: o.Format = "table",
    by: o.By = None,
    equivalents: o.Equivalents = False,
    export: o.Export = [],  # noqa: B006
    set: o.Set = [],  # noqa: B006
    fail_on: o.FailOn = [],  # noqa: B006
    warn_on: o.WarnOn = [],  # noqa: B006
    budget: o.Budget = None,
    exit_zero: o.ExitZero = False,
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
    outputs.check_terminal(format, targets)
    for text in set:
        parse_override(text)
    gates = _gates(fail_on, warn_on, budget)
    catalog = Catalog(own(hardware_db))
    forms = [target.form for target in targets]
    for_people = not frozenset(FOR_PEOPLE).isdisjoint((format, *forms))
    sources = catalog.sources if for_people else None
    everyday = tuple(catalog.everyday) if equivalents else ()
    style = Style(sources=sources, by=by, everyday=everyday)
    shown = start(format, outputs.style(color, sources)._replace(by=by, everyday=everyday))
    exported = [start(form, style) for form in forms]
    run = _Run(catalog, tuple(set), gates, quiet)
    run.estimate(files, [shown, *exported])
    if verbose:
        say(run.told())
    if not run.count:
        return errors.INPUT
    *written, last = [r.finish(run.about(), run.verdicts) for r in (*exported, shown)]
    code = outputs.write_all(targets, written, last)
    return errors.worst([run.code, code, _judged(run.verdicts, exit_zero=exit_zero, quiet=quiet)])


def _gates(fail_on: list[str], warn_on: list[str], budget: str | None) -> "Gates | None":
    """Return the rules, or None; those who have none need not wait for their import."""
    if not (fail_on or warn_on or budget):
        return None
    from carbonctl.cli.gating import read_gates

    return read_gates(fail_on, warn_on, budget, has_base=False)


def _judged(verdicts: "list[Verdict]", *, exit_zero: bool, quiet: bool) -> int:
    """Say what gates did not pass, and return the exit code that they call for."""
    if not verdicts:
        return errors.OK
    from carbonctl.cli.gating import announce
    from carbonctl.gates import exit_code

    announce(verdicts, quiet=quiet)
    return exit_code(verdicts, exit_zero=exit_zero)


class _Run:
    """One pass over the inputs; a faulty one is reported beside the others."""

    def __init__(
        self, catalog: Catalog, overrides: tuple[str, ...], gates: "Gates | None", quiet: bool
    ) -> None:
        self.catalog = catalog
        self.overrides = overrides
        self.gates = gates
        self.quiet = quiet
        self.problems: list[Problem] = []
        self.versions: dict[tuple[str, str], None] = {}
        self.verdicts: list[Verdict] = []
        self.count = 0
        self.entries = 0

    def estimate(self, files: list[str], renderers: list[Renderer]) -> None:
        """Read and estimate each input in turn, and hand its results on."""

        def add(data: bytes, name: str) -> None:
            found = read_results(data, name, self.catalog, self.overrides)
            self.versions[found.version, found.hardware_db] = None
            for result in found.results:
                self.warn(result)
                if self.gates is not None:
                    self.verdicts += self.gates.judge(result.file, result.entries, None)
                self.count += 1
                self.entries += len(result.entries)
                for renderer in renderers:
                    renderer.add(result)

        self.problems = inputs.each(files, add)

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
