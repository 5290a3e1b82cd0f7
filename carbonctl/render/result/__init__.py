"""A result in each format."""
