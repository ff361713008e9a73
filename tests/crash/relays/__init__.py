"""Relays that die again and again under a load of applications."""
