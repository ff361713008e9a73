"""How each effect is carried out: by the queue server or by a device, within a deadline."""
