"""The account: its entries, precedence of sources, and what it warns of."""

import math

import pytest

from carbonctl.errors import InputError
from tests.conftest import CATALOG, account, cite

JEAN_ZAY = CATALOG.host("idris/jean-zay-a100-node")  # of eight


def spec(activity: str, site: str = "carbon_intensity: 500 g/kWh, pue: 1", more: str = "") -> str:
    return f"name: t\nsite: {{{site}}}\n{more}phases:\n  training:\n    - {{{activity}}}\n"


def evaluate(entry) -> float:
    names = {value.name: value.best for value in entry.inputs}
    return eval(entry.formula, {"__builtins__": {}}, names)


def by_item(result):
    return {entry.item: entry for entry in result.entries if entry.boundary == "operational"}


def test_the_survey_s_example():
    """luccioni2023 §3.2: 300 W for 100 h at 500 and at 100 g/kWh: 15 and 3 kg."""
    text = spec("kind: compute, power: 300 W, power_scope: system, devices: 1, wall_time: 100 h, "
                "embodied: 0 kg")  # fmt: skip
    assert account(text).total.total_kgco2e == 15.0
    assert account(text, "site.carbon_intensity=100 g/kWh").total.total_kgco2e == 3.0


def test_eq_1():
    """wu2022 Eq. 1: 1,000 kg, 4 years, 1,000 h: 63.4 kg at 45 % and 28.5 kg at 100 %."""
    text = spec(
        "kind: compute, rated_power: 1 W, devices: 1, wall_time: 1000 h, host_power: 0 W, "
        "embodied: 1000 kg, lifetime: 4 years, utilization: 45 %"
    )
    assert account(text).total.embodied_kgco2e == pytest.approx(63.42, abs=0.005)
    whole = account(text, "phases.training.0.utilization=100 %")
    assert whole.total.embodied_kgco2e == pytest.approx(28.54, abs=0.005)


def test_parts_of_a_system():
    text = spec(
        "kind: compute, device: nvidia/a100-sxm4-80gb, devices: 4, wall_time: 10 h, load: 50 %, "
        "host_power: 800 W, cpu: amd/epyc-7763, cpus: 2, memory: 1 TB, dram_power: 0.3725 W/GB",
        "carbon_intensity: 100 g/kWh, pue: 1.5",
    )
    found = by_item(account(text))
    assert found["devices"].energy_kwh == 40 * 200 / 1000
    assert found["host"].energy_kwh == 5 * 800 / 1000  # four of eight devices: half a host
    assert found["cpu"].energy_kwh == pytest.approx(5 * 2 * 280 / 1000)
    assert found["memory"].energy_kwh == pytest.approx(5 * 372.5 / 1000)
    it = sum(found[k].energy_kwh for k in ("devices", "host", "cpu", "memory"))
    assert found["PUE overhead"].energy_kwh == pytest.approx(it * 0.5)


def test_every_formula_gives_its_figure():
    text = """
name: t
site: {grid: FR, pue: 1.2, carbon_free_energy: 50 %, residual_intensity: 80 g/kWh}
systems:
  node: {device: nvidia/a100-sxm4-80gb, idle_power: 50 W, embodied: 2..4 t}
  wall: {device: nvidia/v100-sxm2-32gb, power: 330 W, power_scope: system, embodied: 1 t}
phases:
  data:
    - {kind: energy, energy: 5 MWh, includes_pue: yes, embodied: 3 kg}
    - {kind: energy, energy: 5 MWh, system: node, device_time: 100 GPU-h}
  training:
    - {kind: compute, system: node, device_time: 1k..2k GPU-h, busy: 70 %, cpu: amd/epyc-7742}
    - {kind: compute, system: node, devices: 8, wall_time: 1 h, repeat: {every: 1 h, for: 1 day}}
    - {kind: compute, system: wall, devices: 8, wall_time: 1 h}
"""
    result = account(text)
    assert len(result.entries) == 16
    for entry in result.entries:
        assert evaluate(entry) == pytest.approx(entry.kgco2e, rel=1e-12), entry.formula
        assert entry.quantity * entry.factor == pytest.approx(entry.kgco2e, rel=1e-12)
        names = [value.name for value in entry.inputs]
        assert len(names) == len(set(names))
        for value in entry.inputs:
            assert value.path, value
            assert (value.line is not None) == (value.status == "given" or value.name == "repeats")


