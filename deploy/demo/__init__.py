"""`make demo`: the whole product as real processes, and two applicants who use it."""
