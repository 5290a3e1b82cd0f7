"""``carbonctl fleet`` and ``carbonctl import``, as a person calls them."""

import csv
import gzip
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from carbonctl.inputs.jobs.table import COLUMNS
from tests.conftest import CONFIGS, ROOT, clean_environment, run

SAMPLES = ROOT / "tests" / "oracles" / "fleet" / "samples"
FLEETS = CONFIGS / "fleets"
CLUSTER = (str(FLEETS / "cluster.csv"), "--map", str(FLEETS / "cluster.map.yaml"))
SLURM = (str(SAMPLES / "sacct.psv"), "--map", str(SAMPLES / "sacct.map.yaml"))
JOBS = (str(SAMPLES / "jobs.csv"), "--map", str(SAMPLES / "jobs.map.yaml"))
HEADER = "job,team,gpu,n_gpus,hours,region,start\n"
TABLE = (
    HEADER + "j1,nlp,H100 SXM5,8,24,FR,2026-01-03T08:00\n"
    "j2,nlp,A100 SXM4 80GB,4,12.5,FR,2026-01-30\n"
    "j3,vision,V100 SXM2 32GB,16,100,US,2026-01-31T20:00\n"
)
BAD = (
    TABLE + "b1,nlp,A1000,8,2,FR,2026-03-01\n"
    "b2,ops,L4,2,two,US,2026-03-02\n"
    "b3,ops,L4,-2,2,US,2026-03-02\n"
    "b4,ops,L4,2,0,US,2026-03-02\n"
)
METERED = (
    "job,team,gpu,n_gpus,hours,energy_kwh,energy_boundary,region\n"
    "m1,nlp,H100 SXM5,8,24,100,node,FR\n"
)


@pytest.fixture
def at(tmp_path, monkeypatch):
    """Stand in an empty folder, and return what writes a file there."""
    monkeypatch.chdir(tmp_path)

    def write(name: str, text: str) -> str:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return name

    return write


def document(done) -> dict:
    return json.loads(done.out)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def known(sums: dict) -> dict:
    """Return the figures of a total that are known."""
    return {key: figure for key, figure in sums.items() if figure is not None}


def total(inside, *arguments: str) -> dict:
    done = inside("fleet", *arguments, "-f", "json", "-q")
    return document(done)["total"]


# --- what comes out ---


def test_the_table_of_a_team_and_a_month(inside):
    done = inside("fleet", *CLUSTER, "--by", "team,month")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    assert sum(line.startswith(("language", "vision", "climate")) for line in lines) == 9
    assert any(line.startswith("Total") for line in lines)
    assert "300 rows: 289 counted, 11 skipped (4 dropped by the map, 7 no time)" in done.out


def test_the_folder_of_fleets_is_read_without_a_reject(inside):
    for arguments in (
        CLUSTER,
        (str(FLEETS / "sacct.psv"), "--map", str(FLEETS / "sacct.map.yaml")),
        (str(FLEETS / "requests.csv"), "--template", str(FLEETS / "template.yaml")),
    ):
        done = inside("fleet", *arguments, "-f", "json", "-q")
        assert done.code == 0
        coverage = document(done)["coverage"]
        assert coverage["counted"] and not coverage["rejected"]


def test_every_column_of_the_canonical_table_is_on_the_page():
    page = (ROOT / "docs" / "fleets.md").read_text(encoding="utf-8")
    assert [column for column in COLUMNS if f"`{column}`" not in page] == []


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl", "json", "md", "table", "parquet"])
def test_every_format_has_the_groups(inside, at, form):
    done = inside("fleet", *JOBS, "--by", "team", "-f", "table", "--export", f"{form}=out", "-q")
    assert done.code == 3  # rows are rejected
    written = Path("out").read_bytes()
    assert b"vision" in written
    assert b"nlp" in written
    if form == "parquet":
        parquet = pytest.importorskip("pyarrow.parquet")
        assert parquet.read_table("out").column("rows").to_pylist() == [2, 2]
    elif form != "table":
        assert inside("fleet", *JOBS, "--by", "team", "-f", form, "-q").out.encode() == written


def test_groups_sum_to_the_total_and_rows_to_their_group(inside):
    by_team = document(inside("fleet", *JOBS, "--by", "team", "-f", "json", "-q"))
    for key in ("rows", "device_h", "energy_kwh", "total_kgco2e"):
        parts = sum(group[key] for group in by_team["groups"])
        assert parts == pytest.approx(by_team["total"][key], rel=1e-12)
    each = rows(inside("fleet", *JOBS, "--by", "team", "--rows", "-f", "csv", "-q").out)
    for group in by_team["groups"]:
        own = [row for row in each if row["team"] == group["tags"]["team"]]
        assert len(own) == group["rows"]
        total_kg = sum(float(row["total_kgco2e"]) for row in own)
        assert total_kg == pytest.approx(group["total_kgco2e"], rel=1e-12)


def test_rows_in_all_their_formats(inside, at):
    told = rows(inside("fleet", *JOBS, "--rows", "-f", "csv", "-q").out)
    assert [row["job"] for row in told] == ["j1", "j2", "j3", "j4"]
    assert [row["line"] for row in told] == ["2", "3", "4", "5"]
    tsv = inside("fleet", *JOBS, "--rows", "-f", "tsv", "-q").out
    assert list(csv.DictReader(io.StringIO(tsv), delimiter="\t")) == told
    lines = inside("fleet", *JOBS, "--rows", "-f", "jsonl", "-q").out.splitlines()
    assert [json.loads(line)["energy_kwh"] for line in lines] == [
        float(row["energy_kwh"]) for row in told
    ]
    done = inside("fleet", *JOBS, "--rows", "--export", "parquet=rows.parquet", "-q")
    assert "Total" in done.out  # the table is there too
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table("rows.parquet")
    assert table.column("job").to_pylist() == ["j1", "j2", "j3", "j4"]
    assert table.column("total_kgco2e").to_pylist() == [float(row["total_kgco2e"]) for row in told]