def test_identity_is_unique():
    text = spec("kind: compute, device: nvidia/a100-sxm4-80gb, devices: 8, wall_time: 1 h, pue: 1")
    text = text.replace(", pue: 1}\n", "}\n")
    entries = account(text).entries
    assert len({entry.identity for entry in entries}) == len(entries)


def test_power_in_order_of_preference():
    base = "kind: compute, device: nvidia/a100-sxm4-80gb, devices: 1, wall_time: 1000 h, host_power: 0 W"
    energy = lambda extra: by_item(account(spec(base + extra)))["devices"].energy_kwh  # noqa: E731
    share = CATALOG.priors["device_power_share", "train-node-large"].best
    assert energy("") == 400 * share  # what devices of its class of use draw
    assert energy(", load: 100 %") == 400
    assert energy(", load: 50 %") == 200
    assert energy(", rated_power: 300 W, load: 50 %") == 150
    assert energy(", power: 123 W") == 123
    busy = 40 + (400 * share - 40) * 0.5
    assert energy(", idle_power: 40 W, busy: 50 %") == pytest.approx(busy)


def test_a_load_that_is_assumed_is_listed():
    text = spec("kind: compute, device: nvidia/a100-sxm4-80gb, devices: 1, wall_time: 1 h")
    assumed = {a.path: a for a in account(text).assumptions}
    load, share = (
        assumed["phases.training.compute.load"],
        CATALOG.priors["device_power_share", "train-node-large"],
    )
    assert (load.value, load.status) == (share.best, "default")
    assert load.source == share.source
    certain = account(text.replace("wall_time", "load: 100 %, wall_time")).assumptions
    assert "phases.training.compute.load" not in {a.path for a in certain}


def test_power_scope_system_holds_the_host():
    text = spec(
        "kind: compute, device: nvidia/v100-sxm2-32gb, devices: 10000, wall_time: 14.8 days, "
        "power: 330 W, power_scope: system"
    )
    items = [(e.item, e.boundary) for e in account(text).entries]
    assert items == [
        ("devices", "operational"), ("PUE overhead", "operational"),
        ("devices", "embodied"), ("host", "embodied"),
    ]  # fmt: skip
    assert account(text).entries[0].energy_kwh == pytest.approx(3552000 * 0.33)


def test_a_system_s_power_given_as_a_device_s_is_noticed():
    text = spec(
        "kind: compute, device: nvidia/a100-sxm4-80gb, devices: 8, wall_time: 1 h, power: 6.5 kW"
    )
    with pytest.raises(InputError, match=r"16.2 × the rated power .* `power_scope: all`"):
        account(text)
    per_node = text.replace("power: 6.5 kW", "power: 6.5 kW, power_scope: system")
    assert any("16.2 × the rated power" in w for w in account(per_node).warnings)


def test_what_is_not_known_is_said():
    """Devices of no record have no embodied carbon of a class."""
    unnamed = account(
        spec("kind: compute, power: 300 W, host_power: 0 W, devices: 1, wall_time: 1 h")
    )
    assert any("embodied carbon of the system is unknown" in w for w in unnamed.warnings)
    total = unnamed.total
    assert (total.embodied_kgco2e, total.total_kgco2e, total.total_low_kgco2e) == (None, None, None)
    assert total.operational_kgco2e == 0.15
    assert not unnamed.complete
    named = account(spec("kind: compute, device: nvidia/v100-sxm2-32gb, device_time: 1 GPU-h"))
    assert named.complete


def test_energy_alone_has_unknown_hardware():
    result = account(spec("kind: energy, energy: 1 MWh"))
    assert result.total.operational_kgco2e == 500
    assert result.total.embodied_kgco2e is None
    known = account(spec("kind: energy, energy: 1 MWh, embodied: 0 kg"))
    assert known.total.total_kgco2e == 500
    assert known.complete


