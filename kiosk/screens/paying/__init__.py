"""The fee, each way of it and every end it may have."""
