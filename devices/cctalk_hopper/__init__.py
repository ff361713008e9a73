"""A ccTalk hopper: one sort of coin, given as change, each payout at most once."""
