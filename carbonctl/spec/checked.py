"""Keys that few workloads have: their models are imported, and built, only where one is given."""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple

from pydantic import BaseModel
from pydantic_core import core_schema

from carbonctl.spec.fields import FIELD


class Checked(NamedTuple):
    """Marks a field whose value is checked before the model that it stands in.

    Attributes
    ----------
    name : str
        The model.
    is_list : bool
        Whether it is a list of them.
    or_word : str
        The key that one word in its place stands for; empty where it must be a mapping.
    module : str
        The module of `carbonctl.spec` that the model is in.
    """

    name: str
    is_list: bool = False
    or_word: str = ""
    module: str = "hours"

    @property
    def model(self) -> type[BaseModel]:
        """The model itself."""
        model: type[BaseModel] = getattr(import_module(f"carbonctl.spec.{self.module}"), self.name)
        return model

    def read(self, raw: Any) -> Any:
        """Return what was checked already.

        Raises
        ------
        ValueError
            For what was not.
        """
        if isinstance(raw, BaseModel | tuple):
            return raw
        raise ValueError("a list is wanted here" if self.is_list else "a mapping is wanted here")

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.read,
            serialization=core_schema.plain_serializer_function_ser_schema(_plain),
            metadata={FIELD: self},
        )


def _plain(value: Any) -> Any:
    """Return a checked value as a workload would write it."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_none=True)
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
