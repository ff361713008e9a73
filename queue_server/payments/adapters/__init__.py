"""The outside world of money: the wallets' gateway."""
