"""Models by name: language models, closed ones, and models of images and videos.

They are read where a workload names a model, and not before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Generic, NamedTuple, Protocol, TypeVar

from carbonctl.catalog.tables import Row, first, number
from carbonctl.factors.model_shapes import MediaShape, ModelShape
from carbonctl.numbers.intervals import Range
from carbonctl.text import fold, may_search, nearest

LANGUAGE, CLOSED, MEDIA = "models/language.csv", "models/closed.csv", "models/media.csv"
PRECISIONS = ("fp32", "bf16", "fp16", "fp8", "int8", "int4", "mxfp4", "nvfp4")
BOUNDARIES = ("chip", "node", "facility")
LISTING = "`carbonctl models list` lists them all"
_BILLION = 1e9


class LanguageModel(NamedTuple):
    """An open language model.

    Attributes
    ----------
    id, aliases : str, tuple of str
        The name under which it is published, and others. Of an alias ``name=fp8`` the weights
        are fp8.
    year : int
        Of release.
    shape : ModelShape
        Its dimensions.
    hidden_size : float
        Width of a layer.
    precision : str
        Of its weights, as they are published.
    modality : str
        What it reads: text, image, audio, video.
    source, confidence, note : str
        Keys of sources.yaml; high, medium or low; and what else is to be known.
    """

    id: str
    aliases: tuple[str, ...]
    year: int
    shape: ModelShape
    hidden_size: float
    precision: str
    modality: str
    source: str
    confidence: str
    note: str

    @property
    def name(self) -> str:
        """Its name without that of its maker."""
        return self.id.rpartition("/")[2]


class ClosedModel(NamedTuple):
    """A model whose parameters are not published.

    Attributes
    ----------
    id, aliases, year
        As of `LanguageModel`.
    wh_per_request : Range or None
        Published or estimated energy of a request [Wh]; None where there is none.
    boundary : str
        What that energy holds: chip, node or facility; empty without a figure.
    boundary_note : str
        The boundary in the words of its source.
    active_b : Range or None
        Estimated active parameters [10⁹], which no account uses.
    source, confidence, note : str
        As of `LanguageModel`.
    """

    id: str
    aliases: tuple[str, ...]
    year: int
    wh_per_request: Range | None
    boundary: str
    boundary_note: str
    active_b: Range | None
    source: str
    confidence: str
    note: str

    @property
    def name(self) -> str:
        """Its name without that of its maker."""
        return self.id.rpartition("/")[2]


class MediaModel(NamedTuple):
    """A diffusion model of images or videos.

    Attributes
    ----------
    id, aliases
        As of `LanguageModel`.
    makes : str
        image or video.
    shape : MediaShape
        Its dimensions.
    steps : float
        Denoising steps that its maker suggests.
    source, confidence, note : str
        As of `LanguageModel`.
    """

    id: str
    aliases: tuple[str, ...]
    makes: str
    shape: MediaShape
    steps: float
    source: str
    confidence: str
    note: str

    @property
    def name(self) -> str:
        """Its name without that of its maker."""
        return self.id.rpartition("/")[2]


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
        return _Index(list(first(self._folders, LANGUAGE, _language_model, _NOT).values()))

    @cached_property
    def _closed(self) -> _Index[ClosedModel]:
        return _Index(list(first(self._folders, CLOSED, _closed_model, _NOT).values()))

    @cached_property
    def _media(self) -> _Index[MediaModel]:
        return _Index(list(first(self._folders, MEDIA, _media_model, _NOT).values()))

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
                raise LookupError(f"`{name}` makes images or videos: it goes with media_serving")
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
                raise LookupError(f"`{name}` is a language model: it goes with llm_serving")
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
    """Return what an unknown name may mean: names that are alike, else those of its family."""
    plain = name.rpartition("/")[2]
    close = nearest(name, known, _MOST_NEAR) or nearest(plain, known, _MOST_NEAR)
    if close:
        said = ", ".join(f"`{other}`" for other in close)
        return f"; did you mean {said}?" if len(close) == 1 else f"; the nearest are {said}"
    family = _FAMILY.match(plain)
    if family is None or not may_search():
        return ""
    alike = [other for other in known if _is_of(family[0], other)]
    more = ", …" if len(alike) > _MOST_OF_FAMILY else ""
    said = ", ".join(f"`{other}`" for other in alike[:_MOST_OF_FAMILY])
    return f"; of its family there are {said}{more}" if alike else ""


def _is_of(family: str, name: str) -> bool:
    first_word = _FAMILY.match(name.rpartition("/")[2])
    return first_word is not None and first_word[0].casefold() == family.casefold()


def _required(row: Row, key: str, least: float = 0.0) -> float:
    value = number(row[key], least)
    if value is None:
        raise ValueError(f"{key} is missing")
    return value


def _optional(row: Row, key: str) -> float:
    return number(row[key]) or 0.0


def _language_model(row: Row) -> tuple[str, LanguageModel]:
    """Read a row of models/language.csv.

    Raises
    ------
    ValueError
        Where its figures do not go together.
    """
    shape = _shape(row)
    if not 0 < shape.active <= shape.parameters:
        raise ValueError("active_b must be above 0 and at most parameters_b")
    if not 0 <= shape.expert_parameters <= shape.parameters:
        raise ValueError("the experts have more parameters than the model")
    if shape.attention_layers > shape.layers:
        raise ValueError("full_layers and window_layers are more than layers")
    if row["precision"] not in PRECISIONS:
        raise ValueError(f"precision is one of {', '.join(PRECISIONS)}")
    model = LanguageModel(
        row["id"], tuple(row["aliases"].split()), int(row["year"]), shape,
        _required(row, "hidden_size"), row["precision"], row["modality"],
        row["source"], row["confidence"], row["note"],
    )  # fmt: skip
    return model.id.casefold(), model


def _shape(row: Row) -> ModelShape:
    experts = _optional(row, "experts")
    in_experts = 0.0
    if experts:
        per_expert = _required(row, "expert_matrices") * _required(row, "hidden_size")
        in_experts = _required(row, "expert_layers") * experts * per_expert
        in_experts *= _required(row, "expert_size")
    return ModelShape(
        parameters=_required(row, "parameters_b") * _BILLION,
        active=_required(row, "active_b") * _BILLION,
        expert_parameters=in_experts,
        experts=experts,
        experts_per_token=_required(row, "experts_per_token") if experts else 0.0,
        layers=_required(row, "layers"),
        cache_elements=_required(row, "cache_elements"),
        full_layers=_required(row, "full_layers"),
        window_layers=_optional(row, "window_layers"),
        window=_optional(row, "window"),
        attention_width=_required(row, "attention_width"),
        state_bytes=_optional(row, "state_bytes"),
        context=_required(row, "context"),
    )


def _closed_model(row: Row) -> tuple[str, ClosedModel]:
    """Read a row of models/closed.csv.

    Raises
    ------
    ValueError
        Where its figures do not go together.
    """
    energy = _range(row, "wh_per_request", "wh_low", "wh_high")
    boundary = row["boundary"]
    if (energy is None) != (not boundary) or (boundary and boundary not in BOUNDARIES):
        raise ValueError(f"an energy goes with a boundary: {', '.join(BOUNDARIES)}")
    model = ClosedModel(
        row["id"], tuple(row["aliases"].split()), int(row["year"]), energy, boundary,
        row["boundary_note"], _range(row, "active_b", "active_low_b", "active_high_b"),
        row["source"], row["confidence"], row["note"],
    )  # fmt: skip
    return model.id.casefold(), model


def _range(row: Row, *keys: str) -> Range | None:
    best, low, high = (number(row[key]) for key in keys)
    if best is None and low is None and high is None:
        return None
    if best is None or low is None or high is None or not 0 < low <= best <= high:
        raise ValueError(f"{', '.join(keys)} are not in order")
    return Range(best, low, high)


def _media_model(row: Row) -> tuple[str, MediaModel]:
    """Read a row of models/media.csv.

    Raises
    ------
    ValueError
        Where a figure is missing, or a word is unknown.
    """
    if row["makes"] not in ("image", "video"):
        raise ValueError("makes is image or video")
    if row["attention"] not in ("full", "linear"):
        raise ValueError("attention is full or linear")
    shape = MediaShape(
        parameters=_required(row, "parameters_b") * _BILLION,
        layers=_required(row, "layers"),
        width=_required(row, "hidden_size"),
        patch=_required(row, "patch", 1),
        frame_step=_required(row, "frame_step", 1),
        guidance=_required(row, "guidance", 1),
        has_linear_attention=row["attention"] == "linear",
    )
    model = MediaModel(
        row["id"], tuple(row["aliases"].split()), row["makes"], shape, _required(row, "steps", 1),
        row["source"], row["confidence"], row["note"],
    )  # fmt: skip
    return model.id.casefold(), model
