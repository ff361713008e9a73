"""The table of discovered machines: bounded, and never more than a hint."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from queue_server.core.db import Database
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.fleet import service
from queue_server.fleet.model import Instance, InstanceRole, Standing
from queue_server.staff.model import Role
from queue_server.staff.services import credentials
from tests.support.site import Site

SITE = "PRUEBA"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Site(tmp_path).database()
    yield opened
    opened.close()


def kiosk(name: str) -> Instance:
    return Instance(name, InstanceRole.KIOSK, f"{name}.local.", ("192.0.2.7",), 9, {"code": name})


def sightings(database: Database) -> dict[str, service.Sighting]:
    seen = database.read(lambda uow: service.view(uow, SITE).discovered)
    return {each.instance.name: each for each in seen}


def test_a_machine_that_left_stays_listed_as_gone_and_may_come_back(database: Database) -> None:
    assert database.run(lambda uow: service.saw(uow, SITE, kiosk("A01")))
    database.run(lambda uow: service.gone(uow, SITE, "A01"))
    first = sightings(database)["A01"]
    assert first.gone_at is not None
    database.run(lambda uow: service.saw(uow, SITE, kiosk("A01")))
    again = sightings(database)["A01"]
    assert (again.gone_at, again.first_seen) == (None, first.first_seen)


def test_a_new_look_counts_everything_as_gone_until_it_is_found_again(database: Database) -> None:
    for name in ("A01", "A02"):
        database.run(lambda uow, name=name: service.saw(uow, SITE, kiosk(name)))
    database.run(lambda uow: service.look_afresh(uow, SITE))
    database.run(lambda uow: service.saw(uow, SITE, kiosk("A02")))
    assert {name: each.gone_at is None for name, each in sightings(database).items()} == {
        "A01": False,
        "A02": True,
    }


def test_only_a_credential_makes_a_visible_kiosk_known(database: Database) -> None:
    it = Actor(SITE, "it", "rosa")
    database.run(lambda uow: credentials.create_credential(uow, it, Role.KIOSK, "A01"))
    for name in ("A01", "A99"):
        database.run(lambda uow, name=name: service.saw(uow, SITE, kiosk(name)))
    seen = sightings(database)
    assert seen["A01"].standing is Standing.KNOWN_VISIBLE
    assert seen["A99"].standing is Standing.UNREGISTERED
    kiosks = database.read(lambda uow: service.view(uow, SITE).kiosks)
    assert [each.name for each in kiosks] == ["A01"]


def test_a_flood_of_strangers_fills_the_list_no_further_than_its_bound(database: Database) -> None:
    def flood(uow: UnitOfWork) -> list[bool]:
        return [service.saw(uow, SITE, kiosk(f"X{each}")) for each in range(service.MAX_DISCOVERED)]

    assert all(database.run(flood))
    assert not database.run(lambda uow: service.saw(uow, SITE, kiosk("late")))
    assert database.run(lambda uow: service.saw(uow, SITE, kiosk("X7"))), "a known one is kept"
    database.run(lambda uow: service.gone(uow, SITE, "X7"))
    assert database.run(lambda uow: service.saw(uow, SITE, kiosk("late")))
    seen = sightings(database)
    assert len(seen) == service.MAX_DISCOVERED
    assert "X7" not in seen
