"""What decides a figure: how far each unknown moves it, and how much of its variance is its doing.

``asked`` reads what is asked, ``swing`` moves one unknown at a time, ``ranks`` and ``indices``
draw (and import numpy), ``answer`` puts them together, ``model`` says what an answer holds.
"""

from carbonctl.analysis.sensitivity.answer import sensitivity
from carbonctl.analysis.sensitivity.asked import Question, read_key
from carbonctl.analysis.sensitivity.model import Row, Sensitivity

__all__ = ["Question", "Row", "Sensitivity", "read_key", "sensitivity"]
