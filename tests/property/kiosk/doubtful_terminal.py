"""A card terminal seen through a bad line: its ledger is the truth, its answers get lost.

It keeps the promises of `devices.kinds.card_terminal`, and nothing beyond them: a request may
arrive late, twice or never, an answer may be lost, old or no answer at all, terminal and kiosk may
lose power at any point. Only "not found" binds it: a request it was said of arrives no more.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError
from dataclasses import dataclass
from datetime import UTC, datetime

from devices.errors import DeviceError
from devices.kinds.card_terminal import COMPLETIONS, CardEvidence, CardResult, Pay, QueryPayment
from devices.status import Completion, DeviceState, DeviceStatus

STATUS = DeviceStatus(DeviceState.ONLINE, {}, None, "")
LOST: tuple[str | Exception, ...] = (
    "unknown",
    TimeoutError(),
    CancelledError(),
    DeviceError("the line is gone"),
)
ENDS = ("approved", "declined", "aborted")
# What a terminal's answer must have said before another payment may begin.
PROOFS = ("declined", "aborted", "not_found", "not_started")
Draw = Callable[[tuple[object, ...]], object]


class PowerGone(BaseException):
    """The kiosk loses power at this point."""


@dataclass(frozen=True)
class Answer:
    """The part of a future that is used: an answer, or that there is none."""

    said: CardResult | BaseException

    def result(self, timeout: float | None = None) -> CardResult:
        """What was said; raises what came in its place."""
        if isinstance(self.said, BaseException):
            raise self.said
        return self.said

    def cancel(self) -> bool:
        """What was sent cannot be withdrawn any more."""
        return False


class DoubtfulTerminal:
    """Takes `Pay` and `QueryPayment`; `draw` decides what becomes of each.

    `ledger`: service id -> how the payment stands. `unproven`: payments that were sent while an
    earlier one of the same order was not known to have ended without money. `meanwhile` is called
    while a command is under way. `hasty`: it says "not found" of what is still on its way in.
    """

    def __init__(self, draw: Draw, *, hasty: bool = False) -> None:
        self.ledger: dict[str, str] = {}
        self.unproven: list[str] = []
        self.meanwhile: Callable[[], object] = lambda: None
        self.reliable = False
        self._draw = draw
        self._hasty = hasty
        self._sent: dict[str, Pay] = {}
        self._proofs: set[str] = set()
        self._on_the_way: list[str] = []

    def charged(self) -> list[str]:
        """The service ids money was taken for."""
        return [each for each, state in self.ledger.items() if state == "approved"]

    def submit(self, command: object, deadline_s: float) -> Answer:
        """Act on a command; the answer is already decided."""
        assert deadline_s > 0
        match command:
            case Pay():
                return self._pay(command)
            case QueryPayment(service_id):
                return self._asked(service_id)
            case _:
                raise AssertionError(f"never sent here: {command}")

    def happen(self) -> None:
        """One thing that may happen by itself."""
        what = self._draw(("arrive", "vanish", "end", "power cycle"))
        if what in ("arrive", "vanish") and self._on_the_way:
            service_id = self._on_the_way.pop(0)
            if what == "arrive":
                self._arrive(service_id)
        elif what == "end":
            self._end_all(ENDS)
        elif what == "power cycle":
            self._end_all(("aborted",))

    def calm_down(self) -> None:
        """Everything that is under way comes to its end; from here on every answer is true."""
        while self._on_the_way:
            self._arrive(self._on_the_way.pop(0))
        self._end_all(ENDS)
        self.reliable = True

    def _pay(self, command: Pay) -> Answer:
        service_id = command.service_id
        self._note(command)
        if self._draw((False, True)):
            self.meanwhile()
        match self._draw(_FATES):
            case "not sent":
                return self._say(service_id, "not_started")
            case "dies before":
                raise PowerGone
            case "on its way" | "dies on its way" as fate:
                self._on_the_way.append(service_id)
                return self._no_answer(dies=fate != "on its way")
            case "stopped":
                return self._say(service_id, "not_found")
            case "at it" | "dies at it" as fate:
                self.ledger.setdefault(service_id, "in_progress")
                return self._no_answer(dies=fate != "at it")
            case "twice":
                self._on_the_way.append(service_id)
            case fate:
                if fate in ("lost", "dies after"):
                    self._arrive(service_id)
                    self._end_all(ENDS)
                    return self._no_answer(dies=fate != "lost")
        self._arrive(service_id)
        self._end_all(ENDS)
        return self._say(service_id, self.ledger[service_id])

    def _asked(self, service_id: str) -> Answer:
        if self.reliable:
            return self._say(service_id, self.ledger.get(service_id, "not_found"))
        match self._draw(("true", "true", "no answer", "not asked", "old", "dies")):
            case "no answer":
                return self._no_answer(dies=False)
            case "not asked":  # says nothing about the payment
                return Answer(_result(service_id, "not_started"))
            case "dies":
                raise PowerGone
            case "old":
                said = self._truth(service_id)
                self.happen()
                return self._say(service_id, said)
            case _:
                return self._say(service_id, self._truth(service_id))

    def _truth(self, service_id: str) -> str:
        """`not_found` of a request on its way would be hasty: it is one that never arrives."""
        if service_id in self.ledger:
            return self.ledger[service_id]
        if service_id in self._on_the_way:
            if self._hasty:
                return "not_found"
            if self._draw((True, False)):
                return "unknown"  # not for long enough to be sure
            self._on_the_way = [each for each in self._on_the_way if each != service_id]
        return "not_found"

    def _note(self, command: Pay) -> None:
        earlier = {
            each
            for each, pay in self._sent.items()
            if pay.reference == command.reference and each != command.service_id
        }
        if earlier - self._proofs:
            self.unproven.append(command.service_id)
        self._sent[command.service_id] = command

    def _arrive(self, service_id: str) -> None:
        """The same service id a second time is refused."""
        self.ledger.setdefault(service_id, "in_progress")

    def _end_all(self, ends: tuple[str, ...]) -> None:
        for service_id, state in self.ledger.items():
            if state == "in_progress":
                self.ledger[service_id] = str(self._draw(ends))

    def _no_answer(self, *, dies: bool) -> Answer:
        if dies:
            raise PowerGone
        lost = self._draw(LOST)
        if isinstance(lost, Exception):
            return Answer(lost)
        return Answer(_result("", "unknown"))

    def _say(self, service_id: str, outcome: str) -> Answer:
        if outcome in PROOFS:
            self._proofs.add(service_id)
        pay = self._sent.get(service_id)
        return Answer(_result(service_id, outcome, pay.amount_centimos if pay else 0))


_FATES = (
    *("answered", "lost", "at it", "on its way", "twice", "not sent", "stopped"),
    *("dies before", "dies after", "dies at it", "dies on its way"),
)
_COMPLETIONS: Mapping[str, Completion] = {str(key): each for key, each in COMPLETIONS.items()}


def _result(service_id: str, outcome: str, amount: int = 0) -> CardResult:
    evidence = None
    if outcome == "approved":
        now = datetime.now(UTC)
        rrn = f"R{service_id}"
        evidence = CardEvidence(service_id, amount, "T1", "A1", rrn, "1", "4242", "visa", now)
    completion = _COMPLETIONS[outcome]
    return CardResult(outcome, completion, evidence, "drawn", STATUS)  # pyright: ignore[reportArgumentType]
