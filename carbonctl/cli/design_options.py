"""Design metrics as ``compare --metrics`` asks for them."""

from carbonctl.analysis.compare import Report
from carbonctl.errors import UsageError
from carbonctl.numbers.intervals import Number, high, low


def read_share(text: str | None, *, is_wanted: bool) -> Number | None:
    """Read ``--embodied-share``: a share, or a range of it.

    Raises UsageError where it is none, or no metrics are wanted.
    """
    if text is None:
        return None
    if not is_wanted:
        raise UsageError("--embodied-share needs --metrics")
    from carbonctl.numbers.unit_table import QuantityError
    from carbonctl.numbers.units import FRACTION, parse

    try:
        share = parse(text, FRACTION)
    except QuantityError as error:
        raise UsageError(f"--embodied-share: {error}") from None
    if not (low(share) >= 0 and high(share) <= 1):
        raise UsageError(f"--embodied-share: `{text}` is not within 0..100 %; write 20..80%")
    return share


def with_metrics(report: Report, share: Number | None) -> Report:
    """Return a comparison with the metrics of its sides, unless there is nothing to compare.

    Raises InputError for sides with several workloads.
    """
    from carbonctl.analysis.design.metrics import measured

    if not report.alternatives:
        return report
    return report._replace(metrics=measured(report, share))


def notes(report: Report) -> list[str]:
    """Return the notes on metrics, each with the side that it is of."""
    if report.metrics is None:
        return []
    from carbonctl.render.design import notes as said

    return said(report.metrics)
