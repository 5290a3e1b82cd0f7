"""``compare --metrics``: formats, flags, exit codes."""

import csv
import io
import json
import os
import re

import pytest

from tests.conftest import CONFIGS, ROOT, run
from tests.test_imports import loaded

GOLDEN = ROOT / "tests" / "golden" / "compare"
KEEP, BUY = "configs/designs/keep-old-server.yaml", "configs/designs/buy-new-server.yaml"
JOB = """name: t
site: {carbon_intensity: 300..500 g/kWh, pue: 1.2}
phases:
  inference:
    - {name: "red [team] | <b>", kind: serving, fleet: FLEET, duration: 1 year, power: 300..400 W,
       power_scope: system, embodied: 1..3 t, lifetime: 4 years}
"""


@pytest.fixture
def jobs(tmp_path, monkeypatch):
    for name, fleet in (("a", 10), ("b", 8), ("c", 6), ("d", 12)):
        (tmp_path / f"{name}.yaml").write_text(JOB.replace("FLEET", str(fleet)))
    (tmp_path / "unknown.yaml").write_text(
        "name: t\nsite: {grid: FR}\nphases: {training: [{kind: energy, energy: 1 kWh}]}\n"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("form", ["table", "md", "github", "csv"])
def test_golden(inside, monkeypatch, form):
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "80")
    done = inside("compare", KEEP, BUY, "--metrics", "--embodied-share", "20..80%", "-f", form)
    shown = "\n".join(line for line in done.out.split("\n") if not line.startswith("<sub>carb"))
    path = GOLDEN / f"metrics-{form}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(shown, encoding="utf-8")
    assert (done.code, done.err) == (0, "")
    assert shown == path.read_text(encoding="utf-8")


def test_json(inside, jobs):
    document = json.loads(inside("compare", "a.yaml", "b.yaml", "--metrics", "-f", "json").out)
    base, head = document["base"]["metrics"], document["alternatives"][0]["metrics"]
    keys = {
        "cdp_kgco2e_s", "cep_kgco2e_kwh", "c2ep_kgco2e2_kwh", "ce2p_kgco2e_kwh2", "tcdp_kgco2e_s",
        "ncf_fixed_work", "ncf_fixed_time", "verdict", "indifference_h", "break_even_h",
        "embodied_kgco2e", "delay_s", "elapsed_h", "energy_kwh", "power_w", "rate_kgco2e_per_h",
        "lifetime_h", "embodied_share", "ratios", "notes",
    }  # fmt: skip
    assert set(base) == set(head) == keys
    for key in keys - {"verdict", "ratios", "notes"}:
        assert head[key]["low"] <= head[key]["best"] <= head[key]["high"], key
    assert head["embodied_kgco2e"]["best"] == pytest.approx(16_000)
    assert head["ratios"]["cdp"] == {"best": 0.8, "low": 0.8, "high": 0.8}
    assert head["verdict"] == {
        **dict.fromkeys(("best", "low", "high"), "strongly sustainable"), "over_range": "safe"
    }  # fmt: skip
    assert head["indifference_h"] == {"best": 0.0, "low": 0.0, "high": 0.0, "when": "at once"}
    assert head["break_even_h"]["when"] == "later"
    assert base["verdict"] is base["break_even_h"] is None


def test_what_never_comes_is_null_with_a_word(inside, jobs):
    arguments = ("compare", "a.yaml", "d.yaml", "--metrics", "-f")
    document = json.loads(inside(*arguments, "json").out)
    never = document["alternatives"][0]["metrics"]["break_even_h"]
    assert never["best"] is None
    assert (never["when"], never["within_life"]) == ("never", "no")
    rows = list(csv.DictReader(io.StringIO(inside(*arguments, "csv").out)))
    (row,) = [r for r in rows if r["metric"] == "break_even_h" and r["alternative"] == "d.yaml"]
    assert (row["metric_best"], row["metric_high"], row["said"]) == ("", "", "never")
    assert "Break-even" in inside(*arguments, "table").out
    assert "break-even never" in inside(*arguments, "github").out


