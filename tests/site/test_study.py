"""Sites from their files: right values of tests/oracles/site, and what must hold of any site."""

import json

import numpy as np
import pytest

from carbonctl.errors import InputError
from carbonctl.ledger.result import About
from carbonctl.render import Style
from carbonctl.render.site import json_, render, rows, trace
from carbonctl.render.site.pictures import charts
from carbonctl.site.backlog import FlexibleDemand, Tier
from carbonctl.site.results import SiteQuestion
from carbonctl.site.shifting import shifted
from tests.site import cases, loads
from tests.site.files import outcome, result_of, table

ABOUT = About("0", "0")
# Generation of these right values is rounded to 1e-6 MW, and that of the files is not.
ROUNDED = 3e-6


def series(folder, row):
    """Write the hours of a row of right values; generation stands in them as it is there."""
    site = cases.site_of(row)
    more = {} if site.cfe_share is None else {"grid_cfe": site.cfe_share}
    table(
        folder / "hours.csv", demand_mw=site.demand_mw, generation_mw=site.generation_mw,
        solar_mw=site.solar_mw, wind_mw=site.wind_mw, grid_g_per_kwh=site.g_per_kwh, **more,
    )  # fmt: skip
    return site


def plain(folder, row, connection="contract", scale="peak"):
    site = series(folder, row)
    return f"""
name: oracle
demand: {{hourly: hours.csv}}
site:
  grid_hourly: {{file: hours.csv, column: grid_g_per_kwh}}
  generation:
    - kind: solar
      capacity: {float(site.generation_mw.max())!r} MW
      hourly: {{file: hours.csv, column: generation_mw}}
      losses: {row["losses_pct"]} %
      connection: {connection}
"""


@pytest.mark.parametrize("case", cases.by_case("accounts"))
def test_accounts(case, tmp_path):
    row = cases.by_case("accounts")[case]
    result = result_of(plain(tmp_path, row), tmp_path)
    known = result.coverage
    pairs = {
        "demand_mwh": known.demand_mwh, "delivered_mwh": known.delivered_mwh,
        "matched_mwh": known.matched_mwh, "surplus_mwh": known.surplus_mwh,
        "unmet_mwh": result.outcome.unmet_mwh, "volumetric_pct": 100 * known.volumetric,
        "volumetric_uncapped_pct": 100 * known.volumetric_uncapped,
        "hourly_cfe_pct": result.outcome.hourly_cfe_pct,
        "location_hourly_kg": result.outcome.accounts.location_hourly_kgco2e,
        "location_mean_kg": result.mean_g_per_kwh * known.demand_mwh,
        "market_hourly_kg": result.outcome.accounts.market_hourly_kgco2e,
        "market_volumetric_kg": result.outcome.accounts.market_volumetric_kgco2e,
    }  # fmt: skip
    for column, figure in pairs.items():
        assert figure == pytest.approx(float(row[column]), rel=1e-9, abs=1e-6), column
    score = result.outcome.grid_cfe_score_pct
    if row["grid_cfe_score_pct"]:
        assert score == pytest.approx(float(row["grid_cfe_score_pct"]), rel=1e-9)
    else:
        assert score is None
    onsite = result_of(plain(tmp_path, row, "onsite"), tmp_path).outcome.accounts
    assert onsite.location_hourly_kgco2e == pytest.approx(float(row["onsite_import_kg"]), rel=1e-9)
    assert onsite[1:] == result.outcome.accounts[1:]


def totals_file(folder, row):
    series(folder, row)
    plants = "".join(
        f"""
    - kind: {kind}
      capacity: {float(peak)!r} MW
      hourly: {{file: hours.csv, column: {kind}_mw}}
      carbon: {row[f"{kind}_kg_per_mwh"]} g/kWh"""
        for kind, peak in (
            ("solar", cases.site_of(row).solar_mw.max()),
            ("wind", cases.site_of(row).wind_mw.max()),
        )
        if peak > 0
    )
    peak = cases.site_of(row).demand_mw.max()
    battery = f"""
  battery:
    energy: {float(row["battery_mwh"]) / float(row["depth_of_discharge"])!r} MWh
    depth_of_discharge: {row["depth_of_discharge"]}
    power: {row["power_mw"]} MW
    charge_efficiency: {row["eff_charge"]}
    discharge_efficiency: {row["eff_discharge"]}
    cycle_life: {row["cycle_life"]}
    lifetime: {row["calendar_life_y"]} years
    embodied: {row["battery_kg_per_kwh"]} kg/kWh"""
    return f"""
name: oracle
demand: {{hourly: hours.csv}}
site:
  grid_hourly: {{file: hours.csv, column: grid_g_per_kwh, per_year: yes}}
  generation:{plants}{battery if float(row["battery_mwh"]) else ""}
  capacity: {float(peak * (1 + float(row["extra_servers_pct"]) / 100))!r} MW
  servers: {{embodied: {row["server_kg_per_kw"]} kg/kW, lifetime: {row["server_life_y"]} years}}
  export_limit: {row["export_limit_mw"]} MW
"""


