"""Series of kube-state-metrics, as Prometheus' range queries give them in JSON or a table.

After docs/metrics/workload/pod-metrics.md of kubernetes/kube-state-metrics:
``kube_pod_container_resource_requests`` is there for pods that wait or have ended too, so that
``kube_pod_container_status_running`` (or ``kube_pod_status_phase``) says when they ran.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from carbonctl.inputs.jobs.containers import Document, Unreadable, figure, refuse, table
from carbonctl.inputs.jobs.findings import Findings

REQUESTS = "kube_pod_container_resource_requests"
CONTAINER_RUNNING = "kube_pod_container_status_running"
POD_PHASE = "kube_pod_status_phase"
NODE_LABELS, POD_LABELS = "kube_node_labels", "kube_pod_labels"
QUERY = (
    '{__name__=~"kube_pod_container_resource_requests|kube_pod_container_status_running'
    '|kube_node_labels|kube_pod_labels"}'
)
_TIMES = ("timestamp", "time", "Time")
_VALUES = ("value", "Value")

Samples = dict[float, float]
Key = tuple[str, ...]


class Series(NamedTuple):
    """One series: its labels, its values by time in seconds, and where it begins."""

    labels: Mapping[str, str]
    samples: Samples
    line: int


def from_document(document: Document, findings: Findings) -> Iterator[Series]:
    """Yield the series of a range query's JSON.

    Raises
    ------
    InputError
        Where it is the answer to another query.
    """
    data = document.value.get("data")
    kind = data.get("resultType") if isinstance(data, Mapping) else None
    if kind != "matrix" or not isinstance(data.get("result"), list):
        got = f", not `{kind}`" if kind and kind != "matrix" else ", with a list of series"
        refuse(document.name, f"a `matrix` of /api/v1/query_range is needed{got}")
    for item, line, _ in document.items_at(document.place("data", "result")):
        try:
            yield Series(_labels(item), _samples(item), line)
        except Unreadable as error:
            findings.reject(document.name, line, error.column, error.value, error.message)


def _labels(item: Any) -> dict[str, str]:
    labels = item.get("metric") if isinstance(item, Mapping) else None
    if not isinstance(labels, Mapping):
        raise Unreadable("metric", str(item)[:80], "expected a mapping of labels")
    return {str(name): str(value) for name, value in labels.items()}


def _samples(item: Mapping[str, Any]) -> Samples:
    values = item.get("values")
    if not isinstance(values, list):
        raise Unreadable("values", str(values)[:80], "expected a list of [time, value]")
    samples: Samples = {}
    for pair in values:
        if not (isinstance(pair, list) and len(pair) == 2):
            raise Unreadable("values", str(pair)[:80], "expected [time, value]")
        add(samples, pair[0], pair[1])
    return samples


def add(samples: Samples, time: object, value: object) -> None:
    """Add a value at a time in seconds since 1970.

    Raises
    ------
    Unreadable
    """
    at, number = figure(time, "time"), figure(value, "value")
    if at is None or number is None or at > 1e11:
        raise Unreadable("time", time, "expected seconds since 1970, and a value")
    samples[round(at, 3)] = number


def from_table(name: str, lines: Iterator[str], findings: Findings) -> list[Series]:
    """Return the series of a table with a column for each label, a time and a value.

    Raises
    ------
    InputError
        Where a column that is needed is missing.
    """
    header, rows = table(name, lines, ("namespace", "pod", "resource"))
    time = next((c for c in _TIMES if c in header), "")
    value = next((c for c in _VALUES if c in header), "")
    if not (time and value):
        refuse(name, "no column timestamp (seconds since 1970), or no column value", 1)
    series: dict[tuple[tuple[str, str], ...], Series] = {}
    for row in rows:
        if row.wrong:
            findings.reject(name, row.number, "", "", row.wrong)
            continue
        labels = {c: v for c, v in row.cells.items() if c not in (time, value) and v}
        entry = series.setdefault(tuple(labels.items()), Series(labels, {}, row.number))
        try:
            add(entry.samples, row.cells[time], row.cells[value])
        except Unreadable as error:
            findings.reject(name, row.number, error.column, error.value, error.message)
    return list(series.values())


class Cluster:
    """The series of one log, put in order.

    Attributes
    ----------
    requests : list of Series
    step_s : float, optional
        Seconds between two samples; None where no series has two.
    """

    def __init__(self, series: list[Series], findings: Findings) -> None:
        self.requests: list[Series] = []
        self._running: dict[Key, set[float]] = defaultdict(set)
        self._phase: dict[Key, set[float]] = defaultdict(set)
        self._nodes: dict[Key, Mapping[str, str]] = {}
        self._pods: dict[Key, Mapping[str, str]] = {}
        self._names = Counter(s.labels.get("__name__", "") for s in series)
        for entry in series:
            if not self._take(entry):
                findings.skip("another metric")
        self.step_s = _step(series)

    def _take(self, series: Series) -> bool:
        labels, name = series.labels, series.labels.get("__name__", "")
        if name in ("", REQUESTS):
            self.requests.append(series)
        elif name == CONTAINER_RUNNING:
            self._running[container_of(labels)].update(t for t, v in series.samples.items() if v)
        elif name == POD_PHASE and labels.get("phase") == "Running":
            self._phase[pod_of(labels)].update(t for t, v in series.samples.items() if v)
        elif name == NODE_LABELS:
            self._nodes[(labels.get("cluster", ""), labels.get("node", ""))] = labels
        elif name == POD_LABELS:
            self._pods[pod_of(labels)] = labels
        else:
            return name == POD_PHASE
        return True

    @property
    def knows_running(self) -> bool:
        """Whether it is known when pods ran; of an expression without a name it is taken so."""
        return not self._names[REQUESTS] or bool(
            self._names[CONTAINER_RUNNING] or self._names[POD_PHASE]
        )

    def while_running(self, series: Series) -> Samples:
        """Return the values of a request at the times when its container ran."""
        if not series.labels.get("__name__"):
            return series.samples
        if self._names[CONTAINER_RUNNING]:
            times = self._running.get(container_of(series.labels), set())
        else:
            times = self._phase.get(pod_of(series.labels), set())
        return {time: value for time, value in series.samples.items() if time in times}

    def node_labels(self, labels: Mapping[str, str]) -> Mapping[str, str]:
        """Return the labels of the node of a pod."""
        return self._nodes.get((labels.get("cluster", ""), labels.get("node", "")), {})

    def pod_labels(self, labels: Mapping[str, str]) -> Mapping[str, str]:
        """Return the labels of a pod itself."""
        return self._pods.get(pod_of(labels), {})


def pod_of(labels: Mapping[str, str]) -> Key:
    """Return what tells a pod from others: a name comes again with another uid."""
    return tuple(labels.get(name, "") for name in ("cluster", "namespace", "pod", "uid"))


def container_of(labels: Mapping[str, str]) -> Key:
    """Return what tells a container from others."""
    return (*pod_of(labels), labels.get("container", ""))


def _step(series: list[Series]) -> float | None:
    """Return the time between two samples, in seconds: the least that is found."""
    steps = []
    for entry in series:
        times = sorted(entry.samples)
        steps += [later - time for time, later in pairwise(times)]
    return min(steps, default=None)
