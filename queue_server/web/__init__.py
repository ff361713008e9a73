"""Pages that compose several slices: sign-in, console, display, monitor."""
