import json

import pytest

from carbonctl.errors import InputError
from carbonctl.inputs.jobs import logs
from carbonctl.inputs.jobs.options import Options
from tests.jobs.charges import expected, it_kwh, read, rejected, sample, table

focus = logs.module("focus")
HEADER = (
    "ChargeCategory", "ChargeClass", "ChargePeriodStart", "ChargePeriodEnd",
    "CommitmentDiscountStatus", "CapacityReservationStatus", "ConsumedQuantity", "ConsumedUnit",
    "ProviderName", "RegionId", "ResourceId", "ServiceCategory", "ServiceName", "SkuMeter",
    "SkuPriceDetails", "SubAccountId", "Tags", "x_UsageType", "x_SkuDetails", "x_Type",
)  # fmt: skip
P4D = json.dumps({"InstanceType": "p4d.24xlarge", "GpuCount": 8})


def line(**cells):
    usual = {
        "ChargeCategory": "Usage",
        "ChargePeriodStart": "2026-03-01T00:00:00Z",
        "ChargePeriodEnd": "2026-03-02T00:00:00Z",
        "ConsumedQuantity": "24",
        "ConsumedUnit": "Hours",
        "ProviderName": "AWS",
        "RegionId": "us-east-1",
        "ResourceId": "i-1",
        "ServiceCategory": "Compute",
        "ServiceName": "Amazon Elastic Compute Cloud",
        "SkuPriceDetails": P4D,
    }
    return usual | cells


def bill(*lines):
    return table(HEADER, *lines)


def test_the_sample_has_the_energy_of_the_oracle():
    rows, findings = read("focus", sample("focus-1.2.csv"))
    oracle = expected("focus-1.2.csv")
    assert {row["source_line"]: it_kwh(row) for row in rows} == pytest.approx(
        {number: energy for number, energy in oracle.items() if energy is not None}, rel=1e-9
    )
    assert rows[0] == {
        "job": "i-1",
        "instance": "aws/p4d.24xlarge",
        "wall_time_h": 24.0,
        "start": "2026-03-01T00:00:00+00:00",
        "end": "2026-03-02T00:00:00+00:00",
        "grid": "aws/us-east-1",
        "operator": "cloud",
        "account": "000",
        "service": "Amazon Elastic Compute Cloud",
        "team": "nlp",
        "source_line": 2,
    }
    assert rows[1]["wall_time_h"] == 10.5
    assert rows[1]["grid"] == "aws/eu-west-3"
    assert findings.skipped == {
        "unused commitment": 1, "ChargeCategory Purchase": 1, "not covered": 1,
    }  # fmt: skip
    assert findings.not_covered == {("Amazon Elastic Block Store", "GB-Months"): 100}
    assert not findings.rejects and not findings.notes


def test_storage_is_read_where_it_is_asked_for():
    rows, findings = read("focus", sample("focus-1.2.csv"), Options(services=("storage",)))
    stored = rows[-1]
    assert stored["kind"] == "storage" and stored["job"] == "v-1"
    assert stored["wall_time_h"] == 24
    assert stored["storage_gb"] * stored["wall_time_h"] == pytest.approx(100 * 730, rel=1e-12)
    assert "storage_medium" not in stored and "instance" not in stored
    assert not findings.not_covered


@pytest.mark.parametrize(
    ("details", "meter", "medium"),
    [
        ('{"DiskType":"SSD"}', "", "ssd"),
        ('{"DiskType":"HDD"}', "", "hdd"),
        ("", "VolumeUsage.gp3", "ssd"),
        ("", "VolumeUsage.st1", "hdd"),
        ("", "Storage", None),
    ],
)
def test_the_medium_of_storage_is_what_the_charge_names(details, meter, medium):
    stored = line(
        ServiceCategory="Storage", ConsumedUnit="GiB-Hours", SkuPriceDetails=details, SkuMeter=meter
    )
    rows, _ = read("focus", bill(stored), Options(services=("storage",)))
    assert rows[0].get("storage_medium") == medium
    assert rows[0]["storage_gb"] == pytest.approx(1.073741824)


def test_storage_without_a_capacity_is_listed():
    requests = line(ServiceCategory="Storage", ServiceName="S3", ConsumedUnit="Requests")
    rows, findings = read("focus", bill(requests), Options(services=("storage",)))
    assert rows == []
    assert findings.not_covered == {("S3", "Requests"): 24}


def test_storage_without_a_period_is_rejected():
    stored = line(ServiceCategory="Storage", ConsumedUnit="GB-Hours", ChargePeriodEnd="")
    _, findings = read("focus", bill(stored), Options(services=("storage",)))
    assert "start and the end" in findings.rejects[0].message


