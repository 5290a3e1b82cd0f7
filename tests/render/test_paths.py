"""Shorter path data goes through the same points, to a tenth of a pixel."""

import math
import re
from itertools import product
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonctl.render import charts
from carbonctl.render.charts.pareto import Design, pareto
from carbonctl.render.charts.paths import joined, shorter
from tests.render.charts import all_of, restless

COORDINATE = st.floats(-50, 700).map(lambda x: round(x, 2))
STEP = re.compile(r"([MhvlZ])([^MhvlZ]*)")


def places(data):
    """Return the points that the data of a line go through."""
    x = y = 0.0
    seen = []
    for command, rest in STEP.findall(data):
        numbers = [float(number) for number in rest.split(",") if number]
        if command == "M":
            x, y = numbers
        else:
            x += numbers[0] if command in "hl" else 0.0
            y += numbers[-1] if command in "vl" else 0.0
        seen.append((x, y))
    return seen


def distance(place, start, end):
    """Return how far a place is from the line between two others."""
    (x, y), (x0, y0), (x1, y1) = place, start, end
    length = (x1 - x0) ** 2 + (y1 - y0) ** 2
    along = ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length if length else 0.0
    along = min(max(along, 0.0), 1.0)
    return ((x - x0 - along * (x1 - x0)) ** 2 + (y - y0 - along * (y1 - y0)) ** 2) ** 0.5


@given(st.lists(st.tuples(COORDINATE, COORDINATE), min_size=2, max_size=30))
def test_every_point_is_still_on_the_line_and_no_other_is(points):
    data = "M" + "L".join(f"{x},{y}" for x, y in points)
    kept = places(shorter(data))
    lines = list(zip(kept, kept[1:] or kept, strict=False))
    for point in points:
        assert min(distance(point, *line) for line in lines) <= 0.0708
    for place in kept:
        assert min(abs(place[0] - x) + abs(place[1] - y) for x, y in points) <= 0.1001


def test_steps_at_rest_are_one_and_turns_stay():
    assert shorter("M0,90L3.69,90L3.69,90L7.38,90L7.38,80.5L11.07,80.5") == "M0,90h7.4v-9.5h3.7"
    assert shorter("M0,0L5,0L2,0") == "M0,0h5h-3"
    assert shorter("M0.5,0L0.5,-0.25L1,1") == "M.5,0v-.2l.5,1.2"
    curved = "M3.5,0A3.5,3.5,0,1,1,-3.5,0"
    assert shorter(curved) == curved


def test_forms_alike_are_one_path_and_others_stay():
    def square(x, fill="red", data="M-1,-1h2v2h-2Z"):
        return ET.Element("path", transform=f"translate({x},2)", d=data, fill=fill)

    whole = list(joined([square(1), square(5), square(9, "blue"), ET.Element("text"), square(3)]))
    assert [element.attrib.get("d") for element in whole] == [
        "M0,1h2v2h-2ZM4,1h2v2h-2Z", "M8,1h2v2h-2Z", None, "M2,1h2v2h-2Z",
    ]  # fmt: skip
    assert all("transform" not in element.attrib for element in whole)
    circle = square(1, data="M1,0A1,1,0,1,1,-1,0")
    assert list(joined([circle])) == [circle]
    assert circle.attrib["transform"] == "translate(1,2)"


def swept(wind, solar, battery):
    """A design that looks like those of a sweep: more of all covers more and embodies more."""
    share = 1 - math.exp(-wind / 60) * math.exp(-solar / 150) * math.exp(-battery / 500)
    kg = 6e7 * (1 - share) + 8e4 * wind + 2e5 * solar + 5e3 * battery
    name = f"wind.capacity {wind} MW, solar.capacity {solar} MW, battery.energy {battery} MWh"
    return Design(name, kg, 100 * share, solar == 0 and battery % 75 == 0)


def test_a_page_of_five_charts_with_1521_designs_and_a_restless_week_is_small():
    pytest.importorskip("vl_convert")
    of_sites = ("accounts", "hours", "pareto", "starts", "day")
    whole = {chart.name: chart for chart in all_of() if chart.name in of_sites}
    sizes = product(range(0, 130, 10), range(0, 130, 10), range(0, 225, 25))
    whole |= {"hours": restless(), "pareto": pareto([swept(*size) for size in sizes], "D")}
    page = charts.render("html", list(whole.values()), "t")
    assert page.count("<svg") == 2 * len(whole)
    assert len(page.encode()) <= 150_000
