"""A result: the ledger of one workload with its sums, ready to be rendered or saved."""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from carbonctl.catalog.everyday import Everyday
from carbonctl.catalog.own_records import OwnRecords
from carbonctl.errors import Caution, Problem
from carbonctl.estimators import roles
from carbonctl.ledger.entry import (
    EMBODIED,
    GRID_LOSSES,
    NOTHING,
    PUE_OVERHEAD,
    Entry,
    Figure,
    Totals,
)
from carbonctl.ledger.ranges import Moves
from carbonctl.ledger.rough import is_rough
from carbonctl.ledger.rows import View
from carbonctl.ledger.samples import Drawn
from carbonctl.ledger.sums import Driver, drivers, foremost, moves_of, ranged, total, totals
from carbonctl.ledger.unknowns import Uncertainty
from carbonctl.numbers.intervals import NotOneNumber, decide, has_rows
from carbonctl.numbers.units import COUNT, INTENSITY, parse_best
from carbonctl.numbers.values import Value
from carbonctl.spec.model import PHASES
from carbonctl.spec.quantities import write_quantity

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = "carbonctl.estimate/2"
COMPUTATION, COMMUNICATION = "computation", "communication"
_PARTS = {
    roles.OVERHEAD: PUE_OVERHEAD,
    roles.LOSSES: GRID_LOSSES,
    roles.CONNECTION: COMMUNICATION,
    roles.NETWORK: COMMUNICATION,
    roles.SERVER: "server",
    roles.STORAGE: "storage",
}


def part(entry: Entry) -> str:
    """Return what an entry is spent on: computation, communication, server, storage, hardware."""
    if entry.boundary == EMBODIED:
        return "building" if entry.role == roles.BUILDING else "hardware"
    return _PARTS.get(entry.role, COMPUTATION)


def site(entry: Entry) -> str:
    """Return what an entry's site is called.

    Raises
    ------
    NotOneNumber
        Where it is called by a column.
    """
    if isinstance(entry.site, str):
        return entry.site
    if has_rows(entry.site.number):
        raise NotOneNumber("each row has a site of its own")
    written = write_quantity(entry.site, INTENSITY)
    return written["best"] if isinstance(written, dict) else written


GROUPS: dict[str, Callable[[Entry], str]] = {
    "phase": lambda entry: entry.phase,
    "activity": lambda entry: f"{entry.phase}.{entry.activity}",
    "item": lambda entry: entry.item,
    "scope": lambda entry: entry.ghg_scope,
    "stage": lambda entry: entry.lifecycle_stage,
    "part": part,
    "system": lambda entry: entry.system,
    "site": site,
}
_MAKERS = (
    "_spec",
    "_reported",
    "moves",
    "is_rough",
)  # what is made when asked for, and cheap to make again
_HEAD = 1000  # bytes in which something must stand


class Assumption(NamedTuple):
    """A value that the spec did not give; ``path`` says where it could.

    ``name`` is what it is, where that is another figure than the key takes: a share of rated power
    at ``host_power``, a ratio at ``device_embodied``. ``low`` and ``high`` are its range.
    """

    path: str
    value: float
    unit: str
    status: str
    source: str | None
    name: str
    low: float
    high: float


class ReportedFigure(NamedTuple):
    """A reported figure beside ours; ``error_pct`` is ours over theirs, less 100 %."""

    reported: float
    estimated: float | None
    error_pct: float | None


