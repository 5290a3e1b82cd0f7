"""Sweeps: accounts of one workload at many points.

``axes`` reads what is swept, ``points`` goes through it, ``rows`` makes the accounts and takes
from each what is asked for.
"""

from carbonctl.analysis.sweep.axes import Axis, read_axis
from carbonctl.analysis.sweep.measures import Measure
from carbonctl.analysis.sweep.points import MOST_POINTS, Points
from carbonctl.analysis.sweep.rows import SCHEMA, Row, Rows, Subject, Sweep

__all__ = [
    "MOST_POINTS", "SCHEMA", "Axis", "Measure", "Points", "Row", "Rows", "Subject", "Sweep",
    "read_axis",
]  # fmt: skip
