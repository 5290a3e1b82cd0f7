"""The map of a table: what it says, and what is refused, with its place."""

import re
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonctl.errors import InputError
from carbonctl.inputs.jobs.layout import layout
from carbonctl.inputs.jobs.logs import FORMATS
from carbonctl.inputs.jobs.maps import EMPTY, parse_map, read_map
from carbonctl.spec.model import Site
from tests.conftest import ROOT

SAMPLES = ROOT / "tests" / "oracles" / "fleet" / "samples"
FULL = """\
map: {device: accelerator, devices: n, wall_time: {column: secs, unit: s}, \
site.carbon_intensity: {column: ci_g, unit: g/kWh}, start: begin}
tags: {team: dept, month: start}
devices: {A100-40: nvidia/a100-sxm4-40gb, B: {rated_power: 450 W, device_embodied: 200 kg}}
regions: {par: FR, iad: aws/us-east-1}
defaults: {load: 85 %, site: {pue: 1.2}, utilization: 45 %}
phases: [{where: {queue: dev-*}, phase: experimentation}]
drop: [{state: PENDING}]
timezone: Europe/Paris
"""


def problems(text):
    with pytest.raises(InputError) as error:
        parse_map(text, "a.map.yaml")
    assert error.value.exit_code == 3
    return [str(problem) for problem in error.value.problems]


def test_all_that_a_map_says():
    known = parse_map(FULL, "a.map.yaml")
    columns = {field: (c.column, c.unit) for field, c in known.columns.items()}
    assert columns == {
        "device": ("accelerator", None),
        "devices": ("n", None),
        "wall_time_h": ("secs", "s"),
        "carbon_intensity_kgco2e_per_kwh": ("ci_g", "g/kWh"),
        "start": ("begin", None),
    }
    assert {tag: c.column for tag, c in known.tags.items()} == {"team": "dept", "month": "start"}
    assert known.devices == {
        "A100-40": "nvidia/a100-sxm4-40gb",
        "B": {"rated_power": "450 W", "device_embodied": "200 kg"},
    }
    assert known.regions == {"par": "FR", "iad": "aws/us-east-1"}
    assert known.defaults == {"load": "85 %", "utilization": "45 %", "site": {"pue": "1.2"}}
    assert [(r.where, r.phase) for r in known.phases] == [({"queue": "dev-*"}, "experimentation")]
    assert [r.where for r in known.drop] == [{"state": "PENDING"}]
    assert known.timezone == ZoneInfo("Europe/Paris")
    assert known.format is None


def test_the_samples_are_read():
    jobs = read_map(str(SAMPLES / "jobs.map.yaml"))
    assert jobs.columns["device"].column == "gpu"
    assert jobs.columns["carbon_intensity_kgco2e_per_kwh"].unit == "g/kWh"
    assert list(jobs.devices) == ["A100", "V100", "H100", "L4"]
    assert jobs.defaults["site"] == {"pue": "1.2"}
    slurm = read_map(str(SAMPLES / "sacct.map.yaml"))
    assert slurm.format == "slurm"
    assert slurm.devices["v100"]["rated_power"] == "300 W"  # `gpus`
    assert slurm.defaults["site"] == {"carbon_intensity": "400 g/kWh", "pue": "1.2"}
    assert slurm.raw["partitions"] == {"v100": {"gpu": "v100"}}
    assert slurm.raw["cpu"]["cores"] == "64"
    bills = read_map(str(SAMPLES / "instances.map.yaml"))
    assert bills.instances["Standard_ND96asr_v4"]["share"] == "100 %"


def test_what_stands_there_stays_text():
    known = parse_map("defaults: {lifetime: 012, kind: NO}\nregions: {no: NO}", "m")
    assert known.regions == {"no": "NO"}
    assert known.defaults == {"lifetime": "012", "kind": "NO"}


def test_what_stands_there_stays_text_also_in_figures():
    known = parse_map("devices: {a: {rated_power: 1e3, device_embodied: 12:30:45}}", "m")
    assert known.devices["a"] == {"rated_power": "1e3", "device_embodied": "12:30:45"}


