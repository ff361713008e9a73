"""Turns: visits, tickets, counters, and who is next."""
