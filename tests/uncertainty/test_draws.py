"""Draws: their streams, their correlations, and what `estimate` says of them."""

import csv
import io
import json
import math
import re

import numpy as np
import pytest

from carbonctl.analysis import points
from carbonctl.analysis.points import draws, samples
from carbonctl.analysis.sampling import MOST_AUTO, Sampler, sample
from carbonctl.factors.distributions import NORMAL, TRIANGULAR, TWO_PIECE_LOGNORMAL
from carbonctl.ledger.samples import Drawing
from carbonctl.ledger.terms import terms
from carbonctl.ledger.unknowns import Uncertain
from tests.conftest import CONFIGS, account
from tests.test_imports import HEAVY, loaded
from tests.uncertainty.cases import SERVICE, close, of_case

A = Uncertain("a", 2.0, 1.0, 4.0, TWO_PIECE_LOGNORMAL, "x")
B = Uncertain("b", 3.0, 2.0, 5.0, TRIANGULAR, "y")
C = Uncertain("c", 9.0, 7.0, 11.0, NORMAL, "z", parameters=(1.0,))


def spearman(x, y) -> float:
    ranks = [np.argsort(np.argsort(side)) for side in (x, y)]
    return float(np.corrcoef(*ranks)[0, 1])


# --- streams ---


def test_draws_of_an_unknown_are_its_own():
    """Whatever else is drawn, and in whatever order."""
    alone = draws([A])[A]
    beside = draws([C, B, A, B])
    assert np.array_equal(alone, beside[A])
    assert np.array_equal(draws([B])[B], beside[B])
    assert not np.array_equal(np.argsort(beside[A]), np.argsort(beside[B]))
    assert abs(spearman(beside[A], beside[B])) < 0.05


def test_draws_are_stratified():
    drawn = draws([A, B, C], 1000)
    for unknown, numbers in drawn.items():
        expected = [unknown.quantile((place + 0.5) / 1000) for place in range(1000)]
        assert np.sort(numbers) == pytest.approx(expected, rel=1e-12)


def test_seed_stream_and_count_make_other_draws():
    first = draws([A], 1000)[A]
    assert np.array_equal(first, draws([A], 1000, 1)[A])
    for other in (draws([A], 1000, 2)[A], draws([A], 1000, streams=("b",))[A]):
        assert np.array_equal(np.sort(first), np.sort(other))
        assert abs(spearman(first, other)) < 0.15
    assert len(draws([A], 500)[A]) == 500
    assert abs(spearman(first, draws([A], 1000, 2**64 - 1)[A])) < 0.15


def test_the_first_draws_of_all_time():
    """The same on every platform and with every NumPy: these may not move."""
    order = np.argsort(draws([Uncertain("u", 2, 1, 3, "uniform", "x")], 12)[
        Uncertain("u", 2, 1, 3, "uniform", "x")])  # fmt: skip
    assert order.tolist() == FIRST


FIRST = [7, 11, 5, 4, 2, 3, 10, 9, 8, 6, 1, 0]


def test_bounds_of_another_size_make_another_unknown():
    other = A._replace(high=5.0)
    drawn = draws([A, other])
    assert abs(spearman(drawn[A], drawn[other])) < 0.05
    shared = [one._replace(unknown="both", is_shared=True) for one in (A, C)]
    drawn = draws(shared)
    assert spearman(*drawn.values()) == pytest.approx(1)


# --- correlations ---


@pytest.mark.parametrize("rank", [-1, -0.8, -0.3, 0, 0.3, 0.6, 0.9, 1])
def test_a_rank_correlation_is_that_of_the_draws(rank):
    drawn = draws([A, C], ranks=[(A.key, C.key, rank)])
    assert spearman(drawn[A], drawn[C]) == pytest.approx(rank, abs=0.01)
    for unknown, numbers in draws([A, C]).items():  # each keeps its values
        assert np.array_equal(np.sort(numbers), np.sort(drawn[unknown]))


def test_all_pairs_are_of_one_matrix_and_others_are_0():
    ranks = [(A.key, B.key, 0.7), (B.key, C.key, -0.5)]
    drawn = draws([A, B, C], ranks=ranks)
    assert spearman(drawn[A], drawn[B]) == pytest.approx(0.7, abs=0.01)
    assert spearman(drawn[B], drawn[C]) == pytest.approx(-0.5, abs=0.01)
    assert spearman(drawn[A], drawn[C]) == pytest.approx(0, abs=0.01)
    # Of some of them alone the draws are the same.
    assert np.array_equal(draws([B], ranks=ranks)[B], drawn[B])
    assert np.array_equal(draws([C, A], ranks=ranks[::-1])[C], drawn[C])


