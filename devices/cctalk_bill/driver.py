"""Takes notes through a ccTalk bill validator: held, then kept or returned, credited once.

Only the event "stacked" is a credit, whoever asked for it and whatever was replied to 154. The
command 154 is repeated only after a look at the events that shows the same note still waiting.
"""

import time
from dataclasses import dataclass, replace

from devices.cctalk.acceptor import Manners
from devices.cctalk.bus import REPLY_TIMEOUT_S, Bus, Station
from devices.cctalk.cash_in import LOOK_GAP_S, CashIn, refuse
from devices.cctalk.events import Event
from devices.cctalk.faults import BusFault, Fault
from devices.cctalk.options import (
    ACCEPTOR_OPTIONS,
    CCTALK_CHOICES,
    CCTALK_LIMITS,
    manners_of,
    station_of,
)
from devices.cctalk.protocol import (
    BILL_ID,
    BILL_MODE,
    BILL_MODE_NOW,
    BILL_VALIDATOR,
    READ_BILLS,
    ROUTE_BILL,
    SCALING,
)
from devices.cctalk.till import Heard, Money
from devices.cctalk_bill.escrow import Fate, HeldNote
from devices.cctalk_bill.health import Health
from devices.cctalk_bill.protocol import (
    ESCROW_EMPTY,
    MAX_TYPES,
    ROUTE_EXTEND,
    ROUTE_RETURN,
    ROUTE_STACK,
    USE_STACKER_AND_ESCROW,
    BillId,
    Scaling,
    news_of,
)
from devices.driver import Model, Options, Report, Wiring
from devices.errors import BookMissing
from devices.kinds.cash_acceptor import (
    KIND,
    CashResult,
    CreditBook,
    KeepNote,
    NoteHeld,
    NoteReturned,
    Rejected,
    ReturnNote,
)
from devices.link import Link
from devices.status import Action, Completion, DeviceState, DeviceStatus

ESCROW_S = 30.0
ROUTE_S = 8.0
RESEND_S = 1.0
EXTEND_EVERY_S = 3.0


@dataclass(frozen=True, slots=True)
class EscrowManners:
    """Times in seconds: how long a note waits for the caller, how long a route may take."""

    escrow_s: float = ESCROW_S
    route_s: float = ROUTE_S
    resend_s: float = RESEND_S
    country: str = "PE"
    bill_types: int = MAX_TYPES


