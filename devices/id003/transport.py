"""The mechanics of a simulated validator: one note inside, and what power loss makes of it."""

from dataclasses import dataclass

from devices.id003.physical import Ledger
from devices.id003.protocol import AT_REST, FIRST_ESCROW_CODE, IN_ESCROW, POWER_UPS, State, Status

ALONE_S = 3.0
WAIT_S = 10.0
_FOREVER = float("inf")
_NOT_RECOGNISED = 0x76
_NOT_ACCEPTED = 0x79
_NEXT = {
    State.ACCEPTING: State.ESCROW,
    State.ESCROW: State.RETURNING,
    State.HOLDING: State.ESCROW,
    State.STACKING: State.VEND_VALID,
    State.STACKED: State.INHIBITED,
    State.REJECTING: State.INHIBITED,
    State.RETURNING: State.INHIBITED,
    State.INITIALIZE: State.INHIBITED,
}
_MOVES = (State.ACCEPTING, State.STACKING, State.RETURNING)


@dataclass(frozen=True, slots=True)
class Piece:
    """The note inside."""

    number: int
    code: int
    centimos: int


class Transport:
    """One note at a time. Times are monotonic seconds.

    ``alone_s``: without a status request for so long it gives the note back. ``recovery``: what
    power loss leaves of a note past return (see the simulator).
    """

    def __init__(self, ledger: Ledger, pace_s: float) -> None:
        self._ledger = ledger
        self.pace_s = pace_s
        self.alone_s = ALONE_S
        self.recovery = "on"
        self.jams = False
        self.box_trouble: State | None = None
        self.trouble: State | None = None
        self.failure = 0
        self.disabled = 0
        self.acknowledged = 0
        self._enabled = False
        self._state = State.POWER_UP
        self._reason = 0
        self._moves_at_s = _FOREVER
        self._asked_s = 0.0
        self._piece: Piece | None = None
        self._pieces = ledger.count("inserted")

    @property
    def enabled(self) -> bool:
        """Whether it takes notes."""
        return self._enabled

    @property
    def is_waking(self) -> bool:
        """Whether it waits for the reset after power came."""
        return self._state in POWER_UPS

    @property
    def state(self) -> State:
        """What a status request is answered with."""
        moving = self._state not in AT_REST | {State.INITIALIZE}
        if self._state in (State.JAM_IN_ACCEPTOR, State.JAM_IN_STACKER):
            return self._state
        if self.trouble is not None and not self.is_waking:
            return self.trouble
        if self.box_trouble is not None and not moving:
            return self.box_trouble
        if self._state in AT_REST:
            return State.IDLING if self._enabled else State.INHIBITED
        return self._state

    @property
    def note_words(self) -> dict[str, object] | None:
        """The note inside, for the command ``state``."""
        piece = self._piece
        return None if piece is None else {"place": self._state.name, "centimos": piece.centimos}

    def status(self, now: float) -> Status:
        """Answer a status request."""
        self._asked_s = now
        state = self.state
        if state is State.ESCROW and self._piece is not None:
            return Status(state, self._piece.code)
        if state is State.REJECTING:
            return Status(state, self._reason)
        return Status(state, self.failure if state is State.FAILURE else 0)

    def insert(self, code: int, centimos: int, now: float) -> bool:
        """A person holds a note to the mouth; False if it is not drawn in."""
        free = self._piece is None and self.state is State.IDLING and self._state in AT_REST
        if not free:
            return False
        if not code or self.disabled >> code - FIRST_ESCROW_CODE & 1:
            self._reason = _NOT_ACCEPTED if code else _NOT_RECOGNISED
            self._go(State.REJECTING, now)
            return False
        self._pieces += 1
        self._piece = Piece(self._pieces, code, centimos)
        self._ledger.add("inserted", self._pieces, centimos)
        self._asked_s = now
        self._go(State.ACCEPTING, now)
        return True

    def stack(self, now: float) -> bool:
        """Take the note in escrow for good."""
        return self._leave_escrow(State.STACKING, now)

    def give_back(self, now: float) -> bool:
        """Return the note in escrow."""
        return self._leave_escrow(State.RETURNING, now)

    def hold(self, now: float) -> bool:
        """Keep it in escrow for longer."""
        return self._leave_escrow(State.HOLDING, now)

    def acknowledge(self, now: float) -> None:
        """The host has booked it."""
        if self._state is State.VEND_VALID:
            self.acknowledged += 1
            self._go(State.STACKED, now)

    def enable(self, wanted: bool) -> None:
        """Take notes from now on, or none."""
        self._enabled = wanted

    def reset(self, now: float) -> bool:
        """Start over; a note that power loss caught moves on."""
        waking, self._enabled, self.disabled = self._state, False, 0
        if waking is State.POWER_UP_IN_ACCEPTOR:
            self._go(State.RETURNING, now)
        elif waking is State.POWER_UP_IN_STACKER:
            self._finish_stacking(now)
        elif waking in POWER_UPS or self._piece is None:
            self._go(State.INITIALIZE, now)
        return True

    def live(self, now: float) -> None:
        """Let time pass."""
        if self._state in IN_ESCROW and now - self._asked_s >= self.alone_s:
            self._go(State.RETURNING, now)
        if now < self._moves_at_s:
            return
        if self.jams and self._state in _MOVES:
            self.jams = False
            stacking = self._state is State.STACKING
            self._state = State.JAM_IN_STACKER if stacking else State.JAM_IN_ACCEPTOR
            self._moves_at_s = _FOREVER
            return
        after = _NEXT.get(self._state)
        if after is not None:
            self._arrive(after, now)

    def clear_jam(self) -> None:
        """Somebody takes the note out by hand; it stays stopped until it is reset."""
        self.jams = False
        jammed = self._state in (State.JAM_IN_ACCEPTOR, State.JAM_IN_STACKER)
        if jammed and self._piece is not None:
            self._end("returned")

    def lose_power(self) -> None:
        """Whatever moved stops."""
        self._moves_at_s = _FOREVER
        self._enabled, self.disabled = False, 0

    def wake_up(self, now: float) -> None:
        """Power is back: say what is inside, and wait for a reset."""
        self._asked_s = now
        place = self._state
        if place is State.STACKING and self._piece is not None and self.recovery == "blind":
            self._end("stacked")
        if place is State.STACKED and self.recovery == "stubborn":
            self._state = State.POWER_UP_IN_STACKER
        elif place in (State.STACKING, State.VEND_VALID, State.POWER_UP_IN_STACKER):
            blind = self.recovery == "blind"
            self._state = State.POWER_UP if blind else State.POWER_UP_IN_STACKER
        else:
            caught = self._piece is not None
            self._state = State.POWER_UP_IN_ACCEPTOR if caught else State.POWER_UP

    def _finish_stacking(self, now: float) -> None:
        if self._piece is not None:
            self._end("stacked")
        if self.recovery in ("on", "stubborn"):
            self._go(State.VEND_VALID, now)
        else:
            self._go(State.INITIALIZE, now)

    def _leave_escrow(self, state: State, now: float) -> bool:
        if self._state not in IN_ESCROW:
            return False
        self._go(state, now)
        return True

    def _arrive(self, state: State, now: float) -> None:
        if self._state is State.STACKING:
            self._end("stacked")
        elif self._state is State.RETURNING:
            self._end("returned")
        self._go(state, now)

    def _end(self, what: str) -> None:
        assert self._piece is not None
        self._ledger.add(what, self._piece.number, self._piece.centimos)
        self._piece = None

    def _go(self, state: State, now: float) -> None:
        self._state = state
        wait = WAIT_S if state in IN_ESCROW else self.pace_s
        self._moves_at_s = now + wait if state in _NEXT else _FOREVER
