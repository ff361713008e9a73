"""A kiosk that can be told something, and somebody who signs: without server, with real keys."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.actions.admission import Admission, fingerprint
from kiosk.actions.book import FILE, ActionBook
from kiosk.actions.desk import ActionDesk, Outcome, Work
from kiosk.actions.door import Door
from kiosk.actions.model import Kind as KioskKind
from kiosk.journal import Journal
from kiosk.pairing.exchange import private_pem
from kiosk.queue_client import Answer, Granted, Refused
from kiosk.trust import Trust
from queue_server.fleet.actions.model import Kind, Order, body_of, signed

NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
SITE, CODE = "PRUEBA", "K01"


def paired(actions_key: Ed25519PrivateKey) -> Trust:
    """What a pairing leaves, with a device key of its own."""
    return Trust(
        site=SITE,
        url="https://127.0.0.1:1",
        authority="",
        token="aa.bb",
        device_key=private_pem(Ed25519PrivateKey.generate()),
        actions_key=actions_key.public_key().public_bytes_raw().hex(),
        expires_at="",
        renew_at="",
    )


@dataclass
class Server:
    """Signs as the site's server does; `later` moves its clock."""

    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    now: datetime = NOON
    number: int = 1000

    def order(self, trust: Trust, kind: Kind = Kind.TEST_PRINT, **arguments: Any) -> Order:
        """One more action for the kiosk of `trust`."""
        self.number += 1
        return Order(
            str(uuid4()),
            SITE,
            CODE,
            bytes.fromhex(fingerprint(trust)),
            self.number,
            kind,
            arguments,
            self.now,
            0,
        )

    def offer(self, order: Order, key: Ed25519PrivateKey | None = None) -> dict[str, Any]:
        """`order` as it comes with an offer."""
        return self.said(body_of(order), key)

    def said(self, body: str, key: Ed25519PrivateKey | None = None) -> dict[str, Any]:
        """Any words, signed."""
        signature = (key or self.key).sign(signed(body)).hex()
        return {"action": {"body": body, "signature": signature}}

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Line:
    """The server's end of the line: takes every report, or says `refusal`."""

    def __init__(self) -> None:
        self.reports: list[dict[str, Any]] = []
        self.refusal: Answer | None = None
        self.refuses: set[str] = set()

    def put(
        self,
        path: str,
        body: dict[str, Any] | None,
        key: UUID,
        deadline_s: float,
        *,
        strict: bool = False,
    ) -> Answer:
        told = body or {}
        if self.refusal is not None:
            return self.refusal
        if told.get("state") in self.refuses:
            return Granted({"state": "expired"})
        self.reports.append({"path": path, **told})
        return Granted({"state": told.get("state")})

    @property
    def states(self) -> list[str]:
        return [each["state"] for each in self.reports]


UNKNOWN = Refused(401, "unknown_device", "")


class OpenDoor:
    """Nobody stands in front of the kiosk, or `people` do."""

    def __init__(self) -> None:
        self.people = False
        self.is_shut = False

    def shut(self) -> bool:
        self.is_shut = not self.people
        return self.is_shut

    def open(self) -> None:
        self.is_shut = False


class Outbox:
    """The part of a journal that a desk uses."""

    def __init__(self) -> None:
        self.outgoing = self
        self.news: list[Any] = []

    def put(self, news: Any) -> None:
        self.news.append(news)


class ToldKiosk:
    """The real desk, admission and book in `folder`; it counts what was carried out."""

    def __init__(
        self,
        folder: Path,
        server: Server,
        trust: Trust | None = None,
        admission: Callable[..., Admission] = Admission,
    ) -> None:
        self.folder, self.server = folder, server
        self.trust: Trust | None = trust or paired(server.key)
        self.executed: list[str] = []
        self.restarts = 0
        self.knows_time = True
        self.line, self.door, self.outbox = Line(), OpenDoor(), Outbox()
        self._admission = admission
        self.start()

    def start(self) -> None:
        """The program starts, or starts again: what it knows is what it wrote down."""
        self.book = ActionBook(self.folder / FILE)
        self.desk = ActionDesk(
            self.line,
            self._admission(CODE, lambda: self.trust, self.book),
            self.book,
            cast(Door, self.door),
            cast(Journal, self.outbox),
            {kind: Work(self._do) for kind in KioskKind},
            now=lambda: self.server.now if self.knows_time else None,
            configuration=lambda: 0,
            restart=self._restart,
        )

    def hear(self, offer: dict[str, Any]) -> int:
        """What came with an offer is dealt with; how many actions it led to."""
        before = len(self.executed)
        self.desk.hear(offer)
        self.desk.look()
        return len(self.executed) - before

    @property
    def me(self) -> Trust:
        assert self.trust is not None
        return self.trust

    def paired_again(self) -> None:
        """Shut out, and let in again by the same server: another device key."""
        self.trust = replace(paired(self.server.key), actions_key=self.me.actions_key)

    def _do(self, action: Any) -> Outcome:
        self.executed.append(action.id)
        return Outcome(well=True, ends_program=action.kind is KioskKind.RESTART)

    def _restart(self) -> None:
        self.restarts += 1
