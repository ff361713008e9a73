"""The event buffer of ccTalk acceptors: what of it is new, and what nobody can know any more. Pure.

Bill validators (159) and coin acceptors (229) answer with an event counter and the last five
events, two bytes each, newest first. The counter is 0 only after a reset and then runs 1..255, 1…
Source: ccTalk part 2, headers 159 and 229.
"""
# pyright: strict

from dataclasses import dataclass

SHOWN = 5
LAST_COUNTER = 255
READING_BYTES = 1 + 2 * SHOWN


@dataclass(frozen=True, slots=True)
class Event:
    """One event: ``counter`` is the event counter it moved to, ``a`` and ``b`` its two bytes."""

    counter: int
    a: int
    b: int


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at the buffer; ``pairs`` newest first, as on the wire."""

    counter: int
    pairs: tuple[tuple[int, int], ...]

    @classmethod
    def from_bytes(cls, data: bytes) -> "Reading":
        """Read the 11 data bytes of a reply to 159 or 229; raises ``ValueError``."""
        if len(data) != READING_BYTES:
            raise ValueError(f"an event buffer has {READING_BYTES} bytes, not {len(data)}")
        return cls(data[0], tuple(zip(data[1::2], data[2::2], strict=True)))

    def to_bytes(self) -> bytes:
        """The data bytes, as a device sends them."""
        return bytes([self.counter, *(byte for pair in self.pairs for byte in pair)])

    def newest(self, count: int) -> tuple[Event, ...]:
        """The newest ``count`` events (at most five), oldest first, with their counters."""
        events: list[Event] = []
        counter = self.counter
        for a, b in self.pairs[: min(count, SHOWN)]:
            events.insert(0, Event(counter, a, b))
            counter = LAST_COUNTER if counter == 1 else counter - 1
        return tuple(events)

    @property
    def visible(self) -> tuple[Event, ...]:
        """All events it shows that are known to be some, oldest first."""
        return self.newest(self.counter)


@dataclass(frozen=True, slots=True)
class Unseen:
    """What is new: ``events`` oldest first, ``lost`` how many older ones were overwritten."""

    events: tuple[Event, ...] = ()
    lost: int = 0
    reset: bool = False


def unseen(last: int, reading: Reading) -> Unseen:
    """What ``reading`` brings to one who has seen everything up to counter ``last``.

    A reset that was followed by events before anybody looked cannot be told from more events by
    the counter: the device's accept counter is what shows that (``signed_difference``), and where
    so many seem lost that a reset is likelier, ``may_follow_reset`` says so.
    """
    if reading.counter == 0:
        return Unseen(reset=last != 0)
    moved = reading.counter - last
    if moved < 0:
        moved += LAST_COUNTER
    return Unseen(reading.newest(moved), max(0, moved - SHOWN))


def may_follow_reset(last: int, reading: Reading) -> bool:
    """Whether ``reading`` may be a reset and all that came after it, instead of lost events."""
    return 0 < reading.counter <= SHOWN and unseen(last, reading).lost > 0


ACCEPT_MODULUS = 1 << 24


def signed_difference(now: int, expected: int) -> int:
    """How far a 24-bit counter is ahead of (or, negative, behind) what is expected."""
    ahead = (now - expected) % ACCEPT_MODULUS
    return ahead - ACCEPT_MODULUS if ahead > ACCEPT_MODULUS // 2 else ahead
