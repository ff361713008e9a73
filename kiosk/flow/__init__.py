"""PURE: what the kiosk does next: `step(state, event) -> (state, effects)`; no clock, no I/O."""
