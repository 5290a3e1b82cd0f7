"""Prints a fit beside what is shipped, and writes the fits with a model left out: --write."""

import csv
import sys

import numpy as np

from carbonctl.catalog import Catalog
from tests.refit_models.fit import fitted
from tests.refit_models.formulas import (
    NAMES,
    PROMPTS,
    SIZES,
    TASKS,
    TEXT,
    Measured,
    measured,
    predicted,
)

SOURCE = "mlenergy-v3"


def shipped(catalog: Catalog) -> dict[str, float]:
    """Return the coefficients of hardware_db, and the prompts of the measurements."""
    known = catalog.model_factors.serving._asdict()
    return {
        **{name: known[name] for name in SIZES},
        **dict(zip(NAMES[len(SIZES) :], PROMPTS, strict=True)),
    }


def errors(k: dict[str, float], data: Measured) -> np.ndarray:
    """Return the error of the energy of a token of each measurement, as a share."""
    time, power = predicted(k, data)
    joules = data.numbers["n"] * power * time / data.numbers["B"]
    return joules / data.numbers["joules"] - 1


def left_out(start: dict[str, float], data: Measured) -> dict[str, dict[str, float]]:
    """Return the coefficients of a fit without each base model."""
    return {
        base: fitted(start, data.some(data.base != base)) for base in np.unique(data.base).tolist()
    }


def main() -> None:
    catalog = Catalog()
    data, start = measured(catalog), shipped(catalog)
    whole, folds = fitted(start, data), left_out(start, data)
    print(f"{len(data.base)} measurements, {len(folds)} base models")
    for name in NAMES:
        ends = [fold[name] for fold in folds.values()]
        print(
            f"{name:28} shipped {start[name]:.4g}, fitted {whole[name]:.4g} ({min(ends):.3g}..{max(ends):.3g})"
        )
    is_text = np.isin(data.task, [TASKS.index(task) for task in TEXT])
    out = np.concatenate([errors(folds[b], data.some(data.base == b)) for b in folds])
    order = np.concatenate([np.flatnonzero(data.base == b) for b in folds])
    for title, found in (
        ("shipped, in sample", errors(start, data)), ("fitted, in sample", errors(whole, data)),
        ("base model left out", out[np.argsort(order)]),
    ):  # fmt: skip
        print(
            f"{title}: median error {np.median(abs(found)):.1%}, text {np.median(abs(found[is_text])):.1%}"
        )
    if "--write" in sys.argv:
        path = catalog.folders[-1] / "models" / "left-out.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["model", *NAMES, "source"])
            for base, fold in folds.items():
                writer.writerow([base, *(f"{fold[name]:.6g}" for name in NAMES), SOURCE])
        print(f"wrote {path}")


if __name__ == "__main__":
    main()
