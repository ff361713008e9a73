"""The fleet's ways to the outside: zeroconf."""
