"""What families of models leave out of their config.json, or say under keys of their own.

Defaults are those of the configuration classes of Hugging Face Transformers, which write only what
differs from them. A key that says something of the shape and is not read stops the reading: the
model would be taken for a smaller or a dense one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

NAMES = {
    "layers": ("num_hidden_layers", "n_layer", "n_layers"),
    "width": ("hidden_size", "n_embd", "d_model"),
    "heads": ("num_attention_heads", "n_head", "n_heads"),
    "kv_heads": ("num_key_value_heads", "num_kv_heads", "kv_n_heads"),
    "vocabulary": ("vocab_size",),
    "context": ("max_position_embeddings", "n_positions", "max_seq_len", "seq_length"),
    "experts": ("num_local_experts", "num_experts", "n_routed_experts", "moe_num_experts"),
    "experts_per_token": (
        "num_experts_per_tok", "num_experts_per_token", "experts_per_token", "moe_k", "moe_top_k",
        "moe_topk",
    ),
    "shared_experts": ("n_shared_experts", "num_shared_experts", "moe_num_shared_experts"),
    "ffn": ("intermediate_size", "n_inner", "ffn_dim", "ffn_hidden_size"),
    "dense_first": ("first_k_dense_replace", "num_dense_layers"),
    "pattern": ("sliding_window_pattern", "_sliding_window_pattern"),
}  # fmt: skip
_SECTIONS = ("text_config", "llm_config", "language_config")
_GEMMA_3 = {
    "vocab_size": 262208, "max_position_embeddings": 131072, "num_attention_heads": 8,
    "num_key_value_heads": 4, "head_dim": 256, "sliding_window": 4096, "sliding_window_pattern": 6,
}  # fmt: skip
# Of classes: what would count as nothing where it is left out.
_DEFAULTS: dict[str, dict[str, Any]] = {
    "cohere2": {"sliding_window_pattern": 4},
    "deepseek_v3": {"first_k_dense_replace": 3},
    "ernie4_5_moe": {"moe_layer_start_index": 1},
    "gemma": {"head_dim": 256},
    "gemma2": {"head_dim": 256, "sliding_window": 4096, "sliding_window_pattern": 2},
    "gemma3_text": _GEMMA_3,
    "glm4_moe": {"first_k_dense_replace": 1},
    "gpt_oss": {"sliding_window_pattern": 2},
    "olmo3": {"sliding_window_pattern": 4},
}  # fmt: skip
_TIED = frozenset((
    "bloom", "cohere", "cohere2", "ernie4_5", "ernie4_5_moe", "falcon", "gemma", "gemma2",
    "gemma3_text", "gpt2", "gpt_bigcode", "gpt_neo", "minicpm3", "mpt", "opt", "smollm3",
    "starcoder2", "xglm",
))  # fmt: skip
_OF_EXPERTS = re.compile("moe|expert")
_OF_STATES = re.compile(
    r"mamba|ssm_|block_types?$|^hybrid_override_pattern$|^attn_(layer|type_list$)"
    r"|^full_attn_idxs$|^linear_attn_config$|^lru_width$|^conv_L_cache$"
)
_OF_PARTS = re.compile(r"^(ffn|attn)_config$")
# Of the routing and of training, which change no shape.
_HARMLESS = re.compile(
    "router|routing|loss|aux|norm|coef|jitter|_eps$|dtype|dropout|capacity|bias|scaling|score|"
    "overlap|group"
)
_READ = frozenset((
    *(name for names in NAMES.values() for name in names), "moe_intermediate_size",
    "shared_expert_intermediate_size", "moe_layer_freq", "moe_layers", "interleave_moe_layer_step",
    "moe_layer_start_index", "moe_layer_end_index", "moe_layer_interval",
))  # fmt: skip


def family_of(keys: Mapping[str, Any]) -> str:
    """Return the type of model that a config.json says; empty where it says none."""
    return str(keys.get("model_type") or "")


def flattened(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys of a config.json on one level, with what its family leaves out.

    Of a model that reads images, those of its language model count.
    """
    keys = dict(config)
    for section in _SECTIONS:
        own = config.get(section)
        if isinstance(own, Mapping):
            keys |= {key: value for key, value in own.items() if value is not None}
    family = family_of(keys)
    if family in ("dbrx", "mpt"):
        _take_sections(keys, family)
    defaults = dict(_DEFAULTS.get(family, {}))
    if family in _TIED:
        defaults["tie_word_embeddings"] = True
    if family.startswith("qwen2"):
        defaults["use_sliding_window"] = False
    for key, value in defaults.items():
        if all(keys.get(name) is None for name in _aliases(key)):
            keys[key] = value
    return keys


