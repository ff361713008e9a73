"""A new data key: everything is sealed anew while the server runs, and no death leaves a value
that nobody can read."""

import json
import signal
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from queue_server.core.crypto import SealBroken, load_vault
from queue_server.core.key_file import read_ring, write_ring
from queue_server.core.problem import Problem
from queue_server.core.tables import events
from queue_server.issuance import tables as issuance
from queue_server.privacy import rotation
from queue_server.privacy.rotation import Resealer
from queue_server.privacy.sealed import SEALED
from queue_server.privacy.tables import data_keys
from queue_server.staff import tables as staff
from queue_server.staff.services import second_factor
from tests.integration.privacy.conftest import Room
from tests.integration.privacy.people import come
from tests.integration.privacy.test_delete import lives_here
from tests.integration.privacy.test_retention import account
from tests.support.nursery import shared_nursery
from tests.support.site import OPERATOR, Kind, running_site

PEOPLE = ("40100031", "40100032")
# So many moments a rotation of these rows has: see `mortal.die_at`.
MOMENTS = range(1, 40, 6)


def key_file(room: Room) -> Any:
    return room.site.folder / "data.key"


def contents(room: Room) -> list[bytes]:
    """What every sealed value says, as a process that starts now reads it."""
    vault = load_vault(key_file(room))
    return sorted(vault.open(context, sealed) for context, sealed in room.sealed())


def of_older_keys(room: Room) -> int:
    mark = load_vault(key_file(room)).mark
    return sum(not sealed.startswith(mark) for _, sealed in room.sealed())


def rotate(room: Room, *words: str) -> str:
    return room.site.command("rotate-key", *words)


def test_everything_is_sealed_anew_and_the_old_key_can_go(room: Room) -> None:
    for each in PEOPLE:
        lives_here(room, each)
    said = contents(room)
    assert len(said) >= 16
    assert "sealed anew: " in rotate(room)
    assert (contents(room), of_older_keys(room)) == (said, 0)
    assert "values that need an older key: 0" in rotate(room, "--status")
    _a_minute_later(room)
    rotate(room, "--remove-old")
    assert read_ring(key_file(room)).older == ()
    assert contents(room) == said
    kinds = select(events.c.kind).where(events.c.kind.startswith("data_key"))
    told = [row[0] for row in room.rows(kinds.order_by(events.c.id))]
    assert told == ["data_key.rotated", "data_key.sealed_anew", "data_key.removed"]


def _a_minute_later(room: Room) -> None:
    (row,) = room.rows(select(data_keys.c.since).limit(1))
    room.do(data_keys.update().values(since=row.since - timedelta(minutes=2)))


def test_the_old_key_stays_while_anything_needs_it(room: Room) -> None:
    lives_here(room, PEOPLE[0])
    file = key_file(room)
    room.database.run(lambda uow: rotation.begin(uow, OPERATOR, file))
    _a_minute_later(room)
    with pytest.raises(Problem) as refused:
        room.database.run(lambda uow: rotation.remove_older(uow, OPERATOR, file))
    assert refused.value.kind == "key_needed"
    assert len(read_ring(file).older) == 1
    with pytest.raises(Problem) as again:
        room.database.run(lambda uow: rotation.begin(uow, OPERATOR, file))
    assert again.value.kind == "rotation_under_way"


@pytest.mark.parametrize("kind", ["postgresql"])
def test_on_postgresql_the_old_key_stays_for_a_minute(room: Room) -> None:
    rotate(room)
    with pytest.raises(AssertionError, match="not a minute old"):
        rotate(room, "--remove-old")


