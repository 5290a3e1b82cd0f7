"""Imports point downward only, and the quick paths import nothing heavy."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import CONFIGS, ROOT, clean_environment

PACKAGE = ROOT / "carbonctl"
# The rooms of the house, lowest first; a module imports from its own room and from rooms above
# it in this list.
ROOMS = (
    "errors", "text", "numbers", "factors", "spec", "catalog", "estimators", "ledger", "hardware",
    "account", "analysis", "site", "render", "reference", "outputs", "inputs", "batch", "cli", "api",
    "__main__",
)  # fmt: skip
LEVEL = {room: level for level, room in enumerate(ROOMS)}


def room(module: str) -> str:
    return module.removeprefix("carbonctl.").partition(".")[0]


def imports(path: Path):
    """Yield the modules of the package that a file imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("carbonctl"):
            if node.module == "carbonctl":
                yield from (f"carbonctl.{alias.name}" for alias in node.names)
            else:
                yield node.module
        elif isinstance(node, ast.Import):
            yield from (a.name for a in node.names if a.name.startswith("carbonctl."))


FILES = [p for p in sorted(PACKAGE.rglob("*.py")) if p != PACKAGE / "__init__.py"]


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_downward(path):
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    for module in imports(path):
        other = room(module)
        if other in ("__version__", own):
            continue
        assert other in LEVEL, f"{other} is no room: give it a place in ROOMS, deliberately"
        assert LEVEL[other] < LEVEL[own], f"{own} imports {module}"


def test_kernels_and_renderers_do_no_input_or_output():
    forbidden = {"os", "pathlib", "sys", "time", "datetime", "random", "logging", "subprocess"}
    for folder in ("factors", "estimators", "render"):
        for path in (PACKAGE / folder).glob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            names = {
                alias.name.partition(".")[0]
                for node in ast.walk(tree)
                if isinstance(node, ast.Import)
                for alias in node.names
            } | {
                (node.module or "").partition(".")[0]
                for node in ast.walk(tree)
                if isinstance(node, ast.ImportFrom)
            }
            assert not names & forbidden, path
            calls = {
                n.func.id
                for n in ast.walk(tree)
                if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
            }
            assert not calls & {"open", "print", "input"}, path


def test_factors_import_nothing_but_ranges_and_each_other():
    for path in (PACKAGE / "factors").glob("*.py"):
        others = {m for m in imports(path) if not m.startswith("carbonctl.factors")}
        assert others <= {"carbonctl.numbers.intervals"}, path


HEAVY = ("numpy", "pandas", "rich", "pint", "scipy", "matplotlib", "pyarrow", "vl_convert")


def loaded(*arguments: str) -> set[str]:
    code = (
        "import sys, json\n"
        "from carbonctl.cli.exit_codes import run\n"
        f"code = run({list(arguments)!r})\n"
        "sys.stderr.write(json.dumps(sorted(sys.modules)))\n"
        "sys.exit(code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, cwd=ROOT, check=True,
        env=clean_environment(PYTHONPATH=str(ROOT)),
    )  # fmt: skip
    return set(json.loads(done.stderr))


@pytest.mark.parametrize("form", ["csv", "json"])
def test_machine_formats_import_nothing_heavy(form):
    modules = loaded("estimate", str(CONFIGS / "quickstart.yaml"), "--format", form, "-q")
    assert not {m for m in modules if m.partition(".")[0] in HEAVY}


def test_levers_need_no_numpy():
    modules = loaded("levers", str(CONFIGS / "levers" / "service.yaml"), "--format", "csv")
    assert not {m for m in modules if m.partition(".")[0] in HEAVY}


@pytest.mark.parametrize("form", ["csv", "json"])
def test_projections_need_no_numpy(form):
    file = str(CONFIGS / "projection" / "machines.yaml")
    modules = loaded("project", file, "--format", form)
    assert not {m for m in modules if m.partition(".")[0] in HEAVY}
    plain = loaded("estimate", str(CONFIGS / "quickstart.yaml"), "--format", form, "-q")
    assert not {m for m in plain if "projection" in m or m.endswith(".rates")}


