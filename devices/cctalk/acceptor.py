"""What bill validator and coin acceptor have in common: set-up, polling, credits, lost events.

Order of a start: nothing is let in (228/0), then the book is brought up to date from the event
buffer and the accept counter, then modes and inhibits are set, and only a ``CashInStart`` lets
money in. The same follows every reset of the device and every gap in its answers.
"""

import contextlib
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from devices.cctalk.bus import Bus, Station
from devices.cctalk.event_source import EventSource
from devices.cctalk.events import Event, Reading
from devices.cctalk.faults import BookFailed, BusFault, Fault, status_of_fault
from devices.cctalk.identity import Identity, identify
from devices.cctalk.protocol import (
    INHIBITS,
    MASTER_INHIBIT,
    MODIFY_INHIBITS,
    MODIFY_MASTER_INHIBIT,
    Command,
    inhibit_mask,
)
from devices.cctalk.till import Heard, Money, Till
from devices.driver import Capabilities, Report
from devices.errors import LinkError
from devices.kinds.cash_acceptor import CreditBook, Credited, EventsLost
from devices.status import Action, DeviceState, DeviceStatus

POLL_S = 1.0
SET_UP_S = 6.0
CLOSE_S = 0.5
BOOK_RETRY_S = 1.0
COUNT_LAG_S = 0.2
_COUNT_TRIES = 3
REST_FACTOR = 2

STARTING = DeviceStatus(DeviceState.STARTING, detail="not set up yet")
RESTARTED = DeviceStatus(DeviceState.STARTING, detail="it was switched off and on; set up again")
ONLINE = DeviceStatus(DeviceState.ONLINE)


class Restarted(Exception):
    """The device was reset: its event counter went back to 0, or its modes are gone."""


@dataclass(frozen=True, slots=True)
class Manners:
    """How a driver behaves; times in seconds.

    ``accept_counter``: whether the device keeps a lasting count (225). ``settle_s``: how long it
    must bring nothing new before a cash-in ends. ``fraud_pause_s``: nothing is taken that long
    after an attempt at fraud.
    """

    poll_interval_s: float
    accept_counter: bool
    settle_s: float
    fraud_pause_s: float


