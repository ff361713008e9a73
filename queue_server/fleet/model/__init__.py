"""PURE: the words and rules of the fleet."""
