"""Cloud machine types as rows: the views behind ``hardware list --kind instance`` and ``show``."""

from collections.abc import Iterator
from typing import Any, TypeAlias

from carbonctl.catalog import Catalog
from carbonctl.catalog.instance_names import provider_of
from carbonctl.catalog.instances import GB_PER_GIB, Instance
from carbonctl.numbers.intervals import Number, Range
from carbonctl.reference import descriptions
from carbonctl.text import fold

Row: TypeAlias = dict[str, Any]

KIND = "instance"
COLUMNS = descriptions.of("instance")


def rows(
    catalog: Catalog, provider: str | None = None, years: tuple[int, int] | None = None
) -> list[Row]:
    """Return the rows of the cloud machine types of a provider and of some years, or of all."""
    return [
        row(instance)
        for instance in catalog.instances.all()
        if (provider is None or provider_of(provider) == instance.provider.casefold())
        and (years is None or years[0] <= instance.year <= years[1])
    ]


def row(instance: Instance) -> Row:
    """Return one line of the list of cloud machine types."""
    low, high = _ends(instance.share_of_host)
    filled: Row = {key: getattr(instance, key, None) for key in COLUMNS}
    filled.update(share_low=low, share_high=high, note=instance.note or None)
    return filled


def _ends(share: Number) -> tuple[float | None, float | None]:
    return (share.low, share.high) if isinstance(share, Range) else (None, None)


def matching(catalog: Catalog, words: list[str]) -> Iterator[Instance]:
    """Yield the cloud machine types whose names or notes hold every word, which are folded."""
    for instance in catalog.instances.all():
        where = fold(f"{instance.id} {instance.note}")
        if all(word in where for word in words):
            yield instance


def as_hardware(instance: Instance, columns: dict[str, str]) -> Row:
    """Return a cloud machine type as a line of the list of hardware."""
    filled: Row = dict.fromkeys(columns)
    filled.update(
        id=instance.id, name=instance.parts, kind=KIND, year=instance.year, host=instance.host
    )
    if instance.memory_gib is not None:
        filled["memory_gb"] = round(instance.memory_gib * GB_PER_GIB, 3)
    return filled


def facts(instance: Instance) -> Row:
    """Return what is said of a cloud machine type beside its figures."""
    said = {
        "id": instance.id,
        "vendor": instance.provider,
        "kind": KIND,
        "year": instance.year,
        "device" if instance.gpus else "cpu": instance.device,
        "host": instance.host,
        "share by": "devices" if instance.share_basis == "gpus" else "vCPUs",
        "notes": instance.note,
    }
    return {key: value for key, value in said.items() if value not in (None, "")}


def figures(instance: Instance) -> list[Row]:
    """Return the figures of a cloud machine type, each with its source."""
    low, high = _ends(instance.share_of_host)
    known = (
        ("devices", instance.gpus or None, "", None, None),
        ("vcpus", instance.vcpus, "vCPU", None, None),
        ("memory", instance.memory_gib, "GiB", None, None),
        ("host_devices", instance.host_gpus, "", None, None),
        ("host_vcpus", instance.host_vcpus, "vCPU", None, None),
        ("share of the host", instance.share, "", low, high),
    )
    return [
        {
            "figure": name, "value": value, "unit": unit, "low": least, "high": greatest,
            "confidence": None, "source": instance.source, "note": None,
        }
        for name, value, unit, least, greatest in known
        if value is not None
    ]  # fmt: skip


def unknown(instance: Instance) -> list[str]:
    """Return the figures that a cloud machine type has and that are not known."""
    keys = ("vcpus", "memory_gib", "host_vcpus")
    return [key for key in keys if getattr(instance, key) is None]
