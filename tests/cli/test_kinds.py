"""``kinds``: a page of help for each kind, made from its model."""

import csv
import io
import json

import pytest

from carbonctl.estimators import KINDS, model


def test_the_list(inside):
    done = inside("kinds", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert [row["kind"] for row in rows] == list(KINDS)
    assert all(row["about"] and "``" not in row["about"] for row in rows)
    assert "inference, in one of three ways" in inside("kinds").out


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_has_every_key_with_words(inside, kind):
    rows = json.loads(inside("kinds", kind, "--format", "json").out)
    keys = {field.alias or name for name, field in model(kind).model_fields.items()}
    assert {row["key"] for row in rows} == keys
    assert all(row["description"] for row in rows)
    text = inside("kinds", kind).out
    assert text.startswith(f"{kind}: ")
    assert all(len(line) <= 80 for line in text.splitlines())


def test_an_unknown_kind(inside):
    done = inside("kinds", "servin")
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith("unknown kind `servin`; did you mean `serving`?")