@pytest.mark.parametrize("case", cases.by_case("site_totals"))
def test_totals(case, tmp_path):
    row = cases.by_case("site_totals")[case]
    result = result_of(totals_file(tmp_path, row), tmp_path)
    done, per_year = result.outcome, result.per_year
    pairs = {
        "import_kg_per_y": per_year(done.accounts.market_hourly_kgco2e),
        "battery_kg_per_y": per_year(done.embodied.battery_kgco2e),
        "generation_kg_per_y": per_year(done.embodied.generation_kgco2e),
        "servers_kg_per_y": per_year(done.embodied.servers_kgco2e),
        "total_kg_per_y": per_year(done.total_kgco2e),
        "exported_mwh_per_y": per_year(done.exported_mwh),
        "curtailed_mwh_per_y": per_year(done.curtailed_mwh),
    }
    if done.battery is not None:
        pairs["cycles_per_y"] = done.battery.cycles_per_year
        pairs["battery_life_y"] = done.battery.life_years
    for column, figure in pairs.items():
        assert figure == pytest.approx(float(row[column]), rel=ROUNDED, abs=1e-3), column


YEAR = """
name: year
demand: {{power: {demand_mw} MW}}
site:
  grid_hourly: {{file: eia930/{authority}-2022, factors: ipcc2014}}
  generation:
    - {{kind: solar, capacity: {solar_mw} MW, hourly: eia930/{authority}-2022}}
    - {{kind: wind, capacity: {wind_mw} MW, hourly: eia930/{authority}-2022}}
  battery:
    energy: {battery_mwh} MWh
    power: {power_mw} MW
    charge_efficiency: {eff_charge}
    discharge_efficiency: {eff_discharge}
  flexibility: [{{share: {flex_pct} %, defer: {defer_h} h}}]
  capacity: {capacity_mw} MW
"""


def year_file(row):
    authority = row["input"].removeprefix("eia930_2022_").removesuffix(".csv")
    return YEAR.format(**row, authority=authority)


@pytest.mark.parametrize("case", cases.by_case("year"))
def test_year(case, tmp_path):
    row = cases.by_case("year")[case]
    result = result_of(year_file(row), tmp_path, SiteQuestion(wants_optimum=True))
    assert result.hours.is_per_year
    assert result.hours.years == 1
    none, battery, both = (outcome(result, name) for name in ("none", "battery", "both"))
    pairs = {
        "grid_mean_g_per_kwh": result.mean_g_per_kwh,
        "generation_mwh": result.coverage.delivered_mwh,
        "volumetric_pct": 100 * result.coverage.volumetric_uncapped,
        "hourly_cfe_pct": none.hourly_cfe_pct,
        "unmet_mwh": none.unmet_mwh,
        "import_kg": none.accounts.market_hourly_kgco2e,
        "battery_unmet_mwh": battery.unmet_mwh,
        "battery_import_kg": battery.accounts.market_hourly_kgco2e,
        "battery_cycles": battery.battery.cycles_per_year,
        "policy_unmet_mwh": both.unmet_mwh,
        "policy_import_kg": both.accounts.market_hourly_kgco2e,
    }
    for column, figure in pairs.items():
        assert figure == pytest.approx(float(row[column]), rel=1e-9), column
    best = result.optimum
    assert best.unmet_mwh == pytest.approx(float(row["optimal_unmet_mwh"]), rel=1e-6)
    assert best.import_kgco2e == pytest.approx(float(row["optimal_import_kg"]), rel=1e-6)
    assert best.gap_mwh == pytest.approx(both.unmet_mwh - best.unmet_mwh, abs=1e-8)
    assert best.gap_mwh > -1e-6
    assert best.gap_kgco2e > -1e-3


