"""Break-even: all ties, jumps, what is lower on both sides, and ties over draws."""

import csv
import io
import json
from pathlib import Path

import pytest

from carbonctl.analysis.accounts import Accounts
from carbonctl.analysis.breakeven import read_vary, solve
from carbonctl.analysis.breakeven.question import of_limit, of_two
from carbonctl.analysis.gates import parse_target
from carbonctl.errors import UsageError
from carbonctl.factors.roots import POINTS, crossings
from tests.conftest import CATALOG, CONFIGS, ROOT, account
from tests.schemas.readers import faults

SPECS = ROOT / "tests" / "oracles" / "analysis" / "specs"
SERVICE, RANGES = str(SPECS / "service.yaml"), str(SPECS / "service-ranges.yaml")
KEEP, BUY = str(SPECS / "design-old.yaml"), str(SPECS / "design-new.yaml")
GRID = ("--vary", "site.carbon_intensity=0..1000 g/kWh")
REQUESTS = "phases.inference.answers.requests"
with (SPECS.parent / "sweep_breakeven.csv").open(encoding="utf-8", newline="") as _lines:
    ORACLE = list(csv.DictReader(_lines))


def cases(prefix):
    return [row for row in ORACLE if row["case"].startswith(prefix)]


def case(prefix, quantity):
    (row,) = (row for row in cases(prefix) if row["quantity"] == quantity)
    return pytest.approx(
        float(row["value"]), rel=float(row["rel_tol"] or 0), abs=float(row["abs_tol"] or 0)
    )


def ties(inside, *arguments):
    done = inside("breakeven", *arguments, "-f", "csv")
    assert done.code == 0, done.err
    return list(csv.DictReader(io.StringIO(done.out)))


# --- the oracle ---


def test_every_row_of_the_oracle_is_looked_at():
    names = {row["case"].partition(" ")[0] for row in ORACLE}
    assert names == {"W01", "W04", "W06", "W07", "W09", "W10", "W11"}


def test_grid_at_which_two_designs_tie(inside):
    (tie,) = ties(inside, KEEP, BUY, *GRID)
    assert float(tie["tie"]) / 1000 == case("W04", "tie at")
    assert {key: tie[key] for key in ("key", "path", "unit", "below", "above", "kind")} == {
        "key": "total_kgco2e", "path": "site.carbon_intensity", "unit": "g/kWh",
        "below": "base", "above": "head", "kind": "tie",
    }  # fmt: skip


@pytest.mark.parametrize("row", cases("W04")[1:], ids=lambda row: row["inputs"])
def test_designs_beside_their_tie(row):
    ((path, text),) = json.loads(row["inputs"]).items()
    old, new = (
        account((SPECS / f"design-{age}.yaml").read_text(), f"{path}={text}").total.total_kgco2e
        for age in ("old", "new")
    )
    assert old - new == pytest.approx(float(row["value"]), rel=float(row["rel_tol"]))


def test_requests_that_exhaust_a_budget(inside):
    arguments = ("--vary", f"{REQUESTS}=1e6..1e9 / day", "--until", "total_kgco2e = 100 t")
    (tie,) = ties(inside, SERVICE, *arguments)
    assert float(tie["tie"]) == case("W06", "tie at")
    assert (tie["unit"], tie["below"], tie["above"]) == ("/ day", "under", "over")
    (again,) = ties(inside, SERVICE, "--vary", f"{REQUESTS}=1e6..1e9 / day:log", *arguments[2:])
    assert float(again["tie"]) == case("W06", "tie at")


def test_no_tie(inside):
    vary = ("--vary", "site.carbon_intensity=300..900 g/kWh")
    assert len(ties(inside, KEEP, BUY, *vary)) == case("W07", "number of ties")
    done = inside("breakeven", KEEP, BUY, *vary)
    assert (done.code, done.out) == (0, "No tie from 300 to 900 g/kWh: buy is lower everywhere.\n")
    assert inside("breakeven", KEEP, BUY, *vary, "--exit-status").code == 1
    document = json.loads(inside("breakeven", KEEP, BUY, *vary, "-f", "json").out)
    assert (document["ties"], document["everywhere"]) == ([], "head")


