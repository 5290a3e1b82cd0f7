"""How clients reach their server: radio, access point and the network between."""

import re
from typing import NamedTuple, Self

from pydantic import Field, model_validator

from carbonctl.estimators.base import ActivityContext, ActivityError, ElectricityUse
from carbonctl.estimators.clients import Client, at_the_wall
from carbonctl.estimators.roles import CONNECTION
from carbonctl.factors.federated import S_PER_H, linear_kwh_per_gb
from carbonctl.factors.power import W_PER_KW, energy_kwh
from carbonctl.numbers.intervals import decide
from carbonctl.numbers.quantities import Quantity, added, of, product
from carbonctl.numbers.values import Value
from carbonctl.spec import fields as f
from carbonctl.spec.systems import Spec, optional
from carbonctl.text import did_you_mean

_NOT_A_NAME = re.compile(r"[^a-z0-9]+", re.ASCII)


class AccessPoint(Spec):
    """The access point or router that a client is connected to."""

    power: f.Power | None = optional("draw while a client transfers, counted for that time")
    max_power: f.Power | None = optional("draw at full rate")
    idle_power: f.Power | None = optional("draw when idle, which is left out")
    capacity: f.LinkRate | None = optional("full rate")
    energy: f.TransferEnergy | None = optional("energy per volume")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        linear = (self.max_power, self.idle_power, self.capacity)
        is_linear = any(v is not None for v in linear)
        if sum((self.power is not None, is_linear, self.energy is not None)) != 1:
            raise ValueError(
                "give `power` (by time), or `max_power`, `idle_power` and `capacity` (linear in "
                "the data), or `energy` per volume"
            )
        if is_linear and any(v is None for v in linear):
            raise ValueError("max_power, idle_power and capacity go together")
        if self.max_power and self.idle_power and decide(self.idle_power.high > self.max_power.low):
            raise ValueError("idle_power is above max_power")
        return self


class Network(Spec):
    """The network between a client and its server."""

    intensity: f.TransferEnergy | None = optional("energy per volume of the whole network")
    year: f.Year | None = optional("year of that figure: it halves every few years")
    model: f.Name | None = optional("whose figures of the elements, such as vishwanath-path")
    hops: dict[f.Name, f.Count] | None = optional("how many of each element a bit passes")
    energy: dict[f.Name, f.TransferEnergy] | None = optional("energy per volume of an element")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.intensity is None) == (self.hops is None):
            raise ValueError("give `intensity` with its `year`, or `hops` with `model` or `energy`")
        if self.intensity is not None and (self.model or self.energy):
            raise ValueError("intensity is of the whole network; leave out model and energy")
        if self.hops is not None and not (self.model or self.energy):
            raise ValueError("hops need the energy of each element: a `model`, or `energy`")
        if self.hops is not None and not self.hops:
            raise ValueError("hops names no element")
        if self.year is not None and self.intensity is None:
            raise ValueError("year needs intensity")
        unused = (self.energy or {}).keys() - (self.hops or {}).keys()
        if unused:
            raise ValueError(f"energy: no hop passes {', '.join(sorted(unused))}")
        return self


class Connection(Spec):
    """One way in which clients are connected."""

    technology: f.Technology = Field(description="wifi or cellular")
    share: f.Fraction | None = optional(
        "share of the clients; those of all connections sum to 100 %"
    )
    download_bandwidth: f.LinkRate = Field(description="rate at which a client receives")
    upload_bandwidth: f.LinkRate = Field(description="rate at which it sends")
    receive_power: f.Power | None = optional("draw of the client's radio while it receives")
    transmit_power: f.Power | None = optional("draw of it while it sends")
    access_point: AccessPoint | None = optional("the client's access point")
    network: Network | None = optional("instead of the activity's network")

    @model_validator(mode="after")
    def _one_share(self) -> Self:
        if self.share is not None and decide(self.share.low != self.share.high):
            raise ValueError("share: it is one number, not a range")
        return self


class Way(NamedTuple):
    """A connection with where it stands, and what tells its items and inputs from others'."""

    fields: Connection
    path: str
    label: str
    mark: str

    def value(self, key: str) -> Quantity:
        """Return one of its figures."""
        value: Value = getattr(self.fields, key)
        return of(value.named(f"{key}{self.mark}", figure=key))

    def share(self) -> tuple[Quantity, ...]:
        """Return its share of the clients, nothing where there is one connection."""
        return () if self.fields.share is None else (self.value("share"),)


class Traffic(NamedTuple):
    """What is moved down to clients and up from them.

    Attributes
    ----------
    down, up : Quantity
        How many transfers there are.
    down_gb, up_gb : Quantity
        Volume of one [GB].
    """

    down: Quantity
    up: Quantity
    down_gb: Quantity
    up_gb: Quantity


def ways(connections: tuple[Connection, ...], setting: ActivityContext) -> list[Way]:
    """Return connections with their labels: the technology, where there are several."""
    labelled: list[Way] = []
    for place, fields in enumerate(connections, 1):
        path = f"{setting.path}.connections.{place - 1}"
        several = len(connections) > 1
        label, mark = (f" ({fields.technology})", f"_{place}") if several else ("", "")
        if any(label == other.label for other in labelled):
            label = f" ({fields.technology} {place})"
        labelled.append(Way(fields, path, label, mark))
    return labelled


def hours(way: Way, traffic: Traffic) -> Quantity:
    """Return the time that all clients of a connection transfer [h]."""
    parts = []
    for number, volume, key in _directions(traffic):
        parts.append(product(number, *way.share(), volume) / way.value(key) / S_PER_H)
    return added(*parts)


