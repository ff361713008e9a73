"""Backups: the seal, the numbers, the gap in the chain."""
