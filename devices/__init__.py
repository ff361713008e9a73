"""Hardware of a kiosk: drivers, their simulators and the words they share."""
