"""`make demo`: the whole product as real processes, and the people who use it."""
