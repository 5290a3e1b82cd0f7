"""What estimators are given and what they return.

An estimator turns one activity into activity data: energy drawn (`ElectricityUse`) and hours for
which hardware was occupied (`Occupation`). Each carries the formula of its figure and the
named inputs of that formula, so that any figure can be worked out again by hand.
"""

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from carbonctl.catalog.defaults import Defaults
from carbonctl.catalog.priors import Priors
from carbonctl.catalog.records import Device
from carbonctl.errors import Caution
from carbonctl.estimators import device_words
from carbonctl.estimators.machine import Machine, Scale, Share
from carbonctl.estimators.machine_fields import OnSystem, TimeFields
from carbonctl.estimators.roles import MACHINES, Role
from carbonctl.estimators.usage import Use
from carbonctl.factors import schedule
from carbonctl.numbers.intervals import decide, low
from carbonctl.numbers.quantities import Quantity, of
from carbonctl.numbers.values import Value
from carbonctl.spec.model import Activity

if TYPE_CHECKING:
    from carbonctl.catalog.model_factors import ModelFactors
    from carbonctl.catalog.networks import Radio
    from carbonctl.estimators.model_figures import ActivityFigure


class ElectricityUse(NamedTuple):
    """Electricity drawn by IT equipment [kWh]."""

    item: str
    energy: Quantity
    includes_pue: bool = False
    in_building: bool = True
    role: Role = MACHINES


class Occupation(NamedTuple):
    """Hours for which a unit of hardware was occupied, to be given its embodied share."""

    share: Share
    hours: Quantity
    lifetime: Value
    utilization: Value


class Attributed(NamedTuple):
    """Embodied carbon that the spec attributes directly [kgCO2e].

    Where ``value`` is unknown it is None, and ``lacks`` is what would make it known.
    """

    item: str
    value: Quantity | None
    lacks: str = ""
    role: Role = MACHINES


class TimedShare(NamedTuple):
    """Hardware used for a time at a rate of embodied carbon of its own [kgCO2e/unit]."""

    item: str
    amount: Quantity
    unit: str
    rate: Quantity
    role: Role = MACHINES


class Facts(Protocol):
    """What an estimator may ask of the catalog."""

    def device(self, name: str) -> Device:
        """Return the device with this id or alias, which the spec's fields have checked."""

    def client_power(self, device: str) -> Value | None:
        """Return the draw of a client device at work [W]."""

    def radio(self, device: str, technology: str) -> "Radio | None":
        """Return the power of a device's radio."""

    def segments(self, model: str) -> dict[str, dict[str, Value]]:
        """Return energy per volume by element and direction of a model of the network."""

    def language_model(self, name: str) -> Any:
        """Return the language model of a name, which the spec's fields have checked."""

    def media_model(self, name: str) -> Any:
        """Return the model of images or videos of a name."""

    @property
    def model_factors(self) -> "ModelFactors":
        """What such models are computed with."""


class ActivityContext(NamedTuple):
    """Where an activity stands and what it runs on.

    Attributes
    ----------
    path : str
        Where it stands in the spec.
    machine : Machine or None
        The system it runs on; None for activities that use none.
    defaults : Defaults
        The figures that stand in where nothing is given.
    pue : Value or None
        Of the building; None where there is none.
    facts : Facts
        What the catalog knows of clients and networks.
    use : Use
        What its devices are used for.
    priors : Priors
        The measured figures that stand in by class.
    """

    path: str
    machine: Machine | None
    defaults: Defaults
    pue: Value | None
    facts: "Facts"
    use: Use
    priors: Priors

    def using(self, **changes: Any) -> "ActivityContext":
        """Return it with something else about the use of its devices."""
        return self._replace(use=self.use._replace(**changes))

    def one_size(self, key: str) -> None:
        """Refuse a range of devices a system, which would not cancel where systems are counted.

        Raises
        ------
        ActivityError
            Where it is one.
        """
        per = self.require_machine().devices_per_system
        if decide(per.low != per.high):
            message = "the devices of a system are a range; give one number here"
            raise ActivityError.at(f"{self.path}.{key}", message)

    def one_share(self) -> None:
        """Refuse a range of the share of a host, where it stands above and below a fraction.

        Raises
        ------
        ActivityError
            Where it is one.
        """
        machine = self.require_machine()
        scales = [part.scale for part in machine.parts]
        scales += [group.scale for group in machine.groups if group.scale]
        if any(s.times is not None and decide(s.times.low != s.times.high) for s in scales):
            message = "it is a range; give one number where hours follow from energy"
            raise ActivityError.at(f"{self.path}.share", message)

    def require_machine(self) -> Machine:
        """Return the machine of a kind that always has one."""
        assert self.machine is not None
        return self.machine

    def in_devices(self, value: Value) -> Quantity:
        """Return a number of devices, or of device-hours, in devices of the machine.

        Raises
        ------
        ActivityError
            Where what it counts does not fit the device, or may mean two things.
        """
        key, machine = value.name, self.require_machine()
        if value.counts in device_words.NODES:
            self.one_size(key)
        if value.counts == device_words.VCPU and machine.vcpus is not None:
            return device_words.in_machines(value, machine.vcpus)
        is_part = value.counts in device_words.PARTS_OF_CPUS
        if is_part and machine.has_share and machine.device is not None:
            message = f"`{value.counts}` says which part of the CPUs is used; leave out `share`"
            raise ActivityError.at(f"{self.path}.{key}", message)
        try:
            return device_words.in_devices(
                value, machine.device or machine.made_of, machine.devices_per_system, self.defaults
            )
        except ValueError as error:
            raise ActivityError.at(f"{self.path}.{key}", str(error)) from None

    def default(self, value: Value, key: str) -> Value:
        """Return a default under the name that formulas use, and where it could be given."""
        return value._replace(status="default", path=f"{self.path}.{key}", name=key)

    def one(self, key: str, note: str) -> Value:
        """Return the 1 that stands in for a key."""
        return Value(1.0, "", "default", path=f"{self.path}.{key}", name=key, note=note)

    def reserved(self, note: str) -> "ActivityContext":
        """Return it with the machine's idle time in the hours already: utilization 100 %.

        Only what the activity itself gives takes precedence; a named system's is of its other work.
        """
        machine = self.require_machine()
        use = machine.utilization
        if use.status == "given" and (use.path or "").startswith(f"{self.path}."):
            return self
        return self._replace(machine=machine._replace(utilization=self.one("utilization", note)))


