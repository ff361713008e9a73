"""The touchscreen program people meet at a module."""
