"""Issuance's ways to the outside: the centre's SOAP service, the signature of a PDF."""
