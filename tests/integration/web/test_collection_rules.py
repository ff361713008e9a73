"""Whose certificate a counter may print and how often, on both databases; and without rules."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from sqlalchemy import update

from queue_server.core.db import Database
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor
from queue_server.issuance import tables
from queue_server.issuance.services import collection, parked, reviews, standings
from queue_server.issuance.services.collection import Asked
from queue_server.issuance.services.standings import File
from queue_server.turns.model.ticket import IdentityClaim, Wish
from queue_server.turns.services import call, counters, issue
from tests.support.applied import KIOSK, PDF, Applied, Register
from tests.support.site import Kind, Site

ANA = Actor("PRUEBA", "counter", "ana")
MARTA, OTHER = "40100041", "40100042"


@pytest.fixture(params=["sqlite", "postgresql"])
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    kind: Kind = request.param
    site = Site(tmp_path_factory.mktemp("site"), database=kind)
    yield site
    site.remove()


@pytest.fixture
def database(site: Site) -> Iterator[Database]:
    """Ana sits at V1 and serves Marta, who showed her document at a kiosk."""
    database = site.database()
    database.run(lambda uow: counters.open_counter(uow, ANA, "V1"))
    claim = IdentityClaim("01", MARTA)
    database.run(lambda uow: issue.issue(uow, KIOSK, Wish("information"), claim))
    database.run(lambda uow: call.call_next(uow, ANA, "V1"))
    yield database
    database.close()


def prints(database: Database, document: str) -> bool:
    """Whether Ana is let to the certificate of `document` while she serves Marta."""
    applied = Register(database).apply(document)
    try:
        database.run(lambda uow: collection.collect(uow, ANA, Asked(applied.number, "V1")))
    except Problem as problem:
        if problem.kind != "no_such_application":
            raise
        return False
    return True


def test_only_the_certificate_of_whom_the_counter_serves_is_printed(database: Database) -> None:
    assert not prints(database, OTHER)
    register = Register(database, "A02")
    marta = register.apply(MARTA)
    database.run(lambda uow: collection.collect(uow, ANA, Asked(marta.number, "V1")))


@pytest.mark.negative_control
@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
def test_without_the_binding_to_the_served_ticket_any_certificate_is_printed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collection, "_whose", lambda *_: ("01", OTHER))
    assert prints(database, OTHER)


def test_what_staff_see_reads_the_same_on_both(database: Database) -> None:
    register = Register(database)
    marta, other = register.apply(MARTA, "under_review"), register.apply(OTHER, "under_review")
    claim = IdentityClaim("01", OTHER)
    turn = database.run(lambda uow: issue.issue(uow, KIOSK, Wish("review"), claim))
    register.park("mail", register.letter(marta), "LookupError")
    listed = database.read(lambda uow: reviews.under_review(uow, "PRUEBA"))
    assert [(each.number, each.ticket and each.ticket.label) for each in listed] == [
        (marta.number, None),  # she is being served, so she does not wait
        (other.number, turn.label),
    ]
    (stopped,) = database.read(lambda uow: parked.stuck(uow, "PRUEBA"))
    assert (stopped.number, stopped.reason) == (marta.number, "LookupError")
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    shown = database.read(lambda uow: standings.of_document(uow, "PRUEBA", "01", MARTA, long_ago))
    assert [(each.number, each.file) for each in shown] == [(marta.number, File.NONE)]
    assert database.read(lambda uow: standings.counted(uow, "PRUEBA")) == {"under_review": 2}


def permission(database: Database) -> tuple[Applied, str]:
    """Marta's application and the word that opens its file."""
    marta = Register(database).apply(MARTA)
    asked = Asked(marta.number, "V1")
    return marta, database.run(lambda uow: collection.collect(uow, ANA, asked)).word


def opened(site: Site, number: str, word: str) -> int:
    """How often the file opens when two processes are asked at the same moment."""
    together = Barrier(2)

    def one(_: int) -> bytes | None:
        database = site.database()
        together.wait(10)
        try:
            return database.run(lambda uow: collection.open_file(uow, ANA, number, word))
        except Problem:
            return None
        finally:
            database.close()

    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(one, range(2))).count(PDF)


def test_a_permission_opens_the_file_once(site: Site, database: Database) -> None:
    marta, word = permission(database)
    assert opened(site, marta.number, word) == 1
    assert opened(site, marta.number, word) == 0


@pytest.mark.negative_control
@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
def test_a_permission_that_is_not_marked_as_used_opens_it_again(
    site: Site, database: Database
) -> None:
    marta, word = permission(database)
    assert opened(site, marta.number, word) == 1
    forget = update(tables.collections).values(taken_at=None)
    database.run(lambda uow: uow.connection.execute(forget))
    assert opened(site, marta.number, word) == 1