def test_csv_has_more_columns_only_when_asked(inside, jobs):
    plain = list(csv.reader(io.StringIO(inside("compare", "a.yaml", "b.yaml", "-f", "csv").out)))
    more = list(
        csv.reader(io.StringIO(inside("compare", "a.yaml", "b.yaml", "--metrics", "-f", "csv").out))
    )
    width = len(plain[0])
    assert more[0][:width] == plain[0]
    assert more[0][width:][:2] == ["metric", "metric_unit"]
    kept = [row[:width] for row in more if row[0] != "metric"]
    assert kept == plain


@pytest.mark.parametrize("form", ["table", "json", "md", "github", "junit"])
def test_all_else_stays_as_it_is(inside, jobs, form):
    arguments = ("compare", "a.yaml", "b.yaml", "-f", form)
    plain, more = inside(*arguments).out, inside(*arguments, "--metrics").out
    if form == "junit":
        assert more == plain
    elif form == "json":
        document = json.loads(more)
        del document["base"]["metrics"], document["alternatives"][0]["metrics"]
        assert document == json.loads(plain)
    else:
        lines = iter(more.splitlines())
        assert all(line in lines for line in plain.splitlines())


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_narrow_terminals(inside, jobs, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    out = inside("compare", "a.yaml", "b.yaml", "c.yaml", "d.yaml", "--metrics", "-q").out
    design = out.partition("Design metrics")[2]
    assert max(map(len, design.splitlines())) <= width
    assert "…" not in design
    if width == 80:
        assert design.split("\n")[2].split() == ["Base", "1", "2", "3"]


def test_very_different_designs_fit_too(inside, jobs, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    (jobs / "tiny.yaml").write_text(
        JOB.replace("FLEET", "1").replace("1..3 t", "1 kg").replace("300..400 W", "1 W")
    )
    out = inside("compare", "a.yaml", "tiny.yaml", "--metrics", "-q").out
    design = out.partition("Design metrics")[2]
    assert re.search(r"CE²P .*\n  × the base's +1 +\d\.\d\de-1\d\n", design)
    assert re.search(r"within a life +yes", design)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--embodied-share", "20..80%"), 2, "--embodied-share needs --metrics"),
        (("--metrics", "--embodied-share", "20"), 2, "is not within 0..100 %"),
        (("--metrics", "--embodied-share", "-5%"), 2, "is not within 0..100 %"),
        (("--metrics", "--embodied-share", "5 kg"), 2, "not a fraction such as `45 %`"),
        (("--metrics", "--embodied-share", "0.2..0.8"), 0, ""),
        (("--metrics", "--fail-on", "total_kgco2e > +5%"), 0, ""),
    ],
)
def test_exit_codes(inside, jobs, arguments, code, said):
    done = inside("compare", "a.yaml", "b.yaml", *arguments)
    assert done.code == code
    assert said in done.err


def test_unknown_embodied_carbon_is_null_with_a_note(inside, jobs):
    done = inside("compare", "a.yaml", "unknown.yaml", "--metrics", "-f", "json")
    found = json.loads(done.out)["alternatives"][0]["metrics"]
    assert done.code == 0
    assert found["cdp_kgco2e_s"] is found["ncf_fixed_work"] is found["verdict"] is None
    assert found["energy_kwh"]["best"] > 0
    note = "training.energy: the embodied carbon of the hardware is unknown"
    assert note in found["notes"]
    assert f"note: unknown.yaml: {note}" in done.err
    assert "note:" not in inside("compare", "a.yaml", "unknown.yaml", "--metrics", "-q").err
    assert f"Note: unknown.yaml: {note}" in " ".join(
        inside("compare", "a.yaml", "unknown.yaml", "--metrics").out.split()
    )


