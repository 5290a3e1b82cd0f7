"""Names of columns that are found by themselves, and their units."""

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonctl.inputs.jobs import keys, names, table
from carbonctl.inputs.jobs.names import FIELDS, cloud_region, factor, field_named, recognise
from carbonctl.numbers import units
from tests.conftest import ROOT

# What fleets are promised to know; the page says the same.
SYNONYMS = {
    "device": "gpu, gpu_type, gpu_model, accelerator, hardware, device_type",
    "devices": "n_gpus, num_gpus, gpu_count, gpus, n_devices, accelerators",
    "wall_time_h": "hours, runtime, elapsed, duration, wall_time",
    "device_time_h": "gpu_hours, device_hours, tpu_hours",
    "grid": "region, zone, location, country, cloud_region",
    "start": "started, start_time, date, timestamp",
    "end": "ended, end_time",
    "energy_kwh": "energy, kwh, energy_consumed",
    "power_w": "power, avg_power, mean_power, watts",
}


@pytest.mark.parametrize(
    ("field", "name"), [(f, n) for f, said in SYNONYMS.items() for n in said.split(", ")]
)
def test_every_synonym_is_known_in_any_spelling(field, name):
    for header in (
        name,
        name.upper(),
        name.replace("_", " ").title(),
        name.replace("_", "-."),
        f" {name} ",
    ):
        known = recognise(header)
        assert known is not None, header
        assert known.field.name == field, header


def test_the_page_lists_the_names_that_are_found():
    text = (ROOT / "docs" / "fleets.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", text, re.M))
    assert rows == {**SYNONYMS, "job": "job_id"}


def test_every_column_of_the_canonical_table_is_its_own_field_in_its_own_unit():
    for name in table.COLUMNS:
        known = recognise(name)
        assert known.field.name == name
        if known.field.dimension is not None:
            assert factor(known.unit, known.field.dimension) == 1


UNITS = {
    "Elapsed (h)": ("wall_time_h", "h", Fraction(1)),
    "runtime_s": ("wall_time_h", "s", Fraction(1, 3600)),
    "duration_ms": ("wall_time_h", "ms", Fraction(1, 3_600_000)),
    "Duration [min]": ("wall_time_h", "min", Fraction(1, 60)),
    "elapsed_seconds": ("wall_time_h", "seconds", Fraction(1, 3600)),
    "hours": ("wall_time_h", "h", Fraction(1)),
    "Hours (s)": ("wall_time_h", "s", Fraction(1, 3600)),
    "energy_wh": ("energy_kwh", "Wh", Fraction(1, 1000)),
    "energy_consumed_kwh": ("energy_kwh", "kWh", Fraction(1)),
    "ENERGY_KWH": ("energy_kwh", "kWh", Fraction(1)),
    "POWER_W": ("power_w", "W", Fraction(1)),
    "ELAPSED (H)": ("wall_time_h", "h", Fraction(1)),
    "LOAD (%)": ("load", "%", Fraction(1, 100)),
    "Power (MW)": ("power_w", "MW", Fraction(10**6)),
    "energy (MWh)": ("energy_kwh", "MWh", Fraction(1000)),
    "energy_MJ": ("energy_kwh", "MJ", Fraction(10, 36)),
    "memory_gib": ("memory_gb", "GiB", Fraction(2**30, 10**9)),
    "memory_mb": ("memory_gb", "MB", Fraction(1, 1000)),
    "gpu_hours": ("device_time_h", "h", Fraction(1)),
    "gpu_s": ("device_time_h", "s", Fraction(1, 3600)),
    "avg power [kW]": ("power_w", "kW", Fraction(1000)),
    "load (%)": ("load", "%", Fraction(1, 100)),
    "load_pct": ("load", "%", Fraction(1, 100)),
    "lifetime_years": ("lifetime_h", "years", Fraction(8760)),
    "carbon intensity (gCO2e/kWh)": ("carbon_intensity_kgco2e_per_kwh", "gCO2e/kWh", Fraction(1, 1000)),
    "carbon_intensity_g_per_kwh": ("carbon_intensity_kgco2e_per_kwh", "g/kWh", Fraction(1, 1000)),
    "device_embodied_t": ("device_embodied_kgco2e", "t", Fraction(1000)),
}  # fmt: skip


