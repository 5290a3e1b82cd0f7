import json

import pytest

from carbonctl.errors import InputError
from carbonctl.inputs.jobs import logs
from carbonctl.inputs.jobs.options import Options
from tests.jobs.charges import it_kwh, read, rejected, sample, table

aws_cur = logs.module("aws-cur")
HEADER = (
    "line_item_line_item_type", "line_item_usage_type", "line_item_usage_amount", "pricing_unit",
    "line_item_usage_start_date", "line_item_usage_end_date", "line_item_resource_id",
    "line_item_usage_account_id", "line_item_product_code", "line_item_availability_zone",
    "product_instance_type", "product_product_family", "product_region_code",
    "split_line_item_parent_resource_id", "resource_tags",
)  # fmt: skip
SHORT = {
    "kind": "line_item_line_item_type",
    "usage": "line_item_usage_type",
    "amount": "line_item_usage_amount",
    "unit": "pricing_unit",
    "start": "line_item_usage_start_date",
    "end": "line_item_usage_end_date",
    "resource": "line_item_resource_id",
    "account": "line_item_usage_account_id",
    "service": "line_item_product_code",
    "zone": "line_item_availability_zone",
    "machine": "product_instance_type",
    "family": "product_product_family",
    "region": "product_region_code",
    "parent": "split_line_item_parent_resource_id",
    "tags": "resource_tags",
}
USUAL = {
    "kind": "Usage",
    "usage": "USE1-BoxUsage:p4d.24xlarge",
    "amount": "1",
    "unit": "Hrs",
    "start": "2026-03-01T00:00:00Z",
    "end": "2026-03-01T01:00:00Z",
    "resource": "i-1",
    "account": "111122223333",
    "service": "AmazonEC2",
    "machine": "p4d.24xlarge",
    "family": "Compute Instance",
    "region": "us-east-1",
}


def line(**cells):
    return {SHORT[name]: text for name, text in (USUAL | cells).items()}


def report(*lines):
    return table(HEADER, *lines)


def test_an_hour_of_a_machine():
    rows, findings = read("aws-cur", report(line(tags='{"user_Team":"nlp","aws_createdBy":"x"}')))
    assert rows == [
        {
            "job": "i-1",
            "instance": "aws/p4d.24xlarge",
            "wall_time_h": 1.0,
            "start": "2026-03-01T00:00:00+00:00",
            "end": "2026-03-01T01:00:00+00:00",
            "grid": "aws/us-east-1",
            "operator": "cloud",
            "account": "111122223333",
            "service": "AmazonEC2",
            "team": "nlp",
            "aws_createdby": "x",
            "source_line": 2,
        }
    ]
    assert it_kwh(rows[0]) == pytest.approx(4.2)
    assert not findings.skipped and not findings.rejects and not findings.not_covered


def test_legacy_reports_have_other_names_and_tags_as_columns():
    header = (
        "identity/LineItemId", "lineItem/LineItemType", "lineItem/UsageStartDate",
        "lineItem/UsageEndDate", "lineItem/ProductCode", "lineItem/UsageType",
        "lineItem/ResourceId", "lineItem/UsageAmount", "lineItem/UsageAccountId",
        "product/instanceType", "product/regionCode", "pricing/unit", "resourceTags/user:Team",
        "resourceTags/aws:createdBy",
    )  # fmt: skip
    cells = (
        "id", "DiscountedUsage", "2026-03-01T00:00:00Z", "2026-03-01T01:00:00Z", "AmazonEC2",
        "EUW3-HeavyUsage:g5.xlarge", "i-2", "0.5", "42", "g5.xlarge", "eu-west-3", "Hrs", "vision",
        "",
    )  # fmt: skip
    rows, _ = read("aws-cur", table(header, dict(zip(header, cells, strict=True))))
    assert rows[0]["instance"] == "aws/g5.xlarge" and rows[0]["wall_time_h"] == 0.5
    assert rows[0]["grid"] == "aws/eu-west-3" and rows[0]["team"] == "vision"
    assert it_kwh(rows[0]) == pytest.approx(0.2)
    assert aws_cur.recognises([",".join(header) + "\n"])


def test_columns_of_tags_by_athena_are_read():
    header = (*HEADER[:3], "resource_tags_user_team")
    row = {**line(), "resource_tags_user_team": "nlp"}
    rows, _ = read("aws-cur", table(header, {name: row[name] for name in header}))
    assert rows[0]["team"] == "nlp" and rows[0]["instance"] == "aws/p4d.24xlarge"
    assert "start" not in rows[0] and "grid" not in rows[0]


