import pytest

from carbonctl.errors import InputError
from carbonctl.inputs.jobs import logs
from carbonctl.inputs.jobs.options import Options
from tests.jobs.charges import expected, it_kwh, read, rejected, sample, table

azure = logs.module("azure-usage")
HEADER = (
    "SubscriptionId", "ResourceGroup", "ResourceLocation", "Date", "MeterCategory", "MeterName",
    "MeterRegion", "UnitOfMeasure", "Quantity", "ConsumedService", "ResourceId", "Tags",
    "AdditionalInfo", "ChargeType",
)  # fmt: skip
INFO = '{"ServiceType":"Standard_ND96asr_v4","VCPUs":96}'
# Headers of the four sets of OpenCost's list; machines in place of its lines.
PAY_AS_YOU_GO = (
    "SubscriptionGuid,ResourceGroup,ResourceLocation,UsageDateTime,MeterCategory,MeterSubcategory,"
    "MeterId,MeterName,MeterRegion,UsageQuantity,ResourceRate,PreTaxCost,ConsumedService,"
    "ResourceType,InstanceId,Tags,OfferId,AdditionalInfo,ServiceInfo1,ServiceInfo2,ServiceName,"
    "ServiceTier,Currency,UnitOfMeasure"
)
GERMAN = (
    "Abonnement-GUID (SubscriptionGuid),Ressourcengruppe (ResourceGroup),Ressourcenstandort "
    "(ResourceLocation),UsageDateTime (UsageDateTime),Kategorie der Verbrauchseinheit "
    "(MeterCategory),MeterSubcategory (MeterSubcategory),ID der Verbrauchseinheit (MeterId),Name "
    "der Verbrauchseinheit (MeterName),Region der Verbrauchseinheit (MeterRegion),UsageQuantity "
    "(UsageQuantity),Ressourcensatz (ResourceRate),PreTaxCost (PreTaxCost),Genutzter Dienst "
    "(ConsumedService),ResourceType (ResourceType),InstanceId (InstanceId),Tags (Tags),OfferId "
    "(OfferId),Zusätzliche Informationen (AdditionalInfo),Dienstinformation 1 (ServiceInfo1),"
    "Dienstinformation 2 (ServiceInfo2),ServiceName,ServiceTier,Currency,Maßeinheit (UnitOfMeasure)"
)
CAMEL = (
    "billingAccountName,date,consumedService,meterName,meterCategory,meterRegion,SubscriptionId,"
    "resourceGroupName,ResourceId,resourceLocation,quantity,unitOfMeasure,chargeType,"
    "additionalInfo,tags"
)
MIXED = (
    "subscriptionId,Ressourcengruppe (ResourceGroup),Ressourcenstandort (ResourceLocation),date,"
    "meterCategory,MeterSubcategory (MeterSubcategory),UsageQuantity (UsageQuantity),"
    "costInBillingCurrency,consumedService,InstanceName,tags,OfferId (OfferId),additionalInfo,"
    "ServiceName,Maßeinheit (UnitOfMeasure)"
)


def line(**cells):
    usual = {
        "SubscriptionId": "s-1",
        "ResourceGroup": "rg",
        "ResourceLocation": "eastus",
        "Date": "03/01/2026",
        "MeterCategory": "Virtual Machines",
        "UnitOfMeasure": "1 Hour",
        "Quantity": "24",
        "ResourceId": "/vm/1",
        "AdditionalInfo": INFO,
        "ChargeType": "Usage",
    }
    return usual | cells


def usage(*lines):
    return table(HEADER, *lines)


def test_the_sample_has_the_energy_of_the_oracle():
    rows, findings = read("azure-usage", sample("azure-usage.csv"))
    oracle = expected("azure-usage.csv")
    assert {row["source_line"]: it_kwh(row) for row in rows} == pytest.approx(
        {number: energy for number, energy in oracle.items() if energy is not None}, rel=1e-9
    )
    assert rows[0] == {
        "job": "/vm/1",
        "instance": "azure/Standard_ND96asr_v4",
        "wall_time_h": 6.0,
        "start": "2026-03-01T00:00:00+00:00",
        "end": "2026-03-02T00:00:00+00:00",
        "grid": "azure/eastus",
        "operator": "cloud",
        "account": "s-1",
        "resource_group": "rg",
        "service": "Virtual Machines",
        "team": "nlp",
        "source_line": 2,
    }
    assert findings.skipped == {"ChargeType UnusedReservation": 1}
    assert not findings.rejects and not findings.notes and not findings.not_covered


