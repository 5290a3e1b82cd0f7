"""The kinds of activity: one module each, imported when a workload names it.

A module holds ``MODEL``, the kind's part of the spec, and ``activity_data``, the function
from one activity and its machine to physical quantities.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from types import ModuleType

from carbonctl.spec.model import Activity

KINDS = (
    "compute", "experiments", "serving", "storage", "transfer", "ingestion", "energy", "federated",
    "on_device",
)  # fmt: skip


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
    found: type[Activity] = module(kind).MODEL
    return found
