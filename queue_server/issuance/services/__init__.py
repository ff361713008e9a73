"""Use cases of issuance; each works inside the caller's unit of work and never commits."""
