"""The ledger: entries, sums, results, rows and frames."""