@pytest.mark.parametrize(
    "flags",
    [(), ("-f", "json"), ("-f", "md"), ("--export", "json=out"),
     ("-f", "csv", "--export", "csv=out")],
)  # fmt: skip
def test_rows_need_one_format_of_rows(inside, at, flags):
    done = inside("fleet", *JOBS, "--rows", *flags)
    assert (done.code, done.out) == (2, "")
    assert "--rows" in done.err
    assert not Path("out").exists()


def test_groups_by_what_follows_from_the_account(inside):
    by = "device,grid,phase,scope,boundary,kind,operator,instance"
    done = document(inside("fleet", *CLUSTER, "--by", by, "-f", "json", "-q"))
    tags = [group["tags"] for group in done["groups"]]
    assert {tag["device"] for tag in tags} == {
        "nvidia/a100-sxm4-40gb", "nvidia/a100-sxm4-80gb", "nvidia/h100-sxm5-80gb",
    }  # fmt: skip
    assert {tag["grid"] for tag in tags} == {"FR", "DE"}
    assert {tag["phase"] for tag in tags} == {"training", "experimentation"}
    assert {(tag["scope"], tag["boundary"]) for tag in tags} == {
        ("2+3.3", "operational"),
        ("3.2", "embodied"),
    }
    for key in ("operational_kgco2e", "embodied_kgco2e", "energy_kwh"):
        parts = sum(group[key] for group in done["groups"])
        assert parts == pytest.approx(done["total"][key], rel=1e-12)


def test_top_leaves_the_others_in_one_row(inside):
    done = inside("fleet", *CLUSTER, "--by", "team,month", "--top", "2")
    assert "the rest" in done.out
    assert sum("2026-0" in line for line in done.out.splitlines()) == 2
    whole = inside("fleet", *CLUSTER, "--by", "team,month")
    pick = [line for line in done.out.splitlines() if line.startswith("Total")]
    assert pick[0].split() == next(
        line.split() for line in whole.out.splitlines() if line.startswith("Total")
    )


def test_details_list_each_figure_with_its_sources(inside):
    done = inside("fleet", *CLUSTER, "--details")
    assert "rated_power" in done.out
    assert "Sources" in done.out
    assert "(nvidia-a100-datasheet)" in done.out


def test_assumed_figures_count_the_rows_of_all_phases(inside):
    assert "rated_power, carbon_intensity, device_embodied (289 rows)" in (
        inside("fleet", *CLUSTER).out
    )


# --- months ---


def test_split_time_shares_a_job_among_its_months(inside, at):
    at("jobs.csv", HEADER + "j1,nlp,H100 SXM5,8,48,FR,2026-01-31T12:00\n")
    whole = document(inside("fleet", "jobs.csv", "--by", "month", "-f", "json", "-q"))
    assert [group["tags"]["month"] for group in whole["groups"]] == ["2026-01"]
    done = document(
        inside("fleet", "jobs.csv", "--by", "month", "--split-time", "-f", "json", "-q")
    )
    energy = {group["tags"]["month"]: group["energy_kwh"] for group in done["groups"]}
    assert energy["2026-01"] * 3 == pytest.approx(energy["2026-02"])  # 12 of 48 hours
    assert done["coverage"]["rows"] == done["coverage"]["counted"] == 1
    assert known(done["total"]) == pytest.approx(known(whole["total"]), rel=1e-12)


def test_months_of_a_cluster_sum_to_its_total(inside):
    whole = total(inside, *CLUSTER)
    done = document(inside("fleet", *CLUSTER, "--by", "month", "--split-time", "-f", "json", "-q"))
    for key in ("rows", "energy_kwh", "operational_kgco2e", "embodied_kgco2e", "total_kgco2e"):
        parts = sum(group[key] for group in done["groups"])
        assert parts == pytest.approx(whole[key], rel=1e-9)
        assert done["total"][key] == pytest.approx(whole[key], rel=1e-9)


def test_a_zone_moves_the_month(inside, at):
    at("jobs.csv", HEADER + "j1,nlp,H100 SXM5,8,24,FR,2026-02-01T00:00+01:00\n")
    months = {}
    for zone in ("UTC", "Europe/Paris"):
        flags = ("--by", "month", "--timezone", zone, "-f", "csv", "-q")
        months[zone] = rows(inside("fleet", "jobs.csv", *flags).out)[0]["month"]
    assert months == {"UTC": "2026-01", "Europe/Paris": "2026-02"}
    done = inside("fleet", "jobs.csv", "--timezone", "Mars")
    assert done.code == 2
    assert "--timezone Mars" in done.err


# --- names, units, columns ---