def _directions(traffic: Traffic) -> tuple[tuple[Quantity, Quantity, str], ...]:
    return (
        (traffic.down, traffic.down_gb, "download_bandwidth"),
        (traffic.up, traffic.up_gb, "upload_bandwidth"),
    )


def radio(client: Client, way: Way, traffic: Traffic, setting: ActivityContext) -> ElectricityUse:
    """Return what the radios of some clients draw while they transfer.

    Raises
    ------
    ActivityError
        Where the power of the radio is neither given nor known.
    """
    share = () if client.share is None else (of(client.share),)
    parts = []
    for direction, key in zip(
        _directions(traffic), ("receive_power", "transmit_power"), strict=True
    ):
        number, volume, bandwidth = direction
        time = product(number, *share, *way.share(), volume) / way.value(bandwidth)
        parts.append(time * at_the_wall(_radio_power(client, way, key, setting), client))
    item = f"client radio{_joined(way.label, client.label)}"
    return ElectricityUse(item, added(*parts) / (W_PER_KW * S_PER_H), role=CONNECTION)


def _joined(first: str, second: str) -> str:
    inside = ", ".join(label[2:-1] for label in (first, second) if label)
    return f" ({inside})" if inside else ""


def _radio_power(client: Client, way: Way, key: str, setting: ActivityContext) -> Quantity:
    if getattr(way.fields, key) is not None:
        return way.value(key)
    path = f"{way.path}.{key}"
    device, technology = client.device, way.fields.technology
    known = setting.facts.radio(device.id, technology) if device else None
    if known is None:
        of_what = (
            f"of {device.id} for {technology}" if device else "for a client of no known device"
        )
        raise ActivityError.at(path, f"no power of a radio is known {of_what}; give it")
    value = known.receive if key == "receive_power" else known.transmit
    return of(value.named(f"{key}{way.mark}{client.mark}", path, key))


def access_point(way: Way, traffic: Traffic) -> ElectricityUse | None:
    """Return what access points draw for the transfers; None where none is described."""
    point = way.fields.access_point
    if point is None:
        return None

    def value(key: str) -> Quantity:
        given: Value = getattr(point, key)
        figure = f"access_point_{key}"
        return of(given.named(f"{figure}{way.mark}", figure=figure))

    def use(energy: Quantity) -> ElectricityUse:
        return ElectricityUse(f"access point{way.label}", energy, role=CONNECTION)

    if point.power is not None:
        return use(energy_kwh(hours(way, traffic), value("power")))
    moved = added(*(product(number, *way.share(), volume) for number, volume, _ in
                    _directions(traffic)))  # fmt: skip
    if point.energy is not None:
        return use(moved * value("energy"))
    high, idle, capacity = (value(key) for key in ("max_power", "idle_power", "capacity"))
    return use(moved * linear_kwh_per_gb(high, idle, capacity))


def network(
    fields: Network, path: str, way: Way | None, traffic: Traffic, setting: ActivityContext
) -> list[ElectricityUse]:
    """Return what the network draws: as a whole, or each of its elements.

    Raises
    ------
    ActivityError
        Where the energy of an element is not known.
    """
    label, mark = (way.label, way.mark) if way else ("", "")
    share = way.share() if way else ()
    moved = [product(number, *share, volume) for number, volume, _ in _directions(traffic)]

    def use(item: str, energy: Quantity) -> ElectricityUse:
        return ElectricityUse(f"{item}{label}", energy, in_building=False, role=CONNECTION)

    if fields.intensity is not None:
        note = f"figure of {fields.year}" if fields.year else fields.intensity.note
        figure = "network_intensity"
        value = fields.intensity.named(f"{figure}{mark}", figure=figure)
        return [use("network", added(*moved) * value._replace(note=note))]
    draws = []
    for place, (element, count) in enumerate((fields.hops or {}).items(), 1):
        figure = _NOT_A_NAME.sub("_", element.lower()).strip("_") or "element"
        name = f"{figure}_{place}{mark}"
        hops = count.named(f"hops_{name}", figure=f"hops_{figure}")
        each = _element(fields, element, (name, figure), path, setting)
        energy = added(*(gb * e for gb, e in zip(moved, each, strict=True))) * hops
        draws.append(use(f"network: {element}", energy))
    return draws


def _element(
    fields: Network, element: str, names: tuple[str, str], path: str, setting: ActivityContext
) -> tuple[Quantity, Quantity]:
    """Return the energy per volume of an element, down and up [kWh/GB].

    ``names`` are what tells its inputs from those of others, and those of its kind.
    """
    at = f"{path}.energy.{element}"

    def named(value: Value, way: str = "") -> Quantity:
        name, figure = (f"energy_{stem}{way}" for stem in names)
        return of(value.named(name, at, figure))

    given = (fields.energy or {}).get(element)
    if given is not None:
        return (named(given),) * 2
    known: dict[str, Value] = {}
    if fields.model is not None:
        try:
            elements = setting.facts.segments(fields.model)
        except LookupError as error:
            raise ActivityError.at(f"{path}.model", error.args[0]) from None
        known = elements.get(element, {})
        close = did_you_mean(element, elements) if not known else ""
        there = f"{close}; {fields.model} has {', '.join(elements)}"
    else:
        there = ""
    if not known.keys() >= {"down", "up"}:
        which = " both ways" if known else ""
        message = f"hops: no energy of `{element}` is known{which}{there}; give it in `energy`"
        raise ActivityError(f"{path}.hops.{element}", message)
    if known["down"] == known["up"]:
        return (named(known["down"]),) * 2
    return named(known["down"], "_down"), named(known["up"], "_up")
