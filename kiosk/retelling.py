"""After the server went on from an older copy of itself: what the journal knows is told again.

Blocks and turns go back at once; numbers on paper, claims and payments go the way they always go,
under ids that make a second time no second thing. What is told here the server may know already.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import structlog

from kiosk.flow.events import Event, ServerSeen
from kiosk.journal import Journal
from kiosk.journal.claims import Claim, ClaimReason
from kiosk.journal.outgoing import Outgoing
from kiosk.news import claim_made, doubt_begun, doubt_ended
from kiosk.order import OrderState
from kiosk.queue_client import Granted, QueueClient, Refused
from kiosk.staff.kept import KeptFile

FILE = "restoration.json"
LOOK_EVERY_S = 1.0
# A restored server was away before: it is asked when it answers again, and now and then.
ASK_EVERY_S = 600.0
DEADLINE_S = 5.0
MOST = 200
SLACK = timedelta(minutes=10)
WHY = "server_restored"
# Answers that stay the same however often it is asked.
_NEVER = (400, 404, 422)

log = structlog.get_logger("retelling")


class Retelling:
    """Asks whether the server was restored, and tells it once for each restore. One thread."""

    def __init__(
        self,
        journal: Journal,
        client: QueueClient,
        kept: KeptFile,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._journal = journal
        self._client = client
        self._kept = kept
        self._monotonic = monotonic
        self._wanted = True
        self._asked_at = monotonic()

    def before(self, post: Callable[[Event], None]) -> Callable[[Event], None]:
        """`post` for who watches the server: its news are heard here first."""

        def heard(news: Event) -> None:
            if isinstance(news, ServerSeen):
                self._wanted = True
            post(news)

        return heard

    def look(self) -> None:
        """Ask when there is a reason to. Until all was told it is asked again."""
        late = self._monotonic() - self._asked_at >= ASK_EVERY_S
        if not (self._wanted or late):
            return
        self._wanted = False
        match self._client.get("/api/v1/restorations"):
            case Granted({"event": int(event), "made_at": made_at}):
                known = not event or event == self._kept.read()
                self._wanted = not (known or self._tell(event, str(made_at)))
            case Refused(404):  # a server of before there were such things
                pass
            case _:
                self._wanted = True
        self._asked_at = self._monotonic()

    def _tell(self, event: int, made_at: str) -> bool:
        """Everything since the copy was made; False: the server did not take it now."""
        since = (datetime.fromisoformat(made_at) - SLACK).isoformat()
        log.warning("the server was restored; what is known here is told again", since=since)
        path = f"/api/v1/restorations/{event}/remembered"
        for position, body in enumerate(_pages(self._blocks(since), self._turns(since))):
            key = uuid5(UUID(int=event), f"{since}:{position}:{body}")
            match self._client.put(path, body, key, DEADLINE_S):
                case Granted():
                    pass
                case Refused(status, kind) if status in _NEVER:
                    log.error("the server will not take what is known here", answer=kind)
                case _:
                    return False
        with self._journal.together():
            self._numbers_again(since)
            for news in (*self._money(since), *self._claims(since)):
                again = uuid5(news.id, f"restored:{event}")  # the first key may hold an answer
                self._journal.outgoing.put(replace(news, id=again))
        self._kept.keep(event)
        return True

    def _blocks(self, since: str) -> list[Mapping[str, Any]]:
        rows = self._journal.file.read(
            "SELECT id, service, first, last, reserved_at FROM blocks ORDER BY reserved_at"
        )
        return [dict(row) for row in rows if _is_since(row["reserved_at"], since)]

    def _turns(self, since: str) -> list[Mapping[str, Any]]:
        rows = self._journal.file.read(
            "SELECT id, result AS number, settled_at AS at FROM effects"
            " WHERE kind = 'issue_ticket' AND state = 'done' ORDER BY settled_at"
        )
        return [dict(row) for row in rows if _is_since(row["at"], since)]

    def _numbers_again(self, since: str) -> None:
        """Numbers on paper that the server had heard of: it may have forgotten them."""
        with self._journal.file.unit() as db:
            found = db.execute(
                "SELECT ticket, given_at FROM given_numbers"
                " WHERE told IN ('merged', 'unknown_block') AND paper IN ('printed', 'unknown')"
            ).fetchall()
            again = [(row["ticket"],) for row in found if _is_since(row["given_at"], since)]
            db.executemany("UPDATE given_numbers SET told = '' WHERE ticket = ?", again)

    def _money(self, since: str) -> Iterator[Outgoing]:
        """Payments that the server had acknowledged: it looks itself whether it knows them.

        One that stands for nothing any more is on its list "Por resolver".
        """
        rows = self._journal.file.read(
            "SELECT application, payment, means, amount, max(order_steps.at) AS at"
            " FROM orders JOIN order_payments USING (application, payment)"
            " JOIN order_steps USING (application)"
            " WHERE state = ? AND to_state = ? GROUP BY application, payment, means, amount",
            (OrderState.ACCEPTED, OrderState.ACCEPTED),
        )
        for row in rows:
            if _is_since(row["at"], since):
                payment, application = UUID(row["payment"]), UUID(row["application"])
                told = (payment, application, row["means"], row["amount"], row["at"], WHY)
                yield doubt_begun(*told)
                yield doubt_ended(payment, "charged")

    def _claims(self, since: str) -> Iterator[Outgoing]:
        """Money that is owed: somebody holds the code."""
        rows = self._journal.file.read("SELECT * FROM claims WHERE amount > 0 ORDER BY made_at")
        for row in rows:
            if _is_since(row["made_at"], since):
                yield claim_made(
                    Claim(
                        id=UUID(row["id"]),
                        code=row["code"],
                        application=UUID(row["application"]),
                        payment=UUID(row["payment"]),
                        means=row["means"],
                        amount_centimos=row["amount"],
                        reason=ClaimReason(row["reason"]),
                        proven=bool(row["proven"]),
                        made_at=row["made_at"],
                    )
                )


def _is_since(at: str, since: str) -> bool:
    return datetime.fromisoformat(at) >= datetime.fromisoformat(since)


def _pages(
    blocks: Sequence[Mapping[str, Any]], turns: Sequence[Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Bodies of at most `MOST` of each."""
    for start in range(0, max(len(blocks), len(turns), 1), MOST):
        end = start + MOST
        yield {"blocks": list(blocks[start:end]), "turns": list(turns[start:end])}
