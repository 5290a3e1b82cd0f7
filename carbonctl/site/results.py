"""What comes of a site: how much is covered, its three accounts, embodied carbon, designs."""

from __future__ import annotations

from typing import NamedTuple

from carbonctl.errors import Caution
from carbonctl.site.accounts import MARKET_HOURLY, Accounts
from carbonctl.site.assembly import FloatArray, SiteHours
from carbonctl.site.backlog import Tier
from carbonctl.site.coverage import Coverage
from carbonctl.site.sweep import DesignTable

NONE, BATTERY, SHIFTING, BOTH = "none", "battery", "shifting", "both"
SIZED = "sized"


class SiteQuestion(NamedTuple):
    """What is asked of a site.

    Attributes
    ----------
    wants_optimum : bool
        Whether the optimum with perfect foresight stands beside the policy.
    account : str
        The operational account of totals, one of `ACCOUNTS`.
    years : float
        Years that a total is given for.
    wants_hours_of_day : bool
        Whether average and marginal intensity are tabulated by hour of day.
    """

    wants_optimum: bool = False
    account: str = MARKET_HOURLY
    years: float = 1.0
    wants_hours_of_day: bool = False


class BatteryUse(NamedTuple):
    """A battery and what it does over the data.

    Attributes
    ----------
    nameplate_mwh, usable_mwh : float
        Energy that it is built with, and that between empty and full [MWh].
    charge_mw, discharge_mw : float
        Highest powers [MW].
    charged_mwh, discharged_mwh, loss_mwh : float
        At its terminals, and lost in it [MWh].
    given_away_mwh : float
        What it began with and does not end with; 0 where the data are taken as a cycle.
    cycles_per_year : float
        Full cycles of its usable energy.
    life_years : float
        How long it lasts.
    """

    nameplate_mwh: float
    usable_mwh: float
    charge_mw: float
    discharge_mw: float
    charged_mwh: float
    discharged_mwh: float
    loss_mwh: float
    given_away_mwh: float
    cycles_per_year: float
    life_years: float


class Embodied(NamedTuple):
    """Embodied carbon of the span of the data [kg]; None where it is not known."""

    battery_kgco2e: float | None
    generation_kgco2e: float | None
    servers_kgco2e: float | None

    @property
    def total_kgco2e(self) -> float | None:
        """The sum; None where a part is not known."""
        known = [part for part in self if part is not None]
        return sum(known) if len(known) == len(self) else None


class Outcome(NamedTuple):
    """One way to run a site: with or without its battery, with or without shifting.

    Attributes
    ----------
    name : str
        none, battery, shifting or both; sized for the site of the size that meets its target.
    generation_mwh : float
        Of all plants, after losses [MWh].
    unmet_mwh : float
        What the grid supplies beyond generation and battery [MWh].
    hourly_cfe_pct : float
        Share of the load that is covered step by step [%].
    grid_cfe_score_pct : float or None
        The same with the carbon-free share of the grid, where that is known [%].
    accounts : Accounts
        The three of them, never summed [kg].
    exported_mwh, curtailed_mwh : float
        Surplus that the grid takes, and that nobody takes [MWh].
    peak_mw : float
        Highest load [MW].
    battery : BatteryUse or None
        What the battery does.
    embodied : Embodied
        Embodied carbon that a total holds beside the account of the question.
    total_kgco2e : float or None
        That account and the embodied carbon [kg]; None where a part is not known.
    """

    name: str
    generation_mwh: float
    unmet_mwh: float
    hourly_cfe_pct: float
    grid_cfe_score_pct: float | None
    accounts: Accounts
    exported_mwh: float
    curtailed_mwh: float
    peak_mw: float
    battery: BatteryUse | None
    embodied: Embodied
    total_kgco2e: float | None


class Trace(NamedTuple):
    """A site step by step, as it is run; arrays of shape (steps,)."""

    load_mw: FloatArray
    generation_mw: FloatArray
    charge_mw: FloatArray
    discharge_mw: FloatArray
    soc_mwh: FloatArray
    grid_mw: FloatArray
    exported_mw: FloatArray
    curtailed_mw: FloatArray
    backlog_mwh: FloatArray
    kgco2e: FloatArray


