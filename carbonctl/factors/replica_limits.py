"""What a replica can hold and how fast it must be, and the bands of its energy.

Numbers are floats or columns: of a range give its best estimate.
"""

from __future__ import annotations

from typing import Any

from carbonctl.factors import language_models as terms
from carbonctl.factors.model_service import joined_factors, usable_bytes
from carbonctl.factors.model_shapes import OTHER, Bands, DeviceRates, ModelShape
from carbonctl.factors.replica import Load, Replica, step
from carbonctl.numbers.intervals import Range, decide, floor, has_rows, least, most

MOST_DEVICES = 1024  # of one replica
MOST_SEQUENCES = 4096
MOST_FOR_LATENCY = 1024


def sequence_bytes(replica: Replica, tokens: Any) -> Any:
    """Return what one sequence of some tokens holds in memory [bytes]."""
    shape = replica.shape
    positions = terms.cached_positions(shape.full_layers, shape.window_layers, shape.window, tokens)
    return terms.sequence_bytes(
        replica.element_bytes, shape.cache_elements, positions, shape.state_bytes
    )


def all_weight_bytes(replica: Replica) -> Any:
    """Return the size of the weights [bytes]."""
    return terms.weight_bytes(replica.bytes_per_weight, replica.shape.parameters, 0.0)


def _usable(replica: Replica, devices: Any) -> Any:
    k = replica.coefficients
    return usable_bytes(devices, replica.device.memory, k.memory_use, k.workspace_bytes)


def fits(replica: Replica, devices: float, batch: Any, tokens: Any) -> bool:
    """Return whether weights and the cache of a batch fit in the memory of some devices.

    Parameters
    ----------
    devices : float
        Of the replica.
    batch, tokens : float or column
        Sequences in flight, and the tokens of each.
    """
    needed = all_weight_bytes(replica) + batch * sequence_bytes(replica, tokens)
    return decide(needed <= _usable(replica, devices))


def fewest_devices(replica: Replica, batch: Any, tokens: Any) -> float | None:
    """Return the least power of two of devices that a batch fits in; None above 1,024."""
    devices = 1.0
    while devices <= MOST_DEVICES:
        if fits(replica, devices, batch, tokens):
            return devices
        devices *= 2
    return None


def most_sequences(replica: Replica, devices: Any, tokens: Any) -> Any:
    """Return the sequences that fit beside the weights, 0 to 4,096.

    Parameters
    ----------
    devices, tokens : float or column
        Of the replica, and the tokens of each sequence.
    """
    room = _usable(replica, devices) - all_weight_bytes(replica)
    each = sequence_bytes(replica, tokens)
    if not has_rows(each) and each == 0:
        return float(MOST_SEQUENCES) if decide(room >= 0) else 0.0
    return least(float(MOST_SEQUENCES), most(0.0, floor(room / each)))


def largest_batch(replica: Replica, load: Load, latency_s: float, most_fit: float) -> int:
    """Return the largest batch whose step takes no longer than a latency; 0 where none does.

    Parameters
    ----------
    load : Load
        Its batch is not used.
    latency_s : float
        Per output token [s].
    most_fit : float
        Sequences that fit; more than 1,024 are never tried.

    Notes
    -----
    A step never gets shorter with more sequences, so the search halves the rest each time.
    """

    def meets(batch: int) -> bool:
        return decide(step(replica, load._replace(batch=float(batch))).time_s <= latency_s)

    low, high = 0, int(min(most_fit, MOST_FOR_LATENCY))
    while low < high:
        middle = (low + high + 1) // 2
        if meets(middle):
            low = middle
        else:
            high = middle - 1
    return low


def energy_band(bands: Bands, shape: ModelShape, device: DeviceRates) -> Range:
    """Return the factors between which the energy of nine of ten measurements lies.

    Parameters
    ----------
    bands : Bands
        By class.
    shape, device
        What is served, and on what.
    """
    band = bands.experts if shape.has_experts else bands.dense
    low, high = band.low, band.high
    if device.generation == OTHER:
        low, high = min(low, bands.other_devices.low), max(high, bands.other_devices.high)
    elif not device.is_fitted:
        low, high = low / bands.same_generation, high * bands.same_generation
    if shape.is_archetype and shape.has_experts:
        low, high = low / bands.archetype, high * bands.archetype
    return Range(1.0, low, high)


def batch_band(band: Range, energies: Range) -> Range:
    """Return a band of energy that a batch which nothing gives has joined.

    Parameters
    ----------
    band : Range
        By `energy_band`.
    energies : Range
        Energy of a token at the batch taken, and the least and greatest of its range of batches.

    Notes
    -----
    The two are independent: logarithms add by their squares.
    """
    low = joined_factors(band.low, energies.low / energies.best)
    high = joined_factors(band.high, energies.high / energies.best)
    return Range(1.0, low, high)
