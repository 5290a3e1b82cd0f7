"""What a column of a table of runs can be, the names by which it is found, and known tables.

Names and units are read as those of tables of jobs (`carbonctl.inputs.jobs.names`): ``hours (s)``,
``Energy consumed [kWh]``, ``emissions_t``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from carbonctl.inputs.jobs.names import Field
from carbonctl.numbers import units
from carbonctl.numbers.units import Dimension

_MASS = units.MASS._replace(unit="kg")
_INTENSITY = units.INTENSITY._replace(unit="g/kWh")
_PLAIN = units.RATIO._replace(name="number")


def _role(name: str, dimension: Dimension | None, names: str) -> Field:
    return Field(name, name, dimension, tuple(names.split()))


# Each with the unit of a number whose header says none.
ROLES = (
    _role("carbon", _MASS,
          "kgco2e:kg total_kgco2e:kg kgco2:kg emissions emission co2 co2e co2eq co₂ co₂e co₂eq "
          "carbon_emissions carbon_emitted co2_emitted co2e_emitted co2eq_emitted co₂eq_emitted "
          "co2_emissions co2e_emissions co2eq_emissions"),
    _role("energy", units.ENERGY, "kwh:kWh energy_consumed energy_consumption energy_used "
          "electricity"),
    _role("devices", units.DEVICES, "n_gpus num_gpus gpu_count gpus n_devices accelerators "
          "number_of_gpus number_of_devices"),
    _role("hours", units.DURATION, "wall_time:h wall_time_h:h training_time runtime elapsed "
          "duration time"),
    _role("device_hours", units.DEVICE_TIME, "device_time device_time_h:h gpu_hours:h "
          "tpu_hours:h")._replace(with_unit=("gpu", "tpu")),
    _role("watts", units.POWER, "power tdp power_draw avg_power mean_power watts_per_device"),
    _role("intensity", _INTENSITY, "g_per_kwh:g/kWh carbon_intensity grid_intensity "
          "carbon_intensity_kgco2e_per_kwh:kg/kWh"),
    _role("grid", None, "region zone cloud_region"),
    _role("quality", _PLAIN, "accuracy score error error_rate test_error wer loss test_loss "
          "val_loss perplexity"),
    _role("name", None, "model run workload job"),
    _role("year", _PLAIN, "year_published published"),
    _role("group", None, ""),
)  # fmt: skip
BY_NAME = MappingProxyType({role.name: role for role in ROLES})
SOURCES = ("carbon", "energy", "devices", "hours", "device_hours", "watts")  # of carbon
NUMBERS = tuple(role.name for role in ROLES if role.dimension is not None)


class Preset(NamedTuple):
    """The columns of a table that is known.

    Attributes
    ----------
    columns : mapping
        By role; of several the first that holds something in a row.
    labels : mapping
        What else ``--by`` calls a column.
    """

    columns: Mapping[str, tuple[str, ...]]
    labels: Mapping[str, str]


# The table behind Luccioni and Hernandez-Garcia (2023), which its authors publish; only the names
# of its columns stand here.
PRESETS = {
    "co2ml": Preset(
        {
            "carbon": ("CO₂eq emitted [kg]",),
            "energy": ("Energy consumed [kWh]",),
            "devices": ("Number of GPUs", "Number of TPUs"),
            "hours": ("Training time [s]",),
            "watts": ("TDP",),
            "intensity": ("Carbon intensity [g CO₂eq/kWh]",),
            "quality": ("Top-1 accuracy", "BLEU score", "F1 score"),
            "year": ("Year published",),
        },
        {"source": "Main energy source", "dataset": "Data set", "data_set": "Data set"},
    )
}
