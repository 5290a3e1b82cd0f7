"""The picture of the house is that of the package: its rooms, its folders, its flow."""

import re

from tests.conftest import ROOT
from tests.docs.blocks import DOCS
from tests.docs.examples import blocks
from tests.test_imports import LEVEL, ROOMS

PAGE = (DOCS / "architecture.md").read_text(encoding="utf-8")
(PICTURE,) = [block.text for block in blocks(PAGE) if block.language == "text"]
DRAWN = [word for word in re.findall(r"[a-z_]+", PICTURE) if word in ROOMS and word != "text"]


def test_the_picture_shows_rooms_in_the_order_of_the_flow():
    assert set(DRAWN) == {
        "inputs", "spec", "catalog", "estimators", "factors", "hardware", "account", "ledger",
        "analysis", "site", "render", "outputs",
    }  # fmt: skip
    first = [word for word in DRAWN if word not in ("catalog", "factors", "hardware")]
    assert first == [
        "inputs", "spec", "estimators", "account", "ledger", "analysis", "site", "render", "outputs",
    ]  # fmt: skip
    levels = [LEVEL[word] for word in ("factors", "spec", "catalog", "estimators", "ledger",
                                       "hardware", "account", "analysis", "site", "render")]  # fmt: skip
    assert levels == sorted(levels)


def test_every_room_has_a_row_in_the_order_of_the_imports():
    assert re.findall(r"^\| `(\w+)` \| .* \|$", PAGE, re.M) == list(ROOMS)


def test_every_path_of_the_page_is_there():
    paths = re.findall(r"`((?:carbonctl|hardware_db)/[\w/.]*)`", PAGE)
    assert len(paths) > 10
    for path in paths:
        assert (ROOT / path).exists(), path
