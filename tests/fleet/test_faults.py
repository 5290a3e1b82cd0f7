"""What is wrong with a table, with what is said of all its rows, or with where it is written."""

import csv
import io
import json

import pytest

MAP = """
devices:
  A: {rated_power: 400 W, device_embodied: 150 kg}
defaults: {site: {pue: 1.2, carbon_intensity: 0.4 kg/kWh}, devices_per_system: 8, host_power: 800 W, host_embodied: 1600 kg, lifetime: 4 years, utilization: 50 %}
"""
HEAD = "job,team,gpu,n_gpus,hours,load,start"
ROW = "j,t,A,4,10,1,2026-01-01"


@pytest.fixture
def fleet(tmp_path, monkeypatch, inside):
    """Return what accounts for a table, as CSV, with the map above or another."""
    monkeypatch.chdir(tmp_path)

    def account(table: str, *flags: str, map: str = MAP, form: str = "csv"):
        (tmp_path / "jobs.csv").write_text(table, encoding="utf-8")
        more = ()
        if map:
            (tmp_path / "map.yaml").write_text(map, encoding="utf-8")
            more = ("--map", "map.yaml")
        return inside("fleet", "jobs.csv", *more, "--format", form, *flags)

    return account


def rows(done) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(done.out)))


def energy(done) -> float:
    assert done.code == 0, done.err
    return sum(float(row["energy_kwh"]) for row in rows(done))


CORES = f"{HEAD},cpu_cores,cpu_power_w\n{ROW},32,7.5\n"


@pytest.mark.parametrize("flags", [(), ("--set", "host_power=800 W")])
def test_cores_come_to_the_power_of_the_host_whoever_says_it(fleet, flags):
    # 4 × 400 W, half of 800 W, 32 × 7.5 W, for 10 h at a PUE of 1.2
    assert energy(fleet(CORES, *flags)) == pytest.approx(26.88, rel=1e-12)
    own = f"{HEAD},cpu_cores,cpu_power_w,host_power_w\n{ROW},32,7.5,800\n"
    assert energy(fleet(own)) == pytest.approx(26.88, rel=1e-12)
    ranged = MAP.replace("host_power: 800 W", "host_power: 700..900 W")
    assert energy(fleet(CORES, map=ranged)) == pytest.approx(26.88, rel=1e-12)


def test_the_hosts_of_cores_are_counted_as_set(fleet):
    # 4 devices, 4 a host: a whole host of 800 W
    done = fleet(CORES, "--set", "devices_per_system=4")
    assert energy(done) == pytest.approx((1600 + 800 + 240) * 10 * 1.2 / 1000, rel=1e-12)


def test_the_power_of_a_row_takes_precedence_over_the_rating_of_the_map(fleet):
    done = fleet("job,gpu,n_gpus,hours,power_w,start\nj,A,4,10,250,2026-01-01\n")
    assert energy(done) == pytest.approx(16.8, rel=1e-12)
    ranked = MAP.replace("rated_power: 400 W", "power: 400 W")
    loaded = fleet(f"{HEAD}\n{ROW}\n", map=ranked)
    assert loaded.code == 3 and "give `power`, `rated_power`" in loaded.err  # a load needs one


def test_a_machine_type_needs_no_number_of_devices(fleet):
    table = "job,instance,hours,region\nj,aws/p4d.24xlarge,10,FR\n"
    done = fleet(table, map="")
    assert float(rows(done)[0]["device_h"]) == 80
    same = fleet("job,instance,devices,hours,region\nj,aws/p4d.24xlarge,,10,FR\n", map="")
    assert done.out == same.out


@pytest.mark.parametrize("zero", ["0", "-0", "0.0"])
def test_no_devices_count_nothing_and_leave_the_rest(fleet, zero):
    done = fleet(f"{HEAD}\n{ROW}\nk,t,A,{zero},10,1,2026-01-01\n", form="json")
    document = json.loads(done.out)
    assert done.code == 0
    assert document["coverage"]["counted"] == 1 and document["coverage"]["rejected"] == 0
    assert fleet(f"{HEAD}\n{ROW}\n", "--set", "devices=0").code == 0