WRONG = {
    "unknown tag": (TABLE, ("--by", "stage"), 3, "--by stage: no column and no tag `stage`"),
    "a tag twice": (TABLE, ("--by", "team,team"), 2, "a name is given twice"),
    "no tag": (TABLE, ("--by", "team,"), 2, "--by 'team,': a name is empty"),
    "unknown column": (TABLE, ("--column", "device=gp"), 3, "no column `gp`; did you mean `gpu`?"),
    "unknown field": (TABLE, ("--column", "walltime=hours:h"), 2, "did you mean `wall_time`?"),
    "wrong unit": (TABLE, ("--column", "wall_time=hours:kg"), 3, "`kg` is no unit of a duration"),
    "no unit": (
        TABLE.replace("hours", "runtime"), (), 3,
        "`runtime`: its numbers have no unit; say it with --column 'wall_time=runtime:s'",
    ),
    "two columns": (
        TABLE.replace("team", "gpu_type"), (), 3,
        "2 columns for device: `gpu_type` and `gpu`; choose with --column device=gpu",
    ),
    "unknown setting": (TABLE, ("--set", "lifetme=5 years"), 2, "did you mean `lifetime`?"),
    "no place": (
        "gpu,n_gpus,hours\nH100 SXM5,8,24\n", (), 3, "no carbon intensity: give `grid`",
    ),
    "no device": ("n_gpus,hours,region\n8,24,FR\n", (), 3, "no column for the device"),
    "no table": ("a,b\n1,2\n", (), 3, "neither a table whose columns are known nor a log"),
    "empty": ("", (), 3, "neither a table"),
    "unknown format": (TABLE, ("--from", "slrum"), 2, "did you mean `slurm`?"),
    "another format": (TABLE, ("--from", "slurm"), 3, "jobs.csv"),
    "unknown phase": (TABLE, ("--failed-as", "test"), 2, "--failed-as test: unknown phase"),
    "unknown service": (TABLE, ("--services", "compute"), 2, "only storage is accounted for"),
    "rejects": (TABLE, ("--rejects", "-"), 2, "--rejects -: a file is wanted"),
    "share": (TABLE, ("--allow-rejects", "2"), 2, "a share is at most 1 (100 %); write '2 %'"),
    "no rows": (TABLE, ("--max-errors", "0"), 2, "--max-errors"),
    "load above 1": (TABLE, ("--set", "load=85"), 3, "`85` is above 1 (100 %); write `85 %`"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "flags", "code", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said(inside, at, text, flags, code, said):
    at("jobs.csv", text)
    done = inside("fleet", "jobs.csv", *flags)
    assert done.code == code
    assert said in " ".join((done.out + done.err).split())
    if code == 2 or "--by" in flags or "--column" in flags:
        assert done.out == ""  # no table of zeros


def test_a_tag_that_no_row_of_a_log_has(inside):
    done = inside("fleet", *SLURM, "--by", "team")
    assert (done.code, done.out) == (3, "")
    assert "--by team: no row of this log has a tag `team`; there are" in done.err
    assert "account" in done.err


def test_columns_and_settings_say_what_names_do_not(inside, at):
    at("jobs.csv", "what,count,secs\nH100 SXM5,8,3600\n")
    flags = ["--column", "device=what", "--column", "devices=count", "--column", "wall_time=secs:s"]
    one = total(inside, "jobs.csv", *flags, "--set", "site.grid=FR")
    at("plain.csv", "gpu,n_gpus,hours,region\nH100 SXM5,8,1,FR\n")
    assert one == total(inside, "plain.csv")


def test_set_takes_precedence_over_rows_and_the_map(inside, at):
    at("jobs.csv", TABLE)
    at("a.map.yaml", "defaults: {load: 50 %, site: {pue: 1.5}}\n")
    mapped = total(inside, "jobs.csv", "--map", "a.map.yaml")["energy_kwh"]
    flags = ("--set", "load=100 %", "--set", "site.pue=1.1", "--set", "host_power=0 W")
    done = total(inside, "jobs.csv", "--map", "a.map.yaml", *flags)["energy_kwh"]
    watts = 8 * 24 * 700 + 4 * 12.5 * 400 + 16 * 100 * 300
    assert done == pytest.approx(1.1 * watts / 1000)
    assert mapped != done
    moved = total(inside, "jobs.csv", "--set", "site.grid=PL")["operational_kgco2e"]
    assert moved > 1.5 * total(inside, "jobs.csv")["operational_kgco2e"]


def test_wrong_keys_of_a_map_are_said_with_their_place(inside, at):
    at("jobs.csv", TABLE)
    at("a.map.yaml", "map: {device: gpu, wal_time: hours}\ntagz: {}\n")
    done = inside("fleet", "jobs.csv", "--map", "a.map.yaml")
    assert (done.code, done.out) == (3, "")
    assert "a.map.yaml:1:20: unknown field `wal_time`; did you mean `wall_time`?" in done.err
    assert "a.map.yaml:2:1: unknown key `tagz`" in done.err
    assert inside("fleet", "jobs.csv", "--map", "none.yaml").code == 3


def test_files_that_are_missing_leave_the_others(inside, at):
    at("jobs.csv", TABLE)
    alone = inside("fleet", "none.csv")
    assert (alone.code, alone.out) == (3, "")
    assert "none.csv" in alone.err
    done = inside("fleet", "none.csv", "jobs.csv", "-f", "json", "-q")
    assert done.code == 3
    assert document(done)["total"]["rows"] == 3
    assert [problem["file"] for problem in document(done)["errors"]] == ["none.csv"]


def test_several_files_and_compressed_ones_are_one_fleet(inside, at, tmp_path):
    at("jobs.csv", TABLE)
    other = TABLE.replace("\nj", "\nk").encode()
    (tmp_path / "more.csv.gz").write_bytes(gzip.compress(other))
    done = document(inside("fleet", "jobs.csv", "more.csv.gz", "-f", "json", "-q"))
    assert done["coverage"]["counted"] == 6
    assert [table["rows"] for table in done["inputs"]] == [3, 3]
    assert done["total"]["energy_kwh"] == pytest.approx(2 * total(inside, "jobs.csv")["energy_kwh"])


# --- standard input and pipes ---


def test_standard_input_needs_its_format(at, tmp_path):
    done = run("fleet", "-", stdin=TABLE, cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert "-: say what standard input is with --from: table, slurm, …" in done.err
    at("jobs.csv", TABLE)
    piped = run("fleet", "-", "--from", "table", "-f", "csv", stdin=TABLE, cwd=tmp_path)
    assert piped == run("fleet", "jobs.csv", "-f", "csv", cwd=tmp_path)
    digest = json.loads(run("fleet", "-", "--from", "table", "-f", "json", stdin=TABLE).out)
    assert digest["inputs"][0]["sha256"] is None


@pytest.mark.skipif(os.name == "nt", reason="no bash")
def test_a_closed_pipe_ends_quietly(tmp_path):
    many = HEADER + "".join(f"j{n},nlp,L4,1,{n + 1},FR,2026-01-03\n" for n in range(30_000))
    (tmp_path / "jobs.csv").write_text(many)
    line = f"{sys.executable} -m carbonctl fleet jobs.csv --rows -f csv | head -2; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", line], cwd=tmp_path, capture_output=True, check=False, timeout=60,
        env=clean_environment(PYTHONPATH=str(ROOT)),
    )  # fmt: skip
    head, first, code = done.stdout.decode().splitlines()
    assert head.startswith("file,line,job")
    assert first.startswith("jobs.csv,2,j0")
    assert code == "141"
    assert done.stderr == b""


# --- rows that cannot be counted ---


def test_rejects_are_told_and_written(inside, at):
    at("jobs.csv", BAD)
    done = inside("fleet", "jobs.csv", "--rejects", "rejects.csv")
    assert done.code == 3
    assert "7 rows: 3 counted, 3 rejected, 1 skipped (no time)" in done.out
    assert "jobs.csv:5: gpu: unknown device `A1000`" in done.out
    written = rows(Path("rejects.csv").read_text(encoding="utf-8"))
    assert [(row["file"], row["line"], row["column"], row["value"]) for row in written] == [
        ("jobs.csv", "5", "gpu", "A1000"),
        ("jobs.csv", "6", "hours", "two"),
        ("jobs.csv", "7", "n_gpus", "'-2"),
    ]
    at("good.csv", TABLE)
    assert total(inside, "jobs.csv") == total(inside, "good.csv")


@pytest.mark.parametrize(("share", "code"), [("50 %", 0), ("0.43", 0), ("42 %", 3), ("0 %", 3)])
def test_a_share_of_rejects_may_be_allowed(inside, at, share, code):
    at("jobs.csv", BAD)  # 3 of 7
    assert inside("fleet", "jobs.csv", "--allow-rejects", share).code == code


def test_after_so_many_errors_nothing_more_is_read(inside, at):
    at("jobs.csv", BAD)
    at("more.csv", TABLE.replace("\nj", "\nk"))
    done = inside("fleet", "jobs.csv", "more.csv", "--max-errors", "2", "-f", "json")
    assert done.code == 3
    assert "stopped after 2 rows that cannot be counted" in done.err
    assert [table["file"] for table in document(done)["inputs"]] == ["jobs.csv"]
    third = inside("fleet", "jobs.csv", "more.csv", "--max-errors", "3", "-f", "json")
    assert "stopped after 3 rows" in third.err  # one of them is of an unknown device
    both = inside("fleet", "jobs.csv", "more.csv", "--max-errors", "4", "-f", "json", "-q")
    assert len(document(both)["inputs"]) == 2


def test_a_job_that_stands_twice_counts_once(inside, at):
    at("jobs.csv", TABLE + TABLE.splitlines(keepends=True)[1])
    done = document(inside("fleet", "jobs.csv", "-f", "json", "-q"))
    assert done["coverage"]["skipped"] == {"duplicate": 1}
    kept = document(inside("fleet", "jobs.csv", "--keep-duplicates", "-f", "json", "-q"))
    assert kept["coverage"] == {**done["coverage"], "counted": 4, "skipped": {}}
    assert kept["total"]["device_h"] == done["total"]["device_h"] + 8 * 24


# --- measured energy ---


def test_the_hardware_of_measured_energy_is_asked_for(inside, at):
    at("jobs.csv", METERED)
    left = inside("fleet", "jobs.csv", "--set", "site.pue=1.2", "-f", "json")
    assert "--hardware counted takes it from device, devices and time" in left.err
    assert document(left)["total"]["embodied_kgco2e"] is None
    assert document(left)["total"]["energy_kwh"] == pytest.approx(120)
    counted = total(inside, "jobs.csv", "--set", "site.pue=1.2", "--hardware", "counted")
    at("modelled.csv", METERED.replace(",energy_kwh,energy_boundary", "").replace(",100,node", ""))
    modelled = total(inside, "modelled.csv")
    assert counted["energy_kwh"] == pytest.approx(120)
    assert counted["embodied_kgco2e"] == pytest.approx(modelled["embodied_kgco2e"], rel=1e-12)


def test_energy_of_a_facility_holds_the_pue(inside, at):
    at("jobs.csv", METERED.replace("node", "facility"))
    assert total(inside, "jobs.csv", "--set", "site.pue=1.2")["energy_kwh"] == pytest.approx(100)


# --- templates ---


def test_a_template_has_the_figures_of_the_filled_workload(inside, at):
    template = (FLEETS / "template.yaml").read_text(encoding="utf-8")
    told = rows((FLEETS / "requests.csv").read_text(encoding="utf-8"))
    arguments = (str(FLEETS / "requests.csv"), "--template", str(FLEETS / "template.yaml"))
    for flags in ((), ("--set", "site.pue=1.1")):
        each = rows(inside("fleet", *arguments, *flags, "--rows", "-f", "csv", "-q").out)
        for row, made in zip(told, each, strict=True):
            text = template
            for name, cell in row.items():
                text = text.replace(f"${{{name}}}", cell)
            at("filled.yaml", text)
            (alone,) = rows(
                inside("estimate", "filled.yaml", "--totals", "-f", "csv", "-q", *flags).out
            )
            for key in ("energy_kwh", "operational_kgco2e", "embodied_kgco2e", "total_kgco2e",
                        "total_low_kgco2e", "total_high_kgco2e"):  # fmt: skip
                assert float(made[key]) == pytest.approx(float(alone[key]), rel=1e-9), key


def test_wrong_templates(inside, at):
    at("jobs.csv", TABLE)
    at(
        "t.yaml",
        "name: ${job}\nsite: {grid: FR}\nphases: {training: [{kind: energy, energy: '${kwh} kWh'}]}\n",
    )
    done = inside("fleet", "jobs.csv", "--template", "t.yaml")
    assert (done.code, done.out) == (3, "")
    assert "the template takes ${kwh}, and there is no such column" in done.err
    at("t.yaml", "name: a\nsite: {grid: FR}\nphases: {training: [{kind: energy, energy: 1 kWh}]}\n")
    assert "no ${column} in it" in inside("fleet", "jobs.csv", "--template", "t.yaml").err
    at("t.yaml", "name: ${job}\n")
    assert "a template is a workload" in inside("fleet", "jobs.csv", "--template", "t.yaml").err
    assert inside("fleet", "jobs.csv", "--template", "none.yaml").code == 3


# --- exports and gates ---


def test_exports_are_written_beside_the_table(inside, at):
    flags = ("--export", "csv=a.csv", "--export", "json=a.json", "--export", "md=a.md")
    done = inside("fleet", *CLUSTER, "--by", "team", *flags)
    assert done.code == 0
    assert "Total" in done.out
    assert Path("a.csv").read_text() == inside("fleet", *CLUSTER, "--by", "team", "-f", "csv").out
    assert json.loads(Path("a.json").read_text())["schema"] == "carbonctl.fleet/1"
    assert Path("a.md").read_text().startswith("### ")


def test_an_export_never_overwrites_an_input(inside, at):
    at("jobs.csv", TABLE)
    done = inside("fleet", "jobs.csv", "--export", "csv=jobs.csv")
    assert done.code == 2
    assert Path("jobs.csv").read_text() == TABLE


GATES = {
    "total_kgco2e > 1 t": 1,
    "total_kgco2e > 1 kt": 0,
    "groups.team=vision.total_kgco2e > 1 kg": 1,
    "groups.team=vision.energy_kwh > 100 GWh": 0,
    "groups.team=nobody.total_kgco2e > 0 kg": 0,
    "rejected_rows > 0": 0,
    "groups.team=vision.water_l > 1 L": 3,  # unknown
}


@pytest.mark.parametrize(("rule", "code"), GATES.items())
def test_gates(inside, rule, code):
    done = inside("fleet", *CLUSTER, "--by", "team", "--fail-on", rule)
    assert done.code == code
    assert inside("fleet", *CLUSTER, "--by", "team", "--fail-on", rule, "--exit-zero").code == (
        0 if code == 1 else code
    )
    warned = inside("fleet", *CLUSTER, "--by", "team", "--warn-on", rule)
    assert warned.code == 0


def test_a_gate_over_rejects_and_a_budget(inside, at):
    at("jobs.csv", BAD)
    at("budget.yaml", "fail:\n  - rejected_rows > 2\nwarn:\n  - total_kgco2e > 1 g\n")
    flags = ("--budget", "budget.yaml", "--allow-rejects", "50 %")
    done = inside("fleet", "jobs.csv", *flags)
    assert done.code == 1
    assert "rejected_rows > 2" in done.out
    verdicts = document(inside("fleet", "jobs.csv", *flags, "-f", "json", "-q"))["verdicts"]
    assert len(verdicts) == 2


@pytest.mark.parametrize(
    ("rule", "said"),
    [("groups.team=x.total_kgco2e > 1 t", "there are no groups of `team`; add --by team"),
     ("totl_kgco2e > 1 t", "totl_kgco2e"), ("total_kgco2e > +5%", "a change from a base")],
)  # fmt: skip
def test_wrong_rules(inside, rule, said):
    done = inside("fleet", *CLUSTER, "--fail-on", rule)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


# --- other commands ---


def test_estimate_names_the_command_that_reads_a_table(inside, at):
    at("jobs.csv", TABLE)
    done = inside("estimate", "jobs.csv")
    assert (done.code, done.out) == (3, "")
    assert "jobs.csv: a table of jobs; `carbonctl fleet jobs.csv` reads it" in done.err


def test_a_saved_fleet_is_a_saved_result(inside, at):
    made = total(inside, *CLUSTER, "--by", "team", "--export", "json=fleet.json")
    (told,) = rows(inside("estimate", "fleet.json", "--totals", "-f", "csv", "-q").out)
    for key in ("energy_kwh", "operational_kgco2e", "embodied_kgco2e", "total_low_kgco2e",
                "total_high_kgco2e"):  # fmt: skip
        assert float(told[key]) == pytest.approx(made[key], rel=1e-9)
    entries = rows(inside("estimate", "fleet.json", "--entries", "-f", "csv", "-q").out)
    for entry in entries:
        assert float(entry["quantity"]) * float(entry["factor"]) == pytest.approx(
            float(entry["kgco2e"]), rel=1e-9
        )
    explained = inside("explain", "fleet.json", "training.vision / nvidia/a100-sxm4-80gb / DE")
    assert explained.code == 0
    assert "devices × wall_time × rated_power × load" in explained.out
    inside("fleet", *CLUSTER, "--by", "team", "--set", "site.pue=1.1", "-q", "-f", "csv",
           "--export", "json=greener.json")  # fmt: skip
    compared = inside("compare", "fleet.json", "greener.json")
    assert compared.code == 0
    assert "site.pue  1.25  → 1.1" in compared.out
    gate = inside("compare", "fleet.json", "greener.json", "--fail-on", "total_kgco2e > -5%")
    assert gate.code == 0
    assert (
        inside("compare", "greener.json", "fleet.json", "--fail-on", "total_kgco2e > +5%").code == 1
    )


def test_no_template_no_map_and_no_table_is_a_workload_of_the_folder(inside):
    for path in sorted(FLEETS.glob("*.yaml")):
        assert inside("estimate", str(path), "-q").code == 3


# --- import ---


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl", "parquet"])
def test_a_log_and_its_table_are_one_fleet(inside, at, form):
    if form == "parquet":
        pytest.importorskip("pyarrow")
    done = inside("import", "slurm", *SLURM, "--output", f"jobs.{form}")
    assert (done.code, done.out) == (0, "")
    assert "skipped: 2 step of a job, 1 pending, 1 never started" in done.err
    by = ("--by", "account,month")
    read = document(
        inside("fleet", f"jobs.{form}", "--from", "table", *SLURM[1:], *by, "-f", "json", "-q")
    )
    direct = document(inside("fleet", *SLURM, "--from", "slurm", *by, "-f", "json", "-q"))
    assert known(read["total"]) == pytest.approx(known(direct["total"]), rel=1e-12)
    assert [group["tags"] for group in read["groups"]] == [
        group["tags"] for group in direct["groups"]
    ]
    assert read["coverage"]["counted"] == direct["coverage"]["counted"] == 9


def test_import_goes_through_a_pipe(tmp_path):
    table = run("import", "slurm", *SLURM)
    assert table.code == 0
    piped = run("fleet", "-", "--from", "table", *SLURM[1:], "--by", "account", "-f", "csv", "-q",
                stdin=table.out)  # fmt: skip
    direct = run("fleet", *SLURM, "--by", "account", "-f", "csv", "-q")
    assert piped.out == direct.out
    log = (SAMPLES / "sacct.psv").read_text(encoding="utf-8")
    assert (
        run("import", "slurm", "-", *SLURM[1:], stdin=log).out.replace("<stdin>", SLURM[0])
        == table.out
    )


def test_import_names_formats_files_and_outputs(inside, at):
    assert "did you mean `slurm`?" in inside("import", "slrum", SLURM[0]).err
    assert inside("import", "slrum", SLURM[0]).code == 2
    missing = inside("import", "slurm", "none.psv")
    assert missing.code == 3
    assert "none.psv" in missing.err
    done = inside("import", "slurm", SLURM[0], "--output", "jobs.xml")
    assert done.code == 2
    assert "end its name in .csv" in done.err
    written = inside("import", "slurm", SLURM[0], "--output", "jobs.xml", "--format", "jsonl")
    assert written.code == 0
    assert all(json.loads(line)["job"] for line in Path("jobs.xml").read_text().splitlines())


def test_import_writes_what_it_cannot_read(inside, at):
    log = (SAMPLES / "sacct.psv").read_text(encoding="utf-8")
    at("log.psv", log + "1|2|3\n")
    done = inside(
        "import", "slurm", "log.psv", *SLURM[1:], "--output", "a.csv", "--rejects", "r.csv"
    )
    assert done.code == 3
    assert "1 row cannot be read" in done.err
    (reject,) = rows(Path("r.csv").read_text())
    assert reject["line"] == str(len(log.splitlines()) + 1)


def test_bytes_of_logs_that_are_no_text_refuse_what_they_are_in(inside, at):
    log = (SAMPLES / "sacct.psv").read_bytes().splitlines(keepends=True)
    log[1] = log[1].replace(b"13-08:00:00", b"\xef")  # CPUTime, which nothing reads
    log[4] = log[4].replace(b"u02", b"\xfcser")
    Path("log.psv").write_bytes(b"".join(log))
    done = inside("import", "slurm", "log.psv", *SLURM[1:], "--rejects", "-")
    assert done.code == 2 and "--rejects -: a file is wanted" in done.err
    done = inside("import", "slurm", "log.psv", *SLURM[1:], "--rejects", "r.csv")
    expected = inside("import", "slurm", *SLURM)
    assert done.code == 3 and expected.code == 0
    assert len(rows(done.out)) == len(rows(expected.out)) - 1
    (reject,) = rows(Path("r.csv").read_text())
    assert (reject["line"], reject["column"], reject["value"]) == ("5", "user", r"\xfcser")
    assert reject["message"] == "byte 0xfc is not UTF-8 text; save it as UTF-8"


def test_import_refuses_names_on_which_a_spreadsheet_acts(inside, at):
    log = (SAMPLES / "sacct.psv").read_text(encoding="utf-8")
    at("log.psv", log.replace("|u02|", "|=cmd()|"))
    done = inside("import", "slurm", "log.psv", *SLURM[1:])
    assert done.code == 3 and "=cmd" not in done.out
    assert "log.psv:5: user: `=cmd()`: a name must not begin with = + - or @" in done.err
    assert len(rows(done.out)) == 7


@pytest.mark.parametrize("flag", ["--map", "--template", "--budget", "--hash-key"])
def test_standard_input_is_read_once(inside, at, flag):
    more = ("--hash", "user") if flag == "--hash-key" else ()
    done = inside("fleet", "-", "--from", "table", flag, "-", *more)
    assert done.code == 2 and "standard input can be read only once" in done.err
    assert inside("fleet", "-", "-", "--from", "table").code == 2
    assert inside("import", "slurm", "-", "--map", "-").code == 2


@pytest.mark.parametrize(("flag", "value"), [("--by", ""), ("--by", "team,,x"), ("--column", "x=")])
def test_empty_names_of_flags_are_said(inside, at, flag, value):
    at("jobs.csv", TABLE)
    done = inside("fleet", "jobs.csv", flag, value)
    assert done.code == 2 and f"{flag} '{value}': a name is empty; write " in done.err


BROKEN = {
    "focus": "focus-1.2.csv", "azure-usage": "azure-usage.csv", "opencost": "opencost.csv",
    "codecarbon": "codecarbon-38.csv",
}  # fmt: skip


@pytest.mark.parametrize(("form", "name"), BROKEN.items())
def test_a_quote_that_is_left_open_in_a_log_is_said(inside, at, form, name):
    lines = (SAMPLES / name).read_text(encoding="utf-8").replace('"', "").splitlines()
    start, _, end = lines[1].rpartition(",")
    lines[1] = f'{start},"{end}'  # as many cells as the header has
    at("log.csv", "\n".join(lines))
    done = inside("import", form, "log.csv", "--rejects", "rejects.csv")
    assert done.code == 3
    (reject,) = rows(Path("rejects.csv").read_text(encoding="utf-8"))
    assert reject["line"] == "2"
    assert f"a quote is left open and the {len(lines) - 1} lines to the end" in reject["message"]


FLAGS = {
    "assumed PUE": ("4242_2026-03-01T100000Z_carbontracker_output.log", "--assume-pue 1.58", "--assume-pue 1.2"),
    "windows": ("zeus.csv", "--windows 'epoch 1'", "--windows 'epoch 2'"),
    "cores": ("sacct.psv", "--cpu-basis used", "--cpu-basis allocated"),
    "basis": ("opencost.csv", "--basis request", "--basis usage"),
    "failed": ("sacct.psv", "--failed-as experimentation", ""),
    "services": ("focus-1.2.csv", "--services storage", ""),
    "zone": ("nvidia-smi.csv", "--timezone Europe/Paris", "--timezone UTC"),
}  # fmt: skip


@pytest.mark.parametrize(("file", "flag", "other"), FLAGS.values(), ids=FLAGS)
def test_flags_of_logs_change_what_is_read(inside, file, flag, other):
    import shlex

    name = SAMPLES / file
    form = {"sacct.psv": "slurm", "focus-1.2.csv": "focus", "zeus.csv": "zeus",
            "opencost.csv": "opencost", "nvidia-smi.csv": "nvidia-smi"}  # fmt: skip
    map_ = SLURM[1:] if file in ("sacct.psv", "opencost.csv") else ()
    tables = []
    for words in (flag, other):
        arguments = (form.get(file, "carbontracker"), str(name), *map_)
        if file == "opencost.csv":  # its map is of Slurm, whose keys it shares
            arguments = ("opencost", str(name))
        done = inside("import", *arguments, *shlex.split(words), "-q")
        assert rows(done.out)
        tables.append(done.out)
    assert tables[0] != tables[1]


# --- names that others wrote ---

EVIL = ("=cmd|' /C calc'!A0", "@SUM(1)", "+1", "-1", "\x1b[31mred", "::error::a", "a\r\n::error::b")


@pytest.mark.parametrize("form", ["table", "csv", "tsv", "json", "jsonl", "md"])
def test_hostile_cells_are_inert(inside, at, form):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["job", "team", "gpu", "n_gpus", "hours", "region"])
    for n, name in enumerate((*EVIL, "good")):
        writer.writerow([f"j{n}", name, "L4", 1, n + 1, "FR"])
        writer.writerow([f"k{n}", "good", name, 1, 1, "FR"])
    at("jobs.csv", out.getvalue())
    done = inside("fleet", "jobs.csv", "--by", "team", "-f", form, "--rejects", "rejects.csv")
    assert done.code == 3
    for text in (done.out, done.err):
        assert "\x1b" not in text
        assert "\r" not in text
        assert not any(line.lstrip().startswith("::") for line in text.splitlines())
    tables = [Path("rejects.csv").read_text(encoding="utf-8")]
    tables += [done.out] if form == "csv" else []
    for table in tables:
        for row in csv.reader(io.StringIO(table)):
            assert not any(cell.startswith(("=", "+", "@")) for cell in row), row


