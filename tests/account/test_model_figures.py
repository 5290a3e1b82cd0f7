"""Figures of activities on models: in the JSON, read back, in lines of many, in tables."""

import json

import pytest

from carbonctl import estimators
from carbonctl.estimators import model_figures
from carbonctl.render import Style
from carbonctl.render.drivers import DriverRow, common_path
from carbonctl.render.model_details import lines, of_activity, terms
from carbonctl.render.sheet import Screen
from tests.account.test_llm_serving import CHAT, spec
from tests.conftest import CONFIGS, account
from tests.models.oracle import rows

NAMES = {"tokens_per_s", "j_per_token", "latency", "first_token", "devices", "replicas", "power"}
MODELS = sorted((CONFIGS / "models").glob("*.yaml"))
IMAGES = """\
{kind: media_serving, device: nvidia/h100-sxm5-80gb, requests: 1000, parameters: 12B, layers: 57,
       model_width: 3072, width: 1024, height: 1024, steps: 28, guidance: 1}"""


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_figures_are_known_by_name_and_hold_their_value(path):
    result = account(path.read_text())
    assert result.figures
    assert {figure.name for figure in result.figures} <= NAMES
    for figure in result.figures:
        assert 0 < figure.low <= figure.value <= figure.high


def test_they_stand_in_the_json_and_are_read_back(inside, tmp_path):
    saved = tmp_path / "saved.json"
    file = str(CONFIGS / "models" / "chat-service.yaml")
    assert inside("estimate", file, "--export", f"json={saved}").code == 0
    (result,) = json.loads(saved.read_text())["results"]
    assert {figure["name"] for figure in result["figures"]} == NAMES
    assert result["spec"]["functional_unit"] == {"name": "token", "amount": "29200000000"}
    again = json.loads(inside("estimate", str(saved), "--format", "json").out)["results"][0]
    assert again["figures"] == result["figures"]
    assert again["total"] == result["total"]


def test_lines_of_many_are_those_of_each(inside, tmp_path):
    jobs = [
        {
            "name": f"job {number}",
            "site": {"grid": "FR"},
            "functional_unit": {"name": "token"},
            "phases": {"inference": [{
                "kind": "llm_serving", "model": "llama-3.1-8b", "device": "nvidia/h100-sxm5-80gb",
                "requests": f"{number + 1}M", "output_tokens": f"{100 + number}", "batch": "16",
            }]},
        }
        for number in range(8)
    ]  # fmt: skip
    many = tmp_path / "jobs.jsonl"
    many.write_text("".join(json.dumps(job) + "\n" for job in jobs))
    done = inside("estimate", str(many), "--format", "jsonl", "-q")
    assert done.code == 0
    for job, line in zip(jobs, done.out.splitlines(), strict=True):
        written, alone = json.loads(line), account(json.dumps(job))
        assert written["figures"] == [figure._asdict() for figure in alone.figures]
        assert written["total"]["total_kgco2e"] == alone.total.total_kgco2e
        amount = float(written["spec"]["functional_unit"]["amount"])
        activity = job["phases"]["inference"][0]
        assert amount == 1e6 * int(activity["requests"][:-1]) * int(activity["output_tokens"])


def test_the_table_says_what_follows_from_a_model(inside):
    shown = inside("estimate", str(CONFIGS / "models" / "chat-service.yaml"), "--details").out
    for said in ("2,220 tokens/s a replica", "28.8 ms a token", "1.04 J a token (0.78..1.51)",
                 "577 W a device, 82 % of rated", "memory 41 %, compute 17 %, fixed 41 %",
                 "0.115 Wh a request", "busy 14,613 device-h, idle 9,742", "at most 614 in flight",
                 "weights 141 GB", "Llama-3.1-70B-Instruct, bf16, 4 × NVIDIA H100 SXM5 80GB"):  # fmt: skip
        assert said in shown


