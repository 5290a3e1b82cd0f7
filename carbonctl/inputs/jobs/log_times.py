"""Times of day and durations as logs write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

from carbonctl.inputs.jobs.cells import CellError, finite

_ELAPSED = re.compile(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)", re.ASCII)
_NUMBER = re.compile(r"\d+(?:\.\d*)?(?:[eE]\+?\d+)?", re.ASCII)
MILLISECONDS_FROM = 1e11  # in seconds this is the year 5138, in milliseconds 1973


class Clock:
    """Reads times of day of one log.

    Attributes
    ----------
    zone : tzinfo
        Of times without one.
    is_assumed : bool
        Whether a time without a zone was read.
    """

    def __init__(self, zone: tzinfo) -> None:
        self.zone = zone
        self.is_assumed = False

    def read(self, text: str, column: str, after: datetime | None = None) -> datetime:
        """Return a time of day in UTC.

        ISO 8601, also with ``/`` in the date; or seconds or milliseconds since 1970.

        Parameters
        ----------
        after : datetime, optional
            The time of the line before. In the hour that comes twice when summer time ends, a
            time that would lie before it is the second one.

        Raises
        ------
        CellError
            Where it is no time.
        """
        text = text.strip()
        if _NUMBER.fullmatch(text):
            return from_seconds(finite(text, column), column)
        try:
            moment = datetime.fromisoformat(text.replace("/", "-"))
            if moment.tzinfo is not None:
                return moment.astimezone(UTC)
            self.is_assumed = True
            return self._local(moment, after)
        except (ValueError, OverflowError):
            message = f"'{text}' is no time; write 2026-03-01T10:00:00Z"
            raise CellError(column, text, message) from None

    def _local(self, moment: datetime, after: datetime | None) -> datetime:
        first = moment.replace(tzinfo=self.zone).astimezone(UTC)
        if after is None or first >= after:
            return first
        second = moment.replace(tzinfo=self.zone, fold=1).astimezone(UTC)
        return second if second >= after else first

    def note(self) -> str:
        """Return what to say about times without a zone."""
        return f"times without a zone are read as {self.zone}; --timezone reads them otherwise"


def from_seconds(seconds: float, column: str) -> datetime:
    """Return a time of day of seconds, or milliseconds, since 1970.

    Raises
    ------
    CellError
        Where there is no such day.
    """
    try:
        scale = 1e-3 if seconds >= MILLISECONDS_FROM else 1.0
        return datetime.fromtimestamp(seconds * scale, UTC)
    except (OverflowError, ValueError, OSError):
        raise CellError(column, seconds, f"{seconds:g} s since 1970 is no time of day") from None


def earlier(moment: datetime, hours: float, column: str) -> datetime:
    """Return the time of day that is some hours earlier.

    Raises
    ------
    CellError
        Where there is no such day.
    """
    try:
        return moment.astimezone(UTC) - timedelta(hours=hours)
    except (OverflowError, ValueError):
        raise CellError(column, hours, f"{hours:g} h is too long") from None


def iso(moment: datetime) -> str:
    """Return a time of day as ISO 8601 in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def elapsed_h(text: str, column: str) -> float:
    """Return hours of ``h:mm:ss``, also with a fraction of a second.

    Raises
    ------
    CellError
        Where it is not of this form.
    """
    parts = _ELAPSED.fullmatch(text.strip())
    if not parts:
        raise CellError(column, text, f"'{text.strip()}' is no duration; write h:mm:ss")
    hours, minutes, seconds = map(float, parts.groups())
    return hours + minutes / 60 + seconds / 3600
