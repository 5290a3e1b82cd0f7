"""Models as rows: the views behind ``models``."""

from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias

from carbonctl.catalog import Catalog
from carbonctl.catalog.model_rows import ClosedModel, LanguageModel, MediaModel
from carbonctl.catalog.models import NamedModel
from carbonctl.numbers.intervals import Range
from carbonctl.reference import descriptions
from carbonctl.spec.file_names import config_path

Row: TypeAlias = dict[str, Any]
Model: TypeAlias = LanguageModel | ClosedModel | MediaModel

LANGUAGE, CLOSED = "language", "closed"
KINDS = (LANGUAGE, CLOSED, "image", "video")
COLUMNS = descriptions.of("model")
FIGURE_COLUMNS = descriptions.of("hardware figure")
_BILLION, _BYTES_PER_GB, _BYTES_PER_KB = 1e9, 1e9, 1e3
_CACHE_BYTES = 2  # of an element of the cache in bf16


class Filter(NamedTuple):
    """Which models are wanted; None is any.

    Attributes
    ----------
    kind : str or None
        One of `KINDS`.
    maker : str or None
        What ids begin with, in any case.
    years : tuple of int, optional
        The first and the last year of release.
    """

    kind: str | None = None
    maker: str | None = None
    years: tuple[int, int] | None = None


def kind_of(model: Model) -> str:
    """Return what a model is: one of `KINDS`."""
    if isinstance(model, LanguageModel):
        return LANGUAGE
    return CLOSED if isinstance(model, ClosedModel) else model.makes


def maker_of(model: Model) -> str:
    """Return who published a model: what its id begins with."""
    return model.id.partition("/")[0]


def models(catalog: Catalog) -> Iterator[Model]:
    """Yield every model: of language, closed, of images and videos."""
    yield from catalog.models.language()
    yield from catalog.models.closed()
    yield from catalog.models.media()


def rows(catalog: Catalog, wanted: Filter) -> list[Row]:
    """Return one row each of the models that are wanted."""
    return [row(model) for model in models(catalog) if _is_wanted(model, wanted)]


def _is_wanted(model: Model, wanted: Filter) -> bool:
    if wanted.kind not in (None, kind_of(model)):
        return False
    if wanted.maker is not None and maker_of(model).casefold() != wanted.maker.casefold():
        return False
    year = getattr(model, "year", None)
    if wanted.years is None:
        return True
    return year is not None and wanted.years[0] <= year <= wanted.years[1]


def row(model: Model) -> Row:
    """Return one line of the list of models."""
    filled: Row = dict.fromkeys(COLUMNS)
    filled.update(
        id=model.id, kind=kind_of(model), year=getattr(model, "year", None),
        aliases=" ".join(model.aliases), confidence=model.confidence, source=model.source,
        note=model.note or None,
    )  # fmt: skip
    if isinstance(model, ClosedModel):
        filled.update(_energy(model.wh_per_request), boundary=model.boundary or None)
        return filled
    filled.update(_media(model) if isinstance(model, MediaModel) else _language(model))
    return filled


def _media(model: MediaModel) -> Row:
    return {
        "parameters_b": model.shape.parameters / _BILLION, "layers": model.shape.layers,
        "hidden_size": model.shape.width, "steps": model.steps,
    }  # fmt: skip


def _language(model: LanguageModel) -> Row:
    shape = model.shape
    return {
        "parameters_b": shape.parameters / _BILLION, "active_b": shape.active / _BILLION,
        "layers": shape.layers, "hidden_size": model.hidden_size,
        "experts": shape.experts or None, "experts_per_token": shape.experts_per_token or None,
        "context": shape.context, "precision": model.precision, "modality": model.modality,
    }  # fmt: skip


def _energy(energy: Range | None) -> Row:
    if energy is None:
        return {}
    return {"wh_per_request": energy.best, "wh_low": energy.low, "wh_high": energy.high}


