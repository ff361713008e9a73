"""A person with a record and one without: the same states, the same shapes, the same lengths."""

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select

from queue_server.core.tables import events
from queue_server.issuance import tables
from tests.support import issuing
from tests.support.centre import eventually

if TYPE_CHECKING:
    from tests.integration.issuance.conftest import World


def seen_of(world: "World", document: dict[str, str]) -> dict[str, Any]:
    """Everything a kiosk, a page and the database's open columns show of one application."""
    answers = [world.desk.check(document)]
    application = world.desk.apply(document, f"{uuid4().hex[:8]}@example.com")
    body = world.desk.until(application, "issued")
    eventually(lambda: world.desk.state(application)["email"] == "sent")
    answers += [body, world.desk.state(application)]
    with httpx.Client(base_url=world.site.url, trust_env=False) as phone:
        link = phone.get("/c/" + body["link"].rpartition("/")[2])
        asked = {"number": body["number"], "ending": document["number"][-4:]}
        tracked = phone.post("/seguimiento", data=asked)
    return {
        "answers": [{key: len(json.dumps(each[key])) for key in each} for each in answers],
        "pages": [(each.status_code, len(each.content)) for each in (link, tracked)],
        "steps": _steps(world, application),
        "events": _events(world, application),
    }


def _steps(world: "World", application: str) -> list[str]:
    steps = tables.application_steps.c
    query = select(steps.state).where(steps.application == application).order_by(steps.position)
    return _read(world, query)


def _events(world: "World", application: str) -> list[tuple[str, list[str]]]:
    query = select(events.c.kind, events.c.body).order_by(events.c.id)
    return [
        (kind, sorted(body))
        for kind, body in _read(world, query, whole=True)
        if body.get("application") == application
    ]


def _read(world: "World", query: Any, whole: bool = False) -> list[Any]:
    database = world.site.database()
    try:
        rows = database.read(lambda uow: uow.connection.execute(query).all())
        return [tuple(row) if whole else row[0] for row in rows]
    finally:
        database.close()


# Names and e-mail addresses of the same length: their own length is no news of a certificate.
def _alike(shown: dict[str, Any]) -> dict[str, Any]:
    for each in shown["answers"]:
        each.pop("masked_name", None)
    return shown


def test_nothing_that_can_be_seen_tells_them_apart(world: "World") -> None:
    clean, recorded = (seen_of(world, each) for each in (issuing.CLEAN, issuing.WITH_RECORD))
    assert _alike(clean) == _alike(recorded)
    assert clean["steps"] == ["registered", "accepted", "issued"]


@pytest.mark.negative_control
def test_who_is_sent_to_review_is_told_apart(world: "World") -> None:
    application = world.desk.apply(issuing.HOMONYM)
    world.desk.until(application, "under_review")
    assert _steps(world, application) != ["registered", "accepted", "issued"]
