"""Every row of the oracle of projections."""

import csv
import json

import pytest

from carbonctl.analysis.projection.rows import TOTAL
from carbonctl.analysis.projection.solve import parse_goal
from carbonctl.factors import levers
from carbonctl.factors import projection as kernels
from carbonctl.numbers.rates import read_rate
from tests.conftest import ROOT
from tests.projection.makers import PLAIN, made

ORACLE = ROOT / "tests" / "oracles" / "analysis" / "projection.csv"
with ORACLE.open(encoding="utf-8", newline="") as lines:
    CASES = list(csv.DictReader(lines, strict=True))
TWO_YEARS = "from: 2019-07\nfor: 2 years\nstep: 6 months\n"
GROSS = 0.8**4
GROWTH = 0.715 / GROSS
SPLIT = PLAIN.replace(
    "    - {name: work, kind: energy, energy: 1000 kWh, embodied: 800 kg}\n",
    "    - {name: t, kind: energy, energy: 20 kWh, embodied: 0 kg}\n"
    "  experimentation:\n    - {name: e, kind: energy, energy: 10 kWh, embodied: 0 kg}\n"
    "  inference:\n    - {name: i, kind: energy, energy: 70 kWh, embodied: 0 kg}\n",
)
UNITS = {"op": "energy", "kwh": "energy"}
COHORTS = {
    "capacity": "capacity", "bought": "bought", "kwh": "energy", "op": "energy",
    "emb_bought": "bought_embodied", "emb_amort": "amortised", "book": "book",
}  # fmt: skip


def of(case: str) -> list[dict[str, str]]:
    return [row for row in CASES if row["case"].startswith(case)]


def close(row: dict[str, str]):
    return pytest.approx(float(row["value"]), rel=float(row["rel_tol"]))


def factor(text: str) -> float:
    number = read_rate(text)
    assert isinstance(number, float)
    return number


def energies(block: str, workload: str = PLAIN, **wanted) -> list[float]:
    rows = made(block, workload, **wanted).table.totals
    return [row.energy_kwh / rows[0].energy_kwh for row in rows]


@pytest.mark.parametrize("row", of("P01"), ids=lambda row: row["inputs"])
def test_rates(row):
    a_year = factor(json.loads(row["inputs"])["rate"])
    found = kernels.doubling_time_y(a_year) if "doubling" in row["quantity"] else a_year
    assert found == close(row)


def test_two_years_of_efficiency_and_growth():
    def solved(cut: str) -> float:
        block = f"{TWO_YEARS}optimisation: {{energy: -20 % / 6 months}}"
        return made(block, solve="demand", goal=parse_goal(f"energy_kwh = {cut}")).solved

    gross = energies(f"{TWO_YEARS}optimisation: {{energy: -20 % / 6 months}}")
    net = energies(
        f"{TWO_YEARS}demand: {GROWTH!r}x / 2 years\noptimisation: {{energy: -20 % / 6 months}}"
    )
    found = solved("-28.5 %")
    computed = {
        "gross cut after 2 years": 100 * (1 - gross[-1]),
        "demand growth over 2 years that gives the net cut": found.factor,
        "the same per half-year": found.per_year**0.5,
        "the same per year": found.per_year,
        "demand growth if the slip of §5 were right": solved("-25.8 %").factor,
        "rebound: share of the expected cut that growth took back": levers.taken_back(GROSS, 0.715),
        "elasticity of demand to efficiency that gives it": kernels.elasticity(GROWTH, GROSS),
        **{f"gross factor after {n} half-years": gross[n] for n in range(5)},
        **{f"net factor after {n} half-years": net[n] for n in range(5)},
    }
    rows = of("P02")
    assert {row["quantity"] for row in rows} == computed.keys()
    for row in rows:
        assert computed[row["quantity"]] == close(row), row["quantity"]


def test_all_growth_as_rebound_is_the_net_cut():
    ε = kernels.elasticity(GROWTH, GROSS)
    block = f"{TWO_YEARS}optimisation: {{energy: -20 % / 6 months}}\nrebound: {{elasticity: {ε!r}}}"
    assert energies(block)[-1] == pytest.approx(0.715, rel=1e-9)