@pytest.mark.parametrize("hours", ["1e308", "1e200", "1e31"])
def test_figures_that_nobody_means_are_rejected(fleet, hours, recwarn):
    done = fleet(f"{HEAD}\n{ROW}\nk,t,A,4,{hours},1,2026-01-01\n")
    assert done.code == 3 and rows(done)[0]["rows"] == "1"
    assert "beyond any wall time that can be meant" in done.err
    assert "Warning" not in done.err and not recwarn.list, [str(w.message) for w in recwarn]


def test_rejects_are_said_beside_formats_that_cannot_say_them(fleet):
    table = f"{HEAD}\n{ROW}\nk,t,A,x,10,1,2026-01-01\n"
    for form in ("csv", "tsv", "jsonl", "json"):
        done = fleet(table, form=form)
        assert done.code == 3
        assert "1 row cannot be counted" in done.err and "jobs.csv:3: n_gpus" in done.err
    assert "cannot be counted" not in fleet(table, form="table").err
    assert "1 row cannot be counted" in fleet(table, "--rows", "-q").err


def test_attempts_of_a_job_are_not_the_same_job(fleet):
    head = HEAD.replace("team", "attempt")
    table = f"{head}\nj,1,A,4,10,1,2026-01-01\nj,2,A,4,30,1,2026-01-01\nj,2,A,4,30,1,2026-01-01\n"
    done = json.loads(fleet(table, form="json").out)
    assert done["coverage"]["counted"] == 2
    assert done["coverage"]["skipped"] == {"duplicate": 1}


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--set", "site.grid=XX"), "--set site.grid=XX: unknown grid `XX`"),
        (("--set", "site.pue=0.5"), "--set site.pue=0.5: "),
        (("--set", "load=85"), "--set load=85: `85` is above 1"),
    ],
)
def test_a_faulty_flag_is_said_once_and_by_its_name(fleet, flags, said):
    table = f"{HEAD},region\n{ROW},FR\nk,t,A,4,10,1,2026-01-02,DE\n"
    done = fleet(table, *flags)
    assert done.code == 3 and not done.out
    assert done.err.count(said) == 1 and "jobs.csv:" not in done.err


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("utilization: 50 %", "utilization: 85", "map.yaml:4:"),
        ("pue: 1.2", "pue: 0.5", "map.yaml:4:"),
        ("rated_power: 400 W", "rated_power: 400", "map.yaml:3:"),
        ("{rated_power: 400 W, device_embodied: 150 kg}", "nvidia/nope", "map.yaml:3:"),
        ("devices:\n", "regions: {FR: XX}\ndevices:\n", "map.yaml:2:"),
    ],
)
def test_a_faulty_value_of_the_map_is_said_at_its_place(fleet, old, new, place):
    map = MAP.replace(old, new)
    assert map != MAP
    done = fleet(f"{HEAD},region\n{ROW},FR\nk,t,A,4,11,1,2026-01-02,FR\n", map=map)
    assert done.code == 3 and not done.out
    assert done.err.count(place) == 1 and "jobs.csv:2" not in done.err


