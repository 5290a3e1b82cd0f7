"""The keys of the spec that a table, its map and its defaults may use, from the spec's models."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from carbonctl import estimators
from carbonctl.numbers.units import Dimension
from carbonctl.spec.fields import QuantityField, Scalar
from carbonctl.spec.model import Site
from carbonctl.spec.systems import System
from carbonctl.spec.word_or import WordOr

KINDS = ("compute", "energy", "storage")
_NOT_BY_ROW = ("kind", "name", "site", "system", "repeat", "faults", "early_stopping", "search")


@lru_cache(maxsize=1)
def of_activities() -> tuple[str, ...]:
    """Return the keys of the activities that a row may be, ``site`` among them."""
    names = dict.fromkeys(key for kind in KINDS for key in estimators.model(kind).model_fields)
    own = ("name", "repeat", "system")
    return ("phase", *(name for name in names if name not in own))


@lru_cache(maxsize=1)
def of_systems() -> tuple[str, ...]:
    """Return the keys that describe a machine: figures of a device or an instance."""
    return tuple(System.model_fields)


@lru_cache(maxsize=1)
def of_sites() -> tuple[str, ...]:
    """Return the keys of a site."""
    return tuple(Site.model_fields)


@lru_cache(maxsize=1)
def in_columns() -> dict[str, Dimension | None]:
    """Return the paths of the spec that a column may hold, with the dimension of those of numbers.

    A path is a key of an activity, or ``site.`` and a key of a site.
    """
    paths: dict[str, Dimension | None] = {}
    models: list[tuple[str, type[BaseModel]]] = [("", estimators.model(kind)) for kind in KINDS]
    models.append(("site.", Site))
    for start, model in models:
        for key, field in model.model_fields.items():
            if not start and key in _NOT_BY_ROW:
                continue
            for marker in _markers(field):
                paths.setdefault(start + key, _dimension(marker))
    return paths


def _markers(field: FieldInfo) -> list[Any]:
    """Return what marks the type of a field that is a scalar, also of an optional one."""
    markers = list(field.metadata)
    for inner in getattr(field.annotation, "__args__", ()):
        markers += getattr(inner, "__metadata__", ())
    return [m for m in markers if isinstance(m, QuantityField | Scalar | WordOr)]


def _dimension(marker: Any) -> Dimension | None:
    if isinstance(marker, WordOr):
        marker = marker.quantity
    return marker.dimension if isinstance(marker, QuantityField) else None
