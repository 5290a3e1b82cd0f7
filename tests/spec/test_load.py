"""What the spec accepts, and what it says of what it does not."""

import pytest

from carbonctl import estimators
from carbonctl.errors import InputError
from carbonctl.spec.load import load
from carbonctl.spec.model import default_names
from tests.conftest import CATALOG, account

GOOD = """\
version: 1
name: job
site: {grid: US, pue: 1.1}
systems:
  node: {device: nvidia/h100-sxm5-80gb, devices: 8, host_power: 0 W, embodied: 2500..5700 kg}
phases:
  training:
    - {name: run, kind: compute, system: node, device_time: 100 GPU-h, load: 80 %}
"""


def said(text: str, *overrides: str) -> list[str]:
    with pytest.raises(InputError) as error:
        account(text, *overrides)
    assert all(p.line and p.col for p in error.value.problems)
    return [str(problem) for problem in error.value.problems]


def test_a_good_spec():
    workload = load(GOOD, "job.yaml", estimators, CATALOG).workload
    assert workload.name == "job"
    assert workload.site and workload.site.grid == "US"
    (activity,) = workload.phases["training"]
    assert activity.kind == "compute"
    assert workload.systems["node"].embodied.number.best == 4100


def test_values_know_their_names_and_paths():
    text = """\
name: job
sites: {lyon: {carbon_intensity: 50 g/kWh}}
site: [{site: lyon, share: 60 %}, {grid: US, share: 40 %, pue: 1.3}]
phase_sites: {training: {grid: FR, construction: {per_capacity: 1 t/kW, lifetime: 20 years}}}
systems: {node: {accelerators: [{device: nvidia/t4, devices: 8, power: 60 W}]}}
phases:
  training:
    - {kind: compute, system: node, device_time: 1 GPU-h, repeat: {every: 1 h, for: 1 day}}
    - {kind: experiments, system: {device: nvidia/t4, share: 50 %}, durations: [1 GPU-h, 2 GPU-h]}
"""
    workload = load(text, "job.yaml", estimators, CATALOG, ("site.1.losses=5 %",)).workload
    run, search = workload.phases["training"]
    values = [
        *(share.share for share in workload.site), workload.site[1].losses,
        workload.sites["lyon"].carbon_intensity, workload.phase_sites["training"].construction
        .lifetime, workload.systems["node"].accelerators[0].power, run.repeat.every,
        run.repeat.for_, search.system.share, *search.durations,
    ]  # fmt: skip
    assert [(value.name, value.path) for value in values] == [
        ("share", "site.0.share"),
        ("share", "site.1.share"),
        ("losses", "site.1.losses"),
        ("carbon_intensity", "sites.lyon.carbon_intensity"),
        ("lifetime", "phase_sites.training.construction.lifetime"),
        ("power", "systems.node.accelerators.0.power"),
        ("every", "phases.training.compute.repeat.every"),
        ("for", "phases.training.compute.repeat.for"),
        ("share", "phases.training.experiments.system.share"),
        ("durations", "phases.training.experiments.durations"),
        ("durations", "phases.training.experiments.durations"),
    ]


