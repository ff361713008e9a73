"""A turn ticket."""
