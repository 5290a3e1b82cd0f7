"""A row of a table is a workload of one activity: both have the same account."""

import json
import random
from collections import Counter

import pytest

from carbonctl.account import estimate
from carbonctl.errors import InputError
from carbonctl.inputs.jobs.maps import parse_map
from tests.fleet.accounts import CATALOG, fleet_of, rows_of, table

DEVICES = ("nvidia/h100-sxm5-80gb", "nvidia/a100-pcie-40gb", "nvidia/l4", "google/tpu-v4",
           "nvidia/rtx-4090", "amd/mi250x", "nvidia/k80", "nvidia/v100-sxm2-32gb",
           "NVIDIA A100-SXM4-40GB MIG 3g.20gb", "intel/xeon-platinum-8480")  # fmt: skip
GRIDS = ("FR", "DE", "US-CAMX", "aws/us-east-1", "SE", "IN", "gcp/europe-west4")
INSTANCES = ("aws/p4d.24xlarge", "aws/g5.16xlarge", "gcp/a2-highgpu-8g", "aws/c7i.4xlarge",
             "azure/Standard_ND96asr_v4")  # fmt: skip


def row(seed: int):  # noqa: C901 - a row may have anything
    """Return a row of a table, and the workload that it is."""
    draw = random.Random(seed)
    cells, keys, site = {}, {}, {}

    def maybe(chance, name, key, value, unit="", place=None):
        if draw.random() < chance:
            cells[name] = value
            (keys if place is None else place)[key] = f"{value!r}{unit}"

    kind = draw.choice(["compute"] * 6 + ["instance", "energy", "cores"])
    cells["grid"] = site["grid"] = draw.choice(GRIDS)
    maybe(0.2, "pue", "pue", round(draw.uniform(1, 2), 3), "", site)
    maybe(0.1, "carbon_intensity_kgco2e_per_kwh", "carbon_intensity", 0.321, " kg/kWh", site)
    if draw.random() < 0.2:
        cells["operator"] = site["operator"] = draw.choice(["own", "cloud", "colocation"])
    phase = draw.choice(["training", "experimentation", "inference", "data", ""])
    cells["phase"] = phase
    hours = round(draw.uniform(0.1, 3000), 3)
    if kind == "compute":
        cells["device"] = keys["device"] = draw.choice(DEVICES)
        if draw.random() < 0.3:
            hours *= draw.choice([1, 100])
            cells["device_time_h"], keys["device_time"] = hours, f"{hours!r} device-h"
        else:
            devices = draw.choice([1, 2, 4, 8, 9, 16, 64, 65, 512])
            cells |= {"devices": devices, "wall_time_h": hours}
            keys |= {"devices": str(devices), "wall_time": f"{hours!r} h"}
        if draw.random() < 0.5:
            maybe(1, "load", "load", round(draw.uniform(0, 1), 3))
        else:
            maybe(0.3, "power_w", "power", round(draw.uniform(10, 60), 2), " W")
        maybe(0.2, "host_power_w", "host_power", round(draw.uniform(0, 900), 2), " W")
        maybe(0.2, "device_embodied_kgco2e", "device_embodied", 123.4, " kg")
        maybe(0.2, "host_embodied_kgco2e", "host_embodied", 1234.5, " kg")
        maybe(0.2, "devices_per_system", "devices_per_system", 4)
        maybe(0.2, "utilization", "utilization", 0.4)
    elif kind == "instance":
        cells["instance"] = keys["instance"] = draw.choice(INSTANCES)
        cells["wall_time_h"] = hours
        keys |= {"devices": "1 instance", "wall_time": f"{hours!r} h"}
    elif kind == "energy":
        cells |= {"energy_kwh": hours, "energy_boundary": "node"}
        keys["energy"] = f"{hours!r} kWh"
        if draw.random() < 0.4:
            cells["energy_boundary"], keys["includes_pue"] = "facility", "yes"
    else:
        cores = draw.choice([1, 8, 64])
        cells |= {"cpu_cores": cores, "wall_time_h": hours}
        keys |= {"devices": f"{cores} cores", "wall_time": f"{hours!r} h"}
        if draw.random() < 0.6:
            cells["cpu_power_w"] = 7.5
            keys |= {"devices": str(cores), "power": "7.5 W", "devices_per_system": "1",
                     "host_power": "0 W"}  # fmt: skip
        else:
            maybe(0.5, "memory_gb", "memory", 16)
            keys.pop("memory", None)  # the draw of cores holds it
    if kind != "energy":
        maybe(0.2, "lifetime_h", "lifetime", 30000.0, " h")
    activity = {"kind": "energy" if kind == "energy" else "compute", **keys}
    return cells, {"name": "row", "site": site, "phases": {phase or "training": [activity]}}


@pytest.fixture(scope="module")
def many():
    return [row(seed) for seed in range(300)]


def test_rows_have_the_accounts_of_their_workloads(many, tmp_path):
    path = tmp_path / "jobs.csv"
    path.write_text(table(cells for cells, _ in many))
    totals, rejects, _ = rows_of(path)
    refused = {reject.line for reject in rejects}
    compared = 0
    for line, (_, spec) in enumerate(many, 2):
        try:
            wanted = estimate(json.dumps(spec).encode(), "row", CATALOG).total
        except InputError:
            assert line not in totals
            continue
        assert line not in refused, (line, spec)
        got = totals[line]
        for name, ours, theirs in zip(got._fields, got, wanted, strict=True):
            assert (ours is None) == (theirs is None), (line, name, spec)
            if theirs is not None:
                assert ours == pytest.approx(theirs, rel=1e-12, abs=1e-300), (line, name, spec)
        compared += 1
    assert compared > 250


