"""What the hub is told, and what it wants: each read or written in one unit."""
