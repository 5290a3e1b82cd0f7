"""The yearly update of the tables of grids: docs/updating-grids.md says how to run it.

A reader per raw file makes rows in the form of hardware_db; `merge` sets them beside the rows that
are there; `checks` says what the new rows are worth; `__main__` prints it, and writes if asked to.
"""
