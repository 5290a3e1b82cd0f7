"""What the pages show is what happens: every example is run, from the top of a page to its end."""

import shutil

import pytest

from tests.conftest import CATALOG, ROOT, account
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


def test_the_example_of_slurm_counts_every_gpu_for_its_time():
    page = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")
    (text,) = [block.text for block in blocks(page) if block.file == "slurm.yaml"]
    load = CATALOG.priors["device_power_share", "train-node-large"].best  # of each, a part too
    devices = [entry for entry in account(text).entries if entry.item == "devices"]
    drawn = {entry.activity: entry.energy_kwh for entry in devices if entry.energy_kwh}
    assert drawn == {
        "1004 a100": pytest.approx(load * 400 / 6 / 1000),
        "1004 h100": pytest.approx(load * 2 * 700 / 6 / 1000),
        "1005": pytest.approx(load * 3 / 7 * 400 * 93_784 / 3600 / 1000),
    }
