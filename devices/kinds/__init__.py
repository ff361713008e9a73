"""What each kind of device takes and gives back. Pure."""
