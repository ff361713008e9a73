"""Use cases of the reports; each works inside the caller's unit of work and never commits."""