def test_site_may_stand_in_the_defaults_or_above_or_with_a_point():
    for text in ("site: {pue: 1.2}", "defaults: {site: {pue: 1.2}}", "defaults: {site.pue: 1.2}"):
        assert parse_map(text, "m").defaults == {"site": {"pue": "1.2"}}
    both = parse_map("site: {pue: 1.2}\ndefaults: {site: {grid: FR}}", "m")
    assert both.defaults == {"site": {"pue": "1.2", "grid": "FR"}}
    said = problems("site: {pue: 1.2}\ndefaults: {site: {pue: 1.3}}")
    assert said == ["a.map.yaml:2:12: `site.pue` is given twice; give it once"]


def test_every_key_of_a_site_is_a_default():
    for key in Site.model_fields:
        assert parse_map(f"site: {{{key}: x}}", "m").defaults == {"site": {key: "x"}}


def test_every_format_may_be_named():
    for name in ("table", *FORMATS):
        assert parse_map(f"from: {name}", "m").format == name


def test_an_offset_is_a_timezone():
    assert parse_map("timezone: UTC", "m").timezone is UTC
    assert parse_map("timezone: '+01:00'", "m").timezone.utcoffset(None).seconds == 3600
    assert EMPTY.timezone is None


WRONG = {
    "map: {wal_time: x}": "1:7: unknown field `wal_time`; did you mean `wall_time`?",
    "map: {wall_time: a, wall_time_h: b}":
        "1:21: `wall_time_h` is the same field as `wall_time`; give one",
    "map: {wall_time: {column: a, unit: kg}}":
        "1:36: `kg` is no unit of a duration; write `s` or `h`",
    "map: {device: {column: a, unit: h}}": "1:33: device is no number and has no unit",
    "map: {load: {colum: a}}": "1:14: unknown key `colum`; did you mean `column`?",
    "map: {load: {unit: '%'}}": "1:13: `column` is missing in load",
    "map: [device]": "1:6: map: a mapping is wanted here, such as {device: gpu, wall_time: hours}",
    "map: {device: [a]}": "1:15: device: a text is wanted here, such as start",
    "tags: {'=x': dept}": "1:8: `=x`: a tag must not begin with = + - or @",
    "devices: {A: {rated_pwer: 1 W}}":
        "1:15: unknown key `rated_pwer`; did you mean `rated_power`?",
    "devices: {A: {tdp: 1 W}}": "1:15: unknown key `tdp`; did you mean `rated_power`?",
    "devices: {A: x}\ngpus: {A: y}": "2:8: `A` is in `devices` already; give it once",
    "devices: {A: [x]}": "1:14: A: a text is wanted here, such as nvidia/l4, or a mapping of figures",
    "instances: {A: {qqq: 2}}": "1:17: unknown key `qqq`; there are device, host",
    "regions: {par: {grid: FR}}": "1:16: par: a text is wanted here, such as FR",
    "defaults: {hours: 3 h}": "1:12: unknown key `hours`; did you mean `wall_time`?",
    "defaults: {phase: trainig}": "1:19: unknown phase `trainig`; did you mean `training`?",
    "defaults: {pue: 1.2}": "1:12: unknown key `pue`; write `site: {pue: …}`",
    "site: {region: FR}": "1:8: unknown key `region`; did you mean `grid`?",
    "site: paris": "1:7: site: a mapping is wanted here, such as {grid: FR, pue: 1.2}",
    "phases: {where: {a: b}}": "1:9: phases: a list is wanted here, such as [{where:",
    "phases: [{where: {a: b}}]": "1:10: `phase` is missing in an item of phases",
    "phases: [3]": "1:10: phases: a mapping is wanted here, such as {where:",
    "phases: [{phase: x}]": "1:18: unknown phase `x`; there are data, experimentation,",
    "phases: [{wher: {a: b}, phase: data}]": "1:11: unknown key `wher`; did you mean `where`?",
    "drop: [{}]": "1:8: an empty mapping would drop every row",
    "drop: [[a]]": "1:8: drop: a mapping is wanted here",
    "timezone: Europe/Pari": "1:11: unknown time zone `Europe/Pari`; did you mean `Europe/Paris`?",
    "timezone: ../../etc/passwd": "1:11: unknown time zone `../../etc/passwd`",
    "from: slrum": "1:7: unknown format `slrum`; did you mean `slurm`?",
    "partitions: {a: {gup: x}}": "1:18: unknown key `gup`; did you mean `gpu`?",
    "cpu: {power: 3 W}": "1:7: unknown key `power`; there are power_per_core, embodied, cores",
    "devcies: {a: b}": "1:1: unknown key `devcies`; did you mean `devices`?",
    "regions: {par: }": "1:11: `par` has no value; give one or take it out",
    "map:": "1:1: `map` has no value; give one or take it out",
    "map: {a: 1}\nmap: {b: 1}": "2:1: duplicate key `map`, first given in line 1",
    "[]": "1:1: a map is a mapping such as {map:",
    "": "1:1: a map is a mapping such as {map:",
    "a: *b": "1:4: `*b` names nothing above it",
    "{" * 100: "1:65: nested more than 64 levels deep",
}  # fmt: skip


