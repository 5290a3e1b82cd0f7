"""Pages of accounts, comparisons and fleets in headless Chromium: inside the frame, readable."""

import json

import pytest

from tests.conftest import CONFIGS, run
from tests.render.test_charts_in_a_browser import OUTSIDE, SCHEMES, browser  # noqa: F401

WIDTHS = (1000, 375)
LONG = "a-name-without-a-space-" * 8
TEAMS = (LONG, "vision", "speech", "text")
EVIL = "</script><img src=http://127.0.0.1/x> & | =cmd שלום"


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    text = (CONFIGS / "llm-service.yaml").read_text(encoding="utf-8")
    text = text.replace("busy: 40 %", "busy: 60 %")
    for file, name in (("evil.yaml", EVIL), ("long.yaml", LONG)):
        lines = [
            f"name: {json.dumps(name)}\n" if x.startswith("name:") else x
            for x in text.splitlines(keepends=True)
        ]
        (folder / file).write_text("".join(lines), encoding="utf-8")
    (folder / "jobs.csv").write_text(
        "id,device,devices,hours,start,team\n"
        + "".join(
            f"{n},nvidia/a100-sxm4-80gb,8,{10 + n},2026-0{1 + n % 4}-05,{TEAMS[n % 4]}\n"
            for n in range(12)
        ),
        encoding="utf-8",
    )
    made = {name: folder / f"{name}.html" for name in ("account", "several", "change", "fleet")}
    calls = (
        ("report", "evil.yaml", "--output", "account.html"),
        ("report", CONFIGS / "llama3.yaml", "evil.yaml", "long.yaml", "--output", "several.html"),
        ("compare", CONFIGS / "llm-service.yaml", "evil.yaml", "--fail-on", "total_kgco2e > 1",
         "--exit-zero", "--export", "html=change.html"),
        ("fleet", "jobs.csv", "--by", "team,month", "--set", "grid=FR",
         "--export", "html=fleet.html"),
    )  # fmt: skip
    for call in calls:
        done = run(*map(str, call), "-q", cwd=folder)
        assert done.code == 0, done.err
    return {name: path.as_uri() for name, path in made.items()}


PLACES = ("account", "several", "change", "fleet")


def _opened(browser, scheme, width, **more):  # noqa: F811
    context = browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 900}, **more
    )
    return context, context.new_page()


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_page_stays_inside_its_frame(browser, pages, place, scheme, width):  # noqa: F811
    context, opened = _opened(browser, scheme, width)
    requests, said = [], []
    opened.on("request", lambda request: requests.append(request.url))
    opened.on("console", lambda message: said.append(message.text))
    opened.goto(pages[place])
    assert opened.evaluate(OUTSIDE) == []
    for summary in opened.query_selector_all("details:not([open]) > summary"):
        summary.click()
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    assert (requests, said) == ([pages[place]], [])
    context.close()


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing(browser, pages, place, scheme, width):  # noqa: F811
    """Labels, contrast, places that the keyboard cannot reach."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed"
    )
    context, opened = _opened(browser, scheme, width, bypass_csp=True)
    opened.goto(pages[place])
    for summary in opened.query_selector_all("details:not([open]) > summary"):
        summary.click()
    violations = axe.Axe().run(opened).response["violations"]
    assert [(v["id"], [n["html"][:200] for n in v["nodes"]][:3]) for v in violations] == []
    context.close()


@pytest.mark.parametrize("place", PLACES)
def test_print_opens_everything(browser, pages, place):  # noqa: F811
    context, opened = _opened(browser, "dark", 700)
    opened.goto(pages[place])
    opened.emulate_media(media="print", color_scheme="dark")
    paper = opened.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == "rgb(255, 255, 255)"
    heights = opened.evaluate(
        "[...document.querySelectorAll('table')].map(t => t.getBoundingClientRect().height)"
    )
    assert heights and min(heights) > 20
    context.close()
