"""Accounts of the hours that an activity really ran in: `site.grid_hourly` and `start`."""

import csv
import json

import pytest

from carbonctl.account import estimate
from carbonctl.catalog import Catalog
from carbonctl.errors import InputError
from tests.conftest import CATALOG, ROOT, run

HOURS = range(1, 13)  # of the first, 100 g/kWh, of the second 200, …
JOB = """\
name: job
site: {{grid_hourly: {hours}, pue: 1.5{site}}}
phases:
  training:
    - {{name: a, kind: compute, device: nvidia/a100-sxm4-80gb, devices: 8, power: 400 W, host_power: 0 W,
       device_embodied: 0 kg, host_embodied: 0 kg, {activity}}}
{more}"""
RUN = "wall_time: 2.5 h, start: 2022-06-01T01:30Z"
GRAMS = (0.5 * 200 + 300 + 400) / 2.5
KWH = 8 * 0.4 * 1.5  # an hour


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [f"2022-06-01T{hour - 1:02}:00Z,{hour * 100}" for hour in HOURS]
    (tmp_path / "hours.csv").write_text("\n".join(["start_utc,carbon_g_per_kwh", *rows, ""]))
    points = [{"point_time": f"2022-06-01T{hour:02}:00:00Z", "value": 900} for hour in range(12)]
    meta = {"units": "lbs_co2_per_mwh", "signal_type": "co2_moer"}
    (tmp_path / "moer.json").write_text(json.dumps({"data": points, "meta": meta}))
    return tmp_path


def job(activity=RUN, site="", hours="hours.csv", more=""):
    return JOB.format(activity=activity, site=site, hours=hours, more=more)


def account(text, *overrides):
    return estimate(text.encode(), "job.yaml", CATALOG, overrides)


def operational(text):
    return account(text).total.operational_kgco2e


def refused(text):
    with pytest.raises(InputError) as info:
        account(text)
    return str(info.value)


def test_the_mean_of_the_hours_run_at_constant_power():
    result = account(job())
    assert result.total.operational_kgco2e == pytest.approx(2.5 * KWH * GRAMS / 1000, rel=1e-12)
    entries = [entry for entry in result.entries if entry.boundary == "operational"]
    assert {entry.factor for entry in entries} == {GRAMS / 1000}
    (source,) = {entry.factor_source for entry in entries}
    assert source.startswith("hours.csv@sha256:")
    assert len(source.partition(":")[2]) == 64


@pytest.mark.parametrize(
    ("start", "hours", "grams"),
    [
        ("2022-06-01T00:00Z", 1, 100),
        ("2022-06-01T02:15+02:00", 0.25, 100),
        ("2022-06-01T00:45Z", 0.5, 150),
        ("2022-06-01T00:00Z", 12, 650),
        ("2022-06-01T11:00Z", 1, 1200),
    ],
)
def test_fractions_of_hours_and_zones(start, hours, grams):
    kg = operational(job(f"wall_time: {hours} h, start: '{start}'"))
    assert kg == pytest.approx(hours * KWH * grams / 1000, rel=1e-12)


def test_a_repeated_run_has_the_mean_of_all_its_hours():
    kg = operational(job("wall_time: 1 h, start: 2022-06-01T00:30Z, "
                         "repeat: {every: 4 h, for: 12 h}"))  # fmt: skip
    assert kg == pytest.approx(3 * KWH * (150 + 550 + 950) / 3 / 1000, rel=1e-12)


@pytest.mark.parametrize(
    "activity",
    [
        "wall_time: 2.5 h, start: 2022-05-31T23:00Z",
        "wall_time: 2.5 h, start: 2022-06-01T10:00Z",
        "wall_time: 1 h, start: 2022-06-01T10:00Z, repeat: {every: 2 h, for: 4 h}",
    ],
)
def test_hours_outside_the_data_are_refused(activity):
    message = refused(job(activity))
    assert message.startswith("job.yaml:")
    assert "hours.csv: 2022-06-01T00:00:00Z to 2022-06-01T12:00:00Z" in message


def test_a_start_needs_a_wall_time():
    text = "name: j\nsite: {grid: FR}\nphases:\n  training:\n    - {kind: energy, energy: 1 kWh, start: 2022-06-01T01:30Z}\n"
    assert "job.yaml:5:" in refused(text)
    assert "`start` needs a `wall_time`" in refused(text)


def test_hours_alone_need_a_start():
    assert "`start` is missing" in refused(job("wall_time: 2.5 h"))


