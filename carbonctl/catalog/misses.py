"""What is said of a name that the catalog does not have."""

import re

from carbonctl.near import fold, nearest

_MOST_CANDIDATES = 8


def _begins_a_word(wanted: str, alias: str) -> bool:
    """Whether ``wanted``, folded, stands in a name from the beginning of one of its words."""
    folded, starts = "", set()
    wanted = re.sub(r"[/()]", "", wanted)
    for word in re.split(r"[\s_/()-]+", alias):
        starts.add(len(folded))
        folded += fold(word)
    return any(folded.startswith(wanted, start) for start in starts)


def unknown(name: str, known: dict[str, str], what: str) -> str:
    """Say that a name is not known, and which ones it may mean."""
    name = name.replace("\n", "\\n")
    wanted = fold(name)
    inside = [identity for alias, identity in known.items() if _begins_a_word(wanted, alias)]
    candidates = list(dict.fromkeys(inside)) if len(wanted.strip("/()")) > 1 else []
    lister = "grid" if what in ("grid", "cloud region") else "hardware"
    listing = f"`carbonctl {lister} list` lists them all"
    if len(candidates) > 1:
        shown = ", ".join(candidates[:_MOST_CANDIDATES])
        more = ", …" if len(candidates) > _MOST_CANDIDATES else ""
        return f"`{name}` fits several {what}s: {shown}{more}; name one ({listing})"
    close = candidates or list(dict.fromkeys(known[n] for n in nearest(name, known)))
    hint = f"; did you mean {' or '.join(f'`{c}`' for c in close)}?" if close else ""
    return f"unknown {what} `{name}`{hint} ({listing})"
