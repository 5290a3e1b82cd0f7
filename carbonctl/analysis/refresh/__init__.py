"""Refresh: how long to keep machines that newer ones would replace.

``question`` says what is asked, ``machine`` takes one machine out of an account, and ``answer``
finds the lives, the dates and what else follows.
"""

from carbonctl.analysis.refresh.answer import Answer, Plan, answer
from carbonctl.analysis.refresh.machine import of_account, of_figures
from carbonctl.analysis.refresh.question import MachineFigures, Question

__all__ = ["Answer", "MachineFigures", "Plan", "Question", "answer", "of_account", "of_figures"]
