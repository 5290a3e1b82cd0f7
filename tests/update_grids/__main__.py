"""Read a folder of raw files, print what would move in hardware_db, and write it if asked to.

python -m tests.update_grids RAW [--write] [--refit] [--skip-refused] [--database DIR]
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.update_grids import checks, egrid, eia, ember, merge, others, rule
from tests.update_grids.places import Places
from tests.update_grids.tables import (
    FUELS,
    GRID_HEAD,
    GRID_TABLES,
    MIX_HEAD,
    MIXES,
    ODBL,
    Reading,
    Row,
    grid_key,
    mix_key,
    rows,
    write,
)  # fmt: skip

DATABASE = Path(__file__).resolve().parents[2] / "hardware_db"
KEYS = "sources.yaml"  # of the raw folder: file to source key
# The source that each file is read to today: a new edition has a key of its own.
TODAY = {
    ember.FILE: "ember-yearly-2026",
    egrid.FILE: "epa-egrid2023-power-profiler",
    "emission_annual": "eia-state-emissions-2024",
    "annual_generation_state": "eia-923-state-generation-2023",
    others.EEA: "eea-intensity-2026-07",
    "electricity maps": "electricity-maps-yearly",
    others.NOTICES: "",
}
_MOST_SHOWN = 200


class Part(NamedTuple):
    """What one raw file gave, and the sources that it was and is read to."""

    title: str
    reading: Reading
    before: str
    is_odbl: bool = False


class State:
    """The tables as they are, and as they are going to be."""

    def __init__(self, database: Path) -> None:
        self.database = database
        self.tables = {path: rows(database / path) for path in (*GRID_TABLES, ODBL)}
        self.mixes = rows(database / MIXES)
        self.rules = rows(database / "grids" / "rules.csv")
        self.faults = 0
        self.refused = 0  # of these, rows that were not taken

    @property
    def grid(self) -> list[Row]:
        """The grid rows of all tables but that under the ODbL."""
        return [row for path in GRID_TABLES for row in self.tables[path]]


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 1 where a row was refused or a source is not known."""
    options = _options(arguments)
    state = State(options.database)
    places = Places(options.database)
    parts = _read(options.raw, state, places)
    for part in parts:
        _merge(state, part)
    checks.mark_above(state.grid)
    _print_checks(state)
    fitted = _print_rule(state, options.refit)
    known = set(yaml.safe_load((options.database / "sources.yaml").read_text(encoding="utf-8")))
    everything = [*state.grid, *state.tables[ODBL], *state.mixes]
    for key in checks.unknown_sources(everything, known):
        print(f"sources.yaml has no `{key}`: add the document before the figures")
        state.faults += 1
    if options.skip_refused:
        state.faults -= state.refused
    return _finish(state, fitted, is_asked=options.write)


def _options(arguments: list[str] | None) -> Any:
    parser = argparse.ArgumentParser(prog="python -m tests.update_grids", description=__doc__)
    parser.add_argument("raw", type=Path, help="folder of raw files")
    parser.add_argument("--write", action="store_true", help="write the tables; else only print")
    parser.add_argument("--refit", action="store_true", help="fit the stack factors of rules.csv")
    parser.add_argument("--skip-refused", action="store_true", help="write without refused rows")
    parser.add_argument("--database", type=Path, default=DATABASE, help="folder of the tables")
    options = parser.parse_args(arguments)
    if not options.raw.is_dir():
        parser.error(f"{options.raw} is no folder")
    return options


