"""Models by name: their rows, their names, and what an unknown one may mean."""

import shutil

import pytest

from carbonctl.account import estimate
from carbonctl.catalog import Catalog, model_factors, tables
from carbonctl.catalog.model_rows import BOUNDARIES, PRECISIONS, ClosedModel
from carbonctl.catalog.models import Models, NamedModel
from carbonctl.errors import InputError
from carbonctl.factors.model_shapes import HOPPER
from carbonctl.reference import integrity
from carbonctl.text import fold
from tests.conftest import CATALOG, cite

MODELS = CATALOG.models
OPEN, CLOSED, MEDIA = (list(read()) for read in (MODELS.language, MODELS.closed, MODELS.media))
FACTORS = CATALOG.model_factors
DEVICES = list(CATALOG.devices.all())
HEADS = {
    "language.csv": (
        "id,aliases,year,parameters_b,active_b,layers,hidden_size,attention_width,cache_elements,"
        "full_layers,window_layers,window,state_bytes,experts,experts_per_token,expert_layers,"
        "expert_matrices,expert_size,context,precision,modality,source,confidence,note"
    ),
    "closed.csv": (
        "id,aliases,year,wh_per_request,wh_low,wh_high,boundary,boundary_note,active_b,"
        "active_low_b,active_high_b,source,confidence,note"
    ),
    "media.csv": (
        "id,aliases,makes,parameters_b,layers,hidden_size,patch,frame_step,guidance,steps,"
        "attention,source,confidence,note"
    ),
}


def names(model):
    return [alias.partition("=")[0] for alias in (model.id, *model.aliases)]


def test_there_is_enough():
    assert len(OPEN) >= 105
    assert len(CLOSED) >= 8
    assert len(MEDIA) >= 12


@pytest.mark.parametrize("table", HEADS)
def test_the_tables_have_the_columns_of_their_page(table):
    path = CATALOG.folders[-1] / "models" / table
    assert path.read_text(encoding="utf-8").partition("\n")[0] == HEADS[table]


def test_every_name_means_one_model():
    taken: dict[str, str] = {}
    for model in (*OPEN, *CLOSED, *MEDIA):
        for name in dict.fromkeys(map(fold, names(model))):
            assert taken.setdefault(name, model.id) == model.id, name
            assert "," not in name


@pytest.mark.parametrize("change", [str, str.upper, str.lower, lambda name: f" {name} "])
def test_every_name_is_found_in_any_case(change):
    for model in OPEN:
        for alias in (model.id, *model.aliases):
            name, _, precision = alias.partition("=")
            named = MODELS.find(change(name))
            assert named == NamedModel(model, precision or model.precision), name
    for closed in CLOSED:
        assert all(MODELS.find(change(name)) is closed for name in names(closed))
    for media in MEDIA:
        assert all(MODELS.find_media(change(name)) is media for name in names(media))


def test_dimensions_go_together():
    for model in OPEN:
        shape = model.shape
        assert 0 < shape.active <= shape.parameters, model.id
        assert (shape.active < shape.parameters) == shape.has_experts, model.id
        assert shape.experts_per_token <= shape.experts
        assert 0 < shape.attention_layers <= shape.layers
        assert bool(shape.window_layers) == bool(shape.window), model.id
        assert model.precision in PRECISIONS
        assert 512 <= shape.context <= 1e8
        assert 0.2 <= shape.attention_width / model.hidden_size <= 4, model.id
        if shape.has_experts:
            assert 0.5 < shape.expert_parameters / shape.parameters < 1, model.id
            touched = shape.expert_parameters * shape.chosen_share
            rest = shape.parameters - shape.expert_parameters
            assert touched + rest > 0.9 * shape.active, model.id
            assert touched + rest < 1.45 * shape.active, model.id  # some leave embeddings out


def test_sizes_are_those_that_the_dimensions_give():
    """12 · L · d² of a dense model, without embeddings: within the spread of designs."""
    for model in OPEN:
        if not model.shape.has_experts:
            derived = 12 * model.shape.layers * model.hidden_size**2
            assert 0.3 < derived / model.shape.parameters < 1.8, model.id


@pytest.mark.parametrize(
    ("name", "context"),
    [
        ("Qwen/Qwen3-4B", 40960), ("Qwen/Qwen3-4B-Instruct-2507", 262144),
        ("Qwen/Qwen3-4B-Thinking-2507", 262144), ("mistral-small-3", 32768),
        ("mistralai/Mistral-Small-3.1-24B-Instruct-2503", 131072),
    ],
)  # fmt: skip
def test_a_later_edition_has_the_context_of_its_own_card(name, context):
    assert MODELS.find(name).model.shape.context == context


def test_closed_models_have_no_dimensions_and_an_energy_only_with_a_boundary():
    for model in CLOSED:
        assert not hasattr(model, "shape")
        assert (model.wh_per_request is not None) == (model.boundary in BOUNDARIES)
    assert sum(model.wh_per_request is not None for model in CLOSED) >= 3


