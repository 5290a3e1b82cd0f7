"""The shape of a language model from its config.json, as Hugging Face models have it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

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
_NAMES = {
    "layers": ("num_hidden_layers", "n_layer", "n_layers"),
    "width": ("hidden_size", "n_embd", "d_model"),
    "heads": ("num_attention_heads", "n_head", "n_heads"),
    "vocabulary": ("vocab_size",),
    "context": ("max_position_embeddings", "n_positions", "max_seq_len", "seq_length"),
    "experts": ("num_local_experts", "num_experts", "n_routed_experts"),
    "experts_per_token": ("num_experts_per_tok", "num_experts_per_token", "experts_per_token"),
    "ffn": ("intermediate_size", "n_inner", "ffn_dim"),
}


def language_model(path: Path) -> LanguageModel:
    """Return the model that a config.json describes.

    Raises
    ------
    InputError
        Where the file cannot be read, or lacks what a shape is made of.
    """
    try:
        config = json.loads(read(path).decode("utf-8-sig"))
        return from_config(config, str(path))
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
        With the key that is missing, or no number; for layers whose state is not described.
    """
    if not isinstance(config, Mapping):
        raise ValueError("a mapping is wanted")
    text = config.get("text_config")
    keys = {**config, **text} if isinstance(text, Mapping) else dict(config)
    known, unread = precision(keys)
    return LanguageModel(
        name, (), 0, _Reader(keys).shape(), _Reader(keys).number("width"), known,
        "text", "", "medium", unread or "from its config.json",
    )  # fmt: skip


class _Reader:
    """Reads dimensions under the names that different models give them."""

    def __init__(self, keys: Mapping[str, Any]) -> None:
        self.keys = keys

    def number(self, what: str, default: float | None = None) -> float:
        names = _NAMES.get(what, (what,))
        value = next((self.keys[name] for name in names if self.keys.get(name) is not None), None)
        if value is None:
            if default is None:
                raise ValueError(f"`{names[0]}` is missing")
            return default
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e12:
            raise ValueError(f"`{names[0]}`: `{str(value)[:40]}` is not a number of 0 or more")
        if default is None and not value:
            raise ValueError(f"`{names[0]}` must be above 0")
        return float(value)

    def shape(self) -> ModelShape:
        layers, width = self.number("layers"), self.number("width")
        full, windowed, recurrent = self._attention()
        experts = self.number("experts", 0.0)
        in_experts = self._in_experts() if experts else 0.0
        vocabulary = self.number("vocabulary") * width
        tables = 1 if self.keys.get("tie_word_embeddings") else 2
        rest = layers * self._attention_parameters() + self._outside_experts() + tables * vocabulary
        chosen = self.number("experts_per_token") if experts else 0.0
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
        if "hybrid_override_pattern" in self.keys or "mamba_num_heads" in self.keys:
            raise ValueError("its recurrent layers are not described: give `parameters`")
        if not self.keys.get("sliding_window") or self.keys.get("use_sliding_window") is False:
            return layers, 0.0, 0.0
        pattern = self.number("sliding_window_pattern", 0.0)
        full = float(layers // pattern) if pattern else 0.0
        return full, layers - full, 0.0

    def _layer_types(self) -> list[Any] | None:
        """Return the kind of attention of each layer; None where nothing says it.

        Those of Llama 4 without rotary positions attend to all tokens, the others to a chunk.
        """
        kinds, rotary = self.keys.get("layer_types"), self.keys.get("no_rope_layers")
        if isinstance(kinds, list):
            return kinds
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
        if self.keys.get("multi_query"):
            return 1.0
        return self.number("num_key_value_heads", self.number("heads"))

    def _attention_parameters(self) -> float:
        """Return the parameters of one layer's attention."""
        width, heads, head = self.number("width"), self.number("heads"), self._head()
        if not self.keys.get("kv_lora_rank"):
            return 2 * width * heads * head + 2 * width * self._kv_heads() * head
        rank, rope = self.number("kv_lora_rank"), self.number("qk_rope_head_dim")
        query_head, query_rank = (
            self.number("qk_nope_head_dim") + rope,
            self.number("q_lora_rank", 0.0),
        )
        query = width * heads * query_head
        if query_rank:
            query = query_rank * (width + heads * query_head)
        key = width * (rank + rope) + rank * heads * (query_head - rope + head)
        return query + key + heads * head * width

    def _matrices(self) -> float:
        return 2.0 if str(self.keys.get("model_type")) in _UNGATED else 3.0

    def _expert_layers(self) -> float:
        layers = self.number("layers") - self.number("first_k_dense_replace", 0.0)
        return layers // max(self.number("interleave_moe_layer_step", 1.0), 1.0)

    def _in_experts(self) -> float:
        size = self.number("moe_intermediate_size", self.number("ffn", 0.0))
        per_expert = self._matrices() * self.number("width") * size
        return self._expert_layers() * self.number("experts") * per_expert

    def _shared(self) -> float:
        """Return the experts that all tokens pass, where no key has them: one in Llama 4."""
        return 1.0 if str(self.keys.get("model_type")).startswith("llama4") else 0.0

    def _outside_experts(self) -> float:
        """Return the parameters of feed-forward layers, but for routed experts."""
        per_size = self._matrices() * self.number("width")
        layers = self.number("layers")
        if not self.number("experts", 0.0):
            return layers * per_size * self.number("ffn", 4 * self.number("width"))
        with_experts = self._expert_layers()
        size = self.number("moe_intermediate_size", self.number("ffn", 0.0))
        shared = self.number("shared_expert_intermediate_size", 0.0)
        shared += self.number("n_shared_experts", self._shared()) * size
        dense = self.number("intermediate_size_mlp", self.number("ffn", 0.0))
        return per_size * (with_experts * shared + (layers - with_experts) * dense)
