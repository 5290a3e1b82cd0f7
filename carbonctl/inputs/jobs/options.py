"""How a log is to be read: what its map says, and what flags say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any


@dataclass(frozen=True)
class Options:
    """How a log is to be read.

    Attributes
    ----------
    map : mapping
        The map as YAML gives it, scalars as texts: of logs ``partitions``, ``gpus``, ``cpu``
        and ``instances`` (carbonctl.inputs.jobs.maps has what else it holds, which is applied
        to all rows alike, whatever log they come from).
    timezone : tzinfo
        Of times without one.
    assume_pue : float, optional
        The PUE that a log's energy holds, where the log does not say it.
    windows : tuple of str
        Names of the measurement windows that count, where they nest (zeus).
    basis : str
        ``request`` or ``usage``: what cores and memory are counted by (opencost, kubernetes).
    cpu_basis : str
        ``allocated`` or ``used``: what core-hours are counted by (slurm).
    energy : str
        ``modelled``, or ``measured`` where a log's own measurement takes precedence (slurm).
    failed_as : str, optional
        The phase of jobs that failed (slurm).
    services : tuple of str
        What is accounted for of a bill besides machines: ``storage``.
    """

    map: Mapping[str, Any] = field(default_factory=dict)
    timezone: tzinfo = UTC
    assume_pue: float | None = None
    windows: tuple[str, ...] = ()
    basis: str = "request"
    cpu_basis: str = "allocated"
    energy: str = "modelled"
    failed_as: str | None = None
    services: tuple[str, ...] = ()


DEFAULTS = Options()
