"""Whose document it is: read or typed."""
