"""Charts as data, drawn, and in a page."""

import json
import os
import re
import subprocess
import sys
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from carbonctl.errors import MissingExtra, UsageError
from carbonctl.outputs.writing import export, parse_export
from carbonctl.render import CHART_FORMATS, FORMATS, charts
from carbonctl.render.charts import chart, colors, draw
from carbonctl.render.charts.accounts import Accounts, accounts
from carbonctl.render.charts.chart import NARROW, WIDE
from carbonctl.render.charts.day import Profile, day
from carbonctl.render.charts.hours import Hours, hours
from carbonctl.render.charts.page import page, table
from carbonctl.render.charts.pareto import Design, pareto
from carbonctl.render.charts.starts import Starts, starts
from carbonctl.render.charts.timeline import Clock, Span, tick_times
from tests.conftest import ROOT, clean_environment
from tests.render.charts import (
    EVIL,
    HOUR_S,
    JUNE_S,
    all_of,
    designs,
    grid,
    job,
    origins,
    site,
    sums,
    unknowns,
)

GOLDEN = ROOT / "tests" / "golden" / "charts"
SVG = "{http://www.w3.org/2000/svg}"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
each_chart = pytest.mark.parametrize("made", all_of(), ids=lambda made: made.name)


@pytest.fixture
def installed():
    pytest.importorskip("vl_convert", reason=f"charts are not drawn here: {draw.EXTRA}")


@pytest.fixture
def missing(monkeypatch):
    monkeypatch.setattr(draw, "find_spec", lambda name: None)


# As data


@each_chart
def test_the_specification_to_the_byte(made):
    path = GOLDEN / f"{made.name}.vl.json"
    shown = charts.render("vl.json", [made], made.title)
    assert json.loads(shown) == made.spec
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")


def lines(made, panel: int) -> dict[str, list]:
    """The lines of a panel by their name: pairs of a time and a figure."""
    layers = made.spec["vconcat"][panel]["layer"]
    (data,) = (layer["data"]["values"] for layer in layers if layer["mark"]["type"] == "line")
    by_name: dict[str, list] = {}
    for point in data:
        by_name.setdefault(point["series"], []).append((point["time"], point["value"]))
    return by_name


def test_hours_have_a_panel_for_each_unit():
    made = site()
    titles = [panel["title"]["text"] for panel in made.spec["vconcat"]]
    assert titles == ["Power (MW)", "State of charge (MWh)", "Grid (gCO2e/kWh)"]
    powers = lines(made, 0)
    assert list(powers) == ["Demand", "Load", "Generation"]
    # A power holds during its step: the last one is drawn to the end of the day.
    assert powers["Demand"][0] == ("2022-06-01T00:00:00Z", 5.0)
    assert powers["Demand"][-2:] == [
        ("2022-06-01T23:00:00Z", 7.875),
        ("2022-06-02T00:00:00Z", 7.875),
    ]
    # A state of charge is that of the end of its step.
    (charge,) = lines(made, 1).values()
    assert charge[0][0] == "2022-06-01T01:00:00Z"
    assert charge[-1][0] == "2022-06-02T00:00:00Z"
    for panel in made.spec["vconcat"]:
        assert panel["layer"][0]["data"]["values"] == [
            {"from": "2022-06-01T06:00:00Z", "to": "2022-06-01T09:30:00Z"}
        ]


def test_hours_of_a_site_with_nothing_built():
    clock = Clock(JUNE_S, HOUR_S, 2)
    made = hours(Hours(clock, [1, 2], [300, 400]), "Bare")
    assert [panel["title"]["text"] for panel in made.spec["vconcat"]] == [
        "Power (MW)",
        "Grid (gCO2e/kWh)",
    ]
    assert made.table.heads == ("Start (UTC)", "Demand (MW)", "Intensity (gCO2e/kWh)")
    assert made.table.rows == (("2022-06-01 00:00", 1, 300), ("2022-06-01 01:00", 2, 400))
    assert "shaded" not in made.note


