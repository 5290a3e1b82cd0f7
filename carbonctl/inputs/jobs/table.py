"""The canonical table of jobs, `carbonctl.jobs/1`: what logs are read into and fleets are made of.

A row is a mapping from the names of columns to texts and numbers; what it lacks is unknown. The
unit of a number is in the name of its column, times of day are ISO 8601 with a zone, and any
other column is a tag.
"""

from typing import Any, TypeAlias

SCHEMA = "carbonctl.jobs/1"

IDENTITY = ("job", "source_file", "source_line", "start", "end", "state")
MACHINE = (
    "device", "devices", "devices_per_system", "instance", "share", "cpu_cores", "cpu_power_w",
    "memory_gb", "host_power_w",
)  # fmt: skip
TIME = ("wall_time_h", "device_time_h")
POWER = ("load", "power_w", "energy_kwh", "energy_boundary")
STORAGE = ("storage_gb", "storage_medium")
PLACE = ("grid", "pue", "carbon_intensity_kgco2e_per_kwh", "operator", "year")
ACCOUNT = (
    "phase", "kind", "lifetime_h", "utilization", "device_embodied_kgco2e",
    "host_embodied_kgco2e",
)  # fmt: skip
COLUMNS = (*IDENTITY, *MACHINE, *TIME, *POWER, *STORAGE, *PLACE, *ACCOUNT)

# The part of a machine that an energy was measured of, and whether it holds the building's.
BOUNDARIES = ("chip", "node", "facility")

# What groups may be made by that is no column: the account finds it.
BUILT_IN = (
    "device", "instance", "grid", "operator", "phase", "kind", "scope", "boundary",
)  # fmt: skip

Row: TypeAlias = dict[str, Any]
