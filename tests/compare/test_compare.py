"""Comparisons: what must hold of any two accounts, and who did what."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonctl.account import estimate
from carbonctl.analysis.compare import Side, compare, report
from carbonctl.analysis.compare.model import ADDED, CHANGED, REMOVED, SAME
from carbonctl.inputs import saved_result
from carbonctl.ledger.entry import HIGH, LOW, SUMS
from carbonctl.ledger.result import About
from carbonctl.render import render
from tests.conftest import CATALOG, CONFIGS

NOW = ("0", "0")


def side(text: str, label: str = "job.yaml") -> Side:
    return Side(label, (estimate(text.encode(), label, CATALOG),), *NOW)


def spec(*activities: str, site: str = "{grid: FR, pue: 1.2}", more: str = "") -> str:
    lines = "".join(f"    - {{{activity}}}\n" for activity in activities)
    return f"name: t\nsite: {site}\n{more}phases:\n  training:\n{lines}"


RUN = "name: run, kind: compute, device: nvidia/a100-sxm4-80gb, devices: 8, wall_time: 10 h"
METERED = "name: metered, kind: energy, energy: 100 kWh, embodied: 1..3 kg"


def kg(one, key="total_kgco2e"):
    return one.total[key]


activity = st.builds(
    "name: a{}, kind: compute, device: nvidia/{}, devices: {}, wall_time: {} h, load: {} %".format,
    st.integers(0, 4),
    st.sampled_from(["a100-sxm4-80gb", "h100-sxm5-80gb"]),
    st.integers(1, 64),
    st.floats(0.1, 1000).map(lambda x: f"{x:.3f}"),
    st.integers(1, 100),
)
sites = st.sampled_from(
    ["{grid: FR}", "{grid: US, pue: 1.1..1.4}", "{carbon_intensity: 200..600 g/kWh, pue: 1.2}"]
)


def name_of(text: str) -> str:
    return text.split(",")[0]


specs = st.builds(
    lambda items, site: spec(*items, site=site),
    st.lists(activity, min_size=1, max_size=4, unique_by=name_of),
    sites,
)


@given(specs)
def test_a_workload_beside_itself_does_not_differ(text):
    one = compare(side(text), side(text, "renamed.yaml"), CATALOG)
    assert one.is_same
    for sums in (one.total, *one.phases.values()):
        for delta in sums.values():
            assert delta.difference in (0, None)
            assert delta.low in (0, None)
    assert one.changes == one.notes == ()


def ninety(low: float, high: float) -> tuple[float, float]:
    """Return the 5th and the 95th percentile of the triangle over a range."""
    edge = (high - low) / 2 * math.sqrt(0.1)
    return low + edge, high - edge


@given(specs, specs)
def test_the_other_way_round_is_the_negative(first, second):
    there, back = (
        compare(side(a), side(b), CATALOG) for a, b in ((first, second), (second, first))
    )
    for key in SUMS:
        ours, theirs = there.total[key], back.total[key]
        if ours.difference is None:
            assert theirs.difference is None
            continue
        exact = pytest.approx if key in (LOW, HIGH) else float  # ranges are no exact sums
        assert ours.difference == exact(-theirs.difference)
        assert ours.workload == exact(-theirs.workload)
        if ours.low is not None:
            assert (ours.low, ours.high) == pytest.approx((-theirs.high, -theirs.low))


@given(specs, specs)
def test_parts_of_a_difference_sum_to_it(first, second):
    one = compare(side(first), side(second), CATALOG)
    total = kg(one)
    scale = max(abs(total.base), abs(total.head))
    rows = math.fsum(row.kgco2e.difference for row in one.rows)
    phases = math.fsum(sums["total_kgco2e"].difference for sums in one.phases.values())
    assert rows == pytest.approx(total.difference, abs=1e-12 * scale)
    assert phases == pytest.approx(total.difference, abs=1e-12 * scale)
    assert total.workload + total.assumptions == pytest.approx(total.difference)
    assert total.low <= total.difference + 1e-9 * scale
    assert total.difference <= total.high + 1e-9 * scale


@given(specs)
def test_an_added_activity_changes_only_its_rows(text):
    more = text + f"    - {{{METERED}}}\n"
    one = compare(side(text), side(more), CATALOG)
    for row in one.rows:
        assert row.change == (ADDED if row.entry.activity == "metered" else SAME)
    back = compare(side(more), side(text), CATALOG)
    assert {row.change for row in back.rows} == {REMOVED, SAME}


def test_a_new_name_of_workload_or_file_changes_nothing():
    text = spec(RUN)
    one = compare(side(text), side(text.replace("name: t", "name: other"), "x/y.yaml"), CATALOG)
    assert one.is_same


def test_percent_of_a_zero_base_is_null():
    one = compare(side(spec(RUN)), side(spec(RUN, METERED)), CATALOG)
    row = next(row for row in one.rows if row.change == ADDED)
    assert row.kgco2e.percent is None
    assert row.kgco2e.difference == row.head.kgco2e
    assert kg(one).percent == pytest.approx(kg(one).difference / kg(one).base * 100)


# --- ranges ---

UNSURE = "{carbon_intensity: 200..600 g/kWh, pue: 1.2}"


def test_what_both_sides_share_moves_together():
    """A certain saving stays certain, however uncertain the grid."""
    before, after = (spec(f"kind: energy, energy: {e} kWh, embodied: 0 kg", site=UNSURE)
                     for e in (100, 90))  # fmt: skip
    total = kg(compare(side(before), side(after), CATALOG))
    low, high = ninety(0.2, 0.6)
    assert (total.low, total.high) == pytest.approx((-10 * 1.2 * high, -10 * 1.2 * low))
    assert total.difference == pytest.approx(-10 * 1.2 * 0.4)


def test_a_renamed_activity_still_shares_its_grid():
    before = spec("name: old, kind: energy, energy: 100 kWh, embodied: 0 kg", site=UNSURE)
    total = kg(compare(side(before), side(before.replace("old", "new")), CATALOG))
    assert (total.difference, total.low, total.high) == (0, 0, 0)


def test_facts_of_the_catalog_are_one_unknown_in_every_place():
    before = spec(RUN)
    total = kg(compare(side(before), side(before.replace("run", "go")), CATALOG))
    assert (total.low, total.high) == pytest.approx((0, 0), abs=1e-12)


def test_another_range_is_another_unknown():
    before = spec("kind: energy, energy: 100 kWh, embodied: 0 kg", site=UNSURE)
    after = before.replace("200..600", "100..500")
    total = kg(compare(side(before), side(after), CATALOG))
    width = 120 * math.sqrt(2) * (ninety(0.2, 0.6)[1] - 0.4)
    assert (total.low, total.high) == pytest.approx((-12 - width, -12 + width))


def test_the_range_of_a_difference_adds_what_each_unknown_does():
    """The difference is evaluated anew with each unknown at its ends."""
    before = spec("kind: energy, energy: 100..120 kWh, embodied: 1..3 kg", site=UNSURE)
    after = spec("kind: energy, energy: 80..90 kWh, embodied: 2..3 kg", site=UNSURE)
    total = kg(compare(side(before), side(after), CATALOG))
    ends = [(100, 120), (80, 90), (0.2, 0.6), (1, 3), (2, 3)]
    middle = [sum(pair) / 2 for pair in ends]

    def at(e1, e2, i, m1, m2):
        return (e2 - e1) * 1.2 * i + m2 - m1

    best = at(*middle)
    moved = [
        [at(*middle[:n], end, *middle[n + 1 :]) - best for end in ninety(*pair)]
        for n, pair in enumerate(ends)
    ]
    expected = (best - math.hypot(*map(min, moved)), best + math.hypot(*map(max, moved)))
    assert (total.low, total.high) == pytest.approx(expected)


# --- causes ---


def as_saved(text: str, **changes: str) -> Side:
    """Return a saved result, its figures of the grid changed as another database would."""
    result = estimate(text.encode(), "job.yaml", CATALOG)
    document = json.loads(render("json", [result], About("0", "2020.01")))
    factor = float(changes.get("factor", 1))
    for entry in document["results"][0]["entries"]:
        if entry["boundary"] == "operational":
            for key in ("factor", "kgco2e", "kgco2e_market", "kgco2e_low", "kgco2e_high"):
                entry[key] *= factor
        for value in entry["inputs"]:
            if value["name"] == "carbon_intensity":
                for key in ("value", "low", "high"):
                    value[key] *= factor
    for one in document["results"][0]["assumptions"]:
        if one["path"] == "site.carbon_intensity":
            one["value"] *= factor
    if "spec" in changes:
        document["results"][0]["spec"] = None
    found = saved_result.read(json.dumps(document), "saved.json")
    return Side("saved.json", found.results, found.version, found.hardware_db, is_saved=True)


def test_a_saved_result_of_today_is_as_the_workload():
    text = (CONFIGS / "quickstart.yaml").read_text()
    one = compare(as_saved(text), side(text), CATALOG)
    assert one.is_same
    assert (kg(one).workload, kg(one).assumptions) == (0, 0)


def test_another_factor_is_not_the_authors_doing():
    text = spec(RUN)
    longer = text.replace("wall_time: 10 h", "wall_time: 11 h")
    one = compare(as_saved(text, factor="2"), side(longer), CATALOG)
    now = side(text).results[0].total.operational_kgco2e
    figure = one.total["operational_kgco2e"]
    assert figure.workload == pytest.approx(0.1 * now)
    assert figure.assumptions == pytest.approx(-now)
    assert figure.difference == pytest.approx(figure.workload + figure.assumptions)
    (change,) = [c for c in one.changes if c.path == "site.carbon_intensity"]
    assert change.cause == "assumptions"
    assert any("different versions of hardware_db" in note for note in one.notes)


def test_another_grid_in_the_spec_is_the_authors_doing():
    text = spec(RUN)
    one = compare(side(text), side(text.replace("FR", "DE")), CATALOG)
    assert kg(one).assumptions == 0
    (change,) = [c for c in one.changes if c.path == "site.carbon_intensity"]
    assert change.cause == "workload"


def test_without_its_spec_a_saved_result_says_less():
    text = spec(RUN, site=UNSURE)
    one = compare(as_saved(text, spec="none"), side(text.replace("10 h", "12 h")), CATALOG)
    total = kg(one)
    assert total.difference > 0
    assert (total.low, total.high, total.workload, total.assumptions) == (None,) * 4
    assert any("is missing" in note for note in one.notes)


def test_a_spec_that_is_no_longer_valid_is_said():
    base = as_saved(spec(RUN))
    old = {"name": "t", "phases": {"training": [{"kind": "forgotten"}]}}
    base.results[0].spec.update(old)
    base.results[0]._spec = lambda: old
    del base.results[0].__dict__["spec"]
    one = compare(base, side(spec(RUN)), CATALOG)
    assert kg(one).workload is None
    assert any("no longer valid" in note for note in one.notes)


# --- notes, several heads, several workloads ---


def test_bases_and_units_that_differ_are_said():
    direct = spec(RUN, site="{carbon_intensity: 50 g/kWh, basis: direct}")
    per = spec(RUN, more="functional_unit: {name: token, amount: 1e9}\n")
    one = compare(side(direct), side(per), CATALOG)
    assert "the carbon intensities are direct in the base, life-cycle in job.yaml" in one.notes
    assert "the functional units differ: nothing and token" in one.notes


def test_alternatives_are_ranked():
    texts = {f"{hours}.yaml": spec(RUN.replace("10 h", f"{hours} h")) for hours in (20, 5, 10)}
    unknown = spec("kind: energy, energy: 1 kWh")
    heads = [side(text, name) for name, text in texts.items()] + [side(unknown, "unknown.yaml")]
    found = report(side(spec(RUN)), heads, CATALOG)
    labels = [one.head.label for one in found.alternatives]
    assert labels == ["5.yaml", "10.yaml", "20.yaml", "unknown.yaml"]


def test_an_empty_base_makes_all_of_the_head_new():
    nothing = Side("main:job.yaml", (), *NOW, note="there is no such file")
    one = compare(nothing, side(spec(RUN)), CATALOG)
    assert {row.change for row in one.rows} == {ADDED}
    assert kg(one).base == 0
    assert kg(one).percent is None
    assert one.notes == ("there is no such file",)


def test_several_workloads_are_matched_by_name():
    first, second = (
        estimate(spec(RUN.replace("10 h", h)).replace("name: t", f"name: {n}").encode(), n, CATALOG)
        for n, h in (("a", "10 h"), ("b", "20 h"))
    )
    base = Side("base", (first, second), *NOW)
    head = Side("head", (second, first), *NOW)
    assert compare(base, head, CATALOG).is_same
    alone = compare(base, Side("head", (second,), *NOW), CATALOG)
    assert {row.workload: row.change for row in alone.rows} == {"a": REMOVED, "b": SAME}


def test_unknown_embodied_carbon_makes_its_difference_unknown():
    unknown = spec("kind: energy, energy: 1 kWh")
    one = compare(side(unknown), side(spec(METERED)), CATALOG)
    assert kg(one).difference is None
    assert one.total["operational_kgco2e"].difference is not None


def test_changed_water_or_market_is_a_change():
    plain = "carbon_intensity: 50 g/kWh, pue: 1.2"
    one = compare(
        side(spec(METERED, site=f"{{{plain}}}")),
        side(spec(METERED, site=f"{{{plain}, market_intensity: 0 g/kWh}}")),
        CATALOG,
    )
    assert CHANGED in {row.change for row in one.rows}
    assert kg(one).difference == 0
    assert one.total["total_market_kgco2e"].difference < 0


@pytest.mark.parametrize(
    "formula",
    ["__import__('os')", "energy.real", "(lambda: 1)()", "[1][0]", "energy ** 9", "'a' * 9", "a +",
     "unheard_of * 2", "1 if energy else 2", "1 < 2", "(" * 3000],
)  # fmt: skip
def test_a_saved_formula_is_arithmetic_or_refused(formula):
    from carbonctl.errors import InputError

    base = as_saved(spec(METERED, site=UNSURE))
    entry = base.results[0].entries[0]
    hostile = entry._replace(formula=formula, kgco2e=1.0)
    base.results[0].entries = (hostile, *base.results[0].entries[1:])
    with pytest.raises(InputError, match="not a saved result"):
        compare(base, side(spec(RUN)), CATALOG)


# --- what reviews found ---


def test_a_best_estimate_of_zero_still_has_a_range():
    before = spec("kind: energy, energy: 100 kWh, embodied: {best: 0 kg, low: 0 kg, high: 7 kg}")
    after = before.replace("high: 7 kg", "high: 14 kg")
    embodied = compare(side(before), side(after), CATALOG).total["embodied_kgco2e"]
    assert embodied.difference == 0
    # By hand, of triangles with their peaks at 0: medians 2.050 and 4.101.
    assert (embodied.low, embodied.high) == pytest.approx((-2.998, 9.074), abs=1e-3)


def test_many_ranged_activities_do_not_drown_a_saving():
    site = "{carbon_intensity: 200..600 g/kWh, pue: 1.1..1.5}"
    texts = [
        spec(*(f"name: a{n}, kind: compute, rated_power: 400 W, load: 60..90 %, host_power: 0 W, "
               f"embodied: 0 kg, device_time: {hours + n} GPU-h" for n in range(12)), site=site)
        for hours in (100, 90)
    ]  # fmt: skip
    total = kg(compare(side(texts[0]), side(texts[1]), CATALOG))
    middle = -120 * 0.4 * 0.75 * 1.3 * 0.4
    (pue, _), (grid, _), (load, _) = ninety(1.1, 1.5), ninety(0.2, 0.6), ninety(0.6, 0.9)
    moves = [middle * (1 - pue / 1.3), middle * (1 - grid / 0.4)]
    moves += [middle / 12 * (1 - load / 0.75)] * 12  # the loads are twelve unknowns
    width = math.hypot(*moves)
    assert (total.low, total.high) == pytest.approx((middle - width, middle + width), rel=1e-2)


@pytest.mark.parametrize(
    ("before", "old", "new"),
    [
        ("kind: experiments, system: s, runs: 10, p50: 1..2 GPU-h, p99: 24 GPU-h", "24 GPU-h", "20 GPU-h"),
        ("kind: ingestion, system: s, bandwidth: 90..100 GB/s, server_bandwidth: 1 GB/s, duration: 1 day", "1 GB/s", "2 GB/s"),
        ("kind: compute, system: s, device_time: 1 GPU-h, repeat: {every: 1 day, for: 100..200 days}", "1 GPU-h", "0.5 GPU-h"),
    ],
)  # fmt: skip
def test_derived_inputs_move_with_what_they_come_from(before, old, new):
    system = "systems: {s: {rated_power: 300 W, host_power: 0 W, embodied: 0 kg}}\n"
    text = spec(before, more=system)
    head = text.replace(old, new)
    assert head != text
    total = kg(compare(side(text), side(head), CATALOG))
    assert total.low <= total.difference <= total.high < 0


def test_a_contract_moves_with_the_grid():
    site = "{carbon_intensity: 200..600 g/kWh, pue: 1.2, carbon_free_energy: 50 %}"
    before = spec("kind: energy, energy: 100 kWh, embodied: 0 kg", site=site)
    one = compare(side(before), side(before.replace("50 %", "60 %")), CATALOG)
    market = one.total["operational_market_kgco2e"]
    low, high = ninety(0.2, 0.6)
    assert (market.low, market.high) == pytest.approx((-12 * high, -12 * low))


def test_what_was_renamed_or_moved_is_still_itself():
    system = "systems: {old: {rated_power: 300..400 W, host_power: 0 W, embodied: 1..2 t}}\n"
    text = spec("kind: compute, system: old, device_time: 100 GPU-h", site=UNSURE, more=system)
    moved = text.replace("old", "new").replace(
        f"site: {UNSURE}", f"site: main\nsites: {{main: {UNSURE}}}"
    )
    total = kg(compare(side(text), side(moved), CATALOG))
    assert (total.difference, total.low, total.high) == (0, 0, 0)


def test_two_results_of_the_same_old_facts_differ_by_their_workloads():
    text = spec(RUN)
    base, head = (as_saved(t, factor="2") for t in (text, text.replace("10 h", "11 h")))
    one = compare(base, head, CATALOG)
    assert kg(one).assumptions == 0
    assert kg(one).workload == kg(one).difference
    assert one.changes == ()


def test_workloads_may_be_called_like_their_numbering():
    results = tuple(
        estimate(spec(METERED).replace("name: t", f"name: {name}").encode(), name, CATALOG)
        for name in ("x", "x", "x (2)")
    )
    one = compare(Side("a", results, *NOW), Side("b", results, *NOW), CATALOG)
    assert len(one.rows) == 9
    assert kg(one).base == pytest.approx(3 * results[0].total.total_kgco2e)


def test_samples_are_spread_evenly():
    from carbonctl.analysis.figures import Figures

    text = spec(
        "kind: energy, energy: 1 MWh, embodied: 0 kg",
        site="{carbon_intensity: 200..600 g/kWh, pue: 1}",
    )
    drawn = sorted(Figures(side(text).entries).samples(None, "total_kgco2e"))
    assert drawn[5000] == pytest.approx(400, rel=1e-3)
    assert drawn[500] == pytest.approx(200 + math.sqrt(0.05 * 400 * 200), rel=1e-3)
    best, least, most = 250, 200, 600
    lopsided = text.replace("200..600 g/kWh", "{best: 250 g/kWh, low: 200 g/kWh, high: 600 g/kWh}")
    drawn = Figures(side(lopsided).entries).samples(None, "total_kgco2e")
    mean = sum(drawn) / len(drawn)
    assert mean == pytest.approx((best + least + most) / 3, rel=1e-4)
    variance = sum((x - mean) ** 2 for x in drawn) / len(drawn)
    squares = best**2 + least**2 + most**2 - best * least - best * most - least * most
    assert variance == pytest.approx(squares / 18, rel=1e-3)
    assert sum(x < best for x in drawn) / len(drawn) == pytest.approx((250 - 200) / (600 - 200))
    assert Figures(side(text).entries, is_known=False).samples(None, "total_kgco2e") is None
