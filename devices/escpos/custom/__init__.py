"""Custom's dialect of ESC/POS: full status and counted cuts."""
