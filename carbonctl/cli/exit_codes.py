"""Runs a command line, and gives every ending its exit code."""

import errno
import gc
import io
import os
import signal
import sys
from typing import NoReturn

from carbonctl import errors
from carbonctl.outputs.messages import say

_GC_THRESHOLD = 1_000_000  # a short process makes little garbage, and looking for it takes time
_UNWRITABLE = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EIO, errno.EBADF)
_EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN)


class _Closed(io.TextIOBase):
    """Standard output that is closed: nothing can be written to it."""

    def write(self, text: str) -> int:
        """Raise OutputError."""
        raise errors.OutputError("standard output is closed")

    @property
    def buffer(self) -> "_Closed":
        """Return what takes bytes."""
        return self

    def fileno(self) -> int:
        """Raise OutputError."""
        return self.write("")


def leave(argv: list[str] | None = None) -> NoReturn:
    """Run the command line and exit; ``argv`` as in `carbonctl.cli.main`."""
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # a closed pipe ends quietly
    # No plugin of the environment changes how a workload is read, or takes time to be found.
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "1"
    gc.set_threshold(_GC_THRESHOLD)
    if sys.stdout is None:
        sys.stdout = _Closed()
    arguments = sys.argv[1:] if argv is None else argv
    code = run(arguments) or _flush()
    os._exit(code)  # tearing the interpreter down would take a fifth of a short run


def _flush() -> int:
    """Write out what is buffered and return the exit code of a failure to do so."""
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except BrokenPipeError:
        return errors.CLOSED_PIPE
    except OSError:
        return errors.OUTPUT
    return errors.OK


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code; what went wrong is said."""
    try:
        return _run(arguments)
    except MemoryError:
        pass  # with it goes what was made, so that there is room to say so
    say("carbonctl: out of memory; of many workloads csv, tsv and jsonl need the least")
    return errors.INPUT


def _run(arguments: list[str]) -> int:  # noqa: PLR0911
    try:
        if "_CARBONCTL_COMPLETE" in os.environ:  # a shell asks what a TAB offers
            from carbonctl.cli.complete import answer

            return answer(os.environ)
        from carbonctl.cli import app

        return app.run(arguments)
    except errors.UsageError as error:
        say(f"carbonctl: {error}")
        return error.exit_code
    except errors.ClosedPipe:
        return _closed_pipe()
    except errors.CarbonctlError as error:
        say(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        return errors.INTERRUPTED
    except MemoryError:
        raise
    except OSError as error:
        return _refused(error) or _bug(error, arguments)
    except Exception as error:  # noqa: BLE001
        return _bug(error, arguments)


def _closed_pipe() -> int:
    """End as writing to a closed pipe does; where that is no signal, return the exit code."""
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        signal.raise_signal(signal.SIGPIPE)
    return errors.CLOSED_PIPE


def _refused(error: OSError) -> int:
    """Say what the system does not give, and return the exit code; 0 where it is no such thing."""
    if error.errno in _UNWRITABLE:
        say(f"standard output: {error.strerror}")
        return errors.OUTPUT
    if error.errno in _EXHAUSTED:
        say(f"{error.filename or 'carbonctl'}: {error.strerror}")
        return errors.INPUT
    return errors.OK


def _bug(error: Exception, arguments: list[str]) -> int:
    """Say how to report a bug; with --debug show where it happened."""
    if isinstance(error.__cause__, KeyboardInterrupt):  # one that came while a class was made
        return errors.INTERRUPTED
    if "--debug" in arguments:
        import traceback

        say("".join(traceback.format_exception(error)))
        return errors.BUG
    say(
        f"carbonctl: this is a bug ({type(error).__name__}: {error}); "
        "please report it with the output of --debug"
    )
    return errors.BUG
