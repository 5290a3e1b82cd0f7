"""What clouds call themselves, their regions and their machine types."""

from __future__ import annotations

import re

# The names of a provider begin so; hardware_db/cloud/regions.csv has the ids.
_PROVIDERS = (
    ("amazon", "aws"), ("aws", "aws"), ("microsoft", "azure"), ("azure", "azure"),
    ("google", "gcp"), ("gcp", "gcp"), ("oracle", "oci"), ("oci", "oci"),
    ("alibaba", "alibaba"), ("ibm", "ibm"),
)  # fmt: skip
# Azure's usage has the names of meters' regions too; these ones are those of Cloud Carbon
# Footprint's list (Apache-2.0, AzureRegions.ts), which met them in usage details.
_AZURE_REGIONS = {
    "apeast": "eastasia", "asiaeast": "eastasia", "apsoutheast": "southeastasia",
    "asiasoutheast": "southeastasia", "jaeast": "japaneast", "jawest": "japanwest",
    "krcentral": "koreacentral", "indiacentral": "centralindia", "incentral": "centralindia",
    "europenorth": "northeurope", "eunorth": "northeurope", "europewest": "westeurope",
    "euwest": "westeurope", "dewestcentral": "germanywestcentral", "uaen": "uaenorth",
    "uscentral": "centralus", "useast": "eastus", "useast2": "eastus2", "uswest": "westus",
    "uswest2": "westus2", "uswest3": "westus3", "usnorthcentral": "northcentralus",
}  # fmt: skip
_AWS_ZONE = re.compile(r"([a-z]{2,4}(?:-[a-z]+)+-\d+)(?:-[a-z]+-\d+)?[a-z]?")


def provider(name: str) -> str:
    """Return the id of a provider by its name; the name in lower case where it is not known."""
    plain = name.strip().casefold()
    return next((own for start, own in _PROVIDERS if plain.startswith(start)), plain)


def grid(of: str, region: str) -> str:
    """Return the place of a region of a provider: ``aws/us-east-1``; empty without a region."""
    plain = region.strip().lower()
    if of == "azure":
        plain = plain.replace(" ", "")
        plain = _AZURE_REGIONS.get(plain, plain)
    return f"{of}/{plain}" if plain else ""


def aws_region(zone: str) -> str:
    """Return the region of an availability zone of AWS; empty where it is none."""
    fit = _AWS_ZONE.fullmatch(zone.strip().lower())
    return fit[1] if fit else ""


def instance(of: str, machine: str) -> str:
    """Return the id of a machine type: ``aws/p4d.24xlarge``.

    SageMaker's ``ml.`` is taken off. AWS' usage types may end in ``xl`` for ``xlarge``.
    """
    plain = machine.strip()
    if of == "aws":
        plain = plain.removeprefix("ml.")
        plain = plain + "arge" if plain.endswith("xl") else plain
    return f"{of}/{plain}"
