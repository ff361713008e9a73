"""Readers that send the machine-readable zone as text over a serial line."""
