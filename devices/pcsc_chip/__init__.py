"""Chips of identity documents (ICAO eMRTD with Basic Access Control) on a PC/SC reader."""
