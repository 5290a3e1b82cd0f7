"""What the pages show is what happens: every example is run, from the top of a page to its end."""

import json
import shutil

import pytest
import yaml

from tests.conftest import ROOT
from tests.docs.blocks import PAGES
from tests.docs.examples import Page, Skipped, at, blocks, prepare

SHOWN = [ROOT / "README.md", *PAGES]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("docs") / "prepared"
    folder.mkdir()
    prepare(folder)
    return folder


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: str(path.relative_to(ROOT)))
def test_examples(path, prepared, tmp_path):
    folder = tmp_path / "page"
    shutil.copytree(prepared, folder)
    (folder / "configs").symlink_to(ROOT / "configs")
    with at(folder) as patch:
        page = Page(patch)
        for block in blocks(path.read_text(encoding="utf-8")):
            try:
                page.check(block)
            except Skipped:
                continue
            except Exception as error:
                error.add_note(f"in the example at {path.name}:{block.line}")
                raise


def test_the_example_of_slurm_counts_every_gpu_for_its_time(inside):
    """GPUs of the log × hours × 70 % of their power, of both attempts of the job 4104."""
    folder = ROOT / "configs" / "fleets"
    log, where = folder / "sacct.psv", folder / "sacct.map.yaml"
    done = inside("fleet", str(log), "--map", str(where), "--by", "account", "-f", "json", "-q")
    drawn = {
        entry["activity"]: entry["energy_kwh"]
        for entry in json.loads(done.out)["entries"]
        if entry["item"] == "devices" and entry["energy_kwh"] and "nvidia" in entry["activity"]
    }
    assert drawn == {
        "physics / nvidia/a100-sxm4-80gb / FR": pytest.approx(0.7 * 0.4 * (4 * 10 + 16 * (1 + 4))),
        "language / nvidia/v100-sxm2-32gb / FR": pytest.approx(0.7 * 0.3 * 2 * 0.75),
    }


def test_the_map_of_the_recipe_is_that_of_the_folder():
    page = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")
    (text,) = [block.text for block in blocks(page) if block.file == "sacct.map.yaml"]
    shipped = (ROOT / "configs" / "fleets" / "sacct.map.yaml").read_text(encoding="utf-8")
    assert yaml.safe_load(text) == yaml.safe_load(shipped)
