"""Kueue's Workloads, as ``kubectl get workloads -A -o json`` prints them.

After apis/kueue/v1beta2/workload_types.go of kubernetes-sigs/kueue (read at ff69552). A Workload
holds its quota from ``Admitted`` to ``Finished``; what earlier admissions took, up to an
eviction, is in ``accumulatedPastExecutionTimeSeconds`` (with another spelling in v1beta1). What
it holds is ``status.admission.podSetAssignments[].resourceUsage``, of all its pods together.
Pods that ended early and gave their quota back (``reclaimablePods``) still count.

GPUs are of the flavor that was assigned: by the label nvidia.com/gpu.product of the
ResourceFlavor, where the file holds it, else the name of the flavor.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from carbonctl.inputs.jobs.containers import (
    SHARED_GPU,
    Document,
    Unreadable,
    device_name,
    figure,
    gpu_profile,
    is_shared_gpu,
    moment,
    refuse,
)
from carbonctl.inputs.jobs.cpu_hosts import CpuHost, cpu_host
from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.options import Options
from carbonctl.inputs.jobs.table import Row

RUNNING = "still admitted: counted up to now"
NO_FLAVOR = "no assignment in its status, as after an eviction: its requests stand in"
PRODUCT = "nvidia.com/gpu.product"
_QUANTITY = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(?:[eE]([+-]?\d{1,2})|([numkMGTPE]i?|Ki)?)", re.ASCII)
_POWERS = {"k": 1, "K": 1, "M": 2, "G": 3, "T": 4, "P": 5, "E": 6, "m": -1, "u": -2, "n": -3}


def quantity(text: object) -> float:
    """Return a quantity of Kubernetes: ``8``, ``500m``, ``64Gi``, ``1e9``.

    Raises
    ------
    Unreadable
    """
    match = _QUANTITY.fullmatch(str(text)) if len(str(text)) < 40 else None
    if match is None:
        raise Unreadable("resourceUsage", text, f"`{text}` is not a quantity such as `64Gi`")
    number, exponent, suffix = float(match[1]), match[2], match[3] or ""
    if exponent:
        return number * 10.0 ** int(exponent)
    if not suffix:
        return number
    return number * (1024.0 if suffix.endswith("i") else 1000.0) ** _POWERS[suffix[0]]


def now() -> datetime:
    """Return the time of day; tests put another in its place."""
    return datetime.now(UTC)


def rows(document: Document, options: Options, findings: Findings) -> Iterator[Row]:
    """Yield a row for each pod set of each Workload.

    Raises
    ------
    InputError
        Where the document holds no Workload and is no list of them.
    """
    items = list(_items(document))
    flavors = {
        _text(item, "metadata", "name"): _text(item, "spec", "nodeLabels", PRODUCT)
        for item, _ in items
        if _text(item, "kind") == "ResourceFlavor"
    }
    host = cpu_host(options.map)
    for item, line in items:
        kind = _text(item, "kind")
        if kind == "ResourceFlavor":
            continue
        if kind not in ("Workload", ""):
            findings.skip(f"a {kind}, not a Workload")
            continue
        try:
            yield from _of_workload(item, line, flavors, host, findings)
        except Unreadable as error:
            findings.reject(document.name, line, error.column, error.value, error.message)


def _items(document: Document) -> Iterator[tuple[Any, int]]:
    value = document.value
    if isinstance(value.get("items"), list):
        for item, line, _ in document.items_at(document.place("items")):
            yield item, line
    elif value.get("kind") == "Workload":
        yield value, 1
    else:
        refuse(document.name, "no Workload: use `kubectl get workloads -A -o json`")


def _of_workload(
    item: Any, line: int, flavors: dict[str, str], host: CpuHost, findings: Findings
) -> Iterator[Row]:
    """Yield the rows of a Workload.

    Raises
    ------
    Unreadable
    """
    status = _mapping(_mapping(item, "").get("status"), "status")
    common, hours = _time(status, findings)
    if not hours:
        return
    metadata = _mapping(item.get("metadata"), "metadata")
    spec = _mapping(item.get("spec"), "spec")
    namespace, name = str(metadata.get("namespace", "")), str(metadata.get("name", ""))
    common |= {
        "job": "/".join(filter(None, (namespace, name))), "namespace": namespace,
        "queue": str(spec.get("queueName", "")), "source_line": line, "wall_time_h": hours,
        "cluster_queue": _text(status, "admission", "clusterQueue"),
    }  # fmt: skip
    made = []
    for pod_set, resources, assigned in _pod_sets(status, spec, findings):
        parts = _parts(resources, assigned, flavors, host, findings)
        made += [common | {"pod_set": pod_set} | part for part in parts]
    yield from made


def _time(status: Mapping[str, Any], findings: Findings) -> tuple[Row, float]:
    """Return when a Workload held its quota, and for how many hours in all."""
    conditions = status.get("conditions") or []
    if not isinstance(conditions, list):
        raise Unreadable("conditions", conditions, "expected a list of conditions")
    held = {
        _text(c, "type"): moment(_text(c, "lastTransitionTime"), "lastTransitionTime")
        for c in conditions
        if _text(c, "status") == "True" and _text(c, "type") in ("Admitted", "Finished")
    }
    seconds = 0.0
    for key in ("accumulatedPastExecutionTimeSeconds", "accumulatedPastExexcutionTimeSeconds"):
        seconds = seconds or figure(status.get(key), key) or 0.0
    row: Row = {}
    if "Admitted" in held:
        start, end = held["Admitted"], held.get("Finished")
        row["start"], row["state"] = start.isoformat(), "FINISHED" if end else "RUNNING"
        if end is None:
            findings.note(RUNNING)
        else:
            row["end"] = end.isoformat()
        this_time_s = ((end or now()) - start).total_seconds()
        if this_time_s < 0:
            raise Unreadable("lastTransitionTime", end, f"it ends before it begins, at {start}")
        seconds += this_time_s
    if not seconds:
        findings.skip("no time" if held else "pending")
    return row, seconds / 3600


def _pod_sets(
    status: Mapping[str, Any], spec: Mapping[str, Any], findings: Findings
) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    """Yield the name, the resources and the flavors of each pod set."""
    admission = status.get("admission")
    if admission:
        for given in _list(_mapping(admission, "admission"), "podSetAssignments"):
            usage = _mapping(given.get("resourceUsage"), "resourceUsage")
            yield str(given.get("name", "")), usage, _mapping(given.get("flavors"), "flavors")
        return
    findings.note(NO_FLAVOR)
    if status.get("resourceRequests"):
        for given in _list(status, "resourceRequests"):
            yield str(given.get("name", "")), _mapping(given.get("resources"), "resources"), {}
        return
    for given in _list(spec, "podSets"):
        yield str(given.get("name", "")), _requests(given), {}


def _requests(pod_set: Mapping[str, Any]) -> dict[str, float]:
    """Return what the containers of all pods of a set ask for."""
    template = _mapping(_mapping(pod_set.get("template"), "template").get("spec"), "spec")
    pods = figure(pod_set.get("count"), "count") or 0.0
    total: dict[str, float] = {}
    for container in _list(template, "containers"):
        resources = _mapping(container.get("resources"), "resources")
        limits, asked = (_mapping(resources.get(key), key) for key in ("limits", "requests"))
        for name, text in {**limits, **asked}.items():
            total[name] = total.get(name, 0.0) + quantity(text) * pods
    return total


def _parts(
    resources: Mapping[str, Any],
    assigned: Mapping[str, Any],
    flavors: dict[str, str],
    host: CpuHost,
    findings: Findings,
) -> list[Row]:
    devices: list[tuple[str, float]] = []
    for name, text in resources.items():
        profile, n = gpu_profile(name), quantity(text)
        if profile is not None and n:
            flavor = str(assigned.get(name, ""))
            devices.append((device_name(profile, flavors.get(flavor) or flavor), n))
        elif is_shared_gpu(name) and n:
            findings.note(SHARED_GPU)
    cores, memory = (quantity(resources[k]) if k in resources else None for k in ("cpu", "memory"))
    return host.parts(devices, cores, None if memory is None else memory / 1e9)


def _text(value: Any, *path: str) -> str:
    """Return the text at a path of keys; empty where there is none."""
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return "" if value is None else str(value)


def _mapping(value: Any, column: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise Unreadable(column, str(value)[:80], "expected a mapping")
    return value


def _list(value: Mapping[str, Any], column: str) -> list[Mapping[str, Any]]:
    given = value.get(column) or []
    if not isinstance(given, list):
        raise Unreadable(column, str(given)[:80], "expected a list")
    return [_mapping(item, column) for item in given]