class Result:
    """The account of one workload: its entries, and views of them made when asked for.

    Attributes
    ----------
    file : str
        The input.
    sha256 : str
        Its digest.
    name : str
        The workload's name.
    entries : tuple of Entry
        The ledger, each entry with its 90 % range.
    booked : tuple of Entry
        The same with outer bounds: enough where nobody asks for the range of an entry.
    drivers : tuple of Driver
        What matters most.
    assumptions : tuple of Assumption
        What the spec did not give.
    warnings : tuple of Caution
        What the user should know.
    spec : dict
        The normalised workload.
    reported : Reported or None
        Published figures, as the spec gives them.
    best_lever : object
        What would save most, where somebody has asked for it
        (`carbonctl.analysis.best_lever.BestLever`).
    imports : tuple of str
        The places whose carbon intensity counts imports; of a saved result unknown, and empty.
    uncertainty : Uncertainty
        The seed of its draws, and which unknowns go together.
    samples : Drawn or None
        What draws say of it, where they were asked for.
    levers : tuple of str
        The names of levers that the file has and that are not pulled.
    has_projection : bool
        Whether the file has a projection, which is no part of the account.
    figures : tuple of Figure
        Figures of activities that are no entries, such as tokens per second.
    details : dict
        The terms behind them by phase and activity (`carbonctl.estimators.model_figures`); of a
        saved result empty.
    """

    # How a notebook shows it as HTML: said by what knows renderers, `carbonctl.api`.
    _html: ClassVar[Callable[["Result"], str] | None] = None

    def __init__(
        self,
        file: str,
        sha256: str,
        name: str,
        entries: tuple[Entry, ...],
        assumptions: tuple[Assumption, ...],
        warnings: tuple[Caution, ...],
        spec: Callable[[], dict[str, Any]],
        reported: Callable[["Result"], dict[str, ReportedFigure] | None],
    ) -> None:
        self.file = file
        self.sha256 = sha256
        self.name = name
        self.booked = entries
        self.assumptions = assumptions
        self.warnings = warnings
        self._spec = spec
        self._reported = reported
        self.imports: tuple[str, ...] = ()
        self.best_lever: Any = None
        self.uncertainty = Uncertainty()
        self.samples: Drawn | None = None
        self.levers: tuple[str, ...] = ()
        self.has_projection = False
        self.figures: tuple[Figure, ...] = ()
        self.details: dict[tuple[str, str], Any] = {}

    def __repr__(self) -> str:
        return f"<Result {self.file}: {self.name}, total_kgco2e={self.total.total_kgco2e}>"

    def _repr_html_(self) -> str | None:
        """Return what a notebook shows; None, and so its text, outside `carbonctl.api`."""
        return None if self._html is None else self._html()

    def __getstate__(self) -> dict[str, Any]:
        """Return what is to be copied or sent elsewhere, what was to be made on demand included."""
        made = {"spec": self.spec, "reported": self.reported}
        state = {key: value for key, value in self.__dict__.items() if key not in _MAKERS}
        return {**state, **made}

    def to_frame(self, view: View = "entries") -> "pd.DataFrame":
        """Return a view as a pandas DataFrame: text ``string``, numbers ``float64``.

        Parameters
        ----------
        view : str
            ``"entries"``, a row each with the columns of the CSV; ``"totals"``, one row of
            the sums over all of them; ``"phases"``, a row of such sums for each phase. What
            is unknown is missing; a sum that needs it is, too.

        Raises
        ------
        MissingExtra
            Where pandas is not installed.
        UsageError
            For another view.
        """
        from carbonctl.ledger import frames  # only those who ask for it pay for it

        return frames.frame(view, [self])

    @cached_property
    def moves(self) -> Moves:
        """What each unknown does to each entry."""
        return moves_of(self.booked, self.uncertainty.ranks)

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The ledger, each entry with its 90 % range."""
        return ranged(self.booked, self.moves)

    @cached_property
    def total(self) -> Totals:
        """The sums over all entries."""
        return totals(self.booked, self.moves)

    @cached_property
    def phases(self) -> dict[str, Totals]:
        """The sums of each of the four phases."""
        own = self.groups("phase")
        return {phase: own.get(phase, NOTHING) for phase in PHASES}

    @cached_property
    def all_drivers(self) -> list[Driver]:
        """What each unknown does to the total, in the order in which they come."""
        return drivers(self.booked, self.moves)

    @property
    def drivers(self) -> tuple[Driver, ...]:
        """What matters most: the unknowns that move the total furthest, the first one most."""
        return foremost(self.all_drivers)

    @cached_property
    def is_rough(self) -> bool:
        """Whether the range of the total is known to be off, as draws would show."""
        return is_rough(self.moves)

    def groups(self, by: str) -> dict[str, Totals]:
        """Return the sums over entries that are alike in one way, in their order.

        ``by`` is ``"phase"``, ``"activity"``, ``"item"``, ``"scope"``, ``"stage"``, ``"part"``,
        ``"system"`` or ``"site"``.
        """
        key = GROUPS[by]
        parts: dict[str, list[int]] = {}
        for place, entry in enumerate(self.booked):
            parts.setdefault(key(entry), []).append(place)
        return {name: self._sums(places) for name, places in parts.items()}

    def _sums(self, places: list[int]) -> Totals:
        """Return the sums over some entries."""
        if len(places) == len(self.booked):
            return self.total
        return totals([self.booked[place] for place in places], self.moves, places)

    @cached_property
    def spec(self) -> dict[str, Any]:
        """The normalised workload, which is a spec again."""
        return self._spec()

    @cached_property
    def reported(self) -> dict[str, ReportedFigure] | None:
        """Published figures beside ours."""
        return self._reported(self)

    def equivalents(self, things: Iterable[Everyday]) -> list[tuple[Everyday, float]]:
        """Return how many units of everyday things have the carbon of this account.

        Operational carbon alone, where the total is unknown.
        """
        known = (self.total.total_kgco2e, self.total.operational_kgco2e)
        carbon = next((kg for kg in known if kg is not None), 0.0)
        return [(thing, carbon / thing.kgco2e) for thing in things]

    @property
    def split(self) -> tuple[float, float] | None:
        """Operational carbon of clients' computation and communication [kgCO2e], where both are."""
        first, second = (
            total([entry for entry in self.booked if entry.role == role], "operational_kgco2e")
            for role in (roles.CLIENTS, roles.CONNECTION)
        )
        if first is None or second is None or decide(first == 0) or decide(second == 0):
            return None
        return first, second

    @property
    def per_unit(self) -> tuple[str, float] | None:
        """The name of the functional unit and the carbon of one [kgCO2e].

        Operational carbon alone, and the name says so, where the total is unknown. None where
        there is no unit, or none of it.
        """
        unit = self.spec.get("functional_unit")
        if not unit:
            return None
        number = parse_best(unit["amount"], COUNT)
        if number == 0:  # a service without requests
            return None
        if self.total.total_kgco2e is not None:
            return unit["name"], self.total.total_kgco2e / number
        operational = self.total.operational_kgco2e
        known = 0.0 if operational is None else operational
        return f"{unit['name']} (operational)", known / number

    @property
    def complete(self) -> bool:
        """Whether every entry is known."""
        return self.total.total_kgco2e is not None


