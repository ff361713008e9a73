"""Use cases of the fleet; each works inside the caller's unit of work and never commits."""
