"""Workloads that are alike: done together they give the very bytes of each one's own account."""

import json
import random
import re

import pytest
import yaml

from carbonctl.analysis.gates.grammar import parse_rule
from carbonctl.analysis.gates.rules import Gates
from carbonctl.batch.shapes import Shapes
from carbonctl.errors import InputError
from carbonctl.inputs.documents import Document
from carbonctl.inputs.results import read_document
from carbonctl.render import Style, start
from tests.cli.test_streams import job
from tests.conftest import CATALOG, ROOT, WORKLOADS
from tests.properties.workloads import FACILITIES, PROVIDERS, TASKS, shape

OUTPUTS = (
    ("csv", Style()),
    ("tsv", Style(by="scope")),
    ("csv", Style(rows="totals")),
    ("jsonl", Style(rows="phases")),
    ("jsonl", Style()),
    ("jsonl", Style(by="item")),
)
PATHS = [*WORKLOADS, *sorted((ROOT / "tests" / "golden").rglob("*.yaml"))]
FIGURE = re.compile(r"(?<=: )([0-9]+(?:\.[0-9]+)?)(?! ?%)\b")


def alone(document, overrides=(), gates=None):
    """Return all that comes of a workload by its own account; None where it is faulty."""
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
    (result,) = results
    said = [(str(c), c.message, c.path, c.kind, c.vital) for c in result.warnings]
    verdicts = [one for one in gates.judge(result) if one.outcome != "pass"] if gates else []
    return tuple(texts), said, verdicts, len(result.entries)


def together(texts, overrides=(), gates=None):
    """Check every answer against the workload's own account; return how many there were."""
    shapes = Shapes(CATALOG, overrides, gates, [start(*output) for output in OUTPUTS])
    documents = [
        Document(text.encode(), "jobs", f"jobs#{number}", number, is_line=True)
        for number, text in enumerate(texts, 1)
    ]
    count = 0
    for document, answer in zip(documents, shapes.answers(documents)[0], strict=True):
        if answer is not None:
            alike, row = answer
            said = [(str(c), c.message, c.path, c.kind, c.vital) for c in alike.cautions[row]]
            found = tuple(lines[row] for lines in alike.texts)
            verdicts = alike.verdicts.get(row, [])
            assert (found, said, verdicts, alike.entries) == alone(document, overrides, gates)
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
    together(texts)
    together([as_line(one) for one in texts])


def test_most_configs_are_answered_for():
    texts = [path.read_text(encoding="utf-8") for path in PATHS]
    answered = sum(together([text] * 3) == 3 for text in texts if len(text) < 16_000)
    assert answered > 0.95 * len(PATHS)


def test_names_are_filled_in():
    names = [
        "a",
        "b",
        "c, d",
        "café",
        '"q"',
        "a\\b",
        "7",
        "4712 run",
        "\U0001f680",
        "\\u00e9",
        "a  b",
    ]
    for escapes in (True, False):
        texts = [json.dumps(job(name), ensure_ascii=escapes) for name in names]
        assert together(texts) == len(names)
        named = [phases(training=[run(name)]) for name in names]
        assert together(named) == len(names)


@pytest.mark.parametrize(
    "name",
    [
        "-x",
        "=1",
        "x\ty",
        "",
        " ",
        "\u2028",
        "\ufeff",
        "\ue000",
        "\ua66e",
        "\ua66e1\ua66e",
        "c" * 201,
    ],
)
def test_what_is_no_name_spoils_no_other(name):
    for escapes in (True, False):
        texts = [json.dumps(job(one), ensure_ascii=escapes) for one in ("a", "b", name, "c")]
        assert together(texts) == 3
        texts = [phases(training=[run(one)]) for one in ("a", "b", name, "c")]
        assert together(texts) == 3


