"""``hardware`` and ``grid``: lists, cards, near matches, filters, formats."""

import csv
import io
import json

import pytest

from carbonctl.numbers.intervals import best
from tests.conftest import CATALOG, GRIDS, account


def rows(text: str):
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize(
    ("name", "identity"),
    [
        ("NVIDIA H100 80GB HBM3", "nvidia/h100-sxm5-80gb"),
        ("A100-SXM4-80GB", "nvidia/a100-sxm4-80gb"),
        ("Tesla V100-SXM2-16GB", "nvidia/v100-sxm2-16gb"),
        ("TPU v4", "google/tpu-v4"),
        ("mi300x", "amd/mi300x"),
        ("DGX H100", "nvidia/dgx-h100"),
        ("AMD EPYC 7763", "amd/epyc-7763"),
    ],
)
def test_show_finds_what_people_write(inside, name, identity):
    done = inside("hardware", "show", name, "--format", "json")
    assert (done.code, done.err) == (0, "")
    (record,) = json.loads(done.out)
    assert record["id"] == identity
    assert identity in inside("hardware", "show", name).out


def test_a_name_that_fits_several_lists_them_and_asks(inside):
    done = inside("hardware", "show", "h100")
    assert (done.code, done.out) == (3, "")
    assert "`h100` fits several devices: nvidia/h100-nvl-94gb, nvidia/h100-pcie-80gb" in done.err
    assert "name one" in done.err


def test_near_matches(inside):
    done = inside("hardware", "show", "nvidia/h100-sxm5-80g")
    assert done.code == 3
    assert "did you mean `nvidia/h100-sxm5-80gb`" in done.err
    done = inside("grid", "show", "Frnace")
    assert done.code == 3
    assert "did you mean `FR`" in done.err
    done = inside("hardware", "search", "gefroce")
    assert (done.code, done.out) == (3, "")
    assert "nothing matches `gefroce`" in done.err
    assert "(`carbonctl hardware list` lists all)" in done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("hardware show nvidia/h100", "`nvidia/h100` fits several devices: nvidia/h100-nvl-94gb, "),
        ("hardware show aws/p5.48xlarg", "unknown host `aws/p5.48xlarg`; did you mean `aws/p5-48xlarge`? (`carbonctl hardware list` lists them all)"),
        ("hardware show zzzz", "unknown device or host `zzzz` (`carbonctl hardware list` lists them all)"),
        ("embodied zzzz", "zzzz:1:1: unknown device or host `zzzz` (`carbonctl hardware list` lists them all)"),
        ("hardware factors drm", "no factor is known of `drm`; did you mean `dram`? (`carbonctl hardware factors` lists them all)"),
        ("grid show zzzz", f"unknown grid `zzzz`; {GRIDS}"),
        ("grid show aws/us-east-9", "unknown cloud region `aws/us-east-9` (`carbonctl grid list` lists them all)"),
    ],
)  # fmt: skip
def test_an_unknown_name_is_told_with_the_nearest_and_the_command_that_lists_them(
    inside, arguments, said
):
    done = inside(*arguments.split())
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith(said)


def test_a_card_shows_figures_sources_and_what_is_unknown(inside):
    out = inside("hardware", "show", "nvidia/h100-sxm5-80gb").out
    for word in ("700 W", "3,350 GB/s", "814 mm2", "164 kgCO2e", "typical_power", "unknown",
                 "NVIDIA H100 Tensor Core GPU", "https://", "nvidia-hgx-h100-pcf"):  # fmt: skip
        assert word in out
    figures = rows(inside("hardware", "show", "nvidia/h100-sxm5-80gb", "-f", "csv").out)
    assert all(row["source"] for row in figures)
    assert {row["unit"] for row in figures if row["figure"] == "peak.int8"} == {"TOPS"}


def test_a_stand_in_is_marked(inside):
    out = inside("hardware", "list", "--format", "csv").out
    statuses = {row["id"]: row["embodied_status"] for row in rows(out)}
    assert statuses["archetype/rack-server-teads"] == "archetype"
    assert statuses["nvidia/h100-sxm5-80gb"] == "catalog"


def test_several_at_once(inside):
    done = inside("hardware", "show", "nvidia/t4", "none such", "nvidia/l4", "-f", "json")
    assert done.code == 3
    assert [r["id"] for r in json.loads(done.out)] == ["nvidia/t4", "nvidia/l4"]


