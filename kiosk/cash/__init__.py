"""Paying with notes and coins: what is let in, what is kept, what goes back, what is owed."""
