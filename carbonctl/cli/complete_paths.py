"""What a TAB offers of a workload: its paths for --set, its activities, and keys of rules.

Paths are those that the file has, and the keys that stand beside them in most files. The file is
read as plain YAML; one that is faulty offers nothing, and the command says why.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from carbonctl.cli.complete_files import text_of
from carbonctl.errors import InputError
from carbonctl.spec.tree import parse

_MOST = 2000  # paths that are offered
_DEEPEST = 8
_PHASES = ("data", "experimentation", "training", "inference")
_SITE = ("grid", "year", "pue", "carbon_intensity", "carbon_free_energy", "operator")
_SYSTEM = ("device", "devices", "rated_power", "power", "host_power", "embodied", "lifetime",
           "utilization")  # fmt: skip
KEYS = ("energy_kwh", "operational_kgco2e", "operational_market_kgco2e", "embodied_kgco2e",
        "total_kgco2e", "total_market_kgco2e", "total_low_kgco2e", "total_high_kgco2e",
        "water_l")  # fmt: skip


def settings(path: Path) -> list[str]:
    """Return the paths of a workload, each with the ``=`` that follows it."""
    tree = _tree(path)
    found = dict.fromkeys(_leaves(tree, "", 0))
    found |= dict.fromkeys(f"site.{key}" for key in _SITE)
    systems = tree.get("systems") if isinstance(tree, dict) else None
    for name in systems if isinstance(systems, dict) else ():
        found |= dict.fromkeys(f"systems.{name}.{key}" for key in _SYSTEM)
    return [f"{path}=" for path in list(found)[:_MOST]]


def activities(path: Path) -> list[str]:
    """Return the activities of a workload as `explain` takes them: training.pre-training."""
    tree = _tree(path)
    phases = tree.get("phases") if isinstance(tree, dict) else None
    found = []
    for phase in _PHASES:
        items = phases.get(phase) if isinstance(phases, dict) else None
        found += [f"{phase}.{_name(item, place)}" for place, item in enumerate(items or ())]
    return found


def rules() -> list[str]:
    """Return the keys that a rule can be over: totals, and those of phases."""
    return [*KEYS, *(f"phases.{phase}.{key}" for phase in _PHASES for key in KEYS)]


def _leaves(node: Any, path: str, depth: int) -> Iterator[str]:
    """Yield the paths of scalars; items of lists by their names."""
    if depth > _DEEPEST:
        return
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _leaves(value, f"{path}.{key}" if path else str(key), depth + 1)
    elif isinstance(node, list):
        for place, item in enumerate(node):
            yield from _leaves(item, f"{path}.{_name(item, place)}", depth + 1)
    elif path:
        yield path.removeprefix("phases.")


def _name(item: Any, place: int) -> str:
    name = item.get("name") if isinstance(item, dict) else None
    return str(name) if name else str(place)


def _tree(path: Path) -> Any:
    """Return a file as it is written; nothing where it is no YAML."""
    text = text_of(path)
    try:
        return parse(text, str(path), problems=[]) if text else {}
    except InputError:
        return {}
