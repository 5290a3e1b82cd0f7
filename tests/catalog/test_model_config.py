"""A model by its config.json: the same shape as that of its row."""

import json

import pytest

from carbonctl.catalog.model_config import from_config, language_model
from carbonctl.errors import InputError
from tests.conftest import CATALOG

LLAMA = {
    "model_type": "llama", "hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32,
    "num_key_value_heads": 8, "intermediate_size": 14336, "vocab_size": 128256, "hidden_act": "silu",
    "max_position_embeddings": 131072, "torch_dtype": "bfloat16", "tie_word_embeddings": False,
}  # fmt: skip
MIXED = {"num_local_experts": 4, "num_experts_per_tok": 2}
CONFIGS = {
    "meta-llama/Llama-3.1-8B": LLAMA,
    "Qwen/Qwen3-30B-A3B": {
        "model_type": "qwen3_moe", "hidden_size": 2048, "num_hidden_layers": 48,
        "num_attention_heads": 32, "num_key_value_heads": 4, "head_dim": 128,
        "intermediate_size": 6144, "moe_intermediate_size": 768, "num_experts": 128,
        "num_experts_per_tok": 8, "vocab_size": 151936, "max_position_embeddings": 40960,
        "sliding_window": None, "use_sliding_window": False, "torch_dtype": "bfloat16",
        "tie_word_embeddings": False,
    },
    "mistralai/Mixtral-8x7B-v0.1": {
        "model_type": "mixtral", "hidden_size": 4096, "num_hidden_layers": 32,
        "num_attention_heads": 32, "num_key_value_heads": 8, "intermediate_size": 14336,
        "num_local_experts": 8, "num_experts_per_tok": 2, "vocab_size": 32000,
        "max_position_embeddings": 32768, "sliding_window": None, "torch_dtype": "bfloat16",
        "tie_word_embeddings": False,
    },
    "deepseek-ai/DeepSeek-V3": {
        "model_type": "deepseek_v3", "hidden_size": 7168, "num_hidden_layers": 61,
        "num_attention_heads": 128, "num_key_value_heads": 128, "intermediate_size": 18432,
        "moe_intermediate_size": 2048, "n_routed_experts": 256, "n_shared_experts": 1,
        "num_experts_per_tok": 8, "first_k_dense_replace": 3, "kv_lora_rank": 512,
        "q_lora_rank": 1536, "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "v_head_dim": 128,
        "vocab_size": 129280, "max_position_embeddings": 163840, "torch_dtype": "bfloat16",
        "quantization_config": {"quant_method": "fp8"}, "tie_word_embeddings": False,
    },
    "openai/gpt-oss-20b": {
        "model_type": "gpt_oss", "hidden_size": 2880, "num_hidden_layers": 24,
        "num_attention_heads": 64, "num_key_value_heads": 8, "head_dim": 64,
        "intermediate_size": 2880, "num_local_experts": 32, "num_experts_per_tok": 4,
        "sliding_window": 128, "layer_types": ["sliding_attention", "full_attention"] * 12,
        "vocab_size": 201088, "max_position_embeddings": 131072, "torch_dtype": "bfloat16",
        "quantization_config": {"quant_method": "mxfp4"}, "tie_word_embeddings": False,
    },
    "bigscience/bloom": {
        "model_type": "bloom", "n_embd": 14336, "n_layer": 70, "num_attention_heads": 112,
        "vocab_size": 250880, "seq_length": 2048, "torch_dtype": "bfloat16",
    },
    "google/gemma-2-9b": {
        "model_type": "gemma2", "head_dim": 256, "hidden_size": 3584, "intermediate_size": 14336,
        "max_position_embeddings": 8192, "num_attention_heads": 16, "num_hidden_layers": 42,
        "num_key_value_heads": 8, "sliding_window": 4096, "torch_dtype": "bfloat16",
        "vocab_size": 256000,
    },
    "google/gemma-3-27b-it": {
        "model_type": "gemma3", "torch_dtype": "bfloat16", "vision_config": {"hidden_size": 1152},
        "text_config": {
            "model_type": "gemma3_text", "head_dim": 128, "hidden_size": 5376,
            "intermediate_size": 21504, "num_attention_heads": 32, "num_hidden_layers": 62,
            "num_key_value_heads": 16, "sliding_window": 1024,
        },
    },
    "databricks/dbrx-instruct": {
        "model_type": "dbrx", "d_model": 6144, "n_heads": 48, "n_layers": 40, "vocab_size": 100352,
        "max_seq_len": 32768, "attn_config": {"clip_qkv": 8, "kv_n_heads": 8},
        "ffn_config": {"ffn_hidden_size": 10752, "moe_jitter_eps": None, "moe_loss_weight": 0.05,
                       "moe_num_experts": 16, "moe_top_k": 4},
        "torch_dtype": "bfloat16", "tie_word_embeddings": False,
    },
    "tiiuae/falcon-7b": {
        "model_type": "falcon", "hidden_size": 4544, "num_hidden_layers": 32, "multi_query": True,
        "num_attention_heads": 71, "num_kv_heads": 71, "new_decoder_architecture": False,
        "vocab_size": 65024, "max_position_embeddings": 2048, "torch_dtype": "bfloat16",
    },
    "tiiuae/falcon-40b": {
        "model_type": "falcon", "hidden_size": 8192, "num_hidden_layers": 60, "multi_query": True,
        "num_attention_heads": 128, "num_kv_heads": 8, "new_decoder_architecture": True,
        "vocab_size": 65024, "max_position_embeddings": 2048, "torch_dtype": "bfloat16",
    },
    "openai-community/gpt2-xl": {
        "model_type": "gpt2", "n_embd": 1600, "n_layer": 48, "n_head": 25, "n_positions": 1024,
        "vocab_size": 50257, "n_inner": None, "torch_dtype": "float32",
    },
    "facebook/opt-175b": {
        "model_type": "opt", "hidden_size": 12288, "num_hidden_layers": 96, "ffn_dim": 49152,
        "num_attention_heads": 96, "max_position_embeddings": 2048, "vocab_size": 50272,
        "torch_dtype": "float16",
    },
    "CohereForAI/c4ai-command-r-plus": {
        "model_type": "cohere", "hidden_size": 12288, "num_hidden_layers": 64,
        "num_attention_heads": 96, "num_key_value_heads": 8, "intermediate_size": 33792,
        "vocab_size": 256000, "max_position_embeddings": 131072, "torch_dtype": "bfloat16",
    },
    "Qwen/Qwen3-Next-80B-A3B-Instruct": {
        "model_type": "qwen3_next", "hidden_size": 2048, "num_hidden_layers": 48, "head_dim": 256,
        "num_attention_heads": 16, "num_key_value_heads": 2, "intermediate_size": 5120,
        "full_attention_interval": 4, "linear_num_value_heads": 32, "linear_key_head_dim": 128,
        "linear_value_head_dim": 128, "decoder_sparse_step": 1, "mlp_only_layers": [],
        "moe_intermediate_size": 512, "shared_expert_intermediate_size": 512, "num_experts": 512,
        "num_experts_per_tok": 10, "norm_topk_prob": True, "router_aux_loss_coef": 0.001,
        "vocab_size": 151936, "max_position_embeddings": 262144, "torch_dtype": "bfloat16",
        "tie_word_embeddings": False,
    },
    "meta-llama/Llama-4-Scout-17B-16E-Instruct": {
        "model_type": "llama4", "torch_dtype": "bfloat16", "vision_config": {"hidden_size": 1408},
        "tie_word_embeddings": False,
        "text_config": {
            "model_type": "llama4_text", "attention_chunk_size": 8192, "head_dim": 128,
            "hidden_size": 5120, "interleave_moe_layer_step": 1, "intermediate_size": 8192,
            "intermediate_size_mlp": 16384, "max_position_embeddings": 10485760,
            "num_attention_heads": 40, "num_experts_per_tok": 1, "num_hidden_layers": 48,
            "num_key_value_heads": 8, "num_local_experts": 16, "vocab_size": 202048,
        },
    },
}  # fmt: skip


