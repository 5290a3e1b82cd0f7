"""What is wrong with levers is said with its place, and the other levers still come."""

import pytest

from carbonctl.errors import InputError, UsageError
from tests.levers.makers import FILE, SERVICE, made

LINE = SERVICE.count("\n") + 2  # of the first lever
GOOD = "  - {name: good, set: {site.pue: 1.1}}\n"


def problems(levers: str, workload: str = SERVICE, **how) -> list[str]:
    with pytest.raises(InputError) as caught:
        made(levers, workload, **how)
    return [str(problem) for problem in caught.value.problems]


def refused(levers: str, workload: str = SERVICE) -> list[str]:
    """What is said of a lever that is left out, while a good one still comes."""
    report = made(GOOD + levers, workload)
    assert [line.row.lever for line in report.lines] == ["good"]
    return [str(problem) for problem in report.refused]


def column(lever: str, mark: str) -> int:
    """Where a part of a lever begins in its line."""
    return f"  - {lever}".index(mark) + 1


def at(col: int, message: str, line: int = LINE) -> str:
    return f"{FILE}:{line}:{col}: {message}"


FORM = {
    "{set: {site.pue: 1.1}}": ("{set", "`name` is missing in levers.0"),
    "{name: a}": ("{name", "what does it change? give divide, multiply, set, adds or use"),
    "{name: a, divide: {energy: 0}}": ("0}", "energy: `0`: must be above 0"),
    "{name: a, divide: {time: -2}}": ("-2", "time: `-2`: must be above 0"),
    "{name: a, multiply: {time: 0..2}}": ("0..", "time: `0..2`: must be above 0"),
    "{name: a, divide: {time: 2 h}}": ("2 h", "time: `2 h` is a duration, not a ratio such as `4`"),
    "{name: a, divde: {time: 2}}": ("divde", "unknown key `divde`; did you mean `divide`?"),
    "{name: a, use: wu2022/cache}": (
        "wu2022", "use: no published lever `wu2022/cache`; did you mean `wu2022/caching`?",
    ),
    "{name: a, divide: {time: 2}, excludes: [b]}": (
        "b]", "no lever is named `b`; there are a",
    ),
    "{name: a, divide: {time: 2}, rebound: 0.1, elasticity: 0.2}": (
        "{name", "give `rebound`, a share, or `elasticity`, not both",
    ),
    "{name: a, set: {site.pue: 1.1}, rebound: 0.1}": (
        "{name", "rebound needs a factor of energy, time, embodied to take back from",
    ),
    "{name: a, divide: {time: 2}, multiply: {time: 3}}": (
        "{name", "`time` is divided and multiplied; give one factor",
    ),
    "{name: a, on: [], divide: {time: 2}}": (
        "[]", "on: it names nothing; leave it out for everything",
    ),
    "{name: a, adds: {trainin: []}}": (
        "trainin", ("`trainin` is not one of data, experimentation, training, inference; "
        "did you mean `training`?"),
    ),
    "{name: a, adds: {training: {}}}": (
        "{}", "training: a list of activities is wanted here, each after a `-`",
    ),
}  # fmt: skip


@pytest.mark.parametrize("lever", FORM)
def test_form(lever):
    mark, message = FORM[lever]
    (said,) = problems(f"  - {lever}\n")
    assert said == at(column(lever, mark), message)


def test_names_are_unique():
    (said,) = problems(GOOD + GOOD)
    assert said == at(12, "a second lever named `good`", LINE + 1)


