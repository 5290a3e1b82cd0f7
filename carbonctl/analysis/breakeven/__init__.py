"""Break-even: where a figure meets a limit, or is equal in two workloads, as one value varies.

``question`` says what is asked, ``curves`` gives the figures as functions of the value, ``ties``
finds where they meet, ``spread`` where they do over draws.
"""

from carbonctl.analysis.breakeven.question import Question, VariedWorkload, Vary, read_vary
from carbonctl.analysis.breakeven.ties import SCHEMA, Answer, Tie, solve

__all__ = ["SCHEMA", "Answer", "Question", "Tie", "VariedWorkload", "Vary", "read_vary", "solve"]
