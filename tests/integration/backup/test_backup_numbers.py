"""A server that goes on from an older copy gives nobody a number that somebody holds."""

from pathlib import Path

import pytest

from queue_server.backup import afterwards
from queue_server.core.audit_anchors import Anchors
from tests.integration.backup.copies import (
    Seen,
    lose_the_database,
    make_backup,
    rows,
    serve_again,
)
from tests.support.site import Site

SQLITE = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


def lived(site: Site) -> tuple[Seen, Path]:
    """A morning: turns and reserved numbers, a backup, and then more of both."""
    serve_again(site)
    seen, kiosk = Seen(), site.kiosk()
    seen.turns(kiosk, 4)
    seen.block(kiosk, 5)
    file = make_backup(site)
    seen.turns(kiosk, 6)
    seen.block(kiosk, 20)
    seen.turns(kiosk, 3)
    return seen, file


def anchored(site: Site) -> None:
    """The head of the chain is written down outside, as every five minutes."""
    database = site.database()
    Anchors(database, site.folder / "audit-anchors.log").turn()
    database.close()


def test_no_number_and_no_event_is_given_twice(site: Site) -> None:
    serve_again(site)
    seen, kiosk, staff = Seen(), site.kiosk(), site.staff()
    seen.turns(kiosk, 4)
    seen.block(kiosk, 5)
    anchored(site)
    file = make_backup(site)
    seen.turns(kiosk, 6)
    seen.block(kiosk, 20)
    seen.turns(kiosk, 3)
    assert staff.call_next().is_success
    anchored(site)
    (before,) = rows(site, "SELECT max(id) FROM events")
    lose_the_database(site)
    said = site.command("restore", str(file))
    assert "I-1001" in said
    assert "1 sessions ended" in said
    verified = site.command("audit", "verify")
    assert "sound" in verified
    assert "restored from a backup" in verified
    serve_again(site)
    seen.turns(kiosk, 5)  # the kiosk's credential is what it was
    seen.block(kiosk, 20)
    seen.turns(kiosk, 2)
    assert not seen.repeated
    (restored,) = rows(site, "SELECT id FROM events WHERE kind = 'backup.restored'")
    assert restored[0] > before[0]  # type: ignore[operator]
    answer = staff.http.get("/api/v1/console", follow_redirects=False)
    assert answer.status_code in (303, 401)
    assert "sound" in site.command("audit", "verify")


@SQLITE
def test_a_second_restore_of_the_same_copy_jumps_again(site: Site) -> None:
    seen, file = lived(site)
    for _ in range(2):
        lose_the_database(site)
        site.command("restore", str(file), "--above", str(highest(seen)))
        serve_again(site)
        seen.turns(site.kiosk("B02"), 3)
    assert not seen.repeated


def highest(seen: Seen) -> int:
    return max(int(each.partition("-")[2]) for each in seen.numbers)


@SQLITE
def test_a_compromised_server_lets_nobody_in_again(site: Site) -> None:
    serve_again(site)
    kiosk = site.kiosk()
    file = make_backup(site)
    lose_the_database(site)
    assert "1 devices shut out" in site.command("restore", str(file), "--compromised")
    serve_again(site)
    assert kiosk.issue().status_code == 401
    assert rows(site, "SELECT count(*) FROM credentials WHERE revoked_at IS NULL") == [(0,)]


@SQLITE
@pytest.mark.negative_control
def test_without_the_jump_numbers_are_repeated(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(afterwards, "_jump", lambda *_: {})
    seen, file = lived(site)
    lose_the_database(site)
    site.command("restore", str(file))
    serve_again(site)
    seen.turns(site.kiosk("B02"), 5)
    assert seen.repeated
