"""Times with their zone, and the two signals of a grid that change with them."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import ValidationInfo

from carbonctl.spec import fields as f
from carbonctl.spec import scalars
from carbonctl.spec.texts import scalar

AVERAGE, MARGINAL = "average", "marginal"
_ZONE = re.compile(r"(Z|[+-]\d\d:?\d\d)$")


class Moment(str):
    """A time as it is written; ``second`` is its distance from 1970-01-01T00:00Z [s]."""

    __slots__ = ("second",)
    second: float

    def __reduce__(self) -> tuple[Any, ...]:
        return read_moment, (str(self), None)


def read_moment(raw: Any, info: ValidationInfo | None) -> Moment:
    """Read a time with its zone."""
    from datetime import datetime  # few workloads have times

    text = str(scalar(raw, "a time such as 2022-06-01T09:00Z")).strip()
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"`{text}` is no time such as 2022-06-01T09:00Z") from None
    if when.tzinfo is None or not _ZONE.search(text):
        full = text if ":" in text else f"{text}T00:00"
        raise ValueError(f"`{text}` has no time zone; write {full}Z for UTC, or {full}+02:00")
    moment = Moment(text)
    moment.second = when.timestamp()
    return moment


Time = Annotated[Moment, f.Scalar(read_moment, scalars.WORDS)]