def test_energy_that_includes_pue_has_no_overhead():
    site = "carbon_intensity: 1 kg/kWh, pue: 1.5"
    assert account(spec("kind: energy, energy: 1 MWh", site)).total.energy_kwh == 1500
    within = account(spec("kind: energy, energy: 1 MWh, includes_pue: yes", site))
    assert within.total.energy_kwh == 1000
    assert [e.item for e in within.entries] == ["energy", "hardware"]


def test_repeat():
    once = (
        "kind: compute, power: 1 kW, power_scope: system, devices: 64, wall_time: 26.6 h, "
        "embodied: 1 kg"
    )
    weekly = account(spec(once + ", repeat: {every: 1 week, for: 1 year}"))
    assert weekly.total.energy_kwh == pytest.approx(52 * 64 * 26.6)
    energy = account(spec("kind: energy, energy: 1 MWh, repeat: {every: 1 day, for: 1 year}"))
    assert energy.total.energy_kwh == pytest.approx(365_000)


# --- site ---

RUN = "kind: compute, power: 1 kW, devices: 1, wall_time: 1000 h, host_power: 0 W, embodied: 0 kg"


def test_the_grid_s_factor_with_basis_year_and_source():
    run = RUN.replace("compute, power", "compute, rated_power")
    entry = account(spec(run, "grid: FR, year: 2022, pue: 1")).entries[0]
    assert entry.factor_basis == "life-cycle"
    assert entry.factor_year == 2022
    assert entry.factor_source
    assert entry.ghg_scope == "2+3.3"
    assert entry.status == "default"  # the load


def test_an_own_figure_overrides_the_grid_s():
    entry = account(spec(RUN, "grid: FR, carbon_intensity: 57 g/kWh, pue: 1")).entries[0]
    assert entry.factor == 0.057
    assert (entry.factor_basis, entry.ghg_scope) == (None, "2")


def test_of_two_equally_near_years_the_later_is_taken(tmp_path):
    from carbonctl.catalog import Catalog
    from carbonctl.reference import catalog_rows

    folder = tmp_path / "grids"
    folder.mkdir()
    cite(tmp_path, "someone")
    head = "zone,name,year,basis,intensity_g_per_kwh,low,high,source,confidence,note\n"
    for years in ((2019, 2023), (2023, 2019)):
        rows = "".join(f"XX,Nowhere,{y},direct,{y},,,someone,high,\n" for y in years)
        (folder / "mine.csv").write_text(head + rows)
        catalog = Catalog((tmp_path,))
        assert catalog.grid("XX", 2021, None).year == 2023
        assert catalog.grid("XX", 2020, None).year == 2019
        (row,) = (r for r in catalog_rows.grids(catalog, "country", 2021) if r["zone"] == "XX")
        assert row["year"] == 2023


def test_the_nearest_year_is_taken_and_said_when_far():
    far = account(spec(RUN, "grid: FR, year: 2012, pue: 1"))
    assert far.entries[0].factor_year == 2020
    assert any("2020, more than 2 years from 2012" in w for w in far.warnings)


def test_figures_are_far_from_more_than_two_years():
    for year, said in ((2018, []), (2017, ["2020, more than 2 years from 2017"])):
        result = account(spec(RUN, f"grid: FR, year: {year}, pue: 1"))
        assert [w for w in result.warnings if "years from" in w] == [
            f"the carbon intensity of FR is of {one}" for one in said
        ]
    moved = "kind: transfer, volume: 1 TB, intensity: 0.01 kWh/GB, intensity_year: 2020"
    for year, is_far in ((2018, False), (2022, False), (2017, True), (2023, True)):
        warned = account(spec(moved, f"carbon_intensity: 1 kg/kWh, year: {year}")).warnings
        assert any("the figure is of 2020" in w for w in warned) is is_far, year


@pytest.mark.parametrize(
    "grid",
    ["FR", "US-CAMX", "aws/us-east-1", "CA-QC", "world", "france", "US-VA", "SE-SE3", "California",
     "us-east-1", "FRA"],
)  # fmt: skip
def test_grids_of_every_kind(grid):
    result = account(spec(RUN, f"grid: {grid}"))
    assert result.entries[0].factor_basis == "life-cycle"
    direct = account(spec(RUN, f"grid: {grid}, basis: direct"))
    assert direct.entries[0].factor_basis == "direct"
    assert direct.entries[0].ghg_scope == ("3.1" if "east" in grid else "2")
    assert result.entries[0].factor_year >= 2019