@pytest.mark.parametrize("identity", CONFIGS)
def test_it_has_the_shape_of_its_row(identity):
    row, made = CATALOG.models.find(identity).model, from_config(CONFIGS[identity], "config.json")
    assert made.precision == row.precision
    assert made.hidden_size == row.hidden_size
    for key in ("layers", "experts", "experts_per_token", "cache_elements", "full_layers",
                "window_layers", "window", "attention_width"):  # fmt: skip
        assert getattr(made.shape, key) == getattr(row.shape, key), key
    assert made.shape.state_bytes == pytest.approx(row.shape.state_bytes, rel=1e-3)
    tolerance = 0.045 if identity == "tiiuae/falcon-7b" else 0.03  # its row counts its table twice
    assert made.shape.parameters == pytest.approx(row.shape.parameters, rel=tolerance)
    assert made.shape.expert_parameters == pytest.approx(row.shape.expert_parameters, rel=1e-9)
    assert made.shape.active == pytest.approx(
        row.shape.active, rel=0.17
    )  # of some without embeddings


def test_a_model_that_reads_images_has_its_text_config():
    whole = {"model_type": "x", "vision_config": {}, "text_config": LLAMA}
    assert from_config(whole, "x").shape == from_config(LLAMA, "x").shape
    quantized = {"quantization_config": {"quant_method": "fp8"}, "dtype": "bfloat16"}
    empty = {**LLAMA, "quantization_config": None, "dtype": None}
    assert from_config({**quantized, "text_config": empty}, "x").precision == "fp8"


