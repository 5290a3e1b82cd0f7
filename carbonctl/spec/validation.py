"""Checks a located tree against a pydantic model and says every fault with its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, Tag, ValidationError

from carbonctl.errors import Problem
from carbonctl.spec.checked import Checked
from carbonctl.spec.fields import Context
from carbonctl.spec.tree import Map, Node, Seq, copy_of, place_of
from carbonctl.text import did_you_mean, resembles

M = TypeVar("M", bound=BaseModel)
Loc = tuple[Any, ...]

_TAG = "\0"  # what the tags of unions begin with: in pydantic's paths, not in the tree
_OF_A_KEY = "[key]"


def _is_tag(part: Any) -> bool:
    return isinstance(part, str) and part.startswith(_TAG)


def problem_at(root: Node, file: str, loc: Loc, message: str, *, key: bool = False) -> Problem:
    """Return a problem at the place of ``loc``; with ``key=True`` at its key."""
    place = place_of(root, loc, key=key)
    path = ".".join(map(str, loc))
    return Problem(place.origin or file, place.line, place.col, message, path)


class Checker:
    """Checks parts of one tree against models, and collects what is wrong with them.

    Parameters
    ----------
    root : Node
        The tree.
    file : str
        What messages call it.
    names : optional
        Knows the ids that it may use; without it they are taken as they are.
    """

    def __init__(self, root: Node, file: str, names: Any) -> None:
        self.root = root
        self.file = file
        self.names = names
        self.problems: list[Problem] = []

    def problem(self, loc: Loc, message: str, *, key: bool = False) -> None:
        """Note what is wrong at a place; with ``key=True`` with its key."""
        self.problems.append(problem_at(self.root, self.file, loc, message, key=key))

    def validate(self, model: type[M], data: Any, at: Loc) -> M | None:
        """Return what a model makes of data that stands at a place; None where it is faulty."""
        try:
            return model.model_validate(data, context=Context(self.names, self.file))
        except ValidationError as errors:
            # With its context, an error would hold the frames that hold it, and be garbage for
            # long.
            faults = errors.errors(include_url=False, include_input=False, include_context=False)
        self.problems += [
            _explain(model, error, self.root, self.file, at)
            for error in faults
            if not (_is_null(self.root, (*at, *error["loc"])) or _is_misspelt(error, faults))
        ]
        return None

    def with_checked(self, model: type[BaseModel], node: Any, at: Loc) -> Any:
        """Return a mapping, or a list of them, with the values of `Checked` keys checked.

        What is faulty is noted and left out.
        """
        if type(node) is Seq:
            items = Seq(
                self.with_checked(model, item, (*at, place)) for place, item in enumerate(node)
            )
            items.place = node.place
            return items
        markers = _checked_keys(model)
        if type(node) is not Map or markers.keys().isdisjoint(node):
            return node
        copy = copy_of(node)
        for key in markers.keys() & copy.keys():
            value = self._checked(markers[key], copy[key], (*at, key))
            if value is None:
                del copy[key]
            else:
                copy[key] = value
        return copy

    def _checked(self, marker: Checked, node: Any, at: Loc) -> Any:
        """Return the value of a `Checked` key; None where it is faulty."""
        if node is None:
            return None  # a key without a value is reported by itself
        if not marker.is_list:
            if isinstance(node, Map) or not marker.or_word:
                return self.validate(marker.model, node, at)
            return self.validate(marker.model, {marker.or_word: node}, at)
        if type(node) is not Seq:
            self.problem(at, f"{at[-1]}: a list is wanted here, each item after a `-`")
            return None
        items = [self.validate(marker.model, item, (*at, n)) for n, item in enumerate(node)]
        return tuple(items) if all(item is not None for item in items) else None

    def unique(self, at: Loc, names: Iterable[str | None], said: str) -> None:
        """Note each name of a list that stands in it before."""
        seen: set[str] = set()
        for place, name in enumerate(names):
            if name in seen:
                self.problem((*at, place, "name"), said.format(name))
            elif name is not None:
                seen.add(name)


@lru_cache(maxsize=64)
def _checked_keys(model: type[BaseModel]) -> dict[str, Checked]:
    """Return the keys of a model that are checked before it."""
    markers = {}
    for name, field in model.model_fields.items():
        for part in (field.annotation, *get_args(field.annotation)):
            for marker in (*field.metadata, *getattr(part, "__metadata__", ())):
                if isinstance(marker, Checked):
                    markers[name] = marker
    return markers


def _is_misspelt(error: Any, faults: list[Any]) -> bool:
    """Whether a key is missing because it is misspelt, which is reported by itself."""
    if error["type"] != "missing":
        return False
    *above, key = error["loc"]
    unknown = [e["loc"] for e in faults if e["type"] == "extra_forbidden"]
    return any([*loc[:-1]] == above and resembles(str(loc[-1]), key) for loc in unknown)


def _is_null(root: Node, loc: Loc) -> bool:
    """Whether a key stands there without a value, which is reported by itself."""
    node: Any = root
    for part in loc:
        if _is_tag(part):
            continue
        try:
            node = node[part]
        except (KeyError, IndexError, TypeError):
            return False
    return node is None


def _explain(model: type[BaseModel], error: Any, root: Node, file: str, at: Loc) -> Problem:
    loc = (*at, *(part for part in error["loc"] if not _is_tag(part)))
    message = error["msg"].removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        close = nearest_key(str(loc[-1]), _keys(model, error["loc"][:-1]))
        return problem_at(root, file, loc, f"unknown key `{loc[-1]}`{close}", key=True)
    if error["type"] == "missing":
        where = f" in {'.'.join(map(str, loc[:-1]))}" if loc[:-1] else ""
        return problem_at(root, file, loc, f"`{loc[-1]}` is missing{where}")
    if loc and loc[-1] == _OF_A_KEY:
        return problem_at(root, file, loc[:-1], message, key=True)
    if error["type"].endswith(("_type", "_parsing")):
        message = _WANTED.get(error["type"], message)
    return problem_at(root, file, loc, _said(loc, message))


_SYNONYMS = {
    "gpus": "devices", "num_gpus": "devices", "n_gpus": "devices", "gpu_count": "devices",
    "gpu": "device", "gpu_type": "device", "gpu_model": "device", "accelerator": "device",
    "hours": "wall_time", "time": "wall_time", "runtime": "wall_time", "duration": "wall_time",
    "elapsed": "wall_time", "gpu_hours": "device_time",
    "region": "grid", "country": "grid", "location": "grid", "zone": "grid",
    "country_iso_code": "grid", "tdp": "rated_power", "max_power": "rated_power",
    "watts": "power", "avg_power": "power", "average_power": "power", "mean_power": "power",
    "idle": "idle_power", "life": "lifetime", "lifespan": "lifetime", "title": "name",
    "node": "system", "machine": "system", "ram": "memory",
}  # fmt: skip


_LIST_OF_SITES = "several sites are a list: [{site: dublin, share: 60 %}, {grid: FR, share: 40 %}]"
_ELSEWHERE = {
    "accelerators": "they belong to a system",
    "silicon": "a list of ACT's is read by `carbonctl embodied --import-act FILE`",
}


def nearest_key(key: str, known: list[str]) -> str:
    """Return what a key may have meant, or which keys there are."""
    synonym = _SYNONYMS.get(key.lower())
    if synonym in known:
        return f"; did you mean `{synonym}`?"
    if key in ("share", "site") and "carbon_intensity" in known:
        return f"; {_LIST_OF_SITES}"
    if key in _ELSEWHERE:
        return f"; {_ELSEWHERE[key]}"
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
    """Return the keys that are valid at ``loc``, pydantic's path, inside a model."""
    here: list[tuple[Any, str]] = [(model, "")]
    for part in loc:
        if _is_tag(part):
            here = [(kind, tag) for kind, tag in here if tag == part]
        else:
            here = [pair for kind, _ in here for pair in _alternatives(_inside(kind, part))]
    models = [kind for kind, _ in here if isinstance(kind, type) and issubclass(kind, BaseModel)]
    fields = models[0].model_fields if models else {}
    return [field.alias or name for name, field in fields.items()]


def _inside(kind: Any, part: Any) -> Any:
    """Return the type of what stands at a key or an index of a type."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        fields = kind.model_fields
        return next((f.annotation for name, f in fields.items() if part in (name, f.alias)), None)
    arguments = get_args(kind)
    return arguments[-1 if get_origin(kind) is dict else 0] if arguments else None


def _alternatives(annotation: Any, tag: str = "") -> Iterator[tuple[Any, str]]:
    """Yield the types of a union, each with the tag that pydantic's paths have for it."""
    if get_origin(annotation) is Annotated:
        inner, *marks = get_args(annotation)
        tags = [mark.tag for mark in marks if isinstance(mark, Tag)]
        yield from _alternatives(inner, tags[0] if tags else tag)
    elif get_origin(annotation) in (Union, UnionType):
        for member in get_args(annotation):
            yield from _alternatives(member, tag)
    else:
        yield annotation, tag