def test_printed_growth_with_printed_efficiency():
    *factors, capacity, share = of("P03")
    for row in factors:
        demand = json.loads(row["inputs"])["demand"]
        block = f"{TWO_YEARS}demand: {demand}\noptimisation: {{energy: -20 % / 6 months}}"
        assert energies(block)[-1] == close(row)
    rates = {p: r for p, r in json.loads(capacity["inputs"]).items() if p != "split"}
    block = f"from: 2019-01\nfor: 18 months\nstep: 18 months\ndemand: {json.dumps(rates)}"
    rows = made(block, SPLIT).table.rows
    last = {row.phase: row.energy_kwh for row in rows if row.year == "2020-07"}
    assert last[TOTAL] == close(capacity)
    assert last["inference"] / last[TOTAL] == close(share)
    assert rows[-1].demand == pytest.approx(2.62)


def test_fig_6_as_a_share_of_the_fleet():
    (row,) = of("P04")
    found = 0.285 / (1 - GROSS)
    assert found == close(row)


def turnover(inputs: dict) -> kernels.Turnover:
    return kernels.Turnover(
        inputs["lifetime_y"], inputs["start"] == "even", inputs["share"] == "newest",
        *(factor(inputs[key].replace("1.0x", "1x")) for key in
          ("work_per_energy", "work_per_machine", "embodied_per_machine")),
    )  # fmt: skip


@pytest.mark.parametrize("case", ["P05", "P07"])
def test_cohorts(case):
    rows = of(case)
    inputs = json.loads(rows[0]["inputs"])
    rule, a_year = turnover(inputs), factor(inputs["demand"])
    years = kernels.fleet([1000 * a_year**year for year in range(inputs["years"] + 1)], rule)
    ε, μ = inputs["kwh_per_work_of_year_0"], inputs["kg_per_yearly_work_of_year_0"]
    for row in rows[:-1]:
        name, year = row["quantity"].split(", year ")
        grid = 0.4 * 0.95 ** int(year) if case == "P05" else 0.5 - 0.3 * int(year) / 6
        scale = {"kwh": ε, "op": ε * grid, "capacity": 1, "bought": 1}.get(name, μ)
        assert scale * getattr(years[int(year)], COHORTS[name]) == close(row), row["quantity"]
    whole = kernels.book_at_start(1000, rule) + sum(year.bought_embodied for year in years)
    assert μ * whole == close(rows[-1])
    assert whole == pytest.approx(sum(year.amortised for year in years) + years[-1].book)


@pytest.mark.parametrize("case", ["P05", "P07"])
def test_cohorts_of_a_workload_are_those_of_the_oracle(case):
    """The same through the command's rows: year 0 is the account, and all years are in its parts."""
    rows = of(case)
    inputs = json.loads(rows[0]["inputs"])
    last = 2024 + inputs["years"]
    grid = "-5 % / year" if case == "P05" else f"{{2024: 500 g/kWh, {last}: 200 g/kWh}}"
    more = ", ".join(
        f"{key}: {inputs[key]}"
        for key in ("work_per_energy", "work_per_machine", "embodied_per_machine")
    )
    block = (
        f"from: 2024\nfor: {inputs['years']} years\ndemand: {inputs['demand']}\ngrid: {grid}\n"
        f"hardware: {{lifetime: 4 years, {more}}}"
    )
    totals = made(block).table.totals
    keys = {
        "kwh": "energy_kwh", "op": "operational_kgco2e", "emb_amort": "embodied_amortised_kgco2e",
        "emb_bought": "embodied_bought_kgco2e", "book": "embodied_book_kgco2e",
    }  # fmt: skip
    known = {row["quantity"]: float(row["value"]) for row in rows}
    start = {"kwh": 1000, "op": 400}
    for name, key in keys.items():
        base = known["emb_amort, year 0"] if name not in start else known[f"{name}, year 0"]
        for year, row in enumerate(totals):
            expected = known[f"{name}, year {year}"] / base * start.get(name, 800)
            assert getattr(row, key) == pytest.approx(expected, rel=1e-9), (name, year)
