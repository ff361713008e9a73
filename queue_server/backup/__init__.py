"""Copies of the whole server: made while it runs, sealed, and put back without repeating a number.

Like the migrations it sees every table; no slice knows of it.
"""
