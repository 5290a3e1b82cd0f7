"""Tables of jobs and logs of other tools: anything → rows of the canonical table."""
