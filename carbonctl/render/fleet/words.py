"""Names out of tables of others, made harmless in tables of plain text."""

from carbonctl.text import COMMAND, COMMAND_START, SPACES, printable


def inert(text: str) -> str:
    """Return a text on one line on which no terminal, no spreadsheet and no workflow acts.

    Line breaks and control characters are written as escapes. A formula is not looked for: rows
    with a cell that begins as one does are rejected.
    """
    is_plain = text.isprintable() or text.translate(SPACES).isprintable()
    if is_plain and COMMAND_START not in text and COMMAND not in text:
        return text
    return printable(text).replace("\n", "\\n")