DEFAULTS = {"lifetime": "5 years", "utilization": "55 %", "host_power": "700 W",
            "host_embodied": "1500 kg"}  # fmt: skip


def test_rows_have_the_accounts_of_their_workloads_with_a_map(many, tmp_path):
    path = tmp_path / "jobs.csv"
    path.write_text(table(cells for cells, _ in many))
    map = parse_map(json.dumps({"defaults": {**DEFAULTS, "site": {"pue": "1.3"}}}), "map.yaml")
    totals, _, _ = rows_of(path, map)
    compared = 0
    for line, (cells, spec) in enumerate(many, 2):
        ((_, (activity,)),) = spec["phases"].items()
        given = DEFAULTS if activity["kind"] == "compute" else {}
        if "cpu_cores" in cells:  # a machine of cores has no host
            given = {key: given[key] for key in ("lifetime", "utilization")}
        own = {**given, **activity}
        whole = {**spec, "site": {"pue": "1.3", **spec["site"]}}
        whole["phases"] = {phase: [own] for phase in spec["phases"]}
        try:
            wanted = estimate(json.dumps(whole).encode(), "row", CATALOG).total
        except InputError:
            assert line not in totals
            continue
        for name, ours, theirs in zip(wanted._fields, totals[line], wanted, strict=True):
            assert (ours is None) == (theirs is None), (name, whole)
            if theirs is not None:
                assert ours == pytest.approx(theirs, rel=1e-12, abs=1e-300), (name, whole)
        compared += 1
    assert compared > 250


def test_cores_that_are_not_named_draw_as_estimate_has_them(tmp_path):
    path = tmp_path / "jobs.csv"
    path.write_text("job,cpu_cores,hours,region\na,64,10,FR\nb,1,0.5,FR\nc,64,10,\n")
    totals, rejects, _ = rows_of(path)
    assert [reject.line for reject in rejects] == [4]
    spec = {"kind": "compute", "devices": "64 cores", "wall_time": "10 h"}
    whole = {"name": "a", "site": {"grid": "FR"}, "phases": {"training": [spec]}}
    wanted = estimate(json.dumps(whole).encode(), "a", CATALOG)
    assert totals[2].energy_kwh == pytest.approx(wanted.total.energy_kwh, rel=1e-12)
    kg = wanted.total.operational_kgco2e
    assert totals[2].operational_kgco2e == pytest.approx(kg, rel=1e-12)
    assert totals[2].embodied_kgco2e is None  # of a host, of which nothing is known
    rated = next(v for v in wanted.entries[0].inputs if v.name == "rated_power")
    assert rated.status == "default" and rated.source and rated.low < rated.best < rated.high


def test_all_rows_together_have_the_account_and_the_range_of_one_workload(many, tmp_path):
    cells, specs = [], []
    for own, spec in many:
        if {"energy_kwh", "cpu_cores"}.isdisjoint(own):  # whose embodied carbon is unknown
            try:
                estimate(json.dumps(spec).encode(), "row", CATALOG)
            except InputError:
                continue
            cells.append(own)
            specs.append(spec)
    whole = {"name": "all", "phases": {}}
    for number, spec in enumerate(specs):
        ((phase, (activity,)),) = spec["phases"].items()
        named = {"name": f"row {number}", **activity, "site": spec["site"]}
        whole["phases"].setdefault(phase, []).append(named)
    wanted = estimate(json.dumps(whole).encode(), "all", CATALOG).total
    path = tmp_path / "jobs.csv"
    path.write_text(table(cells))
    got = fleet_of(path)
    assert got.coverage.counted == len(cells) > 150
    for ours, theirs in zip(got.total.totals, wanted, strict=True):
        assert ours == (theirs if theirs is None else pytest.approx(theirs, rel=1e-12))
    entries = got.entries
    for name in ("energy_kwh", "kgco2e", "kgco2e_market"):
        summed = sum(getattr(entry, name) for entry in entries)
        figure = {"energy_kwh": "energy_kwh", "kgco2e": "total_kgco2e"}.get(
            name, "total_market_kgco2e"
        )
        assert summed == pytest.approx(getattr(wanted, figure), rel=1e-12)
    for entry in entries:
        assert entry.quantity * entry.factor == pytest.approx(entry.kgco2e, rel=1e-12)


def test_how_many_cards_work_together_divides_only_what_it_decides(tmp_path):
    path = tmp_path / "jobs.csv"
    jobs = [
        {"device": device, "devices": number, "wall_time_h": 10, "load": load, "grid": "FR"}
        for device in ("nvidia/h100-sxm5-80gb", "nvidia/a100-pcie-40gb")
        for number in (1, 2, 8) for load in (0.25, 0.5)
    ]  # fmt: skip
    path.write_text(table(jobs))
    entries = [entry for entry in fleet_of(path).entries if entry.item == "devices"]
    cells = Counter(entry.activity for entry in entries if entry.boundary == "operational")
    assert cells == {"nvidia/h100-sxm5-80gb / FR": 1, "nvidia/a100-pcie-40gb / FR": 2}
