"""Where everybody begins: the first screen, the closed one, the services."""