def test_several_ties_of_the_kernel():
    points = [place / (POINTS - 1) for place in range(POINTS)]

    def function(x):
        return (x - 0.2) * (x - 0.5) * (x - 0.9)

    found = crossings(function, points, list(map(function, points)))
    assert len(found) == case("W09", "number of ties")
    for tie, near in zip(found, ("0.2", "0.5", "0.9"), strict=True):
        assert tie.at == case("W09", f"tie near {near}")


def test_a_tie_in_years():
    """Of 900 kg a year, or 500 kg a year after 1500 kg once; the years are those of use."""
    text = (
        "name: {name}\nsite: {{carbon_intensity: 1 kg/kWh, pue: 1}}\nphases: {{inference: ["
        "{{name: use, kind: compute, devices: 1, wall_time: 1 years, power: {watts!r} W, "
        "host_power: 0 W, embodied: 0 kg}}, "
        "{{name: buy, kind: energy, energy: 0 kWh, embodied: {kg} kg}}]}}\n"
    )
    vary = read_vary("inference.use.wall_time=1..6 years", "--vary")
    keep, replace = (
        Accounts(
            text.format(name=name, watts=rate / 8.76, kg=kg).encode(), name, name, CATALOG
        )
        for name, rate, kg in (("keep", 900, 0), ("replace", 500, 1500))
    )  # fmt: skip
    question = of_two((keep, vary.path), (replace, vary.path), vary.span, (None, "total_kgco2e"))
    (tie,) = solve(question, CATALOG, None, None).ties
    assert tie.tie == case("W10", "break-even life, M 1500 kg, 900 against 500 kg/year")


def test_grid_at_which_embodied_is_half_of_operational(inside):
    until = "embodied_kgco2e = 50 % of operational_kgco2e"
    (tie,) = ties(inside, SERVICE, *GRID, "--until", until)
    assert float(tie["tie"]) / 1000 == case("W11", "tie at")
    assert (tie["key"], tie["below"], tie["above"]) == ("embodied_kgco2e", "over", "under")


# --- what is said ---


def test_the_sentence_of_two(inside):
    done = inside("breakeven", KEEP, BUY, *GRID)
    assert (done.code, done.err) == (0, "")
    assert done.out == ("total_kgco2e ties at 190.5 g/kWh: below it keep is lower, above it buy.\n")


def test_the_sentence_of_a_limit(inside):
    done = inside(
        "breakeven", SERVICE, "--vary", f"{REQUESTS}=1e6..1e9 / day", "--until", "total_kgco2e=100t"
    )
    assert done.out == (
        "total_kgco2e is 100t at 146,808,438 / day: less below it, more above it.\n"
    )
    none = inside("breakeven", SERVICE, "--vary", "site.pue=1..2", "--until", "total_kgco2e = 1 kt")
    assert none.out == "No tie from 1 to 2: total_kgco2e is less than 1 kt everywhere.\n"


def test_a_narrow_range_has_more_digits(inside):
    vary = ("--vary", "site.carbon_intensity=190.47..190.48 g/kWh")
    said = "total_kgco2e ties at 190.47619 g/kWh: below it keep is lower, above it buy.\n"
    assert inside("breakeven", KEEP, BUY, *vary).out == said
    none = inside("breakeven", KEEP, BUY, "--vary", "site.carbon_intensity=190.48..190.49 g/kWh")
    assert none.out == "No tie from 190.48 to 190.49 g/kWh: buy is lower everywhere.\n"


def test_equal_everywhere(inside):
    done = inside("breakeven", SERVICE, SERVICE, "--vary", "systems.pool.utilization=10..100%")
    assert done.code == 0
    assert done.out == ("total_kgco2e is equal from 10 to 100 %: they do not differ in this.\n")
    assert (
        inside("breakeven", SERVICE, SERVICE, "--vary", "site.pue=1..2", "--exit-status").code == 0
    )
    document = json.loads(inside("breakeven", SERVICE, SERVICE, *GRID, "-f", "json").out)
    assert document["everywhere"] == "equal"


