"""The documents of ``carbonctl report``: from accounts to text, a function a kind.

What a kind needs is imported when it is asked for.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from carbonctl.catalog import Catalog
from carbonctl.errors import Caution, UsageError
from carbonctl.ledger.result import About, Result

if TYPE_CHECKING:
    from carbonctl.analysis.reports.software import Units


class Asked(NamedTuple):
    """What flags ask of a document."""

    form: str
    per: float
    unit: "Units | None"
    personas: tuple[str, ...]
    provider: "Units | None"
    stages: dict[str, str]
    said: tuple[str, str, str]
    include: tuple[str, ...]
    activity: str | None
    training_type: str | None
    year: int | None
    purchases: str | None
    equivalents: bool
    date: str
    title: str
    chart: str | None


class Made(NamedTuple):
    """A document, and what a reader is warned of besides the warnings of the accounts."""

    text: str | bytes
    cautions: tuple[Caution, ...] = ()


def one_chart(results: Sequence[Result], asked: Asked, about: About, catalog: Catalog) -> Made:
    """Return one chart of the page, or the names of all."""
    from carbonctl.render import charts
    from carbonctl.render.page.account import CHARTS
    from carbonctl.render.page.account import charts as charts_of
    from carbonctl.text import did_you_mean

    found = {chart.name: chart for result in results[:1] for chart in charts_of(result)}
    if asked.chart == "list":
        return Made("".join(f"{name}\n" for name in found))
    if asked.chart not in found:
        known = found if asked.chart in CHARTS else CHARTS
        near = did_you_mean(asked.chart or "", known) or f"; there are {', '.join(known)}"
        raise UsageError(f"--chart {asked.chart}: not a chart of this account{near}")
    return Made(charts.render(asked.form, [found[asked.chart]], results[0].name))


def _page(results: Sequence[Result], asked: Asked, about: About, catalog: Catalog) -> Made:
    from carbonctl.render import Style
    from carbonctl.render.page.account import page

    return Made(page(results, about, Style(sources=catalog.sources), asked.title))


def _sci(results: Sequence[Result], asked: Asked, about: About, catalog: Catalog) -> Made:
    from carbonctl.analysis.reports.software import software_score
    from carbonctl.render.reports import software

    scores = [software_score(result, asked.per, asked.unit) for result in results]
    return Made(software.render(asked.form, scores, about))


def _sci_ai(results: Sequence[Result], asked: Asked, about: About, catalog: Catalog) -> Made:
    from carbonctl.analysis.reports import ai_software as ai
    from carbonctl.render.reports import software

    wanted = ai.Asked(asked.personas, asked.provider, asked.unit, asked.per, asked.stages)
    scores = [score for result in results for score in ai.ai_scores(result, wanted)]
    said = software.Disclosures(*asked.said)
    cautions: tuple[Caution, ...] = ()
    if said.missing and any(score.persona == ai.PROVIDER for score in scores):
        flags = ", ".join(said.missing)
        cautions = (Caution(f"a provider shall state these, says the specification: {flags}"),)
    return Made(software.render_ai(asked.form, scores, said, about), cautions)


def _card(results: Sequence[Result], asked: Asked, about: About, catalog: Catalog) -> Made:
    from carbonctl.analysis.reports.statement import card
    from carbonctl.render.reports.card import render

    if len(results) != 1:
        raise UsageError(f"--as model-card: one workload is wanted, and there are {len(results)}")
    made = card(results[0], asked.include, asked.activity, asked.training_type)
    return Made(render(made, about))


def _statement(results: Sequence[Result], asked: Asked, about: About, catalog: Catalog) -> Made:
    from carbonctl.analysis.reports.statement import statement
    from carbonctl.render.reports.statement import render

    everyday = tuple(catalog.everyday) if asked.equivalents else ()
    made = [statement(result) for result in results]
    return Made(render(asked.form, made, about, everyday, asked.date))


def _inventory(results: Sequence[Result], asked: Asked, about: About, catalog: Catalog) -> Made:
    from carbonctl.analysis.reports.inventory import inventory
    from carbonctl.inputs.purchases import read_purchases
    from carbonctl.render.reports.inventory import Inventory, render

    bought = None
    if asked.purchases is not None:
        bought = read_purchases(asked.purchases, catalog)
    made = [
        Inventory(r.file, r.name, r.sha256, tuple(inventory(r, asked.year, bought)))
        for r in results
    ]
    return Made(render(asked.form, made, about))


WRITERS: dict[str, Callable[[Sequence[Result], Asked, About, Catalog], Made]] = {
    "page": _page,
    "sci": _sci, "sci-ai": _sci_ai, "model-card": _card, "statement": _statement,
    "inventory": _inventory,
}  # fmt: skip