@pytest.mark.parametrize("header", [PAY_AS_YOU_GO, GERMAN, CAMEL, MIXED, "\ufeff" + PAY_AS_YOU_GO])
def test_the_sets_of_headers(header):
    names = header.lstrip("\ufeff").split(",")
    held = {
        "subscriptionguid": "s", "subscriptionid": "s", "resourcelocation": "US East",
        "usagedatetime": "2026-03-01", "date": "03/01/2026", "metercategory": "Virtual Machines",
        "usagequantity": "0.6", "quantity": "0.6", "unitofmeasure": "10 Hours",
        "instanceid": "/vm/1", "resourceid": "/vm/1", "instancename": "/vm/1", "additionalinfo": INFO,
        "chargetype": "Usage",
    }  # fmt: skip
    plain = [name.rpartition("(")[2].rstrip(")").lower() for name in names]
    row = {name: held.get(key, "") for name, key in zip(names, plain, strict=True)}
    text = header + "\n" + table(names, row).partition("\n")[2]
    rows, findings = read("azure-usage", text)
    assert [
        (r["instance"], r["wall_time_h"], r["grid"], r["start"][:10], r["job"]) for r in rows
    ] == [("azure/Standard_ND96asr_v4", 6.0, "azure/eastus", "2026-03-01", "/vm/1")]
    assert not findings.rejects
    assert azure.recognises([header + "\n"])


@pytest.mark.parametrize(
    ("date", "start"),
    [("2026-03-01", "2026-03-01"), ("03/01/2026", "2026-03-01"), ("3/1/2026", "2026-03-01"),
     ("2026-03-01T00:00:00Z", "2026-03-01"), ("12/31/2025", "2025-12-31")],
)  # fmt: skip
def test_dates_are_iso_or_month_first(date, start):
    rows, _ = read("azure-usage", usage(line(Date=date)))
    assert rows[0]["start"] == f"{start}T00:00:00+00:00"


@pytest.mark.parametrize("tags", ['{"team":"nlp"}', '"team":"nlp"', ' "team" : "nlp",'])
def test_tags_are_read_with_and_without_braces(tags):
    rows, findings = read("azure-usage", usage(line(Tags=tags)))
    assert rows[0]["team"] == "nlp" and not findings.notes


@pytest.mark.parametrize("tags", ["", "{}", "null"])
def test_no_tags(tags):
    rows, findings = read("azure-usage", usage(line(Tags=tags)))
    assert len(rows) == 1 and not findings.notes


def test_additional_info_is_read_without_its_braces():
    rows, _ = read("azure-usage", usage(line(AdditionalInfo=INFO.strip("{}"))))
    assert rows[0]["instance"] == "azure/Standard_ND96asr_v4"


@pytest.mark.parametrize(
    ("unit", "hours"), [("1 Hour", 24), ("10 Hours", 240), ("100 Hours", 2400), ("1/Hour", 24)]
)
def test_the_quantity_is_times_the_number_in_the_unit(unit, hours):
    rows, _ = read("azure-usage", usage(line(UnitOfMeasure=unit)))
    assert rows[0]["wall_time_h"] == hours


@pytest.mark.parametrize(
    "charge",
    ["UnusedReservation", "UnusedSavingsPlan", "Purchase", "Refund", "Tax", "RoundingAdjustment"],
)
def test_charges_on_which_nothing_ran_are_skipped(charge):
    rows, findings = read("azure-usage", usage(line(), line(ChargeType=charge)))
    assert [row["wall_time_h"] for row in rows] == [24]
    assert findings.skipped == {f"ChargeType {charge}": 1}


@pytest.mark.parametrize(
    ("location", "grid"),
    [
        ("westeurope", "azure/westeurope"), ("West Europe", "azure/westeurope"),
        ("EU West", "azure/westeurope"), ("US East 2", "azure/eastus2"),
        ("GERMANYWESTCENTRAL", "azure/germanywestcentral"), ("", None),
    ],
)  # fmt: skip
def test_the_place_has_several_names(location, grid):
    rows, _ = read("azure-usage", usage(line(ResourceLocation=location)))
    assert rows[0].get("grid") == grid


