"""The fields of entries that a saved result does not hold.

They are read out of what it does hold: items, formulas, the names of inputs, and the spec. This
is the only place where these are read for more than they say.
"""

import re
from math import isclose
from typing import Any

from carbonctl.estimators import roles
from carbonctl.estimators.usage import SERVER_POWER
from carbonctl.ledger.entry import (
    AT_SITE,
    GRID_LOSSES,
    NO_SYSTEM,
    OPERATIONAL,
    PUE_OVERHEAD,
    Entry,
)
from carbonctl.ledger.unknowns import identity
from carbonctl.numbers.formulas import NotArithmetic, parsed
from carbonctl.numbers.values import Value
from carbonctl.spec.model import default_names

_CLIENT, _SERVER = "client: ", "server: "
_ITEMS: dict[str, roles.Role] = {
    PUE_OVERHEAD: roles.OVERHEAD, GRID_LOSSES: roles.LOSSES, "building": roles.BUILDING,
}  # fmt: skip
_KINDS: dict[str, roles.Role] = {
    "storage": roles.STORAGE, "transfer": roles.NETWORK, "on_device": roles.USERS,
}  # fmt: skip
_ON_CLIENTS = "federated"
_CONNECTIONS = ("client radio", "access point", "network")
_AT_DATA_CENTRE = (roles.SERVER, roles.OVERHEAD, roles.LOSSES, roles.BUILDING)
_TO_CARBON = " * carbon_intensity"
_SHARE_OF_LIFE = re.compile(r" \* \w+ / \(\w+ \* \w+\)$")
_NUMBERED = re.compile(r"(_[0-9]+)+(?=$|_down$|_up$)")
_OF_DRIVES = ("power", "embodied", "lifetime")
_ROUNDING = 1e-9  # of a figure


class SavedFields:
    """What a saved result says of its entries, for the fields that it does not hold.

    Parameters
    ----------
    spec : dict
        The normalised workload; empty where it was left out.
    """

    def __init__(self, spec: dict[str, Any]) -> None:
        self.spec = spec
        self.activities: dict[tuple[str, str], dict[str, Any]] = {}
        for phase, activities in spec.get("phases", {}).items():
            names = default_names([(raw.get("kind", ""), raw.get("name")) for raw in activities])
            for name, activity in zip(names, activities, strict=True):
                self.activities[phase, name] = activity

    def restored(self, entry: Entry) -> Entry:
        """Return an entry with the fields that are not saved."""
        named = entry.item.rpartition(")")[2] if "(" in entry.item else entry.item
        _, is_split, label = named.partition(AT_SITE)
        name = entry.item.partition(AT_SITE)[0]
        role = _role(entry.kind, name)
        activity = self.activities.get((entry.phase, entry.activity), {})
        is_client = _has_clients(entry.kind) and (
            role not in _AT_DATA_CENTRE or name.startswith(_CLIENT)
        )
        return entry._replace(
            inputs=tuple(_figure(value, entry.kind) for value in entry.inputs),
            name=name,
            role=role,
            site=label if is_split else self.site(entry.phase, activity, is_client=is_client),
            system=_system(activity, is_client=is_client),
            amount=_amount(entry),
        )

    def site(self, phase: str, activity: dict[str, Any], *, is_client: bool) -> str:
        """Return the name of a site, else its grid, else its carbon intensity."""
        own = activity.get("client_site") if is_client else None
        of_phase = self.spec.get("phase_sites", {}).get(phase)
        refs = (own, activity.get("site"), of_phase, self.spec.get("site"))
        return next(filter(None, map(_label, refs)), "the site")


def _has_clients(kind: str) -> bool:
    """Return whether clients take part in a kind of activity."""
    return kind == _ON_CLIENTS or _KINDS.get(kind) == roles.USERS


def _role(kind: str, name: str) -> roles.Role:
    role = _ITEMS.get(name.removeprefix(_CLIENT)) or _KINDS.get(kind)
    if role is not None or kind != _ON_CLIENTS:
        return role or roles.MACHINES
    if name.startswith(_SERVER):
        return roles.SERVER
    return roles.CONNECTION if name.startswith(_CONNECTIONS) else roles.CLIENTS


def _system(activity: dict[str, Any], *, is_client: bool) -> str:
    """Return the name of a system, else its device."""
    server = activity.get("server")
    fields = server if isinstance(server, dict) and not is_client else activity
    system = fields.get("system")
    if isinstance(system, str):
        return system
    described = system if isinstance(system, dict) else fields
    kinds = described.get("accelerators")
    if isinstance(kinds, list):
        return " + ".join(str(kind.get("device") or "device") for kind in kinds
                          if isinstance(kind, dict))  # fmt: skip
    keys = ("device", "instance", "host")
    return str(next((described[key] for key in keys if described.get(key)), NO_SYSTEM))


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


def _figure(value: Value, kind: str) -> Value:
    """Return an input with what its figure is called: of drives and servers their own, no numbers.

    What follows from that is no unknown of its own making.
    """
    figure = _NUMBERED.sub("", value.name)
    if kind == "storage" and figure in _OF_DRIVES:
        figure = f"storage_{figure}"
    if value.unknown.startswith(f"{SERVER_POWER}:"):
        figure = SERVER_POWER
    named = value if figure == value.name else value._replace(figure=figure)
    bare = named._replace(unknown="")
    return bare if value.unknown == identity(bare) else named


def _amount(entry: Entry) -> str:
    """Return the part of a formula that gives the quantity; empty where none does."""
    if entry.boundary == OPERATIONAL:
        part = entry.formula.removesuffix(_TO_CARBON)
        return part if part != entry.formula else ""
    part = _SHARE_OF_LIFE.sub("", entry.formula)
    if part == entry.formula or entry.quantity is None:
        return ""
    try:
        hours = parsed(part).at({value.name: value.best for value in entry.inputs})
    except (ArithmeticError, KeyError, NotArithmetic):
        return ""
    return part if isclose(hours, entry.quantity, rel_tol=_ROUNDING) else ""