CASES = [
    ("grid: US", "grdi: US", "job.yaml:3:8: unknown key `grdi`; did you mean `grid`?"),
    ("grid: US", "grid: Frnace", "job.yaml:3:14: grid: unknown grid `Frnace`; did you mean `FR`?"),
    (
        "grid: US",
        "grid: aws/us-east-9",
        "unknown cloud region `aws/us-east-9` (`carbonctl grid list`",
    ),
    ("pue: 1.1", "pue: 0.9", "job.yaml:3:23: pue: `0.9` is below 1"),
    ("pue: 1.1", "pue: ", "`pue` has no value; give one or take it out"),
    ("pue: 1.1", "pue: [1.1]", "pue: a ratio such as `1.2` is wanted here, not a list"),
    ("pue: 1.1", "pue: 1.1 W", "`1.1 W` is a power, not a ratio"),
    ("pue: 1.1", "pue: NaN", "pue: `NaN` is not a ratio"),
    ("pue: 1.1", "pue: 1.1, pue: 1.2", "duplicate key `pue`, first given in line 3"),
    ("pue: 1.1", "year: 24", "year: `24` is not a year such as 2024"),
    ("pue: 1.1", "operator: me", "operator: `me` is not one of own, colocation, cloud, client"),
    ("h100-sxm5-80gb", "h100-sxm9", "job.yaml:5:18: device: unknown device `nvidia/h100-sxm9`"),
    ("nvidia/h100-sxm5-80gb", "h100", "`h100` fits several devices: nvidia/h100-"),
    ("devices: 8", "devices: 0", "devices: `0`: must be above 0"),
    ("devices: 8", "devices: 2.5", "devices: `2.5`: a whole number is wanted"),
    ("devices: 8", "devices: 8 W", "`8 W` is a power, not a number of devices"),
    ("host_power: 0 W", "host_power: -1 W", "host_power: `-1 W`: must not be negative"),
    ("host_power: 0 W", "host_power: 700", "host_power: `700` has no unit; write `700 W`"),
    ("host_power: 0 W", "host_power: 700 kg", "`700 kg` is a mass of CO2e, not a power"),
    ("host_power: 0 W", "host_power: 1e400 W", "is beyond any power that can be meant"),
    ("host_power: 0 W", "lifetime: 0 years", "lifetime: `0 years`: must be above 0"),
    ("host_power: 0 W", "utilization: 0 %", "utilization: `0 %`: must be above 0"),
    ("host_power: 0 W", "utilization: 45", "`45` is above 1 (100 %); write `45 %`"),
    ("2500..5700 kg", "5700..2500 kg", "the low end is above the high end"),
    ("2500..5700 kg", "{low: 1 kg, high: 2 kg}", "a quantity written as a mapping needs `best`"),
    ("2500..5700 kg", "{best: 3 kg, high: 2 kg}", "best must lie between low and high"),
    ("2500..5700 kg", "{best: 3 kg, hihg: 5 kg}", "unknown key `hihg` in a quantity; did you mean"),
    ("2500..5700 kg", "1 t, device_embodied: 1 kg", "embodied is the whole system"),
    ("kind: compute", "kind: comptue", "unknown kind `comptue`; did you mean `compute`?"),
    ("kind: compute, ", "", "`kind` is missing: one of compute, "),
    ("system: node", "system: nod", "no system is named `nod`; did you mean `node`?"),
    ("system: node", "system: x", "no system is named `x`; there are node"),
    ("system: node", "system: {devcie: x}", "unknown key `devcie`; did you mean `device`?"),
    ("system: node", "system: node, device: nvidia/t4", "give `system` or `device`, not both"),
    ("device_time: 100 GPU-h", "device_time: 100 h", "is a duration, not a device time"),
    ("device_time: 100 GPU-h", "devices: 8", "devices (in all) and wall_time go together"),
    ("device_time: 100 GPU-h, ", "", "no time: give `device_time`, or `devices` and `wall_time`"),
    (
        "device_time: 100 GPU-h",
        "device_time: 100 GPU-h, devices: 8, wall_time: 1 h",
        "device_time already holds devices × wall_time",
    ),
    ("load: 80 %", "load: 80", "load: `80` is above 1 (100 %); write `80 %`"),
    ("load: 80 %", "load: 120 %", "load: `120 %` is above 1 (100 %)"),
    ("load: 80 %", "load: 80 %, power: 60 W", "load: `power` is an average draw already"),
    ("load: 80 %", "load: 80 %, busy: 10 %", "give `load` (share of rated power) or `busy`"),
    ("load: 80 %", "repeat: {every: 1 week}", "`for` is missing in phases.training.0.repeat"),
    ("load: 80 %", "repeat: {every: 1 year, for: 1 day}", "repeat: the interval `every` is longer"),
    ("training:", "trainign:", "unknown phase `trainign`; did you mean `training`?"),
    ("    - {name: run", "    {name: run", "a list of activities is wanted here"),
    ("name: job", "name: ''", "name: must not be empty"),
    ("name: job", "name: =1+1", "name: `=1+1`: a name must not begin with = + - or @"),
    ("name: job", 'name: "a\\nb"', "must not hold control or invisible characters"),
    ("name: job", 'name: "\\e[31mred"', "must not hold control or invisible characters"),
    ("name: job", "name: [a]", "name: a name is wanted here, not a list"),
    ("name: job\n", "", "`name` is missing"),
    (
        "version: 1",
        "functional_unit: {name: token, amount: 1, delay: 20}",
        "delay: `20` has no unit; write `20 s`",
    ),
    (
        "version: 1",
        "functional_unit: {name: token, amount: 1, delay: 0 ms}",
        "delay: `0 ms`: must be above 0",
    ),
    ("version: 1", "version: 2", "`2`: this carbonctl reads version 1"),
    (
        "site: {grid: US, pue: 1.1}",
        "site: US",
        "no site is named `US`; `sites` names none; a grid is written {grid: US}",
    ),
    ("site: {grid: US, pue: 1.1}", "site: {pue: 1.1}", "no carbon intensity: give `grid`"),
    (
        "site: {grid: US, pue: 1.1}",
        "site: {grid: US, market_intensity: 0 kg/kWh, carbon_free_energy: 1}",
        "market_intensity is the whole market-based figure",
    ),
]


