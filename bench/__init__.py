"""Measures what the full stack costs: `make bench`."""
