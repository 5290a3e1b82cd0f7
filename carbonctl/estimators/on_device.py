"""``kind: on_device``: inference on phones, glasses and other devices of users.

Requests × energy of each, or × time × power; what the device is occupied for takes a share
of its embodied carbon. Nothing stands in a data centre.
"""

from typing import Self

from pydantic import Field, model_validator

from carbonctl.estimators.base import (
    ActivityContext,
    ActivityData,
    Attributed,
    ElectricityUse,
    repeated,
    requested,
)
from carbonctl.estimators.clients import (
    Client,
    ClientFields,
    at_the_wall,
    clients,
    occupation,
    power,
)
from carbonctl.estimators.machine_fields import check_rate
from carbonctl.estimators.roles import USERS
from carbonctl.factors.power import energy_kwh
from carbonctl.numbers.quantities import Quantity, of
from carbonctl.spec import fields as f
from carbonctl.spec.model import Activity, SiteRef
from carbonctl.spec.systems import optional


class OnDevice(ClientFields, Activity):
    """Requests that users' own devices answer."""

    requests: f.Requests = Field(
        description="how many: a count, or a rate such as 1e9 / day with a duration"
    )
    duration: f.Span | None = optional("how long they are answered")
    energy_per_request: f.RequestEnergy | None = optional("from the battery")
    time_per_request: f.ShortTime | None = optional("how long one keeps the device busy")
    embodied_per_request: f.Mass | None = optional(
        "embodied carbon that one request is given, instead of its time"
    )
    client_site: SiteRef | None = optional(
        "where the devices are; the site of the workload unless given"
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.energy_per_request is None and self.time_per_request is None:
            raise ValueError(
                "what does a request take? give energy_per_request or time_per_request"
            )
        if self.energy_per_request is not None and self.power is not None:
            raise ValueError("give energy_per_request, or power and time_per_request")
        check_rate(self.requests, self.duration)
        if self.embodied_per_request is None and self.time_per_request is not None:
            return self
        beside = "embodied_per_request" if self.embodied_per_request else "energy_per_request alone"
        if key := self.first_given("device_embodied", "lifetime", "utilization"):
            raise ValueError(f"{key} has no use beside {beside}; it needs `time_per_request`")
        return self

    @property
    def has_clients(self) -> bool:
        """Its clients are elsewhere."""
        return True

    @property
    def in_data_centre(self) -> bool:
        """Nothing is."""
        return False


MODEL = OnDevice


def activity_data(activity: OnDevice, setting: ActivityContext) -> ActivityData:
    """Return what the devices draw and are occupied for.

    Raises
    ------
    ActivityError
        Where no power of the device is known.
    """
    (client,) = clients(activity, None, setting)
    once = requested(activity.requests, activity.duration)
    number = repeated(activity, setting.path, once)
    draw = _draw(activity, client, number, setting)
    if activity.embodied_per_request is not None:
        share = Attributed("requests", number * activity.embodied_per_request, role=USERS)
        there = ActivityData((draw,), attributed=(share,))
    elif activity.time_per_request is not None:
        busy = number * activity.time_per_request
        there = ActivityData((draw,), (occupation(client, busy, setting, USERS),))
    else:
        lacks = "`time_per_request` with a `device`, or `embodied_per_request`"
        unknown = Attributed("devices of requests", None, lacks, USERS)
        there = ActivityData((draw,), attributed=(unknown,))
    return ActivityData(clients=there)


def _draw(
    activity: OnDevice, client: Client, number: Quantity, setting: ActivityContext
) -> ElectricityUse:
    if activity.energy_per_request is not None:
        energy = number * at_the_wall(of(activity.energy_per_request), client)
    else:
        assert activity.time_per_request is not None
        energy = energy_kwh(number * activity.time_per_request, power(client, setting))
    return ElectricityUse("client compute", energy, role=USERS)
