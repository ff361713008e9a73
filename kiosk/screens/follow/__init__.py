"""What became of an earlier application, and a better address for it."""
