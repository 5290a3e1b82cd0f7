"""Workloads that are alike: one function gives the very bytes of each one's own account."""

import json
import random
import re

import pytest
import yaml

from carbonctl.batch import patterns
from carbonctl.batch.example import Wanted
from carbonctl.batch.patterns import Patterns
from carbonctl.errors import InputError
from carbonctl.inputs.documents import Document
from carbonctl.inputs.results import read_document
from carbonctl.render import Style, start
from tests.cli.test_streams import job
from tests.conftest import CATALOG, CONFIGS, ROOT

OUTPUTS = (
    ("csv", Style()),
    ("tsv", Style(by="scope")),
    ("csv", Style(rows="totals")),
    ("jsonl", Style(rows="phases")),
    ("jsonl", Style()),
    ("jsonl", Style(by="item")),
)
PATHS = [*sorted(CONFIGS.rglob("*.yaml")), *sorted((ROOT / "tests" / "golden").rglob("*.yaml"))]
FIGURE = re.compile(r"(?<=: )([0-9]+(?:\.[0-9]+)?)(?! ?%)\b")


def alone(document: Document, overrides: tuple[str, ...] = ()) -> tuple[str, ...] | None:
    """Return the lines of a workload by its own account; None where it is faulty."""
    try:
        results = read_document(document, CATALOG, overrides).results
    except InputError:
        return None
    texts = []
    for output in OUTPUTS:
        renderer = start(*output)
        for result in results:
            renderer.add(result)
        texts.append(renderer.take())
    return (*texts, *(warning for result in results for warning in result.warnings))


def learn(texts: list[str], overrides: tuple[str, ...] = (), count: int = 0) -> int:
    """Check every answer against the workload's own account; return how many there were."""
    learnt = Patterns(Wanted(CATALOG, overrides, OUTPUTS))
    for number, text in enumerate(texts, 1):
        one = Document(text.encode(), "jobs", f"jobs#{number}", number, is_line=True)
        filled = learnt.fill(one)
        if filled is not None:
            assert (*filled.texts, *filled.warnings) == alone(one, overrides)
            assert filled.entries == filled.texts[0].count("\n")
            count += 1
    return count


def varied(text: str, chance: random.Random) -> str:
    """Return a workload with some of its figures changed."""

    def change(found: re.Match[str]) -> str:
        digits = found[1]
        if chance.random() < 0.6 or re.fullmatch("(19|20)..|[0-3]", digits):
            return digits
        return f"{float(digits) * chance.uniform(1, 1.05):.6g}"

    return FIGURE.sub(change, text)


def as_line(text: str) -> str:
    return json.dumps(yaml.load(text, Loader=yaml.BaseLoader), ensure_ascii=False)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_the_same_bytes_for_every_config(path):
    chance = random.Random(path.stem)
    text = path.read_text(encoding="utf-8")
    texts = [text, *(varied(text, chance) for _ in range(5))]
    learn(texts)
    learn([as_line(one) for one in texts])


def test_most_configs_are_answered_for():
    plain = [path for path in PATHS if path.read_bytes().isascii()]
    answered = sum(bool(learn([p.read_text(encoding="utf-8")] * 3)) for p in plain)
    assert answered > 0.9 * len(plain) > 0.7 * len(PATHS)


def test_names_and_figures_are_filled_in():
    names = [
        "a",
        "b",
        "c, d",
        "café",
        '"q"',
        "-x",
        "=1",
        "a\\b",
        "x\ty",
        "",
        "12",
        "\u2028",
        "\ue000",
    ]
    assert learn([json.dumps(job(name), ensure_ascii=False) for name in names]) == 2
    hours = [
        "1 h",
        "2 h",
        "3.5 h",
        "1e3 h",
        "1..2 h",
        "0 h",
        "7 parsecs",
        "1e31 h",
        "1e-31 h",
        "9 h",
    ]
    assert learn([json.dumps(job("a", hours=one)) for one in hours]) == 3