def test_shapes_of_media_models():
    for model in MEDIA:
        assert model.makes in ("image", "video")
        assert (model.shape.frame_step > 1) == (model.makes == "video"), model.id
        assert model.shape.guidance in (1, 2)
        derived = 12 * model.shape.layers * model.shape.width**2
        assert 0.25 < derived / model.shape.parameters < 2.2, model.id


@pytest.mark.parametrize(
    ("name", "identity", "precision"),
    [
        ("meta-llama/Llama-3.1-70B-Instruct", "meta-llama/Llama-3.1-70B", "bf16"),
        ("Llama-3.1-70B-Instruct", "meta-llama/Llama-3.1-70B", "bf16"),
        ("Llama 3.1 70B", "meta-llama/Llama-3.1-70B", "bf16"),
        ("meta-llama/Llama-3.1-405B-Instruct-FP8", "meta-llama/Llama-3.1-405B", "fp8"),
        ("Qwen/Qwen3-32B-FP8", "Qwen/Qwen3-32B", "fp8"),
        ("qwen3-8b-int4", "Qwen/Qwen3-8B", "int4"),
        ("deepseek-v3", "deepseek-ai/DeepSeek-V3", "fp8"),
        ("gpt-oss-120b", "openai/gpt-oss-120b", "mxfp4"),
    ],
)
def test_names_as_users_write_them(name, identity, precision):
    named = MODELS.find(name)
    assert (named.model.id, named.precision) == (identity, precision)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "meta-llama/Llama-3.1-70B-Instrct",
            "; the nearest are `meta-llama/Llama-3.1-70B-Instruct`, ",
        ),
        ("mixtrl-8x7b", "`mixtral-8x7b`"),
        ("meta-llama/Llama-9-1T", "; of its family there are `meta-llama/Llama-4-Maverick"),
        ("zzzz", "unknown model `zzzz`; or give `parameters`"),
        ("flux", "`flux` makes images or videos: use it with media_serving"),
    ],
)
def test_an_unknown_name_is_told_what_it_may_mean(name, said):
    with pytest.raises(LookupError) as raised:
        MODELS.find(name)
    assert said in raised.value.args[0]
    if "unknown" in raised.value.args[0]:
        assert "`parameters` (`carbonctl models list` lists them all)" in raised.value.args[0]


def test_media_models_are_told_from_language_models():
    with pytest.raises(
        LookupError, match="`qwen3-8b` is a language model: use it with llm_serving"
    ):
        MODELS.find_media("qwen3-8b")
    with pytest.raises(LookupError, match=r"the nearest (is|are) `.*flux\.1-dev`"):
        MODELS.find_media("flux.1-dve")
    assert MODELS.find_any("flux").makes == "image"
    assert isinstance(MODELS.find_any("chatgpt"), ClosedModel)


def test_coefficients_are_complete_and_cited():
    assert all(value.source and value.confidence for value in FACTORS.values.values())
    assert {name for group, name in FACTORS.values if group == "precision"} == set(PRECISIONS)
    groups = {"serving", "service", "band", "archetype", "training", "media", "precision"}
    assert {group for group, _ in FACTORS.values} == groups
    for group in ("serving", "media", "training", "archetype", "bands"):
        read = getattr(FACTORS, group)
        named = {name for of, name in FACTORS.values if of == group.rstrip("s") or of == group}
        assert set(read._fields) == named
    assert (FACTORS.batch.low, FACTORS.batch.best, FACTORS.batch.high) == (8, 32, 128)
    assert FACTORS.busy.best == 0.55
    with pytest.raises(LookupError, match="unknown precision `fp9`; there are fp32, bf16"):
        FACTORS.bytes_per_weight("fp9")


def test_what_is_written_of_a_coefficient_reads_as_one_value():
    value = FACTORS.value("serving", "t_step")
    assert (value.best, value.unit, value.status, value.source) == (
        0.00163,
        "s",
        "default",
        "mlenergy-v3",
    )
    with pytest.raises(InputError, match="the coefficient serving nothing is missing"):
        FACTORS.value("serving", "nothing")


@pytest.mark.parametrize(
    ("device", "name"),
    [
        ("nvidia/a100-sxm4-80gb", "a100"), ("nvidia/a800-pcie-80gb", "a100"),
        ("nvidia/h100-nvl-94gb", "hopper"), ("nvidia/h200-sxm-141gb", "hopper"),
        ("nvidia/gh200-96gb", "hopper"), ("nvidia/h800-sxm5-80gb", "hopper"),
        ("nvidia/h20-96gb", "other"), ("nvidia/b200", "blackwell"), ("nvidia/gb300", "blackwell"),
        ("nvidia/v100-sxm2-32gb", "v100"), ("google/tpu-v4", "tpu"), ("nvidia/l4", "other"),
        ("nvidia/a10", "other"), ("amd/mi300x", "other"),
    ],
)  # fmt: skip
def test_the_prior_of_mfu_is_that_of_the_device(device, name):
    assert CATALOG.device(device).id == device
    prior = FACTORS.prior(device, has_experts=False)
    assert prior.name == name
    assert FACTORS.prior(device, has_experts=True).name == "experts"
    value = prior.value("phases.training.0.mfu")
    assert value.low < value.best < value.high
    assert value.source == "training-runs"


