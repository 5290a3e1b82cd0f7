"""No word is broken, whatever the width of the terminal: lines end at spaces, long words run on."""

import json
import re

import pytest

from tests.conftest import ROOT, WORKLOADS

WIDTHS = (60, 80)
WIDE = "5000"
_DRAWN = re.compile(r"[█▉▊▋▌▍▎▏─│├└·–]+")
_FILES = sorted(
    str(path.relative_to(ROOT))
    for path in WORKLOADS
    if "published" not in path.parts and "name:" in path.read_text(encoding="utf-8")
)
LONG = "a-name-that-goes-on-and-on-without-any-space-for-more-than-60-columns-in-all"
COMMANDS = [
    *(f"estimate {file}" for file in _FILES),
    *(f"explain {file}" for file in _FILES),
    "estimate configs/llama3.yaml --by item --equivalents",
    "estimate configs/llama3.yaml --by scope --fail-on total_kgco2e>20t --warn-on energy_kwh>1GWh",
    "estimate configs/gpt3.yaml --by site",
    "estimate configs/quickstart.yaml --format md",
    "estimate {long}",
    "estimate {long} --by activity",
    "explain {long}",
    "embodied {long}",
    "compare configs/llama3.yaml {long}",
    "compare configs/llama3.yaml configs/gpt3.yaml",
    "compare configs/llama3.yaml configs/gpt3.yaml configs/quickstart.yaml --fail-on total_kgco2e>+5%",
    "compare configs/parts/dell-r740-eight-ssds.yaml configs/parts/dell-r740-small.yaml --metrics",
    "compare configs/llama3.yaml configs/gpt3.yaml --sensitivity",
    "sensitivity configs/quickstart.yaml {long}",
    "sensitivity configs/quickstart.yaml --method all --at bounds",
    "sensitivity configs/recommendation-model.yaml --method rank --of energy_kwh --top 2",
    *(f"site configs/site/{site}.yaml" for site in ("california", "texas", "washington")),
    "site configs/site/texas.yaml --aer-mer --fail-on unmet_mwh>9MWh",
    "embodied nvidia/h100-sxm5-80gb",
    "embodied nvidia/h100-sxm5-80gb --explain",
    "embodied nvidia/b200 configs/parts/dell-r740-eight-ssds.yaml --power 300W --grid FR",
    "kinds",
    *(f"kinds {kind}" for kind in ("compute", "serving", "federated", "site", "system", "wafer")),
    "hardware list",
    "hardware list --kind server",
    "hardware search a100",
    "hardware show nvidia/h100-sxm5-80gb",
    "hardware show dell/poweredge-r740-8ssd nvidia/dgx-h100",
    "hardware factors",
    "hardware factors hbm",
    "grid list",
    "grid list --kind cloud",
    "grid show FR",
    "grid show gcp/europe-west1",
    "grid show aws/ap-northeast-1",
    "init --list",
    "sweep configs/llama3.yaml --over site.pue=1.05..1.5:4 --over training.0.load=60%,80%",
    "sweep configs/llama3.yaml --over site.pue=1.05..1.5:4 --fail-on total_kgco2e>20t",
    "breakeven configs/llama3.yaml configs/gpt3.yaml --vary site.pue=1..1.6",
    "refresh tests/oracles/analysis/specs/service.yaml --gain 2x/3..4years --owned 3years",
    "refresh configs/llm-service.yaml --gain 2x/3years --parts 300kg --repaired-life 8years",
    "scaling configs/scaling/runs.csv --law e0+a·model^-p",
    "scaling configs/scaling/old-data.yaml",
    "explore configs/explore/serving.yaml",
    "explore configs/explore/accelerators.yaml --rank tcdp",
    "explore configs/explore/power-limits.yaml --over utilization=5..100%",
    "reproduce",
    "reproduce --summary",
    "reproduce t5-11b",
    "fleet configs/fleets/cluster.csv --map configs/fleets/cluster.map.yaml --by team,month",
    "fleet configs/fleets/sacct.psv --map configs/fleets/sacct.map.yaml --by account --details",
    "fleet configs/fleets/requests.csv --template configs/fleets/template.yaml --by device,scope",
    "schedule configs/site/pausable.yaml --fail-on schedule.saves_pct<10",
    "schedule configs/site/nightly.yaml --forecast last-week",
    "config",
    "config estimate",
    "doctor",
    "schema result",
    "--help",
    *(f"{name} --help" for name in (
        "estimate", "compare", "explain", "sensitivity", "sweep", "breakeven", "levers", "project",
        "refresh", "scaling", "survey", "reproduce", "explore", "report",
        "embodied", "validate", "init", "schema", "kinds", "hardware", "hardware list",
        "schedule", "fleet", "import",
        "hardware search", "hardware show", "hardware factors",
        "grid", "grid list", "grid show", "config", "doctor", "completion", "man",
    )),
]  # fmt: skip


WHOLE_LINES = (  # where standard output is no terminal
    "explain", "embodied nvidia/h100-sxm5-80gb --explain", "schema result",
    "estimate configs/quickstart.yaml --format md",
)  # fmt: skip


def words(text: str) -> set[str]:
    return set(_DRAWN.sub(" ", text).split())


@pytest.fixture
def shown(inside, monkeypatch, tmp_path):
    """Return what a command writes at a width, one with long names among its files."""
    monkeypatch.chdir(ROOT)
    one = {"kind": "energy", "energy": "1 MWh", "embodied": "0 kg"}
    run = {"kind": "compute", "wall_time": "24 h", "devices": 8, "device": "nvidia/a100-sxm4-80gb"}
    activities = [{**one, "name": LONG}, {**one, "name": "several words that have to go on below"},
                  {**one, "name": "y"}, {**run, "name": LONG.replace("-", "_")}]  # fmt: skip
    path = tmp_path / f"{LONG}.json"
    workload = {"name": LONG, "site": {"grid": "gcp/northamerica-northeast1"},
                "phases": {"training": activities, "inference": activities[:1]}}  # fmt: skip
    path.write_text(json.dumps(workload))

    def call(command: str, columns: str) -> str:
        monkeypatch.setenv("COLUMNS", columns)
        done = inside(*(part.format(long=path) for part in command.split()))
        assert done.code in (0, 1, 3), done.err
        return done.out

    return call


@pytest.mark.parametrize("command", COMMANDS)
def test_no_word_is_broken_and_only_a_long_one_goes_over_the_width(shown, command):
    whole = words(shown(command, WIDE))
    for columns in WIDTHS:
        text = shown(command, str(columns))
        broken = words(text) - whole - {str(columns)}
        assert not broken, f"{columns} columns: {sorted(broken)}"
        if not command.startswith(WHOLE_LINES):
            over = [line for line in text.splitlines() if len(line) > columns]
            assert all(is_one_word(line, columns) for line in over), over


def is_one_word(line: str, columns: int) -> bool:
    """Whether a line is over the width because of one word, or is a command to be copied."""
    longest = max(map(len, line.split()))
    indent = len(line) - len(line.lstrip())
    return indent + longest >= columns - 4 or line.strip().startswith(("carbonctl ", "#"))
