"""What is known of a workload before it is run: devices, hours and place, and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from carbonctl.catalog import Catalog
from carbonctl.catalog.priors import Prior
from carbonctl.factors.distributions import TWO_PIECE_LOGNORMAL
from carbonctl.numbers.values import Value
from carbonctl.spec.model import Activity, Workload

SITE = ("grid", "year", "basis", "operator", "provider", "facility", "site", "share")
SYSTEM = ("device", "devices", "accelerators", "cooling")
ACCELERATOR = ("device", "devices")
ACTIVITY = (
    "kind", "name", "task", "mode", "repeat", "system", "device", "devices", "devices_per_system",
    "wall_time", "device_time", "cooling",
)  # fmt: skip
METERED, WORKED = "energy", "compute"  # kinds: of an energy that is given, and of devices at work
METER = ("host_components", "software-meter")  # the prior of what software meters see of a host
_LEAST_W = 150  # rated power of a device from which that holds


class NotKnownBefore(ValueError):
    """A workload that says no device or no hours, so that nothing can be estimated blind."""


def blind(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return a workload without all that is not known before it is run.

    Parameters
    ----------
    spec : mapping
        A checked workload, as `carbonctl.ledger.result.Result.spec` has it.

    Returns
    -------
    dict
        A workload again. What was metered as energy is devices at work in it.

    Raises
    ------
    NotKnownBefore
        Where an activity names no device, or not for how long.
    """
    known: dict[str, Any] = {"name": spec["name"]}
    if "site" in spec:
        known["site"] = _site(spec["site"])
    for key in ("sites", "phase_sites"):
        if key in spec:
            known[key] = {name: _site(site) for name, site in spec[key].items()}
    systems = {name: _system(system) for name, system in spec.get("systems", {}).items()}
    known["systems"] = systems
    known["phases"] = {
        phase: [_activity(activity, systems) for activity in activities]
        for phase, activities in spec["phases"].items()
    }
    return known


def with_software_meter(spec: Mapping[str, Any], catalog: Catalog) -> dict[str, Any]:
    """Return a blind workload whose host is what software meters see of it: CPUs and DRAM.

    Parameters
    ----------
    spec : mapping
        What `blind` returned.
    catalog : Catalog
        Has the rated power of devices and the share of the meters.

    Raises
    ------
    NotKnownBefore
        Where an activity does not name its own device, or the meters say nothing of it.
    """
    phases = {
        phase: [_metered(activity, catalog) for activity in activities]
        for phase, activities in spec["phases"].items()
    }
    return {**spec, "phases": phases}


def _site(site: Any) -> Any:
    if isinstance(site, list):
        return [_kept(share, SITE) for share in site]
    return _kept(site, SITE) if isinstance(site, Mapping) else site


def _system(system: Mapping[str, Any]) -> dict[str, Any]:
    known = _kept(system, SYSTEM)
    if "accelerators" in known:
        known["accelerators"] = [_kept(kind, ACCELERATOR) for kind in known["accelerators"]]
    return known


def _activity(activity: Mapping[str, Any], systems: Mapping[str, Any]) -> dict[str, Any]:
    known = _kept(activity, ACTIVITY)
    if isinstance(known.get("system"), Mapping):
        known["system"] = _system(known["system"])
    if "site" in activity:
        known["site"] = _site(activity["site"])
    if known["kind"] == METERED:
        known["kind"] = WORKED
    has_time = "wall_time" in known or "device_time" in known
    if not (has_time and _has_device(known, systems)):
        said = f"{activity.get('name') or activity['kind']} names no device and hours"
        raise NotKnownBefore(said)
    return known


def _has_device(activity: Mapping[str, Any], systems: Mapping[str, Any]) -> bool:
    system = activity.get("system", activity)
    described = systems.get(system, {}) if isinstance(system, str) else system
    return "device" in described or "accelerators" in described


def _kept(mapping: Mapping[str, Any], keys: Collection[str]) -> dict[str, Any]:
    return {key: value for key, value in mapping.items() if key in keys}


def _metered(activity: Mapping[str, Any], catalog: Catalog) -> dict[str, Any]:
    rated = catalog.device(activity["device"]).rated_power if "device" in activity else None
    if rated is None or rated.best < _LEAST_W:
        raise NotKnownBefore("what software meters see beside the devices is not known")
    power = _written(catalog.priors[METER], rated.best)
    return {**activity, "devices_per_system": 1, "host_power": power}


def _written(meter: Prior, rated_w: float) -> dict[str, str]:
    ends = {"best": meter.best, "low": meter.low, "high": meter.high}
    watts = {key: f"{share * rated_w} W" for key, share in ends.items()}
    return {**watts, "source": meter.source}


def as_assumed(workload: Workload) -> Workload:
    """Return a workload of `with_software_meter` whose host is assumed, and not given.

    Its range is then that of a prior, p5 to p95 around the median, and one unknown everywhere.
    """
    phases = {
        phase: tuple(map(_assumed, activities)) for phase, activities in workload.phases.items()
    }
    return workload.model_copy(update={"phases": phases})


def _assumed(activity: Activity) -> Activity:
    given: Value = vars(activity)["host_power"]
    power = given._replace(
        status="default", distribution=TWO_PIECE_LOGNORMAL, unknown=":".join(METER)
    )
    return activity.model_copy(update={"host_power": power})
