"""On which system and at which site an entry arose, as the normalised spec says.

Entries do not carry it: a saved result says it through its spec.
"""

from typing import Any

from carbonctl.ledger.entry import AT_SITE, BUILDING, GRID_LOSSES, PUE_OVERHEAD, Entry
from carbonctl.spec.model import default_names

_WITH_CLIENTS = ("federated", "on_device")
NO_SYSTEM = "no system"


def system(spec: dict[str, Any], entry: Entry) -> str:
    """Return the name of an entry's system, else its device."""
    activity = _activity(spec, entry)
    server = activity.get("server")
    if isinstance(server, dict) and _is_of_server(entry):
        activity = server
    found = activity.get("system")
    if isinstance(found, str):
        return found
    described = found if isinstance(found, dict) else activity
    several = described.get("accelerators")
    if isinstance(several, list):
        kinds = [str(one.get("device") or "device") for one in several if isinstance(one, dict)]
        return " + ".join(kinds)
    return str(described.get("device") or described.get("host") or NO_SYSTEM)


def site(spec: dict[str, Any], entry: Entry) -> str:
    """Return the name of an entry's site, else its grid."""
    named = entry.item.rpartition(")")[2] if "(" in entry.item else entry.item
    _, is_split, label = named.partition(AT_SITE)
    if is_split:
        return label
    activity = _activity(spec, entry)
    is_client = activity.get("kind") in _WITH_CLIENTS and not _is_of_server(entry)
    own = activity.get("client_site") if is_client else None
    of_phases = spec.get("phase_sites")
    of_phase = of_phases.get(entry.phase) if isinstance(of_phases, dict) else None
    for ref in (own, activity.get("site"), of_phase, spec.get("site")):
        label = _label(ref)
        if label:
            return label
    return "the site"


def _is_of_server(entry: Entry) -> bool:
    """Whether an entry of federated learning is of its server, and not of clients."""
    item = entry.item.partition(AT_SITE)[0]
    return item.startswith("server: ") or item in (PUE_OVERHEAD, GRID_LOSSES, BUILDING)


def _label(ref: Any) -> str:
    """Return what a site is called; empty where it says nothing of its electricity."""
    if isinstance(ref, str):
        return ref
    described = ref if isinstance(ref, dict) else {}
    grid = described.get("grid")
    if grid:
        return grid if isinstance(grid, str) else "an inline mix"
    figure = described.get("carbon_intensity") or ""
    return str(figure.get("best", "") if isinstance(figure, dict) else figure)


def _activity(spec: dict[str, Any], entry: Entry) -> dict[str, Any]:
    """Return the activity of an entry; empty where the spec is not one."""
    phases = spec.get("phases")
    listed = phases.get(entry.phase) if isinstance(phases, dict) else None
    items = [one for one in listed or () if isinstance(one, dict)]
    names = default_names([(str(one.get("kind")), one.get("name")) for one in items])
    return next((one for name, one in zip(names, items, strict=True) if name == entry.activity), {})
