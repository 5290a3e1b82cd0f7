"""Clients: phones, glasses and other devices of users, at home and in pockets.

They draw what they draw while they compute, from a battery that is charged with a loss; no
data centre stands around them.
"""

from typing import NamedTuple, Self

from pydantic import Field, model_validator

from carbonctl.catalog.priors import Priors
from carbonctl.catalog.records import Device
from carbonctl.estimators.base import ActivityContext, ActivityError, Occupation
from carbonctl.estimators.machine import Share
from carbonctl.estimators.roles import CLIENTS, Role
from carbonctl.numbers.intervals import decide, plain_sum
from carbonctl.numbers.quantities import Quantity, known, of
from carbonctl.numbers.values import Value
from carbonctl.spec import fields as f
from carbonctl.spec.systems import Spec, optional

_PHONES = ("phone", "tablet")
PHONE = "phone"
_PRODUCTS = ("product", "server")
_LACKS = "`device_embodied`, or a `device` whose figure is known"


class ClientFields(Spec):
    """What describes a client device."""

    device: f.DeviceId | None = optional("id or alias of the client's device")
    power: f.Power | None = optional(
        "draw of one client while it computes; 3 W for a phone unless given"
    )
    device_embodied: f.Mass | None = optional("embodied carbon of one client device")
    lifetime: f.Lifetime | None = optional("service life of the client device")
    utilization: f.Utilization | None = optional(
        "share of its life in which the device is used; all of it unless given"
    )
    charging_efficiency: f.Utilization | None = optional(
        "energy from the battery over that from the wall; no loss unless given"
    )


class ClientClass(ClientFields):
    """One kind of client device among several."""

    name: f.Name | None = optional("what the account calls this kind")
    share: f.Fraction = Field(description="share of the clients; those of all kinds sum to 100 %")
    compute_time: f.ShortTime | None = optional("time that one such client computes in a round")

    @model_validator(mode="after")
    def _one_share(self) -> Self:
        if decide(self.share.low != self.share.high):
            raise ValueError("share: it is one number, not a range")
        return self


def check_shares(shares: list[Value], what: str) -> None:
    """Refuse shares that do not sum to one.

    Raises
    ------
    ValueError
        Saying what they sum to.
    """
    total = plain_sum(share.best for share in shares)
    if decide(abs(total - 1) > f.SHARE_SLACK):
        raise ValueError(f"the shares of the {what} sum to {total * 100:g} %, not to 100 %")


class Client(NamedTuple):
    """A kind of client as spec and catalog describe it.

    Attributes
    ----------
    label : str
        What its items end with; empty where there is one kind.
    mark : str
        What its inputs' names end with.
    path : str
        Where in the spec it is described.
    device : Device or None
        Its record.
    share : Value or None
        Share of the clients; None where there is one kind.
    fields : ClientFields
        What the spec gives.
    """

    label: str
    mark: str
    path: str
    device: Device | None
    share: Value | None
    fields: ClientFields

    def placed(self, value: Value, key: str) -> Value:
        """Return a figure under a name of its own, with the path at which the spec gives it."""
        return value.named(f"{key}{self.mark}", f"{self.path}.{key}", key)


def clients(
    activity: ClientFields, kinds: tuple[ClientClass, ...] | None, setting: ActivityContext
) -> list[Client]:
    """Return the kinds of client of an activity: those it lists, or the one it describes."""
    if not kinds:
        device = setting.facts.device(activity.device) if activity.device else None
        return [Client("", "", setting.path, device, None, activity)]
    listed: list[Client] = []
    for place, kind in enumerate(kinds, 1):
        device = setting.facts.device(kind.device) if kind.device else None
        name = kind.name or (device.id if device else str(place))
        while any(other.label == f" ({name})" for other in listed):
            name = f"{name} {place}"
        path = f"{setting.path}.clients.{place - 1}"
        share = kind.share.named(f"client_share_{place}", figure="client_share")
        listed.append(Client(f" ({name})", f"_{place}", path, device, share, kind))
    return listed


def power(client: Client, setting: ActivityContext) -> Quantity:
    """Return the draw of one client while it computes [W], at the wall.

    Raises
    ------
    ActivityError
        For a device that is no phone and of which no draw is known.
    """
    watts, device = client.fields.power, client.device
    if watts is None and device is not None:
        watts = setting.facts.client_power(device.id)
        if watts is None and device.kind not in _PHONES:
            message = f"no draw of {device.id} at work is known; give `power`"
            raise ActivityError.at(f"{client.path}.power", message)
    watts = watts or setting.defaults.client.power._replace(status="default")
    return at_the_wall(of(client.placed(watts, "power")), client)


def at_the_wall(watts: Quantity, client: Client) -> Quantity:
    """Return what is drawn at the wall for what a battery gives."""
    given = client.fields.charging_efficiency
    return watts if given is None else watts / client.placed(given, "charging_efficiency")


def occupation(
    client: Client, hours: Quantity, setting: ActivityContext, role: Role = CLIENTS
) -> Occupation:
    """Return the hours for which client devices were occupied; unknown where no figure is."""
    life = client.fields.lifetime or setting.defaults.client.lifetime._replace(status="default")
    note = "as if the device were used all its life: a lower bound of its share"
    use = client.fields.utilization or Value(1.0, "", "default", note=note)
    item = f"client devices{client.label}"
    return Occupation(
        Share(item, known(_embodied(client, setting)), lacks=_LACKS, role=role),
        hours,
        client.placed(life, "lifetime"),
        client.placed(use, "utilization"),
    )


def phone_of_class(identity: str, name: str, path: str, priors: Priors) -> Value:
    """Return the embodied carbon of a phone of which nobody published any [kgCO2e].

    Parameters
    ----------
    identity : str
        The id of its record.
    name, path : str
        What formulas call it, and where the spec could give it.
    priors : Priors
        The figures of classes.
    """
    why = f"no figure of {identity} is published"
    prior = priors["embodied_kg", PHONE]
    return prior.value(name, path, "kgCO2e", of=identity, why=why)._replace(status="archetype")


def _embodied(client: Client, setting: ActivityContext) -> Value | None:
    """Return the embodied carbon of one client device [kgCO2e]; None where it is unknown."""
    given = client.fields.device_embodied
    if given is not None:
        return client.placed(given, "device_embodied")
    recorded = client.device.embodied if client.device else None
    if recorded is None or recorded.covers not in _PRODUCTS:
        if client.device is None or client.device.kind != PHONE:
            return None
        stand_in = phone_of_class(client.device.id, "device_embodied", "", setting.priors)
        return client.placed(stand_in, "device_embodied")
    return client.placed(recorded.said, "device_embodied")
