"""Writes keyed digests in the place of tags that name people."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from hashlib import sha256

from carbonctl.batch.fleet.tables import Ready
from carbonctl.errors import InputError, Problem
from carbonctl.inputs import reading

_LEAST_KEY = 16  # bytes: a shorter key can be guessed
_DIGITS = 16


def read_key(path: str) -> bytes:
    """Return the key in a file, without spaces around it.

    Raises
    ------
    InputError
        Where it is too short to keep anything secret.
    """
    data, name = reading.read(path)
    key = data.strip()
    if len(key) < _LEAST_KEY:
        message = f"a key of at least {_LEAST_KEY} bytes is wanted, not {len(key)}"
        raise InputError([Problem(name, None, None, message)])
    return key


def digest(text: str, key: bytes) -> str:
    """Return what is written in the place of a text; nothing in the place of an empty one."""
    if not text:
        return ""
    return hmac.new(key, text.encode(), sha256).hexdigest()[:_DIGITS]


def hashed(ready: Ready, names: Iterable[str], key: bytes) -> Ready:
    """Return rows with digests of some tags."""
    block = ready.block
    tags = {
        name: column.each(lambda text: digest(text, key)) if name in names else column
        for name, column in block.tags.items()
    }
    return Ready(block._replace(tags=tags), ready.refused)
