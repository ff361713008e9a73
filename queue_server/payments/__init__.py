"""Payments: fees by day, and the evidence of what was paid."""