@pytest.mark.parametrize(("old", "new", "message"), CASES)
def test_bad_input(old, new, message):
    assert GOOD.count(old) >= 1
    lines = said(GOOD.replace(old, new, 1))
    assert any(message in line for line in lines), lines
    assert all(line.startswith("job.yaml:") for line in lines)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "job.yaml:1:1: the file holds nothing"),
        ("# only words\n", "job.yaml:1:1: the file holds nothing"),
        ("just text\n", "job.yaml:1:1: the file holds a single value"),
        ("- a\n- b\n", "job.yaml:1:1: the file holds a list"),
        ("{}", "`name` is missing"),
        ("name: x\n", "`phases` is missing"),
        ("name: x\nphases: {}\n", "there is no activity in any phase"),
        ("name: x\nphases: {training: }\n", "there is no activity in any phase"),
        ("name: x\nphases: {training: []}\n", "there is no activity in any phase"),
        ("name: x\nphases: [a]\n", "phases: a mapping of phases"),
        ("name: x\nphases: {training: [3]}\n", "an activity is a mapping such as"),
        ("name: x\n<<:\n", "merge keys (`<<`) are not supported"),
    ],
)
def test_whole_files(text, message):
    assert any(message in line for line in said(text))


def test_all_independent_problems_at_once_and_sorted():
    text = """\
name: +x
site: {grid: Nowhereland, pue: 0.5}
systems:
  a: {device: nvidia/none, devices: 0}
phases:
  training:
    - {kind: compute, system: b, device_time: 5 h, load: 300}
    - {kind: what}
  trainign: []
reported: {operational: 5}
"""
    lines = said(text)
    places = [tuple(map(int, line.split(":")[1:3])) for line in lines]
    assert places == sorted(places)
    assert {line for line, _ in places} == {1, 2, 4, 7, 8, 9, 10}
    assert len(lines) == 11


def test_names_are_unique_in_a_phase_only():
    double = GOOD + "    - {name: run, kind: compute, system: node, device_time: 1 GPU-h}\n"
    assert any("a second activity named `run`" in line for line in said(double))
    account(
        GOOD + "  data:\n    - {name: run, kind: compute, system: node, device_time: 1 GPU-h}\n"
    )


def test_default_names():
    assert default_names([("compute", None), ("compute", None), ("energy", None)]) == [
        "compute", "compute-2", "energy",
    ]  # fmt: skip
    assert default_names([("compute", "compute-2"), ("compute", None), ("compute", None)]) == [
        "compute-2", "compute", "compute-3",
    ]  # fmt: skip


def test_text_keeps_its_meaning():
    norway = account(GOOD.replace("US", "NO"))
    assert norway.spec["site"]["grid"] == "NO"
    twelve = account(GOOD.replace("devices: 8", "devices: 012"))
    assert twelve.spec["systems"]["node"]["devices"] == "12"


def test_markup_in_names_is_kept():
    assert (
        account(GOOD.replace("name: run", 'name: "[bf16] run"')).entries[0].activity == "[bf16] run"
    )


# --- overrides ---


@pytest.mark.parametrize(
    "path",
    [
        "phases.training.0.load",
        "phases.training.run.load",
    ],
)
def test_set_by_index_or_name(path):
    result = account(GOOD, f"{path}=50 %")
    load_input = next(v for v in result.entries[0].inputs if v.name == "load")
    assert load_input.number == 0.5
    assert load_input.line is None
    assert load_input.status == "given"


def test_set_creates_what_is_missing_and_the_last_wins():
    bare = GOOD.replace("site: {grid: US, pue: 1.1}\n", "")
    result = account(bare, "site.grid=FR", "site.pue=1.5", "site.pue=1.2")
    assert result.spec["site"] == {"grid": "FR", "pue": "1.2"}


def test_set_takes_mappings_and_names_with_dots():
    dotted = GOOD.replace("name: run", "name: Llama 3.1")
    result = account(dotted, "phases.training.Llama 3.1.site={grid: FR}")
    assert result.spec["phases"]["training"][0]["site"] == {"grid": "FR"}


def test_set_changes_one_of_two_places_of_an_alias():
    text = GOOD.replace("site: {", "site: &s {") + "    - {kind: energy, energy: 1 kWh, site: *s}\n"
    result = account(text, "site.pue=1.9")
    assert result.spec["phases"]["training"][1]["site"]["pue"] == "1.1"


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("site.peu=1.2", "--set:1:10: unknown key `peu`; did you mean `pue`?"),
        ("site.pue=0.2", "--set:1:10: pue: `0.2` is below 1"),
        ("site.pue=", "`pue` has no value"),
        ("phases.training.9.load=1", "there is no item 9; the list has 1"),
        ("phases.training.walk.load=1", "nothing is named `walk`; there are run"),
        ("name.x=1", "`x` would stand inside a value"),
        ("site.pue=[1", "--set:1:11: not valid YAML"),
        ("site.grid=!!str US", "tags are not supported"),
    ],
)
def test_bad_overrides(override, message):
    lines = said(GOOD, override)
    assert any(message in line for line in lines), lines


def test_a_misspelt_grid_is_one_fault():
    assert said(GOOD.replace("grid: US", "gird: US")) == [
        "job.yaml:3:8: unknown key `gird`; did you mean `grid`?"
    ]
