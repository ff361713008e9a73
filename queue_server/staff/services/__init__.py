"""Use cases of access, one subject a module."""
