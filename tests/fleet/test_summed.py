"""Rows that each have figures of their own: summed as given, with the weighted means in entries."""

import csv
import json
import math
import random
from collections import Counter

import pytest

from carbonctl.batch.fleet import kernel, sums
from carbonctl.inputs.jobs.maps import EMPTY, parse_map
from tests.fleet.accounts import fleet_of, rows_of, table
from tests.fleet.test_against_estimate import row

FACTS = {"host_power": "600..900 W", "utilization": "45..55 %",
         "site": {"wue": "1.1 L/kWh", "water_intensity": "2 L/kWh", "losses": "4 %",
                  "carbon_free_energy": "20 %", "contract_intensity": "11 g/kWh",
                  "residual_intensity": "500 g/kWh"}}  # fmt: skip
MAP = """
devices: {A: {rated_power: 400 W}}
defaults: {device_embodied: 150 kg, host_embodied: 1600 kg, host_power: 800 W, devices_per_system: 8, utilization: 50 %}
"""


def few(monkeypatch, most=0):
    """Sum the figures of rows whose cells are more than so many."""
    for module in (kernel, sums):
        monkeypatch.setattr(module, "MOST_OWN", most)


def own(seed: int):
    """Return a row that has figures of its own, some of which are beyond what is usual."""
    draw = random.Random(seed)
    cells = row(seed)[0] | {"team": f"t{seed % 3}"}
    if draw.random() < 0.7:
        cells["pue"] = round(draw.uniform(1, 5), 4)
    if draw.random() < 0.7:
        cells["carbon_intensity_kgco2e_per_kwh"] = round(draw.uniform(0, 1), 4)
    if "energy_kwh" not in cells and draw.random() < 0.7:
        cells["lifetime_h"] = round(draw.uniform(2e4, 2e5), 1)
    if "energy_kwh" not in cells and draw.random() < 0.7:
        cells["utilization"] = draw.choice([0.002, 1, round(draw.uniform(0.01, 1), 4)])
    return cells


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("summed") / "jobs.csv"
    path.write_text(table(own(seed) for seed in range(300)))
    return path


def same(one, other, rel=1e-11):
    for name, ours, theirs in zip(one._fields, one, other, strict=True):
        assert (ours is None) == (theirs is None), name
        if ours is not None:
            assert ours == pytest.approx(theirs, rel=rel), name


@pytest.mark.parametrize("map", [EMPTY, parse_map(json.dumps({"defaults": FACTS}), "map.yaml")])
def test_rows_have_the_same_account_whether_their_figures_are_summed_or_not(path, map, monkeypatch):
    alone, refused, _ = rows_of(path, map)
    few(monkeypatch)
    summed, also_refused, _ = rows_of(path, map)
    assert summed.keys() == alone.keys() and len(alone) > 200
    for line in alone:
        same(summed[line], alone[line])
    assert [reject.line for reject in refused] == [reject.line for reject in also_refused]


@pytest.mark.parametrize("map", [EMPTY, parse_map(json.dumps({"defaults": FACTS}), "map.yaml")])
@pytest.mark.parametrize("by", [(), ("team",)])
def test_sums_are_the_same_and_entries_have_means_that_give_them(path, map, by, monkeypatch):
    alone = fleet_of(path, by, map)
    few(monkeypatch)
    summed = fleet_of(path, by, map)
    same(summed.total.totals, alone.total.totals)
    for one, other in zip(summed.groups, alone.groups, strict=True):
        assert one.labels == other.labels and one.rows == other.rows
        same(one.totals, other.totals)
    assumed = [
        Counter({(a.assumption.path, a.assumption.name): a.rows for a in fleet.assumptions})
        for fleet in (summed, alone)
    ]
    assert assumed[0] == assumed[1]
    for name in ("energy_kwh", "kgco2e", "kgco2e_market", "water_l"):
        numbers = [[getattr(e, name) for e in fleet.entries] for fleet in (summed, alone)]
        got, wanted = (math.fsum(n for n in some if n is not None) for some in numbers)
        assert got == pytest.approx(wanted, rel=1e-11), name
    derived = 0
    for entry in summed.entries:
        means = [value for value in entry.inputs if value.note and "weighted mean" in value.note]
        derived += bool(means)
        if entry.kgco2e is not None:
            assert entry.quantity * entry.factor == pytest.approx(entry.kgco2e, rel=1e-12)
        for value in means:
            assert value.status == "derived" and value.name in (
                "pue", "carbon_intensity", "lifetime", "utilization",
            )  # fmt: skip
            assert entry.status in ("derived", "default", "archetype")
    assert derived > 20


def many(count: int, seed: int = 1) -> list[dict[str, object]]:
    """Return rows with figures of their own, the load and the time of which go with these."""
    draw = random.Random(seed)
    rows = []
    for number in range(count):
        pue, intensity = round(draw.uniform(1, 2), 6), round(draw.uniform(0.02, 0.9), 6)
        rows.append({
            "job": f"j{number}", "team": f"t{number % 3}", "gpu": "A", "n_gpus": 1 + number % 8,
            "hours": round(1 + 90 * intensity, 3), "load": round((pue - 1) ** 2, 4), "pue": pue,
            "carbon_intensity_kgco2e_per_kwh": intensity,
            "lifetime_h": round(draw.uniform(2e4, 6e4), 1),
            "utilization": round(0.2 + 0.7 * intensity, 4), "start": f"2026-0{1 + number % 9}-03",
        })  # fmt: skip
    return rows


