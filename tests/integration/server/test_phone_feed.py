"""A phone hears that the line moved; of other people it learns nothing."""

import json
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select

from queue_server.core.tables import events
from queue_server.turns.services.my_turn import link_token
from tests.support.site import KioskHttp, Site, StaffHttp

_BODIES = select(events.c.body)
pytestmark = pytest.mark.usefixtures("empty_queue")


def heard(stream: httpx.Response, count: int) -> list[tuple[str, dict[str, str]]]:
    """(kind, body) of the next `count` events."""
    found, kind = [], ""
    for line in stream.iter_lines():
        if line.startswith("event: "):
            kind = line.removeprefix("event: ")
        elif line.startswith("data: "):
            found.append((kind, json.loads(line.removeprefix("data: "))))
            if len(found) == count:
                return found
    raise AssertionError("the feed ended")


def test_a_phone_is_told_of_its_own_turn_only(
    site: Site, kiosk: KioskHttp, staff: StaffHttp
) -> None:
    other, mine = (kiosk.issue("information").json() for _ in range(2))
    database = site.database()
    token = database.read(lambda uow: link_token(uow, mine["ticket_id"]))
    before = database.read(lambda uow: uow.last_event_id("PRUEBA"))
    called = staff.call_next("V1").json()
    assert called["ticket_id"] == other["ticket_id"]
    key = {"Idempotency-Key": str(uuid4())}
    words = {"reason": "trae copia de la señora Prueba"}
    held = staff.http.post(f"/api/v1/tickets/{other['ticket_id']}/hold", json=words, headers=key)
    assert held.status_code == 200
    assert staff.call_next("V1").json()["ticket_id"] == mine["ticket_id"]
    logged = database.read(lambda uow: str(uow.connection.execute(_BODIES).scalars().all()))
    assert "señora" not in logged, "what staff typed is nobody else's"
    database.close()
    feed = f"{site.url}/api/v1/my-turn/{token}/feed?after={before}"
    with httpx.stream("GET", feed, trust_env=False, timeout=10) as stream:
        told = heard(stream, 3)
    assert told == [
        ("ticket.called", {}),
        ("ticket.held", {}),
        ("ticket.called", {"number": mine["number"]}),
    ]
