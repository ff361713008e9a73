"""The centre: what every site tells of itself, and what it is told to do."""
