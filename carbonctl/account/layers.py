"""What is said of where an activity runs, layer by layer: the first that says something counts."""

from __future__ import annotations

from typing import Any, TypeAlias

from carbonctl.catalog import Catalog
from carbonctl.errors import Caution
from carbonctl.spec.model import Site

Layer: TypeAlias = tuple[str, Site]

_SUPPLY = (
    "grid", "carbon_intensity", "grid_hourly", "basis", "based_on", "carbon_free_energy",
    "contract_intensity", "residual_intensity", "market_intensity", "losses", "water_intensity",
)  # fmt: skip
_CONTRACTS = (
    "carbon_free_energy", "contract_intensity", "residual_intensity", "market_intensity",
)  # fmt: skip


# Stands between the clients' own site and what lies below it, whose contracts are not theirs.
HOME = Site(operator="client")


def _is_whole(path: str, site: Site) -> bool:
    """Whether a layer is a supply of its own: it names a grid, or is a site with a name."""
    is_named = path.startswith("sites.")
    has_figure = site.carbon_intensity is not None or site.grid_hourly is not None
    return site.grid is not None or (is_named and has_figure)


class SiteLayers:
    """The layers of a site, the facts, and what is to be said of them.

    Parameters
    ----------
    layers : list of Layer
        Paths and what is said there, the first taking precedence.
    catalog : Catalog
        The facts.
    """

    def __init__(self, layers: list[Layer], catalog: Catalog) -> None:
        self.layers = layers
        self.catalog = catalog
        self.warnings: list[Caution] = []

    def pick(self, key: str) -> tuple[Any, str]:
        """Return the first value given for a key and its path, or None and where to give it."""
        for path, site in self.layers:
            if site is HOME and key in _CONTRACTS:
                break
            value = getattr(site, key)
            if value is not None:
                return value, f"{path}.{key}"
            if key in _SUPPLY and _is_whole(path, site):
                return None, f"{path}.{key}"
        return None, f"{self.layers[-1][0]}.{key}"
