"""Scaling: what less error costs in energy, over many runs or by a law.

``points`` are the runs, measured or of a grid; ``law`` fits a sum of powers; ``answer`` has the
frontier, the fit, and the worth of old data.
"""

from carbonctl.analysis.scaling.answer import Answer, answer
from carbonctl.analysis.scaling.points import Point, Points, of_grid

__all__ = ["Answer", "Point", "Points", "answer", "of_grid"]
