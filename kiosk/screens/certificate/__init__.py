"""The certificate, from the terms to the end."""
