"""The staff menu."""
