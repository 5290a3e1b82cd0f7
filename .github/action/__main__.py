"""The action: its step ``install`` provides carbonctl, its step ``compare`` does the rest.

Run as ``python -I .github/action STEP``, and so without the working folder on the path:
nothing that a pull request holds is imported. It needs no more than Python.
"""

import sys
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit("::error title=carbonctl::Python 3.11 or newer is needed; name one as `python`")

sys.path.insert(1, str(Path(__file__).resolve().parents[2]))  # carbonctl's own modules


def main(step: str) -> int:
    """Run one step and return its exit code."""
    import traceback

    import compare
    import install
    import runner
    from carbonctl.errors import BUG

    try:
        return {"install": install.step, "compare": compare.step}[step]()
    except runner.Fault as fault:
        runner.annotate("error", str(fault))
        code = fault.code
    except Exception:  # noqa: BLE001
        runner.log(traceback.format_exc())
        runner.annotate("error", "this is a bug of the action; please report it with its log")
        code = BUG
    runner.output("exit-code", str(code))
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
