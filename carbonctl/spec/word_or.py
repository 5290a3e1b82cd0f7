"""A field that is a quantity, or one word in its place: ``checkpoint_every: best``."""

import re
from typing import Any, NamedTuple

from pydantic_core import core_schema

from carbonctl.numbers.units import article
from carbonctl.numbers.values import Value
from carbonctl.spec.fields import FIELD, QuantityField
from carbonctl.text import did_you_mean


class WordOr(NamedTuple):
    """Marks a field as a quantity or a word: ``Annotated[Value | str, WordOr("best", …)]``."""

    word: str
    quantity: QuantityField

    def read(self, raw: Any) -> Value | str:
        """Read the word, else the quantity.

        Raises
        ------
        ValueError
            With what is wrong and how to write it.
        """
        if isinstance(raw, str) and raw == self.word:
            return self.word
        if isinstance(raw, str) and not re.search(r"\d", raw):
            dimension = self.quantity.dimension
            wanted = f"`{self.word}`, or {article(dimension.name)} such as `{dimension.example}`"
            close = did_you_mean(str(raw), (self.word,))
            raise ValueError(f"`{raw}`: {wanted} is wanted{close}")
        return self.quantity.read(raw)

    def write(self, value: Value | str) -> str | dict[str, str]:
        """Write one or the other."""
        if isinstance(value, str):
            return value
        return self.quantity.write(value)

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.read,
            serialization=core_schema.plain_serializer_function_ser_schema(self.write),
            metadata={FIELD: self},
        )
