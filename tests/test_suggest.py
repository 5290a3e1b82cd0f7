"""Suggested levers: each is what an account made again says, and none changes nothing."""

import pytest

from carbonctl import api
from carbonctl.analysis.accounts import Accounts
from carbonctl.analysis.levers.suggest import suggested
from carbonctl.catalog import Catalog
from tests.conftest import CONFIGS


@pytest.fixture(scope="module")
def catalog():
    return Catalog()


def of(text, catalog):
    return suggested(Accounts(text.encode(), "job.yaml", "job.yaml", catalog))


def rows(text, catalog):
    return {line.row.lever: line.row for line in of(text, catalog).lines}


JOB = """
name: job
site: {grid: gcp/us-central1}
phases:
  training:
    - {kind: compute, device: nvidia/a100-sxm4-80gb, devices: 8, wall_time: 100 h}
"""


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.yaml")), ids=lambda path: path.name)
def test_every_suggestion_saves_something_and_the_largest_comes_first(path, catalog):
    some = suggested(Accounts(path.read_bytes(), path.name, path.name, catalog))
    saved = [line.row.saved_kgco2e or 0.0 for line in some.lines]
    assert some.lines
    assert saved == sorted(saved, reverse=True)
    assert [line.row.order for line in some.lines] == list(range(1, len(saved) + 1))
    for line in some.lines:
        assert line.assumption
        assert line.keys["name"] == line.row.lever
        assert (line.row.saved_kgco2e or 0) > 0 or line.row.operational_market_saved_kgco2e > 0


def test_a_region_is_the_account_in_that_region(catalog, tmp_path):
    name, row = next((n, r) for n, r in rows(JOB, catalog).items() if n.startswith("gcp/"))
    path = tmp_path / "job.yaml"
    path.write_text(JOB, encoding="utf-8")
    before, after = api.estimate(path), api.estimate(path, set=[f"site.grid={name}"])
    saved = before.total.total_kgco2e - after.total.total_kgco2e
    assert row.saved_kgco2e == pytest.approx(saved, rel=1e-12)


def test_a_contract_moves_the_market_based_figure_alone(catalog):
    row = rows(JOB, catalog)["contract for carbon-free energy"]
    assert row.saved_kgco2e == 0
    assert row.operational_market_saved_kgco2e > 0


def test_another_device_takes_less_time_by_its_rates(catalog):
    row = next(r for n, r in rows(JOB, catalog).items() if "H100" in n)
    # 3,350 GB/s over 2,039: less than the ratio of the peaks
    assert row.divides == "time 1.643"


def test_what_is_given_of_one_device_is_not_taken_to_another(catalog):
    text = JOB.replace("wall_time: 100 h", "wall_time: 100 h, power: 300 W")
    assert not any("H100" in name for name in rows(text, catalog))


def test_storage_searches_and_fleets_have_suggestions_of_their_own(catalog):
    text = """
name: job
site: {grid: PL}
phases:
  data: [{name: lake, kind: storage, capacity: 1 PB, duration: 1 year, replication: 3}]
  experimentation:
    - {name: search, kind: experiments, device: nvidia/a100-sxm4-80gb, runs: 100, mean: 9 GPU-h}
  inference:
    - {name: chat, kind: serving, device: nvidia/a100-sxm4-80gb, fleet: 4, busy: 40 %,
       duration: 1 year}
"""
    names = set(rows(text, catalog))
    assert {
        "lake: two copies", "lake: hard disks", "search: early stopping", "search: half the runs",
        "chat: autoscaling", "chat: a fleet that is busy 80 %",
    } <= names  # fmt: skip


def test_the_levers_of_the_file_are_left_alone(catalog):
    levers = "\nlevers:\n  - {name: mine, set: {site.pue: 1.01}}\n"
    assert rows(JOB + levers, catalog).keys() == rows(JOB, catalog).keys()