def _aliases(key: str) -> tuple[str, ...]:
    return next((names for names in NAMES.values() if key in names), (key,))


def _take_sections(keys: dict[str, Any], family: str) -> None:
    """Bring up what DBRX and MPT say of attention and of feed-forward layers in parts."""
    attention, feed_forward = keys.get("attn_config"), keys.get("ffn_config")
    if isinstance(attention, Mapping):
        del keys["attn_config"]
        keys["kv_n_heads"] = attention.get("kv_n_heads")
        keys["multi_query"] = attention.get("attn_type") == "multiquery_attention"
    if family == "dbrx" and isinstance(feed_forward, Mapping):
        del keys["ffn_config"]
        keys |= feed_forward
    ratio, width = keys.get("expansion_ratio"), keys.get("d_model")
    if family == "mpt" and isinstance(ratio, int) and isinstance(width, int):
        keys["n_inner"] = ratio * width


def _expert_count(keys: Mapping[str, Any]) -> Any:
    """Return what the keys say of how many routed experts a layer has; None where nothing."""
    said = (keys.get(name) for name in NAMES["experts"])
    return next((value for value in said if value is not None), None)


def refuse_unread(keys: Mapping[str, Any]) -> None:
    """Refuse a model with a key of its shape that is not read.

    Raises
    ------
    ValueError
        With the key.
    """
    experts = _expert_count(keys)
    for key, value in keys.items():
        if not value:
            continue
        if _OF_STATES.search(key) and not _is_all_full(key, value):
            raise ValueError(
                f"`{key}`: its recurrent layers are not described: give `parameters` and "
                "`active_parameters`"
            )
        if _OF_PARTS.search(key) or (_OF_EXPERTS.search(key) and not _is_read(key, value, experts)):
            raise ValueError(
                f"`{key}` is not read: give `parameters` and `active_parameters` instead of `model`"
            )


def _is_all_full(key: str, value: Any) -> bool:
    """Whether it says that each layer has full attention."""
    return key == "attn_type_list" and isinstance(value, list) and all(kind == 1 for kind in value)


def _is_read(key: str, value: Any, experts: Any) -> bool:
    """Whether a key of routed experts is read, or changes no shape."""
    if experts in (0, 1) or _HARMLESS.search(key) or isinstance(value, str):
        return True
    return bool(experts) and (key in _READ or isinstance(value, bool))


def has_experts(keys: Mapping[str, Any], layer: int) -> bool:
    """Whether a layer, counted from 0, has routed experts and no dense feed-forward part."""
    number = layer + 1
    named = keys.get("moe_layers")
    if isinstance(named, list) and named:
        return layer in named
    last = keys.get("moe_layer_end_index")
    return (
        layer >= max(_whole(keys, key) for key in (*NAMES["dense_first"], "moe_layer_start_index"))
        and (last is None or last < 0 or layer <= last)
        and layer not in (keys.get("mlp_only_layers") or ())
        and layer % _step(keys, "moe_layer_freq") == 0
        and all(
            number % _step(keys, key) == 0
            for key in ("decoder_sparse_step", "interleave_moe_layer_step", "moe_layer_interval")
        )
    )


def _whole(keys: Mapping[str, Any], key: str) -> int:
    value = keys.get(key)
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"`{key}`: `{str(value)[:40]}` is not a whole number of 0 or more")
    return value


def _step(keys: Mapping[str, Any], key: str) -> int:
    if keys.get(key) == 0:
        raise ValueError(f"`{key}` must be above 0")
    return _whole(keys, key) or 1