def test_hostile_names_of_columns_and_files_are_inert(inside, at):
    at("::error::x.csv", TABLE.replace("team", "\x1b[31m=team"))
    done = inside("fleet", "::error::x.csv")
    assert done.code == 0
    assert "\x1b" not in done.out + done.err
    assert not any(line.startswith("::") for line in (done.out + done.err).splitlines())


# --- the same bytes, and nothing that is not needed ---


@pytest.mark.parametrize(
    "flags", [("-f", "json"), ("--rows", "-f", "csv"), ("-f", "table", "--details")]
)
def test_the_same_bytes_each_time(flags):
    arguments = ("fleet", *CLUSTER, "--by", "team,month,device", *flags)
    first = run(*arguments, PYTHONHASHSEED="1")
    assert first.out
    assert run(*arguments, PYTHONHASHSEED="2") == first


def test_quiet_and_verbose_leave_the_output_as_it_is(inside):
    plain = inside("fleet", *SLURM, "--by", "account")
    quiet = inside("fleet", *SLURM, "--by", "account", "-q")
    verbose = inside("fleet", *SLURM, "--by", "account", "-v")
    assert plain.out == quiet.out == verbose.out
    assert quiet.err == ""
    assert "read as slurm" in verbose.err


def test_the_shipped_map_is_plain_yaml():
    for path in FLEETS.glob("*.map.yaml"):
        assert yaml.safe_load(path.read_text(encoding="utf-8"))