def test_layers_with_experts_are_those_that_its_family_says():
    def experts(**keys):
        shape = from_config({**LLAMA, **MIXED, **keys}, "x").shape
        return shape.expert_parameters / (4 * 3 * 4096 * 14336)

    assert experts() == 32
    assert experts(first_k_dense_replace=3) == 29
    assert experts(model_type="deepseek_v3") == 29
    assert experts(interleave_moe_layer_step=2) == 16
    assert experts(moe_layers=[1, 3, 5]) == 3
    assert experts(decoder_sparse_step=2, mlp_only_layers=[1, 2, 3]) == 14
    ernie = {"model_type": "ernie4_5_moe", "moe_num_shared_experts": 0}
    assert experts(**ernie) == 31
    assert experts(**ernie, moe_layer_start_index=3, moe_layer_end_index=30) == 28
    assert experts(**ernie, moe_layer_start_index=0, moe_layer_interval=2) == 16


def test_a_model_of_a_mixture_under_other_names_is_no_dense_one():
    ernie = {  # ERNIE 4.5 300B, 47B of them active
        "model_type": "ernie4_5_moe", "hidden_size": 8192, "intermediate_size": 28672,
        "max_position_embeddings": 131072, "num_attention_heads": 64, "num_key_value_heads": 8,
        "num_hidden_layers": 54, "vocab_size": 103424, "moe_num_experts": 64, "moe_k": 8,
        "moe_layer_start_index": 3, "moe_intermediate_size": 3584, "moe_layer_interval": 1,
        "moe_num_shared_experts": 0, "moe_gate": "topk", "moe_use_aux_free": True,
        "moe_capacity": [64, 64, 64], "tie_word_embeddings": False,
    }  # fmt: skip
    shape = from_config(ernie, "x").shape
    assert (shape.experts, shape.experts_per_token) == (64, 8)
    assert shape.parameters == pytest.approx(300e9, rel=0.03)
    assert shape.active == pytest.approx(47e9, rel=0.03)


def test_one_expert_is_none():
    alone = {**LLAMA, "num_local_experts": 1, "num_experts_per_tok": 1}
    assert from_config(alone, "x").shape == from_config(LLAMA, "x").shape


@pytest.mark.parametrize(("family", "tables"), [("llama", 2), ("gemma", 1), ("starcoder2", 1)])
def test_what_its_family_ties_is_counted_once(family, tables):
    said = {**LLAMA, "model_type": family, "tie_word_embeddings": tables == 1}
    left_out = {key: value for key, value in said.items() if key != "tie_word_embeddings"}
    assert from_config(left_out, "x").shape == from_config(said, "x").shape


def test_windows_are_those_of_the_family():
    windowed = {**LLAMA, "sliding_window": 4096}
    assert from_config({**windowed, "model_type": "qwen2"}, "x").shape.window_layers == 0
    last = {"model_type": "qwen2", "use_sliding_window": True, "max_window_layers": 28}
    assert from_config({**windowed, **last}, "x").shape[7:10] == (28, 4, 4096)
    assert from_config({**windowed, "model_type": "olmo3"}, "x").shape[7:10] == (8, 24, 4096)
    assert from_config({**windowed, "model_type": "mistral"}, "x").shape.full_layers == 0


