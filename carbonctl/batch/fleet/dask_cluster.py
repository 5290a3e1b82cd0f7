"""A Dask cluster: processes on this machine, or the workers of a scheduler."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from threading import current_thread, main_thread
from typing import Any

from carbonctl import __version__
from carbonctl.batch.pool import processors
from carbonctl.errors import CarbonctlError, Unavailable
from carbonctl.ledger.frames import DASK, require

_TIMEOUT = 5  # s, for a scheduler to answer and to have a worker
_STARTED = 60  # s, for a process on this machine to start
_LOGGERS = ("distributed", "distributed.client", "tornado", "asyncio")


@dataclass(frozen=True)
class Cluster:
    """Where tables are read.

    Attributes
    ----------
    scheduler : str, optional
        The address of a scheduler; without it there are workers on this machine.
    jobs : int, optional
        How many these are; as many as there are processors unless given.
    """

    scheduler: str | None = None
    jobs: int | None = None

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.scheduler or "this machine"

    def asked(self, ask: Callable[[], Any]) -> Any:
        """Return what the cluster gives.

        Raises
        ------
        Unavailable
            Where it does not give it.
        """
        from distributed import KilledWorker

        try:
            return ask()
        except CarbonctlError:
            raise
        except KilledWorker:
            raise self.unavailable(
                "worker processes ended several times over one part of an input; is their memory "
                "too small?"
            ) from None
        except ImportError as error:
            raise self._lacks(error) from None
        except RuntimeError as error:
            if "deserializ" not in str(error):
                raise
            raise self._lacks(error.__cause__ or error) from None
        except (CancelledError, OSError) as error:
            raise self.unavailable(f"the scheduler is gone ({type(error).__name__})") from None

    def unavailable(self, message: str) -> Unavailable:
        """Return what is said where it cannot be used."""
        return Unavailable(f"carbonctl: --engine dask: {self.name}: {message}")

    def _lacks(self, error: BaseException) -> Unavailable:
        return self.unavailable(
            f"the scheduler and the workers need carbonctl[dask] {__version__} too: {error}"
        )


@contextmanager
def connected(cluster: Cluster) -> Iterator[Any]:
    """Connect to a scheduler, or start workers on this machine, and close what was opened.

    Raises
    ------
    MissingExtra
        Where Dask is not installed.
    Unavailable
        Where there is no scheduler, or no worker.
    """
    require("--engine dask", "dask", "distributed", "pyarrow", extra=DASK)
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters is raised
    with ExitStack() as stack:
        stack.enter_context(_without_sigpipe())
        yield _client(cluster, stack)


@contextmanager
def _without_sigpipe() -> Iterator[None]:
    """Let no worker that ends take this process with it."""
    if not hasattr(signal, "SIGPIPE") or current_thread() is not main_thread():
        yield
        return
    before = signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGPIPE, before)


def _client(cluster: Cluster, stack: ExitStack) -> Any:
    import distributed

    dask: Any = distributed  # it has types of its own, but not of all that is called here
    address: Any = cluster.scheduler
    try:
        if address is None:
            local = dask.LocalCluster(
                n_workers=cluster.jobs or processors(), threads_per_worker=1, processes=True,
                dashboard_address="127.0.0.1:0", scheduler_kwargs={"dashboard": False},
                silence_logs=logging.CRITICAL,
            )  # fmt: skip
            address = stack.enter_context(local)
        client = stack.enter_context(dask.Client(address, timeout=_TIMEOUT, set_as_default=False))
    except (OSError, ValueError, RuntimeError) as error:
        if cluster.scheduler is None:
            raise cluster.unavailable(f"no processes can be started: {error}") from None
        message = f"no scheduler answers within {_TIMEOUT} s; an address is tcp://HOST:8786"
        raise cluster.unavailable(message) from None
    try:
        client.wait_for_workers(1, timeout=_TIMEOUT if cluster.scheduler else _STARTED)
    except TimeoutError:
        raise cluster.unavailable("the scheduler has no worker; start some: dask worker") from None
    return client