def _read(raw: Path, state: State, places: Places) -> list[Part]:
    """Return what each raw file gives; say which are there, with their hash."""
    keys = TODAY | (_mapping(raw / KEYS) if (raw / KEYS).exists() else {})
    parts = []
    single = (
        (ember.FILE, ember.read), (egrid.FILE, egrid.read), (others.EEA, others.eea),
    )  # fmt: skip
    for name, read in single:
        if _is_there(raw / name):
            parts.append(Part(name, read(raw / name, places, keys[name]), TODAY[name]))
    if _is_there(raw / others.NOTICES):
        parts.append(Part(others.NOTICES, others.notices(raw / others.NOTICES, places), ""))
    parts.extend(_states(raw, state, places, keys, parts))
    yearly = sorted(raw.glob(others.EMAPS))
    print("" if yearly else f"{others.EMAPS}: not in the folder", end="" if yearly else "\n")
    for path in yearly:
        _is_there(path)
        reading = others.electricity_maps(path, places, keys["electricity maps"])
        parts.append(Part(path.name, reading, "", is_odbl=True))
    return parts


def _mapping(path: Path) -> dict[str, str]:
    return {str(key): str(value) for key, value in yaml.safe_load(path.read_text("utf-8")).items()}


def _is_there(path: Path) -> bool:
    if not path.exists():
        print(f"{path.name}: not in the folder")
        return False
    print(f"{path.name}: SHA-256 {hashlib.sha256(path.read_bytes()).hexdigest()}")
    return True


def _states(
    raw: Path, state: State, places: Places, keys: dict[str, str], parts: list[Part]
) -> list[Part]:
    """Return what EIA's files give: mixes by generation alone, factors by both."""
    emissions = next((raw / n for n in eia.EMISSIONS if (raw / n).exists()), raw / eia.EMISSIONS[0])
    generation = next(
        (raw / n for n in eia.GENERATION if (raw / n).exists()), raw / eia.GENERATION[0]
    )
    has_emissions, has_generation = _is_there(emissions), _is_there(generation)
    found = []
    if has_generation:
        key = "annual_generation_state"
        found.append(Part(generation.name, eia.mixes(generation, places, keys[key]), TODAY[key]))
    if has_emissions and has_generation:
        band = next(row for row in state.rules if row["region"] == "anchored")
        published = [*state.grid, *(row for part in parts for row in part.reading.grid)]
        reading = eia.anchored(
            eia.rates(emissions, generation), published, places, keys["emission_annual"],
            eia.Band(float(band["band_relative"]), float(band["band_absolute_g"])),
        )  # fmt: skip
        found.append(Part(emissions.name, reading, TODAY["emission_annual"]))
    return found


def _merge(state: State, part: Part) -> None:
    """Put the rows of one file into the tables, and print what differs."""
    print(f"\n{part.title}: {len(part.reading.grid)} figures, {len(part.reading.mixes)} mixes")
    for refused in part.reading.refused:
        print(f"  refused: {refused}")
    state.refused += len(part.reading.refused)
    state.faults += len(part.reading.refused)
    _print_twice(state, part)
    if part.reading.unknown:
        print(f"  no zone of ours: {', '.join(part.reading.unknown)}")
    for path, new in _by_table(state, part).items():
        merged = merge.grid(state.tables[path], new, grid_key, part.before)
        state.tables[path] = sorted(merged.rows, key=_order)
        _print_merged(path, merged)
    if part.reading.mixes:
        merged = merge.mixes(state.mixes, part.reading.mixes, mix_key, part.before)
        state.mixes = sorted(merged.rows, key=lambda row: (row["zone"], int(row["year"])))
        _print_merged(MIXES, merged)


def _print_twice(state: State, part: Part) -> None:
    """Print the figures that a file gives more than once, as faults."""
    keys = Counter([grid_key(row) for row in part.reading.grid])
    keys.update(mix_key(row) for row in part.reading.mixes)
    for key, times in keys.items():
        if times > 1:
            print(f"  twice in {part.title}: {' '.join(key)}")
            state.faults += 1


def _order(row: Row) -> tuple[str, int, bool, str]:
    return row["zone"], int(row["year"]), row["basis"] != "life-cycle", row["based_on"]


