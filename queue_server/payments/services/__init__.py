"""Use cases of money; each works inside the caller's unit of work and never commits."""