def test_list_filters(inside):
    everything = rows(inside("hardware", "list", "-f", "csv").out)
    assert len(everything) > 600
    gpus = rows(inside("hardware", "list", "-f", "csv", "--vendor", "amd", "--kind", "gpu").out)
    assert {r["kind"] for r in gpus} == {"gpu"}
    assert all(r["id"].startswith("amd/") for r in gpus)
    recent = rows(inside("hardware", "list", "-f", "csv", "--year", "2022..2024").out)
    assert {int(r["year"]) for r in recent} == {2022, 2023, 2024}
    assert inside("hardware", "list", "--kind", "gpuu").code == 2
    assert inside("hardware", "list", "--year", "24").code == 2
    assert inside("hardware", "list", "--year", "2024..2020").code == 2
    assert inside("hardware", "list", "--vendor", "nobody", "-f", "csv").out.count("\n") == 1


def test_unknown_is_shown_as_unknown(inside):
    listed = {r["id"]: r for r in rows(inside("hardware", "list", "-f", "csv").out)}
    assert listed["google/tpu-v5e"]["rated_power_w"] == ""
    as_json = {r["id"]: r for r in json.loads(inside("hardware", "list", "-f", "json").out)}
    assert as_json["google/tpu-v5e"]["rated_power_w"] is None
    table = inside("hardware", "search", "tpu v5e").out
    assert "–" in table


def test_search(inside):
    found = rows(inside("hardware", "search", "a100", "80gb", "-f", "csv").out)
    identities = {r["id"] for r in found}
    assert {"nvidia/a100-sxm4-80gb", "nvidia/a100-pcie-80gb"} <= identities
    assert "nvidia/a100-sxm4-40gb" not in identities


@pytest.mark.parametrize("name", ["FR", "US", "US-CAMX", "CA-QC", "world", "aws/us-east-1"])
def test_grids(inside, name):
    done = inside("grid", "show", name)
    assert done.code == 0
    assert "gCO2e/kWh" in done.out
    assert "Sources" in done.out
    shown = rows(inside("grid", "show", name, "-f", "csv").out)
    assert all(row["basis"] in ("life-cycle", "direct", "") for row in shown)


@pytest.mark.parametrize("year", [None, "2021"])
def test_the_list_of_grids_has_the_factor_that_estimate_takes(inside, year):
    flags = () if year is None else ("--year", year)
    sets = () if year is None else (f"site.year={year}",)
    listed = rows(inside("grid", "list", "-f", "csv", *flags).out)
    known = [zone for zone in CATALOG.zones if CATALOG.zone_rows(zone)]
    assert sorted(row["zone"] for row in listed) == sorted([*known, *CATALOG.regions])
    for row in listed:
        if not row["intensity_g_per_kwh"]:
            assert not CATALOG.regions[row["zone"]].grid
            continue
        site = f"{{grid: {row['zone']}, pue: 1}}"
        activity = "{kind: energy, energy: 1 kWh, embodied: 0 kg}"
        entry = account(f"name: x\nsite: {site}\nphases: {{data: [{activity}]}}", *sets).entries[0]
        assert float(row["intensity_g_per_kwh"]) == pytest.approx(entry.factor * 1000, rel=1e-12)
        assert (row["year"], row["basis"]) == (str(entry.factor_year), entry.factor_basis)
        assert row["source"] == entry.factor_source


def test_what_is_shown_of_a_region_begins_with_what_estimate_takes(inside):
    for name in (r.region for r in CATALOG.regions.values() if r.grid):
        shown = rows(inside("grid", "show", name, "-f", "csv").out)
        taken = CATALOG.electricity(name)
        figure = (name, str(taken.year), taken.basis, taken.source)
        assert tuple(shown[0][key] for key in ("zone", "year", "basis", "source")) == figure
        own = CATALOG.regions[name].own
        known = {(row["zone"], row["basis"], row["year"]) for row in shown}
        assert own is None or (name, own.basis, str(own.year)) in known


def test_the_figure_that_estimate_takes_is_marked(inside):
    for name in ("FR", "US", "gcp/europe-west1", "aws/ap-northeast-1", "gcp/us-west4"):
        out = inside("grid", "show", name).out
        (line,) = [line for line in out.splitlines() if line.startswith("estimate takes ")]
        taken = CATALOG.electricity(name)
        assert f"({taken.basis}" in line
        assert f"{taken.year})" in line