def test_what_is_shaded_stays_in_the_time_shown():
    clock = Clock(JUNE_S, HOUR_S, 2)
    outside = (Span(JUNE_S - HOUR_S, JUNE_S + HOUR_S), Span(JUNE_S + 9 * HOUR_S, JUNE_S + 99))
    made = hours(Hours(clock, [1, 2], [300, 400], chosen=outside), "Cut")
    (shaded,) = made.spec["vconcat"][0]["layer"][0]["data"]["values"]
    assert shaded == {"from": "2022-06-01T00:00:00Z", "to": "2022-06-01T01:00:00Z"}


def test_unknown_figures_are_gaps():
    clock = Clock(JUNE_S, HOUR_S, 2)
    made = hours(Hours(clock, [1, float("nan")], [300, 400]), "Gap")
    assert lines(made, 0)["Demand"][1][1] is None
    assert "demand 1 to 1 MW" in made.alt
    assert ">not known</td>" in table(made.table, "Gap")


@pytest.mark.parametrize(
    ("steps", "step_s", "every_s"),
    [(168, 3600, 86400), (48, 3600, 6 * 3600), (12, 3600, 2 * 3600), (6, 300, 300), (8760, 3600, 2232 * 3600)],
)  # fmt: skip
def test_ticks_are_round_and_few(steps, step_s, every_s):
    clock = Clock(JUNE_S + 300, step_s, steps)
    ticks = tick_times(clock)
    assert 3 <= len(ticks) <= 8
    assert {later - sooner for sooner, later in pairwise(ticks)} == {every_s * 1000}
    assert all(tick % (min(every_s, 86400) * 1000) == 0 for tick in ticks)
    assert clock.start_s * 1000 <= ticks[0] and ticks[-1] < clock.end_s * 1000


def test_starts_say_what_waiting_saves():
    made = job()
    assert made.alt.endswith(
        "It runs 2022-06-01 13:30 to 15:00. That emits 75 kgCO2e; starting now, 100 kgCO2e: 25 % less."
    )
    shares = {row[0]: row[2] for row in made.table.rows}
    assert (shares["2022-06-01 12:00"], shares["2022-06-01 13:00"]) == (0, 50)
    assert shares["2022-06-01 14:00"] == 100
    shaded, _, rule, text = made.spec["vconcat"][0]["layer"]
    assert shaded["data"]["values"][0]["from"] == "2022-06-01T13:30:00Z"
    assert rule["data"]["values"][0]["now"] == "2022-06-01T09:00:00Z"
    assert text["mark"]["type"] == "text"


def test_starts_where_waiting_costs_or_nothing_is_known():
    clock, runs = Clock(JUNE_S, HOUR_S, 2), (Span(JUNE_S + HOUR_S, JUNE_S + 2 * HOUR_S),)
    worse = Starts(clock, [1, 2], runs, JUNE_S, chosen_kg=2, now_kg=1)
    assert starts(worse, "x").note.endswith("starting now, 1 kgCO2e: 100 % more.")
    nothing = worse._replace(chosen_kg=0, now_kg=0)
    assert starts(nothing, "x").note.endswith("starting now, 0 kgCO2e.")
    unknown = worse._replace(now_kg=None, is_marginal=True, now_s=JUNE_S - 1)
    made = starts(unknown, "x")
    assert made.note.endswith("It runs 2022-06-01 01:00 to 02:00.")
    assert made.alt.startswith("Marginal intensity")
    assert [layer["mark"]["type"] for layer in made.spec["vconcat"][0]["layer"]] == ["rect", "line"]


def test_days_are_means_with_a_band():
    made = grid()
    average, marginal, line = made.spec["vconcat"][0]["layer"]
    first, *_, last = average["data"]["values"]
    assert (first["low"], first["high"]) == (190, 310)
    assert (last["hour"], last["mean"]) == (24, 273)  # the last hour is drawn to its end
    assert marginal["data"]["values"][0]["low"] == 420
    assert line["encoding"]["color"]["scale"]["domain"] == ["Average (AER)", "Marginal (MER)"]
    assert made.table.rows[23] == ("23:00", 273, 60, 427, 30)


@pytest.mark.parametrize("profiles", [[], [Profile("x", [1] * 23, [1] * 23)], [Profile("x", [1] * 24, [1] * 24)] * 3])  # fmt: skip
def test_days_need_24_hours_of_one_or_two_profiles(profiles):
    with pytest.raises(ValueError, match=r"24 hours|one or two"):
        day(profiles, "x")


