"""Gives the values of a checked workload their names, and the paths at which they stand."""

from typing import Any

from carbonctl.numbers.values import Value
from carbonctl.spec.systems import Spec


def place_values(model: Spec, path: str) -> None:
    """Give the values of a model their names and paths, while nobody else knows the model."""
    values, fields = vars(model), type(model).model_fields
    for name in model.model_fields_set:
        if type(values[name]) is not str:
            key = fields[name].alias or name
            values[name] = placed(values[name], key, f"{path}.{key}")


def placed(given: Any, key: str, path: str) -> Any:
    """Return what a key of a model holds, named and placed; values in a list by the list."""
    kind = type(given)
    if kind is Value:
        return given.named(key, path)
    if kind is dict:
        return {name: placed(item, name, f"{path}.{name}") for name, item in given.items()}
    if kind is tuple:
        return tuple(
            placed(item, key, path if type(item) is Value else f"{path}.{place}")
            for place, item in enumerate(given)
        )
    if isinstance(given, Spec):
        place_values(given, path)
    return given