def test_a_card_of_a_grid_has_a_line_a_year(inside):
    lines = inside("grid", "show", "FR").out.splitlines()
    (of_2024,) = [line for line in lines if line.startswith("2024 ")]
    assert of_2024.split() == ["2024", "40.48", "36", "62.71", "33", "5"]
    (of_2022,) = [line for line in lines if line.startswith("2022 ")]
    assert of_2022.split() == ["2022", "78.54", "75.8", "*", "111", "91", "56"]
    region = inside("grid", "show", "gcp/us-west4").out
    assert "The region's" in region
    (own,) = [line for line in region.splitlines() if line.startswith("2024 ")]
    assert own.split() == ["2024", "357.3", "–", "–"]


def test_the_grid_of_use_over_a_life_is_that_of_estimate(inside):
    asked = ("embodied", "nvidia/h100-sxm5-80gb", "--power", "1 kW", "--grid")
    for name in ("gcp/us-west4", "gcp/europe-west1", "aws/us-east-1"):
        entries = rows(inside(*asked, name, "-f", "csv").out)
        (use,) = [entry for entry in entries if entry["boundary"] == "operational"]
        taken = CATALOG.electricity(name)
        assert float(use["factor"]) == best(taken.intensity)
        assert use["factor_source"] == taken.source


def test_the_list_of_grids(inside):
    listed = rows(inside("grid", "list", "-f", "csv").out)
    kinds = [row["kind"] for row in listed]
    assert kinds.count("country") >= 200
    assert kinds.count("part") >= 250
    assert kinds.count("cloud") >= 100
    old = rows(inside("grid", "list", "--kind", "country", "--year", "2020", "-f", "csv").out)
    france = {row["basis"]: row for row in old if row["zone"] == "FR"}
    assert france["life-cycle"]["year"] == "2020"
    assert json.loads(inside("grid", "list", "--kind", "cloud", "-f", "json").out)
    assert "PUE" in inside("grid", "list", "--kind", "cloud").out