def test_machine_formats_say_that_there_is_none_beside(inside):
    vary = ("--vary", "site.carbon_intensity=300..900 g/kWh")
    done = inside("breakeven", KEEP, BUY, *vary, "-f", "csv")
    assert done.out == "key,path,tie,unit,below,above,kind,p5,p50,p95,without\n"
    assert done.err == "note: No tie from 300 to 900 g/kWh: buy is lower everywhere.\n"
    assert inside("breakeven", KEEP, BUY, *vary, "-f", "csv", "-q").err == ""


def test_one_side_varies(inside):
    (tie,) = ties(inside, KEEP, BUY, "--vary-head", "site.carbon_intensity=0..2000 g/kWh")
    wanted = (60_000 * 1.2 * 0.4 + 1000 - 9000) / (25_000 * 1.2)
    assert float(tie["tie"]) / 1000 == pytest.approx(wanted, rel=1e-9)
    (other,) = ties(inside, KEEP, BUY, "--vary-base", "site.carbon_intensity=0..2000 g/kWh")
    assert float(other["tie"]) / 1000 == pytest.approx(
        (25_000 * 1.2 * 0.4 + 8000) / 72_000, rel=1e-9
    )
    energy = "phases.inference.serve.energy"
    both = ("--vary-base", f"{energy}=20..80 MWh", "--vary-head", "inference.0.energy=20..80 MWh")
    document = json.loads(inside("breakeven", KEEP, BUY, *both, "-f", "json").out)
    assert [side["path"] for side in document["sides"]] == [energy, "inference.0.energy"]
    assert document["everywhere"] == "base"


def test_several_ties_are_listed(inside, tmp_path):
    path = tmp_path / "two.yaml"
    path.write_text(  # energy falls with the share, and embodied carbon rises with it
        "name: two\nsite: {carbon_intensity: 1 kg/kWh, pue: 1}\nphases: {training: ["
        "{name: run, kind: compute, devices: 1, wall_time: 100 h, power: 1 kW, host_power: 0 W,"
        " embodied: 100 kg, lifetime: 1000 h, utilization: 50 %}]}\n"
    )
    vary = ("--vary", "training.run.utilization=1..100%")
    (tie,) = ties(inside, str(path), *vary, "--until", "embodied_kgco2e = 25 kg")
    assert float(tie["tie"]) == pytest.approx(40, rel=1e-9)


def test_a_tie_at_an_end_is_listed_once(inside):
    low = (
        "--vary",
        "site.carbon_intensity=400..900 g/kWh",
        "--until",
        "operational_kgco2e = 28.8 t",
    )
    (tie,) = ties(inside, KEEP, *low)
    assert (float(tie["tie"]), tie["below"], tie["above"]) == (400.0, "", "over")
    high = (
        "--vary",
        "site.carbon_intensity=100..400 g/kWh",
        "--until",
        "operational_kgco2e = 28.8 t",
    )
    (tie,) = ties(inside, KEEP, *high)
    assert (float(tie["tie"]), tie["below"], tie["above"]) == (400.0, "under", "")


def test_the_tie_is_a_value_of_the_spec(inside):
    document = json.loads(inside("breakeven", KEEP, BUY, *GRID, "-f", "json").out)
    assert not faults("breakeven", document)
    (tie,) = document["ties"]
    totals = [
        account((SPECS / f"design-{age}.yaml").read_text(), f"site.carbon_intensity={tie['value']}")
        for age in ("old", "new")
    ]
    assert totals[0].total.total_kgco2e == pytest.approx(totals[1].total.total_kgco2e, rel=1e-12)


# --- formulas and accounts ---

SERVERS = (
    "name: storage\nsite: {carbon_intensity: 400 g/kWh, pue: 1.2}\nphases: {data: [{name: read, "
    "kind: ingestion, bandwidth: 10 GB/s, server_bandwidth: 1.5 GB/s, duration: 1 year, "
    "power: 500 W, embodied: 1 t, lifetime: 4 years}]}\n"
)


