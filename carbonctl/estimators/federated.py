"""``kind: federated``: federated learning on the devices of users (wu2022 §4.3, appendix C).

In each round a cohort of clients receives the model, computes, and sends its update:

- computation: rounds × clients × time × power of a client, drop-outs in part;
- the client's radio, for the time that the bytes take at its bandwidth;
- its access point, by that time or linear in the data, without idle power;
- the network, as a whole by kWh/GB with its year, or element by element with hop counts;
- the server, a system of its own, with the PUE of its site; clients have none.

What is neither given nor known is not counted, and a warning says so.
"""

from collections.abc import Iterator
from typing import Self

from pydantic import Field, model_validator

from carbonctl.errors import Caution
from carbonctl.estimators import compute
from carbonctl.estimators.base import (
    ActivityContext,
    ActivityData,
    ActivityError,
    ElectricityUse,
    Occupation,
    hours_once,
    repeated,
)
from carbonctl.estimators.clients import (
    Client,
    ClientClass,
    ClientFields,
    check_shares,
    clients,
    occupation,
    power,
)
from carbonctl.estimators.connections import (
    Connection,
    Network,
    Traffic,
    Way,
    access_point,
    hours,
    network,
    radio,
    ways,
)
from carbonctl.estimators.machine_fields import MachineFields, TimeFields
from carbonctl.estimators.roles import CLIENTS, SERVER
from carbonctl.factors import federated, runs
from carbonctl.factors.power import energy_kwh
from carbonctl.numbers.quantities import Quantity, added, of, product
from carbonctl.numbers.values import Value
from carbonctl.spec import fields as f
from carbonctl.spec.model import Activity, MachineTime, SiteRef
from carbonctl.spec.systems import optional


class Server(compute.LoadFields, TimeFields, MachineFields):
    """The machines that select clients and aggregate their updates."""


class Federated(ClientFields, Activity):
    """Training on clients' devices, whose data stay where they are."""

    rounds: f.Count = Field(description="rounds of training")
    cohort: f.Count = Field(description="clients that a round asks for")
    over_selection: f.Multiplier | None = optional("clients selected for each that is asked for")
    dropout: f.Loss | None = optional("share of the selected that drop out")
    dropout_work: f.Fraction | None = optional(
        "share of its work that a client does before it drops out"
    )
    compute_time: f.ShortTime | None = optional("time that one client computes in a round")
    compute_p50: f.PositiveShortTime | None = optional("its median, with compute_p99")
    compute_p99: f.PositiveShortTime | None = optional("its 99th percentile")
    samples: f.Count | None = optional("samples that one client trains on in a round")
    time_per_sample: f.ShortTime | None = optional("time that one sample takes")
    clients: tuple[ClientClass, ...] | None = optional(
        "several kinds of client device with shares, instead of one"
    )
    model_size: f.Capacity | None = optional("what a client receives and sends")
    parameters: f.Count | None = optional("of the model, instead of its size")
    bytes_per_parameter: f.ParameterSize | None = optional("of one parameter: 4 B")
    download_compression: f.Multiplier | None = optional(
        "size of the model over what is sent to clients"
    )
    upload_compression: f.Multiplier | None = optional("size of the model over what clients send")
    connections: tuple[Connection, ...] | None = optional(
        "how clients are connected, with shares: wifi, cellular"
    )
    network: Network | None = optional("the network between clients and server")
    server: Server | None = optional("the machines of the server")
    client_site: SiteRef | None = optional(
        "where the clients are; the site of the workload unless given"
    )

    @model_validator(mode="after")
    def _one_time(self) -> Self:
        given = [
            self.compute_time is not None,
            self.compute_p50 is not None or self.compute_p99 is not None,
            self.samples is not None or self.time_per_sample is not None,
            any(kind.compute_time is not None for kind in self.clients or ()),
        ]
        if sum(given) != 1:
            raise ValueError(
                "how long does a client compute? give one of `compute_time`, or `compute_p50` and "
                "`compute_p99`, or `samples` and `time_per_sample`, or it for each of `clients`"
            )
        if (self.compute_p50 is None) != (self.compute_p99 is None):
            raise ValueError("compute_p50 and compute_p99 go together")
        if (self.samples is None) != (self.time_per_sample is None):
            raise ValueError("samples and time_per_sample go together")
        if given[3] and any(kind.compute_time is None for kind in self.clients or ()):
            raise ValueError("clients: compute_time is given for some of them only")
        return self

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if (self.parameters is None) != (self.bytes_per_parameter is None):
            raise ValueError("parameters and bytes_per_parameter go together")
        if self.model_size is not None and self.parameters is not None:
            raise ValueError("give `model_size`, or `parameters` and `bytes_per_parameter`")
        has_size = self.model_size is not None or self.parameters is not None
        moves = ("connections", "network", "download_compression", "upload_compression")
        if not has_size and (key := self.first_given(*moves)):
            raise ValueError(f"{key}: how much is moved? give `model_size`, or `parameters`")
        if self.dropout_work is not None and self.dropout is None:
            raise ValueError("dropout_work needs `dropout`")
        return self

    @model_validator(mode="after")
    def _shares(self) -> Self:
        if self.clients is not None:
            check_shares([kind.share for kind in self.clients], "clients")
            if key := self.first_given(*ClientFields.model_fields):
                raise ValueError(f"give `{key}` for each of the clients")
        several = self.connections or ()
        if len(several) > 1 and any(way.share is None for way in several):
            raise ValueError("connections: each needs its `share`")
        if any(way.share is not None for way in several):
            check_shares([way.share for way in several if way.share], "connections")
        if self.network is not None and several and all(way.network for way in several):
            raise ValueError("network has no use: every connection has its own")
        if self.connections is not None and not self.connections:
            raise ValueError("connections holds none")
        return self

    @property
    def has_clients(self) -> bool:
        """Its clients are elsewhere."""
        return True

    @property
    def in_data_centre(self) -> bool:
        """Only its server is."""
        return self.server is not None

    @property
    def machine_time(self) -> MachineTime | None:
        """How long its server runs."""
        if self.server is None or self.server.wall_time is None:
            return None
        return MachineTime("server.wall_time", self.server.wall_time, self.server.devices)

    @property
    def machine_fields(self) -> tuple[str, MachineFields | None]:
        """The server, and the key that describes it."""
        return "server", self.server