class Best(NamedTuple):
    """The optimum with perfect foresight, for the least energy and for the least carbon.

    Attributes
    ----------
    unmet_mwh : float
        Least energy of the grid [MWh].
    import_kgco2e : float
        Least carbon of what the grid supplies [kg]: another plan than that of the least energy.
    gap_mwh, gap_kgco2e : float
        How much more the policy needs.
    charge_from : str
        What charges the battery in it: generation or grid.
    """

    unmet_mwh: float
    import_kgco2e: float
    gap_mwh: float
    gap_kgco2e: float
    charge_from: str


class Sized(NamedTuple):
    """The size that meets a target.

    Attributes
    ----------
    what, unit : str
        battery or a plant; MWh (nameplate) or MW.
    target_pct, reached_pct, without_pct : float
        Hourly CFE that is wanted, that it reaches, and without it [%].
    size : float
        The smallest one.
    spilled_pct : float
        Generation sold or spilled, as a share of the demand [%].
    """

    what: str
    unit: str
    target_pct: float
    reached_pct: float
    without_pct: float
    size: float
    spilled_pct: float


class Signal(NamedTuple):
    """What the marginal intensity says; no total holds it.

    Attributes
    ----------
    signal_kgco2e : float
        Of what battery and shifting change of the grid's supply: ``Σ ΔL · M``.
    exported_kgco2e : float
        Of what is exported: emissions that others avoid by it.
    """

    signal_kgco2e: float
    exported_kgco2e: float


class HourOfDay(NamedTuple):
    """Intensities of one hour of the day, UTC: means and standard deviations [g/kWh]."""

    hour: int
    average: float
    average_sd: float
    marginal: float | None
    marginal_sd: float | None


class SiteResult(NamedTuple):
    """What comes of a site.

    Attributes
    ----------
    name, file : str
        The site and its file.
    question : SiteQuestion
        What was asked.
    hours : SiteHours
        Its hours.
    coverage : Coverage
        Of generation alone, without battery and shifting.
    mean_g_per_kwh, weighted_g_per_kwh : float
        Intensity of the grid: plain mean, and weighted by the demand.
    tiers : tuple of Tier
        Of flexible load.
    capacity_mw : float
        Most that its servers draw.
    outcomes : tuple of Outcome
        none, then battery, shifting and both where the site has them; the last is the site as it
        is written.
    trace : Trace
        Of the last.
    optimum : Best or None
    sized : Sized or None
    sized_outcome : Outcome or None
        The site of that size.
    designs : DesignTable or None
    signal : Signal or None
    hours_of_day : tuple of HourOfDay
    cfe_of_day : tuple of float or None
        Share of the load that is covered step by step, of each hour of the day, UTC.
    warnings : tuple of Caution
    assumptions : tuple of (path, value, why)
    """

    name: str
    file: str
    question: SiteQuestion
    hours: SiteHours
    coverage: Coverage
    mean_g_per_kwh: float
    weighted_g_per_kwh: float
    tiers: tuple[Tier, ...]
    capacity_mw: float
    outcomes: tuple[Outcome, ...]
    trace: Trace
    optimum: Best | None
    sized: Sized | None
    sized_outcome: Outcome | None
    designs: DesignTable | None
    signal: Signal | None
    hours_of_day: tuple[HourOfDay, ...]
    cfe_of_day: tuple[float | None, ...]
    warnings: tuple[Caution, ...]
    assumptions: tuple[tuple[str, str, str], ...]

    @property
    def outcome(self) -> Outcome:
        """The site as it is written: with its battery and its flexible load."""
        return self.outcomes[-1]

    @property
    def ways(self) -> tuple[Outcome, ...]:
        """All ways to run the site: as it is written, and of the size that meets its target."""
        return self.outcomes if self.sized_outcome is None else (*self.outcomes, self.sized_outcome)

    def per_year(self, kgco2e: float | None) -> float | None:
        """Return a figure of the data per year; None where the data are no year."""
        if kgco2e is None or not self.hours.is_per_year:
            return None
        return kgco2e / self.hours.years
