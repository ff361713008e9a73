"""Gives change from a ccTalk hopper, each payout at most once.

A payout is begun in the book, with the hopper's counters of that moment, before 167 is sent. 167
is sent once for it, ever: whatever is replied, the counters say what came out, at once or after a
crash. What they cannot say is ``unknown`` and is never paid again.
"""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from devices.cctalk.bus import Bus, Station
from devices.cctalk.faults import BookFailed, BusFault, Fault, status_of_fault
from devices.cctalk.identity import Identity, identify
from devices.cctalk.options import CCTALK_CHOICES, CCTALK_LIMITS, CCTALK_OPTIONS, station_of
from devices.cctalk.protocol import (
    DISPENSE,
    DISPENSE_COUNT,
    ENABLE_HOPPER,
    HOPPER,
    HOPPER_STATUS,
    PAYOUT_LEVEL,
    RESET,
    SELF_CHECK,
    SIMPLE_POLL,
    TEST_HOPPER,
    number_of,
)
from devices.cctalk_hopper.answers import Answers, book_status, refuse
from devices.cctalk_hopper.protocol import (
    DISABLE,
    ENABLE,
    MAX_COINS,
    NO_LEVEL,
    HopperStatus,
    Level,
    dispense_data,
    findings_of,
    health_of,
)
from devices.cctalk_hopper.verdict import Verdict, judge
from devices.driver import Capabilities, Model, NotRun, Options, Report, Wiring
from devices.errors import BookMissing
from devices.kinds.cash_dispenser import (
    KIND,
    Dispense,
    DispenseResult,
    Payout,
    PayoutBook,
    PayoutSettled,
    QueryDispense,
)
from devices.kinds.self_test import SelfTest, SelfTestResult, Step
from devices.link import Link
from devices.status import Completion, DeviceState, DeviceStatus

POLL_INTERVAL_S = 1.0
"""At rest: coins leave only while it carries out a command, which looks more often."""
RECOVERY_INTERVAL_S = 0.25
POLL_S = 1.0
SET_UP_S = 4.0
LOOK_GAP_S = 0.1
LONGEST_ID = 64
_DOUBTS = 4
RESTART_S = 0.3
STARTING = DeviceStatus(DeviceState.STARTING, detail="not set up yet")

Result = DispenseResult | SelfTestResult | NotRun


@dataclass(frozen=True, slots=True)
class Manners:
    """``coin_centimos`` is what one coin is worth.

    ``level_sensors`` and ``dispense_count``: whether the hopper knows headers 217 and 168.
    """

    coin_centimos: int
    level_sensors: bool = True
    dispense_count: bool = True
    poll_interval_s: float = POLL_INTERVAL_S


