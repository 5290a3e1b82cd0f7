"""Lines of a bill of materials: so much of something, times a factor of embodied carbon."""

from collections.abc import Callable
from itertools import count
from typing import Any, NamedTuple

from carbonctl.catalog import Catalog
from carbonctl.errors import Caution
from carbonctl.estimators.base import ActivityError
from carbonctl.numbers.quantities import Quantity, of, product
from carbonctl.numbers.values import Value
from carbonctl.spec.parts import MANUFACTURING
from carbonctl.spec.systems import Part

PACKAGE = "package"


class Line(NamedTuple):
    """One line of a bill: the activity data of context, carrying or discarding something.

    Attributes
    ----------
    item : str
        The names of the part and of the groups that it is in, joined by dots.
    kind : str
        The kind of part; `PACKAGE` for what packages a part.
    stage : str
        One of `carbonctl.spec.parts.STAGES`.
    amount : Quantity
        How much there is of it, all counts in it.
    unit : str
        The unit of the amount.
    factor : Quantity or None
        Embodied carbon of one unit [kgCO2e/unit]; None where it is unknown.
    path : str
        Where the part is described.
    year : int, optional
        Of the factor.
    lacks : str
        What would make the factor known.
    """

    item: str
    kind: str
    stage: str
    amount: Quantity
    unit: str
    factor: Quantity | None
    path: str
    year: int | None = None
    lacks: str = ""

    @property
    def carbon(self) -> Quantity | None:
        """Embodied carbon of all of it [kgCO2e]; None where it is unknown."""
        return None if self.factor is None else product(self.amount, self.factor)


class PartContext(NamedTuple):
    """One part in the making of its lines.

    Attributes
    ----------
    part : Part
        What is made.
    path : str
        Where it is described, by the names of parts.
    at : str
        The same by their places in lists, for faults.
    item : str
        What its lines are called.
    counts : tuple of Value
        How many of it there are: its own count, and those of the groups around it.
    catalog : Catalog
        Knows factors.
    is_record : bool
        Whether a record of the catalog describes it, and not the spec.
    tell : callable
        Takes warnings.
    """

    part: Any
    path: str
    at: str
    item: str
    counts: tuple[Value, ...]
    catalog: Catalog
    is_record: bool
    tell: Callable[[Caution], None]

    def given(self, key: str, name: str = "") -> Value | None:
        """Return a quantity of the part under the name that formulas use."""
        value: Value | None = getattr(self.part, key, None)
        if value is None:
            return None
        value = self.placed(value, key, name)
        if value.source is None:  # the source of the part is that of what has none
            value = value._replace(source=getattr(self.part, "source", None))
        if self.is_record and value.status == "given":
            value = value._replace(status="catalog", line=None)
        return value

    def placed(self, value: Value, key: str, name: str = "") -> Value:
        """Return a fact of the catalog under the name of a formula, and where to give another."""
        return value.named(name or key, f"{self.path}.{_alias(self.part, key)}")

    def default(self, value: Value, key: str, note: str) -> Value:
        """Return what stands in for a key that is not given."""
        path = f"{self.path}.{_alias(self.part, key)}"
        return value._replace(status="default", path=path, name=key, note=note)

    def warn(self, message: str, key: str = "") -> None:
        """Warn of the part, or of one of its keys."""
        self.tell(Caution(message, f"{self.path}.{key}" if key else self.path))

    def fault(self, key: str, message: str) -> ActivityError:
        """Return what is wrong with a key of the part."""
        return ActivityError(f"{self.at}.{_alias(self.part, key)}", message)

    def lacking(self, message: str) -> ActivityError:
        """Return what the part lacks."""
        return ActivityError(self.at, message)

    def many(self, *amounts: Quantity) -> Quantity:
        """Return amounts of one part times all its counts."""
        return product(*map(of, self.counts), *amounts) if self.counts else product(*amounts)

    def line(
        self,
        amount: Quantity,
        unit: str,
        factor: Quantity | None,
        *,
        kind: str = "",
        stage: str = MANUFACTURING,
        year: int | None = None,
        lacks: str = "",
    ) -> Line:
        """Return a line of this part."""
        item = f"{self.item} {kind}" if kind else self.item
        own = kind or self.part.kind
        return Line(item, own, stage, amount, unit, factor, self.path, year, lacks)


def _alias(part: Part, key: str) -> str:
    field = type(part).model_fields.get(key)
    return (field.alias if field else None) or key


def told_apart(lines: list[Line]) -> list[Line]:
    """Return lines of which no two are called the same."""
    taken = {line.item for line in lines}
    seen: set[str] = set()
    renamed = []
    for line in lines:
        item = line.item
        if item in seen:
            item = next(n for n in (f"{item} ({k})" for k in count(2)) if n not in taken)
            taken.add(item)
        seen.add(item)
        renamed.append(line._replace(item=item))
    return renamed


ONE = Quantity(1.0, "1")
