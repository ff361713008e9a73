"""A certificate is deleted when its link expires, not earlier, not later, and that is provable."""

import contextlib
import secrets
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from queue_server import retention
from queue_server.core import sqlite
from queue_server.core.tables import outbox
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.issuance.model import LetterState
from queue_server.issuance.services import delivery, forgetting, link_views
from queue_server.retention import CertificateRetention
from tests.integration.delivery.conftest import Place
from tests.support.delivered import SITE, Given, HandClock, Shelf, database_at
from tests.support.site import Site

SLICE = 32  # bytes; long enough that no two places agree by chance


def delete_expired(place: Place) -> None:
    job = CertificateRetention(place.database)
    while job.turn():
        pass


def check_evidence(shelf: Shelf, given: Given) -> None:
    """A certificate that is gone is named by one event with the digest of what was deleted."""
    row: Any = shelf.certificate(given)
    assert (row.pdf, row.link) == (None, None), "the file is still here"
    assert row.forgotten_at >= row.expires_at
    said = [
        {name: value for name, value in body.items() if name != "application"}
        for body in shelf.events("application.forgotten", given)
    ]
    views = shelf.database.read(lambda uow: link_views.count(uow, given.id))
    assert said == [
        {
            "sha256": row.sha256,
            "stored_at": row.stored_at.isoformat(),
            "expired_at": row.expires_at.isoformat(),
            "page_views": views.page,
            "file_views": views.file,
        }
    ], "nothing proves what was deleted"


def test_what_expired_goes_with_evidence_and_the_rest_stays(place: Place) -> None:
    old = place.shelf.put()
    place.database.run(lambda uow: link_views.opened(uow, SITE, old.id))
    for _ in range(2):
        place.database.run(lambda uow: delivery.take(uow, old.token))
    place.clock.forward(days=3)
    young = place.shelf.put()
    place.clock.forward(days=4)
    delete_expired(place)
    check_evidence(place.shelf, old)
    (said,) = place.shelf.events("application.forgotten", old)
    assert (said["page_views"], said["file_views"]) == (1, 2)
    assert place.shelf.certificate(young).pdf is not None
    assert not CertificateRetention(place.database).turn()


@pytest.mark.negative_control
def test_a_file_that_goes_without_a_word_is_caught(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = place.shelf.put()
    monkeypatch.setattr(UnitOfWork, "record", lambda *_, **__: 0)
    place.clock.forward(days=8)
    delete_expired(place)
    with pytest.raises(AssertionError, match="nothing proves"):
        check_evidence(place.shelf, given)


@pytest.mark.parametrize("state", [LetterState.SENT, LetterState.FAILED])
def test_what_became_of_the_letter_shortens_no_life(place: Place, state: LetterState) -> None:
    given = place.shelf.put(letter=state)
    place.clock.forward(days=6, hours=23)
    delete_expired(place)
    assert place.shelf.certificate(given).pdf is not None


def test_a_letter_that_waited_in_vain_is_withdrawn_and_its_errand_called_off(place: Place) -> None:
    given = place.shelf.put(letter=LetterState.WAITING)
    place.clock.forward(days=8)
    delete_expired(place)
    (letter,) = place.shelf.letters(given)
    assert letter.state == LetterState.WITHDRAWN
    errand = select(outbox.c.state).where(outbox.c.subject == letter.id)
    state = place.database.read(lambda uow: uow.connection.execute(errand).scalar_one())
    assert state == "done"


def test_a_site_that_cannot_be_changed_now_does_not_stop_the_job(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> bool:
        raise retention.Problem(503, "database_locked", "ocupada")

    monkeypatch.setattr(retention, "has_expired", busy)
    assert not CertificateRetention(place.database).turn()


# --- the bytes themselves, in SQLite's files ------------------------------------------------------
@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    clock = HandClock()
    database = database_at(Site(tmp_path), clock)
    yield Shelf(database)
    database.close()


def slices_left(shelf: Shelf, sealed: bytes) -> int:
    """How many pieces of `sealed` stand in the database's files, its write-ahead log included."""
    path = Path(str(shelf.database.engine.url.database))
    written = b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))
    pieces = [sealed[at : at + SLICE] for at in range(0, len(sealed) - SLICE, 500)]
    return sum(piece in written for piece in pieces)


def left_after_expiry(shelf: Shelf) -> tuple[int, int]:
    """Pieces of a sealed PDF, and of its sealed link, after the job has deleted them."""
    given = shelf.put(pdf=secrets.token_bytes(40_000))
    row: Any = shelf.certificate(given)
    assert slices_left(shelf, row.pdf) > 70
    assert slices_left(shelf, row.link) == 1
    clock = shelf.database.clock
    assert isinstance(clock, HandClock)
    clock.forward(days=8)
    job = CertificateRetention(shelf.database)
    while job.turn():
        pass
    return slices_left(shelf, row.pdf), slices_left(shelf, row.link)


def test_no_byte_of_the_sealed_file_is_left_in_the_database(shelf: Shelf) -> None:
    assert left_after_expiry(shelf) == (0, 0)


@pytest.mark.negative_control
def test_bytes_that_are_only_unlinked_are_caught(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unlink(uow: UnitOfWork, site: str) -> bool:
        sqlite.ask(uow.connection, "PRAGMA secure_delete = 0")
        return forgetting.forget_expired(uow, site)

    monkeypatch.setattr(retention, "forget_expired", unlink)
    assert left_after_expiry(shelf)[0] > 0


@pytest.mark.negative_control
def test_bytes_that_stay_in_the_log_are_caught(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "empty_log", lambda _: True)
    assert left_after_expiry(shelf)[0] > 0


def test_a_log_that_somebody_reads_is_emptied_the_next_time(shelf: Shelf) -> None:
    shelf.put(pdf=secrets.token_bytes(5_000))
    job = CertificateRetention(shelf.database)
    with contextlib.closing(sqlite3.connect(str(shelf.database.engine.url.database))) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM certificates").fetchone()
        shelf.put()
        assert not job.turn()
    path = Path(f"{shelf.database.engine.url.database}-wal")
    assert path.stat().st_size > 0
    assert not job.turn()
    assert path.stat().st_size == 0
