"""The note that was told to be stacked, as the book knows it, and what a state says of it. Pure.

ID-003 numbers nothing: that a note is money is told by ``VEND VALID``, which repeats until it is
acknowledged and does not say which note it means. So the book holds, in the same transaction as
the credits, which note is under way:

- ``stacking``: written before the device is told to stack; the next ``VEND VALID`` is this note.
- ``doubtful``: the same, and since then something happened after which a quiet device no longer
  means that the note came back (power lost, jam, box removed).
- ``booked``: written with the credit; whatever the device still tells of a note is in the book.

A device that is at rest has nothing more to tell: then the mark goes, and not before.
"""
# pyright: strict

from dataclasses import dataclass
from enum import Enum
from typing import Literal, get_args

from devices.id003.protocol import AT_REST, IN_ESCROW, Note, State

Stage = Literal["stacking", "doubtful", "booked"]

COMES_BACK = frozenset({State.RETURNING, State.REJECTING})
GOES_IN = frozenset({State.STACKING, State.STACKED})
_RAISES_DOUBT = frozenset(
    {
        State.STACKED,
        State.POWER_UP,
        State.POWER_UP_IN_STACKER,
        State.STACKER_FULL,
        State.STACKER_OPEN,
        State.JAM_IN_ACCEPTOR,
        State.JAM_IN_STACKER,
        State.CHEATED,
        State.FAILURE,
        State.COMMUNICATION_ERROR,
    }
)


class Unreadable(ValueError):
    """The book holds a mark that no driver of ours wrote."""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """One mark; ``note`` is None only where staff settled a note of unknown value."""

    stage: Stage
    note: Note | None = None

    def to_text(self) -> str:
        """As the book keeps it."""
        return (
            self.stage
            if self.note is None
            else f"{self.stage} {self.note.centimos} {self.note.item}"
        )

    @classmethod
    def from_text(cls, text: str) -> "UnderWay | None":
        """Read what the book keeps; None where nothing is under way. Raises ``Unreadable``."""
        if not text:
            return None
        stage, *rest = text.split(" ")
        known: dict[str, Stage] = {name: name for name in get_args(Stage)}
        if stage == "booked" and not rest:
            return cls("booked")
        if stage not in known or len(rest) != 2 or not (rest[0].isascii() and rest[0].isdigit()):
            raise Unreadable("its mark of a note under way cannot be read")
        return cls(known[stage], Note(rest[1], int(rest[0])))


class Verdict(Enum):
    """What is to be done about a state; each is written down before the device is answered."""

    NOTHING = "nothing"
    CREDIT = "write the credit, then acknowledge"
    ACKNOWLEDGE = "acknowledge: it is written"
    DOUBT = "write that it is doubtful"
    RETURNED = "it came back: write that nothing is under way"
    FORGET = "the device has told all: write that nothing is under way"
    LOST = "write that a note is missing in the book"


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of the note since the last gap in the answers."""

    came_back: bool = False
    went_in: bool = False

    def after_gap(self) -> "Seen":
        """What of it still counts when the device could not be asked for a while."""
        return Seen(went_in=self.went_in)

    def after(self, state: State) -> "Seen":
        """The same after one more state."""
        if state in COMES_BACK:
            return Seen(came_back=True)
        return Seen(went_in=True) if state in GOES_IN else self


def judge(mark: UnderWay | None, state: State, seen: Seen, *, same_note: bool) -> Verdict:
    """Say what ``state`` means for the note under way.

    ``seen`` includes ``state``; ``same_note`` tells whether the note in escrow, if there is one,
    is of the denomination that is under way.
    """
    if mark is None:
        unheard_of = state in (State.VEND_VALID, State.POWER_UP_IN_STACKER)
        return Verdict.LOST if unheard_of else Verdict.NOTHING
    if mark.stage == "booked":
        return _of_booked(state)
    if state is State.VEND_VALID:
        return Verdict.CREDIT
    certain = mark.stage == "stacking"
    if state in _RAISES_DOUBT:
        return Verdict.DOUBT if certain else Verdict.NOTHING
    if state in IN_ESCROW and not same_note:
        return Verdict.RETURNED if certain else Verdict.LOST
    if state not in AT_REST:
        return Verdict.NOTHING
    if seen.came_back or (certain and not seen.went_in):
        return Verdict.RETURNED
    return Verdict.LOST


def _of_booked(state: State) -> Verdict:
    if state is State.VEND_VALID:
        return Verdict.ACKNOWLEDGE
    return Verdict.FORGET if state in AT_REST or state in IN_ESCROW else Verdict.NOTHING


def describe(note: Note | None) -> str:
    """The note in words for staff, as ``1 note of S/ 20.00``."""
    if note is None:
        return "1 note of unknown value"
    return f"1 note of S/ {note.centimos // 100}.{note.centimos % 100:02d}"


def what_is_lost(note: Note | None, state: State) -> str:
    """The sentence for staff where ``state`` left a note unsettled."""
    if note is None and state is State.POWER_UP_IN_STACKER:
        return (
            f"power was lost while {describe(note)} was on its way to the cash box, and the book "
            "knows of none"
        )
    if note is None:
        return f"the device tells of {describe(note)} that nobody told it to keep"
    return (
        f"{describe(note)} was told to go to the cash box, and the device does not say whether it "
        "arrived"
    )
