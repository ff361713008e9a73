"""A ccTalk coin acceptor: no escrow, every coin counts as it falls."""