def test_a_correction_is_taken_off_its_charge():
    rows, findings = read(
        "focus",
        bill(line(), line(ChargeClass="Correction", ConsumedQuantity="-4"), line(ResourceId="i-2")),
    )
    assert [(row["job"], row["wall_time_h"]) for row in rows] == [("i-1", 20), ("i-2", 24)]
    assert rows[0]["source_line"] == 2
    assert not findings.rejects


def test_a_correction_in_front_of_its_charge_is_taken_off_too():
    rows, _ = read("focus", bill(line(ChargeClass="Correction", ConsumedQuantity="-4"), line()))
    assert [row["wall_time_h"] for row in rows] == [20]


def test_a_correction_of_another_period_is_not_mixed_in():
    other = line(
        ChargeClass="Correction",
        ConsumedQuantity="-4",
        ChargePeriodStart="2026-02-01T00:00:00Z",
        ChargePeriodEnd="2026-02-02T00:00:00Z",
    )
    rows, findings = read("focus", bill(line(), other))
    assert [row["wall_time_h"] for row in rows] == [24]
    assert rejected(findings) == [(3, "ConsumedQuantity", "-4")]
    assert "add the bill" in findings.rejects[0].message


def test_charges_that_are_taken_back_count_nothing():
    tenth = [line(ConsumedQuantity=text) for text in ("0.1", "0.2", "-0.3")]
    rows, findings = read("focus", bill(*tenth, line(ResourceId="i-2", ConsumedQuantity="0")))
    assert rows == []
    assert findings.skipped == {"taken back by a correction": 3, "no time": 1}


def test_a_correction_without_a_quantity_is_skipped():
    _, findings = read("focus", bill(line(ChargeClass="Correction", ConsumedQuantity="")))
    assert findings.skipped == {"correction of a cost, without a quantity": 1}


def test_charges_without_a_resource_are_told_apart_by_their_tags():
    lines = [line(ResourceId="", Tags=json.dumps({"team": t})) for t in ("a", "b", "a")]
    rows, _ = read("focus", bill(*lines))
    assert [(row["team"], row["wall_time_h"]) for row in rows] == [("a", 48), ("b", 24)]


@pytest.mark.parametrize(
    "cells",
    [
        {"CommitmentDiscountStatus": "Unused", "ConsumedQuantity": ""},
        {"CommitmentDiscountStatus": "Unused"},
        {"CapacityReservationStatus": "Unused"},
        {"ConsumedQuantity": ""},
        {"ChargeCategory": "Tax"},
        {"ChargeCategory": "Credit"},
        {"ChargeCategory": ""},
    ],
)
def test_what_did_not_run_is_skipped(cells):
    rows, findings = read("focus", bill(line(**cells)))
    assert rows == [] and sum(findings.skipped.values()) == 1
    assert not findings.not_covered and not findings.rejects


@pytest.mark.parametrize("unit", ["Hours", "Hrs", "hours", "Hour", "1 Hours"])
def test_units_of_time_are_read(unit):
    rows, _ = read("focus", bill(line(ConsumedUnit=unit)))
    assert rows[0]["wall_time_h"] == 24


def test_units_with_a_quantity_and_other_times_are_read():
    units = {"10 Hours": 240, "Seconds": 24 / 3600, "Minutes": 24 / 60, "Days": 24 * 24}
    for unit, hours in units.items():
        rows, _ = read("focus", bill(line(ConsumedUnit=unit)))
        assert rows[0]["wall_time_h"] == pytest.approx(hours, rel=1e-12)


def test_a_database_and_tokens_are_listed_with_their_quantities():
    rows, findings = read(
        "focus",
        bill(
            line(ServiceCategory="Databases", ServiceName="RDS"),
            line(
                ServiceCategory="AI and Machine Learning", ServiceName="Bedrock",
                ConsumedUnit="Tokens", ConsumedQuantity="5000", SkuPriceDetails="",
            ),
        ),
    )  # fmt: skip
    assert rows == []
    assert findings.not_covered == {("RDS", "Hours"): 24, ("Bedrock", "Tokens"): 5000}


def test_the_emr_fee_for_a_machine_does_not_count_it_twice():
    fee = line(ServiceCategory="Analytics", ServiceName="EMR")
    rows, _ = read("focus", bill(line(), fee))
    assert [row["wall_time_h"] for row in rows] == [24]