def test_correlations_of_others_change_no_draws():
    """Of those that it goes with, and of nothing else: not even of other pairs."""
    pair, other = (A.key, B.key, 0.7), (C.key, C._replace(unknown="d").key, -0.5)
    alone, beside = (draws([A, B], ranks=ranks) for ranks in ((pair,), (other, pair)))
    assert all(np.array_equal(alone[unknown], beside[unknown]) for unknown in (A, B))
    free = draws([A, B], ranks=[(A.key, B.key, 0), other])
    assert all(np.array_equal(free[unknown], draws([unknown])[unknown]) for unknown in (A, B))


def test_orders_of_what_is_correlated_are_made_once(monkeypatch):
    made = []
    order = points._order
    monkeypatch.setattr(points, "_order", lambda *key: made.append(key) or order(*key))
    drawn = points.Draws(100, 1, [(A.key, B.key, 0.7)])
    for unknown in (A, B, C, A, C):
        drawn.of(unknown)
    drawn.drop(A)
    drawn.of(A)
    assert len(made) == 3


def test_normal_scores_have_the_correlation_of_the_copula():
    other = C._replace(unknown="d")
    drawn = draws([C, other], ranks=[(C.key, other.key, 0.6)])
    found = np.corrcoef(drawn[C], drawn[other])[0, 1]
    (case,) = (case for case in of_case("U09") if json.loads(case["inputs"])["spearman"] == 0.6)
    assert found == pytest.approx(float(case["value"]), abs=0.005)


@pytest.mark.parametrize("case", of_case("U10"), ids=lambda c: c["inputs"] + c["quantity"])
def test_the_spread_of_a_sum_is_that_of_its_draws(case):
    made = json.loads(case["inputs"])
    one, other = (
        Uncertain(name, 500.0, 500 - 2 * sd, 500 + 2 * sd, NORMAL, name, parameters=(sd,))
        for name, sd in zip("de", made["sd"], strict=True)
    )
    rank = 6 / math.pi * math.asin(made["correlation"] / 2)
    drawn = draws([one, other], 100_000, ranks=[(one.key, other.key, rank)])
    sign = -1 if "difference" in case["quantity"] else 1
    found = float((drawn[one] + sign * drawn[other]).std())
    assert found == pytest.approx(float(case["value"]), rel=0.01)


# --- accounts ---

SERVICE_TEXT = SERVICE.read_text(encoding="utf-8")


def drawn(text: str, *overrides: str, **asked):
    """Return the account of a workload with what draws say of it."""
    result = account(text, *overrides)
    sample(result, Drawing(**{"n": 10_000, **asked}))
    return result


def test_the_service_of_the_oracle():
    cases = {case["quantity"]: case for case in of_case("U15")}
    total = drawn(SERVICE_TEXT).samples.total
    for name in ("p5", "p50", "p95"):
        close(cases[f"{name}, triangular"], getattr(total, name))
    close(cases["mean, triangular"], total.mean)
    close(cases["standard deviation, triangular"], total.sd)
    name = "probability that the total is above the best estimate, triangular"
    close(cases[name], total.above_best)
    assert total.min < total.p5 < total.p25 < total.p50 < total.p75 < total.p95 < total.max
    assert (total.n, total.seed) == (10_000, 1)
    assert 0.1 < total.error_pct < 0.4  # 0.2 to 0.3 %, one standard deviation


def test_what_else_a_workload_holds_changes_no_draws():
    """Of the training alone, with activities added, removed and in another order."""

    def training(text: str):
        return drawn(text).samples.phases["training"]

    first = "  data:\n"
    data, _rest = SERVICE_TEXT.split(first)[1].split("\n", 1)
    without = SERVICE_TEXT.replace(f"{first}{data}\n", "")
    more = SERVICE_TEXT.replace("  inference:", "    - {name: more, kind: energy, energy: "
                                "1..2 MWh, embodied: 0 kg}\n  inference:")  # fmt: skip
    last = without + first + data + "\n"
    expected = training(SERVICE_TEXT)
    assert training(without) == expected
    assert training(last) == expected
    assert training(more).mean != expected.mean
    one, other = (Sampler(account(text)).points(1000).drawn for text in (SERVICE_TEXT, more))
    assert all(np.array_equal(numbers, other[unknown]) for unknown, numbers in one.items())


