"""The connection to the hub, and the file of what this site trusts."""
