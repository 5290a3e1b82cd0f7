"""A machine that is a cloud machine type: what its row says of it, as figures of an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonctl.account.site import Layer
from carbonctl.catalog import Catalog, instance_names
from carbonctl.catalog.instances import Instance
from carbonctl.errors import Caution
from carbonctl.numbers.intervals import Range, decide
from carbonctl.numbers.values import Value
from carbonctl.spec.model import Site
from carbonctl.spec.systems import SystemFields

if TYPE_CHECKING:
    from carbonctl.account.node import MachineResolver

_CLOUDS = {"aws": "aws", "azure": "azure", "gcp": "google"}  # in the words of the spec
_ROUNDING = 1e-9
_MACHINES = ("host", "device")  # keys that may name a cloud machine type


def of_layers(layers: list[tuple[str, SystemFields]], catalog: Catalog) -> Instance | None:
    """Return the cloud machine type that the layers name, the first taking precedence."""
    for key in ("instance", *_MACHINES):
        for _, fields in layers:
            name: str | None = getattr(fields, key, None)
            if name is None:
                continue
            if key == "instance":
                return catalog.instance(name)
            if names_one(name, catalog):
                machine = catalog.surrounding(name)
                return machine if isinstance(machine, Instance) else None
            break
    return None


def names_one(name: str, catalog: Catalog) -> bool:
    """Whether the name of a host or a device is that of a cloud machine type."""
    if not instance_names.looks_like_one(name):
        return False
    try:
        return isinstance(catalog.machine(name), Instance)
    except LookupError:
        return False


def as_device(name: str, instance: Instance, path: str) -> Caution:
    """Return the note that a device is a cloud machine type, and what is counted then."""
    counts = f"its devices, {instance.gpus:.3g} in each" if instance.gpus else "machines"
    message = (
        f"`{name}` is a cloud machine type, and is read as `instance: {instance.id}`: "
        f"`devices` counts {counts}"
    )
    return Caution(message, path)


def part_of_one(instance: Instance, given: Value) -> Caution | None:
    """Return a note on a bare number of devices that is no whole number of machines."""
    if given.counts or not instance.gpus or decide(given.low != given.high):
        return None
    machines = given.best / instance.gpus
    are_whole = decide(machines >= 1) and decide(abs(machines - round(machines)) <= _ROUNDING)
    if are_whole and (instance.gpus >= 1 or machines == 1):
        return None
    count = f"{given.best:g} of its {instance.gpus:.3g} devices"
    message = f"{count} are {machines:.3g} of {instance.id}; for all of one write `1 instance`"
    return Caution(message, given.path or "", kind="a part of a cloud machine")


def share(instance: Instance, path: str) -> Value | None:
    """Return the share of its host that a type takes; None where it takes all of it."""
    number = instance.share_of_host
    if number == 1:
        return None
    basis = "devices" if instance.share_basis == "gpus" else "vCPUs"
    note = f"{instance.id} in its host, by {basis}"
    if isinstance(number, Range):
        note += "; the range is that of its shares of devices, vCPUs and memory"
    return Value(
        number, "", "catalog", instance.source, path, name="share", note=note,
        unknown=f"share:{instance.id}",
    )  # fmt: skip


def held_devices(instance: Instance, path: str) -> Value | None:
    """Return how many devices the host of a type holds; None where that is unknown."""
    if instance.host_gpus is None:
        return None
    note = f"in the host of {instance.id}"
    return Value(
        instance.host_gpus, "", "catalog", instance.source, path, name="devices_in_host", note=note
    )


def utilization(node: MachineResolver) -> Value:
    """Return the share of its life that a cloud machine is in somebody's use."""
    prior = node.catalog.priors["utilization", "instance"]
    return prior.value("utilization", node.place("utilization"), "", node.identity)


def without_record(node: MachineResolver) -> str:
    """Return what is said where the class of a host stands in for that of a type; else nothing."""
    instance = node.instance
    if instance is None or node.host is not None:
        return ""
    return f"the host of {instance.id} has no record"


def site(instance: Instance) -> Site:
    """Return what a type says of the site that it runs at: whose it is."""
    return Site(operator="cloud", provider=_CLOUDS.get(instance.provider, "other"))


def elsewhere(instance: Instance, layers: list[Layer], catalog: Catalog) -> Caution | None:
    """Return a note where a type and the cloud region that it is said to run in differ."""
    path, grid = next(((at, site.grid) for at, site in layers if site.grid is not None), ("", None))
    whose, key = catalog.provider(grid) if isinstance(grid, str) else None, "grid"
    than = f"the region {grid}"
    if whose is None:
        given = ((at, site.provider) for at, site in layers if site.provider is not None)
        path, whose = next(given, ("", None))
        than, key = f"the site's ({whose})", "provider"
    if whose is None or whose == _CLOUDS.get(instance.provider):
        return None
    message = f"{instance.id} is a machine of another provider than {than}"
    return Caution(message, f"{path}.{key}", kind="another provider")
