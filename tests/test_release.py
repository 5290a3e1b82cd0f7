"""What a release has beside the code: citation, forms for issues, and metadata without guesses."""

import re
import tomllib

import pytest
import yaml

from carbonctl import __version__
from tests.conftest import ROOT

with (ROOT / "pyproject.toml").open("rb") as file:
    PROJECT = tomllib.load(file)
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))


def test_the_citation_is_that_of_the_project():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= set(cited)
    assert (cited["title"], cited["license"]) == (
        PROJECT["project"]["name"],
        PROJECT["project"]["license"],
    )
    assert cited.get("version", __version__) == __version__


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_forms_are_what_the_host_reads(path):
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert form["name"] and form["description"]
    assert form["body"]
    for field in form["body"]:
        assert field["type"] in {"markdown", "input", "textarea", "dropdown", "checkboxes"}
        assert field["attributes"]["label"]


def test_there_is_no_address_that_was_made_up():
    """The project's own address is not known here, so none is given."""
    assert "urls" not in PROJECT["project"]
    for name in ("CITATION.cff", "SECURITY.md", "CONTRIBUTING.md", "README.md", "mkdocs.yml"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not re.search(r"github\.com|example\.(com|org)|readthedocs", text), name


def test_the_changelog_has_the_version():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\d+\.\d+\.\d+)", text, re.M)[0] == __version__


def test_python_versions_are_those_that_ci_runs():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))
    run = set(workflow["jobs"]["test"]["strategy"]["matrix"]["python"])
    told = {word.rpartition(" ")[2] for word in PROJECT["project"]["classifiers"]
            if re.search(r":: 3\.\d+$", word)}  # fmt: skip
    assert told == run
    assert PROJECT["project"]["requires-python"] == f">={min(run, key=lambda v: int(v[2:]))}"
