"""Models by name: language models, closed ones, and models of images and videos.

They are read where a workload names a model, and not before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Generic, NamedTuple, Protocol, TypeVar

from carbonctl.catalog.model_rows import (
    PRECISIONS,
    ClosedModel,
    LanguageModel,
    MediaModel,
    closed_model,
    language_model,
    media_model,
)
from carbonctl.catalog.tables import first
from carbonctl.text import fold, may_search, nearest

LANGUAGE, CLOSED, MEDIA = "models/language.csv", "models/closed.csv", "models/media.csv"
LISTING = "`carbonctl models list` lists them all"


class NamedModel(NamedTuple):
    """A language model as a workload names it: with the precision that its name says."""

    model: LanguageModel
    precision: str


class _Named(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def aliases(self) -> tuple[str, ...]: ...


M = TypeVar("M", bound=_Named)


class _Index(Generic[M]):
    """Models by id, alias and name without the maker, as `fold` compares them."""

    def __init__(self, models: Sequence[M]) -> None:
        self.models = models
        self._named: dict[str, tuple[M, str]] = {}
        for model in models:
            for alias in (model.id, *model.aliases):
                name, _, precision = alias.partition("=")
                self._named.setdefault(fold(name), (model, precision))
        for name, known in [*self._plain()]:
            self._named.setdefault(fold(name), known)

    def _plain(self) -> Iterator[tuple[str, tuple[M, str]]]:
        for model in self.models:
            for alias in (model.id, *model.aliases):
                name, _, precision = alias.partition("=")
                yield name.rpartition("/")[2], (model, precision)

    def get(self, name: str) -> tuple[M, str] | None:
        """Return the model of a name, and the precision that the name says or nothing."""
        return self._named.get(fold(name))

    @property
    def names(self) -> list[str]:
        """Every id and alias, without precisions."""
        return [a.partition("=")[0] for model in self.models for a in (model.id, *model.aliases)]


class Models:
    """The models of some folders; the first folder that has one takes precedence.

    Parameters
    ----------
    folders : sequence of Path
        Of the form of hardware_db.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders

    @cached_property
    def _language(self) -> _Index[LanguageModel]:
        return _Index(list(first(self._folders, LANGUAGE, language_model, _NOT).values()))

    @cached_property
    def _closed(self) -> _Index[ClosedModel]:
        return _Index(list(first(self._folders, CLOSED, closed_model, _NOT).values()))

    @cached_property
    def _media(self) -> _Index[MediaModel]:
        return _Index(list(first(self._folders, MEDIA, media_model, _NOT).values()))

    def language(self) -> Iterator[LanguageModel]:
        """Yield every open language model, in the order of the tables."""
        yield from self._language.models

    def closed(self) -> Iterator[ClosedModel]:
        """Yield every closed model, in the order of the tables."""
        yield from self._closed.models

    def media(self) -> Iterator[MediaModel]:
        """Yield every model of images and videos, in the order of the tables."""
        yield from self._media.models

    def get(self, name: str) -> NamedModel | ClosedModel | None:
        """Return the language model of this id or alias, in any case; None where none has it.

        A precision behind a known name is that of its weights: ``Qwen3-32B-FP8``.
        """
        known = self._language.get(name)
        if known is not None:
            return NamedModel(known[0], known[1] or known[0].precision)
        closed = self._closed.get(name)
        if closed is not None:
            return closed[0]
        base, _, precision = name.strip().rpartition("-")
        known = self._language.get(base) if precision.casefold() in PRECISIONS else None
        return None if known is None else NamedModel(known[0], precision.casefold())

    def find(self, name: str) -> NamedModel | ClosedModel:
        """Return the language model of this name, as `get` does.

        Raises
        ------
        LookupError
            With the nearest names, where there is none.
        """
        model = self.get(name)
        if model is None:
            if self._media.get(name) is not None:
                raise LookupError(f"`{name}` makes images or videos: use it with media_serving")
            hint = _near(name, [*self._language.names, *self._closed.names])
            raise LookupError(f"unknown model `{name}`{hint}; or give `parameters` ({LISTING})")
        return model

    def find_media(self, name: str) -> MediaModel:
        """Return the model of images or videos of this id or alias, in any case.

        Raises
        ------
        LookupError
            With the nearest names, where there is none.
        """
        known = self._media.get(name)
        if known is None:
            if self.get(name) is not None:
                raise LookupError(f"`{name}` is a language model: use it with llm_serving")
            hint = _near(name, self._media.names)
            raise LookupError(f"unknown model `{name}`{hint}; or give `parameters` ({LISTING})")
        return known[0]

    def find_any(self, name: str) -> NamedModel | ClosedModel | MediaModel:
        """Return the model of this name, of language, images or videos.

        Raises
        ------
        LookupError
            With the nearest names, where there is none.
        """
        known = self._media.get(name)
        if known is not None:
            return known[0]
        model = self.get(name)
        if model is None:
            every = [*self._language.names, *self._closed.names, *self._media.names]
            raise LookupError(f"unknown model `{name}`{_near(name, every)} ({LISTING})")
        return model


_NOT = "not a model: "
_MOST_NEAR, _MOST_OF_FAMILY = 3, 6
_FAMILY = re.compile(r"[^\W\d_]{3,}")


def _near(name: str, known: list[str]) -> str:
    """Return what an unknown name may mean: names that are alike, else the ids of its family."""
    plain = name.rpartition("/")[2]
    close = nearest(name, known, _MOST_NEAR) or nearest(plain, known, _MOST_NEAR)
    if close:
        said = ", ".join(f"`{other}`" for other in close)
        return f"; the nearest {'is' if len(close) == 1 else 'are'} {said}"
    family = _FAMILY.match(plain)
    if family is None or not may_search():
        return ""
    ids = (other for other in reversed(known) if "/" in other)  # the newest first
    alike = [other for other in ids if _is_of(family[0], other)]
    maker = name.partition("/")[0].casefold()
    alike.sort(key=lambda other: other.partition("/")[0].casefold() != maker)
    more = ", …" if len(alike) > _MOST_OF_FAMILY else ""
    said = ", ".join(f"`{other}`" for other in alike[:_MOST_OF_FAMILY])
    return f"; of its family there are {said}{more}" if alike else ""


def _is_of(family: str, name: str) -> bool:
    first_word = _FAMILY.match(name.rpartition("/")[2])
    return first_word is not None and first_word[0].casefold() == family.casefold()
