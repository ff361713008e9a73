"""The page on which a person plays whoever pays with a wallet."""
