"""Embodied carbon of an accelerator or a processor from its size, its memory and its power.

    ``A · CPA · w + V · m + b + p · P``

A stand-in for devices without a published figure: dies by area, memory by capacity, and the
board with cooling and power delivery by form and rated power. Cradle to gate, without transport
and without the host.
"""

from typing import Any

from carbonctl.factors.checks import check_not_negative, check_positive


def silicon_kgco2e_per_cm2(wafer_kgco2e_per_cm2: Any, wafer_loss: Any) -> Any:
    """Return the carbon of working die per area [kgCO2e/cm²].

    Parameters
    ----------
    wafer_kgco2e_per_cm2 : float, Range or column
        Carbon of processed wafer, as `carbonctl.factors.fab.kgco2e_per_cm2` has it [kgCO2e/cm²].
    wafer_loss : float, Range or column
        Wafer processed for each area of working die: edge, kerf, yield. 1 or more.

    Raises
    ------
    ValueError
        For carbon below zero, or a loss that is not above it.

    Notes
    -----
    ``CPA · w``. Each input appears once.
    """
    check_not_negative(wafer_kgco2e_per_cm2, "carbon per area")
    check_positive(wafer_loss, "wafer per working die")
    return wafer_kgco2e_per_cm2 * wafer_loss


def board_kgco2e(base_kgco2e: Any, kgco2e_per_w: Any, rated_w: Any) -> Any:
    """Return the carbon of board, cooling and power delivery [kgCO2e].

    Parameters
    ----------
    base_kgco2e : float, Range or column
        What does not rise with the power [kgCO2e].
    kgco2e_per_w : float, Range or column
        What does [kgCO2e/W].
    rated_w : float, Range or column
        Rated power of the device [W].

    Raises
    ------
    ValueError
        For a figure below zero.

    Notes
    -----
    ``b + p · P``. Each input appears once.
    """
    check_not_negative(base_kgco2e, "carbon of a board")
    check_not_negative(kgco2e_per_w, "carbon per power")
    check_not_negative(rated_w, "a rated power")
    return base_kgco2e + kgco2e_per_w * rated_w