# --- other flags ---

SACCT = (
    "JobID|Account|Partition|State|Start|End|ElapsedRaw|NNodes|NCPUS|AllocTRES|ConsumedEnergyRaw|"
    "Exclusive\n1|physics|cpu|COMPLETED|2026-03-01T00:00:00|2026-03-01T10:00:00|36000|1|64|"
    "cpu=64,mem=64G,node=1|7200000|NODE\n"
)


def test_measured_energy_of_slurm(inside, at):
    at("sacct.psv", SACCT)
    arguments = ("sacct.psv", *SLURM[1:], "--from", "slurm")
    measured = total(inside, *arguments, "--energy", "measured")
    assert measured["energy_kwh"] == pytest.approx(7.2e6 / 3.6e6 * 1.2)  # J of the node, PUE 1.2
    assert total(inside, *arguments)["energy_kwh"] > measured["energy_kwh"]


def test_phases_of_failed_jobs(inside):
    done = inside(
        "fleet", *SLURM, "--by", "phase", "--failed-as", "experimentation", "-f", "csv", "-q"
    )
    counted = {row["phase"]: int(row["rows"]) for row in rows(done.out)}
    assert counted == {"training": 3, "experimentation": 6}


def test_stored_data_of_a_bill(inside, at):
    bill = str(SAMPLES / "focus-1.2.csv")
    plain = document(inside("fleet", bill, "-f", "json", "-q"))
    assert plain["not_covered"][0]["quantity"] == 100
    stored = document(inside("fleet", bill, "--services", "storage", "-f", "json", "-q"))
    assert stored["not_covered"] == []
    assert stored["coverage"]["counted"] == plain["coverage"]["counted"] + 1
    assert stored["total"]["energy_kwh"] > plain["total"]["energy_kwh"]
    at("bill.csv", inside("import", "focus", bill, "--services", "storage", "-q").out)
    table = document(inside("fleet", "bill.csv", "--from", "table", "-f", "json", "-q"))
    assert known(table["total"]) == pytest.approx(known(stored["total"]), rel=1e-12)


