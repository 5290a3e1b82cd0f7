"""From files, pipes, git and saved results to documents and results."""
