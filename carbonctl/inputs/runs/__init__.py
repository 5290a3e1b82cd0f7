"""Tables of runs, and folders of accounts, as columns for `carbonctl.analysis.survey`."""