class Acceptor(ABC):
    """One acceptor at one address; see the subclasses of ``cash_in.CashIn`` for the models."""

    category: ClassVar[str]
    sort: ClassVar[str]
    events_command: ClassVar[Command]

    def __init__(
        self, bus: Bus, station: Station, book: CreditBook, report: Report, manners: Manners
    ) -> None:
        self._bus = bus
        self._station = station
        self._book = book
        self._report = report
        self._manners = manners
        counts = manners.accept_counter
        self._source = EventSource(station, self.events_command, counts=counts)
        self._catalogue: dict[int, Money] = {}
        self._identity: Identity | None = None
        self._known_till: Till | None = None
        self._ready = False
        self._taking = False
        self._enabled: bool | None = None
        self._accepted_positions: frozenset[int] = frozenset()
        self._lost_told = False
        self._book_failure = ""
        self._book_retry_s = 0.0
        self._suspect_until = 0.0
        self._suspicion = ""
        self._status = STARTING

    @property
    def capabilities(self) -> Capabilities:
        """What it takes (how many denominations, which in céntimos), its name, its book."""
        who = self._identity
        product = "" if who is None else f"{who.manufacturer} {who.product} {who.software}"
        serial = "" if self._known_till is None else self._known_till.serial
        takes = sorted({money.centimos for money in self._catalogue.values() if money.centimos})
        return {
            "denominations": len(self._catalogue),
            "takes": " ".join(map(str, takes)),
            "product": product,
            "serial": serial,
        }

    @property
    def poll_interval_s(self) -> float:
        """Seconds between two looks at the event buffer; twice as long while nothing is let in."""
        rests = self._status.usable and self._enabled is False and not self._taking
        return self._manners.poll_interval_s * (REST_FACTOR if rests else 1)

    def probe(self) -> DeviceStatus:
        """Set the device up and bring the book up to date."""
        return self.poll()

    def poll(self) -> DeviceStatus:
        """Look at the event buffer once; set the device up first where that is needed."""
        self._give_time(time.monotonic() + (POLL_S if self._ready else SET_UP_S))
        self._guarded(self._round)
        return self._status

    def close(self) -> None:
        """Let nothing more in and give back what waits, as far as the link allows; then leave."""
        try:
            with contextlib.suppress(BusFault, LinkError):
                if self._enabled is not False:
                    self._give_time(time.monotonic() + CLOSE_S)
                    self._let_in(False)
                    self._drop_everything()
        finally:
            self._bus.close()

    # What a model adds.

    @abstractmethod
    def _learn(self) -> None:
        """Fill the catalogue: what each position is worth."""

    @abstractmethod
    def _money_in(self, event: Event) -> Money | None:
        """What an event says was kept, or None."""

    @abstractmethod
    def _remember(self, event: Event) -> None:
        """Take the device's state from an event, new or old."""

    @abstractmethod
    def _tell(self, heard: Heard) -> None:
        """Report an event that is new and no credit."""

    @abstractmethod
    def _forget(self) -> None:
        """The device was reset: what its events said of its state holds no more."""

    @abstractmethod
    def _begin_afresh(self) -> None:
        """Another device, or the first: nothing is known of its state."""

    @abstractmethod
    def _set_modes(self) -> None:
        """Set what a reset undoes, beside inhibits."""

    @abstractmethod
    def _modes_are_set(self) -> bool:
        """Whether the device still has what ``_set_modes`` set."""

    @abstractmethod
    def _health(self) -> DeviceStatus:
        """What the device's own events say of it."""

    @abstractmethod
    def _tend(self) -> None:
        """Do what is due after each look."""

    @abstractmethod
    def _drop_everything(self) -> None:
        """Give back what is not yet kept: it cannot be booked."""

    # The round.

    def _give_time(self, deadline: float) -> None:
        self._station.until(deadline)

    def _guarded(self, work: Callable[[], None]) -> bool:
        """Run ``work``; what goes wrong becomes the status. True if nothing did."""
        try:
            work()
        except Restarted:
            self._ready, self._status = False, RESTARTED
        except BusFault as fault:
            if fault.fault is Fault.SLOW and self._ready:
                return False  # a command's time was up: that says nothing about the device
            self._ready = False
            self._status = status_of_fault(fault, has_answered=self._station.has_answered)
        except BookFailed as failed:
            self._stop_for_book(failed)
        else:
            self._status = self._judge()
            return True
        return False

    def _round(self) -> None:
        if self._ready:
            self._look()
            self._check_modes()
        else:
            self._set_up()
        self._mind_lost()
        self._tend()
        self._apply()

    def _look(self) -> None:
        reading = self._source.read()
        if self._till.failed and time.monotonic() < self._book_retry_s:
            return
        self._absorb(reading)
        self._book_failure = ""

    def _check_modes(self) -> None:
        """After silence: a reset that came before the first event shows only by lost modes."""
        if not self._station.doubtful:
            return
        self._station.doubtful = False  # doubts that arise from here on are for the next round
        inhibits = inhibit_mask(self._accepted_positions)
        if self._station.ask(INHIBITS) != inhibits or not self._modes_are_set():
            raise Restarted
        if self._enabled is not None:
            now = self._station.ask(MASTER_INHIBIT)[0] & 0x01
            if now != self._enabled:
                raise Restarted

    def _absorb(self, reading: Reading) -> None:
        """Book what is new; what looks like a reset is for the set-up, which can tell."""
        was_reset = reading.counter == 0 and self._till.seen != 0
        if was_reset or self._till.may_be_reset(reading):
            raise Restarted
        self._hear(self._till.absorb(reading))

    def _hear(self, news: list[Heard]) -> None:
        for heard in news:
            self._remember(heard.event)
            if heard.credit is not None:
                self._report(Credited(heard.credit))
            else:
                self._tell(heard)

    def _set_up(self) -> None:
        self._ready, self._enabled = False, None
        self._identity = identify(self._station, self.category)
        self._let_in(False)
        self._learn()
        self._open_book(f"{self.sort}-{self._identity.serial_number}")
        self._set_modes()
        self._set_inhibits()
        self._station.doubtful = False
        self._ready = True

    def _open_book(self, serial: str) -> None:
        first = self._known_till is None or self._known_till.serial != serial
        if first:
            self._taking, self._lost_told = False, False
            self._known_till = Till(self._book, serial, self._money_in)
            self._begin_afresh()
        reading, accepted = self._source.read_with_count()
        if reading.counter == 0 or self._till.rewind(reading, accepted):
            self._forget()
        if self._till.is_known:
            news = self._till.absorb(reading)
        else:
            news = []
            self._till.adopt(reading, accepted)
        self._book_failure = ""
        if first:
            fresh = {heard.event for heard in news}
            for event in reading.visible:
                if event not in fresh:
                    self._remember(event)
        self._hear(news)
        self._compare(accepted)

    def _verify(self) -> None:
        """Compare the device's count with the book; a difference goes into the book."""
        reading, accepted = self._source.read_with_count()
        self._absorb(reading)
        self._compare(accepted)

    def _compare(self, accepted: int | None) -> None:
        tally = self._till.tally
        if accepted is not None and tally.accepted is None and not tally.events_lost:
            self._till.change(accepted=accepted)
        for _ in range(_COUNT_TRIES):
            if not self._till.missing(accepted) or self._till.tally.events_lost:
                return
            time.sleep(COUNT_LAG_S)  # some count before they tell, and some after
            reading, accepted = self._source.read_with_count()
            self._absorb(reading)
        missing = self._till.missing(accepted)
        if missing and not self._till.tally.events_lost:
            self._till.change(events_lost=_difference(missing))

    def _mind_lost(self) -> None:
        """Where events were lost take nothing more, and say so once."""
        if not self._till.tally.events_lost:
            return
        self._taking = False
        self._apply()
        if self._lost_told:
            return
        reading, accepted = self._source.read_with_count()
        self._absorb(reading)
        self._lost_told = True
        missing = self._till.missing(accepted)
        self._report(EventsLost(self._till.serial, self._till.tally.events_lost, missing))

    def _apply(self) -> None:
        """Let money in exactly while it is wanted and can be booked."""
        wanted = self._taking and self._may_take()
        if wanted is self._enabled:
            return
        if wanted:
            self._check_modes()
        self._let_in(wanted)
        if wanted:
            self._check_after_letting_in()

    def _check_after_letting_in(self) -> None:
        """Power may have gone between setting the modes and letting money in."""
        try:
            self._check_modes()
        except Restarted:
            self._let_in(False)
            raise

    def _may_take(self) -> bool:
        return self._ready and self._judge().usable

    def _let_in(self, wanted: bool) -> None:
        self._enabled = None
        self._station.ask(MODIFY_MASTER_INHIBIT, bytes([wanted]))
        self._enabled = wanted

    def _set_inhibits(self) -> None:
        self._station.ask(MODIFY_INHIBITS, inhibit_mask(self._accepted_positions))

    def _stop_for_book(self, failed: BookFailed) -> None:
        self._book_failure = str(failed)
        self._book_retry_s = time.monotonic() + BOOK_RETRY_S
        self._status = self._book_status()
        try:
            self._let_in(False)
            self._drop_everything()
        except BusFault:
            self._ready = False

    def _suspect(self, what: str) -> None:
        """Somebody tries to cheat: take nothing for a while."""
        self._suspicion = what
        self._suspect_until = time.monotonic() + self._manners.fraud_pause_s

    def _judge(self) -> DeviceStatus:
        health = self._health()
        if self._book_failure:
            return replace(self._book_status(), parts=health.parts)
        if self._till.tally.events_lost:
            return _out_of_service(self._till.tally.events_lost, health.parts)
        if health.usable and time.monotonic() < self._suspect_until:
            pause = f"{self._manners.fraud_pause_s:.0f} s"
            detail = f"{self._suspicion}: nothing is taken for {pause}; look at its mouth"
            return DeviceStatus(DeviceState.FRAUD_ATTEMPT, health.parts, Action.SUSPEND, detail)
        return health

    def _book_status(self) -> DeviceStatus:
        detail = (
            f"the credit book cannot be written ({self._book_failure}): nothing is taken until "
            "it can; check the kiosk's disk"
        )
        return DeviceStatus(DeviceState.HARDWARE_ERROR, {}, Action.MAINTENANCE, detail)

    @property
    def _till(self) -> Till:
        assert self._known_till is not None  # set-up comes first
        return self._known_till


def _difference(missing: int) -> str:
    if missing > 0:
        return f"the device took {missing} more than the book holds"
    return f"the device's accept counter is {-missing} behind the book"


def _out_of_service(why: str, parts: Mapping[str, str]) -> DeviceStatus:
    detail = f"{why}: out of service; count its cash box, settle the difference, then reconcile"
    return DeviceStatus(DeviceState.OFFLINE, parts, Action.MAINTENANCE, detail)
