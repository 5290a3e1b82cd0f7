"""One small example of each chart, with a title that is an attack."""

import math

from carbonctl.render.charts.accounts import Accounts, accounts
from carbonctl.render.charts.change import Moved, change
from carbonctl.render.charts.chart import Chart
from carbonctl.render.charts.day import Profile, day
from carbonctl.render.charts.hours import Hours, hours
from carbonctl.render.charts.interval import Interval, interval
from carbonctl.render.charts.months import Share, months
from carbonctl.render.charts.pareto import Design, pareto
from carbonctl.render.charts.parts import PHASES, Part, parts
from carbonctl.render.charts.starts import Starts, starts
from carbonctl.render.charts.timeline import Clock, Span
from carbonctl.render.charts.tornado import Swing, tornado
from carbonctl.render.charts.winners import Winner, winners

JUNE_S = 1_654_041_600  # 2022-06-01T00:00Z
HOUR_S = 3600
EVIL = "</title><script>alert('x')</script> & \"q\" שלום"


def site(days: int = 1, title: str = "A day of the site") -> Chart:
    steps = 24 * days
    sun = [max(0.0, 12 - 2 * abs(hour % 24 - 12)) for hour in range(steps)]
    return hours(
        Hours(
            Clock(JUNE_S, HOUR_S, steps),
            demand_mw=[5 + hour % 24 / 8 for hour in range(steps)],
            load_mw=[4.5 + (hour % 24 in (11, 12)) for hour in range(steps)],
            generation_mw=sun,
            charge_mwh=[min(20.0, mw * 2) for mw in sun],
            intensity_g_per_kwh=[400 - 10 * mw for mw in sun],
            chosen=(Span(JUNE_S + 6 * HOUR_S, JUNE_S + 9.5 * HOUR_S),),
        ),
        title,
    )


def restless(title: str = "A week") -> Chart:
    """A week in which nothing is the same for two hours."""
    steps = 7 * 24
    wild = [[20 + 9 * math.sin(at * at * 0.37 + line) for at in range(steps)] for line in range(5)]
    return hours(Hours(Clock(JUNE_S, HOUR_S, steps), *wild), title)


def job(title: str = "When to run") -> Chart:
    return starts(
        Starts(
            Clock(JUNE_S + 9 * HOUR_S, HOUR_S, 12),
            [300, 280, 260, 240, 220, 200, 210, 230, 250, 270, 290, 310],
            (Span(JUNE_S + 13.5 * HOUR_S, JUNE_S + 15 * HOUR_S),),
            now_s=JUNE_S + 9 * HOUR_S,
            chosen_kg=75,
            now_kg=100,
        ),
        title,
    )


def grid(title: str = "By hour of day") -> Chart:
    average = Profile("Average (AER)", [250 + hour for hour in range(24)], [60] * 24)
    marginal = Profile("Marginal (MER)", [450 - hour for hour in range(24)], [30] * 24)
    return day([average, marginal], title, "Pacific time")


def designs(title: str = "Designs", name: str = "wind 20 MW") -> Chart:
    return pareto(
        [
            Design("nothing built", 9e6, 0, False),
            Design(name, 5e6, 60, True),
            Design("wind 40 MW", 7e6, 90, True),
            Design("wind 40 MW, battery 10 MWh", 8e6, 85, False),
        ],
        title,
    )


def origins(title: str = "Where it comes from", name: str = "training: a run") -> Chart:
    shown = [Part(name, 4e5, 1e5, 4e5, 7e5), Part("inference: chat", 2e5, None)]
    return parts(PHASES, shown, title, "Activity")


def unknowns(title: str = "What matters most", name: str = "site.pue") -> Chart:
    shown = [
        Swing("systems.a.lifetime", 130, 90, "4 years (3..5)"),
        Swing(name, 98, 107, "1.2 (1.1..1.4)"),
    ]
    return tornado(shown, 100, title)


def sureness(title: str = "How sure") -> Chart:
    return interval(Interval(100, 70, 160, 71, 101, 158), title)


def moved(title: str = "What changed", name: str = "training") -> Chart:
    shown = [Moved(name, 2e5, 3e5), Moved("data", 0, 1e5), Moved("inference", None, 1e5)]
    made = change(shown, title)
    assert made is not None
    return made


def over_time(title: str = "Each month, by team", name: str = "vision") -> Chart:
    shown = [Share(f"2026-0{month}", tag, kg * month)
             for month in (1, 2, 3) for tag, kg in ((name, 5.0), ("language", 8.0))]  # fmt: skip
    made = months(shown, title, "Month", "Team")
    assert made is not None
    return made


def lowest(title: str = "Where each wins", name: str = "small") -> Chart:
    shown = [
        Winner(name, 0, 400, [(0, 10), (1000, 60)]),
        Winner("large", 400, 1000, [(0, 20), (1000, 45)]),
    ]
    return winners(
        shown, title, "Carbon intensity (g/kWh)", ["0 .. 400 g/kWh", "400 .. 1,000 g/kWh"]
    )


def sums(title: str = "Three accounts") -> Chart:
    return accounts(Accounts(5.1e7, 1.8e7, None), title)


def all_of(title: str | None = None) -> list[Chart]:
    made = (sums, site, designs, lowest, origins, unknowns, sureness, moved, over_time, job, grid)
    if title is None:
        return [each() for each in made]
    return [each(title=title) for each in made]
