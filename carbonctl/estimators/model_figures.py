"""What is shown of an activity on a model beside its entries: figures, and the terms behind them.

Figures stand in the JSON; the terms are what tables and `carbonctl explain` say in words.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from carbonctl.numbers.intervals import Number, Range, best
from carbonctl.numbers.quantities import Quantity

if TYPE_CHECKING:  # of which each kind needs its own alone
    from carbonctl.factors.model_runs import Batch, Run, Trained
    from carbonctl.factors.model_shapes import DeviceRates, ModelShape
    from carbonctl.factors.replica import Load, Replica, Service, Step


class ActivityFigure(NamedTuple):
    """A figure of an activity that is no entry: `tokens_per_s`, `latency`, ….

    Of a quantity the range is that of an entry with its formula.
    """

    name: str
    value: Number | Quantity
    unit: str


class Asked(NamedTuple):
    """What is served or trained, in words.

    Attributes
    ----------
    model, precision, device : str
        Their names; the precision is empty where it is not a choice.
    """

    model: str
    precision: str
    device: str


class Fleet(NamedTuple):
    """The device time of a service.

    Attributes
    ----------
    busy_h, idle_h : float or column
        Busy and waiting [device-h].
    average, needed : float, column or None
        Replicas that work or wait on average, and how many are needed; of those that stand ready
        by `fleet` only those that work. None without a duration.
    ready : float, column or None
        Replicas that stand ready by `fleet`; None where nothing says it.
    """

    busy_h: Any
    idle_h: Any
    average: Any = None
    needed: Any = None
    ready: Any = None


class WhatIf(NamedTuple):
    """What another choice would do.

    Attributes
    ----------
    choice : str
        A key with its value; empty of what is.
    wh : float
        Energy of a request, idle included [Wh].
    devices : float
        Of a replica.
    """

    choice: str
    wh: float
    devices: float


class WhatIfs:
    """What other choices would do, worked out when it is asked for; the first is what is."""

    def __init__(self, make: Callable[[], list[WhatIf]]) -> None:
        self._make = make

    @cached_property
    def rows(self) -> list[WhatIf]:
        """The choices."""
        return self._make()

    def __getstate__(self) -> dict[str, Any]:
        """Return what is to be copied or sent elsewhere: the choices, worked out."""
        return {"rows": self.rows}


class Serving(NamedTuple):
    """A service on a language model, term by term.

    Attributes
    ----------
    asked : Asked
        What is served.
    replica, load, step, service
        The kernels' own.
    most : float or column
        Sequences that fit at once.
    weights_bytes, cache_bytes : float or column
        What weights, and the cache of all sequences at their full length, hold [bytes].
    busy : float or column
        Share of the time that it works.
    fleet : Fleet
        Its device time.
    is_fewest : bool
        Whether the number of devices is the least that holds it.
    moved : WhatIfs
        What other choices would do.
    """

    asked: Asked
    replica: Replica
    load: Load
    step: Step
    service: Service
    most: Any
    weights_bytes: Any
    cache_bytes: Any
    busy: Any
    fleet: Fleet
    is_fewest: bool
    moved: WhatIfs


class Part(NamedTuple):
    """A step of a training.

    Attributes
    ----------
    name : str
        sampling, update or reference model; empty where there is one.
    flop_per_token, flop : float, column or None
        Of one token and of all of them; None of sampling.
    hours, energy_kwh : float or column
        Device time [device-h], and energy of the devices.
    """

    name: str
    flop_per_token: Any
    flop: Any
    hours: Any
    energy_kwh: Any


class Sampled(NamedTuple):
    """How answers are sampled: the precision of weights, and the kernels' own."""

    precision: str
    load: Load
    step: Step


class Training(NamedTuple):
    """A training of a language model, term by term.

    Attributes
    ----------
    asked : Asked
        What is trained.
    shape, device, run, trained
        The kernels' own.
    flop_per_token, flop : float, Range or column
        Of the training.
    hours : Number
        Device time [device-h].
    devices, fewest : float or column
        Devices, and how many the memory needs.
    energy_kwh : float or column
        Of the devices.
    parts : tuple of Part
        Its steps.
    sampled : Sampled or None
        How answers are sampled, in reinforcement learning.
    """

    asked: Asked
    shape: ModelShape
    device: DeviceRates
    run: Run
    trained: Trained
    flop_per_token: Any
    flop: Any
    hours: Number
    devices: Any
    fewest: Any
    energy_kwh: Any
    parts: tuple[Part, ...]
    sampled: Sampled | None


class Media(NamedTuple):
    """A service on an image or video model, term by term: `batch` has those of a batch."""

    asked: Asked
    batch: Batch
    devices: Any
    items: Any


class Published(NamedTuple):
    """A closed model, whose energy of a request is published."""

    model: str
    boundary_note: str


def within(figure: Any, band: Range) -> Range:
    """Return a figure with the range that factors give its best estimate."""
    middle = best(figure)
    return Range(middle, middle * band.low, middle * band.high)
