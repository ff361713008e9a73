"""The validator between commands: polled, set up, its notes followed, each credit written once.

Every look at the status is judged with what the book says is under way (``under_way``); what the
judgement asks for is written before the device is answered. So the device may lose power, and this
program its life, between any two steps: ``VEND VALID`` repeats until it is acknowledged, and it is
acknowledged only when the credit is durable.

Out of service for a missing note means hands off: nothing is acknowledged or reset that could
still tell of it, until staff have settled it.
"""

import time
from collections.abc import Callable
from dataclasses import replace

from devices.driver import Capabilities, Report
from devices.id003.device import Device
from devices.id003.escrow import HeldNote
from devices.id003.faults import Fault, LineFault, status_of_fault
from devices.id003.health import health_of, out_of_service, status_of_book
from devices.id003.line import Line
from devices.id003.manners import Manners
from devices.id003.protocol import (
    AT_REST,
    HOLD,
    IN_ESCROW,
    POWER_UPS,
    REJECTIONS,
    RETURN,
    STACK_1,
    STACK_2,
    VERSION,
    Command,
    State,
    Status,
)
from devices.id003.till import BookFailed, Till
from devices.id003.under_way import Seen, UnderWay, Verdict, judge, what_is_lost
from devices.kinds.cash_acceptor import (
    Credit,
    CreditBook,
    Credited,
    EventsLost,
    NoteHeld,
    NoteReturned,
    Rejected,
)
from devices.status import Action, DeviceState, DeviceStatus

POLL_S = 1.0
SET_UP_S = 2.0
BOOK_RETRY_S = 1.0
RESEND_S = 1.0
HOLD_EVERY_S = 3.0
LOOK_GAP_S = 0.05
STARTING = DeviceStatus(DeviceState.STARTING, detail="not set up yet")
_TELLS_OF_A_NOTE = frozenset(
    {State.STACKING, State.VEND_VALID, State.STACKED, State.POWER_UP_IN_STACKER}
)
_SETTABLE = AT_REST | {State.INITIALIZE}


