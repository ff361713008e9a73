"""The fee and the ways to pay it."""