def test_a_sum_is_that_of_its_parts_draw_by_draw():
    result = account(SERVICE_TEXT)
    points = Sampler(result).points(1000)
    parts = [points.sums[phase] for phase in result.phases]
    assert sum(parts) == pytest.approx(points.sums["total"])
    boundaries = points.sums["operational"] + points.sums["embodied"]
    assert boundaries == pytest.approx(points.sums["total"])
    gate = samples(terms(result.booked, "total_kgco2e"), 1000)
    assert np.array_equal(gate, points.sums["total"])


def test_nothing_uncertain():
    text = (
        "name: x\nsite: {carbon_intensity: 1 kg/kWh, pue: 1.1}\nphases: {training: "
        "[{kind: energy, energy: 7 MWh, embodied: 3 kg}]}"
    )
    result = drawn(text)
    total = result.samples.total
    best = result.total.total_kgco2e
    assert total[2:] == (best, 0, *[best] * 7, 0, 0)
    assert result.samples.phases["inference"][2:] == (0,) * 11
    assert not result.warnings


def test_what_is_unknown_has_no_samples():
    text = (
        "name: x\nsite: {carbon_intensity: 1..2 kg/kWh, pue: 1.1}\nphases: {training: "
        "[{kind: energy, energy: 7 MWh}], data: [{kind: energy, energy: 1 MWh, embodied: 0 kg}]}"
    )
    result = drawn(text)
    assert result.samples.total is None
    assert result.samples.phases["training"] is None
    assert result.samples.phases["data"].mean == pytest.approx(1650, rel=1e-6)


def test_a_best_estimate_outside_the_draws_is_said():
    text = (
        "name: x\nsite: {carbon_intensity: 1 kg/kWh, pue: 1}\nphases: {training: "
        "[{kind: energy, energy: {best: 1 MWh, low: 1 MWh, high: 9 MWh}, embodied: 0 kg}]}"
    )
    result = drawn(text)
    assert result.total.total_kgco2e < result.samples.total.p5
    (said,) = result.warnings
    assert said.startswith("the best estimate, 1000 kgCO2e, is below the 5th percentile")


def test_a_seed_takes_precedence_over_the_workloads():
    text = f"{SERVICE_TEXT}uncertainty: {{seed: 7}}\n"
    assert drawn(text).samples.total.seed == 7
    assert drawn(text, seed=3).samples.total == drawn(SERVICE_TEXT, seed=3).samples.total
    assert drawn(text).samples.total != drawn(SERVICE_TEXT).samples.total