@pytest.mark.parametrize("columns", ["60", "80", "200"])
def test_lists_keep_within_the_terminal(inside, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    for arguments in (("hardware", "list"), ("grid", "list"), ("grid", "list", "--kind", "cloud"),
                      ("hardware", "show", "mi300x"), ("grid", "show", "aws/us-east-1")):  # fmt: skip
        for line in inside(*arguments).out.splitlines():
            assert len(line) <= int(columns) or len(line.split()) == 1, arguments


def test_a_workload_moves_between_grids(inside, tmp_path):
    job = tmp_path / "job.yaml"
    job.write_text(
        "name: x\nsite: {grid: FR}\nphases: {training: [{kind: compute, "
        "device: nvidia/a100-sxm4-80gb, devices: 8, wall_time: 1 h}]}\n"
    )
    seen = {}
    for grid in ("FR", "US-CAMX", "aws/us-east-1", "CA-QC"):
        done = inside("estimate", str(job), "--set", f"site.grid={grid}", "-f", "csv")
        assert done.code == 0
        first = rows(done.out)[0]
        assert first["factor_basis"] in ("life-cycle", "direct")
        assert int(first["factor_year"]) >= 2019
        seen[grid] = float(first["factor"])
    assert len(set(seen.values())) == 4
    table = inside("estimate", str(job), "--set", "site.grid=US-CAMX").out
    assert "derived, life-cycle, 2023" in table


def test_every_zone_and_region_can_be_shown(inside):
    regions = [region.region for region in CATALOG.regions.values() if region.grid]
    zones = [zone for zone in CATALOG.zones if CATALOG.zone_rows(zone)]
    for name in [*zones[::20], *regions[::20]]:
        assert inside("grid", "show", name).code == 0, name
    nowhere = inside("grid", "show", "Andorra")
    assert (nowhere.code, nowhere.out) == (3, "")


def test_lists_have_three_formats_only(inside):
    for arguments in (("hardware", "list"), ("grid", "list"), ("hardware", "show", "nvidia/t4")):
        assert inside(*arguments, "--format", "tsv").code == 2


def test_headings_are_whole_at_80_columns(inside):
    head = inside("hardware", "list", "--kind", "gpu").out.splitlines()[:2]
    for word in ("Power", "Memory", "BF16", "Embodied", "Year", "TFLOPS", "kgCO2e"):
        assert word in " ".join(head)


def test_a_vendor_that_is_not_there(inside):
    done = inside("hardware", "list", "--vendor", "nvdia", "-f", "csv")
    assert done.code == 0
    assert "did you mean `nvidia`?" in done.err


def test_a_table_of_grids_with_another_head_is_not_passed_over(inside, tmp_path):
    folder = tmp_path / "grids"
    folder.mkdir()
    (folder / "mine.csv").write_text("zone,name,yeer,basis\nFR,x,2024,direct\n")
    done = inside("grid", "show", "FR", "--hardware-db", str(tmp_path))
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith(f"{folder / 'mine.csv'}:1:1: the head of a table of grids is zone,")


# --- cloud machine types ---


def test_cloud_machine_types_are_listed_alike_in_csv_and_json(inside):
    listed = rows(inside("hardware", "list", "--kind", "instance", "-f", "csv").out)
    as_json = json.loads(inside("hardware", "list", "--kind", "instance", "-f", "json").out)
    assert len(listed) == len(as_json) >= 154
    assert list(listed[0]) == list(as_json[0])
    by_id = {row["id"]: row for row in as_json}
    assert by_id["aws/p4d.24xlarge"]["device"] == "nvidia/a100-sxm4-40gb"
    assert by_id["aws/g5.16xlarge"]["share_high"] == pytest.approx(1 / 3)
    azure = rows(
        inside("hardware", "list", "--kind", "instance", "--vendor", "azure", "-f", "csv").out
    )
    assert azure
    assert {row["provider"] for row in azure} == {"azure"}
    by_maker = inside(
        "hardware", "list", "--kind", "instance", "--vendor", "Microsoft", "-f", "csv"
    )
    assert rows(by_maker.out) == azure
    table = inside("hardware", "list", "--kind", "instance", "--vendor", "gcp").out
    assert "gcp/a2-highgpu-8g" in table
    assert "a cloud" not in inside("hardware", "list", "-f", "csv").out


@pytest.mark.parametrize("name", ["aws/p4d.24xlarge", "P4D.24xlarge"])
def test_a_cloud_machine_type_is_shown_with_its_source(inside, name):
    text = inside("hardware", "show", name).out
    assert "aws/p4d.24xlarge (8 × nvidia/a100-sxm4-40gb, 96 vCPUs, 1152 GiB)" in text
    assert "karpenter-instance-types" in text
    (shown,) = json.loads(inside("hardware", "show", name, "-f", "json").out)
    assert shown["id"] == "aws/p4d.24xlarge"
    figures = {row["figure"]: row["value"] for row in shown["figures"]}
    assert figures["vcpus"] == 96


def test_a_cloud_machine_type_is_searched(inside):
    found = rows(inside("hardware", "search", "p4d", "-f", "csv").out)
    assert {row["id"] for row in found} == {"aws/p4d.24xlarge", "aws/p4de.24xlarge"}
    assert {row["kind"] for row in found} == {"instance"}


def test_an_unknown_cloud_machine_type_is_reported_with_what_may_be_meant(inside):
    done = inside("hardware", "show", "p4d.24xlage")
    assert done.code == 3
    assert "did you mean `aws/p4d.24xlarge`?" in done.err
    done = inside("embodied", "p4d.24xlarge")
    assert done.code == 3
    assert "a cloud machine type (8 × nvidia/a100-sxm4-40gb, 96 vCPUs, 1152 GiB)" in done.err


def test_a_screen_says_where_imports_are_counted(inside, tmp_path):
    job = tmp_path / "job.yaml"
    job.write_text(
        "name: x\nsite: {grid: SE-SE3}\nphases: {data: [{kind: energy, energy: 1 MWh, "
        "embodied: 0 kg}]}\n"
    )
    done = inside("estimate", str(job))
    assert "imports are counted for SE-SE3" in " ".join(done.out.split())
    assert "counts imports" in done.err
    asked = inside("estimate", str(job), "--set", "site.based_on=consumption")
    assert asked.err == ""
    assert "imports are counted for SE-SE3" in " ".join(asked.out.split())
    refused = inside("estimate", str(job), "--set", "site.based_on=production")
    assert (refused.code, refused.out) == (3, "")
    assert "has no production-based figure" in refused.err