MODEL = Federated


def activity_data(activity: Federated, setting: ActivityContext) -> ActivityData:
    """Return what clients, networks and servers draw, and what hardware is occupied.

    Raises
    ------
    ActivityError
        Where a figure is neither given nor known.
    """
    tasks = repeated(activity, setting.path, _tasks(activity))
    traffic = _traffic(activity, tasks)
    connected = ways(activity.connections or (), setting)
    draws: list[ElectricityUse] = []
    occupied: list[Occupation] = []
    for client in clients(activity, activity.clients, setting):
        worked = _compute_hours(activity, client, tasks, setting)
        energy = energy_kwh(worked, power(client, setting))
        draws.append(ElectricityUse(f"client compute{client.label}", energy, role=CLIENTS))
        if traffic is not None:
            draws += [radio(client, way, traffic, setting) for way in connected]
        occupied.append(occupation(client, _busy(worked, client, connected, traffic), setting))
    if traffic is not None:
        draws += _between(activity, connected, traffic, setting)
    there = ActivityData(tuple(draws), tuple(occupied), dated=tuple(_dated(activity)))
    here = _server(activity, setting) if activity.server is not None else ActivityData()
    return here._replace(
        clients=there,
        warnings=tuple(_uncounted(activity, setting)),
    )


def _dated(activity: Federated) -> Iterator[tuple[str, int]]:
    """Yield the figures of networks that are of some year, with that year."""
    networks = [("network", activity.network)]
    for place, way in enumerate(activity.connections or ()):
        networks.append((f"connections.{place}.network", way.network))
    for path, fields in networks:
        if fields is not None and fields.year is not None:
            yield f"{path}.intensity", fields.year


def _tasks(activity: Federated) -> Quantity:
    """Return how many clients are selected in all rounds."""
    tasks = of(activity.rounds) * activity.cohort
    if activity.over_selection is not None:
        tasks = tasks * activity.over_selection
    return tasks


def _compute_hours(
    activity: Federated, client: Client, tasks: Quantity, setting: ActivityContext
) -> Quantity:
    """Return the time that some clients compute in all rounds [h]."""
    parts = [tasks]
    if client.share is not None:
        parts.append(of(client.share))
    if activity.dropout is not None:
        note = "clients that drop out are taken to have worked in full: an upper bound"
        work = activity.dropout_work or setting.one("dropout_work", note)
        parts.append(federated.worked(of(activity.dropout), of(work)))
    return product(*parts, _compute_time(activity, client, setting))


