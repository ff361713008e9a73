"""ccTalk: the frames, the bus and the cash-in machinery that its three models share."""
