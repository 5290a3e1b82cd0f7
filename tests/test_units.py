"""Units against pint, and the grammar of quantities."""

import math

import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonctl.numbers import unit_table, units
from carbonctl.numbers.intervals import Range, best, high, low
from carbonctl.numbers.units import QuantityError, format_quantity, parse, parse_formatted, unit

# What the field defines otherwise than pint does, or pint does not know.
DEFINITIONS = """
year = 8760 * hour = yr = y
month = 730 * hour
device = [device] = GPU = TPU = NPU = CPU = core = chip = accelerator = vCPU = thread = package = socket = node = server = system = instance
operation = [operation] = FLOP = OP
bps = bit / second
count = []
"""


@pytest.fixture(scope="module")
def registry():
    found = pint.UnitRegistry(autoconvert_offset_to_baseunit=False)
    found.load_definitions(DEFINITIONS.strip().splitlines())
    return found


def pint_name(name: str) -> str:
    renamed = {
        "t": "metric_ton", "kt": "kilometric_ton", "Mt": "megametric_ton", "Gt": "gigametric_ton",
        "mt": "metric_ton", "MT": "metric_ton", "MMT": "megametric_ton", "kgs": "kg", "sec": "s",
        "secs": "s", "wks": "week", "hr": "hour", "hrs": "hour",
        "wk": "week", "d": "day", "B": "byte", "mm2": "mm**2", "cm2": "cm**2",
        "m2": "m**2", "m3": "m**3", "GPUh": "GPU*hour", "mins": "minute", "%": "percent",
        "h": "hour", "yrs": "yr", "lbs": "lb", "min": "minute",
    }  # fmt: skip
    if name in renamed:
        return renamed[name]
    if name.endswith(("Wh", "Whr", "Whrs", "Whs")):
        return f"{name.partition('Wh')[0]}watt_hour"
    name = name.replace("watthour", "watt_hour")
    for suffix, whole in (("FLOPS", "FLOP/second"), ("OPS", "OP/second"), ("B", "byte")):
        prefix = name.removesuffix(suffix)
        if name.endswith(suffix) and prefix in ("", *"kMGTPE", "Ki", "Mi", "Gi", "Ti", "Pi"):
            return prefix + whole
    return name


def test_every_unit_agrees_with_pint(registry):
    base = {0: "kg", 1: "m", 2: "s", 3: "bit", 4: "device", 5: "operation"}
    checked = 0
    for name in unit_table.table():
        if unit(name)[0] == (0,) * 6 and name != "%":
            continue  # counts: tokens, requests
        dims, factor = unit(name)
        si = "*".join(f"{base[i]}**{power}" for i, power in enumerate(dims) if power) or ""
        theirs = registry.Quantity(1, pint_name(name)).to(si or "dimensionless").magnitude
        assert float(factor) == pytest.approx(theirs, rel=1e-12), name
        checked += 1
    assert checked > 250


