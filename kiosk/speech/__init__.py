"""The kiosk's voice: what is said, who may hear it, and the sound of it."""
