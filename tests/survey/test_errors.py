"""What a survey refuses, and what it says."""

import pytest

from tests.survey.makers import RUNS
from tests.survey.test_command import folder, write  # noqa: F401

FILE = str(RUNS)
FILES = {
    "empty.csv": ("", "empty.csv:1: there is no row in it, not even a header"),
    "header.csv": ("kgco2e\n", "header.csv:1: no runs: there is no row in it"),
    "nothing.csv": ("x\n1\n", "nothing.csv:1: no column of carbon"),
    "text.csv": ("model,kgco2e\na,abc\n", "text.csv:2: column `kgco2e`: 'abc' is not a number"),
    "negative.csv": ("kgco2e\n-1\n", "negative.csv:2: column `kgco2e`: -1 is negative"),
    "comma.csv": ('a,kgco2e\nx,"1,5"\n', "'1,5' has a decimal comma; write a point, as in 1.5"),
    "thousands.csv": (
        'a,kgco2e\nx,"1,500"\n',
        "'1,500' has a comma; write 1500, or 1.500 where it stands for a point",
    ),
    "millions.csv": ('a,kgco2e\nx,"1,234,567.8"\n', "commas between thousands; write 1234567.8"),
    "continental.csv": (
        'a,kgco2e\nx,"1.234,5"\n',
        "has a decimal comma; write a point, as in 1234.5",
    ),
    "list.json": (
        '[{"kgco2e": 1}]\n',
        "list.json:1:1: the file holds a list; a table of runs in JSON has an object per line",
    ),
    "same.csv": (
        "kgco2e,kgco2e\n1,2\n",
        "2 columns for carbon: `kgco2e` and `kgco2e`; rename one",
    ),
    "huge.csv": (
        "a,kgco2e\nx,1e308\ny,1e308\n",
        "huge.csv:2: column `kgco2e`: 1e308 is beyond any number that can be meant",
    ),
    "twice.csv": ("kgco2e,emissions\n1,1\n", "2 columns for carbon: `kgco2e` and `emissions`"),
    "unit.csv": ("hours [kg],kgco2e\n1,2\n", "column `hours [kg]`: `kg` is no unit of a duration"),
    "wide.csv": ("a,kgco2e\n1,2,3\n", "wide.csv:2: has 3 cells where the header has 2"),
    "grid.csv": ("grid,kwh\nFran,2\n", "grid.csv:2: column `grid`: unknown grid `Fran`"),
    "formula.csv": ("model,kgco2e\n=cmd(),2\n", "a name must not begin with = + - or @"),
}


@pytest.mark.parametrize("name", FILES)
def test_faulty_tables(inside, folder, name):  # noqa: F811
    text, message = FILES[name]
    done = inside("survey", write(name, text))
    assert done.code == 3
    assert message in done.err
    assert done.out == ""


def test_all_faults_are_told_at_once_or_left_out(inside, folder):  # noqa: F811
    write("bad.csv", "model,kgco2e\na,x\nb,3\nc,-1\n")
    done = inside("survey", "bad.csv")
    assert done.err.count("bad.csv:") == 2
    done = inside("survey", "bad.csv", "--skip-bad")
    assert done.code == 0
    assert "2 runs left out, as they cannot be read" in done.out
    write("bad.csv", "model,kgco2e\na,x\nb,3\n")
    assert "1 run left out, as it cannot be read" in inside("survey", "bad.csv", "--skip-bad").out
    write("none.csv", "kgco2e\nx\n-1\n")
    done = inside("survey", "none.csv", "--skip-bad")
    assert done.code == 3
    assert "none.csv:1: no runs: --skip-bad leaves out all of them (2)" in done.err
    write("many.csv", "kgco2e\n" + "x\n" * 100)
    assert (
        "80 more rows cannot be read; --skip-bad leaves them out"
        in inside("survey", "many.csv").err
    )


@pytest.mark.parametrize(
    ("flags", "code", "message"),
    [
        (("--map", "carbn=x"), 2, "no role `carbn`; did you mean `carbon`?"),
        (("--map", "carbon"), 2, "write ROLE=COLUMN"),
        (("--map", "carbon=kgco2"), 3, "no column `kgco2`; did you mean `kgco2e`?"),
        (("--by", "tsak"), 3, "no column `tsak`; did you mean `task`?"),
        (("--bins", "2018"), 2, "--bins: add --by"),
        (("--by", "year", "--bins", "2019-2018"), 2, "is no bin"),
        (("--by", "year", "--bins", "2018-2019,2019"), 2, "share a value"),
        (("--trim", "50"), 2, "write a percentage from 0 to below 50"),
        (("--confidence", "100"), 2, "write a percentage above 0 and below 100"),
        (("--confidence", "0.0"), 2, "--confidence 0.0: write a percentage above 0 and below 100"),
        (("--seed", "x"), 2, "`x` is no seed"),
        (("--sort", "size"), 2, "is not one of"),
        (("--fail-on", "inconsistnt > 0"), 2, "did you mean `inconsistent`?"),
        (("--fail-on", "total_kgco2e > +5%"), 2, "a change from a base"),
        (("--preset", "co2ml"), 3, "no column `CO₂eq emitted [kg]`"),
        (("--hardware-db", "nowhere", "-f", "json"), 3, "no such folder"),
    ],
)
def test_faulty_flags(inside, flags, code, message):
    done = inside("survey", FILE, *flags)
    assert (done.code, done.out) == (code, "")
    assert message in done.err


def test_a_frontier_of_several_qualities_is_refused(inside, folder):  # noqa: F811
    write("mixed.csv", "name,kgco2e,top1,bleu,task\na,1,70,,v\nb,2,,30,t\nc,3,71,,v\nd,4,,28,t\n")
    flags = ("mixed.csv", "--map", "quality=top1", "--map", "quality=bleu")
    done = inside("survey", *flags)
    assert done.code == 2
    assert (
        "bleu and top1, which cannot be compared; group runs of one quality with --by" in done.err
    )
    assert inside("survey", *flags, "--by", "task").code == 0
