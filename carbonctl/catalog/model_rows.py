"""The rows of models/*.csv: language models, closed ones, and models of images and videos."""

from __future__ import annotations

from pathlib import PurePath
from typing import NamedTuple

from carbonctl.catalog.tables import Row, number
from carbonctl.factors.model_shapes import MediaShape, ModelShape
from carbonctl.numbers.intervals import Range

PRECISIONS = ("fp32", "bf16", "fp16", "fp8", "int8", "int4", "mxfp4", "nvfp4")
BOUNDARIES = ("chip", "node", "facility")
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
    digest : str
        Of the config.json that it is read from, whose path is its id; empty of a row.
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
    digest: str = ""

    @property
    def name(self) -> str:
        """Its name without that of its maker; of a config.json the folder is part of it."""
        if self.digest:
            return "/".join(PurePath(self.id).parts[-2:])
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
        Denoising steps that it was measured with.
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


def _required(row: Row, key: str, least: float = 0.0) -> float:
    value = number(row[key], least)
    if value is None:
        raise ValueError(f"{key} is missing")
    return value


def _optional(row: Row, key: str) -> float:
    return number(row[key]) or 0.0


def language_model(row: Row) -> tuple[str, LanguageModel]:
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


def closed_model(row: Row) -> tuple[str, ClosedModel]:
    """Read a row of models/closed.csv.

    Raises
    ------
    ValueError
        Where its figures do not go together.
    """
    energy = _range(row, "wh_per_request", "wh_low", "wh_high")
    boundary = row["boundary"]
    if (energy is None) != (not boundary) or (boundary and boundary not in BOUNDARIES):
        raise ValueError(f"an energy needs a boundary: {', '.join(BOUNDARIES)}")
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


def media_model(row: Row) -> tuple[str, MediaModel]:
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
