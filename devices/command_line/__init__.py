"""What a technician types: one file a verb of ``python -m devices``."""