def test_without_a_location_the_region_of_the_meter_says_it():
    rows, _ = read("azure-usage", usage(line(ResourceLocation="", MeterRegion="US West 2")))
    assert rows[0]["grid"] == "azure/westus2"


def test_all_else_is_listed():
    rows, findings = read(
        "azure-usage",
        usage(
            line(MeterCategory="Virtual Machines Licenses"),
            line(MeterCategory="Bandwidth", UnitOfMeasure="1 GB"),
            line(MeterCategory="Storage", UnitOfMeasure="1/Month"),
            line(MeterCategory="Azure Databricks", AdditionalInfo='{"ServiceType":"DataAnalysis"}'),
        ),
    )
    assert rows == []
    assert findings.not_covered == {
        ("Virtual Machines Licenses", "1 Hour"): 24,
        ("Bandwidth", "1 GB"): 24,
        ("Storage", "1/Month"): 24,
        ("Azure Databricks", "1 Hour"): 24,
    }


def test_storage_by_its_capacity_where_it_is_asked_for():
    blob = line(MeterCategory="Storage", UnitOfMeasure="100 GB/Month", Quantity="0.5")
    disk = line(MeterCategory="Storage", UnitOfMeasure="1/Month", Quantity="1")
    rows, findings = read("azure-usage", usage(blob, disk), Options(services=("storage",)))
    assert [row["kind"] for row in rows] == ["storage"]
    assert rows[0]["storage_gb"] * rows[0]["wall_time_h"] == pytest.approx(50 * 730)
    assert findings.not_covered == {("Storage", "1/Month"): 1}


def test_refunded_quantities_are_taken_off():
    rows, _ = read("azure-usage", usage(line(), line(Quantity="-4")))
    assert [row["wall_time_h"] for row in rows] == [20]


@pytest.mark.parametrize(
    ("cells", "column", "value"),
    [
        ({"Date": "13/02/2026"}, "Date", "13/02/2026"),
        ({"Date": ""}, "Date", ""),
        ({"Date": "01.03.2026"}, "Date", "01.03.2026"),
        ({"Quantity": "24,5"}, "Quantity", "24,5"),
        ({"Quantity": "-24"}, "Quantity", "-24"),
        ({"Quantity": "NaN"}, "Quantity", "NaN"),
        ({"UnitOfMeasure": "1 GB"}, "UnitOfMeasure", "1 GB"),
        ({"AdditionalInfo": ""}, "AdditionalInfo", ""),
        ({"AdditionalInfo": '{"VCPUs":4}'}, "AdditionalInfo", '{"VCPUs":4}'),
        ({"AdditionalInfo": "{broken"}, "AdditionalInfo", "{broken"),
        ({"ResourceId": "@vm"}, "job", "@vm"),
        ({"Tags": '"team":"-rf"'}, "team", "-rf"),
    ],
)
def test_what_cannot_be_counted_is_rejected_with_its_cell(cells, column, value):
    text = usage(line(), line(**{"ResourceId": "/vm/2", **cells}))
    rows, findings = read("azure-usage", text)
    assert [row["job"] for row in rows] == ["/vm/1"]
    assert rejected(findings) == [(3, column, value)]


def test_a_deep_cell_is_rejected_and_no_crash():
    _, findings = read("azure-usage", usage(line(AdditionalInfo='{"a":' + "[" * 20000)))
    assert rejected(findings)[0][:2] == (2, "AdditionalInfo")


def test_semicolons_are_read():
    rows, _ = read("azure-usage", usage(line(AdditionalInfo='"ServiceType":"A"')).replace(",", ";"))
    assert rows[0]["instance"] == "azure/A"


def test_without_a_charge_type_lines_are_usage():
    header = [name for name in HEADER if name != "ChargeType"]
    row = {name: text for name, text in line().items() if name != "ChargeType"}
    assert len(read("azure-usage", table(header, row))[0]) == 1


@pytest.mark.parametrize("text", ["", "MeterCategory,AdditionalInfo\n"])
def test_an_empty_file_or_one_without_its_columns_is_an_error(text):
    with pytest.raises(InputError):
        read("azure-usage", text)


def test_it_is_known_by_its_header():
    assert azure.recognises(sample("azure-usage.csv").splitlines(keepends=True))
    assert not azure.recognises(sample("focus-1.2.csv").splitlines(keepends=True))
    assert not azure.recognises([])