def test_color_is_for_people(inside):
    assert "\x1b[" in inside("fleet", *CLUSTER, "--by", "team", "--color", "always").out
    assert "\x1b[" not in inside("fleet", *CLUSTER, "--by", "team", "--color", "never").out
    assert "\x1b[" not in inside("fleet", *CLUSTER, "--color", "always", "-f", "csv").out


def test_own_records_stand_in_the_output(inside, at, tmp_path):
    folder = tmp_path / "mine" / "grids"
    folder.mkdir(parents=True)
    (folder / "countries.csv").write_text(
        "zone,name,year,basis,intensity_g_per_kwh,low,high,source,confidence,note\n"
        "FR,France,2025,life-cycle,1000,,,ember-yearly-2026,high,\n"
    )
    at("jobs.csv", TABLE)
    done = document(inside("fleet", "jobs.csv", "--hardware-db", "mine", "-f", "json"))
    assert done["own_records"]
    assert done["total"]["operational_kgco2e"] > total(inside, "jobs.csv")["operational_kgco2e"]
    assert inside("fleet", "jobs.csv", "--hardware-db", "none").code in (2, 3)


def test_a_power_is_that_of_one_device(inside, at):
    at("jobs.csv", "gpu,n_gpus,hours,region,power_w,pue,host_power_w\nH100 SXM5,8,1,FR,500,1,0\n")
    assert total(inside, "jobs.csv")["energy_kwh"] == pytest.approx(4)
    at("jobs.csv", "gpu,n_gpus,hours,region,power_w\nH100 SXM5,8,1,FR,5600\n")
    done = inside("fleet", "jobs.csv")
    assert done.code == 3
    assert "power is that of one device" in " ".join(done.out.split())


