"""Pages are as the code makes them, complete, and their links lead somewhere."""

import re

import pytest
from markdown_it import MarkdownIt

from carbonctl import estimators
from carbonctl.cli import introspection
from carbonctl.ledger.entry import COLUMNS
from carbonctl.ledger.rows import VIEWS
from carbonctl.reference import schemas, spec_keys
from carbonctl.render.comparison import csv_
from carbonctl.render.design import plain_
from carbonctl.render.sensitivity import rows_
from tests.conftest import ROOT
from tests.docs.blocks import DOCS, PAGES, anchor, filled, names
from tests.docs.makers import MAKERS
from tests.schemas.test_documents import parts

TEXTS = {path: path.read_text(encoding="utf-8") for path in PAGES}
LINKED = {**TEXTS, **{path: path.read_text(encoding="utf-8") for path in
                      (ROOT / "README.md", ROOT / "hardware_db" / "README.md")}}  # fmt: skip
PARSER = MarkdownIt("commonmark").enable("table")


def text(name: str) -> str:
    return (DOCS / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_no_page_is_stale(path):
    assert filled(TEXTS[path], MAKERS) == TEXTS[path], "make docs"


def test_every_block_is_on_one_page():
    assert sorted(name for page in TEXTS.values() for name in names(page)) == sorted(MAKERS)


def keys(page: str) -> dict[str, set[str]]:
    """Return what the first column of each table has, by the heading above it."""
    found: dict[str, set[str]] = {}
    heading = ""
    for line in page.splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        elif line.startswith("| `"):
            found.setdefault(heading, set()).update(re.findall(r"`([^`]+)`", line.split(" | ")[0]))
    return found


def test_every_key_of_every_topic_is_in_the_spec():
    page = text("spec")
    shared = keys(page)
    of_files = keys(text("site-hours")) | keys(text("explore"))  # keys of files of their own
    told_of = of_files | shared
    found = {topic: told for names, told in told_of.items() for topic in
             re.findall(r"`([\w-]+)`", names)}  # fmt: skip
    machine = set(re.findall(r"`(\w+)`", re.search(r"^It also takes .*", page, re.M)[0]))
    machine |= shared["An activity on a system"]
    for topic in spec_keys.topics():
        said = spec_keys.page(topic)
        own = found.get(topic, set()) | shared["Every activity"] | shared["Every part"] | machine
        told = found[topic] if topic in estimators.KINDS else own
        assert {row["key"] for row in said.own} <= told | shared["Every part"], topic
        assert {row["key"] for row in said.shared} <= own, topic


def test_every_model_of_the_schema_has_its_keys_in_the_spec():
    """What the schema of a workload knows, whatever its model, is told on the page, or on that
    of sites."""
    page = text("spec") + text("site-hours")
    told = {key for some in keys(page).values() for key in some}
    told |= set(re.findall(r"`([\w-]+)`", page))
    shared = schemas.build("spec")
    properties = {key for _, one in parts(shared) for key in one.get("properties", {})}
    assert properties - told == set()


def test_every_command_flag_and_argument_is_told():
    page = text("commands")
    sections = dict(re.findall(r"^### ([^\n]*)\n(.*?)(?=^##|\Z)", page, re.M | re.S))
    common = page.partition("## Common flags")[2].partition("\n## ")[0]
    for context in introspection.walk():
        path = context.command_path
        if path == introspection.NAME:
            continue
        for flag in introspection.flags(context):
            if flag.name != "help":
                own = f"`{max(flag.opts, key=len)}`"
                assert own in sections[path], (path, own)
                told = sections[path].partition("common flags")[0] + common
                assert all(f"`{name}`" in told for name in flag.opts)
        for argument in introspection.arguments(context):
            assert argument.help.partition(" ")[0] in sections[path]


LISTED = {
    "hardware list --kind tablet": "hardware list",
    "hardware search t4": "hardware search",
    "hardware show nvidia/t4": "hardware show",
    "hardware factors ssd": "hardware factors",
    "grid list --kind part": "grid list",
    "grid show FR": "grid show",
    "kinds": "kinds",
    "kinds serving": "kinds KIND",
    "config estimate": "config",
    "doctor": "doctor",
    "init --list": "init --list",
}


def test_every_column_is_told(inside):
    found = keys(text("output"))
    assert set(COLUMNS) == found["CSV, TSV and Parquet of estimate"]
    assert {"file", "workload", "phase", *VIEWS["totals"].columns} <= found["Sums"]
    for place, told in LISTED.items():
        head = inside(*place.split(), "--format", "csv").out.partition("\n")[0].split(",")
        (section,) = [one for title, one in found.items() if told in title.split(" and ")]
        assert set(head) == section, place
    assert {"point", "error"} <= found["CSV of sweep"]
    assert {*csv_.COLUMNS, *plain_.CSV_COLUMNS} == found["CSV of compare"]
    assert set(rows_.COLUMNS) == found["CSV and TSV of sensitivity"] | found["unknown"]


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in schemas.NAMES
        if name not in ("spec", "device", "site-file", "explore-file", "reproduce")
    ],
)
def test_every_field_is_told(name):
    page = text("output")
    told = set(re.findall(r"`([^`]+)`", page))
    schema = schemas.build(name)
    fields = {key for _, one in parts(schema) for key in one.get("properties", {})}
    assert fields - told == set()
    headings = set(re.findall(rf"^### (\S+)(?: of {name})?$", page, re.M))
    assert set(schema["$defs"]) - {"line"} <= headings


def targets(page: str) -> set[str]:
    return {anchor(re.sub(r"[`*]", "", line)) for line in re.findall(r"^#+ (.*)", page, re.M)}


@pytest.mark.parametrize("path", LINKED, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path):
    links = [
        child.attrs["href"]
        for token in PARSER.parse(LINKED[path])
        for child in token.children or ()
        if child.type == "link_open"
    ]
    for link in links:
        if "://" in link:
            continue
        file, _, place = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        assert target.exists(), link
        if place:
            assert place in targets(target.read_text(encoding="utf-8")), link


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_is_linked_from_the_index_and_can_be_read(path):
    page = TEXTS[path]
    assert path.name == "README.md" or f"({path.name})" in text("README")
    assert page.startswith("# ")
    assert page.endswith("\n")
    for heading in targets(page):
        assert heading
    titles = re.findall(r"^#+ (.*)", re.sub(r"^```.*?^```", "", page, flags=re.M | re.S), re.M)
    assert len(titles) == len(set(titles)), "headings share an anchor"
    for line in page.splitlines():
        if line.startswith("| "):
            assert line.count(" | ") <= 6, line


def test_no_page_has_versions_or_places():
    for path, page in TEXTS.items():
        assert not re.search(r"/(work|home|tmp|Users)/", page), path