class Acceptor:
    """One validator on one line, without the commands of the kind (see ``driver``)."""

    def __init__(self, line: Line, book: CreditBook, report: Report, manners: Manners) -> None:
        self._line = line
        self._book = book
        self._report = report
        self._manners = manners
        self._device = Device(line, manners.country, power_recovery=manners.power_recovery)
        self._known_till: Till | None = None
        self._seen = Seen()
        self._now = Status(State.INITIALIZE)
        self._held: HeldNote | None = None
        self._fate = ""
        self._taking = False
        self._is_first_look = True
        self._accepted: frozenset[int] = frozenset()
        self._lost_told = False
        self._book_failure = ""
        self._book_retry_s = 0.0
        self._suspect_until = 0.0
        self._status = STARTING

    @property
    def capabilities(self) -> Capabilities:
        """What it takes (how many denominations, which in céntimos), its name, its book."""
        serial = "" if self._known_till is None else self._known_till.serial
        takes = sorted({note.centimos for note in self._device.notes.values()})
        return {
            "denominations": len(self._device.notes),
            "takes": " ".join(map(str, takes)),
            "product": self._device.version,
            "serial": serial,
        }

    @property
    def poll_interval_s(self) -> float:
        """Seconds between two status requests; a device left alone for 3 s returns its note."""
        return self._manners.poll_interval_s

    def probe(self) -> DeviceStatus:
        """Find out who is there, bring the book up to date, and set the device up."""
        until = time.monotonic() + SET_UP_S
        while self.poll().device is DeviceState.STARTING and time.monotonic() < until:
            time.sleep(LOOK_GAP_S)
        return self._status

    def poll(self) -> DeviceStatus:
        """Look at the status once and do what it asks for."""
        self._line.until(time.monotonic() + (POLL_S if self._device.ready else SET_UP_S))
        self._guarded(self._round)
        return self._status

    def close(self) -> None:
        """Give the port back."""
        self._line.close()

    def _guarded(self, work: Callable[[], None]) -> bool:
        """Run ``work``; what goes wrong becomes the status. True if nothing did."""
        try:
            work()
        except LineFault as fault:
            if fault.fault is Fault.SLOW and self._device.ready:
                return False  # a command's time was up: that says nothing about the device
            self._device.enabled = None
            self._status = status_of_fault(fault, has_answered=self._line.has_answered)
        except BookFailed as failed:
            self._stop_for_book(failed)
        else:
            self._status = self._judged()
            return True
        return False

    def _round(self) -> None:
        status = self._line.status()
        before, self._now = self._now, status
        if before.state is not State.INITIALIZE and status.state is State.INITIALIZE:
            self._device.ready = False
        if self._book_failure and time.monotonic() < self._book_retry_s:
            return
        self._open_book()
        self._identify()
        self._doubt_what_others_did()
        self._follow(before)
        self._book_failure = ""
        self._mind_lost()
        if self._now.state is State.VEND_VALID:
            return  # it was just acknowledged: let it go on
        self._start_up()
        self._tend()
        self._apply()

    # The book.

    def _open_book(self) -> None:
        if self._known_till is None:
            self._known_till = Till(self._book, f"bill-{self._manners.serial}")
        if self._till.failed:
            self._recover()
        if not self._till.is_known:
            tells = self._now.state in _TELLS_OF_A_NOTE
            lost = "it holds 1 note from before this book began: it may be somebody's money"
            self._till.adopt(events_lost=lost if tells else "")

    def _recover(self) -> None:
        """Find out what the book holds after it failed, and whether it can be written again."""
        credit = self._till.recover()
        if credit is not None:
            self._credited(credit)
        self._till.prove()

    def _stop_for_book(self, failed: BookFailed) -> None:
        self._book_failure = str(failed)
        self._book_retry_s = time.monotonic() + BOOK_RETRY_S
        self._status = status_of_book(self._book_failure)
        try:
            self._device.let_in(None)
            if self._now.state in IN_ESCROW:
                self._device.order(RETURN)
        except LineFault:
            self._device.enabled = None

    # The note under way.

    def _follow(self, before: Status) -> None:
        """Judge the status, write what it means, and only then answer the device."""
        if self._line.gap:
            self._seen, self._line.gap = self._seen.after_gap(), False
        if self._now.state in AT_REST and self._follows_a_note():
            self._now = self._status_for_sure()
        state = self._now.state
        self._seen = self._seen.after(state)
        if state is State.REJECTING and before.state is not state and self._held is None:
            words = REJECTIONS.get(self._now.detail, f"reason {self._now.detail:02X}")
            self._report(Rejected(self._till.tally.session, words))
        if state is State.CHEATED:
            self._suspect_until = time.monotonic() + self._manners.fraud_pause_s
        if not self._till.tally.events_lost:
            self._carry_out(self._judgement())
        settled = self._till.under_way is None or bool(self._till.tally.events_lost)
        if state in AT_REST and settled and self._held is not None:
            self._came_back()

    def _doubt_what_others_did(self) -> None:
        """A note is only stacked while notes are let in: if none are, another was here meanwhile.

        That may have been a technician's tool, which resets: the device would tell no more.
        """
        first, self._is_first_look = self._is_first_look, False
        mark = self._till.under_way
        quiet = first and self._now.state is State.INHIBITED
        if quiet and mark is not None and mark.stage == "stacking":
            self._till.mark(replace(mark, stage="doubtful"))

    def _follows_a_note(self) -> bool:
        till = self._till
        open_mark = till.under_way is not None and not till.tally.events_lost
        return open_mark or self._held is not None

    def _status_for_sure(self) -> Status:
        """Rest ends a note's story: make sure that it is this device that says so, and now."""
        status = self._device.status_for_sure()
        if status is None:
            mark = self._till.under_way
            if mark is not None and mark.stage == "stacking":
                self._till.mark(replace(mark, stage="doubtful"))
            raise LineFault(Fault.OTHER_DEVICE, VERSION.name, "it calls itself differently")
        return status

    def _judgement(self) -> Verdict:
        mark = self._till.under_way
        note = self._device.notes.get(self._now.detail)
        told = self._now.state is State.ESCROW and bool(self._device.notes)
        same = mark is None or not told or note == mark.note
        return judge(mark, self._now.state, self._seen, same_note=same)

    def _carry_out(self, verdict: Verdict) -> None:
        mark = self._till.under_way
        note = None if mark is None else mark.note
        if verdict is Verdict.CREDIT:
            assert note is not None  # a mark without a note is booked
            self._credited(self._till.credit(note))
            self._device.acknowledge()
        elif verdict is Verdict.ACKNOWLEDGE:
            self._device.acknowledge()
        elif verdict is Verdict.DOUBT:
            self._till.mark(UnderWay("doubtful", note))
        elif verdict is Verdict.FORGET:
            self._till.mark(None)
        elif verdict is Verdict.RETURNED:
            self._till.mark(None)
            self._came_back()
        elif verdict is Verdict.LOST:
            self._till.mark(mark, events_lost=what_is_lost(note, self._now.state))
            self._held, self._fate = None, "unknown"

    def _credited(self, credit: Credit) -> None:
        self._held, self._fate = None, "stacked"
        self._report(Credited(credit))

    def _came_back(self) -> None:
        session = self._till.tally.session if self._held is None else self._held.session
        self._held, self._fate = None, "returned"
        self._report(NoteReturned(session))

    # Set-up.

    def _identify(self) -> None:
        """Ask who is there, once; with a note inside after power loss it must be reset first."""
        note_inside = self._now.state in POWER_UPS and self._now.state is not State.POWER_UP
        if not self._device.is_known and not note_inside:
            self._device.identify()

    def _start_up(self) -> None:
        state = self._now.state
        hands_off = bool(self._till.tally.events_lost) and state is State.POWER_UP_IN_STACKER
        if state in POWER_UPS and not hands_off:
            self._reset()
        elif state in _SETTABLE and self._device.is_known and not self._device.ready:
            self._device.set_up()

    def _reset(self) -> None:
        """Reset it. A reset device is at rest, whatever became of a note: not after this."""
        mark = self._till.under_way
        inside = self._now.state is State.POWER_UP_IN_ACCEPTOR
        if mark is not None and mark.stage == "stacking" and not inside:
            self._till.mark(replace(mark, stage="doubtful"))
        self._device.reset()

    def _apply(self) -> None:
        """Let notes in exactly while they are wanted and can be booked."""
        device, state = self._device, self._now.state
        if state in POWER_UPS:
            return
        if device.contradicts(state):
            device.enabled = None
        wanted = self._taking and self._may_take()
        if wanted is not device.enabled:
            device.let_in(self._accepted if wanted else None)

    def _may_take(self) -> bool:
        return self._device.ready and self._judged().usable

    # Escrow.

    def _tend(self) -> None:
        """Look after a note that waits: announce it, keep it waiting, or send it on its way."""
        if self._now.state not in IN_ESCROW:
            return
        now = time.monotonic()
        held = self._held
        if held is None or (self._now.state is State.ESCROW and held.code != self._now.detail):
            held = self._new_held(now)
        if held.order is STACK_1 and not self._may_still_stack(held, now):
            self._send(held, RETURN)
        elif held.order is not None:
            if now - held.sent_s >= RESEND_S:
                self._send(held, held.order)
        elif not self._is_wanted(held) or now - held.since_s >= self._manners.escrow_s:
            self._send(held, RETURN)
        elif not held.announced:
            held.announced = True
            assert held.note is not None  # _is_wanted saw to that
            self._report(NoteHeld(held.session, held.note.centimos, held.note.item))
        elif now - held.held_s >= HOLD_EVERY_S:
            held.held_s = now
            self._device.order(HOLD)

    def _may_still_stack(self, held: HeldNote, now: float) -> bool:
        mark = self._till.under_way
        certain = mark is not None and mark.stage == "stacking"
        return certain and now - held.first_sent_s < self._manners.route_s

    def _new_held(self, now: float) -> HeldNote:
        code = self._now.detail if self._now.state is State.ESCROW else 0
        session = self._till.tally.session
        self._held = HeldNote(code, self._device.notes.get(code), session, now, held_s=now)
        self._fate = ""
        return self._held

    def _is_wanted(self, held: HeldNote) -> bool:
        fits = held.code in self._accepted and held.note is not None
        session = bool(held.session) and held.session == self._till.tally.session
        free = self._till.under_way is None
        return self._taking and fits and session and free and self._judged().usable

    def _send(self, held: HeldNote, order: Command) -> None:
        """Tell the device where the note goes; that it is to be stacked is written first."""
        if order is STACK_1:
            assert held.note is not None  # only an announced note is stacked
            self._till.mark(UnderWay("stacking", held.note))
            self._seen = Seen()
        held.sent(order, time.monotonic())
        self._device.order(STACK_2 if order is STACK_1 and self._manners.stack_2 else order)

    # Health.

    def _mind_lost(self) -> None:
        """Where a note is missing take nothing more, and say so once."""
        lost = self._till.tally.events_lost
        if not lost:
            return
        self._taking = False
        if not self._lost_told:
            self._lost_told = True
            self._report(EventsLost(self._till.serial, lost, 1))

    def _judged(self) -> DeviceStatus:
        health = health_of(self._now)
        if self._book_failure:
            return replace(status_of_book(self._book_failure), parts=health.parts)
        lost = "" if self._known_till is None else self._till.tally.events_lost
        if lost:
            return replace(out_of_service(lost), parts=health.parts)
        if not health.usable:
            return health
        if not self._device.ready:
            return replace(STARTING, parts=health.parts)
        if not self._device.notes:
            detail = f"it knows no notes of country {self._manners.country}: have it programmed"
            return DeviceStatus(DeviceState.OFFLINE, health.parts, Action.CONFIGURATION, detail)
        return self._watchful(health)

    def _watchful(self, health: DeviceStatus) -> DeviceStatus:
        if time.monotonic() < self._suspect_until:
            pause = f"{self._manners.fraud_pause_s:.0f} s"
            detail = f"somebody tried to cheat: nothing is taken for {pause}; look at its mouth"
            return DeviceStatus(DeviceState.FRAUD_ATTEMPT, health.parts, Action.SUSPEND, detail)
        held = self._held
        if held is not None and held.is_stuck(time.monotonic(), 2 * self._manners.route_s):
            detail = "the note in escrow does not come out: open it and take the note out"
            return DeviceStatus(DeviceState.HARDWARE_ERROR, health.parts, Action.CLEAR, detail)
        return health

    @property
    def _till(self) -> Till:
        assert self._known_till is not None  # _open_book comes first
        return self._known_till
