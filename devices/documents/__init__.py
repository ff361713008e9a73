"""Identity documents: machine-readable zones, types and check characters. Pure."""