def _compute_time(activity: Federated, client: Client, setting: ActivityContext) -> Quantity:
    """Return the time that one client computes in a round [h]."""
    own = client.fields.compute_time if isinstance(client.fields, ClientClass) else None
    if own is not None:
        return of(client.placed(own, "compute_time"))
    if activity.compute_time is not None:
        return of(activity.compute_time)
    if activity.samples is not None and activity.time_per_sample is not None:
        return of(activity.samples) * activity.time_per_sample
    p50, p99 = activity.compute_p50, activity.compute_p99
    assert p50 is not None and p99 is not None
    try:
        mean = runs.lognormal_mean(p50.number, p99.number)
    except ValueError as error:
        raise ActivityError.at(f"{setting.path}.compute_p99", str(error)) from None
    note = "lognormal mean of compute_p50 and compute_p99"
    path = f"{setting.path}.compute_time"
    value = Value(mean, "h", "derived", None, path, name="compute_time", note=note)
    return of(value).beside(p50, p99)


def _traffic(activity: Federated, tasks: Quantity) -> Traffic | None:
    """Return what is moved; None where no size is given."""
    if activity.model_size is not None:
        size = of(activity.model_size)
    elif activity.parameters is not None and activity.bytes_per_parameter is not None:
        size = of(activity.parameters) * activity.bytes_per_parameter
    else:
        return None
    up = tasks
    if activity.dropout is not None:
        up = tasks * federated.reported(of(activity.dropout))
    down_ratio, up_ratio = activity.download_compression, activity.upload_compression
    return Traffic(
        tasks,
        up,
        size if down_ratio is None else size / down_ratio,
        size if up_ratio is None else size / up_ratio,
    )


def _busy(
    worked: Quantity, client: Client, connected: list[Way], traffic: Traffic | None
) -> Quantity:
    """Return the time that some clients compute and transfer [h]."""
    if traffic is None or not connected:
        return worked
    share = () if client.share is None else (of(client.share),)
    return added(worked, *(product(hours(way, traffic), *share) for way in connected))


def _between(
    activity: Federated, connected: list[Way], traffic: Traffic, setting: ActivityContext
) -> list[ElectricityUse]:
    """Return what access points and the network draw."""
    draws = []
    shared, own = activity.network, [way.fields.network for way in connected]
    for way in connected:
        point = access_point(way, traffic)
        if point is not None:
            draws.append(point)
        if way.fields.network is not None:
            draws += network(way.fields.network, f"{way.path}.network", way, traffic, setting)
        elif shared is not None and any(own):
            draws += network(shared, f"{setting.path}.network", way, traffic, setting)
    if shared is not None and not any(own):
        draws += network(shared, f"{setting.path}.network", None, traffic, setting)
    return draws


def _server(activity: Federated, setting: ActivityContext) -> ActivityData:
    """Return what the server draws and occupies, under names and a role of its own."""
    assert activity.server is not None
    server = setting._replace(path=f"{setting.path}.server")
    hours_of_it = repeated(activity, setting.path, hours_once(activity.server, server))
    devices = activity.server.devices
    if devices is not None:
        server = server.using(devices=server.in_devices(devices))
    data = compute.at_work(activity.server, hours_of_it, server)
    return data._replace(
        draws=tuple(draw._replace(item=f"server: {draw.item}", role=SERVER) for draw in data.draws),
        occupations=tuple(
            occupied._replace(
                share=occupied.share._replace(item=f"server: {occupied.share.item}", role=SERVER)
            )
            for occupied in data.occupations
        ),
    )


def _lacks_station(way: Connection, activity: Federated) -> bool:
    """Whether the path of a cellular connection passes no base station."""
    fields = way.network or activity.network
    if way.technology != "cellular" or fields is None or fields.hops is None:
        return False
    return not any("base-station" in element or "mobile" in element for element in fields.hops)


def _uncounted(activity: Federated, setting: ActivityContext) -> list[Caution]:
    """Return a warning for each part that nothing is said of."""
    connections = activity.connections or ()
    has_size = activity.model_size is not None or activity.parameters is not None
    missing = []
    if not has_size:
        missing.append("communication (`model_size`, `connections`, `network`)")
    else:
        if not connections:
            missing.append("the clients' radio and access point (`connections`)")
        elif any(way.access_point is None and way.technology == "wifi" for way in connections):
            missing.append("access points (`access_point` of a connection)")
        known = connections and all(way.network for way in connections)
        if activity.network is None and not known:
            missing.append("the network (`network`)")
        elif any(_lacks_station(way, activity) for way in connections):
            missing.append("base stations of cellular connections (`base-station` in `hops`)")
    if activity.server is None:
        missing.append("the server (`server`)")
    return [
        Caution(f"not counted, as nothing is given: {what}", setting.path, vital=True)
        for what in missing
    ]
