"""GHG Protocol scopes of entries, from the point of view of whoever runs the workload."""

from __future__ import annotations

OF_NETWORKS = "3.1"
_OPERATION = {"colocation": "3.1", "cloud": "3.1", "client": "3.11"}
_HARDWARE = {"own": "3.2", "colocation": "3.2", "cloud": "3.1", "client": "none"}


def of_electricity(operator: str, basis: str | None) -> str:
    """Return the scope of electricity used at a site.

    Scope 2 at one's own site; a life-cycle factor holds upstream emissions too, which are
    3.3. It is not split: the direct figure of the same grid is another source's. Purchased
    services are 3.1, products in use at others' homes 3.11.
    """
    if operator == "own":
        return "2+3.3" if basis == "life-cycle" else "2"
    return _OPERATION[operator]


def of_building(operator: str) -> str:
    """Return the scope of the data centre itself: capital goods 3.2 where it is one's own."""
    return "3.2" if operator == "own" else "3.1"


def of_hardware(operator: str) -> str:
    """Return the scope of embodied carbon: capital goods 3.2, in purchased services 3.1.

    Inventories book capital goods in the year of purchase; here they are spread over use.
    """
    return _HARDWARE[operator]
