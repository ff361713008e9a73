"""Enrolled sites without their machines: what they tell, and how it reaches the hub."""

import hashlib
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import insert, select

from queue_server.core.db import Database
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.hub.tables import hub_events
from queue_server.hub.wire import BatchBody
from queue_server.staff import tables as staff
from queue_server.staff.model import Role, digest
from queue_server.staff.services.credentials import new_token
from tests.support.hub import HUB

BEGAN = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


def let_in(
    database: Database, codes: Sequence[str], role: Role = Role.SITE, site: str = HUB
) -> dict[str, str]:
    """Credentials as enrolled sites hold them at the server of `site`: code -> token."""
    tokens = {code: new_token() for code in codes}

    def pair(uow: UnitOfWork) -> None:
        rows = [
            {
                "id": token.credential_id,
                "site": site,
                "role": role,
                "name": code,
                "secret_hash": digest(token.secret),
                "created_at": uow.now,
                "device_key": bytes(32),
                "expires_at": uow.now + timedelta(days=30),
            }
            for code, token in tokens.items()
        ]
        if rows:
            uow.connection.execute(insert(staff.credentials), rows)

    database.run(pair)
    return {code: str(token) for code, token in tokens.items()}


def who(code: str) -> Actor:
    """The site `code` as the hub knows it."""
    return Actor(HUB, Role.SITE, code)


def event(number: int) -> dict[str, Any]:
    """Row `number` of a site's log."""
    at = BEGAN + timedelta(seconds=number)
    body = {"ticket": f"{number:08d}-0000-4000-8000-000000000000"}
    return {"id": number, "at": at.isoformat(), "kind": "ticket.called", "actor": "counter:ana",
            "body": body}  # fmt: skip


def batch(after: int = 0, ids: Sequence[int] = (), **more: Any) -> dict[str, Any]:
    """A batch with the events `ids`, which come after the event `after` of the log."""
    return {
        "version": 1,
        "sent_at": datetime.now(UTC).isoformat(),
        "after": after,
        "events": [event(each) for each in ids],
        "state_digest": digest_of("state"),
        **more,
    }


def body(after: int = 0, ids: Sequence[int] = (), **more: Any) -> BatchBody:
    """The same, as the hub reads it."""
    return BatchBody.model_validate(batch(after, ids, **more))


def digest_of(words: str) -> str:
    """64 hexadecimal digits."""
    return hashlib.sha256(words.encode()).hexdigest()


def held_ids(database: Database, code: str) -> list[int]:
    """Ids of the events of site `code` that the hub holds, each row once."""
    rows = select(hub_events.c.id).where(hub_events.c.site == code).order_by(hub_events.c.id)
    return database.read(lambda uow: list(uow.connection.execute(rows).scalars()))


class SiteHttp:
    """The site's side of the API."""

    def __init__(self, url: str, token: str, verify: ssl.SSLContext | bool = True) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self.http = httpx.Client(
            base_url=url, headers=headers, trust_env=False, timeout=20, verify=verify
        )

    def tell(self, told: dict[str, Any]) -> httpx.Response:
        """Send one batch."""
        return self.http.post("/api/v1/hub/batches", json=told)
