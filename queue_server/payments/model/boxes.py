"""PURE: cash boxes of kiosks, how two people take them out, and what was counted in them.

    asked ──▶ confirmed ──▶ taken ──▶ closed ──▶ entered ──▶ settled
      │           │           │         ▲ ▲ ╰────────╯ ╲         ▲
      ╰───────────┴───────────┴▶ lapsed ╯ ╰───────── differs ────╯

`taken`: its kiosk asked whether it may still begin, and may. `closed`: the kiosk has ended its
boxes, and begun the next ones. `entered`: one person has counted; a second one confirms it, or
counts again. A kiosk that closed its boxes after all says so, whatever was believed here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# Between the first person's word and the kiosk's beginning.
VALID = timedelta(minutes=10)
MOST_PIECES = 100_000  # of one denomination; no box holds as many


class EmptyingState(StrEnum):
    """Where an emptying stands."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    TAKEN = "taken"
    CLOSED = "closed"
    ENTERED = "entered"
    DIFFERS = "differs"
    SETTLED = "settled"
    LAPSED = "lapsed"


_S = EmptyingState
# Every change of state that may ever happen; the database holds the same table.
TRANSITIONS: tuple[tuple[str, EmptyingState], ...] = (
    ("", _S.ASKED),
    (_S.ASKED, _S.CONFIRMED),
    (_S.CONFIRMED, _S.TAKEN),
    *((each, _S.LAPSED) for each in (_S.ASKED, _S.CONFIRMED, _S.TAKEN)),
    *((each, _S.CLOSED) for each in (_S.CONFIRMED, _S.TAKEN, _S.LAPSED)),
    (_S.CLOSED, _S.ENTERED),
    (_S.ENTERED, _S.CLOSED),  # the second person counted something else
    (_S.ENTERED, _S.SETTLED),
    (_S.ENTERED, _S.DIFFERS),
    (_S.DIFFERS, _S.CLOSED),  # count again
    (_S.DIFFERS, _S.SETTLED),
)
# Its kiosk has not carried it out, and may still.
PENDING = (EmptyingState.ASKED, EmptyingState.CONFIRMED, EmptyingState.TAKEN)
# Somebody counts, or should.
TO_COUNT = (EmptyingState.CLOSED, EmptyingState.ENTERED)
OVER = (EmptyingState.SETTLED, EmptyingState.LAPSED)
COUNTED = (EmptyingState.DIFFERS, EmptyingState.SETTLED)


class Sort(StrEnum):
    """Whether a box fills or empties as people pay."""

    ACCEPTOR = "acceptor"
    HOPPER = "hopper"


class Level(StrEnum):
    """How full its kiosk says a box is (XFS words)."""

    OK = "ok"
    HIGH = "high"
    FULL = "full"
    LOW = "low"
    EMPTY = "empty"


ALARMS = (Level.HIGH, Level.FULL, Level.LOW, Level.EMPTY)


class CopyState(StrEnum):
    """What a kiosk knows about a copy of the paper."""

    PRINTED = "printed"
    NOT_PRINTED = "not_printed"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Why a count may differ, as a supervisor found out."""

    COUNTING_ERROR = "counting_error"
    IN_THE_MACHINE = "in_the_machine"  # it lay in the machine, outside the box
    NEIGHBOUR_BOX = "neighbour_box"  # it fell while boxes were changed: the next count lacks it
    EVENTS_LOST = "events_lost"  # the device had lost count, and said so
    FALSE_MONEY = "false_money"
    MISSING = "missing"  # unexplained; reported to the administration
    SURPLUS = "surplus"


@dataclass(frozen=True)
class Filling:
    """What a kiosk's books say of a box.

    `pieces` (of an acceptor): céntimos -> how many. `given` and `doubtful` are a hopper's coins:
    those that certainly came out, and those of which nobody knows.
    """

    pieces: Mapping[int, int]
    given: int = 0
    doubtful: int = 0


@dataclass(frozen=True)
class HopperCount:
    """What staff did to a hopper: coins `found` in it (None: not counted), put in, taken out."""

    found: int | None
    loaded: int
    taken: int


@dataclass(frozen=True)
class Verdict:
    """What a count shows. `agrees`: piece by piece. `difference_centimos`: counted less expected.

    `left_coins`: what is in a hopper now, None where nobody can know.
    """

    agrees: bool
    difference_centimos: int
    left_coins: int | None = None


def same_person(first: str, second: str) -> bool:
    """Whether two account names are one person's."""
    return first == second


def may_together(first_role: str, second_role: str) -> bool:
    """Whether two people of these roles may open a kiosk, or vouch for a count, together."""
    return "supervisor" in (first_role, second_role)


def has_lapsed(asked_at: datetime, now: datetime) -> bool:
    """Whether it is too late for a kiosk to begin. A clock set back does not lengthen it."""
    return not asked_at <= now < asked_at + VALID


def judge_box(expected: Mapping[int, int], counted: Mapping[int, int]) -> Verdict:
    """Compare a box, denomination by denomination (céntimos -> pieces)."""
    differences = {
        worth: counted.get(worth, 0) - expected.get(worth, 0)
        for worth in expected.keys() | counted.keys()
    }
    amount = sum(worth * pieces for worth, pieces in differences.items())
    return Verdict(not any(differences.values()), amount)


def judge_hopper(
    coin_centimos: int, start_coins: int | None, filling: Filling, counted: HopperCount
) -> Verdict:
    """Compare a hopper. Coins of which nobody knows whether they came out explain no difference."""
    expected = None if start_coins is None else start_coins - filling.given
    held = counted.found if counted.found is not None else expected
    left = None if held is None else max(0, held + counted.loaded - counted.taken)
    if counted.found is None or expected is None:
        return Verdict(agrees=True, difference_centimos=0, left_coins=left)
    missing = counted.found - expected
    return Verdict(missing == 0, missing * coin_centimos, left)


def total(pieces: Mapping[int, int]) -> int:
    """What these pieces are worth, in céntimos."""
    return sum(worth * count for worth, count in pieces.items())
