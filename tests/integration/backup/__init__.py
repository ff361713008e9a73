"""Backups of real servers, put back."""
