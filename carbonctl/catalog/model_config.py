"""The shape of a language model from its config.json, as Hugging Face models have it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from carbonctl.catalog import config_families as families
from carbonctl.catalog.model_precision import precision
from carbonctl.catalog.model_rows import LanguageModel
from carbonctl.errors import InputError, Problem
from carbonctl.factors.model_shapes import ModelShape
from carbonctl.spec.files import read

# Two matrices in a feed-forward layer; all other kinds of model have three, of which one gates.
_UNGATED = frozenset((
    "bloom", "falcon", "gpt2", "gpt_bigcode", "gpt_neox", "mpt", "nemotron", "opt", "phi",
    "starcoder2",
))  # fmt: skip
_STATE_BYTES = 4  # of an element of a recurrent state
_DIGITS = 12  # of a digest, which tell files apart
_MOST_LAYERS = 10_000  # more than any model has


def language_model(path: Path, written: str = "") -> LanguageModel:
    """Return the model that a config.json describes.

    Parameters
    ----------
    path : Path
        Of the file.
    written : str
        The path as a workload has it, which is the id of the model; the same unless given.

    Raises
    ------
    LookupError
        Where there is no such file.
    InputError
        Where the file cannot be read, or lacks what a shape is made of.
    """
    try:
        data = read(path)
        model = from_config(json.loads(data.decode("utf-8-sig")), written or str(path))
        return model._replace(digest=sha256(data).hexdigest()[:_DIGITS])
    except FileNotFoundError:
        said = f"there is no file `{written or path}`"
        if "://" in written:
            said = f"`{written}` is an address: download the file, and give its path"
        raise LookupError(said) from None
    except (OSError, ValueError, RecursionError) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise InputError(
            [Problem(str(path), 1, 1, f"not the config.json of a model: {said}")]
        ) from None


def from_config(config: Any, name: str) -> LanguageModel:
    """Return the model that the keys of a config.json describe.

    Parameters
    ----------
    config : mapping
        As it is read; of a model that reads images, its ``text_config`` counts.
    name : str
        What the model is called.

    Returns
    -------
    LanguageModel
        Its precision is empty where the file does not tell it; ``note`` then says why.

    Raises
    ------
    ValueError
        With the key that is missing, no number, or not read; where numbers do not go together.
    """
    if not isinstance(config, Mapping):
        raise ValueError("a mapping is wanted")
    keys = families.flattened(config)
    known, unread = precision(keys)
    return LanguageModel(
        name, (), 0, _Reader(keys).shape(), _Reader(keys).number("width"), known,
        "text", "", "medium", unread or "from its config.json",
    )  # fmt: skip


class _Reader:
    """Reads dimensions under the names that different models give them."""

    def __init__(self, keys: Mapping[str, Any]) -> None:
        self.keys = keys

    def key(self, what: str) -> str:
        """Return the key that says something, by the first of its names where none does."""
        names = families.NAMES.get(what, (what,))
        return next((name for name in names if self.keys.get(name) is not None), names[0])

    def number(self, what: str, default: float | None = None, least: int = 1) -> float:
        """Return a whole number that is not below the least; its default where it is left out."""
        key = self.key(what)
        value = self.keys.get(key)
        if value is None:
            if default is None:
                raise ValueError(f"`{key}` is missing")
            return default
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e12:
            raise ValueError(f"`{key}`: `{str(value)[:40]}` is not a number of 0 or more")
        if value < least:
            raise ValueError(f"`{key}` must be above 0")
        if value % 1:
            raise ValueError(f"`{key}`: `{str(value)[:40]}` is not a whole number")
        return float(value)

    def at_most(self, what: str, other: str) -> float:
        """Return a number that is not above another one."""
        number, most = self.number(what), self.number(other)
        if number > most:
            said = f"`{self.key(what)}` ({number:g}) exceeds `{self.key(other)}` ({most:g})"
            raise ValueError(said)
        return number

    def shape(self) -> ModelShape:
        families.refuse_unread(self.keys)
        layers, width = self.number("layers"), self.number("width")
        if layers > _MOST_LAYERS:
            raise ValueError(f"`{self.key('layers')}`: no model has {layers:g} layers")
        full, windowed, recurrent = self._attention()
        experts = self._experts()
        in_experts = self._in_experts() if experts else 0.0
        vocabulary = self.number("vocabulary") * width
        tables = 1 if self.keys.get("tie_word_embeddings") else 2
        rest = layers * self._attention_parameters() + self._outside_experts() + tables * vocabulary
        chosen = self.at_most("experts_per_token", "experts") if experts else 0.0
        total = rest + in_experts
        active = total - in_experts * (1 - chosen / experts) if experts else total
        return ModelShape(
            total, active, in_experts, experts, chosen, layers, self._cache_elements(), full,
            windowed, self._window() if windowed else 0.0,
            self.number("heads") * self._head(), recurrent * self._state(),
            self.number("context"),
        )  # fmt: skip

    def _head(self) -> float:
        width = self.number("width") / max(self.number("heads"), 1.0)
        return self.number("v_head_dim", self.number("head_dim", width))

    def _experts(self) -> float:
        """Return the routed experts of a layer; 0 of a dense model, as of one with one expert."""
        experts = self.number("experts", 0.0, least=0)
        return experts if experts > 1 else 0.0

    def _attention(self) -> tuple[float, float, float]:
        """Return the layers with full attention, with a window, and with a recurrent state."""
        layers = self.number("layers")
        kinds = self._layer_types()
        if kinds is not None:
            counts = [float(sum(str(kind).startswith(word) for kind in kinds)) for word in
                      ("full", "sliding", "chunked", "linear")]  # fmt: skip
            if sum(counts) != len(kinds) or len(kinds) != layers:
                raise ValueError("`layer_types` has layers that are not known: give `parameters`")
            if counts[1] and counts[2]:
                raise ValueError("`layer_types` has windows of two kinds: give `parameters`")
            return counts[0], counts[1] + counts[2], counts[3]
        if not self.keys.get("sliding_window") or self.keys.get("use_sliding_window") is False:
            return layers, 0.0, 0.0
        pattern = self.number("pattern", 0.0)
        full = float(layers // pattern) if pattern else 0.0
        if "max_window_layers" in self.keys:  # the first of them have none
            full = min(self.number("max_window_layers", layers, least=0), layers)
        return full, layers - full, 0.0

    def _layer_types(self) -> list[Any] | None:
        """Return the kind of attention of each layer; None where nothing says it.

        Those of Llama 4 without rotary positions attend to all tokens, the others to a chunk.
        """
        kinds, rotary = self.keys.get("layer_types"), self.keys.get("no_rope_layers")
        if isinstance(kinds, list):
            return kinds
        if self.keys.get("full_attention_interval") is not None:
            every = int(self.number("full_attention_interval"))
            kinds = [layer % every for layer in range(1, int(self.number("layers")) + 1)]
            return ["linear_attention" if kind else "full_attention" for kind in kinds]
        if not self.keys.get("attention_chunk_size"):
            return None
        layers = int(self.number("layers"))
        if not isinstance(rotary, list) or not rotary:
            every = max(int(self.number("no_rope_layer_interval", 4.0)), 1)
            rotary = [(layer + 1) % every for layer in range(layers)]
        return ["chunked_attention" if is_rotary else "full_attention" for is_rotary in rotary]

    def _window(self) -> float:
        """Return the tokens that a layer with a window attends to, or one with chunks."""
        kinds = self._layer_types() or ()
        is_chunked = any(str(kind).startswith("chunked") for kind in kinds)
        return self.number("attention_chunk_size" if is_chunked else "sliding_window")

    def _state(self) -> float:
        if "linear_num_value_heads" not in self.keys:
            return 0.0
        per_head = self.number("linear_key_head_dim") * self.number("linear_value_head_dim")
        return self.number("linear_num_value_heads") * per_head * _STATE_BYTES

    def _cache_elements(self) -> float:
        if self.keys.get("kv_lora_rank"):
            return self.number("kv_lora_rank") + self.number("qk_rope_head_dim")
        return 2 * self._kv_heads() * self._head()

    def _kv_heads(self) -> float:
        if self.keys.get("multi_query") and not self.keys.get("new_decoder_architecture"):
            return 1.0
        if self.keys.get(self.key("kv_heads")) is None:
            return self.number("heads")
        return self.at_most("kv_heads", "heads")

    def _attention_parameters(self) -> float:
        """Return the parameters of one layer's attention."""
        width, heads, head = self.number("width"), self.number("heads"), self._head()
        if not self.keys.get("kv_lora_rank"):
            return 2 * width * heads * head + 2 * width * self._kv_heads() * head
        rank, rope = self.number("kv_lora_rank"), self.number("qk_rope_head_dim")
        query_head, query_rank = (
            self.number("qk_nope_head_dim") + rope,
            self.number("q_lora_rank", 0.0, least=0),
        )
        query = width * heads * query_head
        if query_rank:
            query = query_rank * (width + heads * query_head)
        key = width * (rank + rope) + rank * heads * (query_head - rope + head)
        return query + key + heads * head * width

    def _matrices(self) -> float:
        return 2.0 if str(self.keys.get("model_type")) in _UNGATED else 3.0

    def _expert_layers(self) -> float:
        layers = self.number("layers")
        if self.number("dense_first", 0.0, least=0) > layers:
            self.at_most("dense_first", "layers")
        return float(sum(families.has_experts(self.keys, layer) for layer in range(int(layers))))

    def _in_experts(self) -> float:
        per_expert = self._matrices() * self.number("width") * self._expert_size()
        return self._expert_layers() * self.number("experts") * per_expert

    def _expert_size(self) -> float:
        """Return the hidden size of an expert."""
        if self.keys.get("moe_intermediate_size") is not None:
            return self.number("moe_intermediate_size")
        return self.number("ffn")

    def _shared(self) -> float:
        """Return the experts that all tokens pass; where no key has them, one in Llama 4."""
        family = families.family_of(self.keys)
        if family.startswith("ernie") and self.keys.get("moe_num_shared_experts") is None:
            raise ValueError("`moe_num_shared_experts` is missing")  # there are models with 0 and 2
        of_family = 1.0 if family.startswith("llama4") else 0.0
        return self.number("shared_experts", of_family, least=0)

    def _outside_experts(self) -> float:
        """Return the parameters of feed-forward layers, but for routed experts."""
        per_size = self._matrices() * self.number("width")
        layers = self.number("layers")
        if not self._experts():
            return layers * per_size * self.number("ffn", 4 * self.number("width"))
        with_experts = self._expert_layers()
        shared = self.number("shared_expert_intermediate_size", 0.0, least=0)
        shared += self._shared() * self._expert_size()
        dense = 0.0
        if with_experts < layers:
            dense = self.number("intermediate_size_mlp", self.number("ffn"))
        return per_size * (with_experts * shared + (layers - with_experts) * dense)
