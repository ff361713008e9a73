"""A simulated Concert E terminal without its cable: sessions, one person at a time, its ledger.

Time is passed in. Where public sources leave the protocol open it takes the worst reading for a
driver: a second ENQ keeps a request that was taken, and a later EOT then starts it.
"""

from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any

from devices.concert.ledger import Entry, Ledger
from devices.concert.protocol import (
    LONG_ANSWER,
    PAID,
    REFUSED,
    Answer,
    Damaged,
    Noise,
    Request,
    Signal,
)

TRIES = 3
CARD_NUMBER = "4000001234567899"
"""Invented; it stands in long answers, as the cards' own does in real ones."""
REPORT = f"{CARD_NUMBER}=30121010000000000"

Heard = Signal | Request | Damaged | Noise


class Phase(Enum):
    """Where a terminal is: in a session of the register's, with a person, in one of its own."""

    IDLE = auto()
    OPEN = auto()
    TAKEN = auto()
    PERSON = auto()
    CALLING = auto()
    TELLING = auto()


@dataclass(frozen=True, slots=True)
class Manners:
    """How the terminal behaves until it is told otherwise; times are milliseconds.

    ``starts`` is what begins a transaction, ``eot`` or ``ack``; ``stoppable``: an EOT while a
    person pays cancels; ``echo``: the private field comes back, else it is the terminal's number.
    """

    declines: bool = False
    authorise: int | None = None
    result: str = ""
    delay_ms: int = 0
    session_ms: int = 1500
    busy: bool = False
    refuses: bool = False
    bad_lrc: bool = False
    stoppable: bool = True
    echo: bool = False
    starts: str = "eot"


class Terminal:
    """Takes what was heard, gives what is to be sent."""

    def __init__(self, ledger: Ledger) -> None:
        self.manners = Manners()
        self._ledger = ledger
        self._restart()

    def behave(self, **changes: Any) -> Manners:
        """Change some manners; returns them all."""
        self.manners = replace(self.manners, **changes)
        return self.manners

    @property
    def phase(self) -> Phase:
        """Where it is."""
        return self._phase

    @property
    def rows(self) -> list[dict[str, object]]:
        """What the command ``ledger`` shows."""
        return self._ledger.rows

    def lose_power(self) -> None:
        """Forget the session and the answer, drop the person; the ledger stays."""
        self._ledger.lose_power()
        self._restart()

    def finish(self, state: str, now: float) -> bool:
        """End the payment in progress at once; False if there is none."""
        if self._phase is not Phase.PERSON or self._entry is None:
            return False
        self._end(state, now)
        return True

    def hear(self, heard: Heard, now: float) -> list[bytes]:
        """React to something from the register."""
        if isinstance(heard, Noise):
            return []
        if isinstance(heard, Request):
            return self._take(heard, now)
        if isinstance(heard, Damaged):
            return [_bytes(Signal.NAK)] if self._phase in (Phase.OPEN, Phase.TAKEN) else []
        reactions = {
            Signal.ENQ: self._called,
            Signal.EOT: self._ended,
            Signal.ACK: self._confirmed,
            Signal.NAK: self._refused,
        }
        return reactions[heard](now)

    def tick(self, now: float) -> list[bytes]:
        """Let time pass."""
        if self._phase is Phase.PERSON and now >= self._until:
            self._end("declined" if self.manners.declines else "approved", now)
        elif now >= self._until and self._phase in (Phase.OPEN, Phase.TAKEN):
            self._restart()
        if self._phase in (Phase.CALLING, Phase.TELLING) and now >= self._until:
            return self._speak(now)
        return []

    def _called(self, now: float) -> list[bytes]:
        if self._phase in (Phase.CALLING, Phase.TELLING):
            return []
        if self.manners.busy or self._phase is Phase.PERSON:
            return [_bytes(Signal.NAK)]
        if self._phase is Phase.IDLE:
            self._phase = Phase.OPEN
        self._wait(now)
        return [_bytes(Signal.ACK)]

    def _take(self, request: Request, now: float) -> list[bytes]:
        if self._phase not in (Phase.OPEN, Phase.TAKEN):
            return []
        self._wait(now)
        if self.manners.refuses:
            return [_bytes(Signal.NAK)]
        self._phase, self._request = Phase.TAKEN, request
        if self.manners.starts == "ack":
            self._begin(request, now)
        return [_bytes(Signal.ACK)]

    def _ended(self, now: float) -> list[bytes]:
        if self._phase is Phase.TAKEN and self._request is not None:
            self._begin(self._request, now)
        elif self._phase is Phase.PERSON and self.manners.stoppable and not self._just_begun:
            self._end("aborted", now)
        elif self._phase is Phase.OPEN:
            self._restart()
        self._just_begun = False
        return []

    def _begin(self, request: Request, now: float) -> None:
        """Ask the person; started by its ACK, the EOT that follows is no wish to stop."""
        self._entry = self._ledger.begin(
            request.pos_number, request.private, request.amount_centimos
        )
        self._phase = Phase.PERSON
        self._just_begun = self.manners.starts == "ack"
        self._until = now + self.manners.delay_ms / 1000

    def _end(self, state: str, now: float) -> None:
        assert self._entry is not None
        wanted = self.manners.authorise
        amount = self._entry.amount_centimos if wanted is None else wanted
        taken = amount if state == "approved" else 0
        self._entry = self._ledger.end(self._entry.number, state, taken)
        self._phase, self._tries, self._until = Phase.CALLING, 0, now

    def _confirmed(self, now: float) -> list[bytes]:
        if self._phase is Phase.CALLING:
            self._phase, self._tries = Phase.TELLING, 0
            return self._speak(now)
        if self._phase is Phase.TELLING:
            self._restart()
            return [_bytes(Signal.EOT)]
        return []

    def _refused(self, now: float) -> list[bytes]:
        return self._speak(now) if self._phase is Phase.TELLING else []

    def _speak(self, now: float) -> list[bytes]:
        """Call or tell again; after three times give the answer up."""
        if self._tries >= TRIES:
            self._restart()
            return [_bytes(Signal.EOT)]
        self._tries += 1
        self._wait(now)
        if self._phase is Phase.CALLING:
            return [_bytes(Signal.ENQ)]
        return [self._answer()]

    def _answer(self) -> bytes:
        assert self._entry is not None
        assert self._request is not None
        frame = self._answer_of(self._entry, self._request).to_bytes(
            REPORT if self._request.answer == LONG_ANSWER else None
        )
        if self.manners.bad_lrc:
            return frame[:-1] + bytes([frame[-1] ^ 0x01])
        return frame

    def _answer_of(self, entry: Entry, request: Request) -> Answer:
        paid = entry.state == "approved"
        return Answer(
            request.pos_number,
            self.manners.result or (PAID if paid else REFUSED),
            entry.authorised_centimos if paid else entry.amount_centimos,
            request.means,
            request.currency,
            request.private if self.manners.echo else f"N{entry.number:09}",
        )

    def _wait(self, now: float) -> None:
        self._until = now + self.manners.session_ms / 1000

    def _restart(self) -> None:
        self._phase = Phase.IDLE
        self._request: Request | None = None
        self._entry: Entry | None = None
        self._just_begun = False
        self._tries = 0
        self._until = 0.0


def _bytes(signal: Signal) -> bytes:
    return bytes([signal])
