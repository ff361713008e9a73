"""MRZ readers that type what they read, as a keyboard."""
