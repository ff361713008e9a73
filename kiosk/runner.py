"""Drives the flow: one bounded inbox of events, effects carried out on their own threads."""

import queue
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol, get_args
from uuid import UUID

import structlog

from kiosk.flow.effects import CallStaff, Effect, ForgetPerson, Journalled, StopPaying
from kiosk.flow.events import Event
from kiosk.flow.staff.events import ChoreEnded, StaffEffect
from kiosk.flow.states import State
from kiosk.flow.step import step
from kiosk.flow.touches import Touch
from kiosk.journal import EffectState, Journal, JournalFailed

INBOX_PLACES = 1000
# Touches stop being taken while this many events wait; news of devices and server still fit.
TOUCH_PLACES = 200
_TOUCHES: tuple[type, ...] = get_args(Touch)
_JOURNAL_LANE = "journal"
_STAFF_LANE = "staff"
_HELP_LANE = "help"  # never behind a request that waits for something else

log = structlog.get_logger("runner")


@dataclass(frozen=True)
class Outcome:
    """How an effect ended: what the journal keeps, and the event the flow gets."""

    state: EffectState
    event: Event
    result: str = ""


class Performer(Protocol):
    """Carries out one kind of effect, on the thread named `lane`."""

    lane: str
    kind: str

    def body(self, effect: Any) -> Mapping[str, Any]:
        """What the journal must know to finish this after a crash."""
        ...

    def perform(self, effect: Any) -> Outcome:
        """Act, within a deadline of its own. Called once the intention is on disk."""
        ...

    def lost(self, effect: Any, *, begun: bool) -> Event:
        """What the flow is told when `perform` failed in a way nobody foresaw.

        Not `begun`: the journal would not take the intention, so nothing was done at all.
        """
        ...


class Runner:
    """The engine of a kiosk. `post` from any thread; `drain` from one only."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._performers: Mapping[type[Journalled], Performer] = {}
        self._stop_paying: Callable[[UUID], None] = lambda _: None
        self._call_staff: Callable[[], None] = lambda: None
        self._serve_staff: Callable[[StaffEffect], None] | None = None
        self._inbox: queue.Queue[Event] = queue.Queue(INBOX_PLACES)
        self._state = State()
        self._lanes: dict[str, ThreadPoolExecutor] = {}

    def equip(
        self,
        performers: Mapping[type[Journalled], Performer],
        stop_paying: Callable[[UUID], None] = lambda _: None,
        call_staff: Callable[[], None] = lambda: None,
        serve_staff: Callable[[StaffEffect], None] | None = None,
    ) -> None:
        """Say who carries out which effect; once, before the first event is drained.

        `stop_paying` tells whoever takes cash to end a payment; it returns at once. `call_staff`
        asks for a person, on a thread of its own, and posts how that went. `serve_staff` does what
        staff ask for at the kiosk's own menu, on one too, and posts the answer.
        """
        self._performers = performers
        self._stop_paying = stop_paying
        self._call_staff = call_staff
        self._serve_staff = serve_staff

    @property
    def state(self) -> State:
        """The state after the last drained event."""
        return self._state

    def post(self, event: Event) -> None:
        """Queue an event; never blocks. A full inbox drops touches first, and says so."""
        if isinstance(event, _TOUCHES) and self._inbox.qsize() >= TOUCH_PLACES:
            log.warning("touch dropped, too much is waiting", event_kind=type(event).__name__)
            return
        try:
            self._inbox.put_nowait(event)
        except queue.Full:
            log.error("event dropped, the inbox is full", event_kind=type(event).__name__)

    def drain(self, wait_s: float = 0.0) -> bool:
        """Apply what is queued (waiting up to `wait_s` seconds for it) and start its effects.

        True when the state changed.
        """
        before = self._state
        for event in self._queued(wait_s):
            self._state, effects = step(self._state, event)
            for effect in effects:
                self._start(effect)
        return self._state is not before

    def stop(self) -> None:
        """Let running effects end (each has a deadline); what waits stays in the journal."""
        for lane in self._lanes.values():
            lane.shutdown(wait=True, cancel_futures=True)

    def _queued(self, wait_s: float) -> Iterator[Event]:
        if not wait_s and self._inbox.empty():
            return  # the usual case, 40 times a second
        try:
            yield self._inbox.get(block=wait_s > 0, timeout=wait_s or None)
            for _ in range(INBOX_PLACES):
                yield self._inbox.get_nowait()
        except queue.Empty:
            return

    def _start(self, effect: Effect) -> None:
        if isinstance(effect, StaffEffect):
            self._lane(_STAFF_LANE).submit(self._for_staff, effect)
            return
        match effect:
            case ForgetPerson(session):
                self._lane(_JOURNAL_LANE).submit(self._journal.forget, session)
            case StopPaying(payment):
                self._stop_paying(payment)
            case CallStaff():
                self._lane(_HELP_LANE).submit(self._call_staff)
            case _:
                performer = self._performers[type(effect)]
                self._lane(performer.lane).submit(self._carry_out, performer, effect)

    def _lane(self, name: str) -> ThreadPoolExecutor:
        if name not in self._lanes:
            self._lanes[name] = ThreadPoolExecutor(1, thread_name_prefix=name)
        return self._lanes[name]

    def _for_staff(self, effect: StaffEffect) -> None:
        """A chore that fails in a way nobody foresaw is over too: nobody waits in front of it."""
        try:
            if self._serve_staff is not None:
                self._serve_staff(effect)
                return
            log.error("nobody serves staff here", kind=type(effect).__name__)
        except Exception:
            log.exception("a chore failed", kind=type(effect).__name__)
        self.post(ChoreEnded(effect.effect_id, well=False))

    def _carry_out(self, performer: Performer, effect: Journalled) -> None:
        """Intent on disk, act, result on disk, then tell the flow."""
        begun = False
        try:
            self._journal.effects.intend(
                effect.effect_id, effect.session, performer.kind, performer.body(effect)
            )
            begun = True
            outcome = performer.perform(effect)
        except JournalFailed as error:
            log.error("effect not journalled", kind=performer.kind, begun=begun, why=str(error))
            self.post(performer.lost(effect, begun=begun))
        except Exception:
            log.exception("effect failed, its outcome is unknown", kind=performer.kind)
            lost = performer.lost(effect, begun=begun)
            if begun:
                self._settle(effect, Outcome(EffectState.UNKNOWN, lost, "failed"))
            self.post(lost)
        else:
            self._settle(effect, outcome)
            self.post(outcome.event)

    def _settle(self, effect: Journalled, outcome: Outcome) -> None:
        """What is known is told, also where it cannot be written: at boot it counts as unknown."""
        try:
            self._journal.effects.settle(effect.effect_id, outcome.state, outcome.result)
        except JournalFailed as error:
            log.error("result not journalled", state=outcome.state, why=str(error))
