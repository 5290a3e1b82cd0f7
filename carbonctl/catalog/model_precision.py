"""The precision of a model's weights from its config.json: its dtype, or how it is quantized.

The methods are those of transformers' ``quantization_config``. A precision that cannot be read is
empty, and never guessed: what is unknown may be half or twice as large.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_DTYPES = {
    "float32": "fp32", "bfloat16": "bf16", "float16": "fp16",
    "float8_e4m3fn": "fp8", "float8_e5m2": "fp8",
}  # fmt: skip
_METHODS = {"fp8": "fp8", "fbgemm_fp8": "fp8", "mxfp4": "mxfp4", "nvfp4": "nvfp4", "eetq": "int8"}
_BY_BITS = frozenset(("awq", "gptq", "auto-round"))
_OF_BITS = {4: "int4", 8: "int8"}
# The algorithms of NVIDIA's Model Optimizer.
_ALGORITHMS = {
    "FP8": "fp8", "FP8_PER_CHANNEL_PER_TOKEN": "fp8", "FP8_PB_WO": "fp8", "NVFP4": "nvfp4",
    "NVFP4_AWQ": "nvfp4", "W4A16_NVFP4": "nvfp4", "W4A8_MXFP4_FP8": "mxfp4", "W4A16_AWQ": "int4",
    "W4A8_AWQ": "int4", "W8A16": "int8", "INT8_SQ": "int8", "W8A8_SQ_PER_CHANNEL": "int8",
}  # fmt: skip
_FP4_OF_GROUP = {16: "nvfp4", 32: "mxfp4"}  # weights that share a scale


def precision(keys: Mapping[str, Any]) -> tuple[str, str]:
    """Return the precision of weights, and why it is empty where it cannot be read.

    Parameters
    ----------
    keys : mapping
        Of a config.json.
    """
    quantized = keys.get("quantization_config", keys.get("compression_config"))
    if isinstance(quantized, Mapping) and not _is_dense(quantized):
        known = _quantized(quantized)
        method = quantized.get("quant_algo") or quantized.get("quant_method") or "none named"
        said = f"the quantization of its config.json ({str(method)[:40]}) is not known"
        return (known, "") if known else ("", said)
    given = next((keys[key] for key in ("dtype", "torch_dtype") if keys.get(key) is not None), None)
    dtype = "bfloat16" if given is None else str(given).removeprefix("torch.")
    known = _DTYPES.get(dtype, "")
    return known, "" if known else f"the dtype of its config.json ({dtype[:40]}) is not known"


def _is_dense(quantized: Mapping[str, Any]) -> bool:
    """Whether weights are compressed without being quantized."""
    return quantized.get("format") == "dense" and not quantized.get("config_groups")


def _quantized(quantized: Mapping[str, Any]) -> str:
    """Return the precision of quantized weights; empty where it cannot be read."""
    method = str(quantized.get("quant_method") or "").lower()
    if method in _METHODS:
        return _METHODS[method]
    if method in _BY_BITS:
        return _of_bits(quantized.get("bits", quantized.get("w_bit")))
    if method in ("bitsandbytes", ""):
        return _of_flags(quantized)
    if method == "modelopt" and (algorithm := quantized.get("quant_algo")):
        return _ALGORITHMS.get(str(algorithm).upper(), "")
    return _of_groups(quantized) if method in ("compressed-tensors", "modelopt") else ""


def _of_bits(bits: Any) -> str:
    return _OF_BITS.get(bits, "") if isinstance(bits, int) else ""


def _of_flags(quantized: Mapping[str, Any]) -> str:
    """Return the precision that bitsandbytes' flags say: fp4 and nf4 are as large as int4."""
    known = [bits for bits in _OF_BITS if quantized.get(f"load_in_{bits}bit") is True]
    return _of_bits(known[0]) if len(known) == 1 else ""


def _of_groups(quantized: Mapping[str, Any]) -> str:
    """Return the precision of all groups of layers; empty where they differ."""
    groups = quantized.get("config_groups")
    if not isinstance(groups, Mapping) or not groups:
        return ""
    of_each = {_of_group(group) for group in groups.values()}
    return of_each.pop() if len(of_each) == 1 else ""


def _of_group(group: Any) -> str:
    weights = group.get("weights") if isinstance(group, Mapping) else None
    if not isinstance(weights, Mapping):
        return ""
    bits, size = weights.get("num_bits"), weights.get("group_size")
    if weights.get("type") == "int":
        return _of_bits(bits)
    if weights.get("type") != "float":
        return ""
    if bits == 4:
        return _FP4_OF_GROUP.get(size, "") if isinstance(size, int) else ""
    return "fp8" if bits == 8 else ""