def test_a_cloud_region_brings_its_pue_and_scope():
    result = account(spec(RUN, "grid: gcp/europe-west1"))
    pue = next(v for e in result.entries for v in e.inputs if v.name == "pue")
    assert pue.status == "catalog"
    assert {e.ghg_scope for e in result.entries} == {"3.1"}


def test_mixed_bases_are_said():
    text = (
        spec(RUN, "grid: FR, pue: 1") + f"    - {{{RUN}, site: {{grid: US-CAMX, basis: direct}}}}\n"
    )
    assert any("different bases" in w for w in account(text).warnings)


def test_an_activity_overrides_the_site_key_by_key():
    text = spec(RUN + ", site: {pue: 2}", "carbon_intensity: 1 kg/kWh, pue: 1")
    assert account(text).total.energy_kwh == 2000
    moved = spec(RUN + ", site: {grid: FR}", "carbon_intensity: 1 kg/kWh, pue: 1.5")
    result = account(moved)
    assert result.entries[0].factor < 0.1  # the intensity below belonged to another grid
    assert result.total.energy_kwh == 1500  # the building's PUE carries over


def test_market_based():
    site = "carbon_intensity: 400 g/kWh, pue: 1, "
    plain = account(spec(RUN, site)).total
    assert plain.operational_market_kgco2e == plain.operational_kgco2e == 400
    half = account(spec(RUN, site + "carbon_free_energy: 50 %"))
    assert half.total.operational_market_kgco2e == 200
    assert any("stands in for the residual mix" in w for w in half.warnings)
    mix = account(spec(RUN, site + "carbon_free_energy: 50 %, residual_intensity: 600 g/kWh"))
    assert mix.total.operational_market_kgco2e == 300
    assert not any("residual" in w for w in mix.warnings)
    known = account(spec(RUN, "grid: FR, pue: 1, basis: direct, carbon_free_energy: 50 %"))
    assert known.total.operational_market_kgco2e == pytest.approx(0.5 * 23.52)  # France, 2024
    assert not any("residual" in w for w in known.warnings)
    whole = account(spec(RUN, "grid: FR, pue: 1, carbon_free_energy: 50 %"))
    assert any("stands in for the residual mix" in w for w in whole.warnings)
    contract = account(spec(RUN, site + "carbon_free_energy: 100 %, contract_intensity: 11 g/kWh"))
    assert contract.total.operational_market_kgco2e == pytest.approx(11)
    net = account(spec(RUN, site + "market_intensity: 88 g/kWh")).total
    assert (net.operational_kgco2e, net.operational_market_kgco2e) == (400, 88)
    assert net.total_market_kgco2e == net.operational_market_kgco2e + net.embodied_kgco2e


@pytest.mark.parametrize(
    ("operator", "electricity", "hardware"),
    [("own", "2", "3.2"), ("colocation", "3.1", "3.2"), ("cloud", "3.1", "3.1"),
     ("client", "3.11", "none")],
)  # fmt: skip
def test_scopes(operator, electricity, hardware):
    pue = "" if operator == "client" else ", pue: 1.2"
    site = f"carbon_intensity: 1 kg/kWh, operator: {operator}{pue}"
    result = account(spec(RUN, site))
    scopes = {e.boundary: e.ghg_scope for e in result.entries}
    assert scopes == {"operational": electricity, "embodied": hardware}
    has_overhead = any(e.item == "PUE overhead" for e in result.entries)
    assert has_overhead == (operator != "client")


def test_an_unknown_grid_factor_is_an_error():
    with pytest.raises(InputError, match="no carbon intensity"):
        account(spec(RUN, "pue: 1"))
    with pytest.raises(InputError, match="has no direct figure, only life-cycle"):
        account(spec(RUN, "grid: SV, basis: direct"))


# --- embodied ---