def test_hours_beside_a_grid_that_are_not_used_are_said():
    result = account(job("wall_time: 2.5 h", site=", grid: FR"))
    assert any("site.grid_hourly: not used" in warning for warning in result.warnings)
    assert not any("not used" in warning for warning in account(job(site=", grid: FR")).warnings)


def test_hourly_and_annual_figures_in_one_account_warn():
    more = "    - {name: b, kind: energy, energy: 1 kWh, site: {grid: FR}}\n"
    assert any("hourly and annual" in warning for warning in account(job(more=more)).warnings)
    assert not any("hourly and annual" in warning for warning in account(job()).warnings)


@pytest.mark.parametrize("hours", ["moer.json", "{file: hours.csv, signal: marginal}"])
def test_a_marginal_intensity_enters_no_total(hours):
    assert "marginal intensity, which enters no total" in refused(job(hours=hours))


def test_a_marginal_intensity_beside_changes_nothing_and_keys_of_sites_are_noted():
    more = ", marginal_hourly: moer.json, battery: {energy: 1 MWh}, flexibility: [{share: 5 %, defer: 2 h}]"
    result = account(job(site=more))
    assert result.total.operational_kgco2e == operational(job())
    assert any(
        "battery" in w and "flexibility" in w and "carbonctl site" in w for w in result.warnings
    )
    assert any("marginal_hourly" in warning for warning in result.warnings)


def test_faults_of_the_file_are_said_with_their_rows(folder):
    text = (folder / "hours.csv").read_text()
    (folder / "hours.csv").write_text(text.replace(",300", ",").replace(",500", ",-5"))
    with pytest.raises(InputError) as info:
        estimate(job().encode(), "job.yaml", Catalog())
    assert str(info.value).count("hours.csv:") == 2


def test_a_single_figure_and_hours_exclude_each_other_but_for_one_of_the_activity():
    assert "not both" in refused(job(site=", carbon_intensity: 100 g/kWh"))
    own = operational(job(f"{RUN}, site: {{carbon_intensity: 100 g/kWh}}"))
    assert own == pytest.approx(2.5 * KWH / 10)


# --- the commands ---


def write(folder, name, text):
    (folder / name).write_text(text)
    return name


def at(folder, *arguments, stdin=""):
    done = run(*arguments, cwd=folder, stdin=stdin)
    assert done.code == 0, done.err
    return done.out


def totals(text):
    return [row["total"]["operational_kgco2e"] for row in json.loads(text)["results"]]


def test_many_workloads_are_as_each_by_itself(folder):
    starts = [f"2022-06-01T{hour:02}:00Z" for hour in range(8)]
    texts = [job(f"wall_time: 2.5 h, start: {start}") for start in starts]
    alone = [operational(text) for text in texts]
    names = [write(folder, f"j{place}.yaml", text) for place, text in enumerate(texts)]
    assert totals(at(folder, "estimate", *names, "-f", "json")) == alone
    stream = at(folder, "estimate", "-", "-f", "json", stdin="---\n".join(texts))
    assert totals(stream) == alone
    import yaml

    lines = "".join(json.dumps(yaml.load(text, yaml.BaseLoader)) + "\n" for text in texts)
    assert totals(at(folder, "estimate", "-", "-f", "json", stdin=lines)) == alone
    assert len(set(alone)) == len(alone)


def test_explain_compare_sweep_draws_and_saved_results(folder):
    write(folder, "a.yaml", job())
    write(folder, "b.yaml", job("wall_time: 2.5 h, start: 2022-06-01T03:30Z"))
    shown = at(folder, "explain", "a.yaml", "training.a.devices")
    assert "mean of the hours run, from 2022-06-01T01:30Z" in shown
    assert "hours.csv@sha256:" in shown
    saved = at(folder, "estimate", "a.yaml", "-f", "json")
    (folder / "a.json").write_text(saved)
    assert totals(at(folder, "estimate", "a.json", "-f", "json")) == totals(saved)
    for base in ("a.yaml", "a.json"):
        out = json.loads(at(folder, "compare", base, "b.yaml", "-f", "json"))
        change = out["alternatives"][0]["total"]["operational_kgco2e"]
        assert change["head"] / change["base"] == pytest.approx((GRAMS + 200) / GRAMS)
    over = "phases.training.a.wall_time=1..3 h:3"
    rows = at(folder, "sweep", "a.yaml", "--over", over, "-f", "csv").splitlines()
    place = rows[0].split(",").index("operational_kgco2e")
    swept = [float(row.split(",")[place]) for row in rows[1:]]
    assert swept == [operational(job(f"wall_time: {hours} h, start: 2022-06-01T01:30Z"))
                     for hours in (1, 2, 3)]  # fmt: skip
    drawn = json.loads(at(folder, "estimate", "a.yaml", "--draws", "500", "-f", "json"))
    assert drawn["results"][0]["total"]["samples"]["n"] == 500


