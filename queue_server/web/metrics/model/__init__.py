"""PURE: what `/metrics` says: its series, the bounds of their labels, the text."""
