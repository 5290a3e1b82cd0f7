"""Fleets: tables of jobs as one account.

Rows that are alike in all but their amounts make a *cell*; a cell's amounts are sums. What a
unit of each amount causes follows from the account of a workload of that kind, so that a fleet has
no arithmetic of its own.
"""