@pytest.mark.parametrize(
    ("written", "theirs"),
    [
        ("kg/kWh", "kg/(kW*hour)"),
        ("lb/MWh", "lb/(MW*hour)"),
        ("W/GB", "W/gigabyte"),
        ("kWh/GB", "kW*hour/gigabyte"),
        ("nJ/bit", "nJ/bit"),
        ("GPU-days", "GPU*day"),
        ("kg/TB-year", "kg/(terabyte*year)"),
        ("L/kWh", "L/(kW*hour)"),
        ("GB/s", "gigabyte/s"),
    ],
)
def test_compound_units_agree_with_pint(registry, written, theirs):
    dims, factor = unit(written)
    other = registry.Quantity(1, theirs).to_base_units()
    ours = registry.Quantity(float(factor), "kg**{}*m**{}*s**{}*bit**{}*device**{}".format(*dims))
    assert ours.to(other.units).magnitude == pytest.approx(other.magnitude, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "dimension", "number"),
    [
        ("400 W", units.POWER, 400.0),
        ("400W", units.POWER, 400.0),
        ("0.4 kW", units.POWER, 400.0),
        ("6.4M GPU-h", units.DEVICE_TIME, 6.4e6),
        ("6.4M GPU hours", units.DEVICE_TIME, 6.4e6),
        ("1.5 TPU-days", units.DEVICE_TIME, 36.0),
        ("0.429 kg/kWh", units.INTENSITY, 0.429),
        ("429 gCO2e/kWh", units.INTENSITY, 0.429),
        ("429 g CO2 per kWh", units.INTENSITY, 0.429),
        ("954 lb/MWh", units.INTENSITY, 954 * 0.45359237 / 1000),
        ("2 PB", units.CAPACITY, 2e6),
        ("1 GiB", units.CAPACITY, 2**30 / 1e9),
        ("4 years", units.DURATION, 35040.0),
        ("1 month", units.DURATION, 730.0),
        ("45 %", units.FRACTION, 0.45),
        ("35%", units.FRACTION, 0.35),
        ("0.45", units.FRACTION, 0.45),
        ("15e12", units.COUNT, 15e12),
        ("176B", units.COUNT, 176e9),
        ("8 GPUs", units.DEVICES, 8.0),
        ("1_000_000", units.COUNT, 1e6),
        ("012", units.COUNT, 12.0),
        ("1e3 tokens", units.COUNT, 1000.0),
        ("256646 kWh", units.ENERGY, 256646.0),
        ("1 MJ", units.ENERGY, 1 / 3.6),
        ("2500..5700 kg", units.MASS, Range(4100.0, 2500.0, 5700.0)),
        ("1312..5000 kg", units.MASS, Range(3156.0, 1312.0, 5000.0)),
        ("30..60 %", units.FRACTION, Range(0.45, 0.3, 0.6)),
        ("1..3M GPU-h", units.DEVICE_TIME, Range(2e6, 1e6, 3e6)),
        ("1 GPU-day..48 GPU-h", units.DEVICE_TIME, Range(36.0, 24.0, 48.0)),
        ("-5 W", units.POWER, -5.0),
        ("3.2 MTCO2e", units.MASS, 3200.0),
        ("3.2 MTCO2", units.MASS, 3200.0),
        ("3.2 mt", units.MASS, 3200.0),
        ("3.2 tCO2", units.MASS, 3200.0),
        ("3.2 MMT CO2e", units.MASS, 3.2e9),
        ("3.2 Mt", units.MASS, 3.2e9),
        ("3 metric tons of CO2", units.MASS, 3000.0),
        ("3 Metric tonnes CO2-eq", units.MASS, 3000.0),
        ("1 short ton", units.MASS, 907.18474),
        ("2 lbs CO2", units.MASS, 0.90718474),
        ("5 kilograms CO2 equivalents", units.MASS, 5.0),
        ("5 kgco2eq", units.MASS, 5.0),
        ("12 MWhr", units.ENERGY, 12000.0),
        ("12 kWhrs", units.ENERGY, 12.0),
        ("12 GWhr", units.ENERGY, 12e6),
        ("12 Whr", units.ENERGY, 0.012),
        ("12 kilowatt-hours", units.ENERGY, 12.0),
        ("12 megawatthours", units.ENERGY, 12000.0),
        ("3 kilowatts", units.POWER, 3000.0),
        ("3 watt", units.POWER, 3.0),
        ("7 μW", units.POWER, 7e-6),
        ("7 µW", units.POWER, 7e-6),
        ("2 GPU-hrs", units.DEVICE_TIME, 2.0),
        ("2 GPU⋅h", units.DEVICE_TIME, 2.0),
        ("2 device hours", units.DEVICE_TIME, 2.0),
        ("385 gCO2/kWhr", units.INTENSITY, 0.385),
        ("385 g CO2e kWh⁻¹", units.INTENSITY, 0.385),
        ("385 g kWh-1", units.INTENSITY, 0.385),
        ("385 kWh^-1 g", units.INTENSITY, 0.385),
        ("3 m³", units.VOLUME, 3000.0),
        ("3 m^3", units.VOLUME, 3000.0),
        ("90 secs", units.DURATION, 0.025),
        ("1-02:03:04", units.DURATION, 93784 / 3600),
        ("26:03:04", units.DURATION, 93784 / 3600),
        ("00:10:00.5", units.DURATION, 600.5 / 3600),
        ("01:00:00..1-00:00:00", units.DURATION, Range(12.5, 1.0, 24.0)),
        ("30 min..01:30:00", units.DURATION, Range(1.0, 0.5, 1.5)),
        ("01:00:00..2 h", units.DURATION, Range(1.5, 1.0, 2.0)),
    ],
)
def test_parse(text, dimension, number):
    assert parse(text, dimension) == number


