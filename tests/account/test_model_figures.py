"""Figures of activities on models: in the JSON, read back, in lines of many, in tables."""

import json

import pytest

from carbonctl import estimators
from carbonctl.estimators import model_figures
from carbonctl.render import Style
from carbonctl.render.model_details import lines, terms, what_if
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
                 "115 mWh a request", "busy 14,613 device-h, idle 9,742", "at most 614 in flight",
                 "weights 141 GB"):  # fmt: skip
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
        "llm_serving: Llama-3.1-70B, bf16, 4 × NVIDIA H100 SXM5 80GB, batch 32",
        "  1,318 tokens/s a replica   24.3 ms a token   1.61 J a token (1.21..2.33)",
        "  busy 24,623 device-h, idle 20,146; 2 replicas needed (8 devices)",
    ]
    heading = shown.index("What matters most in inference.llm_serving")
    assert shown[heading + 1].startswith("energy_per_token  ")
    assert not any(line.startswith(("Data", "Training")) for line in shown)


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("chat-service", ("4 devices a replica, 1 replica needed", "2,220 tokens/s a replica",
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


def test_explain_has_the_terms_of_a_step_and_what_would_move_it_most():
    (details,) = account(spec(CHAT)).details.values()
    said = "\n".join(terms(details))
    for term in ("weights read", "cache read", "memory", "tokens put out", "prompts read",
                 "compute", "fixed"):  # fmt: skip
        assert f"\n  {term} " in said
    moved = {change.choice: change.wh for change in what_if(details)}
    assert list(moved) == ["batch: 8", "batch: 128", "precision: fp8", "busy: 80 %"]
    for choice, wh in moved.items():
        other = account(spec(CHAT.replace("batch: 64, busy: 60 %", {
            "batch: 8": "batch: 8, busy: 60 %", "batch: 128": "batch: 128, busy: 60 %",
            "precision: fp8": "batch: 64, busy: 60 %, precision: fp8, devices: 4",
            "busy: 80 %": "batch: 64, busy: 80 %",
        }[choice].replace("batch: 8,", "batch: 8, devices: 4,"))))  # fmt: skip
        kwh = sum(e.energy_kwh for e in other.booked if e.item in ("devices", "idle"))
        assert wh == pytest.approx(kwh / 73e6 * 1000, rel=1e-9)


def test_every_kind_of_details_has_lines():
    for path in MODELS:
        for details in account(path.read_text()).details.values():
            assert len(lines(details)) > 1
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