@pytest.mark.parametrize("text", WRONG, ids=range(len(WRONG)))
def test_what_is_wrong_is_said_with_its_place(text):
    assert any(f"a.map.yaml:{WRONG[text]}" in said for said in problems(text)), problems(text)


def test_all_problems_come_at_once_in_the_order_of_the_file():
    said = problems("map: {wal_time: x}\nregions: {par: }\nfrom: slrum\nsite: {pu: 1}\nx: 1")
    assert [line.split(":")[1] for line in said] == ["1", "2", "3", "4", "5"]


def test_a_merge_key_is_one_problem():
    assert problems("<<: {}") == ["a.map.yaml:1:1: merge keys (`<<`) are not supported"]


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_map(str(tmp_path / "none.yaml"))


def test_a_file_that_is_no_text(tmp_path):
    file = tmp_path / "m.yaml"
    file.write_bytes(b"map: {a: \xff}")
    with pytest.raises(InputError, match=r"m.yaml:1:10: byte 0xff is not UTF-8 text"):
        read_map(str(file))


ANY = st.recursive(
    st.sampled_from(["x", "", "~", "3", "a: b", "h"]),
    lambda inner: st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
    | st.dictionaries(st.sampled_from(["column", "unit", "where", "phase", "a", "gpu", "site"]), inner, max_size=3)
    .map(lambda d: "{" + ", ".join(f"{k}: {v}" for k, v in d.items()) + "}"),
    max_leaves=6,
)  # fmt: skip
KEYS = st.sampled_from(
    ["map", "tags", "devices", "gpus", "regions", "instances", "defaults", "site", "phases",
     "drop", "timezone", "from", "cpu", "partitions", "nodes", "other"],
)  # fmt: skip


@given(st.dictionaries(KEYS, ANY, max_size=4))
def test_no_map_makes_it_fail(parts):
    text = "".join(f"{key}: {value}\n" for key, value in parts.items())
    try:
        parse_map(text, "m")
    except InputError as error:
        assert all(problem.line for problem in error.problems)


PAGE = ROOT / "docs" / "fleets.md"


def test_the_maps_of_the_page_are_read():
    blocks = re.findall(r"```yaml \w+\.map\.yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    jobs, cluster = (parse_map(block, "page.yaml") for block in blocks)
    for part in (
        "columns",
        "tags",
        "devices",
        "instances",
        "regions",
        "defaults",
        "phases",
        "drop",
        "timezone",
    ):
        assert getattr(jobs, part), part
    assert cluster.format == "slurm"
    header = ["run_id", "accelerator", "n", "secs", "ci_g", "begin", "dept", "queue", "state"]
    where = layout(header, jobs, ("team", "month"), {}, "jobs.csv")
    assert where.unused == ()
    assert where.tags["month"].cut == "month"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('devices: {"": nvidia/l4}', "m.yaml:1:11: a name in `devices` is empty; write one, as in"),
        ('tags: {" ": job}', "m.yaml:1:8: a name in `tags` is empty; write one, as in {team: dept"),
        ('regions: {"": FR}', "m.yaml:1:11: a name in `regions` is empty"),
        ('map: {job: " "}', "m.yaml:1:12: job is empty; write a text, such as start"),
    ],
)
def test_empty_names_are_said(text, said):
    with pytest.raises(InputError) as error:
        parse_map(text, "m.yaml")
    assert str(error.value).startswith(said)
