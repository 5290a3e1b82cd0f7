"""carbonctl: from a YAML description of an AI workload to a carbon account.

In Python, a workload is a path or a dict, and its account can be a DataFrame:

    import carbonctl

    result = carbonctl.estimate("job.yaml", set=["site.grid=FR"])
    result.total.total_kgco2e        # kgCO2e; None where it is unknown
    result.to_frame()                # one row per entry, as in the CSV
    result.to_frame("phases")        # or "totals"

    results = carbonctl.estimate(["a.yaml", {"name": "b", ...}])
    carbonctl.to_frame(results, "totals")

Sites hour by hour, and when jobs run best:

    carbonctl.study_site("site.yaml").outcome.hourly_cfe_pct
    carbonctl.schedule("job.yaml", forecast="last-week").jobs[0].best.start

What is wrong with an input is an `InputError`, with a list of its ``problems``; every error
that is the caller's to mend is a `CarbonctlError`. The names of ``__all__`` are public, and
each is imported when it is first used; everything else may change.
"""

TYPE_CHECKING = False  # as that of typing, which is slow to import

if TYPE_CHECKING:
    from carbonctl.api import estimate, schedule, study_site, to_frame
    from carbonctl.errors import CarbonctlError, InputError, MissingExtra, UsageError
    from carbonctl.ledger.result import Result

__all__ = [
    "CarbonctlError",
    "InputError",
    "MissingExtra",
    "Result",
    "UsageError",
    "__version__",
    "estimate",
    "schedule",
    "study_site",
    "to_frame",
]

__version__ = "0.1.0"

_HOMES = {
    "CarbonctlError": "errors",
    "InputError": "errors",
    "MissingExtra": "errors",
    "Result": "ledger.result",
    "UsageError": "errors",
    "estimate": "api",
    "schedule": "api",
    "study_site": "api",
    "to_frame": "api",
}


def __getattr__(name: str) -> object:
    """Import a public name from its module when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