class HopperDriver:
    """One hopper."""

    def __init__(
        self, bus: Bus, station: Station, book: PayoutBook, report: Report, manners: Manners
    ) -> None:
        self._bus = bus
        self._station = station
        self._book = book
        self._report = report
        self._manners = manners
        self._identity: Identity | None = None
        self._owing = True
        self._status = STARTING

    @property
    def capabilities(self) -> Capabilities:
        """The value of its coin in céntimos, what the device calls itself, its book."""
        who = self._identity
        product = "" if who is None else f"{who.manufacturer} {who.product} {who.software}"
        serial = "" if who is None else self._serial
        coin = self._manners.coin_centimos
        return {"coin_centimos": coin, "product": product, "serial": serial}

    @property
    def poll_interval_s(self) -> float:
        """Seconds between two hopper tests; few while it is not usable."""
        rest_s = self._manners.poll_interval_s
        return rest_s if self._status.usable else min(rest_s, RECOVERY_INTERVAL_S)

    def probe(self) -> DeviceStatus:
        """Find out who is there, and settle a payout that was left open."""
        return self.poll()

    def poll(self) -> DeviceStatus:
        """Settle what is open, then test the hopper."""
        self._station.until(time.monotonic() + (SET_UP_S if self._identity is None else POLL_S))
        self._guarded(self._round)
        return self._status

    def execute(self, command: object, deadline: float) -> Result:
        """Carry out a command of the kind before ``deadline`` (monotonic seconds)."""
        self._station.until(deadline)
        if isinstance(command, Dispense):
            return self._dispense(command, deadline)
        if isinstance(command, QueryDispense):
            return self._query(command)
        if isinstance(command, SelfTest):
            return self._self_test()
        return NotRun(Completion.UNSUPPORTED_COMMAND, self._status)

    def close(self) -> None:
        """Give the port back."""
        self._bus.close()

    # The round.

    def _guarded(self, work: Callable[[], None]) -> bool:
        try:
            work()
        except BusFault as fault:
            if fault.fault is not Fault.SLOW or self._identity is None:
                self._identity = None
                self._status = status_of_fault(fault, has_answered=self._station.has_answered)
        except BookFailed as failed:
            self._status = book_status(str(failed))
        else:
            return True
        return False

    def _round(self) -> None:
        if self._identity is None:
            self._identity = identify(self._station, "Payout")
            self._owing = True
            self._station.ask(ENABLE_HOPPER, bytes([DISABLE]))
        if self._owing:
            self._settle_open()
        flags = self._station.ask_twice(TEST_HOPPER)
        level = NO_LEVEL
        if self._manners.level_sensors:
            level = Level.from_byte(self._station.ask_twice(PAYOUT_LEVEL)[0])
        self._status = health_of(findings_of(flags), level)

    def _settle_open(self) -> None:
        """Find out about a payout that is open in the book, and write down what is known."""
        payout: Payout | None = self._ask_book(lambda: self._book.open_payout(self._serial))
        if payout is None:
            self._owing = False
            return
        verdict = self._judge(payout)
        if verdict.outcome is None:
            return
        ended = self._end(payout, verdict)
        self._report(PayoutSettled(ended, verdict.outcome))

    def _judge(self, payout: Payout, *, refused: bool = False) -> Verdict:
        """Ask what came out; that nobody can say is believed when it was said four times."""
        verdict = Verdict(None)
        for _ in range(_DOUBTS):
            status = HopperStatus.from_bytes(self._station.ask(HOPPER_STATUS))
            if status.remaining:
                return Verdict(None)
            verdict = judge(payout, *self._figures(), refused=refused)
            if verdict.outcome != "unknown":
                return verdict
            time.sleep(LOOK_GAP_S)
        return verdict

    def _figures(self) -> tuple[HopperStatus, int | None]:
        """Status and lifetime count of one moment at rest: the status before and after is one."""
        status = HopperStatus.from_bytes(self._station.ask_twice(HOPPER_STATUS))
        if not self._manners.dispense_count:
            return status, None
        while True:
            count = number_of(self._station.ask_twice(DISPENSE_COUNT))
            after = HopperStatus.from_bytes(self._station.ask_twice(HOPPER_STATUS))
            if after == status:
                return status, count
            status = after

    def _end(self, payout: Payout, verdict: Verdict) -> Payout:
        ended = verdict.applied_to(payout)
        self._ask_book(lambda: self._book.end(ended))
        self._owing = False
        return ended

    def _ask_book(self, ask: Callable[[], Any]) -> Any:
        """Whatever a store raises means the same here: nothing may be given."""
        try:
            return ask()
        except Exception as failure:
            self._owing = True
            raise BookFailed(type(failure).__name__) from failure

    # Commands.

    def _dispense(self, command: Dispense, deadline: float) -> DispenseResult:
        fits = 1 <= command.coins <= MAX_COINS and 1 <= len(command.payout_id) <= LONGEST_ID
        if not fits:
            return self._answers.say("not_paid", Completion.INVALID_DATA, reason="no such payout")
        answer: list[DispenseResult] = []
        if not self._guarded(lambda: answer.append(self._once(command, deadline))):
            return self._not_known(command.payout_id)
        return answer[0]

    def _once(self, command: Dispense, deadline: float) -> DispenseResult:
        known: Payout | None = self._ask_book(lambda: self._book.find(command.payout_id))
        self._round()
        if known is not None:
            return self._repeated(command)
        if self._owing:
            reason = "an earlier payout is still running"
            return self._answers.say("not_paid", Completion.DEVICE_NOT_READY, reason=reason)
        if not self._status.usable:
            reason = self._status.detail
            return self._answers.say("not_paid", Completion.DEVICE_NOT_READY, reason=reason)
        payout = self._begin(command)
        refused = self._tell(payout)
        return self._await_end(payout, refused, deadline)

    def _repeated(self, command: Dispense) -> DispenseResult:
        """A payout that is in the book already: say what became of it, give nothing."""
        payout = self._find(command.payout_id)
        if payout is not None and payout.coins != command.coins:
            reason = "this payout was begun with another number of coins"
            return self._answers.say("unknown", Completion.INVALID_DATA, reason=reason)
        return self._answers.of(payout)

    def _begin(self, command: Dispense) -> Payout:
        """Write the payout down with the counters of now; nothing was sent yet."""
        self._station.ask(ENABLE_HOPPER, bytes([ENABLE]))
        status, dispensed = self._figures()
        if status.remaining:
            raise BusFault(Fault.BUSY, HOPPER_STATUS.name, "it is paying, and not for us")
        payout = Payout(
            command.payout_id, self._serial, status.counter, command.coins, dispensed=dispensed
        )
        self._owing = True
        self._ask_book(lambda: self._book.begin(payout))
        return payout

    def _tell(self, payout: Payout) -> bool:
        """Send 167, once; True if it was refused. Whatever else is replied, the counters decide."""
        assert self._identity is not None
        try:
            self._station.ask(DISPENSE, dispense_data(self._identity.serial_number, payout.coins))
        except BusFault as fault:
            return fault.fault is Fault.REFUSED
        return False

    def _await_end(self, payout: Payout, refused: bool, deadline: float) -> DispenseResult:
        verdict = Verdict(None)
        while verdict.outcome is None:
            time.sleep(LOOK_GAP_S)
            if time.monotonic() >= deadline:
                reason = "it was still paying when time was up; a report will tell"
                return self._answers.say("unknown", Completion.TIME_OUT, reason=reason)
            with contextlib.suppress(BusFault):  # power may come back before time is up
                verdict = self._judge(payout, refused=refused)
        ended = self._end(payout, verdict)
        self._guarded(self._disable)
        self._guarded(self._round)
        return self._answers.of(ended, verdict.reason)

    def _disable(self) -> None:
        self._station.ask(ENABLE_HOPPER, bytes([DISABLE]))

    def _query(self, command: QueryDispense) -> DispenseResult:
        if not self._guarded(self._round):
            return self._not_known(command.payout_id)
        found: list[Payout | None] = []
        if not self._guarded(lambda: found.append(self._find(command.payout_id))):
            return self._not_known(command.payout_id)
        return self._answers.of(found[0])

    def _find(self, payout_id: str) -> Payout | None:
        return self._ask_book(lambda: self._book.find(payout_id))

    def _self_test(self) -> SelfTestResult:
        steps: list[Step] = []
        for name, check in (
            ("answers", self._check_answers),
            ("self-check", self._check_itself),
            ("payout book", self._check_book),
            ("coin path", self._check_path),
        ):
            try:
                passed, found = check()
            except (BusFault, BookFailed) as failed:
                passed, found = False, str(failed)
            steps.append(Step(name, passed, found))
        return SelfTestResult.of(tuple(steps), self._status)

    def _check_answers(self) -> tuple[bool, str]:
        self._station.ask(SIMPLE_POLL)
        self._guarded(self._round)
        return self._identity is not None, str(self.capabilities["product"])

    def _check_itself(self) -> tuple[bool, str]:
        code = self._station.ask(SELF_CHECK)[0]
        return code == 0, "no fault" if code == 0 else f"fault code {code} (ccTalk table 3)"

    def _check_book(self) -> tuple[bool, str]:
        if self._identity is None:
            return False, "nothing answers that payouts could be looked up for"
        self._settle_open()
        return not self._owing, "a payout is open" if self._owing else "no payout is open"

    def _check_path(self) -> tuple[bool, str]:
        """Reset the hopper, which forgets old findings, and test it again; gives nothing."""
        if self._owing:
            return False, "not reset: a payout is open"
        self._station.ask(RESET)
        time.sleep(RESTART_S)
        self._identity = None
        self._guarded(self._round)
        return self._status.usable, self._status.detail or "free"

    # Answers.

    @property
    def _serial(self) -> str:
        assert self._identity is not None
        return f"hopper-{self._identity.serial_number}"

    def _not_known(self, payout_id: str) -> DispenseResult:
        """Something failed on the way: what the book says counts, an open payout is unknown."""
        try:
            payout = self._find(payout_id)
        except BookFailed:
            return self._answers.say(
                "unknown", Completion.HARDWARE_ERROR, reason=self._status.detail
            )
        if payout is None:
            reason = self._status.detail or "nothing was sent"
            return self._answers.say("not_paid", Completion.DEVICE_NOT_READY, reason=reason)
        return self._answers.of(payout, self._status.detail)

    @property
    def _answers(self) -> Answers:
        return Answers(self._manners.coin_centimos, self._status)


def _build(link: Link, options: Options, wiring: Wiring) -> HopperDriver:
    if wiring.payout_book is None:
        raise BookMissing("cctalk-hopper", "payout book")
    bus, station = station_of(link, options)
    manners = Manners(
        coin_centimos=int(options["coin_centimos"]),
        level_sensors=bool(options["level_sensors"]),
        dispense_count=bool(options["dispense_count"]),
        poll_interval_s=float(options["poll_interval_s"]),
    )
    return HopperDriver(bus, station, wiring.payout_book, wiring.report, manners)


MODEL = Model(
    kind=KIND,
    options={
        **CCTALK_OPTIONS,
        "address": HOPPER,
        "coin_centimos": 100,
        "level_sensors": True,
        "dispense_count": True,
        "poll_interval_s": POLL_INTERVAL_S,
    },
    build=_build,
    choices=CCTALK_CHOICES,
    limits={**CCTALK_LIMITS, "coin_centimos": (1, 10_000)},
    refuse=refuse,
    personal=False,
)
