"""``explain``: a stranger with a pocket calculator comes to the same figure."""

import re

import pytest

from tests.conftest import CONFIGS

FIGURE = re.compile(r"[├└]─ (.+) \((\w+), scope .*\): ([\d,.e+-]+) kgCO2e")


def calculate(line: str) -> float:
    """Evaluate what the text shows, as a pocket calculator would."""
    plain = (
        line.partition("= ")[2]
        .replace(",", "")
        .replace("×", "*")
        .replace("÷", "/")
        .replace("−", "-")
    )
    assert re.fullmatch(r"[\d.e+*/() -]+", plain), plain
    return eval(plain)


@pytest.mark.parametrize("name", ["quickstart", "llama3", "bloom", "gpt3"])
def test_every_figure_can_be_worked_out_from_the_text(inside, name):
    done = inside("explain", str(CONFIGS / f"{name}.yaml"))
    assert done.code == 0
    lines = done.out.splitlines()
    checked = 0
    for place, line in enumerate(lines):
        match = FIGURE.search(line)
        if match:
            figure = float(match[3].replace(",", ""))
            assert calculate(lines[place + 2]) == pytest.approx(figure, rel=1e-9, abs=1e-9)
            checked += 1
    assert checked >= 2


def test_inputs_have_status_place_and_source(inside):
    out = inside("explain", str(CONFIGS / "llama3.yaml"), "training.Llama 3 8B.devices").out
    assert "Llama 3 70B" not in out
    assert re.search(r"device_time +1,300,000 device-h  given, .*llama3.yaml:\d+", out)
    assert re.search(
        r"lifetime +35,040 h \(26,280..43,800\)  default, systems.trainer.lifetime \[\d\]", out
    )
    assert re.search(r"\[\d\] wu2022: Wu et al\..* \(2022\)\. https://", out)


def test_paths(inside):
    file = str(CONFIGS / "bloom.yaml")
    whole = inside("explain", file).out
    assert inside("explain", file, "training").out == whole
    assert inside("explain", file, "phases.training").out == whole
    part = inside("explain", file, "training.dynamic")
    assert part.code == 0
    assert "idle and infrastructure" not in part.out
    wrong = inside("explain", file, "training.dynamc")
    assert (wrong.code, wrong.out) == (3, "")
    assert "did you mean `training.dynamic`" in wrong.err


def test_what_is_unknown_is_said(inside, tmp_path):
    """Nothing says what a machine is made of of which only the draw is known."""
    path = tmp_path / "job.yaml"
    path.write_text(
        "name: x\nsite: {grid: FR, operator: cloud}\nphases: {training: "
        "[{kind: compute, power: 300 W, device_time: 10 device-h}]}\n"
    )
    out = inside("explain", str(path)).out
    assert "system (embodied, scope 3.1): unknown" in out


def test_sums_name_the_energies_above_them(inside):
    """A stranger need not work out each energy again for the overhead."""
    lines = inside("explain", str(CONFIGS / "quickstart.yaml")).out.splitlines()
    place = next(n for n, line in enumerate(lines) if "PUE overhead" in line)
    assert "energy_of_devices + energy_of_host) × pue" in lines[place + 1]
    input_ = next(line for line in lines[place:] if re.search("energy_of_host +[0-9]", line))
    assert "host, above, before the carbon intensity" in input_


def test_lines_fit_a_terminal_and_keep_their_branches():
    from carbonctl.account import estimate
    from carbonctl.render import Style
    from carbonctl.render.explain import explain
    from tests.conftest import CATALOG

    path = CONFIGS / "llama3.yaml"
    result = estimate(path.read_bytes(), path.name, CATALOG)
    text = explain(result, result.entries, Style(width=80, sources=CATALOG.sources))
    words = [line for line in text.splitlines() if "http" not in line]
    assert max(map(len, words)) <= 80
    whole = explain(result, result.entries, Style(width=0, sources=CATALOG.sources))
    assert re.sub(r"[│\s]+", "", text) == re.sub(r"[│\s]+", "", whole)


SITES = """name: t
sites: {d: {grid: IE, pue: 1.15, losses: 5 %}, "d 2": {grid: FR, losses: 4 %}}
site: [{site: d, share: 60 %}, {site: d 2, share: 40 %}]
systems:
  s:
    accelerators: [{rated_power: 400 W, devices: 4}, {rated_power: 300 W, devices: 4, device_embodied: 1 kg}]
    host_overhead: 1.2..1.4
phases:
  inference:
    - {kind: compute, system: s, devices: 16, wall_time: 10 h, load: 80 %}
    - {kind: energy, energy: 12 MWh, embodied: 0 kg}
"""


def test_figures_of_several_sites_and_groups_can_be_worked_out(inside, tmp_path):
    (tmp_path / "sites.yaml").write_text(SITES)
    lines = inside("explain", str(tmp_path / "sites.yaml")).out.splitlines()
    checked = 0
    for place, line in enumerate(lines):
        match = FIGURE.search(line)
        if match:
            figure = float(match[3].replace(",", ""))
            assert calculate(lines[place + 2]) == pytest.approx(figure, rel=1e-9), line
            checked += 1
    assert checked > 12


def test_an_activity_by_its_index_and_an_item_of_all_sites(inside, tmp_path):
    (tmp_path / "sites.yaml").write_text(SITES)
    file = str(tmp_path / "sites.yaml")
    by_name = inside("explain", file, "inference.energy").out
    assert inside("explain", file, "phases.inference.1").out == by_name
    item = inside("explain", file, "inference.energy.PUE overhead")
    assert item.out.count("PUE overhead @") == 2


def test_a_closed_standard_output_is_74():
    import subprocess
    import sys

    from tests.conftest import ROOT, clean_environment

    command = f"{sys.executable} -m carbonctl explain {CONFIGS / 'quickstart.yaml'} >&-"
    done = subprocess.run(
        command, shell=True, capture_output=True, cwd=ROOT, check=False,
        env=clean_environment(PYTHONPATH=str(ROOT)),
    )  # fmt: skip
    assert done.returncode == 74
