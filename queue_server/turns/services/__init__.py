"""Use cases of the queue; each works inside the caller's unit of work and never commits."""
