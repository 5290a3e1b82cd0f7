"""What makes the site of docs/ whole: a hook of mkdocs, which `make site` runs.

Pages link to files of the checkout as they do on a code host. On the site these files stand
beside the pages: README.md and hardware_db/README.md as pages of their own, the examples of
configs/ with a list of them, and every other file that is linked.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from posixpath import normpath, relpath
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[2]
ABOUT = "about.md"
LIST = "configs/README.md"
# Files of the checkout that are pages of the site, by their address there.
PAGES = {
    "README.md": ABOUT,
    "hardware_db/README.md": "hardware_db/README.md",
    "CONTRIBUTING.md": "CONTRIBUTING.md",
    "CHANGELOG.md": "CHANGELOG.md",
}
ORIGINS = {place: path for path, place in PAGES.items()}
_LEAD = (
    "Workloads and tables to begin from. `carbonctl init --from-published NAME` copies one of the "
    "workloads."
)
_LINK = re.compile(r"(\]\()([^)\s]+)(\))")
_FENCE = re.compile(r"^```(\w+) (\S+)$", re.M)
_LIST = re.compile(r"^((?![-*] |[|#>\s]|\d+\. ).*\S)\n(?=- )", re.M)  # right below a paragraph
_CODE = re.compile(r"^```.*?^```$", re.M | re.S)


def anchor(heading: str, separator: str = "-") -> str:
    """Return the anchor that a code host gives a heading, so that links work in both places."""
    kept = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return kept.replace(" ", separator)


def on_config(config: Any) -> Any:
    """Give headings the anchors that the links of the pages have."""
    config.mdx_configs.setdefault("toc", {})["slugify"] = anchor
    return config


def on_files(files: Files, config: Any) -> Files:
    """Add the pages and files that stand outside docs/."""
    for path, place in PAGES.items():
        text = (ROOT / path).read_text(encoding="utf-8")
        files.append(File.generated(config, place, content=text))
    files.append(File.generated(config, LIST, content=examples()))
    for path in sorted(linked(files)):
        files.append(File.generated(config, path, abs_src_path=str(ROOT / path)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Return a page with links to where things are on the site, and names above its files."""
    place = page.file.src_uri
    pieces, end = [], 0
    for code in _CODE.finditer(markdown):
        pieces += [_turned(markdown[end : code.start()], place), _named(code[0])]
        end = code.end()
    return "".join([*pieces, _turned(markdown[end:], place)])


def _turned(text: str, place: str) -> str:
    """Return text with its links turned, and a blank line before lists, which the site needs."""
    spaced = _LIST.sub(r"\1\n\n", text)
    return _LINK.sub(lambda link: f"{link[1]}{address(link[2], place)}{link[3]}", spaced)


def _named(code: str) -> str:
    """Return a block of code that shows the name of its file; a signature has none."""
    if code.partition("\n")[0].endswith(".pyi"):
        return _FENCE.sub(r"```\1", code, count=1)
    return _FENCE.sub(r'```\1 title="\2"', code, count=1)


def target(link: str, place: str) -> str:
    """Return the path in the checkout that a link of a page leads to, without its anchor.

    ``place`` is the page's address on the site.
    """
    origin = ORIGINS.get(place, place if place == LIST else f"docs/{place}")
    return normpath(f"{PurePosixPath(origin).parent}/{link.partition('#')[0]}")


def address(link: str, place: str) -> str:
    """Return a link of a page as it is on the site."""
    if "://" in link or link.startswith("#"):
        return link
    path, (_, mark, heading) = target(link, place), link.partition("#")
    if (ROOT / path).is_dir():
        mark, heading = "#", anchor(path) if path != "configs" else ""
        path = LIST if path.startswith("configs") else path
    there = PAGES.get(path, path.removeprefix("docs/"))
    return relpath(there, PurePosixPath(place).parent) + (mark + heading if heading else "")


def linked(files: Files) -> set[str]:
    """Return the files of the checkout that pages link to and that are no pages themselves."""
    found = {f"configs/{path.relative_to(ROOT / 'configs').as_posix()}" for path in workloads()}
    for file in files.documentation_pages():
        for link in _LINK.finditer(_CODE.sub("", file.content_string)):
            path = target(link[2], file.src_uri)
            if "://" not in link[2] and (ROOT / path).is_file():
                found.add(path)
    return {path for path in found if path not in PAGES and not path.startswith("docs/")}


def workloads() -> list[Path]:
    """Return the files of configs/, those of a folder together."""
    files = [path for path in (ROOT / "configs").rglob("*") if path.is_file()]
    return sorted(files, key=lambda path: (path.parent, path.name))


def examples() -> str:
    """Return the page that lists the files of configs/, by folder, each with what it says."""
    lines = ["# Examples", "", _LEAD]
    folder = None
    for path in workloads():
        if path.parent != folder:
            folder = path.parent
            lines += ["", f"## {folder.relative_to(ROOT).as_posix()}", ""]
        name = path.relative_to(ROOT / "configs").as_posix()
        lines.append(f"- [{path.name}]({name}){_about(path)}")
    return "\n".join(lines) + "\n"


def _about(path: Path) -> str:
    """Return the name of the workload in a file, after a colon; empty where it has none."""
    found = re.search(r"^name: *(.+?)(?: +#.*)?$", path.read_text(encoding="utf-8"), re.M)
    return f": {found[1].strip(chr(34))}" if found and path.suffix == ".yaml" else ""
