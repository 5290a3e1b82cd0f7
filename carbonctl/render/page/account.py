"""The page of one account or of several: a sentence, tiles, charts, entries, assumptions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from carbonctl.ledger.result import About, Result
from carbonctl.render import Style, human_numbers, render
from carbonctl.render.charts import draw
from carbonctl.render.charts.chart import Chart, Table
from carbonctl.render.charts.interval import Interval, interval
from carbonctl.render.charts.page import section, shell, table, text
from carbonctl.render.charts.parts import PHASES, STAGES, Part, parts
from carbonctl.render.charts.tornado import Swing, tornado
from carbonctl.render.page.parts import STYLE, bullets, details, download, not_drawn

_NAMES = {"phases": "Where it comes from", "stages": "By life-cycle stage and scope",
          "tornado": "What matters most", "range": "How sure"}  # fmt: skip
CHARTS = tuple(_NAMES)


def page(results: Sequence[Result], about: About, style: Style, title: str = "") -> str:
    """Return the page of some accounts; of several it has a list at its head."""
    head = title or (results[0].name if len(results) == 1 else f"{len(results)} accounts")
    bodies = [_body(result, place, len(results) > 1, style) for place, result in enumerate(results)]
    listed = _list(results) if len(results) > 1 else ""
    note = not_drawn(draw.is_possible())
    made = f"carbonctl {about.version}, hardware_db {about.hardware_db}."
    hashes = "".join(
        f'<p dir="auto">{text(result.file)}: sha256 {text(result.sha256)}</p>\n'
        for result in results
    )
    saved = download(render("json", list(results), about), "The result as JSON")
    body = (
        f'{STYLE}<main>\n<h1 dir="auto">{text(head)}</h1>\n{note}{listed}{"".join(bodies)}'
        f"{saved}</main>\n<footer>\n<p>{text(made)}</p>\n{hashes}</footer>\n"
    )
    return shell(head, body)


def charts(result: Result) -> list[Chart]:
    """Return the charts of one account that it has figures for."""
    made = (
        [parts(PHASES, _activities(result), _NAMES["phases"], "Activity")] if result.booked else []
    )
    stages = _stages(result)
    if len(stages) > 1:
        made.append(parts(STAGES, stages, _NAMES["stages"], "Stage and scope"))
    total = result.total
    if total.total_kgco2e is None:
        return made
    swings = [
        Swing(
            driver.path or driver.name, driver.at_low_kgco2e, driver.at_high_kgco2e,
            human_numbers.ranged(
                driver.value, driver.low, driver.high, driver.unit, driver.path or driver.name
            ),
        )
        for driver in result.all_drivers
        if driver.swing_kgco2e
    ]  # fmt: skip
    if swings:
        made.append(tornado(swings, total.total_kgco2e, _NAMES["tornado"]))
    low, high = total.total_low_kgco2e, total.total_high_kgco2e
    if low is not None and high is not None and low != high:
        made.append(interval(Interval(total.total_kgco2e, low, high), _NAMES["range"]))
    return made


def _activities(result: Result) -> list[Part]:
    groups = result.groups("activity")
    return [
        Part(name, sums.operational_kgco2e, sums.embodied_kgco2e, sums.total_low_kgco2e,
             sums.total_high_kgco2e)
        for name, sums in groups.items()
    ]  # fmt: skip


def _stages(result: Result) -> list[Part]:
    made = []
    for by, word in (("stage", ""), ("scope", "scope ")):
        groups = result.groups(by)
        if len(groups) > 1:
            made += [
                Part(
                    f"{word}{name}",
                    sums.operational_kgco2e,
                    sums.embodied_kgco2e,
                    sums.total_low_kgco2e,
                    sums.total_high_kgco2e,
                )
                for name, sums in groups.items()
            ]
    return made


def _body(result: Result, place: int, is_one_of_several: bool, style: Style) -> str:
    head = (
        f'<h2 id="account-{place}" dir="auto">{text(result.name)}</h2>\n'
        if is_one_of_several
        else ""
    )
    of = f"-{place}" if is_one_of_several else ""
    drawn = "".join(section(one._replace(name=f"{one.name}{of}")) for one in charts(result))
    return (
        f'{head}<p dir="auto">{text(_sentence(result))}</p>\n<div class="tiles">\n{_tiles(result)}'
        f"</div>\n{drawn}{_entries(result)}{_assumed(result)}{_sources(result, style)}"
        f"{_warnings(result)}"
    )


def _sentence(result: Result) -> str:
    total = result.total
    if total.total_kgco2e is None:
        known = human_numbers.mass(total.operational_kgco2e)
        return f"{result.name}: {known} operational. Embodied carbon is not known, nor the total."
    low, high = total.total_low_kgco2e, total.total_high_kgco2e
    ends = ""
    if low is not None and high is not None and low != high:
        ends = f", {human_numbers.mass(low)} to {human_numbers.mass(high)} in 90 of 100 cases"
    share = human_numbers.percent(total.embodied_kgco2e, total.total_kgco2e)
    whole = human_numbers.mass(total.total_kgco2e)
    return f"{result.name}: {whole}{ends}. {share} of it is embodied."


def _tiles(result: Result) -> str:
    total = result.total
    tiles = [
        ("Operational", _known(total.operational_kgco2e)),
        ("Embodied", _known(total.embodied_kgco2e)),
        ("Electricity", human_numbers.energy(total.energy_kwh)),
        ("Market-based total", _known(total.total_market_kgco2e)),
    ]
    for key, figure in (result.reported or {}).items():
        if figure.error_pct is not None:
            name = key.removesuffix("_kgco2e").replace("_", " ")
            tiles.append((f"Against the published {name}", human_numbers.change(figure.error_pct)))
    if result.per_unit is not None:
        name, each = result.per_unit
        tiles.append((f"Per {name}", human_numbers.mass(each)))
    return "".join(
        f"<div><b>{text(value)}</b><span>{text(name)}</span></div>\n" for name, value in tiles
    )


def _known(kg: float | None) -> str:
    return "not known" if kg is None else human_numbers.mass(kg)


def _entries(result: Result) -> str:
    rows = tuple(
        (f"{entry.phase}: {entry.activity}", entry.item, entry.boundary, entry.ghg_scope,
         entry.energy_kwh, entry.kgco2e, entry.kgco2e_low, entry.kgco2e_high)
        for entry in result.entries
    )  # fmt: skip
    heads = ("Activity", "Item", "Boundary", "Scope", "kWh", "kgCO2e", "Low", "High")
    return details("Entries of the ledger", table(Table(heads, rows), "Entries"), is_open=False)


def _assumed(result: Result) -> str:
    if not result.assumptions:
        return ""
    rows = tuple(
        (
            a.path,
            human_numbers.ranged(a.value, a.low, a.high, a.unit, a.path),
            a.status,
            a.source or "",
        )
        for a in result.assumptions
    )
    said = table(Table(("Path", "Value", "Status", "Source"), rows), "What was assumed")
    return details("What was assumed", said, is_open=True)


def _sources(result: Result, style: Style) -> str:
    keys: dict[str, None] = {}
    for entry in result.booked:
        for value in entry.inputs:
            for key in (value.source or "").split():
                keys[key] = None
    known = sorted(key for key in keys if key in (style.sources or {}))
    if not known:
        return ""
    return details("Sources", bullets(map(style.cited, known)), is_open=False)


def _warnings(result: Result) -> str:
    if not result.warnings:
        return ""
    return f"<section>\n<h2>Warnings</h2>\n{bullets(map(str, result.warnings))}</section>\n"


def _list(results: Sequence[Result]) -> str:
    def items() -> Iterator[str]:
        for place, result in enumerate(results):
            link = f'<a href="#account-{place}">{text(result.name)}</a>'
            total = text(_known(result.total.total_kgco2e))
            yield f'<li dir="auto">{link}: {total}</li>\n'

    return f"<ul>\n{''.join(items())}</ul>\n"