def test_more_combinations_than_can_be_accounted_for_are_refused(at, inside, monkeypatch):
    monkeypatch.setattr("carbonctl.batch.fleet.run.MOST_STRUCTURES", 3)
    lines = "".join(f"nvidia/l4,1,2,FR,{1 + n / 10}\n" for n in range(5))
    at("jobs.csv", f"device,devices,hours,grid,pue\n{lines}")
    done = inside("fleet", "jobs.csv", "--format", "csv")
    assert done.code == 3 and "read no further" in done.err


def test_digests_stand_in_the_place_of_names(at, inside):
    at("jobs.csv", TABLE.replace("team", "user"))
    at("key.txt", "a key that nobody knows\n")
    at("short.txt", "short\n")
    flags = ("fleet", "jobs.csv", "--by", "user", "--format", "csv", "--hash", "user")
    done = inside(*flags, "--hash-key", "key.txt")
    plain = inside("fleet", "jobs.csv", "--by", "user", "--format", "csv")
    assert done.code == plain.code == 0
    names = [row["user"] for row in rows(done.out)]
    assert len({*names}) == 2 and all(len(name) == 16 for name in names)
    assert {"nlp", "vision"} == {row["user"] for row in rows(plain.out)}
    totals = [[row["total_kgco2e"] for row in rows(text)] for text in (done.out, plain.out)]
    assert totals[0] == totals[1]
    assert inside(*flags).code == 2
    assert inside(*flags, "--hash-key", "short.txt").code == 3


def test_rejects_are_not_written_over_an_input(at, inside):
    at("jobs.csv", BAD)
    done = inside("fleet", "jobs.csv", "--rejects", "jobs.csv")
    assert done.code == 2 and "jobs.csv is read" in done.err
    assert Path("jobs.csv").read_text(encoding="utf-8") == BAD
    at("log.csv", "x\n")
    done = inside("import", "codecarbon", "log.csv", "-o", "out.csv", "--rejects", "log.csv")
    assert done.code == 2 and Path("log.csv").read_text(encoding="utf-8") == "x\n"