def test_whole_servers_jump(inside, tmp_path):
    path = tmp_path / "servers.yaml"
    path.write_text(SERVERS)
    one = account(SERVERS, "data.read.bandwidth=1.4 GB/s").total.total_kgco2e
    limit = 3.5 * one
    done = inside("breakeven", str(path), "--vary", "data.read.bandwidth=1..20 GB/s",
                  "--until", f"total_kgco2e = {limit!r} kg", "-f", "json")  # fmt: skip
    assert done.code == 0, done.err
    (tie,) = json.loads(done.out)["ties"]
    assert tie["kind"] == "jump"
    assert tie["low"] == pytest.approx(4.5, rel=1e-9)
    assert tie["low"] < tie["high"] == tie["tie"]
    said = inside("breakeven", str(path), "--vary", "data.read.bandwidth=1..20 GB/s",
                  "--until", f"total_kgco2e = {limit:.0f} kg").out  # fmt: skip
    assert "in a jump at 4.5 GB/s: less below it, more above it." in said


@pytest.mark.parametrize(
    ("file", "vary", "until"),
    [
        (SERVICE, "systems.pool.lifetime=1..8 years", "total_kgco2e = 90 t"),
        (SERVICE, "site.carbon_free_energy=0..100%", "total_market_kgco2e = 50 t"),
        (SERVICE, "systems.pool.utilization=10..100%", "phases.training.total_kgco2e = 30 t"),
        (CONFIGS / "quickstart.yaml", "site.pue=1..2", "energy_kwh = 400 kWh"),
        (CONFIGS / "quickstart.yaml", "training.0.wall_time=1..200 h", "total_kgco2e = 400 kg"),
        (CONFIGS / "quickstart.yaml", "training.0.devices=1..64", "total_high_kgco2e = 300 kg"),
    ],
)  # fmt: skip
def test_a_tie_is_one_of_true_accounts(file, vary, until):
    accounts = Accounts(Path(file).read_bytes(), "x", "x", CATALOG)
    target = parse_target(until)
    answer = solve(of_limit(accounts, read_vary(vary, "--vary"), target), CATALOG, None, None)
    assert answer.ties
    for tie in answer.ties:
        made = accounts.account((f"{vary.partition('=')[0]}={tie.value}",))
        total = made.phases[target.phase] if target.phase else made.total
        assert getattr(total, target.key) == pytest.approx(target.limit, rel=1e-9)


def test_where_only_whole_numbers_are_values_the_sides_are_whole(inside):
    vary = ("--vary", "systems.pool.devices=1..8")
    totals = [account(Path(SERVICE).read_text(), f"systems.pool.devices={n}").total.total_kgco2e
              for n in (3, 4, 5)]  # fmt: skip
    between = (totals[0] + totals[1]) / 2
    done = inside(
        "breakeven", SERVICE, *vary, "--until", f"total_kgco2e = {between!r} kg", "-f", "json"
    )
    (tie,) = json.loads(done.out)["ties"]
    assert (tie["kind"], tie["low"], tie["high"], tie["tie"]) == ("jump", 3.0, 4.0, 4.0)
    done = inside(
        "breakeven", SERVICE, *vary, "--until", f"total_kgco2e = {totals[1]!r} kg", "-f", "json"
    )
    (tie,) = json.loads(done.out)["ties"]
    assert (tie["kind"], tie["tie"], tie["value"]) == ("tie", 4.0, "4")


def test_formulas_that_are_not_right_are_not_used(monkeypatch):
    """What a formula says is checked: one that is wrong between the ends gives way to accounts."""
    from carbonctl.analysis.breakeven import curves

    true = curves.Formulas.at
    vary = read_vary("site.carbon_intensity=0..1000 g/kWh", "--vary")
    sides = [
        (Accounts((SPECS / f"design-{age}.yaml").read_bytes(), age, age, CATALOG), vary.path)
        for age in ("old", "new")
    ]
    question = of_two(*sides, vary.span, (None, "total_kgco2e"))
    monkeypatch.setattr(
        curves.Formulas, "at", lambda self, x: [y * (1 + 1e-6 * x) for y in true(self, x)]
    )
    (tie,) = solve(question, CATALOG, None, None).ties
    assert tie.tie == pytest.approx(190.47619047619048, rel=1e-8)


