"""The machines of a site: what is discovered on the LAN, what beats, what is broken."""
