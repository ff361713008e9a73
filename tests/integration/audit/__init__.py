"""The audit chain over real databases."""
