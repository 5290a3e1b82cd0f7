"""Reads Markdown as a host of comments does, and checks that nothing in it is anybody's doing."""

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
ZERO_WIDTH = "\u200b"

OWN_HTML = re.compile(
    r"</?(details|sub)>|<summary>[\w ]+</summary>|<!-- carbonctl:(begin|end|action) -->|\s+"
)
OWN_TOKENS = {
    "inline", "text", "code_inline", "softbreak", "strong_open", "strong_close", "html_inline", "html_block",
    *(f"{tag}_{end}" for end in ("open", "close") for tag in (
        "heading", "paragraph", "bullet_list", "list_item", "table", "thead", "tbody", "tr", "th",
        "td",
    )),
}  # fmt: skip
# What the host makes of the text once Markdown is rendered.
REFERENCES = {
    "mention or mail": r"@\w",
    "issue": r"#\d",
    "issue by GH": r"(?i)\bgh-\d",
    "commit": r"(?ia)\b(?!\d+\b)[0-9a-f]{7,40}\b",
    "address": r"(?i)\b\w+://|\bwww\.|\b(mailto|xmpp):\w",
    "emoji": r":[\w+-]+:",
}
# Names that would do something if they could.
HOSTILE = (
    "[a](https://evil.example)", "![a](https://evil.example/p.png)", "[a]: javascript:alert(1)",
    "](javascript:alert(1))", "<https://evil.example>", "https://evil.example/a?b=c&d",
    "www.evil.example", "WWW.evil.example", "mail a.b@evil.example", "mailto:a@evil.example",
    "@octocat", "hey @octo-org/team", "octocat@abcdef0123456", "#1", "octo-org/repo#1", "GH-1", "gh-12",
    "abcdef0", "éabcdef0é", "a5c3785ed8d6a35868bc169f07e40e889087fd2e", ":smile:", ":+1:",
    "a | b", "a \\| b", "a \\", "\\\\|", "`code`", "``a | b``", "**b**", "__b__", "_i_", "~~s~~",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</details></td></table>",
    "<b", "-->", "<!--", "<!-- carbonctl:end -->", "&lt;b&gt;", "&#60;b&#62;", "&#64;octocat",
    "# head", "trailing #", "[ ] task", "[^1]", "$x^2$", "$`x`$", "> quote", "1. one",
    "zero\u200bwidth\u202e \u2066right", "two\nlines", "line\u2028break", "carriage\rreturn", "tab\tbed",
)  # fmt: skip


def plain(text: str) -> str:
    """Return what is to be read of a hostile name."""
    return "".join(c if c.isprintable() else " " for c in text).strip()


def tokens(text: str) -> Iterator[Token]:
    for token in PARSER.parse(text):
        yield token
        yield from token.children or ()


def shown(token: Token) -> str:
    """Return the text of one inline token as a reader sees it, and copies it from a search."""
    return "".join(child.content for child in token.children or () if child.type == "text")


def readable(text: str) -> str:
    """Return all that can be read, one piece of text a line."""
    inline = [shown(token) for token in PARSER.parse(text) if token.type == "inline"]
    return "\n".join(inline).replace(ZERO_WIDTH, "")


def assert_harmless(text: str) -> None:
    """Assert that a text holds the product's own markup and no other."""
    for token in tokens(text):
        assert token.type in OWN_TOKENS, token
        if token.type.startswith("html"):
            assert not OWN_HTML.sub("", token.content), token.content
        if token.type == "inline":
            for what, pattern in REFERENCES.items():
                assert not re.search(pattern, shown(token)), (what, shown(token))
    lines = text.splitlines()
    for token in PARSER.parse(text):
        if token.type == "table_open":
            first, after = token.map
            assert len({_cells(line) for line in lines[first:after]}) == 1, lines[first:after]


def _cells(line: str) -> int:
    return len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) + 1
