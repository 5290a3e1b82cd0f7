"""Warnings: what a user should know before trusting a figure."""


class Caution(str):
    """The text of a warning, and what it is about.

    Parameters
    ----------
    message : str
        What is wrong, without its place.
    path : str
        Where in the workload, by the names of keys; empty where it is about all of it.
    kind : str
        Equal in warnings that differ in names and figures alone; the message unless given.
    vital : bool
        Whether a figure is missing or facts differ: ``--quiet`` does not hide that.
    """

    message: str
    path: str
    kind: str
    vital: bool

    def __new__(
        cls, message: str, path: str = "", *, kind: str = "", vital: bool = False
    ) -> "Caution":
        """Write the place before the message."""
        found = super().__new__(cls, f"{path}: {message}" if path else message)
        found.message, found.path = message, path
        found.kind, found.vital = kind or message, vital
        return found