@pytest.mark.parametrize("case", cases.by_case("year"))
def test_windows_of_a_year(case):
    """The right values have windows of 24 hours from their first hour, 23:00 UTC."""
    row = cases.by_case("year")[case] | {"defer_h": "24"}
    known = loads.year(row)
    tier = Tier(float(row["flex_pct"]) / 100, "window", 24.0)
    flexible = FlexibleDemand(known.demand_mw, (tier,), 1.0, 0)
    load = shifted(flexible, known.generation_mw, known.intensity, known.capacity_mw)
    unmet = np.maximum(load - known.generation_mw, 0).sum()
    assert unmet == pytest.approx(float(row["day_shift_unmet_mwh"]), rel=1e-9)


WEEK = """
name: week
demand: {hourly: hours.csv}
site:
  grid_hourly: {file: hours.csv, column: grid_g_per_kwh}
  generation:
    - {kind: solar, capacity: 60 MW, hourly: {file: hours.csv, column: solar_pu}}
    - {kind: wind, capacity: 10 MW, hourly: {file: hours.csv, column: wind_pu}, losses: 3 %}
  battery: {energy: 60 MWh, power: 15 MW, charge_efficiency: 95 %, discharge_efficiency: 95 %}
  flexibility: [{share: 20 %, defer: 12 h}, {share: 10 %, defer: 3 h}]
  capacity: 30 MW
  servers: {embodied: 7135 kg/kW, lifetime: 4 years}
"""


@pytest.fixture
def week(tmp_path):
    table(tmp_path / "hours.csv", **cases.columns("erco_week"))
    return tmp_path


def test_a_marginal_signal_changes_no_total(week):
    hours = cases.columns("erco_week")["grid_g_per_kwh"]
    table(week / "marginal.csv", moer_g_per_kwh=900 - hours)
    signal = "  marginal_hourly: {file: marginal.csv, signal: marginal}\n"
    without, with_it = (result_of(WEEK + more, week) for more in ("", signal))
    assert without.outcomes == with_it.outcomes
    assert without.signal is None
    before = np.maximum(with_it.hours.demand_mw - with_it.trace.generation_mw, 0)
    change = (with_it.trace.grid_mw - before) @ (900 - hours)
    assert with_it.signal.signal_kgco2e == pytest.approx(change)
    documents = [json.loads(json_.render(each, ABOUT, (), Style())) for each in (without, with_it)]
    for key in documents[0].keys() - {"signal", "data"}:
        assert documents[0][key] == documents[1][key], key


def test_no_policy_beats_the_optimum_and_both_are_better_than_each(week):
    result = result_of(WEEK, week, SiteQuestion(wants_optimum=True))
    unmet = [each.unmet_mwh for each in result.outcomes]
    assert unmet[3] <= min(unmet[1:3]) + 1e-9
    assert max(unmet) == unmet[0]
    assert result.optimum.unmet_mwh <= unmet[3] + 1e-6
    assert result.optimum.gap_kgco2e >= -1e-3


def test_the_policy_does_not_know_the_future(week):
    """What happens in the middle of the week changes nothing before it."""
    columns = dict(cases.columns("erco_week"))
    before = result_of(WEEK, week, None, "site.battery.energy=0 MWh").trace.load_mw
    changed = columns["solar_pu"].copy()
    changed[80:100] = 1 - changed[80:100]
    table(week / "hours.csv", **{**columns, "solar_pu": changed})
    after = result_of(WEEK, week, None, "site.battery.energy=0 MWh").trace.load_mw
    assert after[80:100] != pytest.approx(before[80:100])
    assert after[:80] == pytest.approx(before[:80], abs=1e-9)


def test_power_balances_in_every_row_of_the_trace(week):
    result = result_of(WEEK + "  export_limit: 5 MW\n", week)
    heads, *rows = (line.split(",") for line in trace.render(result).splitlines())
    assert tuple(heads) == trace.COLUMNS
    for row in rows:
        step = dict(zip(heads, row, strict=True))
        figures = {key: float(cell) for key, cell in step.items() if key[-3:] in ("_mw", "mwh")}
        into = figures["generation_mw"] + figures["discharge_mw"] + figures["grid_mw"]
        out = sum(figures[key] for key in ("load_mw", "charge_mw", "exported_mw", "curtailed_mw"))
        assert into == pytest.approx(out, abs=1e-9)
        assert min(figures.values()) >= 0
    assert sum(float(row[-1]) for row in rows) == pytest.approx(
        result.outcome.accounts.market_hourly_kgco2e
    )
    assert sum(float(row[2]) for row in rows) == pytest.approx(sum(float(row[1]) for row in rows))
    assert result.outcome.curtailed_mwh > 0