def test_elapsed_times_are_no_figures_to_fill_in():
    times = ["1-02:03:04", "2-02:03:04", "1-02:03:04", "01:00:00", "02:00:00", "1 h", "01:00:00"]
    for form in (json.dumps, yaml.safe_dump):
        learn([form(job("a", hours=one)) for one in times * 4])


def run(name=None, **more):
    named = {} if name is None else {"name": name}
    return {**job("a")["phases"]["training"][0], **named, **more}


def phases(**activities):
    return json.dumps({**job("a"), "phases": activities})


def test_names_of_activities_are_filled_in():
    names = [
        "run",
        "run-2",
        "trial 3",
        "compute",
        "null",
        "7",
        "a.b",
        "a,b",
        "=1",
        "é",
        "Zz1zZ",
        "",
    ]
    assert learn([phases(training=[run(name)]) for name in names]) == 3  # 2 to 4; not Zz1zZ
    assert (
        learn([phases(training=[run(name)]) for name in names], ("phases.training.run.load=1",))
        == 0
    )
    assert learn([phases(training=[run(name)]) for name in names], ("site.pue=1.5",)) == 3


def test_a_name_that_is_too_long_is_refused():
    names = ["a", "b", "c", "d" * 200, "e" * 201]
    assert learn([json.dumps(job(name)) for name in names]) == 2
    assert learn([phases(training=[run(name)]) for name in names]) == 2


def test_a_name_that_is_there_twice_is_no_pattern_of_names_that_differ():
    first = [phases(training=[run(f"a{n}"), run(f"b{n}"), run()]) for n in range(4)]
    assert learn(first) == 2
    for names in (("a", "a"), ("compute", "b"), ("b", "compute")):
        again = phases(training=[run(names[0]), run(names[1]), run()])
        assert learn([*first, again]) == 2
    same = [phases(training=[run(f"a{n}")], inference=[run(f"a{n}")]) for n in range(4)]
    assert learn(same) == 2


def test_warnings_name_activities():
    energy = {"kind": "energy", "energy": "5 kWh"}
    texts = [phases(inference=[{"name": f"meter {n}", **energy}]) for n in range(4)]
    learnt = Patterns(Wanted(CATALOG, (), OUTPUTS))
    told = [learnt.fill(Document(one.encode(), "jobs", "jobs", 1, is_line=True)) for one in texts]
    assert told[3] is not None
    assert "meter 3" in told[3].warnings[0]
    assert learn(texts) == 2


def test_what_decides_is_a_condition():
    pues = (1.1, 1.2, 1.3, 4.5, 4.5, 4.6, 0.5, 1.4)  # one of 4.5 draws a warning that names it
    assert learn([json.dumps({**job("a"), "site": {"grid": "FR", "pue": p}}) for p in pues]) == 3


def test_a_faulty_line_that_is_cut_alike_is_not_taken():
    good = '{"name": "a", "site": {"grid": "FR"}, "phases": {"inference": [{"kind": "energy", "energy": "1 kWh", "embodied": "0 kg"}]}}'
    for bad in (
        good.replace('"1 kWh"', '"1" kWh'),
        good.replace('"1 kWh"', "1 kWh"),
        good.replace('"a"', '"a'),
        good.replace("1 kWh", "1-2 kWh"),
        good.replace("1 kWh", "1e kWh"),
        good.replace('"a"', '"a\\"'),
        good.replace('"name": "a"', '"name": "a", "name": "a"'),
    ):
        assert learn([good, good, good, bad, bad, bad]) >= 1  # each is as its own account is


def test_overrides_go_before():
    jobs = [json.dumps(job("a", hours=f"{n + 1} h")) for n in range(4)]
    assert learn(jobs, ("site.pue=1.5", "site.grid=DE")) == 2