@pytest.mark.parametrize("kind", ["Usage", "DiscountedUsage", "SavingsPlanCoveredUsage"])
def test_types_of_lines_that_count(kind):
    rows, _ = read("aws-cur", report(line(kind=kind)))
    assert rows[0]["wall_time_h"] == 1


@pytest.mark.parametrize(
    "kind",
    [
        "SavingsPlanNegation", "SavingsPlanRecurringFee", "SavingsPlanUpfrontFee", "RIFee", "Fee",
        "Tax", "Credit", "Refund", "EdpDiscount", "BundledDiscount", "",
    ],
)  # fmt: skip
def test_types_of_lines_that_do_not_count(kind):
    rows, findings = read("aws-cur", report(line(), line(kind=kind, amount="700")))
    assert [row["wall_time_h"] for row in rows] == [1]
    assert findings.skipped == {f"line item type {kind or 'empty'}": 1}


def test_an_hour_that_a_savings_plan_covers_in_part_is_one_hour():
    lines = [line(amount="0.25"), line(kind="SavingsPlanCoveredUsage", amount="0.75")]
    rows, _ = read("aws-cur", report(*lines, line(kind="SavingsPlanNegation", amount="0.75")))
    assert [row["wall_time_h"] for row in rows] == [1]


@pytest.mark.parametrize("code", ["BoxUsage", "SpotUsage", "DedicatedUsage", "HostBoxUsage"])
def test_machines_run_on_these_codes(code):
    rows, _ = read("aws-cur", report(line(usage=f"APS1-{code}:p4d.24xlarge")))
    assert rows[0]["instance"] == "aws/p4d.24xlarge"


@pytest.mark.parametrize("code", ["UnusedBox", "UnusedDed", "Reservation", "DedicatedRes"])
def test_reservations_are_no_machines_of_their_own(code):
    rows, findings = read("aws-cur", report(line(), line(usage=f"USE1-{code}:p4d.24xlarge")))
    assert [row["wall_time_h"] for row in rows] == [1]
    assert sum(findings.skipped.values()) == 1


@pytest.mark.parametrize("code", ["EBSOptimized", "HostUsage", "CPUCredits"])
def test_other_usage_of_machines_is_listed(code):
    rows, findings = read("aws-cur", report(line(), line(usage=f"USE1-{code}:p4d.24xlarge")))
    assert [row["wall_time_h"] for row in rows] == [1]
    assert findings.not_covered == {(f"AmazonEC2 {code}", "Hrs"): 1}


@pytest.mark.parametrize(
    "cells",
    [
        {"service": "ElasticMapReduce"},
        {"service": "abc123", "usage": "USE1-SoftwareUsage:p4d.24xlarge"},
    ],
)
def test_fees_for_a_machine_do_not_count_it_twice(cells):
    rows, findings = read("aws-cur", report(line(), line(**cells)))
    assert [row["wall_time_h"] for row in rows] == [1]
    assert findings.skipped == {"fee for a machine that has a line of its own": 1}


@pytest.mark.parametrize(
    "cells",
    [
        {"parent": "i-1", "resource": "arn:aws:eks:pod/1", "amount": "0.9"},
        {"usage": "USE1-EKS-EC2-vCPU-Hours", "machine": ""},
        {"usage": "USE1-ECS-EC2-GB-Hours", "machine": ""},
    ],
)
def test_split_cost_allocation_does_not_count_a_machine_twice(cells):
    rows, findings = read("aws-cur", report(line(), line(**cells)))
    assert [row["wall_time_h"] for row in rows] == [1]
    assert not findings.not_covered and sum(findings.skipped.values()) == 1


@pytest.mark.parametrize(
    ("cells", "instance"),
    [
        ({"machine": ""}, "aws/p4d.24xlarge"),
        ({"machine": "", "usage": "BoxUsage:g5.xlarge"}, "aws/g5.xlarge"),
        ({"machine": "", "usage": "SpotUsage:m5.12xl"}, "aws/m5.12xlarge"),
        ({"usage": "USE1-BoxUsage", "machine": "m1.small"}, "aws/m1.small"),
        (
            {"service": "AmazonSageMaker", "usage": "USE1-Train:ml.p4d.24xlarge", "machine": ""},
            "aws/p4d.24xlarge",
        ),
        (
            {"service": "AmazonSageMaker", "usage": "Host:ml.g5.xlarge", "machine": "ml.g5.xlarge"},
            "aws/g5.xlarge",
        ),
        ({"machine": "p99.huge", "usage": "BoxUsage:p99.huge"}, "aws/p99.huge"),
    ],
)
def test_the_machine_type(cells, instance):
    rows, _ = read("aws-cur", report(line(**cells)))
    assert rows[0]["instance"] == instance


