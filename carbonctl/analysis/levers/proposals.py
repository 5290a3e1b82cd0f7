"""What may be proposed for a workload: levers as a file would write them, with what they assume.

They follow from what the workload says and from the catalog. Whether one changes anything, and
how much, an account says that is made again with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from carbonctl.analysis.best_lever import options
from carbonctl.catalog import Catalog
from carbonctl.catalog.records import Device
from carbonctl.ledger.result import Result
from carbonctl.numbers.units import COUNT, parse_best
from carbonctl.spec.model import default_names

# Peaks by which devices are compared: the first that both have.
_PEAKS = ("bf16", "fp16", "tf32", "fp32", "fp32_vector", "int8")
# What describes the machine itself, and would not hold of another device.
_OF_ONE_DEVICE = frozenset({
    "power", "rated_power", "idle_power", "host_power", "device_embodied", "embodied", "parts",
    "accelerators", "host", "instance", "cpu", "host_embodied",
})  # fmt: skip
_BUSY, _COPIES = 0.8, 2.0
_HARD_DISK = "hdd"
_BY_MODEL = frozenset({"llm_serving", "llm_training", "media_serving"})  # which know no time


class Proposal(NamedTuple):
    """A lever that nobody has written: its keys, as a file would have them, and its assumption."""

    name: str
    keys: Mapping[str, Any]
    assumption: str


def proposals(result: Result, catalog: Catalog) -> list[Proposal]:
    """Return what may lower the carbon of a workload, in no order, each under its own name."""
    named: dict[str, Proposal] = {}
    for proposal in _proposals(result, catalog):
        number = 2
        name = proposal.name
        while name in named:
            name, number = f"{proposal.name} ({number})", number + 1
        named[name] = proposal._replace(name=name)
    return [*named.values()]


def _proposals(result: Result, catalog: Catalog) -> Iterator[Proposal]:
    for option in options(result, catalog):
        pairs = (setting.partition("=") for setting in option.settings)
        keys = {"set": {path: text for path, _, text in pairs}}
        yield Proposal(option.name, keys, option.assumption)
    yield from _contracts(result)
    yield from _devices(result.spec, catalog)
    for path, activity in _activities(result.spec):
        for proposal in _OF_KINDS.get(activity["kind"], _nothing)(path, activity):
            yield proposal._replace(name=f"{path.partition('.')[2]}: {proposal.name}")


def _activities(spec: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each activity of a normalised workload with the path that names it."""
    for phase, items in spec["phases"].items():
        names = default_names([(item["kind"], item.get("name")) for item in items])
        for name, item in zip(names, items, strict=True):
            yield f"{phase}.{name}", item


def _nothing(path: str, activity: Mapping[str, Any]) -> Iterator[Proposal]:
    yield from ()


def _contracts(result: Result) -> Iterator[Proposal]:
    """Yield a contract for carbon-free energy for each site that has no whole one."""
    places = {
        value.path.rpartition(".")[0]: entry
        for entry in result.booked
        for value in entry.inputs
        if value.name == "carbon_intensity" and value.path
    }
    for above, entry in places.items():
        given = {value.name for value in entry.inputs if value.status == "given"}
        is_client = above.endswith("client_site")
        if not is_client and "market_intensity" not in given:
            of_one = f", {above.removeprefix('phases.')}" if len(places) > 1 else ""
            yield Proposal(
                f"contract for carbon-free energy{of_one}",
                {"set": {f"{above}.carbon_free_energy": "100 %"}},
                "the grid stays what it is: only the market-based figures fall",
            )


def _devices(spec: Mapping[str, Any], catalog: Catalog) -> Iterator[Proposal]:
    """Yield the next device for each system and each activity that names one."""
    activities = dict(_activities(spec))
    for name, system in (spec.get("systems") or {}).items():
        users = {
            path: activity
            for path, activity in activities.items()
            if activity.get("system") == name
        }
        yield from _replaced(f"systems.{name}", f"systems.{name}", system, users, catalog)
    for path, activity in activities.items():
        yield from _replaced(path, f"phases.{path}", activity, {path: activity}, catalog)


def _replaced(
    on: str,
    path: str,
    fields: Mapping[str, Any],
    users: Mapping[str, Mapping[str, Any]],
    catalog: Catalog,
) -> Iterator[Proposal]:
    """Yield the next device of a machine: its users hold it for less time, or need fewer."""
    name = fields.get("device")
    fleets = ["fleet" in user for user in users.values()]
    is_plain = isinstance(name, str) and _OF_ONE_DEVICE.isdisjoint(fields)
    if not is_plain or not users or any(fleets) != all(fleets):
        return
    try:
        device = catalog.device(str(name))
    except LookupError:  # a server, or a cloud machine
        return
    successor = _next(device, catalog)
    if successor is None:
        return
    other, ratio, by = successor
    if any(user["kind"] in _BY_MODEL for user in users.values()):
        if all(user["kind"] in _BY_MODEL and "tokens_per_s" not in user for user in users.values()):
            keys = {"on": on, "set": {f"{path}.device": other.id}}
            said = "time and power follow from the model and the record of the device"
            yield Proposal(f"{on.partition('.')[2]}: {other.name}", keys, said)
        return
    key = "fleet" if all(fleets) else "time"
    share = "with 1/{:.3g} of the machines" if key == "fleet" else "in 1/{:.3g} of the time"
    yield Proposal(
        f"{on.partition('.')[2]}: {other.name}",
        {
            "on": [*users] if key == "fleet" else on,
            "set": {f"{path}.device": other.id},
            "divide": {key: f"{ratio:.4g}"},
        },
        f"the same work {share.format(ratio)}, as {by} have it; what you measure may differ",
    )