def test_windows_and_states():
    windowed = from_config({**LLAMA, "sliding_window": 4096}, "x").shape
    assert (windowed.full_layers, windowed.window_layers, windowed.window) == (0, 32, 4096)
    sixth = {**LLAMA, "sliding_window": 1024, "sliding_window_pattern": 6}
    assert from_config(sixth, "x").shape[7:10] == (5, 27, 1024)
    kinds = ["linear_attention", "linear_attention", "linear_attention", "full_attention"] * 8
    state = {"linear_num_value_heads": 32, "linear_key_head_dim": 128, "linear_value_head_dim": 128}
    hybrid = from_config({**LLAMA, **state, "layer_types": kinds}, "x").shape
    assert (hybrid.full_layers, hybrid.state_bytes) == (8, 24 * 32 * 128 * 128 * 4)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"hidden_size": None}, "`hidden_size` is missing"),
        ({"num_hidden_layers": "32"}, "`num_hidden_layers`: `32` is not a number of 0 or more"),
        ({"num_attention_heads": 0}, "`num_attention_heads` must be above 0"),
        ({"num_hidden_layers": True}, "is not a number of 0 or more"),
        ({"vocab_size": float("nan")}, "is not a number of 0 or more"),
        ({"layer_types": ["odd"] * 32}, "`layer_types` has layers that are not known"),
        ({"mamba_num_heads": 128}, "its recurrent layers are not described: give `parameters`"),
        ({"attn_layer_period": 8}, "`attn_layer_period`: its recurrent layers are not described"),
        ({"attn_type_list": [0, 1]}, "`attn_type_list`: its recurrent layers are not described"),
        ({"num_hidden_layers": 32.5}, "`num_hidden_layers`: `32.5` is not a whole number"),
        ({"num_hidden_layers": 1e11}, "`num_hidden_layers`: no model has 1e+11 layers"),
        ({"num_key_value_heads": 0}, "`num_key_value_heads` must be above 0"),
        ({"num_key_value_heads": 64}, "`num_key_value_heads` (64) exceeds `num_attention_heads`"),
        ({"intermediate_size": 0}, "`intermediate_size` must be above 0"),
        ({"head_dim": 0}, "`head_dim` must be above 0"),
        (
            {"sliding_window": 4096, "sliding_window_pattern": 0.3},
            "`sliding_window_pattern` must be above 0",
        ),
        (
            {"sliding_window": 4096, "sliding_window_pattern": 1.5},
            "`sliding_window_pattern`: `1.5` is not a whole number",
        ),
        (
            {**MIXED, "num_experts_per_tok": 8},
            "`num_experts_per_tok` (8) exceeds `num_local_experts` (4)",
        ),
        ({**MIXED, "num_experts_per_tok": 0}, "`num_experts_per_tok` must be above 0"),
        ({**MIXED, "num_experts_per_tok": None}, "`num_experts_per_tok` is missing"),
        (
            {**MIXED, "first_k_dense_replace": 99},
            "`first_k_dense_replace` (99) exceeds `num_hidden_layers` (32)",
        ),
        ({**MIXED, "decoder_sparse_step": 0}, "`decoder_sparse_step` must be above 0"),
        ({**MIXED, "moe_layer_freq": [0, 1]}, "`moe_layer_freq`: `[0, 1]` is not a whole number"),
        ({**MIXED, "moe_layer_frequency": 2}, "`moe_layer_frequency` is not read"),
        ({**MIXED, "intermediate_size": None}, "`intermediate_size` is missing"),
        ({"moe_num_of_experts": 64}, "`moe_num_of_experts` is not read: give `parameters` and"),
        ({"num_experts_per_tok": 2}, "`num_experts_per_tok` is not read"),
        ({"ffn_config": {"moe_num_experts": 16}}, "`ffn_config` is not read"),
        (
            {**MIXED, "model_type": "ernie4_5_moe"},
            "`moe_num_shared_experts` is missing",
        ),
    ],
)
def test_what_is_missing_or_wrong_is_said(change, said):
    with pytest.raises(ValueError) as raised:
        from_config({**LLAMA, **change}, "x")
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [("{", "Expecting"), ("[]", "a mapping is wanted"), ("{}", "`num_hidden_layers` is missing"),
     ("[" * 100_000, "not the config.json of a model")],
)  # fmt: skip
def test_a_faulty_file_is_an_error_with_its_place(tmp_path, text, said):
    path = tmp_path / "config.json"
    path.write_text(text)
    with pytest.raises(InputError) as raised:
        language_model(path)
    assert said in str(raised.value)
    assert f"{path}:1:1" in str(raised.value)
    with pytest.raises(LookupError, match=r"there is no file `.*none\.json`"):
        language_model(tmp_path / "none.json")


def test_a_file_is_read(tmp_path):
    path = tmp_path / "config.json"
    path.write_text(json.dumps(LLAMA))
    assert language_model(path).shape == from_config(LLAMA, "x").shape
    assert language_model(path).id == str(path)


def groups(*weights: dict) -> dict:
    """Return a quantization of groups of layers, as compressed-tensors writes them."""
    of_each = {f"group_{place}": {"targets": ["Linear"], "weights": own}
               for place, own in enumerate(weights)}  # fmt: skip
    return {"quant_method": "compressed-tensors", "config_groups": of_each}


FP8 = {"num_bits": 8, "type": "float", "strategy": "tensor"}
INT4 = {"num_bits": 4, "type": "int", "strategy": "group", "group_size": 128}