def test_the_front_is_marked_and_numbered_from_the_least_carbon():
    made = designs()
    steps, points, numbers = made.spec["vconcat"][0]["layer"]
    assert [(p["across"], p["up"]) for p in steps["data"]["values"]] == [(5000, 60), (7000, 90)]
    groups = [point["series"] for point in points["data"]["values"]]
    assert groups == ["Other designs"] * 2 + ["On the front"] * 2
    assert [point["no"] for point in numbers["data"]["values"]] == ["1", "2"]
    assert made.table.rows[:2] == (("1", "wind 20 MW", 5000, 60), ("2", "wind 40 MW", 7000, 90))
    assert len(made.table.rows) == 4
    assert made.alt.startswith("Points of 4 designs; 2 on the front, from 5,000 tCO2e with 60 %")


def test_many_designs_are_thinned_and_that_is_said():
    many = [Design(f"no. {at}", 1e6 + at % 200, at // 200 / 10, False) for at in range(44_000)]
    made = pareto([*many, Design("best", 1, 100, True)], "Many")
    points = made.spec["vconcat"][0]["layer"][1]["data"]["values"]
    assert 300 < len(points) <= 600 + 1
    assert points[-1]["series"] == "On the front"
    assert (
        made.note.startswith("No design has both")
        and f"Of 44,000 other designs {len(points) - 1} are drawn" in made.note
    )
    assert len(made.table.rows) == 1


def test_one_design_alone():
    made = pareto([Design("only", 1000, 50, True)], "One")
    assert made.spec["vconcat"][0]["layer"][1]["encoding"]["color"]["legend"] is None
    with pytest.raises(ValueError, match="no design"):
        pareto([], "None")


def test_unknown_accounts_are_said_and_have_no_bar():
    made = sums()
    *_, unknown = made.spec["data"]["values"]
    assert unknown["total"] is None and unknown["said"].endswith(": not known")
    assert made.table.rows[2] == ("Market-based, matched over all hours", None)
    assert "not known" in accounts(Accounts(None, None, None), "x").alt


@each_chart
def test_another_width_changes_plots_alone(made):
    before = json.dumps(made.spec)
    narrow = chart.at_width(made.spec, 100)
    assert json.dumps(made.spec) == before
    views = narrow.get("vconcat", [narrow])
    assert {view["width"] for view in views} == {100}
    assert narrow["config"] == made.spec["config"]


# Drawn


def texts(root):
    """Yield each text of an SVG with its place, by following the translations down to it."""

    def walk(element, x, y, size, anchor):
        move = element.get("transform", "")
        assert "rotate" not in move and "scale" not in move
        for across, down in re.findall(r"translate\(([-\d.e]+),([-\d.e]+)\)", move):
            x, y = x + float(across), y + float(down)
        size = element.get("font-size", size)
        anchor = element.get("text-anchor", anchor)
        if element.tag == f"{SVG}text":
            yield element.text, x, y, float(size.removesuffix("px")), anchor
        for child in element:
            yield from walk(child, x, y, size, anchor)

    yield from walk(root, 0, 0, "12px", "start")


@each_chart
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_text_stays_inside_its_box(installed, made, width):
    root = ET.fromstring(draw.for_page(made, width))
    wide, high = float(root.get("width")), float(root.get("height"))
    assert width - 4 <= wide <= width
    shown = list(texts(root))
    assert len(shown) >= 5
    for text, x, y, size, anchor in shown:
        length = 0.5 * size * len(text)  # letters of the font are half as wide as high, or less
        left = x - {"start": 0, "middle": length / 2, "end": length}[anchor]
        assert left >= -1, text
        assert left + length <= wide + 1, text
        assert size * 0.7 <= y <= high, text


@each_chart
def test_the_drawing_has_one_label_and_no_other_role(installed, made):
    root = ET.fromstring(draw.as_svg(made))
    assert (root.get("role"), root.get("aria-label")) == ("img", made.alt)
    for element in list(root.iter())[1:]:
        assert not {"role", "class", "aria-label", "aria-hidden"} & set(element.attrib)
        assert element.tag.removeprefix(SVG) in {"g", "path", "line", "rect", "text", "defs", "clipPath"}  # fmt: skip
    assert root.get("font-family").startswith("Arial, 'Liberation Sans'")


@each_chart
def test_a_page_has_variables_and_a_picture_has_colors(installed, made):
    alone, inside = draw.as_svg(made), draw.for_page(made)
    assert "var(" not in alone
    assert '<rect width="6' in alone and "<rect width" not in inside.split("<defs>")[0]
    assert not re.findall(r'(?:fill|stroke)="#', inside)
    used = set(re.findall(r"var\(--(\w+)\)", inside))
    assert {"ink", "quiet"} <= used <= {color.name for color in colors.ALL}


def test_no_two_drawings_of_a_page_share_a_name(installed):
    text = page([site(), job()], "x")
    names = re.findall(r' id="([^"]*)"', text)
    assert len(names) == len(set(names)) > 4
    assert set(re.findall(r"url\(#([^)]*)\)", text)) <= set(names)


FORMS = ["svg", "png", "html", "vl.json"]


@pytest.mark.parametrize("form", FORMS)
def test_the_same_bytes_twice_and_anywhere(installed, form):
    code = (
        "import sys; from carbonctl.render import charts; from tests.render.charts import all_of\n"
        f"made = all_of(); drawn = charts.render({form!r}, made, 'x')\n"
        "data = drawn if isinstance(drawn, bytes) else drawn.encode()\n"
        "sys.stdout.buffer.write(data)"
    )
    elsewhere = [
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, check=True, cwd=ROOT,
            env=clean_environment(PYTHONPATH=str(ROOT), TZ=zone, LC_ALL=language),
        ).stdout
        for zone, language in (("UTC", "C.UTF-8"), ("Asia/Tokyo", "C"))
    ]  # fmt: skip
    charts.render("svg", [site()], "x")  # what was drawn before does not count
    drawn = charts.render(form, all_of(), "x")
    here = drawn if isinstance(drawn, bytes) else drawn.encode()
    assert here == elsewhere[0] == elsewhere[1]


def test_a_png_is_twice_as_sharp(installed):
    data = charts.render("png", [sums()], "x")
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    root = ET.fromstring(draw.as_svg(sums()))
    assert int.from_bytes(data[16:20], "big") == 2 * int(root.get("width"))


# Text of others


@pytest.mark.parametrize("at", range(5))
@pytest.mark.parametrize("form", ["svg", "html", "vl.json"])
def test_markup_is_text(installed, at, form):
    drawn = charts.render(form, [all_of(EVIL)[at]], EVIL, lead=EVIL, notes=[EVIL])
    if form == "vl.json":
        assert json.loads(drawn)["title"]["text"] == EVIL
        return
    assert "<script" not in drawn and "</title><" not in drawn
    assert "alert(" in drawn and "שלום" in drawn
    if form == "svg":
        assert EVIL in [text for text, *_ in texts(ET.fromstring(drawn))]


def test_names_of_designs_are_text_in_the_table(installed):
    drawn = charts.render("html", [designs(name='<img src="x" onerror="y">')], "x")
    assert "<img" not in drawn and "&lt;img src=&quot;x&quot;" in drawn


@pytest.mark.parametrize("title", ["a\x00b\x1b[31m", "a\nb", "\ud800", "##[error]x", "x" * 5000])
def test_any_title_is_drawn(installed, title):
    made = job(title)
    for form in FORMS:
        drawn = charts.render(form, [made], title)
        (drawn if isinstance(drawn, bytes) else drawn.encode()).index(b"")
    root = ET.fromstring(draw.as_svg(made))
    assert float(root.get("width")) <= WIDE + 20


# The page


def test_the_page_asks_for_nothing(installed):
    text = page(all_of(), "Site", "A sentence.", ["carbonctl 1", "site.yaml sha256 ab"])
    assert f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">' in text
    addresses = set(re.findall(r"[a-z]+://[^\"' ]*", text))
    assert addresses == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"<(?:script|link|iframe|img|object)|\bon\w+=|javascript:|@import", text)
    assert text.index("A sentence.") < text.index("<section") < text.index("site.yaml sha256 ab")