ONE = {
    "{name: a, on: inference.answer, divide: {time: 2}}": (
        "inference.answer", "on: `inference.answer` matches nothing; did you mean `inference.answers`?",
    ),
    "{name: a, on: [training, systems.poll], divide: {time: 2}}": (
        "systems.poll", "on: `systems.poll` matches nothing; did you mean `systems.pool`?",
    ),
    "{name: a, on: data, divide: {time: 2}}": (
        "time", ("time: data.lake has no device time that a lever could divide; divide `capacity`, "
        "or name others with `on`"),
    ),
    "{name: a, divide: {time: 2}}": (
        "time", ("time: data.lake has no device time that a lever could divide; divide `capacity`, "
        "or name others with `on`"),
    ),
    "{name: a, set: {systems.pool.utilization: 110 %}}": (
        "110 %", "utilization: `110 %` is above 1 (100 %)",
    ),
    "{name: a, on: systems.pool, multiply: {utilization: 3}}": (
        "3}", "utilization: `150 %` is above 1 (100 %)",
    ),
    "{name: a, set: {phases.training.run.devices: 4}}": (
        "phases.", "phases.training.run.devices: nothing is named `run`; there are pre-training",
    ),
    "{name: a, set: {site.pue.low: 1.1}}": (
        "site.pue", "site.pue.low: `low` would stand inside a value",
    ),
    "{name: a, on: inference.answers, divide: {bandwith: 2}}": (
        "bandwith", "`bandwith` is no number of what the lever works on",
    ),
    "{name: a, on: inference.answers, divide: {name: 2}}": (
        "name: 2", "name: `answers` is no quantity that a factor can scale",
    ),
    "{name: a, on: training, divide: {energy: 2}, set: {systems.pool.power: 300 W}}": (
        "energy", ("`a` sets `power`, which decides the power of training.pre-training, and divides its "
        "energy: the ratio of machines would count twice; divide `time` instead"),
    ),
    "{name: a, on: training, divide: {energy: 2}, set: {load: 80 %}}": (
        "energy", ("`a` sets `load`, which decides the power of training.pre-training, and divides its "
        "energy: the ratio of machines would count twice; divide `time` instead"),
    ),
    "{name: a, adds: {training: [{name: pre-training, kind: compute, system: pool, "
    "device_time: 1 GPU-h}]}}": ("{name: pre", "an activity named `pre-training` is already in training"),
    "{name: a, adds: {training: [{name: more, kind: compute, system: pol, "
    "device_time: 1 GPU-h}]}}": ("pol,", "no system is named `pol`; did you mean `pool`?"),
    "{name: a, on: training, set: {device_time: much}}": ("much", "device_time: "),
}  # fmt: skip


@pytest.mark.parametrize("lever", ONE)
def test_one_lever_is_left_out(lever):
    mark, message = ONE[lever]
    said = refused(f"  - {lever}\n")
    assert len(said) == 1
    assert said[0].startswith(at(column(lever, mark), message, LINE + 1)), said


def test_a_mistyped_system_is_an_unknown_system_that_nobody_uses():
    """As with --set: a system that is set beside the others has no effect; the note says so."""
    report = made("  - {name: a, set: {systems.pol.lifetime: 5 years}}\n")
    assert [note.message for note in report.notes] == ["it changes nothing here"]


FLEET = """\
name: fleet
site: {carbon_intensity: 400 g/kWh, pue: 1.2}
systems: {pool: {devices: 1, rated_power: 400 W, idle_power: 60 W, host_power: 0 W, embodied: 1 t}}
phases:
  data:
    - {name: copy, kind: transfer, volume: 1 TB, intensity: 0.01 kWh/GB}
  training:
    - {name: metered, kind: energy, energy: 10 MWh, embodied: 1 kg}
  inference:
    - {name: ready, kind: serving, system: pool, fleet: 4, duration: 1 year, busy: 40 %}
"""


@pytest.mark.parametrize(
    ("on", "instead"),
    [
        ("data.copy", "divide `volume`"),
        ("training.metered", "divide `energy`"),
        ("inference.ready", "divide `fleet`, or set `autoscaling`"),
    ],
)
def test_time_of_what_has_none(on, instead):
    (said,) = refused(f"  - {{name: a, on: {on}, divide: {{time: 2}}}}\n", FLEET)
    assert said.endswith(f"{on} has no device time that a lever could divide; {instead}, "
                         "or name others with `on`")  # fmt: skip


def test_two_levers_set_one_path():
    other = "  - {name: other, set: {site.pue: 1.05}}\n"
    said = refused(other)
    assert said == [
        at(25, "`good` and `other` both set site.pue; let one exclude the other", LINE + 1)
    ]
    assert refused("  - {name: other, set: {site: {grid: FR}}}\n")  # what is above it, too


