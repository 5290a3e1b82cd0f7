"""The market-based intensity of a site, from what is contracted and the residual mix."""

from __future__ import annotations

from carbonctl.account.layers import HOME, SiteLayers
from carbonctl.errors import Caution
from carbonctl.factors import grid
from carbonctl.numbers.intervals import decide
from carbonctl.numbers.values import Value


def market(site: SiteLayers, location: Value) -> tuple[Value, tuple[Value, ...]]:
    """Return the market-based intensity and the inputs that it comes from.

    Where nothing is contracted it is the location-based one.
    """
    whole, path = site.pick("market_intensity")
    if whole is not None and _is_whole(site):
        return whole, (whole,)
    share, _ = site.pick("carbon_free_energy")
    residual, _ = site.pick("residual_intensity")
    if share is None and residual is None:
        note = "no contract is given: as location-based"
        return location._replace(
            status="default", path=path, line=None, name="market_intensity", note=note
        ), ()
    return _contracted(site, location, share, residual)


def _is_whole(site: SiteLayers) -> bool:
    """Whether the first layer that says anything of the market gives the whole figure."""
    for _, said in site.layers:
        if said is HOME:
            return False
        if said.market_intensity is not None:
            return True
        if said.carbon_free_energy is not None or said.residual_intensity is not None:
            return False
    return False


def _contracted(
    site: SiteLayers, location: Value, share: Value | None, residual: Value | None
) -> tuple[Value, tuple[Value, ...]]:
    """Return the market-based intensity of a contracted share and the rest."""
    _, path = site.pick("market_intensity")
    parts: list[Value] = []
    contracted: Value | None = None
    if share is not None:
        contracted = _contract(site)
        parts += (share, contracted)
    if residual is None and share is not None and decide(share.low < 1):
        residual = _known_residual(site)
    if residual is not None:
        parts.append(residual)
    elif share is not None and decide(share.low < 1):
        message = (
            "no `residual_intensity` is given; the grid's average stands in for the residual mix"
        )
        site.warnings.append(Caution(message, share.path or ""))
    number = grid.market_intensity(
        share.number if share else 0.0,
        contracted.number if contracted else 0.0,
        residual.number if residual else location.number,
    )
    sources = dict.fromkeys(v.source for v in (*parts, location) if v.source)
    value = Value(
        number, "kgCO2e/kWh", "derived", " ".join(sources) or None, path,
        name="market_intensity",
    )  # fmt: skip
    return value, (value, *parts)


def _known_residual(site: SiteLayers) -> Value | None:
    """Return the residual mix of the grid, where direct figures are wanted and it is known.

    It holds direct emissions alone, so that it does not go with a life-cycle figure.
    """
    name, _ = site.pick("grid")
    if site.pick("basis")[0] != "direct" or not isinstance(name, str):
        return None
    mix = site.catalog.residual(site.catalog.place(name).zone, site.pick("year")[0])
    if mix is None:
        return None
    return Value(
        mix.intensity, "kgCO2e/kWh", "catalog", mix.source, site.pick("residual_intensity")[1],
        name="residual_intensity", note=f"residual mix of {mix.zone}, {mix.year}",
    )  # fmt: skip


def _contract(site: SiteLayers) -> Value:
    """Return the intensity of contracted energy: direct emissions of nothing, unless given."""
    given: Value | None
    given, path = site.pick("contract_intensity")
    if given is not None:
        return given
    note = "contracted carbon-free energy, direct emissions"
    return Value(
        0.0, "kgCO2e/kWh", "default", "ghgp-scope2-2015", path, name="contract_intensity",
        note=note,
    )  # fmt: skip
