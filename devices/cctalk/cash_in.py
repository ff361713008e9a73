"""The commands of a cash-in, for every ccTalk acceptor."""

import time
from abc import abstractmethod
from collections.abc import Callable

from devices.cctalk.acceptor import SET_UP_S, Acceptor
from devices.cctalk.faults import BusFault
from devices.cctalk.protocol import SELF_CHECK, SIMPLE_POLL
from devices.driver import NotRun
from devices.kinds.cash_acceptor import (
    CashInEnd,
    CashInRollback,
    CashInStart,
    CashResult,
    KeepNote,
    Outcome,
    Reconciled,
    ReturnNote,
)
from devices.kinds.self_test import SelfTest, SelfTestResult, Step
from devices.status import Completion, DeviceStatus

LONGEST_NAME = 64
LOOK_GAP_S = 0.05

Result = CashResult | SelfTestResult | NotRun


class CashIn(Acceptor):
    """An acceptor that serves sessions; money is only let in between start and end of one."""

    def execute(self, command: object, deadline: float) -> Result:
        """Carry out a command of the kind before ``deadline`` (monotonic seconds)."""
        self._give_time(min(deadline, time.monotonic() + SET_UP_S))
        if isinstance(command, CashInStart):
            return self._start(command)
        if isinstance(command, (CashInEnd, CashInRollback)):
            return self._end(command.session, deadline)
        if isinstance(command, (KeepNote, ReturnNote)):
            return self._route(command, deadline)
        if isinstance(command, Reconciled):
            return self._reconcile()
        if isinstance(command, SelfTest):
            return self._self_test()
        return NotRun(Completion.UNSUPPORTED_COMMAND, self._status)

    def _route(self, command: KeepNote | ReturnNote, deadline: float) -> CashResult:  # noqa: ARG002
        return self._not_done(Completion.UNSUPPORTED_COMMAND, "this device has no escrow")

    def _empty_escrow(self, deadline: float) -> int | None:  # noqa: ARG002
        """Give back what is in escrow; its céntimos, or None where it did not come out in time."""
        return 0

    @abstractmethod
    def _repaired(self) -> None:
        """The device found no fault in itself: what was jammed is no more."""

    def _escrow_is_clear(self) -> bool:
        return True

    def _start(self, command: CashInStart) -> CashResult:
        if not 1 <= len(command.session) <= LONGEST_NAME:
            return self._not_done(Completion.INVALID_DATA, "a session has 1..64 characters")
        if self._taking and self._till.tally.session != command.session:
            return self._not_done(Completion.SEQUENCE_ERROR, "another cash-in is open")
        if not self._guarded(self._round):
            return self._not_ready()
        if not self._escrow_is_clear() and not self._taking:
            reason = "a note from before is still on its way back"
            return self._not_done(Completion.DEVICE_NOT_READY, reason)
        wanted = self._positions(command.accept_centimos)
        if not wanted:
            return self._not_done(Completion.INVALID_DATA, "it knows none of these denominations")
        self._guarded(lambda: self._begin(command.session, wanted))
        if not self._status.usable or not self._enabled:
            self._taking = False
            return self._not_ready()
        return self._result("done", Completion.SUCCESS, "")

    def _begin(self, session: str, wanted: frozenset[int]) -> None:
        self._verify()
        self._mind_lost()
        if not self._judge().usable:
            return
        self._till.open_session(session)
        self._accepted_positions = wanted
        self._set_inhibits()
        self._taking = True
        self._apply()

    def _positions(self, centimos: tuple[int, ...]) -> frozenset[int]:
        return frozenset(
            position
            for position, money in self._catalogue.items()
            if not centimos or money.centimos in centimos
        )

    def _end(self, session: str, deadline: float) -> CashResult:
        if self._known_till is None and not self._guarded(self._round):
            return self._not_ready()
        if not session or self._till.tally.session != session:
            return self._not_done(Completion.SEQUENCE_ERROR, "no such cash-in is open")
        self._taking = False
        if not self._ready and not self._guarded(self._round):
            return self._not_ready()
        returned: int | None = None

        def finish() -> None:
            nonlocal returned
            self._apply()
            returned = self._empty_escrow(deadline)
            self._settle(deadline)
            late = self._empty_escrow(deadline)
            returned = None if returned is None or late is None else returned + late
            self._verify()
            self._mind_lost()

        if not self._guarded(finish):
            return self._not_ready()
        if returned is None or not self._escrow_is_clear():
            reason = "the note in escrow did not come back in time"
            return self._result("unknown", Completion.TIME_OUT, reason)
        ended = self._result("done", Completion.SUCCESS, "", returned)
        if not self._guarded(lambda: self._till.change(session="", session_centimos=0)):
            return self._not_ready()
        return ended

    def _settle(self, deadline: float) -> None:
        """Wait until the device brought nothing new for a while: a coin may still be falling."""
        seen, since = self._till.seen, time.monotonic()
        while time.monotonic() - since < self._manners.settle_s and time.monotonic() < deadline:
            time.sleep(min(LOOK_GAP_S, self._manners.settle_s))
            self._give_time(deadline)
            self._look()
            if self._till.seen != seen:
                seen, since = self._till.seen, time.monotonic()

    def _reconcile(self) -> CashResult:
        if not self._guarded(self._round) and not self._ready:
            return self._not_ready()

        def settle() -> None:
            reading, accepted = self._source.read_with_count()
            self._absorb(reading)
            self._till.change(accepted=accepted, events_lost="")
            self._lost_told = False

        if not self._guarded(settle):
            return self._not_ready()
        return self._result("done", Completion.SUCCESS, "")

    def _self_test(self) -> SelfTestResult:
        self._guarded(self._round)
        if self._known_till is not None and self._taking:
            step = Step("idle", False, "a cash-in is open; end it first")
            return SelfTestResult.of((step,), self._status)
        steps: list[Step] = []
        for name, check in self._checks().items():
            try:
                passed, found = check()
            except BusFault as fault:
                passed, found = False, str(fault)
            steps.append(Step(name, passed, found))
        self._guarded(self._round)
        return SelfTestResult.of(tuple(steps), self._status)

    def _checks(self) -> dict[str, Callable[[], tuple[bool, str]]]:
        return {
            "answers": self._check_answers,
            "denominations": self._check_denominations,
            "self-check": self._check_itself,
            "credit book": self._check_book,
        }

    def _check_answers(self) -> tuple[bool, str]:
        self._station.ask(SIMPLE_POLL)
        return True, str(self.capabilities["product"])

    def _check_denominations(self) -> tuple[bool, str]:
        names = ", ".join(money.item for money in self._catalogue.values())
        return bool(self._catalogue), names or "none it could name"

    def _check_itself(self) -> tuple[bool, str]:
        code = self._station.ask(SELF_CHECK)[0]
        if code == 0:
            self._repaired()
        return code == 0, "no fault" if code == 0 else f"fault code {code} (ccTalk table 3)"

    def _check_book(self) -> tuple[bool, str]:
        if self._known_till is None or self._book_failure:
            return False, "it cannot be read or written"
        lost = self._till.tally.events_lost
        return not lost, lost or f"agrees with the device ({self._till.serial})"

    def _not_ready(self) -> CashResult:
        book = bool(self._book_failure)
        completion = Completion.HARDWARE_ERROR if book else Completion.DEVICE_NOT_READY
        return self._not_done(completion, self._status.detail or "it did not answer in time")

    def _not_done(self, completion: Completion, reason: str) -> CashResult:
        return self._result("not_done", completion, reason)

    def _result(
        self, outcome: Outcome, completion: Completion, reason: str, returned: int = 0
    ) -> CashResult:
        credited = 0 if self._known_till is None else self._till.tally.session_centimos
        return CashResult(outcome, completion, credited, returned, reason, self._status)


def refuse(command: object, completion: Completion, status: DeviceStatus) -> object:
    """Answer for a command that never reached the device."""
    kinds = (CashInStart, CashInEnd, CashInRollback, KeepNote, ReturnNote, Reconciled)
    if isinstance(command, kinds):
        return CashResult("not_done", completion, 0, 0, "it was not sent to the device", status)
    return NotRun(completion, status)