def test_servers_count_only_where_load_shifts(week):
    result = result_of(WEEK, week)
    servers = [each.embodied.servers_kgco2e for each in result.outcomes]
    assert servers[:2] == [0, 0]
    assert servers[2] == servers[3] > 0
    rigid = result_of(WEEK.replace("flexibility:", "#"), week)
    assert [each.embodied.servers_kgco2e for each in rigid.outcomes] == [servers[2]] * 2


def test_what_is_unknown_has_no_total(week):
    result = result_of(WEEK.replace("  servers:", "  #"), week)
    assert result.outcome.embodied.servers_kgco2e is None
    assert result.outcome.total_kgco2e is None
    document = json.loads(json_.render(result, ABOUT, (), Style()))
    assert document["embodied"]["complete"] is False
    assert document["total_kgco2e"] is None
    assert any("`servers`" in warning for warning in document["warnings"])
    nuclear = result_of(WEEK.replace("kind: wind", "kind: nuclear"), week)
    assert nuclear.outcome.embodied.generation_kgco2e is None
    swept = WEEK.replace("  servers:", "  #") + "plan: {sweep: {capacity: '[30, 35] MW'}}\n"
    table_ = result_of(swept, week).designs
    assert np.isnan(table_.total_kgco2e).all()
    assert not table_.on_front.any()
    for form in ("table", "md", "csv", "json"):
        assert render(form, result_of(swept, week), ABOUT, (), Style())
    assert [chart.name for chart in charts(result_of(swept, week), 0)] == ["hours", "accounts"]


def test_contracted_plants_embody_nothing_in_a_location_based_total(week):
    location = SiteQuestion(account="location_hourly_kgco2e")
    contract = result_of(WEEK, week, location)
    onsite = result_of(WEEK.replace("solar_pu}}", "solar_pu}, connection: onsite}"), week, location)
    assert contract.outcome.embodied.generation_kgco2e == 0
    assert onsite.outcome.embodied.generation_kgco2e > 0
    carbon = [each.outcome.accounts.location_hourly_kgco2e for each in (contract, onsite)]
    assert carbon[1] < carbon[0]
    assert contract.outcome.accounts[1:] == onsite.outcome.accounts[1:]


def test_the_residual_mix_replaces_the_grid_in_market_accounts_alone(week):
    result = result_of(WEEK, week)
    residual = result_of(WEEK + "  residual_intensity: 500 g/kWh\n", week)
    first, second = result.outcome.accounts, residual.outcome.accounts
    assert first.location_hourly_kgco2e == second.location_hourly_kgco2e
    assert second.market_hourly_kgco2e == pytest.approx(500 * residual.outcome.unmet_mwh)
    assert second.market_volumetric_kgco2e == 0  # generation over the week exceeds demand


def test_half_hours_give_the_same_as_hours(week):
    hourly = result_of(WEEK, week)
    columns = {key: np.repeat(each, 2) for key, each in cases.columns("erco_week").items()}
    table(week / "hours.csv", minutes=30, **columns)
    halves = result_of(WEEK.replace("flexibility:", "#"), week)
    assert halves.hours.step_h == 0.5
    assert halves.coverage.unmet_mwh == pytest.approx(hourly.coverage.unmet_mwh)
    assert halves.outcomes[0].accounts == pytest.approx(hourly.outcomes[0].accounts)
    assert halves.outcome.unmet_mwh == pytest.approx(outcome(hourly, "battery").unmet_mwh)


def test_figures_per_year_are_given_only_where_asked_for(week):
    result = result_of(WEEK, week)
    assert result.per_year(result.outcome.total_kgco2e) is None
    asked = result_of(WEEK.replace("grid_g_per_kwh}", "grid_g_per_kwh, per_year: yes}"), week)
    assert asked.per_year(7.0) == pytest.approx(7 * 8760 / 168)
    assert any("stand for a year" in str(warning) for warning in asked.warnings)
    assert asked.outcome == result.outcome


