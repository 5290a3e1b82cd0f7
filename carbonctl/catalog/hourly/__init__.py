"""Hourly figures of grids, plants and demands, read from files."""
