"""Writes README.md and the pages of docs/ as far as they are made of the code: ``make docs``."""

from tests.conftest import ROOT
from tests.docs.blocks import PAGES, filled
from tests.docs.examples import refreshed
from tests.docs.makers import MAKERS

for path in (ROOT / "README.md", *PAGES):
    page = path.read_text(encoding="utf-8")
    made = filled(page, MAKERS)
    made = refreshed(made) if "```console\n" in made else made
    if made != page:
        path.write_text(made, encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
