"""Keeps numbers ready for a time without server, and tells it of those given out meanwhile."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid5

import structlog

from kiosk.flow.events import Event, NumbersChanged
from kiosk.flow.states import State
from kiosk.flow.turn import person_of
from kiosk.flow.world import Held, Service, ServiceKind, World
from kiosk.journal import Journal
from kiosk.journal.block import Block
from kiosk.journal.blocks import Given
from kiosk.queue_client import Answer, Away, Granted, QueueClient, Refused

LOOK_EVERY_S = 2.0
DEADLINE_S = 5.0
# A service the server would not reserve for is not asked about again for so long.
REFUSED_PAUSE_S = 60.0
# Nor one whose fresh numbers this kiosk's clock says are of another day: each try spends numbers.
WRONG_DAY_PAUSE_S = 3600.0
MAX_SIZE = 50
# Answers that say nothing about what was sent: try again.
_NOT_NOW = (401, 403, 429, 500, 502, 503, 504)
_PACE = timedelta(hours=1)

log = structlog.get_logger("numbers")


def _utc_now() -> datetime:
    return datetime.now(UTC)


class NumberBlocks:
    """Reserves, tells, and posts what could be given out now. One thread at a time.

    `size`: how many numbers of each service lie ready at least; 0: none, and no turns without
    server.
    """

    def __init__(
        self,
        journal: Journal,
        client: QueueClient,
        state: Callable[[], State],
        post: Callable[[Event], None],
        size: int,
        clock: Callable[[], datetime] = _utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._journal = journal
        self._book = journal.blocks
        self._client = client
        self._state = state
        self._post = post
        self._size = size
        self._clock = clock
        self._monotonic = monotonic
        self._said = NumbersChanged("", ())
        self._not_before: dict[str, float] = {}

    def look(self) -> None:
        """Once: say what there is; where the server answers, tell it and reserve what is missing.

        What was given out is told before anything else: those people are waiting.
        """
        self._say()
        state = self._state()
        if not state.world.server:
            return
        if self._clear_up(state) and self._merge() and self._refill(state.world):
            self._say()

    # --- what could be given out now -------------------------------------------------------------
    def _say(self) -> None:
        said = self._numbers()
        if said != self._said:
            log.info("numbers", left=[each.service.code for each in said.numbers if each.left])
            self._said = said
            self._post(said)

    def _numbers(self) -> NumbersChanged:
        site, held = "", dict[str, Held]()
        now = self._clock()
        for block, left in self._book.left(now):
            if not block.usable(now):
                continue
            service = Service(block.service, block.service_name, block.series)
            before = held.get(block.service)
            held[block.service] = Held(service, left > 0 or (before is not None and before.left))
            site = block.site_name
        return NumbersChanged(site, tuple(held[code] for code in sorted(held)))

    # --- telling ---------------------------------------------------------------------------------
    def _clear_up(self, state: State) -> bool:
        """Withdraw what the server may have issued and nobody holds; False: it does not answer.

        The request's own key is spent first: then it can never be carried out late. Was it carried
        out already, its ticket is taken back under another key.
        """
        person = person_of(state.at)
        for request in self._book.lost_requests(person and person.session, self._clock()):
            body = {"request": str(request)}
            answer = self._client.put("/api/v1/lost-replies", body, request, DEADLINE_S)
            if isinstance(answer, Refused) and answer.kind == "key_reused":
                key = uuid5(request, "lost")
                answer = self._client.put("/api/v1/lost-replies", body, key, DEADLINE_S)
            word = _word(answer, lambda told: str(told["outcome"]))
            if word is None:
                return False
            log.info("unanswered request cleared up", outcome=word)
            self._book.cleared_up(request, word)
        return True

    def _merge(self) -> bool:
        """Bring numbers on paper into the line, in the order they were given out."""
        for given in self._book.to_merge(self._clock()):
            now = self._clock()
            # Sent once under each key, for it carries the clock; the ticket's id makes it one.
            answer = self._client.put(
                f"/api/v1/blocks/{given.block}/tickets",
                merge_body(given, now),
                uuid5(given.ticket, now.isoformat()),
                deadline_s=0,
            )
            word = _word(answer, lambda _: "merged")
            if word is None:
                return False
            if word != "merged":
                log.error("the server will not take this number", number=given.number, answer=word)
            self._book.told(given.ticket, word)
        return True

    # --- reserving -------------------------------------------------------------------------------
    def _refill(self, world: World) -> bool:
        left = dict[str, int]()
        for block, numbers in self._book.left(self._clock()):
            left[block.service] = left.get(block.service, 0) + numbers
        for service in world.services:
            if service.kind is not ServiceKind.TURN or not self._size:
                continue
            wanted = self._wanted(service)
            low = left.get(service.code, 0) * 2 < wanted
            waits = self._monotonic() < self._not_before.get(service.code, 0.0)
            if low and not waits and not self._reserve(world, service, wanted):
                return False
        return True

    def _wanted(self, service: Service) -> int:
        """Two hours of this kiosk's pace, within bounds."""
        pace = self._book.pace(service.series, self._clock() - _PACE)
        return max(self._size, min(2 * pace, MAX_SIZE))

    def _reserve(self, world: World, service: Service, size: int) -> bool:
        key, size = self._book.request(service.code, size)
        body = {"service": service.code, "size": size}
        answer = self._client.put("/api/v1/blocks", body, key, DEADLINE_S)
        match answer:
            case Granted(row):
                block = block_of_answer(row, service.name, world.site)
                self._book.answered(service.code, block)
                if not block.is_of(self._clock()):
                    log.error("reserved for another day; is the clock right?", day=row["day"])
                    self._not_before[service.code] = self._monotonic() + WRONG_DAY_PAUSE_S
                return True
            case Refused(status, kind) if status not in _NOT_NOW:
                log.info("no numbers are reserved", service=service.code, answer=kind)
                self._book.answered(service.code, None)
                self._not_before[service.code] = self._monotonic() + REFUSED_PAUSE_S
                return True
            case Refused() | Away():
                return False


def merge_body(given: Given, now: datetime) -> dict[str, Any]:
    """A number given out, as `POST /blocks/{id}/tickets` takes it."""
    slip = {
        "ticket_id": str(given.ticket),
        "number": given.number,
        "service": given.service,
        "attention_class": given.attention_class,
        "issued_at": given.given_at.isoformat(),
        "document": given.document,
    }
    return {"kiosk_now": now.isoformat(), "tickets": [slip]}


def block_of_answer(row: Mapping[str, Any], service_name: str, site_name: str) -> Block:
    """The block of the server's answer."""
    return Block(
        id=row["id"],
        service=row["service"],
        series=row["series"],
        day=date.fromisoformat(row["day"]),
        first=row["first"],
        last=row["last"],
        reserved_at=datetime.fromisoformat(row["reserved_at"]),
        expires_at=datetime.fromisoformat(row["expires_at"]),
        windows=tuple(
            (datetime.fromisoformat(each["begins"]), datetime.fromisoformat(each["ends"]))
            for each in row["windows"]
        ),
        service_name=service_name,
        site_name=site_name,
        slips=row["slips"],
    )


def _word(answer: Answer, granted: Callable[[Any], str]) -> str | None:
    """What the server said, in a word; None where it said nothing yet."""
    match answer:
        case Granted(body):
            return granted(body)
        case Refused(status, kind) if status not in _NOT_NOW:
            return kind or "no"
        case Refused() | Away():
            return None
