"""Takes notes through a validator that speaks ID-003: held, then kept or returned, credited once.

The protocol gives no serial number, so the book is kept under the option ``serial``: it names the
place in the kiosk, not the box that sits there. That is meant: a note that was under way when the
validator was exchanged stays an open question of that place. A kiosk with two such validators
must give each a ``serial`` of its own.

The line is 9600 8E1; a pseudo-terminal may refuse parity, so that a simulated one wants
``parity = "N"``.
"""

import time
from collections.abc import Callable

from devices.driver import SERIAL_CHOICES, Model, NotRun, Options, Wiring
from devices.errors import BookMissing
from devices.id003.acceptor import LOOK_GAP_S, SET_UP_S, Acceptor
from devices.id003.faults import LineFault
from devices.id003.health import needs_reset
from devices.id003.line import REPLY_TIMEOUT_S, Line
from devices.id003.manners import Manners
from devices.id003.protocol import BOOT_VERSION, PERU, RETURN, STACK_1, State, version_of
from devices.id003.under_way import UnderWay
from devices.kinds.cash_acceptor import (
    KIND,
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
from devices.link import Link
from devices.status import Completion, DeviceStatus

LONGEST_NAME = 64
POLL_INTERVAL_S = 0.15
ESCROW_S = 30.0
ROUTE_S = 8.0
FRAUD_PAUSE_S = 10.0
_TELLS_OF_A_NOTE = (
    State.STACKING,
    State.VEND_VALID,
    State.STACKED,
    State.POWER_UP_IN_STACKER,
)

Result = CashResult | SelfTestResult | NotRun


class Id003Driver(Acceptor):
    """One validator with the commands of its kind."""

    def execute(self, command: object, deadline: float) -> Result:
        """Carry out a command of the kind before ``deadline`` (monotonic seconds)."""
        self._give_time(deadline)
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

    def _give_time(self, deadline: float) -> None:
        self._line.until(min(deadline, time.monotonic() + SET_UP_S))

    def _start(self, command: CashInStart) -> CashResult:
        if not 1 <= len(command.session) <= LONGEST_NAME:
            return self._not_done(Completion.INVALID_DATA, "a session has 1..64 characters")
        if self._taking and self._till.tally.session != command.session:
            return self._not_done(Completion.SEQUENCE_ERROR, "another cash-in is open")
        if not self._guarded(self._round):
            return self._not_ready()
        if not self._taking and self._is_busy():
            reason = "a note from before is still on its way"
            return self._not_done(Completion.DEVICE_NOT_READY, reason)
        wanted = frozenset(
            code
            for code, note in self._device.notes.items()
            if not command.accept_centimos or note.centimos in command.accept_centimos
        )
        if self._device.notes and not wanted:
            return self._not_done(Completion.INVALID_DATA, "it knows none of these denominations")
        self._guarded(lambda: self._begin(command.session, wanted))
        if not self._status.usable or not self._device.enabled:
            self._taking = False
            return self._not_ready()
        return self._result("done", Completion.SUCCESS, "")

    def _begin(self, session: str, wanted: frozenset[int]) -> None:
        if not self._judged().usable:
            return
        self._till.open_session(session)
        self._accepted = wanted
        self._taking = True
        self._device.let_in(wanted)

    def _is_busy(self) -> bool:
        """Whether a note inside is not settled yet."""
        mark = self._till.under_way
        open_mark = mark is not None and mark.stage != "booked"
        return open_mark or self._held is not None or self._now.state is State.VEND_VALID

    def _route(self, command: KeepNote | ReturnNote, deadline: float) -> CashResult:
        if not self._guarded(self._round):
            return self._not_ready()
        held, keep = self._held, isinstance(command, KeepNote)
        if held is None or not held.announced or held.session != command.session:
            reason = "no note of this cash-in waits in escrow"
            return self._not_done(Completion.SEQUENCE_ERROR, reason)
        if keep and held.order is RETURN:
            reason = "the note is on its way back already"
            return self._not_done(Completion.SEQUENCE_ERROR, reason)
        self._guarded(lambda: self._send(held, STACK_1 if keep else RETURN))
        until = min(deadline, time.monotonic() + self._manners.route_s)
        self._look_until(lambda: self._held is not held or self._is_stopped(), until)
        if self._held is held or self._fate == "unknown":
            why = self._status.detail or "the device did not say in time where the note went"
            return self._result("unknown", Completion.TIME_OUT, why)
        stacked = self._fate == "stacked"
        back = 0 if stacked else held.centimos
        if stacked is keep:
            return self._result("done", Completion.SUCCESS, "", back)
        words = "the note was stacked" if stacked else "the note went back"
        return self._result("not_done", Completion.COMMAND_ERROR_CODE, words, back)

    def _is_stopped(self) -> bool:
        return needs_reset(self._now.state)

    def _look_until(self, done: Callable[[], bool], until: float) -> None:
        while not done() and time.monotonic() < until:
            time.sleep(LOOK_GAP_S)
            self._give_time(until)
            self._guarded(self._round)

    def _end(self, session: str, deadline: float) -> CashResult:
        if self._known_till is None and not self._guarded(self._round):
            return self._not_ready()
        if not session or self._till.tally.session != session:
            return self._not_done(Completion.SEQUENCE_ERROR, "no such cash-in is open")
        self._taking = False
        if not self._guarded(self._round):
            return self._not_ready()
        held = self._held
        if held is not None and held.order is None:
            self._guarded(lambda: self._send(held, RETURN))
        self._look_until(lambda: not self._is_busy() or self._is_out_of_service(), deadline)
        if self._book_failure:
            return self._not_ready()
        if self._is_busy() and not self._is_out_of_service():
            reason = self._status.detail or "the note inside did not settle in time"
            return self._result("unknown", Completion.TIME_OUT, reason)
        back = held.centimos if held is not None and self._fate == "returned" else 0
        ended = self._result("done", Completion.SUCCESS, "", back)
        if not self._guarded(self._till.close_session):
            return self._not_ready()
        return ended

    def _is_out_of_service(self) -> bool:
        return bool(self._till.tally.events_lost)

    def _reconcile(self) -> CashResult:
        if not self._guarded(self._round):
            return self._not_ready()

        def settle() -> None:
            standing = self._now.state in _TELLS_OF_A_NOTE
            self._till.mark(UnderWay("booked") if standing else None, events_lost="")
            self._lost_told = False

        if self._is_out_of_service() and not self._guarded(settle):
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
            except LineFault as fault:
                passed, found = False, str(fault)
            steps.append(Step(name, passed, found))
        self._guarded(self._round)
        return SelfTestResult.of(tuple(steps), self._status)

    def _checks(self) -> dict[str, Callable[[], tuple[bool, str]]]:
        return {
            "answers": self._check_answers,
            "denominations": self._check_denominations,
            "transport": self._check_transport,
            "credit book": self._check_book,
        }

    def _check_answers(self) -> tuple[bool, str]:
        boot = version_of(self._line.ask(BOOT_VERSION))
        return bool(self._device.version), f"{self._device.version}, boot {boot}"

    def _check_denominations(self) -> tuple[bool, str]:
        names = ", ".join(note.item for note in self._device.notes.values())
        return bool(names), names or "none it could name"

    def _check_transport(self) -> tuple[bool, str]:
        """Reset a device that stopped: somebody stands beside it and took the note out."""
        if self._known_till is not None and needs_reset(self._now.state):
            self._guarded(self._reset)
            until = time.monotonic() + self._manners.route_s
            self._look_until(lambda: self._status.usable or bool(self._book_failure), until)
        return self._status.usable, self._status.detail or "nothing is in its way"

    def _check_book(self) -> tuple[bool, str]:
        if self._known_till is None or self._book_failure:
            return False, "it cannot be read or written"
        lost = self._till.tally.events_lost
        return not lost, lost or f"nothing is missing in it ({self._till.serial})"

    def _not_ready(self) -> CashResult:
        book = bool(self._book_failure)
        completion = Completion.HARDWARE_ERROR if book else Completion.DEVICE_NOT_READY
        return self._not_done(completion, self._status.detail)

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


def _build(link: Link, options: Options, wiring: Wiring) -> Id003Driver:
    if wiring.credit_book is None:
        raise BookMissing("id003", "credit book")
    manners = Manners(
        serial=str(options["serial"]),
        poll_interval_s=float(options["poll_interval_s"]),
        escrow_s=float(options["escrow_s"]),
        route_s=float(options["route_s"]),
        fraud_pause_s=float(options["fraud_pause_s"]),
        country=int(options["country"]),
        stack_2=options["stack"] == "2",
        power_recovery=bool(options["power_recovery"]),
    )
    line = Line(link, float(options["reply_timeout_s"]))
    return Id003Driver(line, wiring.credit_book, wiring.report, manners)


MODEL = Model(
    kind=KIND,
    options={
        "serial": "id003",
        "reply_timeout_s": REPLY_TIMEOUT_S,
        "poll_interval_s": POLL_INTERVAL_S,
        "escrow_s": ESCROW_S,
        "route_s": ROUTE_S,
        "fraud_pause_s": FRAUD_PAUSE_S,
        "country": PERU,
        "stack": "1",
        "power_recovery": True,
    },
    build=_build,
    choices={**SERIAL_CHOICES, "stack": ("1", "2")},
    limits={"country": (0, 255)},
    refuse=refuse,
    link_options={"baud": 9600, "parity": "E"},
    personal=False,
)