def test_figures_are_filled_in():
    hours = ["1 h", "2 h", "3.5 h", "1e3 h", "9 h", "1E-3 h", "0 h", "0.0 h", "00012 h"]
    assert (
        together([json.dumps(job("a", hours=one)) for one in hours]) >= len(hours) - 2
    )  # the zeros are two
    # A range of one value is none, and is worked out apart.
    ranges = ["1..2 h", "2..3.5 h", "7..8 h", "7..7 h", "3..2 h", "1 h..2 h", "1 min..2 h"]
    assert together([json.dumps(job("a", hours=one)) for one in ranges]) == 3
    odd = [
        "7 parsecs",
        "1e31 h",
        "1e-31 h",
        "1e400 h",
        "1e-400 h",
        "1_000 h",
        "1. h",
        ".5 h",
        "1.5.5 h",
        f"{'1' * 50} h",
    ]
    assert together([json.dumps(job("a", hours=one)) for one in [*hours, *odd]]) >= 7
    bare = [
        {**job("a"), "site": {"grid": "FR", "pue": pue}} for pue in (1.1, "1.2", 1.3, 3, 2, "1.5")
    ]
    assert together(list(map(json.dumps, bare))) == 4


def test_elapsed_times_are_no_figures_to_fill_in():
    times = ["1-02:03:04", "2-02:03:04", "1-02:03:04", "01:00:00", "02:00:00", "1 h", "01:00:00"]
    for form in (json.dumps, yaml.safe_dump):
        together([form(job("a", hours=one)) for one in times * 4])


def run(name=None, **more):
    named = {} if name is None else {"name": name}
    return {**job("a")["phases"]["training"][0], **named, **more}


def phases(**activities):
    return json.dumps({**job("a"), "phases": activities})


def test_paths_of_overrides_name_activities():
    texts = [phases(training=[run(name)]) for name in ("run", "a", "run", "b", "run", "a")]
    assert together(texts, ("phases.training.run.load=1",)) == 3
    assert together(texts, ("site.pue=1.5",)) == 6


def test_a_name_that_is_there_twice_is_told_of_by_itself():
    several = [phases(training=[run(f"a{n}"), run(f"b{n}"), run("c")]) for n in range(4)]
    assert together(several) == 4
    for names in (("a", "a"), ("c", "b"), ("b", "c")):
        assert together([*several, phases(training=[run(names[0]), run(names[1]), run("c")])]) == 4
    unnamed = [phases(training=[run(name), run()]) for name in ("a", "b", "compute", "c")]
    together(unnamed)
    assert (
        together([phases(training=[run(f"a{n}")], inference=[run(f"a{n}")]) for n in range(4)]) == 4
    )


def test_warnings_name_activities():
    energy = {"kind": "energy", "energy": "5 kWh"}
    texts = [phases(inference=[{"name": f"meter {n}", **energy}]) for n in range(4)]
    assert together(texts) == 4
    assert "meter 3" in alone(Document(texts[3].encode(), "jobs", "jobs"))[1][0][0]


def test_what_decides_parts_them():
    pues = (
        1.1,
        1.2,
        1.3,
        4.5,
        4.6,
        4.7,
        0.5,
        1.4,
        0.5,
    )  # those above 4 draw a warning that names them
    assert together([json.dumps({**job("a"), "site": {"grid": "FR", "pue": p}}) for p in pues]) == 4


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
        good.replace('"name": "a"', '"name": "a", "name": "b"'),
    ):
        assert together([good, good, good, bad, bad, bad]) >= 3  # each is as its own account is


def test_overrides_go_before():
    jobs = [json.dumps(job("a", hours=f"{n + 1} h")) for n in range(4)]
    assert together(jobs, ("site.pue=1.5", "site.grid=DE")) == 4
    assert together(jobs, ("phases.training.0.wall_time=5 h",)) in (0, 4)


def test_gates_are_judged_row_by_row():
    gates = Gates(
        (parse_rule("total_kgco2e > 100"), parse_rule("phases.training.energy_kwh >= 90 kWh")),
        (parse_rule("water_l > 1"), parse_rule("energy_kwh > 30")),
    )
    jobs = [json.dumps(job(f"a{n}", hours=f"{n + 1} h")) for n in range(0, 400, 10)]
    assert together(jobs, gates=gates) == 40
    spread = Gates((parse_rule("p95(total_kgco2e) > 100"),), ())
    assert together(jobs[:5], gates=spread) == 0


