"""Documents of visits go after thirty days, and there is evidence that they went."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from queue_server.config import ServerConfig
from queue_server.core.db import Database
from queue_server.core.tables import events
from queue_server.core.unit_of_work import Actor
from queue_server.privacy import service
from queue_server.privacy.model import VISIT_DOCUMENTS, VISIT_DOCUMENTS_KEPT
from queue_server.retention import visit_retention
from queue_server.staff.model import Role
from queue_server.turns import tables
from queue_server.web.app import build_app
from tests.support.asgi import InProcess
from tests.support.callers import Callers
from tests.support.hall import MovableClock
from tests.support.site import Kind, Site

DOCUMENT = "40100091"


@pytest.fixture(params=["sqlite", "postgresql"])
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Database, MovableClock]]:
    kind: Kind = request.param
    site = Site(tmp_path / "site", database=kind)
    database = site.database()
    database.clock = clock = MovableClock(database.clock.now())
    yield database, clock
    database.close()
    site.remove()


def come(database: Database, number: str) -> None:
    """Somebody takes a turn with a document."""

    app = build_app(ServerConfig(site="PRUEBA", plain_http=True), database, None)
    with httpx.Client(transport=InProcess(app), base_url="http://testserver") as http:
        headers = {**Callers(database).headers(Role.KIOSK), "Idempotency-Key": f"key-{number}"}
        body = {"service": "information", "document": {"type": "01", "number": number}}
        answer = http.post("/api/v1/tickets", json=body, headers=headers)
        assert answer.is_success, answer.text


def with_document(database: Database) -> int:
    count = select(func.count()).where(tables.visits.c.document.is_not(None))
    return database.read(lambda uow: uow.connection.execute(count).scalar_one())


def test_a_document_goes_when_its_time_is_over_and_not_before(
    room: tuple[Database, MovableClock],
) -> None:
    database, clock = room
    retention = visit_retention(database)
    come(database, DOCUMENT)
    clock.at += VISIT_DOCUMENTS_KEPT - timedelta(minutes=1)
    come(database, "40100092")
    assert not retention.turn()
    assert with_document(database) == 2
    clock.at += timedelta(minutes=2)
    assert retention.turn()
    assert not retention.turn()
    assert with_document(database) == 1
    (run,) = database.read(lambda uow: service.runs(uow, "PRUEBA"))
    assert (run.rule, run.at, run.deleted) == (VISIT_DOCUMENTS, clock.at, 1)
    said = select(events.c.actor, events.c.body).where(events.c.kind == "person_data.deleted")
    (row,) = database.read(lambda uow: list(uow.connection.execute(said)))
    told = {"rule": VISIT_DOCUMENTS, "deleted": 1, "kept_days": 30.0}
    assert tuple(row) == ("jobs:retention", told)
    assert not retention.turn()
    assert len(database.read(lambda uow: service.runs(uow, "PRUEBA"))) == 1, "nothing, no run"


def test_many_go_a_few_at_a_time(
    room: tuple[Database, MovableClock], monkeypatch: pytest.MonkeyPatch
) -> None:
    database, clock = room
    monkeypatch.setattr("queue_server.turns.services.forgetting.AT_ONCE", 1)
    for number in (DOCUMENT, "40100092"):
        come(database, number)
    clock.at += VISIT_DOCUMENTS_KEPT + timedelta(days=1)
    turns = 1
    retention = visit_retention(database)
    while retention.turn():
        clock.at += timedelta(seconds=1)
        turns += 1
    assert (turns, with_document(database)) == (3, 0)


@pytest.mark.negative_control
def test_without_the_job_everything_stays(room: tuple[Database, MovableClock]) -> None:
    database, clock = room
    come(database, DOCUMENT)
    clock.at += VISIT_DOCUMENTS_KEPT * 2
    assert with_document(database) == 1
    actor = Actor("PRUEBA", "test", "t")
    database.run(lambda uow: uow.record(actor, "test.noted"))
    assert with_document(database) == 1
