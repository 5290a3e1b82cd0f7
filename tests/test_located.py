"""The located tree: text with places, and what is refused."""

import pytest

from carbonctl.errors import InputError
from carbonctl.spec.tree import Map, Seq, decode, parse, place_of


def test_scalars_stay_text_with_their_places():
    tree = parse("grid: NO\nn: 012\nt: 12:30:45\nf: 1e3\nlist: [yes, '']\n", "f.yaml")
    assert isinstance(tree, Map)
    assert dict(tree) == {
        "grid": "NO", "n": "012", "t": "12:30:45", "f": "1e3", "list": ["yes", ""],
    }  # fmt: skip
    assert tree["t"].place[:2] == (3, 4)
    assert tree.keys_at["list"][:2] == (5, 1)
    assert isinstance(tree["list"], Seq)


@pytest.mark.parametrize("null", ["", "~", "null", "Null", "NULL"])
def test_plain_nulls_are_none_and_quoted_ones_are_text(null):
    assert parse(f"a: {null}\n", "f") == {"a": None}
    assert parse(f"a: '{null}'\n", "f") == {"a": null}


def test_aliases_are_followed():
    tree = parse("a: &x {b: 1}\nc: *x\n", "f")
    assert tree == {"a": {"b": "1"}, "c": {"b": "1"}}


def test_an_empty_document_is_none():
    assert parse("", "f") is None
    assert parse("# only a comment\n", "f") is None


def test_json_is_yaml():
    assert parse('{"a": [1, "x", null]}', "f") == {"a": ["1", "x", None]}


BOMB = "a: &a [1,2,3,4,5,6,7,8,9]\n" + "".join(
    f"{b}: &{b} [{','.join(f'*{a}' for _ in range(9))}]\n"
    for a, b in zip("abcdef", "bcdefg", strict=True)
)


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("a: 1\na: 2\n", "2:1", "duplicate key `a`, first given in line 1"),
        ("<<: {}\n", "1:1", "merge keys"),
        ("a: !!python/object:os.system x\n", "1:4", "tags are not supported"),
        ("a: !mine x\n", "1:4", "tags are not supported"),
        ("a: !!str x\n", "1:4", "tags are not supported"),
        ("a: &x [*x]\n", "1:8", "stands inside the value that it names"),
        ("a: *y\n", "1:4", "names nothing above it"),
        ("a:\n\t- x\n", "2:1", "a tab cannot indent YAML; use spaces"),
        ("\ta: 1\n", "1:1", "a tab cannot indent YAML; use spaces"),
        ("a: b: c\n", "1:5", "not valid YAML"),
        ("[1, 2\n", "2:1", "not valid YAML"),
        ("? [a]\n: b\n", "1:3", "a key must be a word"),
        ("a: \x07\n", "1:4", "a control character is not allowed"),
        ("--- \na: 1\n---\nb: 2\n", "3:1", "a second YAML document; one is wanted here"),
        ('{"a": 1}\n{"b": 2}\n', "2:1", "a second object; JSON Lines have each in one line"),
        ('{"a": 1\n{"b": 2}\n', "2:1", "not valid YAML"),
        ('{"a": 1} x\n{"b": 2}\n', "1:10", "not valid YAML"),
        ('{"a": 1}\nb\n', "2:1", "not valid YAML"),
        ("[" * 900, "1:65", "nested more than 64 levels deep"),
        ("[" * 1_000_000, "1:", "nested more than 64 levels deep"),
        ("{a: " * 1_000_000, "1:257", "nested more than 64 levels deep"),
        ("- " * 1_000_000, "1:129", "nested more than 64 levels deep"),
        (BOMB, "6:", "more than 100,000 values"),
        ("[" + "1," * 1_000_001 + "]", "1:", "more than 1,000,000 values"),
    ],
)
def test_what_is_refused(text, place, said):
    with pytest.raises(InputError) as error:
        parse(text, "f.yaml")
    assert str(error.value).startswith(f"f.yaml:{place}")
    assert said in str(error.value)


def test_depth_counts_through_aliases():
    text = "a: &a " + "[" * 40 + "]" * 40 + "\nb: " + "[" * 40 + "*a" + "]" * 40
    with pytest.raises(InputError, match="nested more than 64"):
        parse(text, "f")


def test_several_faults_are_reported_together():
    with pytest.raises(InputError) as error:
        parse("a: 1\na: 2\nb: !x 3\n<<: {}\n", "f")
    assert [problem.line for problem in error.value.problems] == [2, 3, 4]


@pytest.mark.parametrize(
    ("data", "place"), [(b"a: 1\nb: \xff\n", "2:4"), (b"a\x00b", "1:2"), (b"\xff\xfea\x00", "1:1")]
)
def test_bytes_that_are_not_text(data, place):
    with pytest.raises(InputError) as error:
        decode(data, "f")
    assert str(error.value).startswith(f"f:{place}: ")


def test_a_byte_order_mark_is_skipped():
    assert decode(b"\xef\xbb\xbfa: 1", "f") == "a: 1"


def test_place_of_falls_back_to_what_is_above():
    tree = parse("a:\n  - {b: 1}\n", "f")
    assert place_of(tree, ("a", 0, "b"))[:2] == (2, 9)
    assert place_of(tree, ("a", 0, "b"), key=True)[:2] == (2, 6)
    assert place_of(tree, ("a", 0, "c"))[:2] == (2, 5)
    assert place_of(tree, ("a", 7))[:2] == (2, 3)
    assert place_of(tree, ())[:2] == (1, 1)
