"""Flexible load planned ahead in windows: from steps that lack generation to steps with surplus.

A window is a span of steps in which a share of the load may run anywhere; ``starts`` has the
first step of each (`carbonctl.site.backlog.window_starts`). Steps are the first axis of an array
and designs, where there are several, the second: generation and load have the shape (steps,) or
(steps, designs), a capacity that of a float, (designs,), (steps, 1) or (steps, designs).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from carbonctl.site.backlog import Floats, Places, beside, window_numbers


def least_unmet_mwh(
    demand_mw: Floats,
    share: float,
    generation_mw: Floats,
    capacity_mw: Any,
    starts: Places,
    step_h: float,
) -> Any:
    """Return the energy that generation does not cover where a share of the load moves.

    In each window ``min(Σ min(gap, f·D), Σ min(capacity − D, surplus))`` moves. No order of steps
    is needed, since all that is asked is how much.

    Parameters
    ----------
    demand_mw : array of float, shape (steps,)
        Demand [MW].
    share : float
        Of the demand that may move, 0 to 1.
    generation_mw, capacity_mw
        Own generation and the most that may run [MW].
    starts : array of int, shape (windows,)
        First steps of the windows.
    step_h : float
        Length of a step [h].

    Returns
    -------
    float or array of shape (designs,)
        [MWh].
    """
    demand = beside(demand_mw, generation_mw)
    over = generation_mw - demand
    gap = np.maximum(-over, 0.0)
    room = np.minimum(capacity_mw - demand, np.maximum(over, 0.0))
    movable = np.add.reduceat(np.minimum(gap, share * demand), starts, axis=0)
    moved = np.minimum(movable, np.add.reduceat(room, starts, axis=0))
    return (gap.sum(axis=0) - moved.sum(axis=0)) * step_h


def moved_to_surplus(
    load_mw: Floats,
    flexible_mw: Floats,
    generation_mw: Floats,
    intensity: Floats,
    capacity_mw: Any,
    starts: Places,
) -> Floats:
    """Move load from steps that lack generation to steps with surplus, the dirtiest first.

    As much moves as in `least_unmet_mwh`. It leaves the steps of the highest intensity and goes
    to those of the lowest; of equal ones, the earliest.

    Parameters
    ----------
    load_mw : array of float, shape (steps,) or (steps, designs)
        Load before [MW].
    flexible_mw : array of float, shape (steps,)
        How much of it may leave each step [MW].
    generation_mw, capacity_mw
        Own generation and the most that may run [MW].
    intensity : array of float, shape (steps,)
        Of the grid [g/kWh].
    starts : array of int, shape (windows,)
        First steps of the windows.

    Returns
    -------
    array of float, the shape of the generation
        Load after [MW]; its sum in each window is that before.
    """
    load = beside(load_mw, generation_mw)
    over = generation_mw - load
    gives = np.minimum(np.maximum(-over, 0.0), beside(flexible_mw, generation_mw))
    takes = np.minimum(capacity_mw - load, np.maximum(over, 0.0))
    moved = np.minimum(
        np.add.reduceat(gives, starts, axis=0), np.add.reduceat(takes, starts, axis=0)
    )
    return (
        load - _spread(moved, gives, -intensity, starts) + _spread(moved, takes, intensity, starts)
    )


def refilled(
    load_mw: Floats,
    flexible_mw: Floats,
    intensity: Floats,
    capacity_mw: Any,
    starts: Places,
) -> Floats:
    """Move what is flexible to the cleanest steps of its window, for a site without generation.

    Parameters
    ----------
    load_mw, flexible_mw, intensity, capacity_mw, starts
        As `moved_to_surplus`; the load has the shape (steps,) or (steps, designs).

    Returns
    -------
    array of float
        Load after [MW], under the capacity; its sum in each window is that before.
    """
    flexible = beside(flexible_mw, load_mw)
    firm = load_mw - flexible
    room = capacity_mw - firm
    moved = np.add.reduceat(flexible + np.zeros_like(room), starts, axis=0)
    return firm + _spread(moved, room, intensity, starts)


def _spread(amounts: Floats, room: Floats, order: Floats, starts: Places) -> Floats:
    """Spread an amount a window over its steps, each up to its room, the lowest order first."""
    window = window_numbers(starts, len(room))
    places = np.lexsort((order, window))  # by window, and by order in it; stable
    single = room.ndim == 1  # floats are quicker one by one
    least = min if single else np.minimum
    rooms = room.tolist() if single else room
    left = amounts.tolist() if single else list(amounts)
    taken = rooms if single else np.empty_like(room)
    for place, number in zip(places.tolist(), window[places].tolist(), strict=True):
        part = least(left[number], rooms[place])
        left[number] = left[number] - part
        taken[place] = part
    return np.asarray(taken)