def wanted(rows) -> tuple[float, float, float]:
    """Return energy, operational and embodied carbon of such rows with the map."""
    kwh = [r["n_gpus"] * r["hours"] * (400 * r["load"] + 100) / 1000 * r["pue"] for r in rows]
    kg = [own * r["carbon_intensity_kgco2e_per_kwh"] for own, r in zip(kwh, rows, strict=True)]
    lives = [r["lifetime_h"] * r["utilization"] for r in rows]
    embodied = [r["n_gpus"] * r["hours"] * 350 / life for r, life in zip(rows, lives, strict=True)]
    return math.fsum(kwh), math.fsum(kg), math.fsum(embodied)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("many")
    rows = many(140_000)
    (folder / "jobs.csv").write_text(table(rows))
    (folder / "small.csv").write_text(table(rows[:12_000]))
    (folder / "map.yaml").write_text(MAP)
    return folder


def account(inside, folder, file, *flags):
    done = inside("fleet", str(folder / file), "--map", str(folder / "map.yaml"), "--by",
                  "team,month", *flags)  # fmt: skip
    assert done.code == 0, done.err
    return done.out


def test_more_rows_than_can_have_entries_are_counted_to_the_last_digits(inside, folder):
    document = json.loads(account(inside, folder, "jobs.csv", "--format", "json"))
    kwh, operational, embodied = wanted(many(140_000))
    total, entries = document["total"], document["entries"]
    assert total["energy_kwh"] == pytest.approx(kwh, rel=1e-12)
    assert total["operational_kgco2e"] == pytest.approx(operational, rel=1e-12)
    assert total["embodied_kgco2e"] == pytest.approx(embodied, rel=1e-12)
    cells = 9 * 2  # teams with months, of one device and of several
    assert len(entries) == cells * 5
    assert math.fsum(e["kgco2e"] for e in entries) == pytest.approx(
        operational + embodied, rel=1e-12
    )
    for entry in entries:
        assert entry["quantity"] * entry["factor"] == pytest.approx(entry["kgco2e"], rel=1e-12)
        assert entry["status"] == "derived"
    intensities = {
        (e["item"], v["value"]) for e in entries for v in e["inputs"]
        if v["name"] == "carbon_intensity"
    }  # fmt: skip
    assert len(intensities) == 3 * cells  # rows that draw most are not those of the longest time


@pytest.mark.parametrize(
    "form", [("--format", "json"), ("--format", "csv"), ("--rows", "--format", "csv")]
)
def test_every_engine_writes_the_same_bytes(inside, folder, form):
    some = [
        account(inside, folder, "jobs.csv", *form, "--engine", engine)
        for engine in ("csv", "arrow")
    ]
    assert some[0] == some[1]


@pytest.mark.parametrize("file", ["jobs.csv", "small.csv", "jobs.parquet"])
def test_dask_writes_the_same_bytes(inside, folder, file):
    pytest.importorskip("distributed", reason="Dask is not installed")
    from pyarrow import csv as pa_csv
    from pyarrow import parquet

    if file.endswith(".parquet"):
        parquet.write_table(
            pa_csv.read_csv(folder / "jobs.csv"), folder / file, row_group_size=50_000
        )
    some = [
        account(inside, folder, file, "--format", "json", "--engine", *engine)
        for engine in (("arrow",), ("dask", "--jobs", "1"))
    ]
    assert some[0] == some[1]


def test_blocks_that_have_few_each_are_summed_when_they_have_many_together(inside, folder):
    # The second block goes over the limit: what came before it is summed with it.
    some = many(9000)
    rows = [{**some[n % 9000], "job": f"k{n}"} for n in range(131_072)] + many(9000, seed=2)
    (folder / "two.csv").write_text(table(rows))
    document = json.loads(account(inside, folder, "two.csv", "--format", "json"))
    kwh, operational, embodied = wanted(rows)
    total = document["total"]
    assert total["energy_kwh"] == pytest.approx(kwh, rel=1e-12)
    assert total["operational_kgco2e"] == pytest.approx(operational, rel=1e-12)
    assert total["embodied_kgco2e"] == pytest.approx(embodied, rel=1e-12)
    assert len(document["entries"]) == 90


def test_few_such_rows_have_entries_of_their_own(inside, folder, tmp_path):
    (tmp_path / "map.yaml").write_text(MAP)
    (tmp_path / "jobs.csv").write_text(table(many(500)))
    document = json.loads(account(inside, tmp_path, "jobs.csv", "--format", "json"))
    assert len(document["entries"]) == 500 * 5
    assert not any(
        value["status"] == "derived" for e in document["entries"] for value in e["inputs"]
    )


def test_a_pue_that_nobody_has_keeps_its_warning(inside, folder, tmp_path):
    (tmp_path / "map.yaml").write_text(MAP)
    rows = many(12_000)
    rows[77]["pue"] = 19.5
    (tmp_path / "jobs.csv").write_text(table(rows))
    done = inside("fleet", str(tmp_path / "jobs.csv"), "--map", str(tmp_path / "map.yaml"),
                  "--format", "csv")  # fmt: skip
    assert "a PUE of 19.5 is far above any known (1 row)" in done.err
    operational = wanted(rows)[1]
    (got,) = csv.DictReader(done.out.splitlines())
    assert float(got["operational_kgco2e"]) == pytest.approx(operational, rel=1e-12)
