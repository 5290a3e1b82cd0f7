"""Kubernetes: requests of pods by Prometheus, or Kueue's Workloads.

Three forms are read: the JSON of Prometheus' ``query_range`` over kube-state-metrics
(`carbonctl.inputs.jobs.kube_series`), a table of the same with a column for each label besides
``timestamp`` and ``value``, and Kueue's Workloads (`carbonctl.inputs.jobs.kueue`).

A pod holds what its containers ask for in each sample in which they run, so that waiting and the
time between restarts count nothing. Series that come twice, of two scrapers, count once. GPUs
are called as the node label nvidia.com/gpu.product has it, or as ``nodes`` of the map does; of
MIG's resources (``nvidia.com/mig-1g.5gb``) with the profile: ``PRODUCT-MIG-1g.5gb``.

Left out: init containers, what was used (requests alone are read), and GPUs shared in time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import chain

from carbonctl.inputs.jobs import kueue
from carbonctl.inputs.jobs.containers import (
    PRODUCT,
    SHARED_GPU,
    Document,
    device_name,
    gpu_profile,
    is_shared_gpu,
    iso,
    product_of_node,
    refuse,
)
from carbonctl.inputs.jobs.cpu_hosts import CpuHost, cpu_host
from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.kube_series import (
    CONTAINER_RUNNING,
    QUERY,
    Cluster,
    Key,
    Samples,
    Series,
    from_document,
    from_table,
    pod_of,
)
from carbonctl.inputs.jobs.logs import Source
from carbonctl.inputs.jobs.options import Options
from carbonctl.inputs.jobs.table import Row

GB = 1e9
NOT_RUNNING = "not running"
_LABEL = "label_"
_NOT_COUNTED = ("ephemeral_storage", "hugepages", "pods", "attachable_volumes")


def recognises(head: list[str]) -> bool:
    """Whether the first lines are of a range query, a table of series, or Workloads."""
    text = "".join(head)
    if text.lstrip()[:1] == "{":
        is_query = '"resultType"' in text and ("kube_" in text or '"resource"' in text)
        return is_query or "kueue.x-k8s.io" in text
    names = set(head[0].strip().split(",")) if head else set()
    return {"namespace", "pod", "resource"} <= names


def rows(source: Source, options: Options, findings: Findings) -> Iterator[Row]:
    """Yield a row for each pod, or for each pod set of a Workload.

    Raises
    ------
    InputError
        Where the log is empty, of another form, or does not say when pods ran.
    """
    if options.basis != "request":
        refuse(source.name, f"basis `{options.basis}`: this log has requests alone")
    lines = source.lines()
    first = next((line for line in lines if line.strip()), "")
    if first.lstrip()[:1] not in ("{", "["):
        series = from_table(source.name, chain([first], lines), findings)
        return _pods(source.name, series, options, findings)
    document = Document(source.name, "".join(chain([first], lines)))
    if not isinstance(document.value, Mapping):
        refuse(source.name, "expected the JSON of a range query or of Workloads")
    if document.value.get("status") == "error":
        refuse(source.name, f"Prometheus answered with an error: {document.value.get('error')}")
    if "data" in document.value:
        series = list(from_document(document, findings))
        return _pods(source.name, series, options, findings)
    return kueue.rows(document, options, findings)


class _Pod:
    """What a pod asks for: of each resource and product, by container and time."""

    def __init__(self, series: Series) -> None:
        self.labels, self.line = series.labels, series.line
        self.held: dict[str, dict[str, Samples]] = defaultdict(dict)

    def add(self, series: Series, samples: Samples) -> None:
        """Add a request; of one that comes twice the larger counts."""
        resource = series.labels.get("resource", "")
        container = series.labels.get("container", "")
        own = self.held[resource].setdefault(container, {})
        for time, value in samples.items():
            own[time] = max(value, own.get(time, 0.0))

    def times(self) -> set[float]:
        """Return when any of its containers ran."""
        return {t for held in self.held.values() for samples in held.values() for t in samples}

    def mean(self, resource: str, samples: int) -> float:
        """Return what it asks for on average while it runs."""
        return sum(sum(s.values()) for s in self.held[resource].values()) / samples


def _pods(name: str, series: list[Series], options: Options, findings: Findings) -> Iterator[Row]:
    cluster = Cluster(series, findings)
    if not cluster.knows_running:
        refuse(name, f"requests alone, which pods that wait have too; add {CONTAINER_RUNNING}, "
                     f"as in the query {QUERY}")  # fmt: skip
    if cluster.step_s is None and any(s.samples for s in cluster.requests):
        refuse(name, "no series with two samples: how far apart they are is not known")
    host = cpu_host(options.map)
    pods: dict[Key, _Pod] = {}
    for request in cluster.requests:
        if not (request.labels.get("pod") and request.labels.get("resource")):
            message = "no label pod or resource: keep the labels of the series (no sum by)"
            findings.reject(name, request.line, "metric", dict(request.labels), message)
            continue
        pod = pods.setdefault(pod_of(request.labels), _Pod(request))
        pod.add(request, cluster.while_running(request))
    for pod in pods.values():
        yield from _rows_of(pod, cluster, host, options, findings)


def _rows_of(
    pod: _Pod, cluster: Cluster, host: CpuHost, options: Options, findings: Findings
) -> Iterator[Row]:
    times = pod.times()
    if not times:
        findings.skip(NOT_RUNNING)
        return
    step_s = cluster.step_s or 0.0
    hours = len(times) * step_s / 3600
    common = _tags(pod, cluster)
    common |= {
        "source_line": pod.line, "wall_time_h": hours, "start": iso(min(times)),
        "end": iso(max(times) + step_s),
    }  # fmt: skip
    product = _product(pod, cluster, options)
    devices: list[tuple[str, float]] = []
    for resource in pod.held:
        profile, mean = gpu_profile(resource), pod.mean(resource, len(times))
        if profile is not None and mean:
            devices.append((device_name(profile, product), mean))
        elif mean:
            _leave_out(resource, mean * hours, findings)
    cores, memory = (
        pod.mean(resource, len(times)) if resource in pod.held else None
        for resource in ("cpu", "memory")
    )
    for part in host.parts(devices, cores, None if memory is None else memory / GB):
        yield common | part


def _leave_out(resource: str, amount_h: float, findings: Findings) -> None:
    if is_shared_gpu(resource):
        findings.note(SHARED_GPU)
    elif resource not in ("cpu", "memory") and not resource.startswith(_NOT_COUNTED):
        findings.leave_out(resource, amount_h, "h")


def _tags(pod: _Pod, cluster: Cluster) -> Row:
    labels = pod.labels
    row: Row = {
        name: value
        for name, value in (*cluster.pod_labels(labels).items(), *labels.items())
        if name.startswith(_LABEL) and name != _LABEL + PRODUCT
    }
    for name in ("cluster", "namespace", "pod", "node"):
        if labels.get(name):
            row[name] = labels[name]
    row["job"] = "/".join(filter(None, (labels.get("namespace"), labels.get("pod"))))
    return row


def _product(pod: _Pod, cluster: Cluster, options: Options) -> str:
    label = _LABEL + PRODUCT
    own = pod.labels.get(label) or cluster.node_labels(pod.labels).get(label)
    return own or product_of_node(options.map, pod.labels.get("node", ""))
