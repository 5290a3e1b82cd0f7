"""The help of every command, as registered: an example in each, and each in the manual."""

import re
import shutil
import subprocess

import pytest

from carbonctl import __version__, errors
from carbonctl.cli import introspection, man
from carbonctl.cli.app import COMMANDS

CONTEXTS = {introspection.path(context): context for context in introspection.walk()}


@pytest.fixture(scope="module")
def manual():
    return man.roff.page(man._parts(list(introspection.walk())))


def plain(roff: str) -> str:
    """Return what is to be read of a page, its lines filled again."""
    text = re.sub(r"\\f[BR]|\\&", "", roff)
    for escape, character in {
        "\\-": "-",
        "\\(aq": "'",
        "\\(ga": "`",
        "\\(ha": "^",
        "\\(ti": "~",
        "\\e": "\\",
    }.items():
        text = text.replace(escape, character)
    return " ".join(text.split())


def test_every_command_is_walked():
    assert {path.partition(" ")[0] for path in CONTEXTS} == {"", *COMMANDS}


@pytest.mark.parametrize("path", CONTEXTS)
def test_every_help_has_an_example_that_stands_out(inside, path):
    done = inside(*path.split(), "--help")
    assert done.code == 0
    assert re.search(rf"(?m)^ {{4,}}carbonctl {path}\b", done.out), "an indented line with a call"
    assert man.examples(CONTEXTS[path])


@pytest.mark.parametrize("path", CONTEXTS)
@pytest.mark.parametrize("width", ["60", "80", "200"])
def test_help_fits(inside, monkeypatch, path, width):
    monkeypatch.setenv("COLUMNS", width)
    lines = inside(*path.split(), "--help").out.splitlines()
    usage = next(n for n, line in enumerate(lines) if not line.strip())
    assert all(len(line) <= 80 for line in lines[usage:])


@pytest.mark.parametrize("path", CONTEXTS)
def test_every_command_flag_and_word_of_help_is_in_the_manual(manual, path):
    context = CONTEXTS[path]
    command = f"carbonctl {path}".strip()
    parts = re.split(r"(?m)^\.S[SH] ", manual)
    starts = ('"carbonctl ' + path, '"DESCRIPTION"')[not path]
    part = next(p for p in parts if plain(p).startswith(starts) and f"{command} " in plain(p) + " ")
    shown = plain(part)
    for flag in introspection.flags(context):
        for name in flag.opts:
            assert re.search(rf"(?<!\S){name}(?=[ ,])", shown), name
        assert " ".join(flag.help.replace("…", "...").split()) in shown
    for argument in introspection.arguments(context):
        assert " ".join(argument.help.replace("…", "...").split()) in shown
    for word in context.command.help.replace("…", "...").split():
        assert word in shown


def test_the_manual_has_variables_files_and_exit_codes(manual):
    shown = plain(manual)
    for context in CONTEXTS.values():
        for flag in introspection.flags(context):
            assert flag.envvar is None or flag.envvar in shown
    codes = re.search(r'EXIT STATUS"(.*)\.SH "EXAMPLES', shown)[1]
    known = [n for name, n in vars(errors).items() if name.isupper() and isinstance(n, int)]
    assert all(re.search(rf"\.TP {code} ", codes) for code in known)
    assert f"carbonctl {__version__}" in shown
    assert all(f'.SH "{title}"' in manual for title in ("NAME", "SYNOPSIS", "FILES", "EXAMPLES"))


def test_the_manual_is_ascii_and_the_same_twice(inside, manual):
    done = inside("man")
    assert done == (0, manual, "")
    assert manual.isascii()


@pytest.mark.parametrize(
    "command",
    [["groff", "-man", "-Tutf8", "-ww"], ["groff", "-man", "-Tascii", "-ww"], ["mandoc", "-Tlint", "-Wwarning"]],
    ids=" ".join,
)  # fmt: skip
def test_programs_that_read_manuals_find_nothing_wrong(command, manual):
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(command, input=manual, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_text_is_never_a_request():
    text = ". 'tis a dot\n.SH and `tick` \\n(x ^ ~ … é"
    roff = man.roff.paragraph(text)
    assert (
        roff == ".PP\n\\&. \\(aqtis a dot .SH and \\(gatick\\(ga \\en(x \\(ha \\(ti ... \\[u00E9]\n"
    )
    assert man.roff.subheading('say "yes"') == '.SS "say ""yes"""\n'


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("estimat", "no command `estimat`; did you mean `estimate`?"),
        ("zzz", "there are estimate, "),
    ],
)
def test_a_command_that_is_not_there(inside, name, said):
    done = inside(name, "job.yaml")
    assert (done.code, done.out) == (2, "")
    assert said in done.err
