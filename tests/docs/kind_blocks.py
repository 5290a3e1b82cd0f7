"""The page of kinds: what each is for, and its template as an example that is run."""

from carbonctl import estimators
from carbonctl.reference import spec_keys
from carbonctl.reference.templates import template
from tests.docs.blocks import code, plain, sentence, table


def overview() -> str:
    """Return the table of all kinds, each linked to its section."""
    rows = [
        (f"[`{row['kind']}`](#{row['kind']})", plain(row["about"])) for row in spec_keys.kinds()
    ]
    return table(("Kind", "What it is for"), rows)


def sections() -> str:
    """Return a section for each kind: what is computed, and its template."""
    return "\n".join(map(_section, estimators.KINDS))


def _section(kind: str) -> str:
    about = spec_keys.page(kind).about.removeprefix(f"{kind}: ")
    text = template(kind).text.strip()
    return (
        f"## {code(kind)}\n\n{plain(sentence(about))}\n\n```yaml {kind}.yaml\n{text}\n```\n\n"
        f"[All keys of {code(kind)}](spec.md#{kind}).\n"
    )