@pytest.mark.parametrize(
    ("zone", "grid"),
    [("eu-west-3a", "aws/eu-west-3"), ("us-gov-west-1b", "aws/us-gov-west-1"),
     ("us-east-1-bos-1a", "aws/us-east-1"), ("", None), ("nowhere", None)],
)  # fmt: skip
def test_without_a_region_the_zone_says_it(zone, grid):
    rows, _ = read("aws-cur", report(line(region="", zone=zone)))
    assert rows[0].get("grid") == grid


def test_databases_and_memory_are_listed():
    rows, findings = read(
        "aws-cur",
        report(
            line(
                service="AmazonRDS", usage="USE1-InstanceUsage:db.r5.large", machine="db.r5.large"
            ),
            line(service="AWSLambda", usage="Lambda-GB-Second", unit="GB-Second", machine=""),
        ),
        Options(services=("storage",)),
    )
    assert rows == []
    assert findings.not_covered == {
        ("AmazonRDS InstanceUsage", "Hrs"): 1, ("AWSLambda Lambda-GB-Second", "GB-Second"): 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("usage", "medium"),
    [("EBS:VolumeUsage.gp3", "ssd"), ("USE1-EBS:VolumeUsage.st1", "hdd"),
     ("TimedStorage-ByteHrs", None), ("EBS:SnapshotUsage", None)],
)  # fmt: skip
def test_storage_where_it_is_asked_for(usage, medium):
    stored = report(line(usage=usage, unit="GB-Mo", amount="2", machine="", family=""))
    assert read("aws-cur", stored)[1].not_covered
    rows, findings = read("aws-cur", stored, Options(services=("storage",)))
    assert rows[0]["kind"] == "storage" and rows[0]["wall_time_h"] == 1
    assert rows[0]["storage_gb"] == pytest.approx(2 * 730)
    assert rows[0].get("storage_medium") == medium
    assert not findings.not_covered


@pytest.mark.parametrize(
    ("cells", "column", "value"),
    [
        ({"amount": "one"}, "line_item_usage_amount", "one"),
        ({"amount": "inf"}, "line_item_usage_amount", "inf"),
        ({"amount": "-1"}, "line_item_usage_amount", "-1"),
        ({"unit": "GB-Mo"}, "pricing_unit", "GB-Mo"),
        ({"start": "01/03/2026"}, "line_item_usage_start_date", "01/03/2026"),
        ({"usage": "USE1-BoxUsage", "machine": ""}, "line_item_usage_type", "USE1-BoxUsage"),
        ({"resource": "+i"}, "job", "+i"),
    ],
)
def test_what_cannot_be_counted_is_rejected_with_its_cell(cells, column, value):
    text = report(line(), line(**{"resource": "i-2", **cells}))
    rows, findings = read("aws-cur", text)
    assert [row["job"] for row in rows] == ["i-1"]
    assert rejected(findings) == [(3, column, value)]


def test_an_empty_amount_is_skipped():
    assert read("aws-cur", report(line(amount="")))[1].skipped == {"no quantity": 1}


@pytest.mark.parametrize("text", ["", "line_item_usage_type\n"])
def test_an_empty_file_or_one_without_its_columns_is_an_error(text):
    with pytest.raises(InputError):
        read("aws-cur", text)


def test_a_legacy_column_twice_is_an_error():
    header = "lineItem/UsageType,line_item_usage_type,lineItem/LineItemType,lineItem/UsageAmount\n"
    with pytest.raises(InputError, match="two columns are called line_item_usage_type"):
        read("aws-cur", header)


def test_it_is_known_by_its_header():
    assert aws_cur.recognises(report().splitlines(keepends=True))
    assert not aws_cur.recognises(sample("focus-1.2.csv").splitlines(keepends=True))
    assert not aws_cur.recognises([])


def test_many_tags_and_hours_keep_their_order():
    lines = [
        line(resource=f"i-{i % 3}", start=f"2026-03-01T{i // 3:02}:00:00Z", end="",
             tags=json.dumps({"user_team": f"t{i % 3}"}))
        for i in range(30)
    ]  # fmt: skip
    rows, _ = read("aws-cur", report(*lines))
    assert [row["source_line"] for row in rows] == list(range(2, 32))
    assert {row["job"][-1] == row["team"][-1] for row in rows} == {True}