@pytest.mark.parametrize("name", ["null", "Null", "NULL", "nullable", "true", "NO"])
def test_a_name_without_a_value_is_none(name):
    """A name that YAML takes for nothing is refused, and other words are names."""
    text = (
        "name: {}\nsite: {{grid: FR}}\nphases:\n  training:\n  - {{kind: energy, energy: {} kWh}}\n"
    )
    texts = [text.format(f"a{n}", n) for n in range(1, 5)]
    assert together(texts) == 4
    assert together([*texts, text.format(name, 7)]) == 4 + (name.upper() != "NULL")


@pytest.mark.parametrize("dump", [json.dumps, yaml.safe_dump])
@pytest.mark.parametrize("name", ["\U0001f680 run", "caf\u00e9", "a"])
def test_figures_are_never_exchanged(name, dump):
    """Figures that are equal in the first differ later, wherever the parser thinks they stand."""
    texts = []
    for devices in (1, 1, 1, 0.5, 2, 3, 4):  # several devices stand in another machine than one
        one = job(name)
        one["phases"]["training"][0] |= {"devices": devices, "load": 1, "wall_time": "24 h"}
        texts.append(dump(one))
    assert together(texts) == 7


def test_a_line_break_that_only_the_parser_sees():
    text = "name: a{}\n# x\r# y\nsite: {{grid: FR, pue: {}}}\nphases:\n  training:\n  - {{kind: energy, energy: {} kWh}}\n"
    together([text.format(n, 1, 1 if n < 3 else n) for n in range(1, 7)])


def test_comments_hold_no_figures():
    text = "name: a\n# pue: {}\nsite: {{grid: FR}}\nphases:\n  training:\n  - {{kind: energy, energy: {} kWh}}\n"
    assert together([text.format(n % 2, n) for n in range(1, 7)]) == 6


@pytest.mark.parametrize("override", ["name=a", " name = a", "site.pue=1.3"])
def test_an_override_of_the_name_holds_for_all(override):
    assert together([json.dumps(job(name)) for name in ("x", "a", "a", "b", "c")], (override,)) == 5


def test_an_id_that_begins_with_a_digit_is_no_figure():
    jobs = [phases(training=[run(device=one)]) for one in ("3090", "4090", "3090", "4090") * 3]
    together(jobs)
    years = [
        json.dumps({**job("a"), "site": {"grid": "FR", "year": year}})
        for year in (2022, 2023, 2024) * 3
    ]
    together(years)


def test_a_quantity_that_is_too_long_is_refused():
    together([json.dumps(job("a", hours=f"{'1.' + '0' * n} h")) for n in (1, 2, 3, 190, 250)])
    together([json.dumps(job("a", hours=f"1{'0' * n}{' ' * 170} h")) for n in (1, 2, 3, 30, 35)])


@pytest.mark.parametrize("name", ["carbonctl.estimate/1", "carbonctl.compare/1", "carbonctl"])
def test_a_name_like_that_of_a_schema(name):
    together([json.dumps(job(one)) for one in ("a", "b", "c", name)])


def test_what_cannot_be_done_together_is_soon_left_alone():
    shapes = Shapes(CATALOG, (), None, [start(*OUTPUTS[0])])
    unknown = Document(json.dumps(job("a", grid="Oz")).encode(), "jobs", "jobs#1", 1, is_line=True)
    for _ in range(5):
        assert shapes.answers([unknown] * 4)[0] == [None] * 4
    (shape,) = shapes.known.values()
    assert shape.is_hopeless(())


UNAMBIGUOUS = ("FR", "PL", "US", "SE", "GB", "ZA")
GRIDS = ("FR", "DE", "PL", "US", "SE", "GB", "France", "USA", "IN", "ZA", "NO", "world", "Oz")


def test_grids_that_count_imports_are_called_by_their_names():
    zones = ("CN-AH", "CN-BJ", "CN-FJ", "CN-GD", "AX")
    assert together([json.dumps(job("a", grid=zone)) for zone in zones]) == 4  # AX is another's


