"""Measurements of language models, and the coefficients of fits that leave one model out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from carbonctl.catalog.tables import Row, first, read
from carbonctl.factors.model_shapes import Coefficients

MEASURED, LEFT_OUT = "models/measured-text.csv", "models/left-out.csv"
_PROMPT = "prompt_"
_NUMBERS = (
    "devices", "data_parallel", "batch", "output_tokens", "tokens_per_s", "w", "j_per_token",
)  # fmt: skip


class Measurement(NamedTuple):
    """One configuration as it was measured, in a steady state.

    Attributes
    ----------
    task : str
        What was asked: lm-arena-chat, gpqa, sourcegraph-fim, image-chat, video-chat.
    model, device : str
        Names of the catalog.
    devices, data_parallel : float
        Of the run, and copies of the model among them.
    batch, output_tokens : float
        Mean sequences in flight, and mean tokens of an answer.
    tokens_per_s, power_w, j_per_token : float
        Output tokens per second, draw of all devices [W], energy of an output token [J].
    """

    task: str
    model: str
    device: str
    devices: float
    data_parallel: float
    batch: float
    output_tokens: float
    tokens_per_s: float
    power_w: float
    j_per_token: float


class LeftOut(NamedTuple):
    """A fit without the measurements of one model.

    Attributes
    ----------
    serving : Coefficients
        What was fitted; the rest is as shipped.
    prompts : mapping of str to float
        Tokens of a prompt by task, which were not recorded and are fitted too.
    """

    serving: Coefficients
    prompts: dict[str, float]


def measurements(folder: Path) -> Iterator[Measurement]:
    """Yield every measurement of a folder of the form of hardware_db."""
    yield from read(folder / MEASURED, _measurement, "not a measurement: ")


def left_out(folder: Path, shipped: Coefficients) -> dict[str, LeftOut]:
    """Return the fits of a folder by the id of the model that each leaves out."""

    def fit(row: Row) -> tuple[str, LeftOut]:
        known = {name: float(row[name]) for name in Coefficients._fields if name in row}
        prompts = {
            key.removeprefix(_PROMPT).replace("_", "-"): float(cell)
            for key, cell in row.items()
            if key.startswith(_PROMPT)
        }
        return row["model"], LeftOut(shipped._replace(**known), prompts)

    return first((folder,), LEFT_OUT, fit, "not a fit: ")


def _measurement(row: Row) -> Measurement:
    keys = (
        "devices",
        "data_parallel",
        "batch",
        "output_tokens",
        "tokens_per_s",
        "w",
        "j_per_token",
    )
    numbers = (float(row[key]) for key in keys)
    return Measurement(row["task"], row["model"], row["device"], *numbers)
