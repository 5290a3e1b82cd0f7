"""What a notebook shows of a result: its figures, and names that do nothing."""

import json
from html.parser import HTMLParser

import pytest

import carbonctl
from carbonctl.render.human_numbers import mass
from tests.conftest import CONFIGS
from tests.markdown import HOSTILE, plain
from tests.test_api import JOB, python


class Read(HTMLParser):
    """The tags of a piece of HTML, and the texts in them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str | None]] = set()
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= set(attrs)

    def handle_comment(self, data):
        raise AssertionError(data)

    def handle_data(self, data):
        self.texts.append(data.strip())


def shown(source) -> Read:
    text = carbonctl.estimate(source)._repr_html_()
    assert text is not None
    return Read(text)


def test_it_has_the_total_the_phases_and_what_matters():
    result = carbonctl.estimate(CONFIGS / "quickstart.yaml")
    read = shown(CONFIGS / "quickstart.yaml")
    total = result.total
    assert result.name in read.texts
    (said,) = [text for text in read.texts if text.startswith(": ")]
    for figure in (total.total_kgco2e, total.total_low_kgco2e, total.total_high_kgco2e):
        assert mass(figure) in said
    assert {"Experimentation", "Training", "Total"} <= set(read.texts)
    assert not {"Data", "Inference"} & set(read.texts)
    for sums in result.phases.values():
        assert not sums.total_kgco2e or mass(sums.total_kgco2e) in read.texts
    assert result.drivers[0].path.removeprefix("phases.") in read.texts


def test_what_is_unknown_is_said():
    energy = {"kind": "energy", "energy": "5 MWh"}
    read = shown({"name": "x", "site": {"grid": "FR"}, "phases": {"data": [energy]}})
    assert any("embodied carbon is unknown" in text for text in read.texts)
    assert "unknown" in read.texts


@pytest.mark.parametrize(
    "name", [name for name in HOSTILE if name[0] not in "@=+-" and name.isprintable()]
)
def test_names_do_nothing(name):
    read = shown({**JOB, "name": name})
    assert read.tags == {"div", "p", "b", "table", "thead", "tbody", "tr", "th", "td"}
    assert read.attributes == {("class", "tex2jax_ignore mathjax_ignore")}
    assert plain(name) in read.texts


def test_it_is_made_when_it_is_asked_for():
    code = f"import carbonctl, sys, json; r = carbonctl.estimate({str(CONFIGS / 'quickstart.yaml')!r}); "
    before = json.loads(python(code + "print(json.dumps(sorted(sys.modules)))"))
    assert "carbonctl.render.notebook" not in before
    after = json.loads(python(code + "r._repr_html_(); print(json.dumps(sorted(sys.modules)))"))
    assert "carbonctl.render.notebook" in after
    assert not {"rich", "numpy", "pandas"} & set(after)


def test_a_result_without_the_library_has_its_text_alone():
    code = (
        "from carbonctl.account import estimate\nfrom carbonctl.catalog import Catalog\n"
        f"r = estimate(open({str(CONFIGS / 'quickstart.yaml')!r}, 'rb').read(), 'x', Catalog())\n"
        "print(r._repr_html_())"
    )
    assert python(code).strip() == "None"
