"""Information about the services and the complaint book."""
