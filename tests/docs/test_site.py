"""The site has every page as it is in docs/, its links lead somewhere, and it fetches nothing."""

import os
import re
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from markdown_it import MarkdownIt

from tests.conftest import ROOT
from tests.docs.blocks import PAGES, anchor

pytest.importorskip("material")
from tests.docs import site_hook

PARSER = MarkdownIt("commonmark").enable("table")
SHOWN = {path: f"{path.stem}.html" for path in PAGES} | {
    ROOT / "docs" / "README.md": "index.html",
    ROOT / "README.md": "about.html",
    ROOT / "hardware_db" / "README.md": "hardware_db/index.html",
    ROOT / "CHANGELOG.md": "CHANGELOG.html",
    ROOT / "CONTRIBUTING.md": "CONTRIBUTING.html",
}
COUNTED = ("pre", "table", "tr", "li", "ul", "ol", "h1", "h2", "h3", "a", "strong", "em")
FETCHES = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}


class Read(HTMLParser):
    """What a page of the site has in its article, where it leads, and what it fetches."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.depth = 0
        self.counts: Counter[str] = Counter()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.ids: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        own = dict(attrs)
        self.ids.add(own.get("id") or "")
        self.depth += tag == "article"
        if (link := own.get(FETCHES.get(tag, ""))) and own.get("rel") != "canonical":
            self.fetched.append(link)
        if self.depth and own.get("class") != "headerlink":
            self.counts[tag] += 1
            if tag == "a" and own.get("href"):
                self.links.append(own["href"])

    def handle_endtag(self, tag):
        self.depth -= tag == "article"


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", folder],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    return folder


@pytest.fixture(scope="module")
def pages(site) -> dict[Path, Read]:
    return {path: Read(path) for path in site.rglob("*.html")}


def of_source(text: str) -> Counter[str]:
    """Return how many of each thing a page has, read as a code host reads it."""
    found: Counter[str] = Counter()
    for token in PARSER.parse(text):
        found["pre"] += token.type in ("fence", "code_block")
        for each in (token, *(token.children or ())):
            found[each.tag] += each.type.endswith("_open")
    return found


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_has_all_that_its_source_has(path, site, pages):
    shown = pages[site / SHOWN[path]].counts
    wanted = of_source(path.read_text(encoding="utf-8"))
    assert {tag: shown[tag] for tag in COUNTED} == {tag: wanted[tag] for tag in COUNTED}


def test_every_link_leads_to_a_place_of_the_site(site, pages):
    seen = 0
    for path, page in pages.items():
        for link in page.links:
            to = urlsplit(link)
            if to.scheme:
                continue
            target = (path.parent / unquote(to.path)).resolve() if to.path else path
            assert target.is_file(), (path, link)
            assert target.is_relative_to(site.resolve()), (path, link)
            if to.fragment:
                assert unquote(to.fragment) in pages[target].ids, (path, link)
            seen += 1
    assert seen > 200


def test_nothing_is_fetched_from_elsewhere(pages):
    fetched = [link for page in pages.values() for link in page.fetched]
    assert len(fetched) > len(pages)
    assert not [link for link in fetched if urlsplit(link).netloc]


def test_every_example_of_configs_is_there(site):
    for path in site_hook.workloads():
        assert (site / path.relative_to(ROOT)).read_bytes() == path.read_bytes()


def test_anchors_are_those_of_a_code_host():
    headings = [
        "Ranges and their distributions",
        "CSV of compare",
        "`llm_serving`",
        "C²EP, 1 % a year",
    ]
    for heading in headings:
        assert site_hook.anchor(re.sub("`", "", heading)) == anchor(re.sub("`", "", heading))