def test_auto_draws_until_it_is_precise():
    result = drawn(SERVICE_TEXT, n=None, is_auto=True)
    total = result.samples.total
    assert total.error_pct <= 0.1
    assert total.n in {10_000 * 2**k for k in range(7)} | {MOST_AUTO}
    assert total.n > 10_000
    fewer = drawn(SERVICE_TEXT, n=total.n // 2).samples.total
    assert fewer.error_pct > 0.1


def test_the_error_is_that_of_other_seeds():
    """The deviation of p95 over seeds is what the error says, within a factor of 2."""
    ends = [drawn(SERVICE_TEXT, n=2000, seed=seed).samples.total.p95 for seed in range(40)]
    spread = float(np.std(ends, ddof=1) / np.mean(ends)) * 100
    told = np.median([drawn(SERVICE_TEXT, n=2000, seed=seed).samples.total.error_pct
                      for seed in range(10)])  # fmt: skip
    assert 0.5 < told / spread < 2


def test_correlated_figures_of_an_account():
    block = (
        "uncertainty: {correlations: [{of: [systems.pool.lifetime, systems.pool.utilization], "
        "rank: -0.6}, {together: [systems.pool.embodied, data.lake.embodied]}]}\n"
    )
    points = Sampler(account(SERVICE_TEXT + block)).points(10_000)
    named = {(u.unknown, u.figure): numbers for u, numbers in points.drawn.items()}
    life = named["systems.pool.lifetime", "lifetime"]
    use = named["systems.pool.utilization", "utilization"]
    assert spearman(life, use) == pytest.approx(-0.6, abs=0.01)
    both = [numbers for (name, _), numbers in named.items() if ", " in name]
    assert spearman(*both) == pytest.approx(1)


# --- the command ---


def test_json_table_markdown_and_rows(inside):
    file = str(SERVICE)
    document = json.loads(inside("estimate", file, "--draws", "10000", "-f", "json", "-q").out)
    (result,) = document["results"]
    total = result["total"]["samples"]
    assert list(total) == ["n", "seed", "mean", "sd", "p5", "p25", "p50", "p75", "p95", "min",
                           "max", "above_best", "error_pct"]  # fmt: skip
    assert set(result["phases"]) == {p for p in result["phases"] if result["phases"][p]["samples"]}
    table = inside("estimate", file, "--draws", "10000", "-q").out
    lines = re.search(r"10,000 draws: p5 (\S+), median (\S+), p95 (\S+) tCO2e ± (\S+) %\n"
                      r"(\S+) % of them are above the best estimate", table)  # fmt: skip
    expected = [f"{total[key] / 1000:.2f}" for key in ("p5", "p50", "p95")]
    assert lines.groups() == (*expected, "0.2", f"{total['above_best'] * 100:.1f}")
    page = inside("estimate", file, "--draws", "10000", "-q", "-f", "md").out
    assert "10,000 draws: p5 80.31, median 101.8, p95 127.3 tCO2e ± 0.2 %; 87.9 % of them" in page
    for view, key in (("--totals", None), ("--phases", "phase")):
        out = inside("estimate", file, "--draws", "10000", "-q", "-f", "csv", view).out
        for row in csv.DictReader(io.StringIO(out)):
            own = total if key is None else result["phases"][row[key]]["samples"]
            assert list(row)[-6:] == ["mean_kgco2e", "sd_kgco2e", "p5_kgco2e", "p50_kgco2e",
                                      "p95_kgco2e", "above_best"]  # fmt: skip
            for name in list(row)[-6:]:
                assert float(row[name]) == own[name.removesuffix("_kgco2e")]


def test_without_draws_nothing_is_said_of_them(inside):
    for form in (("json",), ("csv", "--totals"), ("table",), ("md",)):
        out = inside("estimate", str(SERVICE), "-q", "-f", *form).out
        assert not re.search("samples|draws|mean_kgco2e", out)


def test_a_rough_range_names_draws(inside):
    file = str(CONFIGS / "data-pipeline.yaml")
    for form in ("table", "md"):
        said = " ".join(inside("estimate", file, "-q", "-f", form).out.split())
        assert "this range is rough; --draws auto samples it." in said
        said = inside("estimate", file, "-q", "-f", form, "--draws", "1000").out
        assert "rough" not in said


def test_the_same_seed_gives_the_same_bytes_whatever_the_processes(inside, tmp_path):
    lines = tmp_path / "jobs.jsonl"
    with lines.open("w") as file:
        for number in range(120):
            job = {"name": f"j{number % 50}", "site": {"grid": ["FR", "US"][number % 2]},
                   "phases": {"training": [{"kind": "energy", "energy": f"{number + 1} MWh",
                                            "embodied": "1..3 kg"}]}}  # fmt: skip
            file.write(json.dumps(job) + "\n")
    arguments = ("estimate", str(lines), "--draws", "100", "-q", "-f", "csv", "--totals")
    outputs = {inside(*arguments, *more).out for more in (("-j1",), ("-j2",), ())}
    assert len(outputs) == 1
    rows = list(csv.DictReader(io.StringIO(outputs.pop())))
    assert len(rows) == 120
    assert all(float(row["p95_kgco2e"]) > float(row["p5_kgco2e"]) for row in rows)


def test_a_gate_has_the_same_percentile(inside):
    arguments = (
        "estimate",
        str(SERVICE),
        "-q",
        "-f",
        "json",
        "--fail-on",
        "p95(total_kgco2e) > 1 t",
    )
    for more in ((), ("--draws", "5000"), ("--seed", "9"), ("--seed", "9", "--draws", "20000")):
        document = json.loads(inside(*arguments, *more).out)
        (verdict,) = document["verdicts"]
        given = dict(zip(more[::2], more[1::2], strict=True))
        own = drawn(SERVICE_TEXT, n=int(given.get("--draws", 10_000)),
                    seed=int(given.get("--seed", 1))).samples.total  # fmt: skip
        assert verdict["value"] == own.p95
        if "--draws" in given:
            assert document["results"][0]["total"]["samples"]["p95"] == own.p95


def test_draws_are_written(inside, tmp_path):
    block = (
        "uncertainty: {correlations: [{together: [systems.pool.embodied, data.lake.embodied]}]}\n"
    )
    file = tmp_path / "job.yaml"
    file.write_text(SERVICE_TEXT + block)
    tables = {}
    for suffix in ("csv", "parquet"):
        path = tmp_path / f"draws.{suffix}"
        done = inside(
            "estimate", str(file), "-q", "-f", "json", "--draws", "1000", "--samples", str(path)
        )
        assert done.code == 0, done.err
        if suffix == "csv":
            tables[suffix] = list(csv.DictReader(path.read_text().splitlines()))
        else:
            pandas = pytest.importorskip("pandas")
            tables[suffix] = pandas.read_parquet(path).to_dict("records")
    (result,) = json.loads(done.out)["results"]
    for rows in tables.values():
        assert len(rows) == 1000
        columns = list(rows[0])
        assert columns[-7:] == [
            "total_kgco2e", "operational_kgco2e", "embodied_kgco2e",
            *(f"phases.{phase}.total_kgco2e" for phase in result["phases"]),
        ]  # fmt: skip
        assert columns[:2] == ["site.carbon_intensity", "site.pue"]
        assert len(columns) == 7 + 7
        totals = [float(row["total_kgco2e"]) for row in rows]
        assert np.percentile(totals, 95) == pytest.approx(result["total"]["samples"]["p95"])
    for row, other in zip(*tables.values(), strict=True):
        assert {name: float(cell) for name, cell in row.items()} == other


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--draws", "99"), "--draws 99: write a number from 100 to 10,000,000, or auto"),
        (("--draws", "10000001"), "write a number from 100 to 10,000,000, or auto"),
        (("--draws", "many"), "write a number from 100"),
        (("--draws", "100", "--seed", "-1"), "`-1` is no seed"),
        (("--draws", "100", "--seed", "18446744073709551616"), "is no seed"),
        (("--seed", "1"), "--seed: nothing is drawn; add --draws 10000"),
        (("--samples", "a.csv"), "--samples: there are no draws to write; add --draws 10000"),
        (("--draws", "100", "--samples", "a.txt"), "ends with .csv or .parquet"),
        (("--draws", "100", "--samples", "a.csv", str(SERVICE)), "here are 2 files"),
    ],
)
def test_wrong_usage(inside, arguments, said):
    done = inside("estimate", str(CONFIGS / "quickstart.yaml"), *arguments)
    assert done.code == 2
    assert said in done.err


