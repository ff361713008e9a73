"""Upgrades of a real server, and the way back."""
