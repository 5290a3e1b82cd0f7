"""What is shown of an activity on a model beside its entries: figures, and the terms behind them.

Figures stand in the JSON; the terms are what tables and `carbonctl explain` say in words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from carbonctl.numbers.intervals import Number, Range, best

if TYPE_CHECKING:  # of which each kind needs its own alone
    from carbonctl.factors.model_runs import Batch, Run, Trained
    from carbonctl.factors.model_shapes import DeviceRates, ModelShape
    from carbonctl.factors.replica import Load, Replica, Service, Step


class ActivityFigure(NamedTuple):
    """A figure of an activity that is no entry: `tokens_per_s`, `latency`, …."""

    name: str
    value: Number
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
        Replicas that work or wait on average, and how many are needed; None without a duration.
    """

    busy_h: Any
    idle_h: Any
    average: Any = None
    needed: Any = None


class WhatIf(NamedTuple):
    """What another choice would do: its key with a value, and the energy of a request [Wh]."""

    choice: str
    wh: float


class Serving(NamedTuple):
    """A service on a language model, term by term.

    Attributes
    ----------
    asked : Asked
        What is served.
    replica, load, step, service
        The kernels' own.
    band : Range
        Between which factors nine of ten measurements of the energy lie.
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
    idle_share : float
        Idle over rated power.
    """

    asked: Asked
    replica: Replica
    load: Load
    step: Step
    service: Service
    band: Range
    most: Any
    weights_bytes: Any
    cache_bytes: Any
    busy: Any
    fleet: Fleet
    is_fewest: bool
    idle_share: float


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
    energy_kwh : Number
        Of the devices.
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
    energy_kwh: Number


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
