"""PURE: the words and rules of the queue. Each file holds one idea; import from the file."""
