"""Puts a batch together: what the hub lacks of events, state, days and words on its orders.

Nothing is queued: the event log is the store, and what was told last is all that is remembered.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import structlog

from queue_server.core.clock import local_day
from queue_server.core.db import Database
from queue_server.core.json_text import json_text
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.hub.wire import AnswerBody, DayBody, OrderWordBody
from queue_server.hub_link.model.days import MOST_AT_ONCE, days_to_look_at
from queue_server.hub_link.model.digest import state_digest, whole_digest
from queue_server.hub_link.services import days, events, orders
from queue_server.hub_link.services.events import Told
from queue_server.hub_link.services.state import Probes, state_of
from queue_server.turns.model.site import SiteRules
from queue_server.turns.services.rules import site_rules

STATE_AT_LEAST_EVERY_S = 300.0
NOTHING = Told((), 0, more=False)

log = structlog.get_logger("hub")


@dataclass(frozen=True)
class Batch:
    """What is sent, and what it holds. `days`: day -> digest of its figures."""

    content: bytes
    events: Told
    state_digest: str
    has_state: bool
    days: dict[date, str]
    words: Sequence[OrderWordBody]


@dataclass
class _State:
    """How the site stood when it was last looked at; `body` None: it is not configured yet."""

    body: dict[str, Any] | None = None
    digest: str = field(default_factory=lambda: state_digest({}))
    looked_s: float = float("-inf")


class Gathering:
    """What one hub was told, and what it is told next; `begin` for another one.

    `every_s`: how often state is looked at. `monotonic`: seconds.
    """

    def __init__(
        self,
        database: Database,
        site: str,
        region: str,
        every_s: float,
        probes: Probes,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._site = site
        self._region = region
        self._every_s = every_s
        self._probes = probes
        self._monotonic = monotonic
        self.begin()

    def begin(self) -> None:
        """Nothing is known of what the hub holds."""
        self._state = _State()
        self._told_state = ""
        self._told_state_s = float("-inf")
        self._days_told: dict[date, str] | None = None
        self._looked: dict[date, float] = {}
        self._pending: dict[date, tuple[DayBody, str]] = {}
        self._more_days = False
        self._again: set[str] = set()

    def batch(self, after: int | None, most_events: int) -> Batch:
        """The next batch; `after`: the last event the hub holds, None while that is not known."""
        self._look_at_state()
        self._look_at_days()

        def read(uow: UnitOfWork) -> tuple[Told, tuple[int, bytes] | None, list[OrderWordBody]]:
            found = (
                NOTHING
                if after is None
                else events.next_events(uow, self._site, after, most_events)
            )
            said = orders.words(uow, self._site, self._again)
            return found, events.head(uow, self._site), said

        told, head, words = self._database.read(read)
        has_state = self._state.body is not None and self._state_is_news()
        rest = {
            "version": 1,
            "sent_at": self._database.clock.now(),
            "after": after or 0,
            "head": None if head is None else {"id": head[0], "mac": head[1].hex()},
            "state_digest": self._state.digest,
            "state": self._state.body if has_state else None,
            "days": [body.model_dump(mode="json") for body, _ in self._pending.values()],
            "orders": [each.model_dump(mode="json") for each in words],
        }
        content = f'{json_text(rest)[:-1]},"events":[{",".join(told.texts)}]}}'.encode()
        sent = {day: digest for day, (_, digest) in self._pending.items()}
        return Batch(content, told, self._state.digest, has_state, sent, words)

    def taken(self, batch: Batch, answer: AnswerBody) -> bool:
        """The hub has taken `batch`; True when it is to be told more at once, events aside."""
        kept = {day: batch.days[day] for day in answer.days if day in batch.days}
        if kept or batch.words:
            self._database.run(lambda uow: self._write(uow, kept, batch.words))
        self._again.clear()
        if batch.has_state:
            self._told_state, self._told_state_s = batch.state_digest, self._monotonic()
        if answer.wants_state:
            self._told_state = ""
        for day, digest in kept.items():
            self._pending.pop(day, None)
            if self._days_told is not None:
                self._days_told[day] = digest
        wanted = answer.wants_state and not batch.has_state and self._state.body is not None
        return wanted or (bool(kept) and (self._more_days or bool(self._pending)))

    def ask_again(self, order: str) -> None:
        """The hub wants to hear of this order once more."""
        self._again.add(order)

    def forget_days(self) -> None:
        """The hub goes on from an older copy of itself: it is told every day again."""
        self._database.run(lambda uow: days.forget_told(uow, self._site))
        self._days_told, self._looked = None, {}

    def _write(
        self, uow: UnitOfWork, kept: dict[date, str], words: Sequence[OrderWordBody]
    ) -> None:
        days.were_told(uow, self._site, kept)
        orders.were_told(uow, self._site, words)

    # --- state ------------------------------------------------------------------------------------
    def _state_is_news(self) -> bool:
        age_s = self._monotonic() - self._told_state_s
        return self._state.digest != self._told_state or age_s >= STATE_AT_LEAST_EVERY_S

    def _look_at_state(self) -> None:
        """Also while the log is caught up with, no more often than at other times."""
        if self._monotonic() - self._state.looked_s < self._every_s:
            return
        body: dict[str, Any] | None = None
        try:
            found = self._database.read(
                lambda uow: state_of(uow, self._site, self._region, self._probes)
            )
            body = found.model_dump(mode="json")
        except (Problem, ValueError) as fault:  # events and days are told nevertheless
            log.warning("the state is not told", reason=getattr(fault, "kind", str(fault)))
        self._state = _State(body, state_digest(body or {}), self._monotonic())

    # --- days -------------------------------------------------------------------------------------
    def _look_at_days(self) -> None:
        """Days that were gathered and not taken yet are told first."""
        if self._pending:
            return
        plan = self._database.read(self._plan)
        if plan is None:
            return
        rules, due, told = plan
        self._more_days = len(due) == MOST_AT_ONCE
        for day in due:
            body, raw = self._database.read(lambda uow, day=day: days.read_day(uow, rules, day))
            body = days.with_availability(body, raw)
            digest = whole_digest(body.model_dump(mode="json"))
            self._looked[day] = self._monotonic()
            if told.get(day) != digest:
                self._pending[day] = body, digest

    def _plan(self, uow: UnitOfWork) -> tuple[SiteRules, list[date], dict[date, str]] | None:
        try:
            rules = site_rules(uow, self._site)
        except Problem:
            return None
        first = events.first_day(uow, self._site, rules.zone)
        if first is None:
            return None
        if self._days_told is None:
            self._days_told = days.days_told(uow, self._site)
        today = local_day(uow.now, rules.zone)
        told = self._days_told
        due = days_to_look_at(first, today, frozenset(told), self._looked, self._monotonic())
        return rules, due, told
