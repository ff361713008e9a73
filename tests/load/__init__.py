"""Measurements beside a baseline of the same run; never part of `make test`."""
