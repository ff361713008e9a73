"""JCM bill validators that speak ID-003: notes held, then kept or returned, credited once."""
