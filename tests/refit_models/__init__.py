"""Fits the coefficients of language models to the measurements that come with the project.

``make refit-models`` prints what a fit gives beside what is shipped, and the errors with each
base model left out; ``make refit-models WRITE=1`` writes the coefficients of each such fit to
hardware_db/models/left-out.csv, which ``carbonctl reproduce --models`` reads.
"""
