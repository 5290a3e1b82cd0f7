"""Levers: named changes of a workload, and what each of them saves."""