@pytest.mark.parametrize("header", UNITS)
def test_a_unit_is_read_in_brackets_or_behind_the_name(header):
    field, unit, size = UNITS[header]
    known = recognise(header)
    assert (known.field.name, known.unit, known.fault) == (field, unit, "")
    assert factor(known.unit, known.field.dimension) == size


def test_the_conversion_is_that_of_the_spec():
    for text, dimension in [
        ("s", units.DURATION),
        ("g/kWh", units.INTENSITY),
        ("GiB", units.CAPACITY),
    ]:
        size = factor(text, dimension)
        for number in (0.1, 3.0, 385.0, 1e-7):
            ours = number * size.numerator / size.denominator
            assert ours == units.parse(f"{number!r} {text}", dimension)


@pytest.mark.parametrize(
    "header", ["energy_mwh", "ENERGY_MWH", "power_mw", "energy_mj", "POWER_MW", "POWER (MW)"]
)
def test_a_unit_that_differs_in_case_alone_is_not_guessed(header):
    known = recognise(header)
    assert known.unit is None
    assert re.search("may be `[mM].*` or `[mM]", known.fault)
    assert f"{header}:UNIT" in known.fault


@pytest.mark.parametrize("header", ["runtime", "elapsed", "wall_time", "energy", "power", "memory"])
def test_a_name_without_a_unit_has_none(header):
    assert recognise(header).unit is None


def test_a_unit_of_something_else_is_a_fault():
    assert recognise("Elapsed (W)").fault == "`W` is no unit of a duration; write `s` or `h`"


@pytest.mark.parametrize(
    "header",
    ["", "()", "(h)", "_", "x", "power_usage_w", "gpu_memory_gb", "hours_of_sleep", "elapsed_x",
     "job_name", "a" * 300, "elapsed" + "_s" * 500, "\0", "=cmd()", "((((", "é(h)"],
)  # fmt: skip
def test_other_names_are_unknown(header):
    assert recognise(header) is None


@given(st.text(max_size=40))
def test_no_header_makes_it_fail(header):
    known = recognise(header)
    assert known is None or known.field.name in FIELDS


def test_fields_are_named_with_or_without_their_unit_and_by_their_path():
    for name in ("wall_time", "wall_time_h"):
        assert field_named(name).name == "wall_time_h"
    for name in ("site.carbon_intensity", "carbon_intensity", "carbon_intensity_kgco2e_per_kwh"):
        assert field_named(name).name == "carbon_intensity_kgco2e_per_kwh"
    assert field_named("site.grid").name == field_named("grid").name == "grid"
    rated = field_named("rated_power")
    assert (rated.name, rated.dimension) == ("rated_power", units.POWER)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("wal_time", "did you mean `wall_time`?"),
        ("n_gpus", "did you mean `devices`?"),
        ("rated_pwer", "did you mean `rated_power`?"),
        ("qqq", "there are job, start, end"),
        ("system", "unknown field `system`"),
    ],
)
def test_an_unknown_field_is_refused_with_the_nearest(name, said):
    with pytest.raises(ValueError, match="unknown field") as error:
        field_named(name)
    assert said in str(error.value)


def test_user_is_no_tag_unless_asked_for():
    assert names.is_tag("Cost Center")
    assert names.is_tag("team")
    assert not names.is_tag("user")
    assert not names.is_tag("gpu")


@pytest.mark.parametrize(
    ("provider", "region", "grid"),
    [
        ("AWS", "us-east-1", "aws/us-east-1"),
        ("Amazon Web Services", "US-East-1", "aws/us-east-1"),
        ("Google Cloud", "europe-west4", "gcp/europe-west4"),
        ("Microsoft", "eastus", "azure/eastus"),
        ("aws", "aws/us-east-1", "aws/us-east-1"),
        ("aws", "FR", "FR"),
        ("on-premises", "par", "par"),
        ("", "FR", "FR"),
        ("aws", "", ""),
    ],
)
def test_a_cloud_and_its_region_are_one_grid(provider, region, grid):
    assert cloud_region(provider, region) == grid


def test_the_keys_of_the_spec_come_from_its_models():
    paths = keys.in_columns()
    assert paths["rated_power"] == units.POWER
    assert paths["site.wue"].unit == "L/kWh"
    assert "system" not in paths
    assert {"site", "load", "energy", "capacity", "phase"} <= set(keys.of_activities())
    assert "rated_power" in keys.of_systems()
