"""The published runs beside what was reported of them: how near the tool comes.

``blind`` makes the version of a workload that is known before a run, ``boundaries`` picks the
part of an account that a source measured, ``rows`` sets each figure beside the reported one,
``summary`` sums up the errors and judges them.
"""

from carbonctl.analysis.reproduce.rows import Reproduction, reproduce
from carbonctl.analysis.reproduce.summary import Goal, Summary, goals, is_met, summaries

__all__ = ["Goal", "Reproduction", "Summary", "goals", "is_met", "reproduce", "summaries"]
