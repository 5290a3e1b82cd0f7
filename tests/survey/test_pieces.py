"""Tables that are read in pieces: the same answer, and what is approximate beyond what is held."""

import csv
import io
import json
import random

import pytest

from carbonctl.analysis.survey import pieces as of_pieces
from carbonctl.inputs.runs import read

arrow = pytest.importorskip("carbonctl.inputs.runs.arrow", reason="pyarrow reads pieces")

ROWS = 5000


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """A table with all roles, rows without carbon, of zero carbon, and rows that err."""
    numbers = random.Random(5)
    path = tmp_path_factory.mktemp("pieces") / "runs.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(
            [
                "model",
                "task",
                "year",
                "devices",
                "hours",
                "watts",
                "g_per_kwh",
                "energy_kwh",
                "kgco2e",
                "quality",
            ]
        )
        for row in range(ROWS):
            devices, hours, watts = (
                numbers.choice([1, 4, 64]),
                round(numbers.expovariate(0.02), 3),
                numbers.choice([250, 400]),
            )
            energy, grid = round(devices * hours * watts / 1000, 4), numbers.choice([20, 430, 650])
            carbon = round(energy * grid / 1000, 5)
            carbon = (
                ""
                if row % 97 == 0
                else 0
                if row % 101 == 0
                else carbon * 3
                if row % 503 == 0
                else carbon
            )
            quality = "" if row % 3 == 0 else round(numbers.random() * 100, 2)
            energy = energy * 4 if row % 701 == 0 else energy
            task = ["vision", "speech", ""][row % 3]
            lines.writerow(
                [
                    f"m{row}",
                    task,
                    2012 + row % 11,
                    devices,
                    hours,
                    watts,
                    grid,
                    energy,
                    carbon,
                    quality,
                ]
            )
    return path


@pytest.fixture
def in_pieces(monkeypatch):
    def set_up(kept=10_000_000):
        monkeypatch.setattr(read, "PIECES_FROM", 0)
        monkeypatch.setattr(arrow, "BLOCK", 1 << 14)
        monkeypatch.setattr(of_pieces, "MOST_KEPT", kept)

    return set_up


def surveyed(inside, *arguments):
    done = inside("survey", *map(str, arguments), "-f", "json", "-q")
    assert done.code == 0, done.err
    return json.loads(done.out)


def assert_close(ours, theirs, place=""):
    if isinstance(theirs, dict):
        assert ours.keys() == theirs.keys(), place
        for key in theirs:
            assert_close(ours[key], theirs[key], f"{place}.{key}")
    elif isinstance(theirs, list):
        assert len(ours) == len(theirs), place
        for n, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            assert_close(one, other, f"{place}.{n}")
    elif isinstance(theirs, float):
        assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-12), place
    else:
        assert ours == theirs, place


@pytest.mark.parametrize("flags", [(), ("--by", "task"), ("--by", "year", "--bins", "2012-2016,2017"), ("--by", "task", "--by", "year", "--trim", "5")])  # fmt: skip
def test_pieces_are_as_the_whole(inside, table, in_pieces, flags):
    whole = surveyed(inside, table, *flags)
    in_pieces()
    assert_close(surveyed(inside, table, *flags), whole)


def test_parquet_in_pieces_is_as_the_whole(inside, table, in_pieces, tmp_path):
    from pyarrow import csv as pa_csv
    from pyarrow import parquet

    path = tmp_path / "runs.parquet"
    parquet.write_table(pa_csv.read_csv(table), path, row_group_size=700)
    whole = surveyed(inside, path, "--by", "task")
    in_pieces()
    assert_close(surveyed(inside, path, "--by", "task"), whole)


EXACT = ("n", "unknown", "total_kgco2e", "mean_kgco2e", "geometric_mean_kgco2e", "min_kgco2e", "max_kgco2e",
         "energy_kwh", "intensity_g_per_kwh", "intensity_weighted_g_per_kwh", "share", "quality_n")  # fmt: skip


def test_beyond_what_is_held_sums_are_exact_and_the_rest_is_said_to_be_approximate(
    inside, table, in_pieces
):
    whole = surveyed(inside, table, "--by", "task")
    in_pieces(kept=1500)
    made = surveyed(inside, table, "--by", "task")
    for ours, theirs in zip(
        [*made["groups"], made["all"]], [*whole["groups"], whole["all"]], strict=True
    ):
        for key in EXACT:
            assert ours[key] == pytest.approx(theirs[key], rel=1e-9), key
        assert ours["median_kgco2e"] != theirs["median_kgco2e"]
        assert ours["median_kgco2e"] == pytest.approx(theirs["median_kgco2e"], rel=0.3)
    for key in ("inconsistent_rows", "implausible_rows", "computed_rows"):
        assert made.get(key) == whole.get(key)
    assert made["checks"] == whole["checks"]
    assert any("are of every 4th run" in note and "approximate" in note for note in made["notes"])
    done = inside("survey", str(table), "-f", "csv")
    assert "every 4th run" in done.err
    (row,) = csv.DictReader(io.StringIO(done.out))
    assert int(row["n"]) + int(row["unknown"]) == ROWS


def test_a_bad_row_of_a_piece_is_an_error(inside, table, in_pieces, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text(table.read_text() + "m,task,2012,1,1,much,20,1,1,1\n")
    in_pieces()
    done = inside("survey", str(path))
    assert done.code == 3 and "not a number where one is wanted" in done.err
    path.write_text(table.read_text().partition("\n")[0] + "\n")
    done = inside("survey", str(path))
    assert done.code == 3 and "no runs" in done.err


def test_runs_that_are_listed_are_not_read_in_pieces(inside, table, in_pieces):
    whole = surveyed(inside, table, "--runs")
    in_pieces()
    assert surveyed(inside, table, "--runs") == whole
