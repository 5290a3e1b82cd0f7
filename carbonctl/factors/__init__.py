"""Pure arithmetic of activity data and emission factors: no I/O, no clock, no catalog.

Each kernel is written once with operators and serves floats, ranges and arrays.
"""
