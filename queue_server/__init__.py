"""The site's queue server: turns, issuance, staff and fleet over HTTP on the LAN."""