@pytest.mark.parametrize(
    ("text", "dimension", "said"),
    [
        ("700", units.POWER, "`700` has no unit; write `700 W`"),
        ("700 kg", units.POWER, "`700 kg` is a mass of CO2e, not a power such as `400 W`"),
        ("24 h", units.DEVICE_TIME, "is a duration, not a device time"),
        ("7 kw", units.POWER, "unknown unit `kw`; did you mean `kW`?"),
        ("NaN", units.POWER, "`NaN` is not a power"),
        (".inf", units.POWER, "is not a power"),
        ("1e400 W", units.POWER, "is beyond any power that can be meant"),
        ("1e-400 W", units.POWER, "is beyond any power that can be meant"),
        ("1e29 GW", units.POWER, "is beyond any power that can be meant"),
        ("5..2 W", units.POWER, "the low end is above the high end"),
        ("1,000 W", units.POWER, "no separators of thousands"),
        ("5 / W", units.POWER, "is a quantity of another dimension"),
        ("400 W/", units.POWER, "is not a unit"),
        ("", units.POWER, "is not a power"),
        ("12:30:45", units.POWER, "is not a power"),
        ("12:30", units.DURATION, "write `HH:MM:SS`, `D-HH:MM:SS` or `24 h`"),
        ("12:61:00", units.DURATION, "`12:61:00` is not a duration"),
        ("1-24:00:00", units.DURATION, "`1-24:00:00` is not a duration"),
        ("1..02:00:00", units.DURATION, "`1` has no unit; write `1 s` or `1 h`"),
        ("3 tons", units.MASS, "write `t` (1,000 kg) or `short ton` (907.18474 kg)"),
        ("3 ton CO2", units.MASS, "write `t` (1,000 kg) or `short ton` (907.18474 kg)"),
        ("8 Gb", units.CAPACITY, "write `Gbit` for bits, or `GB` for bytes"),
        ("1 ab/cd", units.INTENSITY, "unknown unit `ab`; write a carbon intensity such as"),
        ("5B", units.POWER, "not a power"),
        ("2.5 T", units.MASS, "unknown unit `T`; did you mean `t`?"),
        ("1,5 h", units.DURATION, "write a point for decimals"),
        ("1 " + " " * 40_000 + "b", units.ENERGY, "is too long"),
        ("5 " + "Mt-" * 30 + "Mt" + "/mg" * 30, units.MASS, "is beyond any mass of CO2e"),
        ("5 " + "mg-" * 30 + "mg" + "/Mt" * 30, units.MASS, "is beyond any mass of CO2e"),
    ],
)
def test_what_is_refused(text, dimension, said):
    with pytest.raises(QuantityError) as error:
        parse(text, dimension)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("text", "dimension", "said"),
    [
        ("86400", units.DURATION, "write `86400 s` (24 h) or `86400 h` (10 years)"),
        ("24", units.DURATION, "write `24 s` or `24 h`"),
        ("1..5", units.DURATION, "write `1..5 s` or `1..5 h`"),
        ("4", units.SERVICE_LIFE, "write `4 years`"),
        ("3.5", units.ENERGY, "write `3.5 kWh` or `3.5 MWh`"),
        ("3.5", units.MASS, "write `3.5 kg` or `3.5 t`"),
        ("385", units.INTENSITY, "write `385 g/kWh` or `385 kg/kWh`"),
    ],
)
def test_a_bare_number_names_the_units_that_it_may_be_in(text, dimension, said):
    with pytest.raises(QuantityError) as error:
        parse(text, dimension)
    assert str(error.value) == f"`{text}` has no unit; {said}"


