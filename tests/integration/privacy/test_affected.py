"""After an incident: exactly the records a kiosk, an account or a session touched in a time."""

import json
from datetime import datetime, timedelta

import pytest

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor
from queue_server.issuance.services import applications
from queue_server.privacy import affected as asking
from queue_server.privacy.affected import Affected, Asked, affected
from queue_server.staff.services import sessions
from tests.integration.privacy.conftest import Room
from tests.integration.privacy.people import come
from tests.integration.privacy.test_retention import account
from tests.support.applied import Register

MINE, ANOTHERS, LATER = "40100041", "40100042", "40100043"
HERE, THERE = (Actor("PRUEBA", "kiosk", name) for name in ("A01", "A02"))
ANA = Actor("PRUEBA", "counter", "ana")


def ask(room: Room, since: datetime, until: datetime, **whose: str) -> Affected:
    return room.database.read(lambda uow: affected(uow, "PRUEBA", Asked(since, until, **whose)))


def visits(found: Affected) -> list[str]:
    return [each.id for each in found.visits]


def test_a_kiosks_people_are_found_and_nobody_elses(room: Room) -> None:
    begin = room.clock.now()
    mine = come(room.database, MINE, HERE)
    come(room.database, ANOTHERS, THERE)
    room.clock.pass_by(hours=1)
    end = room.clock.now()
    later = come(room.database, LATER, HERE)
    assert visits(ask(room, begin, end, kiosk="A01")) == [mine]
    both = ask(room, begin, end + timedelta(seconds=1), kiosk="A01")
    assert visits(both) == [mine, later]
    assert [each.first for each in both.visits] == [begin, end]
    assert both.visits[0].what == ("ticket.issued",)
    assert ask(room, begin, end, kiosk="A03").events == 0


def test_applications_are_told_by_their_numbers_and_by_nothing_of_the_person(room: Room) -> None:
    begin = room.clock.now()
    applied = Register(room.database).apply(MINE, "registered")
    seen = {"application": [applied.id]}
    room.database.run(lambda uow: uow.record(ANA, "person.seen", page="/x", records=seen))
    until = (begin + timedelta(hours=1)).isoformat()
    words = ("affected", "--account", "ana", "--from", begin.isoformat(), "--to", until)
    said = room.site.command("person", *words)
    (told,) = json.loads(said)["applications"]
    assert (told["name"], told["what"]) == (applied.number, ["person.seen"])
    assert MINE not in said


def test_a_session_is_its_account_while_it_lived(room: Room) -> None:
    account(room)
    begin = room.clock.now()
    before, during, after = (
        Register(room.database, kiosk).apply(MINE) for kiosk in ("B01", "B02", "B03")
    )

    def look(at: str) -> None:
        seen = {"application": [at]}
        room.database.run(lambda uow: uow.record(ANA, "person.seen", page="/x", records=seen))
        room.clock.pass_by(minutes=1)

    look(before.id)
    value = room.database.run(lambda uow: sessions.open_session(uow, "PRUEBA", "ana", "a hash"))
    assert value is not None
    id_ = room.database.read(lambda uow: sessions.session_id(uow, value))
    look(during.id)
    room.database.run(lambda uow: sessions.close_session(uow, value))
    room.clock.pass_by(minutes=1)
    look(after.id)
    found = ask(room, begin, room.clock.now(), session=id_)
    assert [each.name for each in found.applications] == [during.number]
    with pytest.raises(Problem) as unknown:
        ask(room, begin, room.clock.now(), session="0123456789abcdef")
    assert unknown.value.status == 404


@pytest.mark.negative_control
def test_a_question_that_forgets_the_actor_finds_others(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = room.clock.now()
    mine = come(room.database, MINE, HERE)
    anothers = come(room.database, ANOTHERS, THERE)
    monkeypatch.setattr(asking, "_labels", lambda _asked: ("kiosk:A01", "kiosk:A02"))
    room.clock.pass_by(seconds=1)
    assert visits(ask(room, begin, room.clock.now(), kiosk="A01")) == [mine, anothers]


def test_more_than_can_be_looked_through_is_said(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = room.clock.now()
    for number in (MINE, ANOTHERS):
        come(room.database, number, HERE)
    room.clock.pass_by(seconds=1)
    monkeypatch.setattr(asking, "AT_MOST", 1)
    with pytest.raises(Problem) as refused:
        ask(room, begin, room.clock.now(), kiosk="A01")
    assert refused.value.kind == "too_much"


@pytest.mark.parametrize("whose", [{}, {"kiosk": "A01", "account": "ana"}])
def test_one_of_the_three_is_asked_for(room: Room, whose: dict[str, str]) -> None:
    with pytest.raises(Problem) as refused:
        ask(room, room.clock.now(), room.clock.now(), **whose)
    assert refused.value.kind == "ask_for_one"


def test_an_application_that_was_erased_still_counts(room: Room) -> None:
    """Who was affected is asked later than what is kept."""
    begin = room.clock.now()
    applied = Register(room.database).apply(MINE, "registered")
    room.database.run(
        lambda uow: uow.record(HERE, "application.registered", application=applied.id)
    )
    room.database.run(lambda uow: applications.find(uow, "PRUEBA", applied.id))
    room.clock.pass_by(days=200)
    (told,) = ask(room, begin, room.clock.now(), kiosk="A01").applications
    assert told.name == applied.number