def test_draws_of_several_workloads_are_not_written_over_each_other(inside, tmp_path):
    text = SERVICE_TEXT.replace("\n", "\n")
    file = tmp_path / "two.yaml"
    file.write_text(f"{text}---\n{text}")
    path = tmp_path / "a.csv"
    done = inside("estimate", str(file), "-q", "--draws", "100", "--samples", str(path))
    assert done.code == 2
    assert "it takes one workload, and here are several" in done.err


def test_saved_results_draw_and_range_as_live_ones(inside, tmp_path):
    """Every distribution, figures that go together, a rank correlation, a cut, a seed."""
    words = {
        "a": "{best: 4 MWh, low: 3 MWh, high: 6 MWh, distribution: pert}",
        "b": "{best: 4 MWh, low: 3 MWh, high: 6 MWh, distribution: log-triangular}",
        "c": "{low: 3 MWh, high: 6 MWh, distribution: uniform}",
        "d": "{best: 4 MWh, gsd: 1.4, distribution: lognormal}",
        "e": "{low: 3 MWh, high: 6 MWh, distribution: lognormal}",
        "f": "{best: 4 MWh, sd: 60 %, distribution: normal}",
        "g": "{values: {3 MWh: 0.5, 5 MWh: 0.5}, distribution: discrete}",
        "h": "{best: 4 MWh, low: 3 MWh, high: 9 MWh, distribution: two-piece-lognormal}",
        "i": "3..4 MWh",
        "j": "{best: 1 MWh, low: -1 MWh, high: 3 MWh, distribution: triangular}",
        "k": "7 MWh",
    }
    runs = "".join(f"    - {{name: {name}, kind: energy, energy: {text}, embodied: 1..9 kg}}\n"
                   for name, text in words.items())  # fmt: skip
    file = tmp_path / "job.yaml"
    file.write_text(
        "name: x\nsite: {grid: FR, pue: {best: 1.1, sd: 0.1, distribution: normal}}\n"
        f"phases:\n  training:\n{runs}"
        "uncertainty:\n  seed: 5\n  spread: {training.k.energy: +-5 %}\n  correlations:\n"
        "    - {of: [training.a.energy, training.d.energy], rank: 0.8}\n"
        "    - {together: [training.b.energy, training.c.energy]}\n"
    )
    arguments = ("-f", "json", "-q", "--draws", "2000", "--fail-on", "p5(total_kgco2e) > 0 kg")
    live = json.loads(inside("estimate", str(file), *arguments).out)
    saved = tmp_path / "saved.json"
    saved.write_text(inside("estimate", str(file), "-f", "json", "-q").out)
    again = json.loads(inside("estimate", str(saved), *arguments).out)
    (one,), (other,) = live["results"], again["results"]
    inputs = [value for entry in one["entries"] for value in entry["inputs"]]
    bounds = {
        value["path"].split(".")[2]: [value["value"], value["low"], value["high"]]
        for value in inputs
        if value["path"].endswith(".energy")
    }
    assert one["uncertainty"] == other["uncertainty"] == {
        "seed": 5,
        "ranks": [{
            "of": ["phases.training.a.energy", "phases.training.d.energy"],
            "bounds": [bounds["a"], bounds["d"]], "rank": 0.8,
        }],
    }  # fmt: skip
    assert one["total"] == other["total"]
    assert one["phases"] == other["phases"]
    assert one["drivers"] == other["drivers"]
    assert live["verdicts"] == again["verdicts"]
    assert len({value["distribution"] for value in inputs} - {None}) == 8
    assert {len(value["parameters"]) for value in inputs if value["parameters"]} == {1, 2, 4}
    for entry, same in zip(one["entries"], other["entries"], strict=True):
        assert [{**v, "line": None} for v in entry["inputs"]] == [
            {**v, "line": None} for v in same["inputs"]
        ]


