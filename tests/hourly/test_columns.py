"""Demands and generation: which column, which unit."""

import pytest

from carbonctl.catalog.hourly.options import Options
from carbonctl.catalog.hourly.reading import read_column
from tests.hourly.files import ORACLES, hours, table


def text(head, *rows):
    return table(
        f"timestamp_utc,{head}", (f"{t},{r}" for t, r in zip(hours(len(rows)), rows, strict=True))
    )


@pytest.mark.parametrize(
    ("head", "wanted", "options", "unit", "factor"),
    [
        ("demand_mw", "demand", {}, "MW", 1),
        ("demand_kw", "demand", {}, "MW", 0.001),
        ("Demand (MW)", "demand", {}, "MW", 1),
        ("Load [kW]", "demand", {"column": "Load [kW]"}, "MW", 0.001),
        ("site", "demand", {"column": "site", "unit": "kW"}, "MW", 0.001),
        ("solar_pu", "solar", {}, "share", 1),
        ("solar_pct", "solar", {}, "share", 0.01),
        ("wind_mw", "wind", {}, "MW", 1),
        ("pv", "solar", {"column": "pv", "unit": "%"}, "share", 0.01),
        ("generation_mw", "wind", {"column": "generation_mw"}, "MW", 1),
    ],
)
def test_the_name_says_what_it_is(folder, head, wanted, options, unit, factor):
    series = folder.column(text(head, 0.5, 0.25, 0), wanted, **options)
    assert series.unit == unit
    assert list(series.values) == pytest.approx([0.5 * factor, 0.25 * factor, 0])


def test_a_file_with_much_else(folder):
    rows = ("0.4,0.1,,380", "0.3,0.2,19,390")
    file = text("solar_pu,wind_pu,demand_mw,grid_g_per_kwh", *rows)
    assert list(folder.column(file, "wind").values) == [0.1, 0.2]
    assert folder.refused_column(file, "demand")[0].startswith(
        "column.csv:2: blank value of `demand_mw`"
    )
    (message,) = folder.refused_column(file, "hydro")
    assert message == (
        "column.csv:1: no column `hydro_mw` or `hydro_pu` among `timestamp_utc`, `solar_pu`, "
        "`wind_pu`, `demand_mw`, `grid_g_per_kwh`: give `column`"
    )
    assert folder.refused_column(file, "demand", column="wind_py")[0].startswith(
        "column.csv:1: no column `wind_py`; did you mean `wind_pu`?"
    )


def test_what_is_refused(folder):
    assert folder.refused_column(text("demand_mw", 5, -1, "x"), "demand") == [
        "column.csv:3: negative demand", "column.csv:4: `x` is not a number",
    ]  # fmt: skip
    assert folder.refused_column(text("wind_mw,wind_pu", "5,1", "5,1"), "wind") == [
        "column.csv:1: several columns of wind: give `column`, `wind_mw` or `wind_pu`"
    ]
    assert folder.refused_column(text("site", 5, 6), "demand", column="site") == [
        "column.csv:1: column `site` has no unit: let its name end in `_mw` or `_pu`, or give `unit` (`MW`, `%`)"
    ]
    assert folder.refused_column(text("wind_mw", "", ""), "wind") == [
        "column.csv:1: no figure of wind in it"
    ]


def test_negative_generation_counts_as_none(folder):
    assert list(folder.column(text("solar_mw", -0.3, 5), "solar").values) == [0, 5]


def test_plants_of_files_of_other_formats():
    def read(name, wanted, **options):
        path = ORACLES / "site" / "formats" / name
        return read_column(path, name, Options(**options), wanted)

    wind = read("entsoe.csv", "wind")
    assert list(wind.values) == [380, 400, 390, 360, 340, 320, 300, 280]  # on land and at sea
    assert (wind.step_s, wind.unit) == (900, "MW")
    demand = read("eia930.csv", "demand")
    assert list(demand.values) == [10_400, 10_210, 9_900]
    assert demand.start_s == read("eia930.csv", "coal").start_s == 1704088800
    assert list(read("eia930_2024h2.csv", "solar").values) == [1750]


def test_packaged_plants():
    from carbonctl.errors import InputError

    wind = read_column(None, "eia930/erco-2022", Options(), "wind")
    assert (len(wind.values), wind.values[0], wind.unit) == (8760, 16317, "MW")
    with pytest.raises(InputError, match="no figure of geothermal in it; it has wind, solar"):
        read_column(None, "eia930/erco-2022", Options(), "geothermal")