def test_several_workloads_a_side_are_refused(inside, jobs):
    inside("estimate", "a.yaml", "b.yaml", "-f", "json", "--export", "json=two.json")
    done = inside("compare", "two.json", "b.yaml", "--metrics")
    assert (done.code, done.out) == (3, "")
    assert "two.json:1:1: holds 2 results; --metrics takes one workload a side" in done.err


def test_saved_sides_give_the_same_table(inside, jobs):
    for name in ("a", "b"):
        inside("estimate", f"{name}.yaml", "--export", f"json={name}.json", "-q")
    live = inside("compare", "a.yaml", "b.yaml", "--metrics").out.partition("Design")[2]
    assert inside("compare", "a.json", "b.json", "--metrics").out.partition("Design")[2] == live


def test_a_faulty_delay_of_a_saved_result_is_said(inside, jobs):
    text = (jobs / "a.yaml").read_text()
    (jobs / "a.yaml").write_text(
        text.replace("name: t", "name: t\nfunctional_unit: {name: u, amount: 1, delay: 20 ms}", 1)
    )
    inside("estimate", "a.yaml", "--export", "json=a.json", "-q")
    document = json.loads((jobs / "a.json").read_text())
    for faulty in ("5 kg", "0 h", {"best": "1 h", "low": "2 h"}):
        document["results"][0]["spec"]["functional_unit"]["delay"] = faulty
        (jobs / "a.json").write_text(json.dumps(document))
        done = inside("compare", "a.json", "b.yaml", "--metrics")
        assert done.code == 3
        assert "a.json:1:1: not a saved result" in done.err


def test_a_faulty_head_alone_is_still_reported(inside, jobs):
    (jobs / "bad.yaml").write_text("name: t\n")
    done = inside("compare", "a.yaml", "bad.yaml", "--metrics", "-f", "json")
    assert done.code == 3
    assert "metrics" not in json.loads(done.out)["base"]


def test_the_words_of_a_spec_are_harmless(inside, jobs):
    for name in ("a", "b"):
        text = (jobs / f"{name}.yaml").read_text()
        unit = 'functional_unit: {name: "<img>|[x](y)", amount: 1, delay: 20 ms}'
        (jobs / f"{name}.yaml").write_text(text.replace("name: t", f"name: t\n{unit}", 1))
    assert "<img>" not in inside("compare", "a.yaml", "b.yaml", "--metrics", "-f", "md").out
    shown = inside("compare", "a.yaml", "b.yaml", "--metrics").out
    assert "the time of one <img>|[x](y)" in " ".join(shown.split())


def test_other_forms_are_the_same_bytes_in_every_terminal(jobs):
    for form in ("json", "csv", "md"):
        arguments = ("compare", "a.yaml", "b.yaml", "--metrics", "-f", form)
        plain = run(*arguments, cwd=jobs)
        assert run(*arguments, cwd=jobs, FORCE_COLOR="1", COLUMNS="40") == plain


def test_metrics_are_imported_when_asked_for():
    files = (str(CONFIGS / "quickstart.yaml"),) * 2
    plain = loaded("compare", *files, "--format", "csv", "-q")
    assert not {m for m in plain if "metrics" in m and m.startswith("carbonctl.")}
    assert "carbonctl.factors.design" not in plain
    asked = loaded("compare", *files, "--format", "csv", "-q", "--metrics")
    assert "carbonctl.analysis.design.metrics" in asked
    assert "rich" not in asked


def test_metrics_of_what_is_certain_need_no_columns(tmp_path):
    """numpy is imported where something is uncertain."""
    text = JOB.replace("300..500", "400").replace("300..400", "350").replace("1..3 t", "2 t")
    text = text.replace("lifetime: 4 years", "lifetime: 4 years, utilization: 50 %")
    for fleet in ("10", "8"):
        (tmp_path / f"{fleet}.yaml").write_text(text.replace("FLEET", fleet))
    files = (str(tmp_path / "10.yaml"), str(tmp_path / "8.yaml"))
    assert "numpy" not in loaded("compare", *files, "--format", "csv", "-q", "--metrics")
