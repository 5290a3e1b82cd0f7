"""Threads that read ahead: pyarrow keeps none of the others waiting while it reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

# From a function and its argument to one that returns the result, or raises what went wrong.
Submit: TypeAlias = Callable[[Callable[[Any], Any], Any], Callable[[], Any]]


@contextmanager
def working(threads: int) -> Iterator[Submit]:
    """Let some threads work; without any, all is done when its result is asked for.

    What they are given is worked on in its order, and changes nothing that others see.
    """
    if threads < 1:
        yield _later
        return
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(threads)
    try:
        yield lambda work, what: pool.submit(work, what).result
    finally:
        pool.shutdown(cancel_futures=True)


def _later(work: Callable[[Any], Any], what: Any) -> Callable[[], Any]:
    return lambda: work(what)
