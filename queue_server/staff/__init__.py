"""Who may do what: staff accounts and sessions, credentials of kiosks and displays."""