def test_a_saved_fleet_is_estimated_with_nothing_heavy(tmp_path):
    folder = CONFIGS / "fleets"
    saved = str(tmp_path / "fleet.json")
    table = (str(folder / "cluster.csv"), "--map", str(folder / "cluster.map.yaml"))
    modules = loaded("fleet", *table, "-f", "csv", "-q", "--export", f"json={saved}")
    assert {m for m in modules if m.partition(".")[0] in HEAVY} >= {"numpy"}
    assert not {m for m in modules if m.partition(".")[0] in HEAVY and not m.startswith("numpy")}
    modules = loaded("estimate", saved, "-f", "csv", "-q")
    assert not {m for m in modules if m.partition(".")[0] in HEAVY}
    assert not {m for m in modules if m.startswith("carbonctl.batch.fleet")}


def test_only_the_named_command_kind_and_format_are_imported():
    modules = loaded("estimate", str(CONFIGS / "quickstart.yaml"), "--format", "csv", "-q")
    assert "carbonctl.estimators.compute" in modules
    assert "carbonctl.estimators.energy" not in modules
    assert "carbonctl.render.result.table_" not in modules
    assert "carbonctl.inputs.saved_result" not in modules
    assert "carbonctl.ledger.frames" not in modules


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_an_account_imports_no_charts(form):
    modules = loaded("estimate", str(CONFIGS / "quickstart.yaml"), "-q", "--format", form)
    assert not {m for m in modules if m.startswith(("vl_convert", "carbonctl.render.charts"))}


def test_validation_imports_nothing_heavy_and_no_account():
    modules = loaded("validate", str(CONFIGS / "quickstart.yaml"))
    assert not {m for m in modules if m.partition(".")[0] in HEAVY}
    for unneeded in (
        "account", "inputs.saved_result", "reference.schemas", "render.result.table_",
        "estimators.energy",
    ):  # fmt: skip
        assert f"carbonctl.{unneeded}" not in modules


@pytest.mark.parametrize("more", [("--at", "bounds"), ("--of", "energy_kwh"), ("-f", "json")])
def test_a_plain_sensitivity_imports_nothing_heavy(more):
    modules = loaded("sensitivity", str(CONFIGS / "quickstart.yaml"), "-q", "-f", "csv", *more)
    assert not {m for m in modules if m.partition(".")[0] in HEAVY}
    table = loaded("sensitivity", str(CONFIGS / "quickstart.yaml"), "-q")
    assert not {m for m in table if m.partition(".")[0] in ("numpy", "pandas", "pint")}
    drawn = loaded("sensitivity", str(CONFIGS / "quickstart.yaml"), "-q", "--method", "rank")
    assert "numpy" in drawn


@pytest.mark.parametrize("arguments", [("--help",), ("site", "--help"), ("schedule", "--help"),
                                       ("fleet", "--help")])  # fmt: skip
def test_help_imports_no_numpy(arguments):
    modules = loaded(*arguments)
    assert not {
        m for m in modules if m.partition(".")[0] in HEAVY and m.partition(".")[0] != "rich"
    }
    if arguments == ("--help",):
        assert {"carbonctl.cli.site", "carbonctl.cli.schedule"} <= modules


def test_an_account_of_the_hours_run_imports_nothing_heavy_and_no_kernel_of_sites():
    job = str(CONFIGS / "site" / "pausable.yaml")
    modules = loaded("estimate", job, "-q", "--format", "csv")
    assert "carbonctl.account.hours" in modules
    assert not {m for m in modules if m.partition(".")[0] in HEAVY}
    assert not {m for m in modules if m.startswith("carbonctl.site")}
    assert "numpy" not in loaded("validate", str(CONFIGS / "site" / "texas.yaml"))


def test_schemas_import_nothing_heavy():
    modules = loaded("schema", "spec")
    assert not {m for m in modules if m.partition(".")[0] in (*HEAVY, "jsonschema")}


def test_the_table_needs_rich_alone():
    modules = loaded("estimate", str(CONFIGS / "quickstart.yaml"), "-q")
    assert "rich" in modules
    assert not {m for m in modules if m.partition(".")[0] in ("numpy", "pandas", "pint")}


def test_the_public_names():
    import carbonctl

    assert carbonctl.__all__ == [
        "CarbonctlError", "InputError", "MissingExtra", "Result", "UsageError", "__version__",
        "estimate", "schedule", "study_site", "to_frame",
    ]  # fmt: skip


def test_modules_stay_small():
    for path in FILES:
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 400, path