def find(catalog: Catalog, name: str) -> Model:
    """Return the model of this name, or that of a config.json; its precision is as it is named.

    Raises
    ------
    LookupError
        With the nearest names; where there is no such config.json.
    InputError
        Where a config.json is none of a model.
    """
    path = config_path(name)
    model = catalog.models.find_any(name) if path is None else catalog.language_model(path)
    if not isinstance(model, NamedModel):
        return model
    return model.model._replace(precision=model.precision)


def facts(model: Model) -> Row:
    """Return what is said of a model beside its figures."""
    year = getattr(model, "year", None) or None  # a config.json says none
    said: Row = {"id": model.id, "kind": kind_of(model), "year": year}
    if isinstance(model, LanguageModel):
        said |= {"reads": model.modality, "precision": model.precision}
    if isinstance(model, MediaModel):
        said["attention"] = "linear" if model.shape.has_linear_attention else "full"
    if isinstance(model, ClosedModel):
        said["boundary"] = model.boundary_note
        said["used as"] = _use(model)
    said["also called"] = ", ".join(model.aliases)
    said["notes"] = model.note
    return {key: value for key, value in said.items() if value not in (None, "")}


def _use(model: ClosedModel) -> str:
    if model.wh_per_request is None:
        return "give energy_per_request, or parameters of your own"
    return "energy of a request, published, not modelled; its size is never used"


def figures(model: Model) -> list[Row]:
    """Return the figures of a model, each with its source."""
    if isinstance(model, LanguageModel):
        known = _language_figures(model)
    elif isinstance(model, MediaModel):
        known = _media_figures(model)
    else:
        known = [
            ("energy_per_request", model.wh_per_request, "Wh", None),
            ("active_parameters", model.active_b, "B", "an estimate by third parties, never used"),
        ]
    return [_figure(model, *entry) for entry in known if entry[1] is not None]


def _figure(model: Model, name: str, number: Any, unit: str, note: str | None) -> Row:
    is_ranged = isinstance(number, Range)
    return {
        "figure": name, "value": number.best if is_ranged else number, "unit": unit,
        "low": number.low if is_ranged else None, "high": number.high if is_ranged else None,
        "confidence": model.confidence, "source": model.source or None, "note": note,
    }  # fmt: skip


_Known: TypeAlias = list[tuple[str, Any, str, str | None]]


def _language_figures(model: LanguageModel) -> _Known:
    shape = model.shape
    per_token = _CACHE_BYTES * shape.cache_elements * shape.attention_layers / _BYTES_PER_KB
    return [
        ("parameters", shape.parameters / _BILLION, "B", None),
        ("active_parameters", shape.active / _BILLION, "B", None),
        ("parameters in experts", shape.expert_parameters / _BILLION or None, "B", "derived"),
        ("experts", shape.experts or None, "", None),
        ("experts of a token", shape.experts_per_token or None, "", None),
        ("layers", shape.layers, "", None),
        ("layers with full attention", shape.full_layers or None, "", None),
        ("layers with a window", shape.window_layers or None, "", None),
        ("window", shape.window or None, "tokens", None),
        ("hidden size", model.hidden_size, "", None),
        ("attention width", shape.attention_width, "", None),
        ("cache of a token", per_token, "kB", "in bf16, before any window"),
        ("state of a sequence", shape.state_bytes / _BYTES_PER_GB or None, "GB", None),
        ("context", shape.context, "tokens", None),
    ]


def _media_figures(model: MediaModel) -> _Known:
    shape = model.shape
    return [
        ("parameters", shape.parameters / _BILLION, "B", "of the denoiser"),
        ("layers", shape.layers, "", None),
        ("hidden size", shape.width, "", None),
        ("patch", shape.patch, "pixels", None),
        ("frames of a token", shape.frame_step, "", None),
        ("guidance", shape.guidance, "", "passes of a step"),
        ("steps", model.steps, "", "as measured with"),
    ]


def unknown(model: Model) -> list[str]:
    """Return what is not known of a closed model."""
    if isinstance(model, ClosedModel):
        missing = ["parameters"]
        return missing if model.wh_per_request is not None else [*missing, "energy_per_request"]
    return []
