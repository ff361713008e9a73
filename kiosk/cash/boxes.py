"""PURE: what should lie in a cash box, how full it is, and when its place is whole again.

Words of a level are XFS4IoT's for a storage unit (`bins`): of what takes money in `ok`, `high` and
`full`, of what gives money out `ok`, `low` and `empty`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

# Of its capacity, in percent.
NEAR_FULL, FULL, LOW = 80, 95, 20
# Pieces that a box holds where the kiosk's configuration does not say, by the sort of its device.
CAPACITIES: Mapping[str, int] = {"bill": 500, "coin": 1500, "hopper": 800}


class Sort(StrEnum):
    """Whether a box fills or empties as people pay."""

    ACCEPTOR = "acceptor"
    HOPPER = "hopper"


class Level(StrEnum):
    """How full a box is."""

    OK = "ok"
    HIGH = "high"
    FULL = "full"
    LOW = "low"
    EMPTY = "empty"


@dataclass(frozen=True)
class Box:
    """One box of the device `serial`, or one filling of a hopper, with this kiosk's own number.

    It holds what the journal wrote after the position `after`, and no later than `until` (None: it
    is in its place). `coin_centimos` and `start_coins` are a hopper's: the worth of a coin, and how
    many it had at first (None: nobody counted). `lost`: why the device may have taken money that is
    not in the book, as it stood when the box was closed.
    """

    id: UUID
    number: int
    serial: str
    device: str
    sort: Sort
    coin_centimos: int
    after: int
    until: int | None
    start_coins: int | None
    lost: str
    opened_at: str
    closed_at: str | None


@dataclass(frozen=True)
class Contents:
    """What came into a box, or out of a hopper.

    `pieces`: céntimos -> how many. `given` and `doubtful` are coins of a hopper: those that
    certainly came out, and those of which nobody knows. `revision` only grows.
    """

    pieces: Mapping[int, int]
    given: int
    doubtful: int
    revision: int

    @property
    def centimos(self) -> int:
        """What its pieces are worth."""
        return sum(worth * count for worth, count in self.pieces.items())


def taken(amounts: Iterable[int]) -> Contents:
    """The contents of an acceptor's box into which these pieces (céntimos) fell."""
    pieces: dict[int, int] = {}
    for amount in amounts:
        pieces[amount] = pieces.get(amount, 0) + 1
    return Contents(dict(sorted(pieces.items())), 0, 0, sum(pieces.values()))


@dataclass(frozen=True)
class CoinsOut:
    """One payout of a hopper: coins ordered, and those that came out (None: nobody knows)."""

    ordered: int
    paid: int | None


def given(coin_centimos: int, start_coins: int | None, payouts: Iterable[CoinsOut]) -> Contents:
    """What should be left in a hopper. Without a count at first nobody can say: no pieces."""
    known = list(payouts)
    out = sum(each.paid or 0 for each in known)
    doubtful = sum(each.ordered for each in known if each.paid is None)
    left = {} if start_coins is None else {coin_centimos: max(0, start_coins - out)}
    ended = sum(each.paid is not None for each in known)
    return Contents(left, out, doubtful, len(known) + ended)


def level(sort: Sort, contents: Contents, capacity: int) -> Level:
    """How full a box of `capacity` pieces is. A hopper that was never counted counts as `ok`: its
    own sensors speak for it."""
    pieces = sum(contents.pieces.values())
    if sort is Sort.ACCEPTOR:
        if pieces * 100 >= capacity * FULL:
            return Level.FULL
        return Level.HIGH if pieces * 100 >= capacity * NEAR_FULL else Level.OK
    if not contents.pieces:
        return Level.OK
    if pieces == 0:
        return Level.EMPTY
    return Level.LOW if pieces * 100 <= capacity * LOW else Level.OK


def usual_capacity(serial: str) -> int:
    """Pieces that the box of this device holds, where nobody configured it."""
    return CAPACITIES.get(serial.partition("-")[0], min(CAPACITIES.values()))


class Places:
    """Whether every box that was taken out is back in its place, as the devices themselves say.

    Most coin boxes have no such switch: then only a person can say it.
    """

    def __init__(self) -> None:
        self._seen_out: set[str] = set()
        self._back: set[str] = set()

    def see(self, bins: Mapping[str, str]) -> bool:
        """`bins`: each acceptor's word. True once every one of them was out, and is back."""
        for device, word in bins.items():
            if word == "missing":
                self._seen_out.add(device)
                self._back.discard(device)
            elif device in self._seen_out and word in ("ok", "high"):
                self._back.add(device)
        return bool(bins) and self._back >= bins.keys()
