"""What services of the State were seen to do to their callers, on demand: by order or by marker."""
