"""What an account gathers on its way: entries, what was assumed, and what to warn of."""

from carbonctl.ledger import Entry
from carbonctl.values import Value

_ASSUMED = ("catalog", "default", "archetype")  # a derived value rests on others


class Books:
    """The entries of one workload, what was assumed on the way, and what to warn of."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.assumptions: dict[tuple[str, str], Value] = {}
        self.warnings: list[str] = []

    def warn(self, message: str) -> None:
        """Add a warning once."""
        if message not in self.warnings:
            self.warnings.append(message)

    def assume(self, values: tuple[Value, ...]) -> None:
        """Note every value that the spec did not give, once."""
        for value in values:
            if value.status in _ASSUMED and value.path is not None:
                self.assumptions.setdefault((value.path, value.name), value)
