"""Which of some keys of the spec hold, where some of them exclude each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_ONE_OF = (
    ("power", "load", "busy"),
    ("power", "rated_power"),
    ("embodied", "device_embodied"),
    ("embodied", "host_embodied"),
    ("instance", "device"),
)
_GOES_WITH = {"dram_power": "memory"}


def behind(keys: dict[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Return keys with defaults for those that are not there and do not exclude each other."""
    out = dict(keys)
    for key, text in defaults.items():
        excluded = any(key in group and any(other in keys for other in group) for group in _ONE_OF)
        is_used = key not in _GOES_WITH or _GOES_WITH[key] in keys
        if key != "site" and key not in out and not excluded and is_used:
            out[key] = text
    return out


def over(keys: dict[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return keys with some that take precedence, and without those that these exclude."""
    out = dict(keys)
    for key in above:
        for group in _ONE_OF:
            if key in group:
                for other in group:
                    out.pop(other, None)
    return out | dict(above)
