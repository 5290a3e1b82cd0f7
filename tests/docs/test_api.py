"""The page of the Python API has every public name, and what it lists is there."""

import inspect
import re

import pytest

import carbonctl
from carbonctl.ledger.entry import COLUMNS
from carbonctl.ledger.result import GROUPS
from tests.conftest import CONFIGS
from tests.docs import api_blocks
from tests.docs.blocks import DOCS

PAGE = (DOCS / "api.md").read_text(encoding="utf-8")


def test_every_public_name_is_on_the_page():
    headings = set(re.findall(r"^## `(\w+)`$", PAGE, re.M))
    errors = set(re.findall(r"^\| `(\w+)` \| `\w+` \|", PAGE.partition("## Errors")[2], re.M))
    assert headings | errors | {"__version__"} == set(carbonctl.__all__)
    assert "`carbonctl.__version__`" in PAGE


def test_a_result_has_what_the_page_lists():
    result = carbonctl.estimate(CONFIGS / "llama3.yaml")
    for name in api_blocks.RESULT:
        assert hasattr(result, name), name
    held = (result.total, result.drivers[0], result.assumptions[0], *result.reported.values())
    assert set(map(type, held)) <= set(api_blocks.RECORDS)
    for column in COLUMNS[2:]:
        assert hasattr(result.entries[0], column), column
    for by in GROUPS:
        assert f'`"{by}"`' in PAGE
        assert result.groups(by)


def test_sites_and_schedules_have_what_the_page_lists():
    site = carbonctl.study_site(CONFIGS / "site" / "texas.yaml")
    plan = carbonctl.schedule(CONFIGS / "site" / "nightly.yaml")
    for held in (site, plan, plan.jobs[0]):
        for name in api_blocks.RECORDS[type(held)]:
            assert hasattr(held, name), name


@pytest.mark.parametrize("name", api_blocks.FUNCTIONS)
def test_every_argument_is_told(name):
    function = getattr(carbonctl, name)
    section = PAGE.partition(f"## `{name}`")[2].partition("\n## ")[0]
    for argument in inspect.signature(function).parameters:
        assert f"| `{argument}` |" in section, argument
        assert argument in function.__annotations__
    assert "return" in function.__annotations__
