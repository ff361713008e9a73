"""Everything that is held of one person is found by the document, and of nobody else."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select

from queue_server.config import ServerConfig
from queue_server.core.db import Database
from queue_server.core.tables import events
from queue_server.privacy.person import EXPORTED
from queue_server.staff.model import Role
from queue_server.web.app import build_app
from tests.support.applied import Register
from tests.support.asgi import InProcess
from tests.support.callers import Callers
from tests.support.site import Kind, Site

HERE = "http://testserver"
MINE, ANOTHERS = "40100081", "40100082"


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    kind: Kind = request.param
    made = Site(tmp_path / "site", database=kind)
    yield made
    made.remove()


@pytest.fixture
def database(site: Site) -> Iterator[Database]:
    opened = site.database()
    yield opened
    opened.close()


def come_and_be_served(database: Database, number: str) -> None:
    """A turn with a document; the counter calls it, and its operator looks at the document."""
    app = build_app(ServerConfig(site="PRUEBA", plain_http=True), database, None)
    callers = Callers(database, HERE)
    ticket = {"service": "information", "document": {"type": "01", "number": number}}
    with httpx.Client(transport=InProcess(app), base_url=HERE) as http:
        for role, path, body in (
            (Role.KIOSK, "tickets", ticket),
            (Role.COUNTER, "counters/V1/open", {}),
            (Role.COUNTER, "counters/V1/call-next", None),
        ):
            headers = {**callers.headers(role), "Idempotency-Key": str(uuid4())}
            answer = http.post(f"/api/v1/{path}", json=body, headers=headers)
            assert answer.is_success, answer.text
        headers = callers.headers(Role.COUNTER)
        assert http.get("/api/v1/console?counter=V1", headers=headers).is_success


def exported(site: Site, number: str) -> dict[str, Any]:
    return json.loads(site.command("person", "export", "--document", "01", number))


def test_the_command_finds_all_of_one_person_and_nothing_of_another(
    site: Site, database: Database
) -> None:
    register = Register(database)
    mine = [register.apply(MINE, "refused"), register.apply(MINE, "issued")]
    register.apply(ANOTHERS, "issued")
    come_and_be_served(database, MINE)
    found = exported(site, MINE)
    assert [each["number"] for each in found["applications"]] == [each.number for each in mine]
    assert {each["document_number"] for each in found["applications"]} == {MINE}
    assert found["applications"][1]["certificate"]["deleted_at"] is None
    (visit,) = found["visits"]
    assert [each["service"] for each in visit["turns"]] == ["information"]
    (look,) = found["looks"]
    assert (look["who"], look["page"]) == ("counter:counter", "/api/v1/console")
    assert ANOTHERS not in json.dumps(found)
    assert exported(site, "40100083") | {"at": ""} == {
        "site": "PRUEBA", "at": "", "applications": [], "visits": [], "looks": [],
    }  # fmt: skip


def test_an_export_is_recorded_by_ids(site: Site, database: Database) -> None:
    applied = Register(database).apply(MINE)
    exported(site, MINE)
    said = select(events.c.body).where(events.c.kind == EXPORTED)
    (body,) = database.read(lambda uow: list(uow.connection.execute(said).scalars()))
    assert body == {"records": {"application": [applied.id], "visit": []}}


@pytest.mark.negative_control
def test_a_document_of_another_type_is_another_person(site: Site, database: Database) -> None:
    Register(database).apply(MINE)
    found = json.loads(site.command("person", "export", "--document", "02", MINE))
    assert found["applications"] == []
