"""Information about the services."""