TEMPLATE = """name: one
site: {grid: FR}
phases:
  training:
    - {kind: compute, device: nvidia/l4, devices: 8, wall_time: "${hours} h", load: 0.5}
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("load", "laod", "t.yaml:5:"),
        ("kind: compute, ", "", "t.yaml:5:"),
        ("load: 0.5", 'load: ["${hours}"]', "t.yaml:5:"),
        ("grid: FR", "grid: XX", "t.yaml:2:"),
    ],
)
def test_a_faulty_template_is_said_at_its_place(fleet, tmp_path, old, new, said):
    (tmp_path / "t.yaml").write_text(TEMPLATE.replace(old, new), encoding="utf-8")
    done = fleet("hours\n1\n2\n3\n", "--template", "t.yaml", map="")
    assert done.code == 3 and not done.out
    assert said in done.err and "jobs.csv:2" not in done.err


def test_a_faulty_cell_of_a_template_is_said_at_its_row(fleet, tmp_path):
    (tmp_path / "t.yaml").write_text(TEMPLATE, encoding="utf-8")
    done = fleet("hours\n1\nten\n3\n", "--template", "t.yaml", map="")
    assert done.code == 3 and rows(done)[0]["rows"] == "2"
    assert "jobs.csv:3: " in done.err


@pytest.mark.parametrize("by", ["day", "month", "year,day"])
def test_a_job_of_years_is_shared_to_its_end(fleet, by):
    done = fleet(f"{HEAD}\nj,t,A,1,48000,1,2020-01-01\n", "--by", by, "--split-time")
    hours = [float(row["device_h"]) for row in rows(done)]
    assert sum(hours) == pytest.approx(48000)
    assert max(hours) <= {"day": 24, "month": 744}.get(by, 24)


def test_a_job_of_centuries_is_rejected_where_time_is_split(fleet):
    table = f"{HEAD}\n{ROW}\nk,t,A,1,1e9,1,2020-01-01\n"
    done = fleet(table, "--by", "month", "--split-time")
    assert done.code == 3 and "more than a century" in done.err
    assert len(rows(done)) == 1


def test_gates_over_groups_without_a_tag_and_without_rows(fleet):
    table = f"{HEAD}\nj,,A,4,10,1,2026-01-01\nk,t,A,4,10,1,2026-01-02\n"

    def gate(value: str):
        return fleet(table, "--by", "team", "--fail-on", f"groups.team={value}.total_kgco2e > 0 kg")

    assert gate("(none)").code == gate("").code == gate("t").code == 1
    missing = gate("nobody")
    assert missing.code == 0 and "no row has team `nobody`" in missing.err


@pytest.mark.parametrize("flags", [("--rejects", "none/../jobs.csv"), ("--rejects", "jobs.csv"),
                                   ("--export", "csv=none/../jobs.csv")])  # fmt: skip
def test_an_input_is_never_written_over(fleet, tmp_path, flags):
    table = f"{HEAD}\n{ROW}\n"
    done = fleet(table, *flags)
    assert done.code == 2 and f"{flags[0]} " in done.err
    assert (tmp_path / "jobs.csv").read_text(encoding="utf-8") == table


@pytest.mark.parametrize("share", ["-1", "-1 %", "2", "nan"])
def test_a_share_of_rejects_is_a_share(fleet, share):
    done = fleet(f"{HEAD}\n{ROW}\n", f"--allow-rejects={share}")
    assert done.code == 2 and "--allow-rejects" in done.err


def test_parts_of_a_gpu_follow_from_the_whole_in_the_map(fleet):
    map = "devices: {a100: nvidia/a100-sxm4-40gb}\ndefaults: {site: {grid: FR}, load: 100 %}\n"
    head = "gpu,n_gpus,hours\n"
    whole, slices = (
        fleet(f"{head}{name},{count},10\n", map=map)
        for name, count in (("a100", 3), ("a100_3g.20gb", 7))
    )
    assert slices.code == 0, slices.err
    assert float(rows(slices)[0]["embodied_kgco2e"]) > 0
    assert energy(whole) == pytest.approx(energy(slices), rel=0.05)


def test_the_device_hours_of_a_template_are_unknown(fleet, tmp_path):
    (tmp_path / "t.yaml").write_text(TEMPLATE, encoding="utf-8")
    flags = ("--template", "t.yaml")
    assert rows(fleet("hours\n1\n2\n", *flags, map=""))[0]["device_h"] == ""
    document = json.loads(fleet("hours\n1\n2\n", *flags, map="", form="json").out)
    assert document["total"]["device_h"] is None
    assert "Device-h" not in fleet("hours\n1\n2\n", *flags, map="", form="table").out


# ---- unknown devices -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "near", "word"),
    [
        ("A1000", "nvidia/a100-pcie-40gb, nvidia/a100-pcie-80gb, nvidia/a100-sxm4-40gb, …", "a100"),
        ("h1000", "nvidia/h100-nvl-94gb, nvidia/h100-pcie-80gb, nvidia/h100-sxm5-80gb", "h100"),
        ("RTX 9090", "nvidia/rtx-3090, nvidia/rtx-3090-ti, nvidia/rtx-4090, …", "3090"),
        ("TPU v9", "google/tpu-v1, google/tpu-v2, google/tpu-v3, …", "v1"),
    ],
)
def test_names_near_an_unknown_device_are_said_with_where_to_look(fleet, inside, name, near, word):
    table = f"{HEAD}\nj,t,{name},4,10,1,2026-01-01\nk,t,{name},4,10,1,2026-01-01\n"
    done = fleet(table)
    said = f"unknown device `{name}`; near: {near} (`carbonctl hardware search {word}`) (2 rows)"
    assert done.code == 3 and f"jobs.csv:2: gpu: {said}" in done.err
    assert near.partition(",")[0] in inside("hardware", "search", *word.split()).out


@pytest.mark.parametrize("name", ["foo", "AMD A1000", "quantum-9"])
def test_names_that_are_near_nothing_have_the_list(fleet, name):
    said = fleet(f"{HEAD}\nj,t,{name},4,10,1,2026-01-01\n").err
    assert f"gpu: unknown device `{name}` (`carbonctl hardware list` lists them all)" in said


def test_many_unknown_devices_are_searched_for_a_few_times(fleet, monkeypatch):
    from carbonctl.catalog.names import Index

    asked = []
    monkeypatch.setattr(Index, "near", lambda self, name: asked.append(name) or ("", []))
    rows = "".join(f"j{n},t,X{n}000,4,10,1,2026-01-01\n" for n in range(50))
    assert "50 rows cannot be counted" in fleet(f"{HEAD}\n{rows}").err
    assert len(asked) == 20


# ---- empty cells of templates --------------------------------------------------------------

FILLED = """
name: ${team}
site: {grid: "${region}"}
phases:
  training:
    - {kind: compute, device: "${gpu}", devices: "${n}", wall_time: "${hours} h", load: 0.5}
