"""The benchmark: ratios taken in one run, as a table for people and as JSON."""
