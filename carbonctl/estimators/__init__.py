"""The kinds of activity: one module each, imported when a workload names it.

A module holds ``MODEL``, the kind's part of the spec, and ``activity_data``, the function
from one activity and its machine to physical quantities. The first line of its docstring is
what lists say of the kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from carbonctl.spec.model import Activity


class Kind(NamedTuple):
    """A kind of activity, as help, pages and templates show it.

    Attributes
    ----------
    name : str
        Its name, which is that of its module and of its template.
    examples : mapping
        How the values of its own keys are written, where their dimension does not say it.
    assumes : str
        The group of defaults.yaml whose figures stand in for keys of its machine: ``client``
        for what runs on the devices of users, ``media`` for drives; else those of a system.
    """

    name: str
    examples: Mapping[str, str] = MappingProxyType({})
    assumes: str = ""


KINDS = {
    kind.name: kind
    for kind in (
        Kind("compute", {"restarts": "5 %"}),
        Kind("experiments", {"search_multiplier": "3", "durations": "[4 GPU-h, 30 GPU-h]"}),
        Kind("serving", {
            "device_time_per_request": "0.5 GPU-s", "throughput": "12 / s", "fleet": "4",
        }),
        Kind("llm_serving", {
            "parameters": "70B", "active_parameters": "13B", "devices": "8", "batch": "64",
            "fleet": "2", "speedup": "1.5..2.5", "requests": "200k / day",
        }),
        Kind("llm_training", {
            "parameters": "70B", "active_parameters": "13B", "devices": "512", "tokens": "15T",
            "epochs": "3", "sequence": "8192", "restarts": "5 %",
            "exposed_communication": "20 %",
            "rl": "{prompts: 100k, samples: 8, output_tokens: 1000, batch: 64}",
        }),
        Kind("media_serving", {
            "parameters": "12B", "layers": "57", "model_width": "3072", "width": "1024",
            "height": "1024", "steps": "28", "frames": "81", "guidance": "2", "patch": "16",
            "frame_step": "4", "devices": "1", "batch": "4", "requests": "1M",
        }),
        Kind("storage", {"replication": "3"}, assumes="media"),
        Kind("transfer", {"volume": "10 TB"}),
        Kind("ingestion", {"server_bandwidth": "2 GB/s", "bandwidth": "100 GB/s"}),
        Kind("energy"),
        Kind("federated", {
            "rounds": "1000", "cohort": "500", "over_selection": "1.3", "dropout": "10 %",
            "compute_p50": "40 s", "compute_p99": "200 s", "samples": "400",
            "time_per_sample": "50 ms", "parameters": "5M", "model_size": "20 MB",
            "download_compression": "2", "upload_compression": "4",
            "clients": "[{device: …, share: 60 %}, …]",
            "connections": "[{technology: wifi, …}]",
            "server": "{system: …, devices: 2, wall_time: 50 h}",
        }, assumes="client"),
        Kind("on_device", {"time_per_request": "0.2 s"}, assumes="client"),
    )
}  # fmt: skip


def names() -> Iterable[str]:
    """Return the names of all kinds."""
    return KINDS


def module(kind: str) -> ModuleType:
    """Import and return the module of one kind."""
    if kind not in KINDS:
        raise KeyError(kind)
    return import_module(f"carbonctl.estimators.{kind}")


def model(kind: str) -> type[Activity]:
    """Return the model of one kind."""
    activity: type[Activity] = module(kind).MODEL
    return activity