def test_grids_are_filled_in_where_a_note_states_their_year():
    sites = [{"grid": zone, "year": "2012"} for zone in ("FR", "DE", "PL", "SE", "US", "GB")]
    assert together([json.dumps({**job("a"), "site": site}) for site in sites]) >= 3


def test_grids_are_filled_in():
    chance = random.Random(1)
    for site in (
        {}, {"year": 2024}, {"basis": "direct"}, {"basis": "life-cycle", "year": 2020}, {"wue": "1.8 L/kWh"},
        {"carbon_free_energy": "50 %"}, {"basis": "direct", "carbon_free_energy": "50 %"},
        {"based_on": "consumption", "year": 2024}, {"carbon_intensity": "30 g/kWh"}, {"losses": "5 %"},
    ):  # fmt: skip
        names = [chance.choice(GRIDS) for _ in range(60)]
        texts = [json.dumps({**job("a"), "site": {"grid": name, **site}}) for name in names]
        answered = together(texts)
        known = sum(name != "Oz" for name in names)
        assert known >= answered > (0.5 * known if "basis" not in site else -1)


@pytest.mark.parametrize("year", [None, 2019, 2025])
def test_grids_that_stand_for_an_unknown_place_have_a_wider_range_in_their_rows_alone(year):
    site = {} if year is None else {"year": year}
    names = ("FR", "US", "DE", "world", "PL", "SE") * 3
    texts = [json.dumps({**job("a"), "site": {"grid": name, **site}}) for name in names]
    assert together(texts) >= 12


def test_one_grid_of_two_years_is_two_unknowns_or_one():
    """A year beyond all figures and the last year have one figure; other years have two."""
    texts = []
    for number, grid in enumerate(("FR", "DE", "PL", "SE") * 4):
        years = ((2025, 2026), (2025, 2021))[number % 2]
        activities = [run(str(year), site={"year": year}) for year in years]
        texts.append(json.dumps({**job("a", grid), "phases": {"training": activities}}))
    assert together(texts) >= 12


def test_grids_of_several_sites_are_not_filled_in():
    texts = []
    for first in ("FR", "DE", "PL") * 4:
        shares = [{"grid": first, "share": "40 %"}, {"grid": "FR", "share": "60 %"}]
        texts.append(json.dumps({**job("a"), "site": shares}))
    assert together(texts) == 12


def test_grids_of_phases_and_activities_are_filled_in():
    texts = []
    for number, (first, second) in enumerate(zip(GRIDS[:9], GRIDS[2:11], strict=True)):
        activities = [run("a", site={"grid": first}), run(f"b{number}")]
        texts.append(
            json.dumps(
                {
                    **job("a", second),
                    "phase_sites": {"data": {"grid": "FR"}},
                    "phases": {"training": activities},
                }
            )
        )
    assert together(texts) >= 6


def test_workloads_of_every_kind_come_to_the_same_bytes():
    answered = rows = 0
    for seed in range(300):
        made = shape(seed)
        chance = random.Random(seed)
        texts = [made.text(made.row(number)) for number in range(8)]
        grid = re.compile(r'"grid": "(FR|US|DE|PL)"')
        texts = [grid.sub(f'"grid": "{chance.choice(GRIDS[:6])}"', text) for text in texts]
        answered += together(texts)
        rows += len(texts)
    assert answered > 0.5 * rows  # the others are faulty, or fewer than three are alike


@pytest.mark.parametrize("device", ["nvidia/a100-sxm4-80gb", "nvidia/l40", "nvidia/rtx-4090"])
@pytest.mark.parametrize("task", [None, "language-model", "vision", "idle"])
def test_numbers_of_devices_on_both_sides_of_a_class(device, task):
    """Where a class of use ends between two rows, each has the load of its own class."""
    counts = (1, 2, 4, 5, 7, 8, 9, 16, 63, 64, 65, 128)
    more = {"device": device} if task is None else {"device": device, "task": task}
    texts = [phases(training=[run(devices=number, **more)]) for number in counts * 2]
    assert together(texts) >= 20  # a single card stands in another machine, and is alone
    nodes = [phases(training=[run(devices_per_system=number, **more)]) for number in counts[:8]]
    assert together(nodes * 2) >= 12