@pytest.mark.parametrize(("hours", "years"), [(8760, 1), (8784, 1), (8785, None), (8736, None)])
def test_years_and_leap_years(tmp_path, hours, years):
    table(tmp_path / "hours.csv", grid_g_per_kwh=np.linspace(100, 200, hours))
    text = "name: y\ndemand: {power: 1 MW}\nsite: {grid_hourly: hours.csv}\n"
    result = result_of(text, tmp_path)
    assert len(result.hours.demand_mw) == hours
    assert result.per_year(1.0) == years
    assert result.outcome.accounts.location_hourly_kgco2e == pytest.approx(150 * hours)
    assert result.outcome.hourly_cfe_pct == 0


def test_files_of_other_spans_are_cut_to_what_all_cover(week):
    wind = cases.columns("erco_week")["wind_pu"]
    later = np.datetime64("2022-05-02T00:00:00")
    table(week / "wind.csv", start=later, wind_mw=np.append(wind[24:], [5.0] * 48))
    text = WEEK.replace("{file: hours.csv, column: wind_pu}", "wind.csv")
    result = result_of(text, week)
    assert len(result.hours.demand_mw) == 144
    assert result.hours.plants[1].shape.max() == wind[24:].max() / 5  # the file's highest hour
    (said,) = (str(warning) for warning in result.warnings if "only" in warning)
    assert "hours.csv" in said and "wind.csv" in said
    table(week / "wind.csv", wind_mw=wind, start=np.datetime64("2024-05-02T00:00:00"))
    with pytest.raises(InputError, match="the files share no time"):
        result_of(text, week)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("capacity: 30 MW", "capacity: 15 MW", "capacity"),
        ("demand: {hourly: hours.csv}", "demand: {power: 0 MW}", "the demand is zero"),
        ("share: 20 %", "share: 95 %", "105 %"),
        ("servers:", "plan: 1\n  servers:", "plan"),
    ],
)
def test_what_does_not_go_together_is_refused(week, old, new, said):
    with pytest.raises(InputError, match=said) as caught:
        result_of(WEEK.replace(old, new), week)
    assert all(problem.line for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ("target: 100 %", "no battery reaches"),
        ("{target: 90 %, size: coal}", "`coal` is not in the site"),
        ("{target: 90 %, excess: 1 %}", "more than `excess`"),
        ("{sweep: {capacity: '[10, 30] MW'}}", "capacity"),
        ("{sweep: {winds.capacity: 10 MW}}", "did you mean `wind.capacity`"),
        ("{sweep: {wind.capacity: 0..1e9 MW by 1}}", "at most 1,000,000"),
        ("{sweep: {wind.capacity: 0..10 MWh by 1}}", "MWh"),
    ],
)
def test_plans_that_cannot_be_are_refused(week, plan, said):
    plan = plan if plan.startswith("{") else f"{{{plan}}}"
    short = WEEK.replace("60 MW,", "6 MW,") if "100 %" in plan else WEEK
    with pytest.raises(InputError, match=said):
        result_of(f"{short}plan: {plan}\n", week)


def test_a_design_of_a_sweep_is_the_site_with_its_sizes(week):
    sizes = (
        "{wind.capacity: 10..40 MW by 30, battery.energy: '[0, 60] MWh', capacity: 30..35 MW by 5}"
    )
    swept = result_of(f"{WEEK}plan: {{sweep: {sizes}}}\n", week).designs
    assert len(swept.total_kgco2e) == 8
    for place in range(8):
        wind, stored, capacity = (column[place] for column in swept.sizes)
        single = result_of(
            WEEK, week, None, f"site.generation.1.capacity={wind} MW",
            f"site.battery.energy={stored} MWh", f"site.capacity={capacity} MW",
        )  # fmt: skip
        assert swept.total_kgco2e[place] == pytest.approx(single.outcome.total_kgco2e, rel=1e-9)
        assert swept.hourly_cfe_pct[place] == pytest.approx(single.outcome.hourly_cfe_pct)
        assert tuple(column[place] for column in swept.accounts) == pytest.approx(
            single.outcome.accounts
        )


