"""A new kiosk is let in: a person types the code it shows, SPAKE2 proves each side to the other."""
