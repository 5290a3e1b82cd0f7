"""The formulas of a step over all measurements at once, apart from the kernels.

They are written a second time, for arrays, so that a slip in one of the two shows.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from carbonctl.catalog import Catalog
from carbonctl.catalog.model_factors import rates
from carbonctl.catalog.models import NamedModel

SIZES = (
    "t_step", "t_layer", "t_comm", "t_moe", "t_sequence", "e_bandwidth", "e_experts", "e_compute",
    "e_compute_moe", "f_fp8", "g_blackwell", "g_blackwell_fp8_moe", "g_blackwell_time", "p_idle",
    "k_memory", "k_compute",
)  # fmt: skip
TASKS = ("lm-arena-chat", "gpqa", "sourcegraph-fim", "image-chat", "video-chat")
TEXT = TASKS[:3]
NAMES = (*SIZES, *(f"prompt_{task.replace('-', '_')}" for task in TASKS))
# The prompts were not recorded; these are where the fit begins [tokens].
PROMPTS = (103.0, 134.0, 1590.0, 276.0, 492.0)


@dataclass(frozen=True)
class Measured:
    """The measurements as arrays: what was run, and what came of it."""

    numbers: dict[str, np.ndarray]
    base: np.ndarray  # the id of the model, as the catalog has it
    task: np.ndarray

    def some(self, rows: np.ndarray) -> "Measured":
        chosen = {key: column[rows] for key, column in self.numbers.items()}
        return Measured(chosen, self.base[rows], self.task[rows])


def measured(catalog: Catalog) -> Measured:
    """Return every measurement without data parallelism."""
    path = Path(catalog.folders[-1]) / "models" / "measured-text.csv"
    with path.open(encoding="utf-8", newline="") as file:
        kept = [row for row in csv.DictReader(file) if row["data_parallel"] == "1"]
    described = [_numbers(row, catalog) for row in kept]
    named = [catalog.models.find(row["model"]) for row in kept]
    return Measured(
        {key: np.array([row[key] for row in described], float) for key in described[0]},
        np.array([known.model.id for known in named if isinstance(known, NamedModel)]),
        np.array([TASKS.index(row["task"]) for row in kept]),
    )


def _numbers(row: dict[str, str], catalog: Catalog) -> dict[str, float]:
    named = catalog.models.find(row["model"])
    assert isinstance(named, NamedModel)
    shape, device = named.model.shape, rates(catalog.device(row["device"]))
    return {
        "N": shape.parameters, "A": shape.active, "X": shape.expert_parameters,
        "chosen": shape.chosen_share, "L": shape.layers, "c": shape.cache_elements,
        "F": shape.full_layers, "S": shape.window_layers, "W": shape.window,
        "q": shape.attention_width, "s": shape.state_bytes,
        "w": catalog.model_factors.bytes_per_weight(row["precision"]),
        "moe": shape.has_experts, "fp8": row["precision"] == "fp8",
        "blackwell": device.generation == "blackwell", "bandwidth": device.bandwidth,
        "peak": device.peak, "rated": device.rated_w, "n": float(row["devices"]),
        "B": float(row["batch"]), "o": float(row["output_tokens"]),
        "time": float(row["batch"]) / float(row["tokens_per_s"]),
        "power": float(row["w"]) / float(row["devices"]), "joules": float(row["j_per_token"]),
    }  # fmt: skip


def predicted(k: dict[str, float], data: Measured) -> tuple[np.ndarray, np.ndarray]:
    """Return the time of a step [s] and the draw of a device [W] of each measurement."""
    d = data.numbers
    prompt = np.array([k[name] for name in NAMES[len(SIZES) :]])[data.task]
    moe, fp8, blackwell = (d[key] > 0 for key in ("moe", "fp8", "blackwell"))
    tokens = prompt + d["o"] / 2
    p = d["F"] * tokens + d["S"] * np.minimum(tokens, d["W"])
    touched = 1 - (1 - d["chosen"]) ** d["B"]
    always = d["w"] * (d["N"] - d["X"]) + d["B"] * (2 * d["c"] * p + 2 * d["s"])
    flop = d["B"] * (2 * d["A"] + 4 * d["q"] * p)
    flop += d["B"] / d["o"] * prompt * (2 * d["A"] + 2 * d["q"] * (d["F"] + d["S"]) * prompt)
    g = np.where(blackwell, k["g_blackwell"], 1.0)
    g8 = np.where(blackwell & fp8 & moe, k["g_blackwell_fp8_moe"], 1.0)
    rate = d["n"] * d["bandwidth"] * g
    memory = always / (rate * k["e_bandwidth"])
    memory += d["w"] * d["X"] * touched / (rate * k["e_experts"] * g8)
    reached = np.where(moe, k["e_compute_moe"], k["e_compute"]) * g * g8
    compute = flop / (d["n"] * d["peak"] * reached * np.where(fp8, k["f_fp8"], 1.0))
    layer = k["t_layer"] + k["t_comm"] * np.log2(d["n"]) + k["t_moe"] * moe
    fixed = k["t_step"] + d["L"] * layer + k["t_sequence"] * d["B"]
    time = memory + compute + fixed * np.where(blackwell, k["g_blackwell_time"], 1.0)
    busy = k["k_memory"] * memory / time + k["k_compute"] * compute / time
    return time, d["rated"] * (1 - (1 - k["p_idle"]) * np.exp(-busy))
