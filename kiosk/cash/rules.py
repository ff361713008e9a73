"""PURE: which notes and coins are let in and kept, and how change is made of what hoppers hold.

All amounts are céntimos.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

# Notes and coins of Peru in circulation (BCRP).
DENOMINATIONS = (10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000)
# More coins than this nobody can gather from a tray while others wait; a claim slip is better.
MAX_COINS = 40


@dataclass(frozen=True)
class Stock:
    """How many coins of `coin_centimos` can be given now."""

    coin_centimos: int
    coins: int


def change(amount: int, stocks: Iterable[Stock]) -> Mapping[int, int] | None:
    """The fewest coins that make exactly `amount`: coin -> how many; None when it cannot be made.

    >>> change(230, [Stock(200, 5), Stock(10, 50)])
    {200: 1, 10: 3}
    """
    fewest: dict[int, dict[int, int]] = {0: {}}
    for stock in sorted(stocks, key=lambda each: -each.coin_centimos):
        fewest = _with(stock, fewest, amount)
    found = fewest.get(amount)
    return found if found is not None and sum(found.values()) <= MAX_COINS else None


def _with(
    stock: Stock, made: Mapping[int, dict[int, int]], amount: int
) -> dict[int, dict[int, int]]:
    """The sums that can be made when `stock` may be added to what was `made` without it."""
    better = dict(made)
    for base, coins in made.items():
        room = min(stock.coins, MAX_COINS, (amount - base) // max(1, stock.coin_centimos))
        for count in range(1, room + 1):
            total = base + count * stock.coin_centimos
            more = {**coins, stock.coin_centimos: count}
            if total not in better or sum(more.values()) < sum(better[total].values()):
                better[total] = more
    return better


def can_settle(piece: int, missing: int, stocks: Iterable[Stock]) -> bool:
    """Whether a piece may be kept while `missing` is still to be paid: nothing is kept beyond it,
    unless the change can be given."""
    return piece <= missing or change(piece - missing, stocks) is not None


def acceptable(missing: int, stocks: Sequence[Stock]) -> tuple[int, ...]:
    """The denominations to let in while `missing` is still to be paid; never empty before that."""
    return tuple(each for each in DENOMINATIONS if can_settle(each, missing, stocks))


@dataclass(frozen=True)
class Balance:
    """One cash-in, in céntimos: what devices kept, what the order cost (0 while it is not paid),
    what hoppers certainly gave, and what claims hold."""

    taken: int
    price: int
    given: int
    claimed: int

    @property
    def owed(self) -> int:
        """What nobody accounts for yet; below 0 claims hold too much."""
        return self.taken - self.price - self.given - self.claimed