@pytest.mark.parametrize("code", ["EBSOptimized", "Reservation", "UnusedBox", "SoftwareUsage"])
def test_other_usage_of_a_machine_does_not_count_it_twice(code):
    for cells in ({"x_UsageType": f"USE1-{code}:p4d.24xlarge"}, {"SkuMeter": code}):
        rows, findings = read("focus", bill(line(), line(**cells)))
        assert [row["wall_time_h"] for row in rows] == [24]
        assert sum(findings.not_covered.values()) == 24 and not findings.notes


@pytest.mark.parametrize(
    ("cells", "instance"),
    [
        ({"x_UsageType": "EUW3-BoxUsage:g5.xlarge"}, "aws/g5.xlarge"),
        (
            {
                "ProviderName": "Microsoft",
                "RegionId": "eastus",
                "x_SkuDetails": '{"ServiceType":"Standard_ND96asr_v4"}',
            },
            "azure/Standard_ND96asr_v4",
        ),
    ],
)
def test_before_1_2_the_type_is_in_columns_of_the_provider(cells, instance):
    rows, _ = read("focus", bill(line(SkuPriceDetails="", **cells)))
    assert [row["instance"] for row in rows] == [instance]


@pytest.mark.parametrize("own", ["x_Type", {"column": "X_TYPE"}])
def test_the_map_names_the_column_of_the_type(own):
    options = Options(map={"map": {"instance": own}})
    rows, _ = read("focus", bill(line(SkuPriceDetails="", x_Type="p5.48xlarge")), options)
    assert rows[0]["instance"] == "aws/p5.48xlarge"


def test_a_column_of_the_map_that_is_not_there_is_an_error():
    options = Options(map={"map": {"instance": "x_Nothing"}})
    with pytest.raises(InputError, match="x_Nothing"):
        read("focus", bill(line()), options)


def test_compute_without_a_type_is_listed_with_a_hint():
    rows, findings = read("focus", bill(line(SkuPriceDetails="")))
    assert rows == []
    assert findings.not_covered == {("Amazon Elastic Compute Cloud", "Hours"): 24}
    assert "map: {instance: COLUMN}" in next(iter(findings.notes))


def test_google_lines_are_listed_not_guessed():
    rows, findings = read(
        "focus", bill(line(ProviderName="Google Cloud", ServiceName="Compute Engine"))
    )
    assert rows == []
    assert findings.not_covered == {("Compute Engine", "Hours"): 24}
    assert "gcp-billing" in next(iter(findings.notes))


@pytest.mark.parametrize(
    ("provider", "region", "grid"),
    [
        ("Amazon Web Services", "eu-west-3", "aws/eu-west-3"),
        ("Microsoft Azure", "West Europe", "azure/westeurope"),
        ("Oracle", "us-ashburn-1", "oci/us-ashburn-1"),
        ("Acme", "x1", "acme/x1"),
    ],
)
def test_the_place_is_a_region_of_the_provider(provider, region, grid):
    rows, _ = read("focus", bill(line(ProviderName=provider, RegionId=region)))
    assert rows[0]["grid"] == grid


def test_without_a_region_the_place_is_unknown():
    rows, _ = read("focus", bill(line(RegionId="")))
    assert "grid" not in rows[0]


def test_a_type_that_no_catalog_has_is_passed_on():
    rows, _ = read("focus", bill(line(SkuPriceDetails='{"InstanceType":"p99.huge"}')))
    assert rows[0]["instance"] == "aws/p99.huge"


def test_sagemaker_machines_are_those_of_ec2():
    ml = line(
        SkuPriceDetails='{"InstanceType":"ml.p4d.24xlarge"}',
        ServiceCategory="AI and Machine Learning",
    )
    rows, _ = read("focus", bill(ml))
    assert rows[0]["instance"] == "aws/p4d.24xlarge"


def test_tags_are_lower_case_and_never_take_a_column_of_the_table():
    tags = {"Team": "nlp", "state": "prod", "Devices": 4, "none": None, "dash": "-", "grid": "FR"}
    rows, _ = read("focus", bill(line(Tags=json.dumps(tags))))
    assert rows[0]["team"] == "nlp" and rows[0]["tag_state"] == "prod"
    assert rows[0]["tag_devices"] == "4" and rows[0]["tag_grid"] == "FR"
    assert rows[0]["grid"] == "aws/us-east-1"
    assert not {"none", "dash", "state", "devices"} & set(rows[0])


def test_tags_that_are_no_json_leave_the_row_and_a_note():
    rows, findings = read("focus", bill(line(Tags="{team: nlp")))
    assert len(rows) == 1 and "not JSON" in next(iter(findings.notes))


