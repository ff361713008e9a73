"""How a kiosk that nobody trusts yet gets its credential: it shows a code, a person types it."""