class About(NamedTuple):
    """What is said of a whole call: what is behind its results, and the inputs that failed.

    Attributes
    ----------
    version, hardware_db : str
        The versions of carbonctl and of the built-in data.
    errors : tuple of Problem
        What was wrong with the inputs that have no result.
    own_records : tuple of OwnRecords
        The user's own folders before the built-in data.
    """

    version: str
    hardware_db: str
    errors: tuple[Problem, ...] = ()
    own_records: tuple[OwnRecords, ...] = ()


def assumption(value: Value) -> Assumption:
    """Return how a value that was not given is listed."""
    return Assumption(
        path=value.path or "",
        value=value.best,
        unit=value.unit,
        status=value.status,
        source=value.source,
        name=value.figure or value.name,
        low=value.low,
        high=value.high,
    )


def is_fleet(data: bytes) -> bool:
    """Return whether some bytes begin as the saved account of a fleet does."""
    return is_saved(data) and b'"carbonctl.fleet/' in data[:_HEAD]


def is_saved(data: bytes) -> bool:
    """Return whether some bytes begin as a saved result does."""
    start = data[:_HEAD].removeprefix(b"\xef\xbb\xbf").lstrip()
    schemas = (b'"carbonctl.estimate/', b'"carbonctl.fleet/')
    return start.startswith(b"{") and any(schema in data for schema in schemas)