def test_the_page_has_the_figures_of_each_chart(installed):
    made = all_of()
    text = page(made, "Site")
    assert text.count("<details>") == text.count("</details>") == len(made)
    assert text.count('role="img"') == 2 * len(made)  # for a screen and for a phone
    for each in made:
        section = text.partition(f'<section id="{each.name}">')[2].partition("</section>")[0]
        rows = section.partition("<tbody>")[2].partition("</tbody>")[0]
        assert rows.count("<tr>") == len(each.table.rows)
        assert section.count('scope="col"') == len(each.table.heads)
    assert ">not known</td>" in text


def test_a_week_fits_the_budget(installed):
    assert len(page([site(days=7)], "Week").encode()) < 60_000


def luminance(color: str) -> float:
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colors_can_be_read(scheme):
    paper = luminance(getattr(colors.PAPER, scheme))
    for color in colors.ALL:
        one, other = sorted([paper, luminance(getattr(color, scheme))])
        if color not in (colors.PAPER, colors.LINE, colors.SHADE):
            assert (other + 0.05) / (one + 0.05) >= 4.5, color.name
    shade = luminance(getattr(colors.SHADE, scheme))
    for color in (colors.INK, colors.BLUE, colors.GREEN, colors.ORANGE, colors.VIOLET):
        one, other = sorted([shade, luminance(getattr(color, scheme))])
        assert (other + 0.05) / (one + 0.05) >= 3, color.name


