import math

import pytest

from carbonctl.errors import InputError
from carbonctl.inputs.jobs import charge_lines, charge_storage, cloud_words, logs
from carbonctl.inputs.jobs.options import Options
from carbonctl.text import check_text
from tests.jobs import test_aws_cur, test_focus, test_gcp_billing
from tests.jobs.charges import damaged, read, sample

BILLS = {
    "focus": sample("focus-1.2.csv") + test_focus.bill(test_focus.line()).partition("\n")[2],
    "azure-usage": sample("azure-usage.csv"),
    "aws-cur": test_aws_cur.report(*[test_aws_cur.line(amount=str(n)) for n in (1, 2, -1)]),
    "gcp-billing": test_gcp_billing.export(*test_gcp_billing.MACHINE),
}


@pytest.mark.parametrize("format", BILLS)
def test_a_damaged_bill_gives_sound_rows_or_an_error_of_the_input(format):
    counted = 0
    for text in damaged(BILLS[format], seed=7, times=300):
        try:
            rows, findings = read(format, text, Options(services=("storage",)))
        except InputError as error:
            assert "bill.csv" in str(error)
            continue
        for row in rows:
            counted += 1
            assert "instance" in row or "device" in row or row["kind"] == "storage"
            hours = row.get("wall_time_h", row.get("device_time_h"))
            assert math.isfinite(hours) and hours > 0
            assert row["source_line"] >= 1 and row["operator"] == "cloud"
            for cell in row.values():
                check_text(str(cell), "a cell")
        assert all(reject.message for reject in findings.rejects)
    assert counted > 50


@pytest.mark.parametrize("format", BILLS)
def test_a_bill_is_known_by_one_format_alone(format):
    head = BILLS[format].splitlines(keepends=True)[:20]
    assert [f for f in BILLS if logs.module(f).recognises(head)] == [format]


@pytest.mark.parametrize("format", BILLS)
def test_the_same_bill_gives_the_same_rows(format):
    assert read(format, BILLS[format])[0] == read(format, BILLS[format])[0]


def test_a_cell_that_is_too_long_is_rejected_and_the_next_row_is_read():
    text = test_focus.bill(test_focus.line(Tags="x" * 200_000), test_focus.line(ResourceId="i-2"))
    rows, findings = read("focus", text)
    assert [row["job"] for row in rows] == ["i-2"] and rows[0]["source_line"] == 3
    assert [reject.line for reject in findings.rejects] == [2]


@pytest.mark.parametrize(
    ("unit", "gb_hours"),
    [
        ("GB-Months", 730), ("GB-Mo", 730), ("GB-Month", 730), ("GB-Hours", 1), ("GB-Hrs", 1),
        ("TB-Days", 24_000), ("byte-seconds", 1e-9 / 3600), ("B-Hours", 1e-9),
        ("GiB-Hours", 1.073741824), ("gibibyte hour", 1.073741824), ("100 GB/Month", 73_000),
        ("1 GB/Month", 730), ("MiB-Hours", 2**20 / 1e9), ("KB-Hours", 1e-6), ("KiB-Hours", 1.024e-6),
    ],
)  # fmt: skip
def test_units_of_stored_data(unit, gb_hours):
    assert charge_storage.gb_hours_per_unit(unit) == pytest.approx(gb_hours, rel=1e-12)


@pytest.mark.parametrize("unit", ["", "GB", "Hours", "1/Month", "Requests", "XB-Hours", "GB-Weeks"])
def test_what_is_no_unit_of_stored_data(unit):
    assert charge_storage.gb_hours_per_unit(unit) is None


@pytest.mark.parametrize("unit", ["", "GB", "x Hours", "Hours x", "1.5 Hours", "Months"])
def test_what_is_no_unit_of_time(unit):
    assert charge_lines.hours_per_unit(unit) is None


def test_regions_of_the_words_of_azure_are_in_the_catalog():
    from carbonctl.catalog import folders

    table = (folders.builtin() / "cloud" / "regions.csv").read_text(encoding="utf-8")
    ids = {line.partition(",")[0] for line in table.splitlines()}
    assert {f"azure/{region}" for region in cloud_words._AZURE_REGIONS.values()} <= ids
    providers = {line.partition("/")[0] for line in ids if "/" in line}
    assert {own for _, own in cloud_words._PROVIDERS} <= providers