def test_the_first_screen_has_the_total_and_what_matters_of_a_model(inside, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert inside("init", "llm").code == 0
    monkeypatch.setenv("COLUMNS", "80")
    shown = inside("estimate", "llm.carbon.yaml").out.splitlines()
    assert len(shown) < 24  # of 24 rows the last is the prompt's
    assert max(map(len, shown)) <= 80
    at = next(n for n, line in enumerate(shown) if line.startswith("llm_serving: "))
    assert shown[at : at + 3] == [
        "llm_serving: Llama-3.1-70B-Instruct, bf16, 4 × NVIDIA H100 SXM5 80GB, batch 32",
        "  1,318 tokens/s a replica   24.3 ms a token   1.61 J a token (1.21..2.33)",
        "  busy 24,623 device-h, idle 20,146; 2 replicas needed (8 devices)",
    ]
    heading = shown.index("What matters most in inference.llm_serving")
    assert shown[heading + 1].startswith("energy_per_token  ")
    assert not any(line.startswith(("Data", "Training")) for line in shown)


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("chat-service", ("4 devices a replica, 1 replica", "2,220 tokens/s a replica",
                          "28.8 ms a token", "1.04 J a token (0.78..1.51)")),
        ("fine-tuning", ("tokens/s", "J a token (")),
        ("image-service", ("1 device", "s a batch")),
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", ["table", "md"])
def test_a_saved_result_says_what_its_figures_tell(file, said, form, inside, tmp_path):
    saved = tmp_path / "saved.json"
    path = CONFIGS / "models" / f"{file}.yaml"
    assert inside("estimate", str(path), "--export", f"json={saved}").code == 0
    shown = inside("estimate", str(saved), "-f", form).out
    for text in said:
        assert text in shown


def test_markdown_says_what_follows_from_a_model(inside):
    shown = inside("estimate", str(CONFIGS / "models" / "chat-service.yaml"), "-f", "md").out
    assert "bf16, 4 × NVIDIA H100 SXM5 80GB, batch 64; 2,220 tokens/s a replica, 28.8 ms a" in shown
    assert "1 replica needed (4 devices)" in shown


def test_an_indented_line_that_is_broken_stays_indented():
    screen = Screen(Style(width=20))
    screen.paragraph("  one two three four five six")
    assert screen.lines == ["  one two three four", "  five six"]
    screen = Screen(Style(width=8))
    screen.paragraph("one two three four", hanging=2)
    assert screen.lines == ["one two", "  three", "  four"]


def test_explain_has_the_terms_of_a_step():
    (details,) = account(spec(CHAT)).details.values()
    said = "\n".join(terms(details))
    for term in ("weights read", "cache read", "memory", "tokens put out", "prompts read",
                 "compute", "fixed"):  # fmt: skip
        assert f"\n  {term} " in said


def wh_per_request(text: str) -> float:
    kwh = sum(e.energy_kwh for e in account(text).booked if e.item in ("devices", "idle"))
    return kwh / 73e6 * 1000


LOADS = {
    "batch: 64, busy: 60 %": ["batch: 8", "batch: 128", "precision: fp8", "busy: 80 %"],
    "fleet: 8, batch: 64": ["batch: 8", "batch: 128", "precision: fp8"],
    "power: 400 W, batch: 64": ["batch: 8", "batch: 128", "precision: fp8", "busy: 80 %"],
    "idle_power: 100 W, batch: 128": ["batch: 8", "precision: fp8", "busy: 80 %"],
    "latency: 30 ms": ["precision: fp8", "busy: 80 %"],
    "mode: offline, speedup: 1.5..2": ["batch: 8", "batch: 128", "precision: fp8"],
    "tokens_per_s: 2000 / s, busy: 90 %": [],
    "precision: fp8, batch: 8": ["batch: 128", "busy: 80 %"],
    "precision: int4, batch: 8": ["batch: 128", "busy: 80 %"],
    "precision: int8, batch: 8": ["batch: 128", "precision: fp8", "busy: 80 %"],
}


@pytest.mark.parametrize("load", LOADS)
def test_what_would_move_it_most_is_the_account_with_that_key(load):
    text = CHAT.replace("batch: 64, busy: 60 %", load)
    (details,) = account(spec(text)).details.values()
    now, *moved = details.moved.rows
    assert now.wh == pytest.approx(wh_per_request(spec(text)), rel=1e-12)
    assert [row.choice for row in moved] == LOADS[load]
    for choice, wh, devices in moved:
        key = choice.partition(":")[0]
        kept = [part for part in load.split(", ") if not part.startswith(f"{key}:")]
        other = spec(CHAT.replace("batch: 64, busy: 60 %", ", ".join([*kept, choice])))
        assert wh == pytest.approx(wh_per_request(other), rel=1e-12), choice
        assert {f.name: f.value for f in account(other).figures}["devices"] == devices
    said = "\n".join(terms(details))
    assert ("What would move it most" in said) == bool(moved)


def test_a_choice_that_is_not_possible_is_not_offered():
    small = CHAT.replace("batch: 64, busy: 60 %", "fleet: 1, batch: 64")
    (details,) = account(spec(small)).details.values()
    assert "batch: 8" not in {row.choice for row in details.moved.rows}


def test_what_explain_says_goes_through_a_copy():
    import pickle

    (details,) = account(spec(CHAT)).details.values()
    rows = details.moved.rows
    assert pickle.loads(pickle.dumps(details.moved)).rows == rows


def by_name(text: str):
    return {figure.name: figure for figure in account(text).figures}


def ratios(figure) -> tuple[float, float]:
    return figure.low / figure.value, figure.high / figure.value


@pytest.mark.parametrize(
    "load",
    ["power: 300..500 W", "tokens_per_s: 1500..3000 / s", "speedup: 1.5..2.5",
     "power: 300..500 W, tokens_per_s: 1500..3000 / s", "power: 400 W",
     "tokens_per_s: 2000 / s", "output_tokens: 300..500", "input_tokens: 100..900"],
)  # fmt: skip
def test_the_range_of_the_energy_of_a_token_is_that_of_its_entry(load):
    key = load.partition(":")[0]
    own = CHAT.replace(f"{key}: {'300' if key == 'input_tokens' else '400'}, ", "")
    text = own.replace("batch: 64, busy: 60 %", f"batch: 64, mode: offline, {load}")
    text = text.replace("requests: 200k / day, duration: 1 year", "requests: 73M")
    result = account(spec(text))
    entry = next(e for e in result.entries if e.item == "devices" and e.kgco2e_low is not None)
    joules = {figure.name: figure for figure in result.figures}["j_per_token"]
    assert joules.low < joules.value < joules.high
    if "output_tokens" not in load:  # whose number the entry holds, too
        low, high = (end / entry.kgco2e for end in (entry.kgco2e_low, entry.kgco2e_high))
        assert ratios(joules) == pytest.approx((low, high), rel=1e-9)


def test_ranges_that_are_given_reach_the_rates():
    text = CHAT.replace("batch: 64", "batch: 64, speedup: 1..2")
    plain, wide = by_name(spec(CHAT)), by_name(spec(text))
    assert ratios(wide["tokens_per_s"])[0] < ratios(plain["tokens_per_s"])[0]
    assert ratios(wide["latency"])[1] > ratios(plain["latency"])[1]
    power = by_name(spec(CHAT.replace("batch: 64", "batch: 64, power: 300..500 W")))["power"]
    assert 300 < power.low < 400 == power.value < power.high < 500
    measured = by_name(spec(CHAT.replace("batch: 64", "batch: 64, tokens_per_s: 1800..2200 / s")))
    latency = measured["latency"]
    assert latency.value == pytest.approx(64 / 2000)
    assert 64 / 2200 < latency.low < latency.value < latency.high < 64 / 1800
    rated = by_name(spec(CHAT.replace("batch: 64", "batch: 64, rated_power: 600..700 W")))["power"]
    assert 600 * 0.824 < rated.low < rated.value < rated.high < 700 * 0.825
    several = by_name(spec(CHAT.replace("busy: 60 %", "fleet: 2..4")))["replicas"]
    assert several[3:] == (3, "", 2, 4)
    fleet = by_name(spec(CHAT.replace("busy: 60 %", "fleet: 1")))
    full = 14612.9897758198 / (4 * 8760)
    assert fleet["latency"].high / fleet["latency"].value == pytest.approx(min(1.8, 1 / full))


def test_every_kind_of_details_has_lines():
    for path in MODELS:
        for details in account(path.read_text()).details.values():
            assert len(lines(details)) > 1
            assert not any("mWh" in line for line in terms(details))
    assert isinstance(details, model_figures.Serving)


@pytest.mark.parametrize("row", rows("image"), ids=lambda row: row["case"])
def test_images_and_videos_of_the_oracle(row):
    keys = ("width", "height", "steps", "frames", "guidance", "devices", "batch", "layers")
    given = {key: row[key] for key in keys} | {"model_width": row["model_width"]}
    said = ", ".join(f"{key}: {value}" for key, value in given.items())
    text = (
        f"{{kind: media_serving, device: {row['device']}, requests: 1000, "
        f"parameters: {row['parameters']}, {said}}}"
    )
    result = account(spec(text))
    figures = {figure.name: figure.value for figure in result.figures}
    assert figures["latency"] == pytest.approx(
        float(row["out_batch_time_s"]), rel=1e-3
    )  # devices of the catalog


def test_the_energy_of_images_has_the_range_of_the_contract():
    result = account(spec(IMAGES))
    values = {value.name: value for entry in result.booked for value in entry.inputs}
    joules = values["energy_per_item"]
    assert (joules.low / joules.best, joules.high / joules.best) == pytest.approx((0.55, 1.9))


def test_kinds_on_models_are_among_the_kinds():
    assert {"llm_serving", "llm_training", "media_serving"} <= set(estimators.KINDS)


def test_power_that_is_given_is_that_of_images():
    own = IMAGES.replace("guidance: 1", "guidance: 1, power: 500 W")
    result = account(spec(own))
    assert {f.name: f.value for f in result.figures}["power"] == 500
    (details,) = result.details.values()
    assert details.batch.j_per_item == pytest.approx(500 * details.batch.time_s)


def test_a_device_on_which_no_images_were_measured_is_told():
    text = spec(IMAGES.replace("nvidia/h100-sxm5-80gb", "nvidia/l4"))
    assert any("no measurement of images" in warning for warning in account(text).warnings)
    assert not account(spec(IMAGES)).warnings


def test_a_fleet_is_shown_apart_from_what_is_needed():
    result = account(spec(CHAT.replace("busy: 60 %", "fleet: 3")))
    ((phase, activity), details) = next(iter(result.details.items()))
    said = "\n".join(lines(details, of_activity(result, phase, activity)))
    assert "0.417 replicas at work on average, 1 needed, 3 ready (12 devices)" in said
    assert {f.name: f.value for f in result.figures}["replicas"] == 3


def said_of(text: str) -> str:
    (details,) = account(text).details.values()
    return "\n".join(terms(details))


def test_the_shares_of_a_step_are_of_the_model_where_the_whole_is_measured():
    said = said_of(spec(CHAT.replace("batch: 64", "batch: 64, tokens_per_s: 1000 / s")))
    assert "step by the model, 28.8 ms: memory 41 %, compute 17 %, fixed 41 %" in said
    assert "step as measured" in said
    assert "64 ms" in said


def test_a_speedup_is_said():
    assert "batch 64, speedup 2" in said_of(
        spec(CHAT.replace("batch: 64", "batch: 64, speedup: 2"))
    )
    assert "speedup" not in said_of(spec(CHAT))


def test_one_device_is_one():
    said = said_of(spec(CHAT.replace("meta-llama/Llama-3.1-70B-Instruct", "llama-3.1-8b")))
    assert "on 1 device, " in said
    assert "1 devices" not in said


def test_the_first_screen_says_what_stands_ready_and_the_speedup(inside, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    path = tmp_path / "chat.yaml"
    path.write_text(spec(CHAT.replace("batch: 64, busy: 60 %", "batch: 64, fleet: 3, speedup: 2")))
    shown = inside("estimate", str(path)).out.splitlines()
    at = next(n for n, line in enumerate(shown) if line.startswith("llm_serving: "))
    assert shown[at + 1] == "  speedup 2"  # below a line that is full
    assert shown[at + 3].endswith("; 1 replica needed, 3 ready (12 devices)")


@pytest.mark.parametrize(
    ("labels", "above"),
    [
        (("training.x.mfu", "training.x.rl.sampling_time"), "training.x"),
        (("training.x.mfu", "inference.y.busy"), ""),
        (("training.x.mfu", "training.y.mfu"), "training"),
        (("site.pue", "pue"), ""),
    ],
)
def test_the_head_of_what_matters_is_what_the_labels_share(labels, above):
    assert common_path([DriverRow(label, "", "") for label in labels]) == above