def test_device_and_host_from_the_catalog():
    """The host that is named, else what its class is made of."""
    text = spec(
        "kind: compute, device: nvidia/a100-sxm4-80gb, devices: 8, wall_time: 35040 h, "
        "utilization: 100 %"
    )
    of_class = CATALOG.priors["embodied_kg", "host-8-devices"].best
    for more, host, status in (
        ("", of_class, "archetype"),
        ("host: idris/jean-zay-a100-node, ", JEAN_ZAY.embodied.value.best, "default"),
    ):
        result = account(text.replace("devices: 8", f"{more}devices: 8"))
        embodied = {e.item: e for e in result.entries if e.boundary == "embodied"}
        assert embodied["devices"].kgco2e == pytest.approx(8 * 150)
        assert embodied["host"].kgco2e == pytest.approx(host)
        assert embodied["host"].status == status


def test_a_host_scales_with_the_devices_it_serves():
    small = spec(
        "kind: compute, system: s, devices: 4, wall_time: 35040 h",
        more="systems:\n  s: {device: nvidia/a100-sxm4-80gb, devices: 4, utilization: 100 %, "
        "host: idris/jean-zay-a100-node}\n",
    )
    (host,) = [e for e in account(small).entries if (e.item, e.boundary) == ("host", "embodied")]
    assert host.kgco2e == pytest.approx(JEAN_ZAY.embodied.value.best / 2)
    assert next(v for v in host.inputs if v.name == "devices_in_host").number == 8
    power = by_item(account(small))["host"]
    share = CATALOG.priors["host_share", "sxm-4"].best
    assert power.energy_kwh == pytest.approx(4 * 0.4 * share * 35040)


def test_own_figures_for_device_and_host():
    text = spec(
        "kind: compute, device: nvidia/a100-sxm4-80gb, devices: 8, wall_time: 8760 h, "
        "device_embodied: 100 kg, host_embodied: 1 t, lifetime: 1 year, utilization: 100 %"
    )
    embodied = {e.item: e.kgco2e for e in account(text).entries if e.boundary == "embodied"}
    assert embodied == {"devices": pytest.approx(800), "host": pytest.approx(1000)}


def test_the_defaults_of_wu2022_make_the_range():
    text = spec("kind: compute, rated_power: 1 W, devices: 1, wall_time: 1000 h, embodied: 1000 kg")
    entry = next(e for e in account(text).entries if e.boundary == "embodied")
    assert entry.kgco2e == pytest.approx(1e6 / (35040 * 0.45))
    down, up = (math.hypot(math.log(4 / life), math.log(0.45 / use))
                for life, use in ((5, 0.6), (3, 0.3)))  # fmt: skip
    assert entry.kgco2e_low == pytest.approx(entry.kgco2e * math.exp(-down))
    assert entry.kgco2e_high == pytest.approx(entry.kgco2e * math.exp(up))


def test_totals_are_exact_sums():
    text = spec(RUN) + "".join(f"    - {{{RUN}, name: r{i}}}\n" for i in range(50))
    result = account(text)
    assert result.total.energy_kwh == math.fsum(
        e.energy_kwh for e in result.entries if e.boundary == "operational"
    )


def test_reported_figures():
    text = spec(RUN, "carbon_intensity: 400 g/kWh, pue: 1.25") + (
        "reported: {energy: 1 MWh, energy_includes_pue: no, operational: 450 kg, embodied: 0 kg,"
        " operational_market: 1 kg, total: 1 t, source: me}\n"
    )
    reported = account(text).reported
    assert reported["energy_kwh"].error_pct == 0
    assert reported["operational_kgco2e"].error_pct == pytest.approx(100 * (500 / 450 - 1))
    assert reported["embodied_kgco2e"].error_pct is None
    assert reported["total_kgco2e"].estimated == 500
    with_pue = account(text, "reported.energy_includes_pue=yes").reported
    assert with_pue["energy_kwh"].error_pct == pytest.approx(25)
    assert account(spec(RUN)).reported is None


def test_the_normalised_spec_is_a_spec_again():
    import yaml

    text = spec(RUN + ", repeat: {every: 1 day, for: 1 week}", "grid: FR, pue: 1.1..1.3")
    first = account(text)
    again = account(yaml.safe_dump(first.spec, sort_keys=False))
    numbers = lambda r: [(e.identity, e.kgco2e, e.kgco2e_low, e.formula) for e in r.entries]  # noqa: E731
    assert numbers(first) == numbers(again)
    assert again.spec == first.spec