def test_devices_tasks_and_sites_in_one_stream():
    chance, texts = random.Random(5), []
    for number in range(200):
        device = chance.choice(
            ("nvidia/a100-sxm4-80gb", "nvidia/l40", "google/tpu-v4", "amd/mi300x")
        )
        more = {"task": task} if (task := chance.choice((None, *TASKS[:4]))) else {}
        one = run(device=device, devices=chance.choice((1, 8, 9, 64, 65)), **more)
        site = {"grid": chance.choice(GRIDS[:9])}
        site |= chance.choice(
            ({}, {"facility": "hpc"}, {"provider": "aws"}, {"pue": number / 100 + 1})
        )
        texts.append(json.dumps({**job("a"), "site": site, "phases": {"training": [one]}}))
    assert together(texts) > 20


@pytest.mark.parametrize(
    "site", [{"facility": name} for name in FACILITIES] + [{"provider": name} for name in PROVIDERS]
)
def test_sites_of_a_class(site):
    texts = [json.dumps({**job("a"), "site": {"grid": grid, **site}}) for grid in UNAMBIGUOUS * 2]
    assert together(texts) == 12
    assert together(texts, ("site.grid=DE",)) == 12


def test_a_warning_of_some_rows_alone():
    """`CA` and `GA` may mean states, which a warning says; the other codes have one reading."""
    texts = [
        json.dumps({**job("a"), "site": {"grid": grid}})
        for grid in ("FR", "CA", "PL", "GA", "SE", "US") * 2
    ]
    assert together(texts) == 12


def test_ranges_of_hosts_below_a_maximum():
    """The maximum of a host's record cuts the range of its class in some rows alone."""
    host = {"device": "nvidia/h100-sxm5-80gb", "host": "nvidia/dgx-h100"}
    watts = [*range(300, 1100, 100)] * 3
    texts = [phases(training=[run(rated_power=f"{number} W", **host)]) for number in watts]
    assert together(texts) == len(watts)


def test_quotes_are_no_part_of_a_figure():
    good = [json.dumps({**job("a"), "site": {"grid": "FR", "pue": f"1.{n}"}}) for n in range(1, 6)]
    bad = good[2].replace('"1.3"', '1.3"')
    assert together([*good, bad]) == 5
    text = "name: a\nsite: {{grid: FR, pue: {}}}\nphases:\n  training:\n  - {{kind: energy, energy: 1 kWh}}\n"
    for odd in ("1.4'", "\"1.4'", "'1.4"):
        for usual in ("'1.{}'", '"1.{}"', "1.{}"):
            assert (
                together([*(text.format(usual.format(n)) for n in range(1, 5)), text.format(odd)])
                == 4
            )


@pytest.mark.parametrize("hours", ["{}٣ h", "{}２ h", "{}.5٣ h", "1..{}٣ h", "{}e2٣ h", "{}e1٣ h"])
def test_digits_of_other_scripts_are_read_as_they_are(hours):
    for escapes in (True, False):
        texts = [
            json.dumps(job("a", hours=hours.format(n)), ensure_ascii=escapes) for n in range(1, 6)
        ]
        together(texts)


def test_a_grid_in_the_place_of_a_name():
    texts = [phases(training=[{"name": f"x{n}", **run()}]) for n in range(6)]
    swapped = texts[3].replace('"name": "x3"', '"grid": "x3"')
    assert together([*texts, swapped]) == 6
    assert together([swapped, *texts]) == 6


def test_figures_in_keys_are_no_figures():
    texts = [
        json.dumps({**job("a", hours=f"{n} h"), "systems": {'node": 7': {"device": "nvidia/t4"}}})
        for n in range(1, 5)
    ]
    together(texts)
    text = 'name: a\nsite: {{grid: FR}}\nsystems: {{"node: 7": {{device: nvidia/t4}}}}\nphases:\n  training:\n  - {{kind: energy, energy: {} kWh}}\n'
    together([text.format(n) for n in range(1, 5)])


