"""From text to files, pipes and messages."""