def test_a_reported_figure_that_cannot_be_explained_is_said():
    text = (
        spec(RUN, "carbon_intensity: 400 g/kWh, pue: 1")
        + "reported: {operational: 100 kg, energy: 1.2 MWh}\n"
    )
    (warning,) = [w for w in account(text).warnings if "reported" in w]
    assert "reported.operational" in warning
    assert "+300 %" in warning
    assert "0.25 times" in warning
    assert "carbon intensity" in warning


# --- mixes, losses, water ---


def test_an_inline_mix():
    """IPCC AR5 medians: 0.6 × 24 + 0.4 × 490 g/kWh."""
    result = account(spec(RUN, "grid: {hydro: 60 %, gas: 40 %}, pue: 1"))
    entry = result.entries[0]
    assert entry.factor == pytest.approx(0.2104)
    assert (entry.factor_basis, entry.factor_source) == ("life-cycle", "ipcc-ar5-wg3-annex3")
    direct = account(spec(RUN, "grid: {hydro: 60 %, gas: 40 %}, basis: direct, pue: 1"))
    assert direct.entries[0].factor == pytest.approx(0.4 * 0.37)
    assert result.spec["site"]["grid"] == {"hydro": "0.6", "gas": "0.4"}


@pytest.mark.parametrize(
    ("mix", "said"),
    [
        ("{hydro: 60 %, gas: 41 %}", "the shares of the mix sum to 101 %"),
        ("{hydor: 100 %}", "unknown source `hydor`; did you mean `hydro`?"),
        ("{hydro: 60, gas: 40 %}", "`60` is above 1"),
        ("{}", "the mix is empty"),
        ("{hydro: 50..70 %, gas: 50 %}", "sum to 110 %"),
        ("[hydro]", "not a list"),
    ],
)
def test_faulty_mixes(mix, said):
    with pytest.raises(InputError) as error:
        account(spec(RUN, f"grid: {mix}"))
    assert said in str(error.value)


def test_losses_are_an_entry_of_their_own():
    site = "carbon_intensity: 400 g/kWh, pue: 1.2"
    plain, lossy = account(spec(RUN, site)), account(spec(RUN, site + ", losses: 5 %"))
    assert plain.total.energy_kwh == lossy.total.energy_kwh == 1200
    lost = by_item(lossy)["grid losses"]
    assert lost.kgco2e == pytest.approx(1200 * 0.05 / 0.95 * 0.4)
    assert (lost.ghg_scope, lost.energy_kwh) == ("3.3", 0.0)
    assert evaluate(lost) == pytest.approx(lost.kgco2e)
    with pytest.raises(InputError):
        account(spec(RUN, site + ", losses: 100 %"))


def test_water_needs_site_and_source():
    site = "carbon_intensity: 400 g/kWh, pue: 1.2"
    assert account(spec(RUN, site)).total.water_l is None
    assert account(spec(RUN, site + ", wue: 0.5 L/kWh")).total.water_l is None
    both = account(spec(RUN, site + ", wue: 0.5 L/kWh, water_intensity: 2 L/kWh"))
    assert both.total.water_l == pytest.approx(1000 * 0.5 + 1200 * 2)
    billed = "kind: energy, energy: 1200 kWh, includes_pue: yes"
    metered = account(spec(billed, site + ", wue: 0.5 L/kWh, water_intensity: 2 L/kWh"))
    assert metered.total.water_l == pytest.approx(both.total.water_l)


def test_a_cloud_region_brings_its_water():
    """The region's WUE and its country's generation; unknown where either is."""
    known = account(spec(RUN, "grid: aws/eu-central-1, pue: 1.2"))
    assert known.total.water_l > 0
    names = {v.name: v.status for v in known.entries[0].inputs}
    assert names["wue"] == names["water_intensity"] == "catalog"


def test_the_first_layer_that_says_anything_of_the_market_decides():
    site = "carbon_intensity: 400 g/kWh, pue: 1, market_intensity: 10 g/kWh"
    moved = account(spec(RUN + ", site: {carbon_free_energy: 50 %}", site))
    assert moved.total.operational_market_kgco2e == pytest.approx(200)
    assert account(spec(RUN, site)).total.operational_market_kgco2e == pytest.approx(10)
