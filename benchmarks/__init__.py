"""Measurements of kedro_nb beside its peers, always in one run: `python -m benchmarks --help`."""
