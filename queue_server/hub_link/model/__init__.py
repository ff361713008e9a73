"""PURE: when the site speaks to its hub, and what of it is news."""
