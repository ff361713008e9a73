"""Codes of mobile wallets (Yape, Plin): checked here before a person may scan them."""