@pytest.mark.parametrize(
    ("key", "value"),
    [("parameters", [1.0, 2.0, 3.0]), ("parameters", "x"), ("parameters", [None]),
     ("distribution", "beta"), ("distribution", "normal")],
)  # fmt: skip
def test_faulty_parameters_of_a_saved_result_are_refused(inside, tmp_path, key, value):
    document = json.loads(inside("estimate", str(SERVICE), "-f", "json", "-q").out)
    figure = next(v for v in document["results"][0]["entries"][0]["inputs"] if v["low"] < v["high"])
    figure[key] = value
    file = tmp_path / "saved.json"
    file.write_text(json.dumps(document))
    done = inside("estimate", str(file))
    assert done.code == 3
    assert "not a saved result" in done.err


def test_nothing_heavy_is_imported_without_draws():
    for form in ("csv", "json"):
        modules = loaded("estimate", str(CONFIGS / "uncertainty.yaml"), "--format", form, "-q")
        assert "carbonctl.account.block" in modules
        assert not {name for name in modules if name.partition(".")[0] in HEAVY}


def test_workloads_that_are_alike_are_each_as_by_itself(inside, tmp_path):
    """A distribution or a block is of one workload: such a shape is computed row by row."""
    blocks = ({}, {"seed": 3, "distribution": "pert"},
              {"spread": {"training.0.energy": "+-3 %"}})  # fmt: skip
    energies = (lambda n: {"best": f"{n} MWh", "sd": f"{n / 9:.3f} MWh", "distribution": "normal"},
                lambda n: f"{n}..{n + 3} MWh", lambda n: f"{n} MWh")  # fmt: skip
    documents = [
        {"name": f"j{number}", "site": {"carbon_intensity": f"{number}00 g/kWh", "pue": 1.2},
         "phases": {"training": [{"kind": "energy", "energy": energy(number), "embodied": "1 kg"}]},
         **({"uncertainty": block} if block else {})}
        for block, energy in zip(blocks, energies, strict=True) for number in range(1, 61)
    ]  # fmt: skip
    path = tmp_path / "jobs.jsonl"
    path.write_text("".join(f"{json.dumps(document)}\n" for document in documents))
    arguments = ("estimate", str(path), "-q", "-f", "csv", "--totals")
    together = list(csv.DictReader(io.StringIO(inside(*arguments).out)))
    assert len(together) == len(documents)
    for document, row in zip(documents, together, strict=True):
        total = account(json.dumps(document)).total
        assert float(row["total_low_kgco2e"]) == total.total_low_kgco2e
        assert float(row["total_high_kgco2e"]) == total.total_high_kgco2e
        assert total.total_low_kgco2e < total.total_high_kgco2e