def test_odd_names_can_be_swept(week):
    odd = WEEK.replace("{kind: wind,", "{kind: wind, name: 'Süd 1/2',")
    swept = result_of(f"{odd}plan: {{sweep: {{'Süd 1/2.capacity': 0..20 MW by 10}}}}\n", week)
    assert [axis.column for axis in swept.designs.axes] == ["Süd_1_2_capacity_mw"]


def test_a_sized_battery_meets_its_target_and_a_smaller_one_does_not(week):
    rigid = WEEK.replace("flexibility:", "#")
    size = result_of(f"{rigid}plan: {{target: 85 %}}\n", week).sized
    for factor, meets in ((1.0, True), (0.999, False)):
        chosen = result_of(rigid, week, None, f"site.battery.energy={size.size * factor!r} MWh")
        assert (chosen.outcome.hourly_cfe_pct >= 85 - 1e-9) is meets


def test_a_sized_plant_with_flexible_load_meets_its_target(week):
    size = result_of(f"{WEEK}plan: {{target: 99 %, size: wind}}\n", week).sized
    chosen = result_of(WEEK, week, None, f"site.generation.1.capacity={size.size!r} MW")
    assert chosen.outcome.hourly_cfe_pct >= 99 - 1e-9
    assert chosen.outcome.hourly_cfe_pct == pytest.approx(size.reached_pct)
    fewer = result_of(WEEK, week, None, f"site.generation.1.capacity={size.size * 0.99!r} MW")
    assert fewer.outcome.hourly_cfe_pct < 99


@pytest.mark.parametrize("connection", ["contract", "onsite"])
@pytest.mark.parametrize(
    ("size", "path", "unit"),
    [("wind", "site.generation.1.capacity", "MW"), ("battery", "site.battery.energy", "MWh")],
)
def test_the_sized_site_is_that_of_a_file_with_the_size_and_the_rest_is_as_written(
    week, size, path, unit, connection
):
    own = f"site.generation.1.connection={connection}"
    written = result_of(WEEK, week, None, own)
    asked = result_of(f"{WEEK}plan: {{target: 92 %, size: {size}}}\n", week, None, own)
    assert asked.outcomes == written.outcomes
    assert np.array_equal(asked.trace.grid_mw, written.trace.grid_mw)
    assert written.sized_outcome is None
    there = result_of(WEEK, week, None, own, f"{path}={asked.sized.size!r} {unit}")
    expected = there.outcome._replace(name="sized")
    assert rows.ways(asked)[-1] == pytest.approx(rows.ways(there._replace(outcomes=(expected,)))[0])
    assert len(asked.ways) == len(written.ways) + 1
    assert asked.sized.reached_pct == pytest.approx(asked.sized_outcome.hourly_cfe_pct, abs=1e-9)
    for form in ("table", "md"):
        text = render(form, asked, ABOUT, (), Style())
        assert "of the site as written." in " ".join(text.split()).partition("Accounts")[0]
        assert any(line.lstrip("|* ").startswith("sized") for line in text.splitlines())
        assert "sized" not in render(form, written, ABOUT, (), Style())
    shown = json.loads(render("json", asked, ABOUT, (), Style()))
    assert [way["way"] for way in shown["ways"]] == ["none", "battery", "shifting", "both", "sized"]
    assert ",week,sized," in render("csv", asked, ABOUT, (), Style()).splitlines()[-1]


def test_a_battery_without_cycle_life_says_that_it_has_none(week):
    said = {path: value for path, value, _ in result_of(WEEK, week).assumptions}
    assert said["site.battery.cycle_life"] == "no limit"
    given = result_of(WEEK, week, None, "site.battery.cycle_life=3000").assumptions
    assert "site.battery.cycle_life" not in [path for path, _, _ in given]


def test_the_demand_of_a_workload(week):
    (week / "job.yaml").write_text(
        "name: j\nsite: {grid: FR, pue: 1.2}\nphases: {training: [{name: run, kind: compute, "
        "device: nvidia/h100-sxm5-80gb, devices: 1000, wall_time: 100 h, power: 700 W, "
        "host_power: 0 W}]}\n"
    )
    text = WEEK.replace("demand: {hourly: hours.csv}", "demand: {workload: job.yaml}")
    result = result_of(text.replace("capacity: 30 MW", "capacity: 2 MW"), week)
    assert result.hours.demand_mw == pytest.approx(np.full(168, 0.7 * 1.2))
    assert any("mean power" in str(warning) for warning in result.warnings)