"""
GOOD = {"team": "t", "region": "FR", "gpu": "t4", "n": "8", "hours": "2"}


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("team", "`name` is missing"),
        ("region", "no carbon intensity: give `grid`"),
        ("gpu", "no power is known"),
        ("n", "devices (in all) and wall_time go together"),
        ("hours", "devices (in all) and wall_time go together"),
    ],
)
def test_an_empty_cell_of_a_template_refuses_its_row_alone(fleet, tmp_path, column, said):
    (tmp_path / "t.yaml").write_text(FILLED, encoding="utf-8")
    lines = [",".join(cells.values()) for cells in (GOOD, {**GOOD, column: ""}, GOOD)]
    table = "\n".join((",".join(GOOD), *lines)) + "\n"
    done = fleet(table, "--template", "t.yaml", map="")
    assert done.code == 3 and rows(done)[0]["rows"] == "2"
    assert f"jobs.csv:3: {column}: is empty, and the template needs it: {said}" in done.err


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("gpu", "A1000", "unknown device `A1000`; near: nvidia/a100-pcie-40gb"),
        ("n", "two", "`two` is not a number of devices"),
        ("region", "XX", "unknown grid `XX`"),
    ],
)
def test_a_cell_of_a_template_is_said_by_its_column(fleet, tmp_path, column, value, said):
    (tmp_path / "t.yaml").write_text(FILLED, encoding="utf-8")
    table = "\n".join(",".join(c) for c in (GOOD, {**GOOD, column: value}.values(), GOOD.values()))
    done = fleet(f"{table}\n", "--template", "t.yaml", "--rejects", "r.csv", map="")
    assert done.code == 3 and rows(done)[0]["rows"] == "1"
    (reject,) = csv.DictReader(io.StringIO((tmp_path / "r.csv").read_text(encoding="utf-8")))
    assert (reject["line"], reject["column"], reject["value"]) == ("2", column, value)
    assert reject["message"].startswith(said)


@pytest.mark.parametrize(
    ("name", "share"),
    [("G_3g.20gb", 3 / 7), ("g_1g.5gb", 1 / 7), ("G-MIG-2g.12gb", 2 / 4), ("G MIG 4g.20gb", 4 / 7)],
)
@pytest.mark.parametrize("column", ["", "load", "power_w", "gpu_hours"])
def test_parts_of_a_gpu_have_their_share_of_its_figures_in_the_map(fleet, name, share, column):
    map = MAP.replace("  A:", "  G:")
    heads = {"": "n_gpus,hours", "gpu_hours": "gpu_hours"}
    head = heads.get(column, f"n_gpus,hours,{column}")
    cells = {"": "7,10", "load": "7,10,0.5", "power_w": "7,10,60", "gpu_hours": "70"}[column]
    part = fleet(f"gpu,{head}\n{name},{cells}\n", "--set", "host_power=800 W", map=map)
    assert part.code == 0, part.err
    kw = {"load": 0.2 * share, "power_w": 0.06}.get(column)
    (row,) = rows(part)
    assert float(row["device_h"]) == 70
    assert float(row["embodied_kgco2e"]) == pytest.approx(
        70 * share * (150 + 200) / (4 * 8760 * 0.5), rel=1e-12
    )
    if kw is not None:
        assert energy(part) == pytest.approx(70 * (kw + 0.1 * share) * 1.2, rel=1e-12)


def test_a_part_of_which_the_share_is_not_clear_is_rejected(fleet):
    done = fleet("gpu,n_gpus,hours\nA_1g.24gb,1,10\n")
    assert done.code == 3 and "`1g.24gb` is a quarter of some GPUs and a seventh of" in done.err
    map = MAP.replace("  A:", "  A_1g.24gb:")
    assert fleet("gpu,n_gpus,hours\nA_1g.24gb,1,10\n", map=map).code == 0


@pytest.mark.parametrize("name", ["1g.24gb", "MIG-1g.24gb", "mig 3g.20gb"])
def test_a_part_of_a_gpu_that_is_not_named_is_told_so(fleet, name):
    done = fleet(f"gpu,n_gpus,hours\n{name},1,10\n")
    assert done.code == 3
    assert f"`{name}` is a MIG slice of a GPU that is not named; name both: `GPU" in done.err


def test_a_part_of_a_gpu_is_no_cloud_machine(fleet):
    done = fleet("gpu,n_gpus,hours\nH100-MIG-1g.24gb,1,10\n")
    assert done.code == 3 and "`H100` fits several devices" in done.err


def test_a_tag_is_not_called_like_what_follows_from_the_account(fleet):
    done = fleet(f"{HEAD}\n{ROW}\n", map=f"{MAP}tags: {{device: team}}\n")
    assert done.code == 3 and "map.yaml:5:8: `device` is no tag" in done.err


def test_rows_whose_tag_is_none_are_in_the_group_of_those_without(fleet):
    table = f"{HEAD}\n{ROW}\nk,(none),A,4,10,1,2026-01-02\nl,,A,4,10,1,2026-01-03\n"
    groups = {row["team"]: row["rows"] for row in rows(fleet(table, "--by", "team"))}
    assert groups == {"t": "1", "(none)": "2"}


def test_rows_of_unknown_names_count_for_the_most_errors(fleet, tmp_path, inside):
    unknown = "".join(f"j{n},t,nope{n},4,10,1,2026-01-01\n" for n in range(3))
    (tmp_path / "more.csv").write_text(f"{HEAD}\n{ROW.replace('j,', 'z,')}\n")
    table = f"{HEAD}\n{ROW}\n{unknown}"
    few = fleet(table, "--max-errors", "3")
    assert few.code == 3 and "stopped after 3 rows" in few.err
    most = fleet(table, "--max-errors", "4")
    assert most.code == 3 and "stopped" not in most.err
    flags = ("--map", "map.yaml", "--format", "json", "--max-errors")
    stopped = json.loads(inside("fleet", "jobs.csv", "more.csv", *flags, "3").out)
    whole = json.loads(inside("fleet", "jobs.csv", "more.csv", *flags, "4").out)
    assert [len(some["inputs"]) for some in (stopped, whole)] == [1, 2]
    assert [some["coverage"]["rejected"] for some in (stopped, whole)] == [3, 3]
