"""Personal data (Ley 29733): what is held, what for, how long, and the evidence that it went."""