class ActivityData(NamedTuple):
    """What one activity caused, before any emission factor.

    ``dated`` holds the keys of figures of some year, with that year; ``clients`` is what is
    caused at the sites of clients; ``warnings`` is what the user should know. ``figures`` are no
    entries, and ``details`` the terms that they come from (`carbonctl.estimators.model_figures`).
    """

    draws: tuple[ElectricityUse, ...] = ()
    occupations: tuple[Occupation, ...] = ()
    attributed: tuple[Attributed, ...] = ()
    timed: tuple[TimedShare, ...] = ()
    dated: tuple[tuple[str, int], ...] = ()
    clients: "ActivityData | None" = None
    warnings: tuple[Caution, ...] = ()
    figures: "tuple[ActivityFigure, ...]" = ()
    details: Any = None


class ActivityError(Exception):
    """An activity whose figures do not go together.

    Attributes
    ----------
    path, message : str
        Where in the spec, and what.
    others : tuple of ActivityError
        What was found besides, independently of it.
    """

    def __init__(self, path: str, message: str, others: "tuple[ActivityError, ...]" = ()) -> None:
        super().__init__(message)
        self.path = path
        self.message = message
        self.others = others

    @classmethod
    def at(cls, path: str, message: str) -> "ActivityError":
        """Return the fault of the key that a path ends with; it is said first."""
        return cls(path, f"{path.rpartition('.')[2]}: {message}")

    @property
    def all(self) -> "tuple[ActivityError, ...]":
        """It and the others."""
        return (self, *self.others)


def requested(requests: Value, duration: Value | None) -> Quantity:
    """Return how many requests there are: a count, or a rate for a duration."""
    return of(requests) if duration is None or not requests.unit else of(requests) * duration


def repeated(activity: Activity, path: str, once: Quantity) -> Quantity:
    """Return a quantity as often as the activity recurs.

    Raises
    ------
    ActivityError
        Where the interval is longer than the span.
    """
    if activity.repeat is None:
        return once
    span, interval = activity.repeat.for_, activity.repeat.every
    times = schedule.occurrences(span.number, interval.number)
    if decide(low(times) < 1):
        raise ActivityError.at(f"{path}.repeat", "the interval `every` is longer than `for`")
    note = "whole intervals in the span"
    repeats = Value(
        times, "", "derived", path=f"{path}.repeat", line=interval.line, name="repeats", note=note
    )
    return (once * repeats).beside(interval, span)


def device_hours(activity: OnSystem, setting: ActivityContext) -> Quantity:
    """Return the device-hours of an activity, repeats included [device-h].

    Raises
    ------
    ActivityError
        Where the activity gives no time, or its unit does not fit the device.
    """
    return repeated(activity, setting.path, hours_once(activity, setting))


def hours_once(activity: TimeFields, setting: ActivityContext) -> Quantity:
    """Return the device-hours of something that is done once [device-h].

    Raises
    ------
    ActivityError
        Where the activity gives no time, or its unit does not fit the device.
    """
    if activity.device_time is not None:
        return setting.in_devices(activity.device_time)
    if activity.devices is not None and activity.wall_time is not None:
        return setting.in_devices(activity.devices) * activity.wall_time
    raise ActivityError(setting.path, "no time: give `device_time`, or `devices` and `wall_time`")


def scaled(quantity: Quantity, scale: Scale | None) -> Quantity:
    """Return what goes with one device: hours of a shared unit, or its power."""
    if scale is None:
        return quantity
    if scale.times is not None:
        quantity = quantity * scale.times
    return quantity if scale.per is None else quantity / scale.per


def occupations(hours: Quantity, machine: Machine) -> tuple[Occupation, ...]:
    """Return the hours for which each unit of a machine was occupied, from device-hours."""
    return tuple(
        Occupation(share, scaled(hours, share.scale), machine.lifetime, machine.utilization)
        for share in machine.shares
    )