def test_colors_differ():
    assert len({color.light for color in colors.ALL}) == len(colors.ALL)


# As exports


@pytest.mark.parametrize("form", ["svg", "png"])
def test_without_the_library_a_picture_is_refused(missing, form):
    message = (
        f"{form} needs vl-convert-python, which is not installed; "
        "install it with `pip install 'carbonctl[report]'`"
    )
    for ask in (
        lambda: charts.require(["csv", form]),
        lambda: charts.render(form, [sums()], "x"),
    ):
        with pytest.raises(MissingExtra, match=re.escape(message)) as caught:
            ask()
        assert caught.value.exit_code == 2


def test_without_the_library_there_are_still_pages_and_specifications(missing):
    charts.require(["html", "vl.json", "csv"])
    text = charts.render("html", all_of(), "x")
    assert "<svg" not in text and text.count("<details open>") == len(all_of())
    assert (
        "Charts are left out, or are plain bars. To draw them: pip install &#x27;carbonctl[report]&#x27;"
        in text
    )
    assert json.loads(charts.render("vl.json", [sums()], "x"))["$schema"] == chart.SCHEMA


def test_without_the_library_bars_are_written_by_hand(missing):
    """Stacked from 0 on one scale; a swing from the best estimate, to either side."""
    text = charts.render("html", [origins(name=EVIL)], "x")
    assert _pieces(text) == [(0, 80, "blue"), (80, 20, "orange"), (0, 40, "blue")]
    assert "<script" not in text and 'aria-hidden="true"' in text
    swings = charts.render("html", [unknowns()], "x")  # 90..130 around 100
    assert _pieces(swings) == [
        (25, 75, "blue"), (0, 25, "orange"), (20, 5, "blue"), (25, 17.5, "orange")
    ]  # fmt: skip


def test_where_charts_are_drawn_there_are_no_bars_beside_them(installed):
    assert _pieces(charts.render("html", [origins()], "x")) == []


def _pieces(text):
    found = re.findall(r"<i style=.left:([0-9.]+)%;width:([0-9.]+)%;background:var.--(\w+)", text)
    return [(float(left), float(width), color) for left, width, color in found]


def test_chart_formats_are_exports_of_commands_that_offer_them():
    offered = (*FORMATS, *CHART_FORMATS)
    for form in FORMS:
        assert form in CHART_FORMATS and form not in FORMATS
        target = parse_export(f"{form}=site.{form}", offered)
        assert (target.form, str(target.path), target.append) == (form, f"site.{form}", False)
        with pytest.raises(UsageError, match="cannot be appended to"):
            parse_export(f"{form}+=site.{form}", offered)
        with pytest.raises(UsageError, match="no format"):
            parse_export(f"{form}=site.{form}")


@pytest.mark.parametrize("form", FORMS)
def test_an_export_of_a_chart_is_its_bytes(installed, tmp_path, form):
    path = tmp_path / f"site.{form}"
    drawn = charts.render(form, [sums()], "x")
    export(parse_export(f"{form}={path}", CHART_FORMATS), drawn)
    assert path.read_bytes() == (drawn if isinstance(drawn, bytes) else drawn.encode())