def test_no_numpy_where_formulas_are_right():
    import subprocess
    import sys

    from tests.conftest import clean_environment

    code = (
        "import sys\nfrom carbonctl.cli.exit_codes import run\n"
        f"run(['breakeven', {KEEP!r}, {BUY!r}, '--vary', 'site.carbon_intensity=0..1 kg/kWh'])\n"
        "assert 'numpy' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, cwd=ROOT, check=False,
        env=clean_environment(PYTHONPATH=str(ROOT)),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


# --- draws ---


def test_ties_over_draws_of_one(inside):
    """The utilization at which the total is 100 t: in each draw it solves a linear equation."""
    arguments = ("--vary", "systems.pool.utilization=10..100%", "--until", "total_kgco2e = 100 t")
    (tie,) = ties(inside, RANGES, *arguments, "--draws", "10000")
    shares = []
    low, high = (
        account((SPECS / "service-ranges.yaml").read_text(), f"systems.pool.utilization={u}")
        for u in ("50%", "100%")
    )
    np = pytest.importorskip("numpy")
    from carbonctl.analysis.points import samples
    from carbonctl.ledger.terms import terms

    half, whole = (samples(terms(one.booked, "total_kgco2e"), 10_000, 1) for one in (low, high))
    pool = half - whole  # what a whole utilization leaves of it: embodied / u
    shares = pool / (100_000 - (whole - pool)) * 100
    there = (shares > 10) & (shares < 100)
    assert float(tie["without"]) == pytest.approx(1 - there.mean(), abs=1e-12)
    for key, percent in (("p5", 5), ("p50", 50), ("p95", 95)):
        assert float(tie[key]) == pytest.approx(np.percentile(shares[there], percent), rel=1e-8)


def test_what_both_sides_share_moves_together(inside, tmp_path):
    """A grid that is uncertain on both sides cancels where PUE alone differs."""
    base = (SPECS / "design-old.yaml").read_text().replace("400 g/kWh", "300..600 g/kWh")
    head = base.replace("pue: 1.2", "pue: 1.1").replace("name: keep", "name: buy")
    for name, text in (("base", base), ("head", head)):
        (tmp_path / f"{name}.yaml").write_text(text)
    files = (str(tmp_path / "base.yaml"), str(tmp_path / "head.yaml"))
    vary = ("--vary-head", "phases.inference.serve.energy=40..80 MWh")
    (tie,) = ties(inside, *files, *vary, "--draws", "1000", "--key", "operational_kgco2e")
    wanted = 60 * 1.2 / 1.1
    assert float(tie["without"]) == 0
    for key in ("tie", "p5", "p50", "p95"):
        assert float(tie[key]) == pytest.approx(wanted, rel=1e-8)


@pytest.mark.parametrize(
    ("span", "at"), [("100..1000", 100), ("10..100", 100), ("10..1000", 100), ("100..1000", 700)]
)
def test_a_tie_at_an_end_of_the_range_is_one_of_each_draw(span, at, inside, tmp_path):
    """10 MWh more make up for 1 t at 100 g/kWh; for 7 t inside of the range."""
    text = """
name: {name}
site: {{carbon_intensity: 400 g/kWh, basis: life-cycle, pue: 1.25}}
phases:
  inference:
    - {{name: s, kind: energy, energy: {energy}, includes_pue: yes, embodied: {embodied}}}
"""
    files = []
    for name, energy, embodied in (("old", "10 MWh", f"{at / 100} t"), ("new", "20 MWh", "0 t")):
        file = tmp_path / f"{name}.yaml"
        file.write_text(text.format(name=name, energy=energy, embodied=embodied))
        files.append(str(file))
    vary = ("--vary", f"site.carbon_intensity={span} g/kWh")
    (tie,) = ties(inside, *files, *vary, "--draws", "1000")
    for key in ("tie", "p5", "p50", "p95"):
        assert float(tie[key]) == pytest.approx(at, rel=1e-9)
    assert float(tie["without"]) == 0


def test_ties_over_draws_where_accounts_jump(inside, tmp_path):
    """Without formulas each point has an account, and each draw its own jump."""
    path = tmp_path / "servers.yaml"
    path.write_text(SERVERS.replace("pue: 1.2", "pue: 1.1..1.4"))
    vary = ("--vary", "data.read.bandwidth=1..20 GB/s", "--until", "total_kgco2e = 7 t")
    (tie,) = ties(inside, str(path), *vary, "--draws", "1000")
    assert tie["kind"] == "jump"
    assert float(tie["without"]) == 0
    assert float(tie["p5"]) == pytest.approx(1.5, abs=20 / 128)
    assert float(tie["p95"]) == pytest.approx(3.0, abs=20 / 128)


def test_draws_of_what_has_no_formula(inside):
    vary = ("--vary", "systems.pool.lifetime=1..9 years", "--until", "total_high_kgco2e = 130 t")
    assert inside("breakeven", RANGES, *vary).code == 0
    done = inside("breakeven", RANGES, *vary, "--draws", "1000")
    said = "the spread of total_high_kgco2e is unknown; leave out --draws"
    assert (done.code, done.out, done.err) == (3, "", f"{RANGES}:1:1: {said}\n")


@pytest.mark.parametrize("draws", ["99", "x", "10000001", "auto"])
def test_numbers_of_draws_that_are_none(draws, inside):
    done = inside("breakeven", RANGES, "--vary", "site.pue=1..2", "--until", "total_kgco2e = 1 t",
                  "--draws", draws)  # fmt: skip
    assert done.code == 2
    assert done.err.startswith(f"carbonctl: --draws {draws}: ")


def test_the_seed_decides(inside):
    arguments = (
        RANGES,
        "--vary",
        "systems.pool.utilization=10..100%",
        "--until",
        "total_kgco2e = 100 t",
    )
    first, again, other = (
        ties(inside, *arguments, "--draws", "200", "--seed", seed) for seed in ("1", "1", "2")
    )
    assert first == again != other


def test_draws_where_there_is_no_tie_by_best_estimates(inside):
    vary = ("--vary", "systems.pool.utilization=50..60%", "--until", "total_kgco2e = 100 t")
    done = inside("breakeven", RANGES, *vary, "--draws", "1000")
    assert done.out.startswith(
        "No tie from 50 to 60 %: total_kgco2e is less than 100 t everywhere.\n"
    )
    document = json.loads(inside("breakeven", RANGES, *vary, "--draws", "1000", "-f", "json").out)
    assert not faults("breakeven", document)
    assert document["spread"]["p5"] <= document["spread"]["p50"] <= document["spread"]["p95"]
    assert 0 < document["spread"]["without"] < 1
    far = ("--vary", "systems.pool.utilization=50..60%", "--until", "total_kgco2e = 900 t")
    done = inside("breakeven", RANGES, *far, "--draws", "1000")
    assert done.out.endswith("Nor is there one in any of 1,000 draws.\n")


# --- what is refused ---


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((KEEP, BUY), "nothing varies; add --vary 'site.carbon_intensity=0..1000 g/kWh'"),
        ((KEEP,), "one workload needs what it is to meet: --until 'total_kgco2e = 85 t'; or give a second one"),
        ((KEEP, BUY, KEEP), "3 workloads; one with --until, or two, are compared"),
        (("-", "-"), "standard input can be read only once; give a single -"),
        ((KEEP, BUY, *GRID, "--until", "total_kgco2e = 1 t"), "--until is of one workload; two are equal in --key"),
        ((KEEP, *GRID, "--until", "total_kgco2e = 1 t", "--key", "energy_kwh"),
         "--key is of two workloads; of one, --until has the key"),
        ((KEEP, "--vary-head", "site.pue=1..2", "--until", "total_kgco2e = 1 t"),
         "--vary-head is of two workloads; write --vary"),
        ((KEEP, BUY, *GRID, "--vary-head", "site.pue=1..2"),
         "--vary is of both workloads; leave out --vary-base and --vary-head"),
        ((KEEP, BUY, "--vary-base", "site.pue=1..2", "--vary-head", "site.pue=1..3"),
         "--vary-base and --vary-head need the same LOW..HIGH and unit"),
        ((KEEP, BUY, *GRID, "--seed", "2"), "--seed: nothing is drawn; add --draws 10000"),
        ((KEEP, BUY, "--vary", "site.pue"), "--vary site.pue: write 'site.carbon_intensity=0..1000 g/kWh'"),
        ((KEEP, BUY, "--vary", "site.grid=FR"),
         "--vary site.grid=FR: a range is wanted, as in 'site.carbon_intensity=0..1000 g/kWh'"),
        ((KEEP, BUY, "--vary", "site.pue=1..2:5"),
         "--vary site.pue=1..2:5: `:5` cannot stand here; 129 points are taken, with equal ratios between them where :log says so"),
        ((KEEP, BUY, "--vary", "site.pue=1..1"), "--vary site.pue=1..1: both ends are the same; write two"),
        ((KEEP, BUY, "--vary", "site.pue=2..1"), "--vary site.pue=2..1: the low end is above the high end"),
        ((KEEP, BUY, "--vary", "site.pue=0..1:log"), "--vary site.pue=0..1:log: with :log LOW has to be above 0"),
    ],
)  # fmt: skip
def test_wrong_flags(arguments, said, inside):
    done = inside("breakeven", *arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err == f"carbonctl: {said}\n"


@pytest.mark.parametrize(
    ("until", "column", "said"),
    [
        ("total_kgco2e", 13, "`=` is wanted here, as in total_kgco2e = 85 t"),
        ("total = 1 t", 1, "unknown key `total`"),
        ("total_kgco2e = 1 kWh", 18, "`1 kWh` is an energy"),
        ("total_kgco2e = +5 t", 17, "a figure is wanted here, as in total_kgco2e = 85 t, or a share"),
        ("total_kgco2e = 5 %", 16, "a figure is wanted here, as in total_kgco2e = 85 t, or a share"),
        ("total_kgco2e = 5 % of energy_kwh", 23, "`energy_kwh` is no mass of CO2e; both have to be of one kind"),
        ("total_kgco2e = 5 % of nothing", 23, "unknown key `nothing`"),
        ("total_kgco2e = ", 15, "a number is wanted here"),
    ],
)  # fmt: skip
def test_what_is_no_limit(until, column, said):
    with pytest.raises(UsageError) as error:
        parse_target(until)
    first, _, caret = str(error.value).split("\n")
    assert said in first
    assert caret.index("^") - 1 == column


def test_a_refused_value_is_told(inside):
    done = inside(
        "breakeven",
        SERVICE,
        "--vary",
        "systems.pool.utilization=0..100%",
        "--until",
        "total_kgco2e = 1 t",
    )
    said = f"{SERVICE} at systems.pool.utilization=0%: utilization: `0%`: must be above 0\n"
    assert (done.code, done.out, done.err) == (3, "", said)


def test_an_unknown_figure_is_told(inside):
    done = inside("breakeven", SERVICE, "--vary", "site.pue=1..2", "--until", "water_l = 1 m3")
    said = "water_l is unknown at site.pue=1; without it there is nothing to compare"
    assert (done.code, done.err) == (3, f"{SERVICE}:1:1: {said}\n")


def test_an_unknown_path_is_told(inside):
    done = inside("breakeven", SERVICE, "--vary", "site.peu=1..2", "--until", "total_kgco2e = 1 t")
    assert done.code == 3
    assert done.err.count("\n") == 1
    assert "unknown key `peu`; did you mean `pue`?" in done.err


def test_what_varies_is_given_once(inside):
    flags = ("--vary", "site.pue=1..2", "--vary", "site.carbon_intensity=1..9 g/kWh")
    done = inside("breakeven", "configs/quickstart.yaml", *flags, "--until", "total_kgco2e = 9 t")
    assert (done.code, "--vary is given 2 times" in done.err) == (2, True)