def test_a_packaged_series_names_its_sources(folder):
    result = account(job("wall_time: 2 h, start: 2022-06-01T18:00Z", hours="eia930/ciso-2022"))
    sources = {entry.factor_source for entry in result.entries if entry.boundary == "operational"}
    assert all(
        "eia930/ciso-2022@sha256:" in source and "eia-930-2022" in source for source in sources
    )


# --- the range of factors by kind of plant ---

# Of hardware_db/grids/rules.csv: stack of a region, its band, and what is upstream of any.
STACK = {"US": {"gas": 405, "coal": 1024}, "rest": {"gas": 406, "coal": 1011}}
UPSTREAM = {"gas": (120, 40, 280), "coal": (60, 30, 150)}
GAS_MW, COAL_MW = (300, 100, 200), (100, 300, 100)  # of a file of three hours


def band(region):
    with (ROOT / "hardware_db" / "grids" / "rules.csv").open(encoding="utf-8", newline="") as file:
        (row,) = (r for r in csv.DictReader(file) if r["region"] == region and r["band_relative"])
    return float(row["band_relative"]), float(row["band_absolute_g"])


def expected_ends(region, basis):
    """Return the ends of the range of the whole file's intensity, as ratios to it."""
    energy = {"gas": sum(GAS_MW), "coal": sum(COAL_MW)}
    share = {fuel: mwh / sum(energy.values()) for fuel, mwh in energy.items()}
    stack = sum(share[fuel] * STACK[region][fuel] for fuel in share)
    relative, absolute = band(region)
    half = max(relative * stack, min(absolute, max(stack, absolute / 2)))
    ends = [stack, stack - half, stack + half]
    if basis == "life-cycle":
        ends = [end + sum(share[fuel] * UPSTREAM[fuel][at] for fuel in share)
                for at, end in enumerate(ends)]  # fmt: skip
    return ends[1] / ends[0], ends[2] / ends[0]


def write_mix(folder):
    rows = [f"2022-06-01T{at:02}:00Z,{gas},{coal}"
            for at, (gas, coal) in enumerate(zip(GAS_MW, COAL_MW, strict=True))]  # fmt: skip
    (folder / "mix.csv").write_text("\n".join(["start_utc,gas_mw,coal_mw", *rows, ""]))


@pytest.mark.parametrize("basis", ["life-cycle", "direct"])
@pytest.mark.parametrize(("region", "grid"), [("US", ", grid: US-CAL-CISO"), ("rest", "")])
@pytest.mark.parametrize("hour", range(3))
def test_the_intensity_of_an_hour_has_the_range_of_the_rule(folder, hour, region, grid, basis):
    write_mix(folder)
    run_of = f"wall_time: 1 h, start: '2022-06-01T{hour:02}:00Z'"
    result = account(job(run_of, grid, f"{{file: mix.csv, basis: {basis}}}"))
    gas, coal = GAS_MW[hour], COAL_MW[hour]
    grams = {fuel: g + (UPSTREAM[fuel][0] if basis == "life-cycle" else 0)
             for fuel, g in STACK[region].items()}  # fmt: skip
    mean = (gas * grams["gas"] + coal * grams["coal"]) / (gas + coal)
    low, high = expected_ends(region, basis)
    assert low < 0.97
    assert high > 1.03
    for entry in result.entries:
        if entry.boundary == "operational":
            assert entry.factor == pytest.approx(mean / 1000, rel=1e-12)
            assert entry.kgco2e_low == pytest.approx(entry.kgco2e * low, rel=1e-12)
            assert entry.kgco2e_high == pytest.approx(entry.kgco2e * high, rel=1e-12)


@pytest.mark.parametrize("hours", ["hours.csv", "{file: mix.csv, factors: ipcc2014}"])
def test_figures_without_a_rule_have_no_range(folder, hours):
    write_mix(folder)
    result = account(job("wall_time: 1 h, start: 2022-06-01T01:00Z", hours=hours))
    for entry in result.entries:
        if entry.boundary == "operational":
            assert entry.kgco2e_low == entry.kgco2e == entry.kgco2e_high
