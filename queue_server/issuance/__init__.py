"""Issuance: applications for the certificate, the SOAP client, delivery."""
