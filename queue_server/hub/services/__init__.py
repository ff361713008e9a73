"""Use cases of the hub."""
