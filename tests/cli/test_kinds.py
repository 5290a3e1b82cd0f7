"""``kinds``: a page of help for each kind, made from its model."""

import csv
import io
import json

import pytest
from pydantic import ValidationError

from carbonctl.estimators import KINDS, model, module
from carbonctl.reference import spec_keys
from carbonctl.site.equipment import equipped
from carbonctl.spec.hours import Generation, HourlyFile, Scale, Servers, StationaryBattery, Tier
from carbonctl.spec.site_file import Demand, Plan


def test_the_list(inside):
    done = inside("kinds", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert [row["kind"] for row in rows] == list(KINDS)
    assert all(row["about"] and "``" not in row["about"] for row in rows)
    assert "inference, in one of three ways" in inside("kinds").out


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_has_every_key_with_words(inside, kind):
    rows = json.loads(inside("kinds", kind, "--format", "json").out)
    useless = getattr(module(kind), "USELESS", ())
    keys = {field.alias or name for name, field in model(kind).model_fields.items()}
    assert {row["key"] for row in rows} == keys - set(useless)
    assert all(row["description"] for row in rows)
    text = inside("kinds", kind).out
    assert text.startswith(f"{kind}: ")
    assert all(len(line) <= 80 for line in text.splitlines())


def test_an_unknown_kind(inside):
    done = inside("kinds", "servin")
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith("unknown kind `servin`; did you mean `serving`?")


@pytest.mark.parametrize("topic", spec_keys.topics())
@pytest.mark.parametrize("width", [40, 80, 200])
def test_pages_fit_and_lose_no_word(inside, monkeypatch, topic, width):
    monkeypatch.setenv("COLUMNS", str(width))
    text = inside("kinds", topic).out
    assert max(map(len, text.splitlines())) <= width
    page = spec_keys.page(topic)
    words = {word for row in [*page.own, *page.shared] for word in row["description"].split()}
    shown = text.replace("\n", " ")
    if width > 60:
        assert not [word for word in words if word not in shown]
    assert {row["key"] for row in page.own} <= set(text.split())


def test_keys_that_a_kind_refuses_are_not_in_its_page():
    keys = {row["key"] for part in spec_keys.page("energy")[2:] for row in part}
    assert not keys & {"power", "memory", "host_overhead"}
    assert {"embodied", "lifetime", "energy"} <= keys


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_examples_are_of_keys_of_the_kind(kind):
    assert kind.examples.keys() <= model(kind.name).model_fields.keys()
    assert kind.assumes in ("", "client", "media")


# --- keys of sites ---

BATTERY = {row["key"]: row for row in spec_keys.page("site_battery").own}
OF_SITES = {"site_battery": StationaryBattery, "demand": Demand, "plan": Plan, "generation": Generation,
            "scale": Scale, "flexibility": Tier, "servers": Servers, "grid_hourly": HourlyFile}  # fmt: skip


def test_defaults_of_a_battery_are_those_that_an_account_assumes():
    assumed = []
    equipped(StationaryBattery.model_validate({"energy": "1 MWh"}), assumed)
    told = {path.removeprefix("site.battery."): text for path, text, _ in assumed}
    assert {"lifetime", "embodied", "charge_efficiency", "cycle_life"} <= told.keys()
    for key, text in told.items():
        assert text.replace("100 %", "all of it") in BATTERY[key]["default"], key
    unlisted = {key: BATTERY[key]["default"] for key in BATTERY.keys() - told.keys()}
    assert unlisted == {
        "energy": "", "energy_is": "nameplate",
        "self_discharge": "nothing", "charge_from": "surplus", "start": "cyclic",
        "model": "linear",
    }  # fmt: skip


@pytest.mark.parametrize(("topic", "record"), OF_SITES.items(), ids=OF_SITES)
def test_examples_of_keys_of_a_site_are_taken_as_they_stand(topic, record):
    rows = spec_keys.page(topic).own
    assert [row["key"] for row in rows if not row["example"]] == []
    for row in rows:
        for example in row["example"].split(" | "):
            if not example.startswith(("{", "[")):
                with pytest.raises(ValidationError) as info:
                    record.model_validate({"unknown": "", row["key"]: example})
                assert (row["key"],) not in [error["loc"][:1] for error in info.value.errors()]
