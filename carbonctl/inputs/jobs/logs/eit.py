"""Data of experiment-impact-tracker: impacttracker/data.json, a sample on each line.

The mapping is that of github.com/Breakend/experiment-impact-tracker (data_info_and_router.py and
utils.py at c1b0fcb): the attributable power of CPU and memory (RAPL) and of GPUs is added and
integrated by the trapezoid rule, without gaps of more than ten times the median interval.

Its own report holds the last value of an interval and multiplies by a PUE of 1.58; there is no
PUE in this energy. The power is the share of the machine that was attributed to the process.
Where only GPUs were measured, the boundary is the chip, else the node. Left out: info.pkl, a
pickle, which may run code when it is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from carbonctl.inputs.jobs.cells import CellError, name, not_negative
from carbonctl.inputs.jobs.delimited import fault
from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.log_times import from_seconds
from carbonctl.inputs.jobs.logs import Source
from carbonctl.inputs.jobs.measured import ONE_SAMPLE, energy_row, report_gaps
from carbonctl.inputs.jobs.options import Options
from carbonctl.inputs.jobs.series import Samples, power
from carbonctl.inputs.jobs.table import Row

NVIDIA, RAPL = "nvidia_estimated_attributable_power_draw", "rapl_estimated_attributable_power_draw"
INCOMPLETE = "a sample without the power of the CPU or of the GPUs, which other samples have"
ATTRIBUTED = "the energy is what experiment-impact-tracker attributes to the process"
_FOLDER = "impacttracker"


def recognises(head: list[str]) -> bool:
    """Whether the first lines of a file are of this format."""
    return (
        bool(head) and head[0].lstrip().startswith("{") and (NVIDIA in head[0] or RAPL in head[0])
    )


def rows(source: Source, options: Options, findings: Findings) -> Iterator[Row]:
    """Yield the row of a run.

    Raises
    ------
    InputError
        Where no line has a power that was attributed.
    """
    seen: dict[tuple[str, ...], Samples] = {}
    first = 0
    for number, line in enumerate(source.lines(), 1):
        if not line.strip():
            continue
        try:
            time_s, powers = _sample(line)
        except CellError as error:
            findings.reject(source.name, number, error.column, error.value, str(error))
            continue
        first = first or number
        seen.setdefault(tuple(powers), Samples()).add(time_s, sum(powers.values()))
    if not any(seen):
        raise fault(source, None, f"no line has {NVIDIA} or {RAPL}")
    parts = max(seen, key=len)
    missing = sum(len(samples) for key, samples in seen.items() if key != parts)
    if missing:
        findings.skip(INCOMPLETE, missing)
    try:
        yield from _run(seen[parts], parts, first, source, findings)
    except CellError as error:
        findings.reject(source.name, first, error.column, error.value, str(error))


def _run(
    samples: Samples, parts: tuple[str, ...], line: int, source: Source, findings: Findings
) -> Iterator[Row]:
    points = samples.sorted()
    if len(points) < 2:
        findings.skip(ONE_SAMPLE)
        return
    integral = power(points)
    row = energy_row(
        line,
        integral.energy_kwh,
        "chip" if parts == (NVIDIA,) else "node",
        job=_job(source.path),
        start=from_seconds(points[0][0], "timestamp"),
        end=from_seconds(points[-1][0], "timestamp"),
        wall_time_h=integral.covered_h,
    )
    report_gaps(integral, findings)
    findings.note(ATTRIBUTED)
    yield row


def _sample(line: str) -> tuple[float, dict[str, float]]:
    """Return the time of a sample in s, and the powers in W that it has."""
    sample = _object(line)
    seconds = not_negative(sample.get("timestamp"), "timestamp")
    powers = {
        key: not_negative(sample[key], key) for key in (RAPL, NVIDIA) if sample.get(key) is not None
    }
    return from_seconds(seconds, "timestamp").timestamp(), powers


def _object(line: str) -> dict[str, Any]:
    try:
        sample = json.loads(line)
    except (ValueError, RecursionError):
        raise CellError("", line[:80].strip(), "is not a line of JSON") from None
    if not isinstance(sample, dict):
        raise CellError("", line[:80].strip(), "is not an object of JSON")
    return sample


def _job(path: str | None) -> str:
    """Return the name of the folder of a run: that which impacttracker/ lies in."""
    if not path:
        return ""
    folder = Path(path).absolute().parent
    return name(folder.parent.name, "name of the folder") if folder.name == _FOLDER else ""
