"""The table of discovered machines: bounded, and never more than a hint."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from queue_server.core.db import Database
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.fleet.model.discovery import Instance, InstanceRole, Standing
from queue_server.fleet.services import overview, sightings
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


def listed(database: Database) -> dict[str, overview.Sighting]:
    seen = database.read(lambda uow: overview.view(uow, SITE).discovered)
    return {each.instance.name: each for each in seen}


def test_a_machine_that_left_stays_listed_as_gone_and_may_come_back(database: Database) -> None:
    assert database.run(lambda uow: sightings.saw(uow, SITE, kiosk("A01")))
    database.run(lambda uow: sightings.gone(uow, SITE, "A01", InstanceRole.KIOSK))
    first = listed(database)["A01"]
    assert first.gone_at is not None
    database.run(lambda uow: sightings.saw(uow, SITE, kiosk("A01")))
    again = listed(database)["A01"]
    assert (again.gone_at, again.first_seen) == (None, first.first_seen)


def test_a_new_look_counts_everything_as_gone_until_it_is_found_again(database: Database) -> None:
    for name in ("A01", "A02"):
        database.run(lambda uow, name=name: sightings.saw(uow, SITE, kiosk(name)))
    database.run(lambda uow: sightings.look_afresh(uow, SITE))
    database.run(lambda uow: sightings.saw(uow, SITE, kiosk("A02")))
    assert {name: each.gone_at is None for name, each in listed(database).items()} == {
        "A01": False,
        "A02": True,
    }


def test_only_a_credential_makes_a_visible_kiosk_known(database: Database) -> None:
    it = Actor(SITE, "it", "rosa")
    database.run(lambda uow: credentials.create_credential(uow, it, Role.KIOSK, "A01"))
    for name in ("A01", "A99"):
        database.run(lambda uow, name=name: sightings.saw(uow, SITE, kiosk(name)))
    seen = listed(database)
    assert seen["A01"].standing is Standing.KNOWN_VISIBLE
    assert seen["A99"].standing is Standing.UNREGISTERED
    kiosks = database.read(lambda uow: overview.view(uow, SITE).kiosks)
    assert [each.name for each in kiosks] == ["A01"]


def test_a_flood_of_strangers_fills_the_list_no_further_than_its_bound(database: Database) -> None:
    def flood(uow: UnitOfWork) -> list[bool]:
        return [
            sightings.saw(uow, SITE, kiosk(f"X{each}")) for each in range(sightings.MAX_DISCOVERED)
        ]

    assert all(database.run(flood))
    assert not database.run(lambda uow: sightings.saw(uow, SITE, kiosk("late")))
    assert database.run(lambda uow: sightings.saw(uow, SITE, kiosk("X7"))), "a known one is kept"
    database.run(lambda uow: sightings.gone(uow, SITE, "X7", InstanceRole.KIOSK))
    assert database.run(lambda uow: sightings.saw(uow, SITE, kiosk("late")))
    seen = listed(database)
    assert len(seen) == sightings.MAX_DISCOVERED
    assert "X7" not in seen


def printer(name: str, address: str = "192.0.2.60") -> Instance:
    return Instance(
        name, InstanceRole.PRINTER, "printer.local.", (address,), 9100, {"ty": "Modelo"}
    )


def saw(database: Database, instance: Instance, service: str = "") -> bool:
    return database.run(lambda uow: sightings.saw(uow, SITE, instance, service))


def pair(database: Database, *names: str) -> None:
    it = Actor(SITE, "it", "rosa")
    for name in names:
        database.run(
            lambda uow, name=name: credentials.create_credential(uow, it, Role.KIOSK, name)
        )


def test_each_thing_on_the_lan_says_how_it_stands_to_us(database: Database) -> None:
    pair(database, "A01")
    other = Instance("Z01", InstanceRole.KIOSK, "z.local.", ("192.0.2.9",), 9, {"site": "OTRO"})
    stranger = Instance("Otro", InstanceRole.SERVER, "s.local.", ("192.0.2.8",), 1, {"site": "X"})
    for each in (kiosk("A01"), kiosk("A99"), other, stranger, printer("Oficina")):
        assert saw(database, each)
    ties = {name: str(each.tie) for name, each in listed(database).items()}
    assert ties == {
        "A01": "paired",
        "A99": "not_paired",
        "Z01": "not_ours",
        "Otro": "not_ours",
        "Oficina": "not_ours",
    }


def test_a_printer_is_one_row_however_many_ways_it_is_offered(database: Database) -> None:
    for service in ("_ipp._tcp", "_pdl-datastream._tcp", "_printer._tcp"):
        saw(database, printer("Oficina"), service)
    seen = listed(database)["Oficina"].seen
    assert seen.services == ("_ipp._tcp", "_pdl-datastream._tcp", "_printer._tcp")

    def leave(service: str) -> None:
        role = InstanceRole.PRINTER
        database.run(lambda uow: sightings.gone(uow, SITE, "Oficina", role, service))

    leave("_ipp._tcp")
    leave("_printer._tcp")
    assert listed(database)["Oficina"].gone_at is None
    leave("_pdl-datastream._tcp")
    assert listed(database)["Oficina"].gone_at is not None


def test_a_printer_and_a_kiosk_of_one_name_are_two_things(database: Database) -> None:
    saw(database, kiosk("A01"))
    saw(database, printer("A01"))
    assert len(database.read(lambda uow: overview.view(uow, SITE).discovered)) == 2


def test_what_answers_elsewhere_is_said_to_have_moved(database: Database) -> None:
    saw(database, kiosk("A01"))
    more = Instance("A01", InstanceRole.KIOSK, "a", ("192.0.2.7", "192.0.2.8"), 9, {"code": "A01"})
    saw(database, more)
    assert listed(database)["A01"].seen.moved_at is None, "one address more is no move"
    there = Instance("A01", InstanceRole.KIOSK, "a", ("192.0.2.99",), 9, {"code": "A01"})
    saw(database, there)
    seen = listed(database)["A01"].seen
    assert seen.moved_from == ("192.0.2.7", "192.0.2.8")
    assert seen.moved_at is not None


def test_two_that_say_they_are_one_kiosk_are_both_shown(database: Database) -> None:
    pair(database, "A01")
    saw(database, kiosk("A01"))
    twin = Instance("A01-2", InstanceRole.KIOSK, "b", ("192.0.2.8",), 9, {"code": "A01"})
    saw(database, twin)
    assert {name: each.twice for name, each in listed(database).items()} == {
        "A01": True,
        "A01-2": True,
    }
    database.run(lambda uow: sightings.gone(uow, SITE, "A01-2", InstanceRole.KIOSK))
    assert not listed(database)["A01"].twice


def _flooded(database: Database) -> None:
    def flood(uow: UnitOfWork) -> None:
        for each in range(sightings.MAX_DISCOVERED):
            sightings.saw(uow, SITE, printer(f"X{each}"))

    database.run(flood)


def test_a_kiosk_of_ours_finds_room_in_a_flood_and_keeps_it(database: Database) -> None:
    pair(database, "A01", "A02")
    saw(database, kiosk("A01"))
    _flooded(database)
    assert saw(database, kiosk("A02"))
    assert not saw(database, kiosk("A99"))
    seen = listed(database)
    assert len(seen) == sightings.MAX_DISCOVERED
    assert {"A01", "A02"} <= seen.keys()


@pytest.mark.negative_control
def test_where_nobody_is_preferred_a_flood_shuts_our_own_out(database: Database) -> None:
    _flooded(database)
    assert not saw(database, kiosk("A02")), "it holds no credential here"


def test_a_display_shows_by_its_live_connection(database: Database) -> None:
    it = Actor(SITE, "it", "rosa")
    database.run(lambda uow: credentials.create_credential(uow, it, Role.DISPLAY, "sala"))

    def live() -> bool:
        (display,) = database.read(lambda uow: overview.view(uow, SITE).displays)
        return display.live

    assert not live()
    database.run(lambda uow: sightings.display_connected(uow, SITE, "sala"))
    assert live()
    database.run(lambda uow: sightings.display_gone(uow, SITE, "sala"))
    assert not live()
