"""Statistics and plots from read tables of their own, built from event rows only."""
