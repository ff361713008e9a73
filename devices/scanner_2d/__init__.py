"""Two-dimensional bar code scanners on a serial line."""