def _by_table(state: State, part: Part) -> dict[str, list[Row]]:
    """Return the grid rows by the table they belong in: that which has them, else by zone."""
    where = {grid_key(row): path for path in GRID_TABLES for row in state.tables[path]}
    by_table: dict[str, list[Row]] = {}
    for row in part.reading.grid:
        path = ODBL if part.is_odbl else where.get(grid_key(row)) or _home(part.title, row)
        by_table.setdefault(path, []).append(row)
    return by_table


def _home(title: str, row: Row) -> str:
    if title == ember.FILE:
        return "grids/countries.csv"
    if title == egrid.FILE:
        return "grids/us-egrid.csv"
    return "grids/canada.csv" if row["zone"].startswith("CA-") else "grids/official.csv"


def _print_merged(path: str, merged: merge.Merged) -> None:
    print(f"  {path}: {merged.changed} changed, {merged.added} added")
    for line in merged.moved[:_MOST_SHOWN]:
        print(f"    {line}")
    if len(merged.moved) > _MOST_SHOWN:
        print(f"    … and {len(merged.moved) - _MOST_SHOWN} more that moved by over 5 %")
    _print_zones("new zones", merged.new_zones)
    _print_zones("no longer in the file, kept", merged.not_covered)


def _print_zones(what: str, zones: Iterable[str]) -> None:
    zones = list(zones)
    if zones:
        print(f"    {what}: {', '.join(zones)}")


def _print_checks(state: State) -> None:
    above = checks.above_life_cycle(state.grid)
    print(f"\nDirect factors above the life-cycle figure of the year: {len(above)}")
    for row in above:
        print(f"  {row['zone']} {row['year']}: {row['intensity_g_per_kwh']} ({row['source']})")


def _print_rule(state: State, is_refit: bool) -> list[Row]:
    """Print the errors of the rule, and with --refit those of new factors; return rules.csv."""
    known = rule.pairs(state.grid, state.mixes, rule.Regions(state.database))
    stack = rule.factors(state.rules)
    print("\nThe rule against published direct factors, g/kWh")
    _print_errors(rule.errors(known, stack))
    if not is_refit:
        return state.rules
    fitted = rule.refit(known, stack)
    print("\nStack factors, before and refitted, g/kWh")
    for region, by_fuel in fitted.items():
        for fuel, value in by_fuel.items():
            if value != stack[region][fuel]:
                print(f"  {region} {fuel}: {stack[region][fuel]:g} -> {value:g}")
    print("\nThe same with the refitted factors")
    _print_errors(rule.errors(known, fitted))
    return rule.rules_with(state.rules, fitted)


def _print_errors(table: list[rule.Errors]) -> None:
    print(
        f"  {'group':<30}{'rows':>5}{'zones':>6}{'bias':>8}{'mean':>7}{'p90':>7}{'median':>9}{'p90':>7}"
    )
    for row in table:
        name = f"{row.group}{', held out' if row.held_out else ''}"
        print(
            f"  {name:<30}{row.rows:>5}{row.zones:>6}{row.bias:>8.1f}{row.mean:>7.1f}{row.p90:>7.1f}"
            f"{100 * row.median_relative:>7.1f} %{100 * row.p90_relative:>5.0f} %"
        )


def _finish(state: State, fitted: list[Row], *, is_asked: bool) -> int:
    if state.faults:
        print(f"\n{state.faults} faults: nothing written", file=sys.stderr)
        return 1
    if not is_asked:
        print("\nNothing written: --write (make: WRITE=1) writes the tables")
        return 0
    for path, content in state.tables.items():
        write(state.database / path, GRID_HEAD, content)
    write(state.database / MIXES, MIX_HEAD, state.mixes)
    if fitted:
        write(state.database / "grids" / "rules.csv", fitted[0], fitted)
    print(f"\nWritten to {state.database}: run make facts, then read the difference")
    return 0


assert set(FUELS) >= set(rule.STACK_FUELS)

if __name__ == "__main__":
    sys.exit(main())