def test_every_checked_device_has_a_record():
    assert len(FACTORS.checked) >= 8
    assert all(CATALOG.device(device).id == device for device in FACTORS.checked)


def test_the_generation_is_that_of_the_die():
    named = {"GH100": "hopper", "GB100": "blackwell", "GB110": "blackwell", "Thor": "blackwell"}
    for device in DEVICES:
        dies = {die.name or "" for die in device.dies}
        expected = {named.get(die, "blackwell" if die.startswith("GB20") else "") for die in dies}
        if device.id == "nvidia/gb10":
            expected = {"blackwell"}
        if device.kind == "gpu":
            assert (device.generation or "") in (expected or {""}), device.id


def test_rates_are_those_of_the_record():
    rates = model_factors.rates(CATALOG.device("nvidia/h100-sxm5-80gb"))
    assert rates[:4] == (3.35e12, 989.4e12, 80e9, 700.0)
    assert (rates.has_fp8, rates.generation, rates.is_fitted) == (True, HOPPER, True)
    old = model_factors.rates(CATALOG.device("nvidia/v100-sxm2-32gb"))
    assert (old.peak, old.has_fp8, old.generation) == (125e12, False, "other")
    assert model_factors.missing_rates(CATALOG.device("google/tpu-v5e")) == ["rated_power"]
    with pytest.raises(LookupError, match="the record of google/tpu-v5e has no rated_power"):
        model_factors.rates(CATALOG.device("google/tpu-v5e"))


def test_most_accelerators_of_today_have_what_a_model_needs():
    recent = [d for d in DEVICES if d.kind in ("gpu", "tpu", "npu") and (d.year or 0) >= 2020
              and d.form in ("sxm", "oam", "pcie")]  # fmt: skip
    without = [d.id for d in recent if model_factors.missing_rates(d)]
    assert len(without) <= len(recent) / 5, without


def test_what_names_no_model_reads_no_table(monkeypatch):
    read: list[str] = []
    known = tables.read_input

    def watched(path):
        read.append(str(path))
        return known(path)

    monkeypatch.setattr(tables, "read_input", watched)
    text = (
        "name: x\nsite: {grid: FR}\nphases: {training: [{kind: compute, device: nvidia/b200, "
        "device_time: 1 GPU-h}]}\n"
    )
    estimate(text.encode(), "job.yaml", Catalog(), ())
    assert [path for path in read if path.endswith("priors.csv")]
    assert not [path for path in read if "/models/" in path]


def test_rows_of_ones_own_take_precedence(tmp_path):
    folder = tmp_path / "models"
    folder.mkdir()
    cite(tmp_path, "ours")
    row = ("Qwen/Qwen3-8B,our-8b qwen3-8b,2026,9,9,36,4096,4096,2048,36,,,,,,,,,40960,fp8,text,"
           "ours,high,")  # fmt: skip
    (folder / "language.csv").write_text(f"{HEADS['language.csv']}\n{row}\n")
    (folder / "coefficients.csv").write_text(
        "group,name,value,low,high,unit,source,confidence,meaning\nservice,busy,0.9,,,,ours,high,\n"
    )
    catalog = Catalog((tmp_path,))
    named = catalog.models.find("qwen3-8b")
    assert (named.model.shape.parameters, named.precision) == (9e9, "fp8")
    assert catalog.models.find("our-8b") == named
    assert len(list(catalog.models.language())) == len(OPEN)
    assert catalog.model_factors.busy.best == 0.9
    assert catalog.model_factors.serving == FACTORS.serving
    assert integrity.faults(catalog) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (",8.19,8.19,", ",8.19,9,", "active_b must be above 0 and at most parameters_b"),
        (",bf16,text", ",bf17,text", "precision is one of fp32, bf16"),
        (",8.19,8.19,", ",,8.19,", "parameters_b is missing"),
        (",8.19,8.19,36,", ",8.19,8.19,35,", "full_layers and window_layers are more than layers"),
    ],
)
def test_a_faulty_row_is_reported_with_its_line(tmp_path, old, new, said):
    shipped = CATALOG.folders[-1] / "models" / "language.csv"
    lines = shipped.read_text(encoding="utf-8").splitlines()
    row = next(line for line in lines if line.startswith("Qwen/Qwen3-8B,"))
    assert old in row
    (tmp_path / "models").mkdir()
    path = tmp_path / "models" / "language.csv"
    path.write_text(f"{lines[0]}\n{row.replace(old, new)}\n", encoding="utf-8")
    with pytest.raises(InputError) as raised:
        list(Models((tmp_path,)).language())
    assert f"{path}:2:1: not a model: {said}" in str(raised.value)


def test_a_source_that_nothing_cites_is_an_error(tmp_path):
    (tmp_path / "models").mkdir()
    shutil.copy(CATALOG.folders[-1] / "models" / "mfu.csv", tmp_path / "models")
    path = tmp_path / "models" / "mfu.csv"
    path.write_text(path.read_text().replace("training-runs", "training-rnus", 1))
    with pytest.raises(InputError, match=r"no sources\.yaml has the key `training-rnus`"):
        _ = Catalog((tmp_path,)).model_factors