def test_warnings_are_kept():
    texts = [
        json.dumps({"name": f"job {n}", "site": {"grid": "FR"},
                    "phases": {"inference": [{"kind": "energy", "energy": f"{n + 1} kWh"}]}})
        for n in range(3)
    ]  # fmt: skip
    learnt = Patterns(Wanted(CATALOG, (), OUTPUTS))
    found = [learnt.fill(Document(one.encode(), "x", "x")) for one in texts]
    assert found[:2] == [None, None]
    assert found[2] is not None
    assert (
        found[2].warnings
        == read_document(Document(texts[2].encode(), "x", "x"), CATALOG).results[0].warnings
    )


def test_what_is_learnt_is_bounded(monkeypatch):
    monkeypatch.setattr(patterns, "_MOST", 3)
    monkeypatch.setattr(patterns, "_MOST_SEEN", 5)
    learnt = Patterns(Wanted(CATALOG, (), OUTPUTS[:1]))
    for _ in range(2):
        for number in range(12):
            text = json.dumps({**job("a"), "functional_unit": {"name": f"u{number}", "amount": 1}})
            for _ in range(3):
                learnt.fill(Document(text.encode(), "x", "x"))
            assert (
                sum(len(plans) for one in learnt.patterns.values() for plans in one.values()) <= 3
            )
            assert len(learnt.seen) <= 5


def test_what_is_of_no_use_is_given_up(monkeypatch):
    monkeypatch.setattr(patterns, "_TRIAL", 3)
    learnt = Patterns(Wanted(CATALOG, (), OUTPUTS[:1]))
    for number in range(20):
        text = json.dumps(
            {**job("a"), "version": 1, "functional_unit": {"name": f"{number}u", "amount": 1}}
        )
        learnt.fill(Document(text.encode(), "x", "x"))
    assert learnt.made == 3
    assert not learnt.is_worth_it


@pytest.mark.parametrize("name", ["null", "Null", "NULL", "nullable", "true", "NO"])
def test_a_name_without_a_value_is_none(name):
    """A name that YAML takes for nothing is refused, and other words are names."""
    text = (
        "name: {}\nsite: {{grid: FR}}\nphases:\n  training:\n  - {{kind: energy, energy: {} kWh}}\n"
    )
    texts = [text.format(f"a{n}", n) for n in range(1, 5)]
    assert learn(texts) > 0
    learn([*texts, text.format(name, 7)])


@pytest.mark.parametrize("dump", [json.dumps, yaml.safe_dump])
@pytest.mark.parametrize("name", ["\U0001f680 run", "caf\u00e9", "a"])
def test_figures_are_never_exchanged(name, dump):
    """Figures that are equal in the example differ later, wherever the parser thinks they stand."""
    texts = []
    for devices in (1, 1, 1, 0.5, 2, 3):
        one = job(name)
        one["phases"]["training"][0] |= {"devices": devices, "load": 1, "wall_time": "24 h"}
        texts.append(dump(one))
    learn(texts)


def test_a_line_break_that_only_the_parser_sees():
    text = "name: a{}\n# x\r# y\nsite: {{grid: FR, pue: {}}}\nphases:\n  training:\n  - {{kind: energy, energy: {} kWh}}\n"
    learn([text.format(n, 1, 1 if n < 3 else n) for n in range(1, 7)])


@pytest.mark.parametrize("override", ["name=a", " name = a", "site.pue=1.3"])
def test_an_override_of_the_name_holds_for_all(override):
    learn([json.dumps(job(name)) for name in ("x", "a", "a", "b", "c")], (override,))


def test_a_quantity_that_is_too_long_is_refused():
    learn([json.dumps(job("a", hours=f"{'1.' + '0' * zeros} h")) for zeros in (1, 2, 3, 190, 250)])
    learn(
        [json.dumps(job("a", hours=f"1{'0' * zeros}{' ' * 170} h")) for zeros in (1, 2, 3, 30, 35)]
    )


@pytest.mark.parametrize("name", ["carbonctl.estimate/1", "carbonctl.compare/1", "carbonctl"])
def test_a_name_like_that_of_a_schema(name):
    learn([json.dumps(job(one)) for one in ("a", "b", "c", name)])
