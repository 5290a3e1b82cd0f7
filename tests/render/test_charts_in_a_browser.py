"""A page of charts in headless Chromium: nothing is asked for, cut off or hidden."""

import pytest

from carbonctl.render import charts
from tests.browser import program
from tests.render.charts import EVIL, all_of, designs, site

playwright = pytest.importorskip(
    "playwright.sync_api", reason="Playwright is not installed: no page is opened in a browser"
)
pytest.importorskip("vl_convert", reason="charts are not drawn here")
PROGRAM = program()
if PROGRAM is None:
    pytest.skip("Chromium is not installed: `make browser` gets one", allow_module_level=True)

MANY = len(all_of()) + 2  # charts of the page
SCHEMES, WIDTHS = ("light", "dark"), (1000, 375, 320)
# Texts that reach out of the drawing that they are in, and more than a pixel.
OUTSIDE = """() => [...document.querySelectorAll('svg text')].filter(text => {
    const box = text.getBoundingClientRect(), all = text.closest('svg').getBoundingClientRect();
    return box.width && (box.left < all.left - 1 || box.right > all.right + 1
        || box.top < all.top - 1 || box.bottom > all.bottom + 1);
}).map(text => text.textContent)"""
SHOWN = """() => [...document.querySelectorAll('svg')].filter(
    svg => svg.getBoundingClientRect().width).length"""
FILLS = """() => [...document.querySelectorAll('svg text')].map(
    text => getComputedStyle(text).fill)"""


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as library:
        try:
            opened = library.chromium.launch(executable_path=PROGRAM)
        except playwright.Error as error:
            pytest.skip(f"Chromium cannot be started: {str(error).splitlines()[0]}")
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "site.html"
    long = "a-name-without-a-space-" * 20
    made = [*all_of(EVIL), site(7)._replace(name="week"), designs(long, long)._replace(name="long")]
    path.write_text(charts.render("html", made, long, EVIL, ["ab" * 32]), encoding="utf-8")
    return path.as_uri()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_page_in_a_browser(browser, address, scheme, width):
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    opened = context.new_page()
    requests, said = [], []
    opened.on("request", lambda request: requests.append(request.url))
    opened.on("console", lambda message: said.append(message.text))
    opened.on("dialog", lambda dialog: said.append(dialog.message))
    opened.goto(address)
    assert opened.evaluate(OUTSIDE) == []
    assert opened.evaluate(SHOWN) == MANY  # of each chart the drawing for this width alone
    for summary in opened.query_selector_all("summary"):
        summary.click()
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    fills = set(opened.evaluate(FILLS))
    light = {"rgb(27, 31, 36)", "rgb(87, 96, 106)"}  # ink and quiet
    assert fills == light if scheme == "light" else not fills & light
    assert (requests, said) == ([address], [])
    context.close()


def test_print_is_light_and_open(browser, address):
    context = browser.new_context(color_scheme="dark", viewport={"width": 700, "height": 900})
    opened = context.new_page()
    opened.goto(address)
    opened.emulate_media(media="print", color_scheme="dark")
    assert opened.evaluate(SHOWN) == MANY
    paper = opened.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == "rgb(255, 255, 255)"
    heights = opened.evaluate(
        "[...document.querySelectorAll('table')].map(t => t.getBoundingClientRect().height)"
    )
    assert len(heights) == MANY and min(heights) > 40
    context.close()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_page_can_be_read_by_all(browser, address, scheme, width):
    """What axe finds: labels, contrast, places that the keyboard cannot reach."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed"
    )
    context = browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True
    )
    opened = context.new_page()
    opened.goto(address)
    for summary in opened.query_selector_all("summary"):
        summary.click()
    violations = axe.Axe().run(opened).response["violations"]
    assert [(each["id"], each["help"]) for each in violations] == []
    context.close()
