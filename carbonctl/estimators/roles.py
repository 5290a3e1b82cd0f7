"""What an entry of the account is of: the words of `carbonctl.ledger.entry.Entry.role`."""

from typing import Final, Literal, TypeAlias

Role: TypeAlias = Literal[
    "machines", "clients", "users", "server", "connection", "network", "storage", "overhead",
    "losses", "building",
]  # fmt: skip

MACHINES: Final = "machines"  # devices and what stands around them in a node
CLIENTS: Final = "clients"  # devices that learn together
USERS: Final = "users"  # devices of users that answer requests
SERVER: Final = "server"  # machines that clients are connected to
CONNECTION: Final = "connection"  # radio, access point and network between clients and server
NETWORK: Final = "network"  # other networks that data are moved over
STORAGE: Final = "storage"  # drives that hold data
OVERHEAD: Final = "overhead"  # what a building uses beyond its machines
LOSSES: Final = "losses"  # what is lost between plant and meter
BUILDING: Final = "building"  # the building itself