@pytest.mark.parametrize(
    ("cells", "column", "value"),
    [
        ({"ConsumedQuantity": "two"}, "ConsumedQuantity", "two"),
        ({"ConsumedQuantity": "nan"}, "ConsumedQuantity", "nan"),
        ({"ConsumedQuantity": "1e999"}, "ConsumedQuantity", "1e999"),
        ({"ConsumedQuantity": "1_0"}, "ConsumedQuantity", "1_0"),
        ({"ConsumedQuantity": "-3"}, "ConsumedQuantity", "-3"),
        ({"ChargePeriodStart": "yesterday"}, "ChargePeriodStart", "yesterday"),
        ({"ChargePeriodEnd": "2026-02-28T00:00:00Z"}, "ChargePeriodEnd", "2026-02-28T00:00:00Z"),
        ({"ResourceId": "=cmd()"}, "job", "=cmd()"),
        ({"ResourceId": "i\0-1"}, "job", "i\0-1"),
        ({"ServiceName": "a\x1b[31m"}, "service", "a\x1b[31m"),
        ({"Tags": '{"team":"=1+1"}'}, "team", "=1+1"),
        ({"Tags": '{"@team":"x"}'}, "", "i-1"),
    ],
)
def test_what_cannot_be_counted_is_rejected_with_its_cell(cells, column, value):
    rows, findings = read("focus", bill(line(ResourceId="i-0"), line(**cells)))
    assert [row["job"] for row in rows] == ["i-0"]
    assert rejected(findings) == [(3, column, value)]


def test_times_without_a_zone_are_utc_and_offsets_are_kept():
    rows, _ = read(
        "focus",
        bill(
            line(ChargePeriodStart="2026-03-01 00:00:00", ChargePeriodEnd="2026-03-01T01:00+01:00")
        ),
    )
    assert rows[0]["start"] == "2026-03-01T00:00:00+00:00"
    assert rows[0]["end"] == "2026-03-01T01:00:00+01:00"


def test_lines_are_counted_behind_newlines_in_quotes_and_blank_lines():
    text = bill(line(SkuMeter="two\nlines"), line(ResourceId="i-2"), line(ConsumedQuantity="x"))
    rows, findings = read("focus", "\n" + text + "\n\n")
    assert [row["source_line"] for row in rows] == [3, 5]
    assert findings.rejects[0].line == 6


def test_a_row_of_another_width_is_rejected_and_the_next_is_read():
    header, first, second = bill(line(), line(ResourceId="i-2")).splitlines()
    rows, findings = read("focus", "\n".join((header, first + ",x", "short", second)))
    assert [(row["job"], row["source_line"]) for row in rows] == [("i-2", 4)]
    assert [reject.line for reject in findings.rejects] == [2, 3]


def test_a_bom_crlf_and_tabs_are_read():
    text = bill(line()).replace("\n", "\r\n")
    assert len(read("focus", "\ufeff" + text)[0]) == 1
    tabs = table(("ChargeCategory", "ConsumedQuantity", "ConsumedUnit", "ProviderName"))
    assert read("focus", tabs.replace(",", "\t"))[0] == []


def test_a_cut_off_file_rejects_its_last_row():
    rows, findings = read("focus", bill(line(), line(ResourceId="i-2"))[:-60])
    assert len(rows) == 1 and len(findings.rejects) == 1


@pytest.mark.parametrize("text", ["", "\n\n", "ChargeCategory,ConsumedQuantity\n"])
def test_an_empty_file_or_one_without_its_columns_is_an_error(text):
    with pytest.raises(InputError):
        read("focus", text)


def test_a_missing_column_is_named():
    with pytest.raises(InputError, match="no column ProviderName"):
        read("focus", "ChargeCategory,ConsumedQuantity,ConsumedUnit\n")


def test_a_column_twice_is_an_error():
    header = "ChargeCategory,ConsumedQuantity,ConsumedUnit,ProviderName,consumedquantity\n"
    with pytest.raises(InputError, match="two columns are called ConsumedQuantity"):
        read("focus", header)


def test_a_header_alone_has_no_rows():
    assert read("focus", bill())[0] == []


def test_names_of_the_preview_are_read():
    text = "ChargeCategory,UsageQuantity,UsageUnit,Provider,Region,x_UsageType\n"
    rows, _ = read("focus", text + "Usage,2,Hours,AWS,us-east-1,BoxUsage:g5.xlarge\n")
    assert rows[0]["wall_time_h"] == 2 and rows[0]["grid"] == "aws/us-east-1"


def test_it_is_known_by_its_header():
    assert focus.recognises(sample("focus-1.2.csv").splitlines(keepends=True))
    assert not focus.recognises(sample("azure-usage.csv").splitlines(keepends=True))
    assert not focus.recognises([]) and not focus.recognises(["\0"])