@pytest.mark.parametrize(
    "name", ["run a{} of\n  the ablation", "\"x\n  name: b{}\n  \"", "'x \"name\": \"b{}\" y'"]
)  # fmt: skip
def test_names_over_two_lines(name):
    text = (
        "name: {}\nsite: {{grid: FR}}\nphases:\n  training:\n  - {{kind: energy, energy: 1 kWh}}\n"
    )
    together([text.format(name.format(n)) for n in range(1, 5)])
    flow = (
        "{{name: {}, site: {{grid: FR}}, phases: {{training: [{{kind: energy, energy: 1 kWh}}]}}}}"
    )
    together([flow.format(name.format(n)) for n in range(1, 5)])


def test_marks_that_others_write_are_not_ours():
    for source in ("x \\ua66e0\\ua66e", "\\ua66e99\\ua66e", "\\UA66E1\\uA66e"):
        texts = [
            json.dumps({**job(f"a{n}"), "reported": {"energy": f"{n + 1} kWh", "source": "S"}})
            for n in range(4)
        ]
        assert together([text.replace('"S"', f'"{source}"') for text in texts]) == 0
    spaced = [json.dumps(job(f"a{n}")).replace('"name": ', '"name" : ') for n in range(4)]
    together([text.replace("a1", "\\ua66e1\\ua66e") for text in spaced])
    assert together([json.dumps(job(f"a{n}")) for n in range(4)], ("name=x\ua66e0\ua66e",)) == 0


def by_site(texts):
    """Return whether each workload by itself has the rows by site that it has among others."""
    style = Style(by="site")
    shapes = Shapes(CATALOG, (), None, [start("csv", style)], by_site=True)
    documents = [Document(text.encode(), "jobs", f"jobs#{n}", n) for n, text in enumerate(texts)]
    answered = 0
    for document, answer in zip(documents, shapes.answers(documents)[0], strict=True):
        renderer = start("csv", style)
        renderer.add(read_document(document, CATALOG).results[0])
        if answer is not None:
            assert answer.alike.texts[0][answer.row] == renderer.take()
            answered += 1
    return answered


def test_sites_that_are_equal_in_some_rows_are_one_there():
    def two(first, second):
        sites = {"site": first, "phase_sites": {"inference": second}}
        return json.dumps(
            {**job("a"), **sites, "phases": {"training": [run()], "inference": [run()]}}
        )

    grids = [two({"grid": one}, {"grid": "FR"}) for one in ("FR", "DE", "FR", "PL", "DE", "PL") * 3]
    assert by_site(grids) == len(grids)
    assert by_site([json.dumps(job("a", grid)) for grid in GRIDS[:9]]) >= 6
    by_site(
        [
            two({"carbon_intensity": f"{n % 3} g/kWh"}, {"carbon_intensity": "1 g/kWh"})
            for n in range(9)
        ]
    )
    by_site([two({"carbon_intensity": f"{n}..{n + 2} g/kWh"}, {"grid": "FR"}) for n in range(9)])


def test_what_matters_most_is_found_in_each_row():
    """Loads of ever wider ranges come before the machine's life in some rows alone."""
    chance = random.Random(3)
    texts = []
    for number in range(40):
        width = chance.uniform(0.5, 29)
        one = job("a", hours="2000 h")
        run = one["phases"]["training"][0]
        run |= {"load": f"{50 - width:.2f}..{50 + width:.2f} %", "host_embodied": "1000..4000 kg"}
        run |= {"host_power": "2 kW", "device_embodied": "150 kg"}
        pue = f"1.{number + 10}..1.{number + 15}"
        one["site"] = {"carbon_intensity": "600 g/kWh", "pue": pue}
        texts.append(json.dumps(one))
    assert together(texts) == 40
    orders = set()
    for text in texts:
        document = Document(text.encode(), "jobs", "jobs#1", 1, is_line=True)
        (result,) = read_document(document, CATALOG, ()).results
        orders.add(tuple(driver.name for driver in result.drivers))
    assert len(orders) > 2
