"""Checks a located tree against a pydantic model and says every fault with its place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from carbonctl.errors import Problem
from carbonctl.located import Node, place_of
from carbonctl.near import did_you_mean

M = TypeVar("M", bound=BaseModel)
Loc = tuple[Any, ...]

BRANCHES = frozenset(
    {"inline", "named", "shares"}
)  # tags of unions: in pydantic's paths, not in the tree


def problem_at(root: Node, file: str, loc: Loc, message: str, *, key: bool = False) -> Problem:
    """Return a problem at the place of ``loc``; with ``key=True`` at its key."""
    place = place_of(root, loc, key=key)
    path = ".".join(map(str, loc))
    return Problem(place.origin or file, place.line, place.col, message, path)


def check(
    model: type[M], data: Any, root: Node, file: str, at: Loc = (), context: Any = None
) -> tuple[M | None, list[Problem]]:
    """Validate ``data``, which stands at ``at`` in ``root``.

    Returns
    -------
    instance, problems
        The instance is None where there are problems.
    """
    try:
        return model.model_validate(data, context=context), []
    except ValidationError as errors:
        found = errors.errors(include_url=False, include_input=False)
        told = [_explain(model, error, root, file, at) for error in found
                if not _is_null(root, (*at, *error["loc"]))]  # fmt: skip
        return None, told


def _is_null(root: Node, loc: Loc) -> bool:
    """Whether a key stands there without a value, which is reported by itself."""
    node: Any = root
    for part in loc:
        if part in BRANCHES:
            continue
        try:
            node = node[part]
        except (KeyError, IndexError, TypeError):
            return False
    return node is None


def _explain(model: type[BaseModel], error: Any, root: Node, file: str, at: Loc) -> Problem:
    inner = tuple(part for part in error["loc"] if part not in BRANCHES)
    loc = (*at, *inner)
    if error["type"] == "extra_forbidden":
        close = _valid(str(loc[-1]), _keys(model, inner[:-1]))
        return problem_at(root, file, loc, f"unknown key `{loc[-1]}`{close}", key=True)
    if error["type"] == "missing":
        where = f" in {'.'.join(map(str, loc[:-1]))}" if loc[:-1] else ""
        return problem_at(root, file, loc, f"`{loc[-1]}` is missing{where}")
    message = error["msg"].removeprefix("Value error, ")
    if error["type"].endswith(("_type", "_parsing")):
        message = _WANTED.get(error["type"], message)
    return problem_at(root, file, loc, _said(loc, message))


_SYNONYMS = {
    "gpus": "devices", "gpu": "device", "hours": "wall_time", "time": "wall_time",
    "region": "grid", "country": "grid", "tdp": "rated_power", "watts": "power",
    "title": "name", "gpu_hours": "device_time", "accelerator": "device",
}  # fmt: skip


def _valid(key: str, known: list[str]) -> str:
    """Return what a key may have meant, or which keys there are."""
    synonym = _SYNONYMS.get(key.lower())
    if synonym in known:
        return f"; did you mean `{synonym}`?"
    return did_you_mean(key, known) or f"; there are {', '.join(known)}"


_WANTED = {
    "model_type": "a mapping of keys to values is wanted here",
    "dict_type": "a mapping of keys to values is wanted here",
    "list_type": "a list is wanted here",
    "tuple_type": "a list is wanted here",
    "string_type": "a text is wanted here",
    "bool_parsing": "yes or no is wanted here",
}


def _said(loc: Loc, message: str) -> str:
    names = [str(part) for part in loc if not isinstance(part, int)]
    is_item = not loc or isinstance(loc[-1], int)
    return message if is_item else f"{names[-1]}: {message}"


def _keys(model: type[BaseModel], loc: Loc) -> list[str]:
    """Return the keys that are valid at ``loc`` inside a model."""
    here: type[BaseModel] = model
    for part in loc:
        if part not in here.model_fields:
            continue  # a key of a mapping of models
        inner = list(_models(here.model_fields[part].annotation))
        if not inner:
            return []
        here = inner[-1]
    return [field.alias or name for name, field in here.model_fields.items()]


def _models(annotation: Any) -> Iterable[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)