def test_what_excludes_another_is_not_pulled_with_it():
    other = "  - {name: other, set: {site.pue: 1.05}, excludes: [good]}\n"
    (said,) = [str(p) for p in made(GOOD + other).refused][:1]
    assert said == at(53, "`other` excludes `good`; pull one of them with --lever", LINE + 1)
    alone = made(GOOD + other, names=["other"])
    assert not alone.refused
    assert alone.total.saved_kgco2e > made(GOOD).total.saved_kgco2e


def test_all_levers_refused():
    (said,) = problems("  - {name: a, set: {systems.pool.utilization: 110 %}}\n")
    assert said == at(47, "utilization: `110 %` is above 1 (100 %)")


def test_no_levers():
    with pytest.raises(InputError) as caught:
        made("", SERVICE)
    assert "there are no levers" in str(caught.value) or "no value" in str(caught.value)


def test_a_name_that_no_lever_has():
    (said,) = problems(GOOD, names=["god"])
    assert said.endswith("no lever is named `god`; did you mean `good`?")


def test_shapley_of_many():
    many = "".join(
        f"  - {{name: a{n}, on: training, divide: {{energy: 1.1}}}}\n" for n in range(13)
    )
    with pytest.raises(UsageError, match=r"at most 12 levers.*use --attribute steps"):
        made(many, attribution="shapley")


@pytest.mark.parametrize(
    "lever",
    [
        "{name: b, on: training, divide: {time: 2}}",
        "{name: b, on: inference, divide: {energy: 2}}",
        "{name: b, on: training, divide: {energy: 2, time: 3}}",
        "{name: b, set: {site.pue: 1.1}}",
    ],
)
def test_logarithms_of_what_does_not_divide_the_same(lever):
    first = "  - {name: a, on: training, divide: {energy: 2}}\n"
    (said,) = problems(f"{first}  - {lever}\n", attribution="logarithmic")
    assert said.startswith(f"{FILE}:{LINE + 1}:5: `b` ")
    assert said.endswith("use --attribute steps")


NULLS = (
    "{name: , set: {site.pue: 1.1}}",
    "{name: a, divide: {energy: }}",
    "{name: a, excludes: [null], set: {site.pue: 1.1}}",
    "{name: a, adds: {training: null}}",
    "null",
    "{name: [a], set: {site.pue: 1.1}}",
    "{name: {a: b}, set: {site.pue: 1.1}}",
)


@pytest.mark.parametrize("lever", NULLS)
def test_what_has_no_value_is_said_by_every_command(lever, tmp_path, inside):
    path = tmp_path / "job.yaml"
    path.write_text(f"{JOB}levers:\n  - {lever}\n", encoding="utf-8")
    for command in (("levers",), ("estimate", "--levers", "all"), ("validate",)):
        done = inside(command[0], str(path), *command[1:])
        assert done.code == 3, command
        assert "job.yaml:7:" in done.err


JOB = """\
name: job
site: {grid: FR}
phases:
  training:
    - {kind: compute, device: nvidia/a100-sxm4-80gb, devices: 8, wall_time: 24 h}
"""


def test_a_published_lever_that_sets_a_key_says_of_what(tmp_path, inside):
    path = tmp_path / "job.yaml"
    path.write_text(f"{JOB}levers:\n  - {{name: a, use: wu2022/autoscaling}}\n", encoding="utf-8")
    done = inside("levers", str(path))
    assert (done.code, "say of what, as in on: inference.fleet" in done.err) == (3, True)


@pytest.mark.parametrize("lever", ["divide: {pue: 1.05}", "multiply: {utilization: 1.7}",
                                   "use: wu2022/utilization"])  # fmt: skip
def test_what_the_tool_assumes_is_scaled_within_what_it_can_be(lever, tmp_path, inside):
    path = tmp_path / "job.yaml"
    path.write_text(f"{JOB}levers:\n  - {{name: a, {lever}}}\n", encoding="utf-8")
    assert inside("levers", str(path)).code == 0


def test_a_share_of_many_wholes_is_asked_for_with_its_sign(tmp_path, inside):
    path = tmp_path / "job.yaml"
    lever = "{name: a, rebound: 30, divide: {energy: 2}}"
    path.write_text(f"{JOB}levers:\n  - {lever}\n", encoding="utf-8")
    done = inside("levers", str(path))
    assert (done.code, "write `30 %`" in done.err) == (3, True)