def test_a_suggestion_can_be_kept_as_a_lever_of_the_file(tmp_path, inside):
    path = tmp_path / "job.yaml"
    path.write_text(JOB, encoding="utf-8")
    line = inside("levers", str(path), "--suggest").out.splitlines()[-1]
    path.write_text(f"{JOB}\nlevers:\n{line}\n", encoding="utf-8")
    with_it = inside("levers", str(path), "-f", "csv").out.splitlines()
    path.write_text(JOB, encoding="utf-8")
    suggested_row = inside("levers", str(path), "--suggest", "-f", "csv").out.splitlines()[2]
    suggested_row = suggested_row.split(",")
    kept = with_it[2].split(",")
    assert (kept[3], kept[6:10]) == (suggested_row[3], suggested_row[6:10])


@pytest.mark.parametrize("form", ["table", "md", "csv", "tsv", "json"])
def test_every_format_has_every_suggestion(form, tmp_path, inside):
    path = tmp_path / "job.yaml"
    path.write_text(JOB, encoding="utf-8")
    out = inside("levers", str(path), "--suggest", "-f", form).out
    for name in ("contract for carbon-free energy", "2 more years of life"):
        assert name in out


@pytest.mark.parametrize("flag", [("--rank",), ("--attribute", "shapley"), ("--lever", "x")])
def test_what_makes_no_sense_beside_it_is_refused(flag, tmp_path, inside):
    path = tmp_path / "job.yaml"
    path.write_text(JOB, encoding="utf-8")
    done = inside("levers", str(path), "--suggest", *flag)
    assert (done.code, "--suggest tries each lever alone" in done.err) == (2, True)


def test_sites_have_contracts_of_their_own(catalog):
    text = """
name: job
site: {grid: PL}
phases:
  training:
    - {name: a, kind: compute, device: nvidia/a100-sxm4-80gb, device_time: 90 GPU-h}
    - {name: b, kind: compute, device: nvidia/a100-sxm4-80gb, device_time: 9 GPU-h, site: {grid: DE}}
"""
    contracts = {
        line.row.lever: line.keys["set"]
        for line in of(text, catalog).lines
        if line.row.lever.startswith("contract")
    }
    assert contracts == {
        "contract for carbon-free energy, site": {"site.carbon_free_energy": "100 %"},
        "contract for carbon-free energy, training.b.site": {
            "phases.training.b.site.carbon_free_energy": "100 %"
        },
    }


def test_autoscaling_is_a_range_and_not_its_end(catalog):
    text = """
name: job
site: {grid: PL}
phases:
  inference:
    - {name: chat, kind: serving, device: nvidia/a100-sxm4-80gb, fleet: 4, busy: 40 %,
       duration: 1 year}
"""
    row = rows(text, catalog)["chat: autoscaling"]
    assert row.saved_low_kgco2e < row.saved_kgco2e < row.saved_high_kgco2e


CHAT = """
name: chat
site: {{grid: FR}}
phases:
  inference:
    - {{kind: llm_serving, model: llama-3.1-8b, device: nvidia/h100-sxm5-80gb, requests: 1M,
       output_tokens: 400, {}}}
"""


@pytest.mark.parametrize(
    ("busy", "is_idle"),
    [("30..80 %", True), ("{best: 50 %, distribution: normal, sd: 3 %}", True),
     ("70..100 %", False)],
)  # fmt: skip
def test_ranges_are_changed_by_their_best(busy, is_idle, catalog):
    names = rows(CHAT.format(f"batch: 8..128, busy: {busy}"), catalog)
    assert names["llm_serving: twice the batch"].saved_kgco2e > 0
    assert ("llm_serving: replicas busy 80 %" in names) == is_idle
    fleet = JOB.replace("compute", "serving").replace(
        "devices: 8, wall_time: 100 h", f"fleet: 4, duration: 1 year, busy: {busy}"
    )
    assert ("serving: a fleet that is busy 80 %" in rows(fleet, catalog)) == is_idle


def test_a_measured_throughput_has_no_levers_of_the_model(catalog):
    modelled = rows(CHAT.format("batch: 32, busy: 30 %"), catalog)
    measured = rows(CHAT.format("batch: 32, busy: 30 %, tokens_per_s: 2000 / s"), catalog)
    of_model = {"llm_serving: twice the batch", "llm_serving: fp8 weights"}
    assert of_model <= modelled.keys()
    assert not of_model & measured.keys()
    assert "llm_serving: replicas busy 80 %" in measured
