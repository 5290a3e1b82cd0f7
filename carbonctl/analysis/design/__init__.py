"""Which of two designs is better, and when it pays."""