def _next(device: Device, catalog: Catalog) -> tuple[Device, float, str] | None:
    """Return the next device of the maker for the same work, how much faster it is, and by what.

    Of the devices of the same form that are newer, those of the nearest year; of these the fastest.
    """
    maker = device.id.partition("/")[0]
    faster = []
    for other in catalog.devices.of_maker(maker):
        if other.year is None or device.year is None or other.year <= device.year:
            continue
        if (other.kind, other.form, other.unit, _stacked(other)) != (
            device.kind, device.form, device.unit, _stacked(device),
        ):  # fmt: skip
            continue
        compared = _ratio(device, other)
        if compared is not None and compared[0] > 1:
            faster.append((other, *compared))
    if not faster:
        return None
    year = min(other.year or 0 for other, *_ in faster)
    return max((newer for newer in faster if newer[0].year == year), key=lambda newer: newer[1])


def _stacked(device: Device) -> bool:
    memory = device.memory
    return memory is not None and (memory.type or "").upper().startswith("HBM")


def _ratio(device: Device, other: Device) -> tuple[float, str] | None:
    """Return how much faster another device is: the least of what is known of both."""
    peaks = [key for key in _PEAKS if key in device.peak and key in other.peak]
    if not peaks:
        return None
    ratio = other.peak[peaks[0]].best / device.peak[peaks[0]].best
    ours, theirs = device.memory, other.memory
    if ours and theirs and ours.bandwidth and theirs.bandwidth:
        of_memory = theirs.bandwidth.best / ours.bandwidth.best
        if of_memory < ratio:
            return of_memory, "the bandwidths of their memory"
    return ratio, f"the {peaks[0]} peaks of both"


def _experiments(path: str, activity: Mapping[str, Any]) -> Iterator[Proposal]:
    """Yield fewer runs, and runs that are stopped early."""
    if "early_stopping" not in activity:
        yield Proposal(
            "early stopping",
            {"on": path, "set": {"early_stopping": {"stopped": "50 %", "after": "25 %"}}},
            "half of the runs are stopped after a quarter of their time",
        )
    if "runs" in activity:
        yield Proposal(
            "half the runs", {"on": path, "divide": {"runs": "2"}},
            "a search that needs fewer samples finds as good a model",
        )  # fmt: skip
    elif "search_multiplier" in activity:
        yield Proposal(
            "half the search", {"on": path, "divide": {"search_multiplier": "2"}},
            "a search that needs fewer samples finds as good a model",
        )  # fmt: skip


def _serving(path: str, activity: Mapping[str, Any]) -> Iterator[Proposal]:
    """Yield a smaller fleet, or one of which a part is released while it idles."""
    if "fleet" not in activity or "busy" not in activity:
        return
    busy = parse_best(activity["busy"], COUNT)
    if "autoscaling" not in activity:
        yield Proposal(
            "autoscaling", {"on": path, "use": "wu2022/autoscaling"},
            "up to a quarter of the idle time is given back, and others use the machines",
        )  # fmt: skip
    if 0 < busy < _BUSY:
        smaller = {"on": path, "set": {"busy": f"{_BUSY}"}, "divide": {"fleet": f"{_BUSY / busy}"}}
        assumption = "the peak of the load leaves room for it, and answers stay fast enough"
        yield Proposal(f"a fleet that is busy {_BUSY:.0%}".replace("%", " %"), smaller, assumption)


def _llm_serving(path: str, activity: Mapping[str, Any]) -> Iterator[Proposal]:
    """Yield weights of fewer bytes, more requests at a time, replicas that wait less."""
    if "device" not in activity and "system" not in activity:
        return
    is_measured = "tokens_per_s" in activity  # then no time follows from the model
    if "precision" not in activity and not is_measured:
        yield Proposal(
            "fp8 weights", {"on": path, "set": {"precision": "fp8"}},
            "the answers of the model stay good enough",
        )  # fmt: skip
    if "batch" in activity and not is_measured:
        yield Proposal(
            "twice the batch", {"on": path, "multiply": {"batch": "2"}},
            "requests wait for each other, and a token takes longer",
        )  # fmt: skip
    if "busy" in activity and 0 < parse_best(activity["busy"], COUNT) < _BUSY:
        yield Proposal(
            f"replicas busy {_BUSY * 100:.0f} %",
            {"on": path, "set": {"busy": f"{_BUSY}"}},
            "the peak of the load leaves room for it, and answers stay fast enough",
        )  # fmt: skip


def _storage(path: str, activity: Mapping[str, Any]) -> Iterator[Proposal]:
    """Yield fewer copies, and disks in place of flash."""
    if "replication" in activity and parse_best(activity["replication"], COUNT) > _COPIES:
        yield Proposal(
            "two copies", {"on": path, "set": {"replication": f"{_COPIES:g}"}},
            "two copies, or a code that corrects errors, are safe enough",
        )  # fmt: skip
    if activity.get("medium") == "ssd" and not {"power", "embodied"} & activity.keys():
        yield Proposal(
            "hard disks", {"on": path, "set": {"medium": _HARD_DISK}},
            "the data is cold: it is read seldom and in long pieces",
        )  # fmt: skip


_OF_KINDS = {
    "experiments": _experiments, "serving": _serving, "llm_serving": _llm_serving,
    "storage": _storage,
}  # fmt: skip