@pytest.mark.parametrize(("quantized", "precision"), [
    ({"quant_method": "fbgemm_fp8"}, "fp8"),
    ({"quant_method": "fp8", "weight_block_size": [128, 128]}, "fp8"),
    (groups(FP8), "fp8"),
    (groups(FP8, FP8), "fp8"),
    (groups(INT4), "int4"),
    (groups({"num_bits": 8, "type": "int"}), "int8"),
    (groups({"num_bits": 4, "type": "float", "group_size": 16}), "nvfp4"),
    (groups({"num_bits": 4, "type": "float", "group_size": 32}), "mxfp4"),
    ({"quant_method": "compressed-tensors", "format": "dense"}, "bf16"),
    ({"quant_method": "modelopt", "quant_algo": "FP8"}, "fp8"),
    ({"quant_method": "modelopt", "quant_algo": "fp8_pb_wo"}, "fp8"),
    ({"quant_method": "modelopt", "quant_algo": "NVFP4"}, "nvfp4"),
    ({"quant_method": "bitsandbytes", "load_in_4bit": True, "load_in_8bit": False}, "int4"),
    ({"quant_method": "bitsandbytes", "load_in_8bit": True}, "int8"),
    ({"load_in_4bit": True}, "int4"),
    ({"quant_method": "awq", "bits": 4}, "int4"),
    ({"quant_method": "gptq", "bits": 8}, "int8"),
    # what cannot be read is empty, and never the dtype
    ({"quant_method": "gptq", "bits": 3}, ""),
    ({"quant_method": "hqq"}, ""),
    ({"quant_method": "bitsandbytes"}, ""),
    ({"quant_method": "modelopt", "quant_algo": "MIXED_PRECISION"}, ""),
    (groups(FP8, INT4), ""),
    ({"quant_method": "compressed-tensors"}, ""),
    (groups({"num_bits": 4, "type": "float"}), ""),
    (groups({"num_bits": 4}), ""),
    ({"quant_method": "compressed-tensors", "config_groups": {"group_0": None}}, ""),
    ({}, ""),
])  # fmt: skip
def test_the_precision_of_quantized_weights(quantized, precision):
    made = from_config({**LLAMA, "quantization_config": quantized}, "x")
    assert made.precision == precision
    assert ("is not known" in made.note) == (not precision)


def test_an_unknown_dtype_is_not_guessed():
    assert from_config({**LLAMA, "torch_dtype": "float8_e4m3fn"}, "x").precision == "fp8"
    for unknown in ("int3", 5, "auto", 0):
        made = from_config({**LLAMA, "torch_dtype": unknown}, "x")
        assert (made.precision, made.note) == (
            "", f"the dtype of its config.json ({unknown}) is not known"
        )  # fmt: skip
    assert from_config({**LLAMA, "torch_dtype": None}, "x").precision == "bf16"


SCOUT = {
    "model_type": "llama4", "text_config": {
        "model_type": "llama4_text", "hidden_size": 5120, "intermediate_size": 8192,
        "intermediate_size_mlp": 16384, "num_hidden_layers": 48, "num_attention_heads": 40,
        "num_key_value_heads": 8, "head_dim": 128, "num_local_experts": 16,
        "num_experts_per_tok": 1, "interleave_moe_layer_step": 1, "attention_chunk_size": 8192,
        "vocab_size": 202048, "max_position_embeddings": 10485760, "torch_dtype": "bfloat16",
        "tie_word_embeddings": False,
    },
}  # fmt: skip


@pytest.mark.parametrize("more", [
    {}, {"no_rope_layers": []}, {"no_rope_layers": [1, 1, 1, 0] * 12},
    {"layer_types": (["chunked_attention"] * 3 + ["full_attention"]) * 12},
])  # fmt: skip
def test_chunks_of_attention(more):
    row = CATALOG.models.find("llama-4-scout").model.shape
    config = {**SCOUT, "text_config": {**SCOUT["text_config"], **more}}
    made = from_config(config, "x").shape
    assert (made.full_layers, made.window_layers, made.window) == (12, 36, 8192)
    assert made[7:10] == row[7:10]
    assert made.parameters == pytest.approx(row.parameters, rel=0.03)
    assert made.active == pytest.approx(row.active, rel=0.03)


def test_chunks_beside_a_sliding_window_are_refused():
    kinds = ["chunked_attention", "sliding_attention"] * 16
    with pytest.raises(ValueError, match="windows of two kinds"):
        from_config({**LLAMA, "layer_types": kinds, "attention_chunk_size": 8192}, "x")
    with pytest.raises(ValueError, match="`attention_chunk_size` is missing"):
        from_config({**LLAMA, "layer_types": ["chunked_attention"] * 32}, "x")
