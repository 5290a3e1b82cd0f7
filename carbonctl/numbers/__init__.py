"""What a figure can be: units, intervals, values, quantities with their formula."""