class BillDriver(CashIn):
    """One validator. ``escrow`` says how long notes wait and which are looked for."""

    category = "Bill Validator"
    sort = "bill"
    events_command = READ_BILLS

    def __init__(
        self,
        bus: Bus,
        station: Station,
        book: CreditBook,
        report: Report,
        manners: Manners,
        escrow: EscrowManners,
    ) -> None:
        super().__init__(bus, station, book, report, manners)
        self._escrow = escrow
        self._bill_ids: dict[int, BillId | None] = {}
        self._of_device: object = None
        self._state = Health()
        self._held: HeldNote | None = None

    # What the device is and tells.

    def _learn(self) -> None:
        if self._of_device != self._identity:
            self._of_device = self._identity
            self._bill_ids.clear()
            self._catalogue = {}
        for bill in range(1, self._escrow.bill_types + 1):
            if bill not in self._bill_ids:
                self._bill_ids[bill] = self._bill_id(bill)
        self._catalogue = self._priced()

    def _priced(self) -> dict[int, Money]:
        """What each type of note is worth; nothing where it knows none of this country's."""
        country = self._escrow.country
        known = self._bill_ids.items()
        fitting = {n: each for n, each in known if each and each.country == country}
        if not fitting:
            return {}
        scaling = Scaling.from_bytes(self._station.ask_twice(SCALING, country.encode()))
        priced = {n: Money(each.name, each.centimos(scaling)) for n, each in fitting.items()}
        return {n: money for n, money in priced.items() if money.centimos}

    def _bill_id(self, bill: int) -> BillId | None:
        try:
            return BillId.from_bytes(self._station.ask_twice(BILL_ID, bytes([bill])))
        except BusFault as fault:
            if fault.fault is Fault.REFUSED:
                return None
            raise

    def _money_in(self, event: Event) -> Money | None:
        news = news_of(event)
        if news.kind == "stacked":
            return self._catalogue.get(news.bill, Money(f"bill {news.bill}", None))
        return Money("unknown", None) if news.kind == "unknown" else None

    def _remember(self, event: Event) -> None:
        news = news_of(event)
        self._state = self._state.after(news)
        if news.kind == "held":
            money = self._catalogue.get(news.bill, Money(f"bill {news.bill}", None))
            session = self._till.tally.session
            now = time.monotonic()
            self._held = HeldNote(news.bill, money, session, now, extended_s=now)
        elif news.kind in ("stacked", "returned", "unknown"):
            self._leave_escrow(news.kind)

    def _leave_escrow(self, fate: Fate) -> None:
        held, self._held = self._held, None
        if held is not None:
            held.fate = fate

    def _tell(self, heard: Heard) -> None:
        news = news_of(heard.event)
        session = self._till.tally.session
        if news.kind == "returned":
            self._report(NoteReturned(session))
        elif news.kind == "rejected":
            self._report(Rejected(session, news.words))
        elif news.kind == "fraud":
            self._suspect(news.words)

    def _forget(self) -> None:
        self._state = Health()
        if self._held is not None:
            self._held.sent(ROUTE_RETURN, -self._escrow.resend_s)

    def _repaired(self) -> None:
        self._state = replace(self._state, jam="")

    def _begin_afresh(self) -> None:
        self._state, self._held = Health(), None

    def _set_modes(self) -> None:
        self._station.ask(BILL_MODE, bytes([USE_STACKER_AND_ESCROW]))

    def _modes_are_set(self) -> bool:
        return self._station.ask(BILL_MODE_NOW) == bytes([USE_STACKER_AND_ESCROW])

    def _health(self) -> DeviceStatus:
        status = self._state.status(note_in_escrow=self._held is not None)
        if not self._catalogue:
            detail = f"it knows no notes of {self._escrow.country}: have it programmed"
            return DeviceStatus(DeviceState.OFFLINE, status.parts, Action.CONFIGURATION, detail)
        if status.usable and self._is_stuck():
            detail = "the note in escrow does not come out: open it and take the note out"
            return DeviceStatus(DeviceState.HARDWARE_ERROR, status.parts, Action.CLEAR, detail)
        return status

    # Escrow.

    def _escrow_is_clear(self) -> bool:
        return self._held is None

    def _is_stuck(self) -> bool:
        held = self._held
        if held is None or held.route != ROUTE_RETURN:
            return False
        return time.monotonic() - held.first_sent_s > 2 * self._escrow.route_s

    def _tend(self) -> None:
        held, now = self._held, time.monotonic()
        if held is None:
            return
        if held.route is not None:
            if now - held.sent_s >= self._escrow.resend_s:
                self._send_route(held, held.route)
        elif not self._is_wanted(held) or now - held.since_s >= self._escrow.escrow_s:
            self._send_route(held, ROUTE_RETURN)
        elif not held.announced:
            held.announced = True
            self._report(NoteHeld(held.session, held.centimos, held.money.item))
        elif now - held.extended_s >= EXTEND_EVERY_S:
            held.extended_s = now
            self._route_bill(ROUTE_EXTEND)

    def _is_wanted(self, held: HeldNote) -> bool:
        fits = held.bill in self._accepted_positions and held.session == self._till.tally.session
        return self._taking and fits and bool(held.session) and self._judge().usable

    def _send_route(self, held: HeldNote, route: int) -> None:
        """Tell the device where the note goes; what it then did is for the events to say."""
        held.sent(route, time.monotonic())
        if self._route_bill(route) != bytes([ESCROW_EMPTY]):
            held.empty_s = None
        elif held.empty_s is None:
            held.empty_s = time.monotonic()
        elif time.monotonic() - held.empty_s >= self._escrow.route_s / 2:
            self._find_out_without_event(held)

    def _route_bill(self, route: int) -> bytes | None:
        try:
            return self._station.ask(ROUTE_BILL, bytes([route]))
        except BusFault as fault:
            if not fault.sent:
                raise
            return None

    def _find_out_without_event(self, held: HeldNote) -> None:
        """The note is gone and no event said where, as after a reset: let the count decide."""
        self._look()
        if self._held is not held or self._till.failed:
            return
        if self._manners.accept_counter:
            self._verify()
        else:
            lost = "the note in escrow is gone, and the device keeps no count that says where"
            self._till.change(events_lost=lost)
        if self._held is not held:
            return  # an event told it after all
        self._leave_escrow("unknown")
        if not self._till.tally.events_lost:
            held.fate = "returned"
            self._report(NoteReturned(held.session))

    def _drop_everything(self) -> None:
        """Also a note nobody heard of yet: its event may be what could not be written."""
        if self._held is not None:
            self._held.sent(ROUTE_RETURN, time.monotonic())
        self._route_bill(ROUTE_RETURN)

    def _empty_escrow(self, deadline: float) -> int | None:
        held = self._held
        if held is None:
            return 0
        if held.route != ROUTE_RETURN:
            self._send_route(held, ROUTE_RETURN)
        while self._held is held:
            if time.monotonic() >= deadline:
                return None
            time.sleep(LOOK_GAP_S)
            self._give_time(deadline)
            self._round()
        return held.centimos if held.fate == "returned" else 0

    def _route(self, command: KeepNote | ReturnNote, deadline: float) -> CashResult:
        if not self._guarded(self._round):
            return self._not_ready()
        held, keep = self._held, isinstance(command, KeepNote)
        if held is None or not held.announced or held.session != command.session:
            reason = "no note of this cash-in waits in escrow"
            return self._not_done(Completion.SEQUENCE_ERROR, reason)
        if keep and held.route == ROUTE_RETURN:
            reason = "the note is on its way back already"
            return self._not_done(Completion.SEQUENCE_ERROR, reason)
        self._guarded(lambda: self._send_route(held, ROUTE_STACK if keep else ROUTE_RETURN))
        until = min(deadline, time.monotonic() + self._escrow.route_s)
        while self._held is held and not self._state.jam and time.monotonic() < until:
            time.sleep(LOOK_GAP_S)
            self._give_time(until)
            self._guarded(self._round)
        if held.fate == "unknown":
            return self._result("unknown", Completion.TIME_OUT, self._why_unknown())
        return self._fate_of(held, keep=keep)

    def _why_unknown(self) -> str:
        return self._status.detail or "the device did not say in time where the note went"

    def _fate_of(self, held: HeldNote, *, keep: bool) -> CashResult:
        stacked = held.fate == "stacked"
        if stacked is keep:
            back = 0 if stacked else held.centimos
            return self._result("done", Completion.SUCCESS, "", back)
        words = "the note was stacked" if stacked else "the note went back"
        back = 0 if stacked else held.centimos
        return self._result("not_done", Completion.COMMAND_ERROR_CODE, words, back)


def _build(link: Link, options: Options, wiring: Wiring) -> BillDriver:
    if wiring.credit_book is None:
        raise BookMissing("cctalk-bill", "credit book")
    bus, station = station_of(link, options)
    escrow = EscrowManners(
        escrow_s=float(options["escrow_s"]),
        route_s=float(options["route_s"]),
        resend_s=RESEND_S,
        country=str(options["country"]),
        bill_types=int(options["bill_types"]),
    )
    book = wiring.credit_book
    return BillDriver(bus, station, book, wiring.report, manners_of(options), escrow)


MODEL = Model(
    kind=KIND,
    options={
        **ACCEPTOR_OPTIONS,
        "address": BILL_VALIDATOR,
        "reply_timeout_s": REPLY_TIMEOUT_S,
        "escrow_s": ESCROW_S,
        "route_s": ROUTE_S,
        "country": "PE",
        "bill_types": MAX_TYPES,
    },
    build=_build,
    choices=CCTALK_CHOICES,
    limits={**CCTALK_LIMITS, "bill_types": (1, MAX_TYPES)},
    refuse=refuse,
    personal=False,
)
