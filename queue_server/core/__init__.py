"""What the slices share: database, event log and feed, clock, crypto, problem+json. No slice."""