@pytest.mark.parametrize(
    ("text", "dimension", "said"),
    [
        ("12 kwh", units.ENERGY, "did you mean `kWh`?"),
        ("12 KG", units.MASS, "did you mean `kg`?"),
        ("385 g/kwh", units.INTENSITY, "did you mean `kWh`?"),
        ("2 gpu-hours", units.DEVICE_TIME, "did you mean `GPU`?"),
        ("2 huors", units.DURATION, "did you mean `hours`?"),
        ("8 gpus", units.DEVICES, "did you mean `GPUs`?"),
        # of several sizes, or of another dimension
        ("12 mwh", units.ENERGY, "case matters: `mWh` and `MWh` are different units"),
        ("12 MWH", units.ENERGY, "case matters: `mWh` and `MWh` are different units"),
        ("12 pj", units.ENERGY, "case matters: `pJ` and `PJ` are different units"),
        ("12 miliwats", units.POWER, "write a power such as `400 W`"),
        ("12 megabits", units.POWER, "`12 megabits` is a capacity, not a power"),
        ("12 kwh", units.POWER, "write a power such as `400 W`"),
        ("12 hou", units.POWER, "write a power such as `400 W`"),
        ("2 H800-hours", units.DEVICE_TIME, "write a device time such as `12288 GPU-h`"),
        ("2 racks-h", units.DEVICE_TIME, "write a device time such as `12288 GPU-h`"),
    ],
)
def test_a_unit_is_suggested_only_where_it_is_likely(text, dimension, said):
    with pytest.raises(QuantityError) as error:
        parse(text, dimension)
    assert said in str(error.value)


@given(st.sampled_from(sorted(unit_table.table())), st.sampled_from(units.DIMENSIONS))
def test_no_spelling_of_a_unit_suggests_one_of_another_size(name, dimension):
    for written in (name.lower(), name.upper(), name.title(), name.swapcase()):
        try:
            parse(f"1 {written}", dimension)
        except QuantityError as error:
            _, _, close = str(error).partition("; did you mean `")
            if close:
                same = {n for n in unit_table.table() if n.casefold() == name.casefold()}
                sizes = {unit(n)[1] for n in same if unit(n)[0] == unit(close[:-2])[0]}
                assert sizes == {unit(close[:-2])[1]}, (written, error)


def test_hundredths_are_exact():
    assert parse("35 %", units.FRACTION) == 0.35
    assert parse("385 g/kWh", units.INTENSITY) == 0.385


dimensions = st.sampled_from(units.DIMENSIONS)
numbers = st.floats(1e-25, 1e25) | st.just(0.0)


@given(dimensions, numbers)
def test_a_formatted_quantity_reads_back(dimension, number):
    written = format_quantity(number, dimension)
    assert isinstance(written, str)
    assert parse(written, dimension) == number


@given(dimensions, st.lists(numbers, min_size=3, max_size=3).map(sorted))
def test_a_formatted_range_reads_back(dimension, ends):
    below, middle, above = ends
    number = Range(middle, below, above)
    written = format_quantity(number, dimension)
    back = parse_formatted(written, dimension)
    assert (best(back), low(back), high(back)) == (middle, below, above)


@pytest.mark.parametrize("written", ["5 kg", {}, {"best": "1 h", "low": "2 h"}, ["1 h"], None])
def test_what_is_no_formatted_quantity_is_refused(written):
    with pytest.raises(QuantityError):
        parse_formatted(written, units.DURATION)


@given(st.text(max_size=30), dimensions)
def test_any_text_is_a_number_or_a_quantity_error(text, dimension):
    try:
        number = parse(text, dimension)
    except QuantityError as error:
        assert str(error)
    else:
        assert math.isfinite(best(number))
