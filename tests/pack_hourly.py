"""Writes a packaged series from a file of the format `mix`.

    python -m tests.pack_hourly eia930/ciso-2022 eia930_ciso_2022.csv

Only the start, the step and the power of each kind of plant are kept; the same file gives the same
bytes. The row of hourly/series.csv is written by hand.
"""

import csv
import gzip
import sys
from datetime import datetime, timedelta
from pathlib import Path

from tests.conftest import ROOT


def packed(path: Path) -> bytes:
    """Return the bytes of a packaged series; ValueError where its steps are not hours."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    starts = [datetime.fromisoformat(row["start_utc"]) for row in rows]
    if starts != [starts[0] + n * timedelta(hours=1) for n in range(len(starts))]:
        raise ValueError(f"{path}: not one row an hour")
    lines = [f"start,{rows[0]['start_utc']}", "step_s,3600"]
    lines += [
        f"{column.removesuffix('_mw')},{','.join(row[column] for row in rows)}"
        for column in rows[0]
        if column.endswith("_mw")
    ]
    return gzip.compress("".join(f"{line}\n" for line in lines).encode("ascii"), 9, mtime=0)


if __name__ == "__main__":
    _, name, source = sys.argv
    target = ROOT / "hardware_db" / "hourly" / f"{name}.csv.gz"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(packed(Path(source)))
