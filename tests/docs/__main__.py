"""Writes the pages of docs/ as far as they are made of the code: ``make docs``."""

from tests.docs.blocks import PAGES, write
from tests.docs.makers import MAKERS

for page in PAGES:
    if write(page, MAKERS):
        print(f"wrote docs/{page.name}")
