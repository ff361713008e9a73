"""PURE: which notes and coins are let in and kept, and how change is made of what hoppers hold.

All amounts are céntimos.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

# Notes and coins of Peru in circulation (BCRP).
DENOMINATIONS = (10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000)
# More coins than this nobody can gather from a tray while others wait; a claim slip is better.
MAX_COINS = 40
# Every piece and every fee that cash can pay is a multiple of the smallest coin.
_STEP = 10
# What is worked out once: levels of hoppers are words, and devices take what they take.
_CHOICES = 32


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


def can_settle(
    piece: int, missing: int, stocks: Sequence[Stock], known: Sequence[int] = DENOMINATIONS
) -> bool:
    """Whether a piece may be kept while `missing` is still to be paid.

    Nothing is kept beyond it unless the change can be given, and nothing after which the rest could
    not be paid any more with what devices take (`known`).
    """
    return _settles(piece, missing, stocks, _payable(max(missing - piece, 0), stocks, known))


def acceptable(
    missing: int, stocks: Sequence[Stock], known: Sequence[int] = DENOMINATIONS
) -> tuple[int, ...]:
    """The denominations to let in while `missing` is still to be paid; none: cash cannot pay it."""
    payable = _payable(missing, stocks, known)
    return tuple(each for each in known if _settles(each, missing, stocks, payable))


def _settles(piece: int, missing: int, stocks: Sequence[Stock], payable: Collection[int]) -> bool:
    if piece >= missing:
        return piece - missing in _can_be_given(tuple(stocks))
    return missing - piece in payable


def _payable(amount: int, stocks: Sequence[Stock], known: Sequence[int]) -> Collection[int]:
    """The sums up to `amount` that can be paid: exactly, or with one last piece and change."""
    last, found = _last_sums(tuple(stocks), tuple(known)), set[int]()
    for due in range(_STEP, amount + 1, _STEP):
        if due in last or any(due - piece in found for piece in known):
            found.add(due)
    return found


@lru_cache(maxsize=_CHOICES)
def _last_sums(stocks: tuple[Stock, ...], known: tuple[int, ...]) -> frozenset[int]:
    """The sums that one piece pays, with what hoppers can give of it."""
    given = _can_be_given(stocks)
    return frozenset(piece - back for piece in known for back in given if back < piece)


@lru_cache(maxsize=_CHOICES)
def _can_be_given(stocks: tuple[Stock, ...]) -> frozenset[int]:
    """The sums that hoppers can give of any piece, 0 among them."""
    fewest = {0: 0}
    for stock in stocks:
        better = dict(fewest)
        for total, coins in fewest.items():
            for more in range(1, min(stock.coins, MAX_COINS - coins) + 1):
                with_it = total + more * stock.coin_centimos
                if with_it > max(DENOMINATIONS):
                    break
                better[with_it] = min(coins + more, better.get(with_it, MAX_COINS))
        fewest = better
    return frozenset(fewest)


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
