"""The installers on a bare Debian."""