@pytest.mark.parametrize("kind", ["sqlite"])
def test_without_an_older_key_there_is_nothing_to_remove(room: Room) -> None:
    with pytest.raises(AssertionError, match="no older key"):
        rotate(room, "--remove-old")


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.negative_control
def test_a_column_left_out_keeps_the_old_key_from_going(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    lives_here(room, PEOPLE[0])
    file = key_file(room)
    without = tuple(each for each in SEALED if each.context != "applications.applicant")
    with monkeypatch.context() as patched:
        patched.setattr(rotation, "SEALED", without)
        rotate(room)
    _a_minute_later(room)
    with pytest.raises(AssertionError, match="still need"):
        rotate(room, "--remove-old")
    write_ring(file, read_ring(file).alone())  # as a rotation would that does not count first
    with pytest.raises(SealBroken):
        contents(room)


def test_a_value_that_somebody_changes_meanwhile_is_left_as_they_wrote_it(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    lives_here(room, PEOPLE[0])
    file = key_file(room)
    room.database.run(lambda uow: rotation.begin(uow, OPERATOR, file))
    table, seal_anew = issuance.applications, rotation._seal_anew

    def changed_before(uow: Any, sealed: Any, rows: Any) -> int:
        if sealed.context == "applications.email":
            fresh = uow.vault.seal("applications.email", "otra@example.com")
            uow.connection.execute(table.update().values(email=fresh))
        return seal_anew(uow, sealed, rows)

    monkeypatch.setattr(rotation, "_seal_anew", changed_before)
    resealer = Resealer(room.database, OPERATOR)
    while resealer.turn():
        pass
    said = [value for context, value in room.sealed() if context == "applications.email"]
    vault = load_vault(file)
    assert {vault.open_text("applications.email", each) for each in said} == {"otra@example.com"}
    assert of_older_keys(room) == 0


def test_a_server_goes_on_meanwhile(kind: Kind, tmp_path: Any) -> None:
    """What was sealed before, while and after is read by the process that was there all along."""
    with running_site(tmp_path / "site", database=kind) as site:
        kiosk, staff = site.kiosk(), site.staff()

        def come_and_be_seen(number: str) -> None:
            assert kiosk.issue(document={"type": "01", "number": number}).is_success
            called = staff.call_next()
            assert called.is_success, called.text
            console = staff.http.get("/api/v1/console", params={"counter": "V1"})
            assert number in console.text
            assert staff.finish(called.json()["ticket_id"]).is_success

        answer = staff.http.post(
            "/api/v1/counters/V1/open", json={}, headers={"Idempotency-Key": "open-the-counter"}
        )
        assert answer.is_success, answer.text
        assert kiosk.issue(document={"type": "01", "number": "40100021"}).is_success
        site.command("rotate-key")
        called = staff.call_next()
        console = staff.http.get("/api/v1/console", params={"counter": "V1"})
        assert "40100021" in console.text
        assert staff.finish(called.json()["ticket_id"]).is_success
        come_and_be_seen("40100022")
        assert "values that need an older key: 0" in site.command("rotate-key", "--status")
        if kind == "sqlite":
            site.command("rotate-key", "--remove-old")
            come_and_be_seen("40100023")
            staff.http.get("/account").raise_for_status()


def die(room: Room, moment: int, *words: str, how: str = "die_at") -> bool:
    """A real `rotate-key` that is killed at that moment; False when it ended before."""
    child = shared_nursery().start(
        "queue_server",
        "--config",
        str(room.site.folder / "server.toml"),
        "rotate-key",
        *words,
        prepare=[f"tests.integration.privacy.mortal:{how}:{moment}"],
    )
    return child.wait(30) == -signal.SIGKILL


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.thorough)])
def test_killed_at_any_moment_everything_opens_and_the_next_goes_on(room: Room) -> None:
    for each in PEOPLE:
        lives_here(room, each)
    deaths = 0
    for moment in MOMENTS:
        said = contents(room)
        deaths += die(room, moment)
        assert contents(room) == said
        come(room.database, "40100033")  # somebody comes before it goes on
        said = contents(room)
        rotate(room)
        assert (contents(room), of_older_keys(room)) == (said, 0)
        _a_minute_later(room)
        rotate(room, "--remove-old")
        assert contents(room) == said
    assert deaths >= len(MOMENTS) - 2
    rotated = room.rows(select(events.c.id).where(events.c.kind == "data_key.rotated"))
    assert len(rotated) == len(MOMENTS), "however often it died, one new key each time"


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize("moment", [1, 2, 3, 4])
def test_killed_while_the_old_key_goes_nothing_is_lost_and_it_is_recorded_once(
    room: Room, moment: int
) -> None:
    lives_here(room, PEOPLE[0])
    rotate(room)
    said = contents(room)
    assert die(room, moment, "--remove-old")
    assert contents(room) == said
    kinds = select(events.c.id).where(events.c.kind == "data_key.removed")
    if not room.rows(kinds):
        rotate(room, "--remove-old")
    assert (contents(room), len(room.rows(kinds))) == (said, 1)
    assert read_ring(key_file(room)).older == ()


@pytest.mark.negative_control
@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_rotation_that_replaces_the_old_key_at_once_loses_values(room: Room) -> None:
    lives_here(room, PEOPLE[0])
    die(room, 3, how="forget_the_old_key")
    with pytest.raises(SealBroken):
        contents(room)


@pytest.mark.parametrize("kind", ["sqlite"])
def test_what_is_offered_does_not_open_as_a_secret(room: Room) -> None:
    """The two columns of an account's app are sealed apart."""
    account(room)
    shown = room.database.run(lambda uow: second_factor.offer(uow, "PRUEBA", "ana"))
    ((sealed,),) = room.rows(select(staff.second_factors.c.offered))
    vault = load_vault(key_file(room))
    assert vault.open_text(second_factor.OFFERED, sealed) == shown
    with pytest.raises(SealBroken):
        vault.open(second_factor.SECRET, sealed)


@pytest.mark.parametrize("kind", ["sqlite"])
def test_the_status_says_which_keys_there_are(room: Room) -> None:
    assert "older keys: none" in rotate(room, "--status")
    rotate(room)
    told = json.dumps(rotate(room, "--status"))
    assert "--remove-old" in told
