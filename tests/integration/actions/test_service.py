"""What the server keeps of actions, on both databases, by a clock of the test's own."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from queue_server.bootstrap import open_database
from queue_server.config import load_config
from queue_server.core.db import Database
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.fleet.actions import service, tables
from queue_server.fleet.actions.model import Kind, State, signed
from queue_server.fleet.actions.service import Report
from queue_server.fleet.actions.watch import ActionWatch
from queue_server.staff.model import Role, digest
from queue_server.staff.services.credentials import Paired, admit, revoke_credential
from tests.support.site import Kind as DatabaseKind
from tests.support.site import Site

SITE = "PRUEBA"
ROSA = Actor(SITE, "it", "rosa")
K01, K02 = Actor(SITE, Role.KIOSK, "K01"), Actor(SITE, Role.KIOSK, "K02")
KEY = Ed25519PrivateKey.generate()


class Turned:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 23, 17, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def later(self, **by: float) -> None:
        self.at += timedelta(**by)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Site, Turned, Database]]:
    kind: DatabaseKind = request.param
    site = Site(tmp_path_factory.mktemp(kind), database=kind)
    clock = Turned()
    database = open_database(load_config(site.folder / "server.toml"), clock)
    yield site, clock, database
    database.close()
    site.remove()


class Office:
    """The site's database; both kiosks are paired, nothing is open."""

    def __init__(self, clock: Turned, database: Database) -> None:
        self.clock, self.database = clock, database

    def pair(self, kiosk: Actor) -> None:
        key = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
        paired = Paired(key, self.clock.at + timedelta(days=30))
        token = f"{kiosk.name.lower()}{self.clock.at:%H%M%S%f}"
        self.database.run(
            lambda uow: admit(uow, ROSA, Role.KIOSK, kiosk.name, token, digest(token), paired)
        )

    def order(self, kind: Kind = Kind.TEST_PRINT, kiosk: str = "K01", **given: Any) -> str:
        return self.database.run(
            lambda uow: service.order(uow, ROSA, kiosk, kind, given, KEY.sign).id
        )

    def report(self, action: str, state: State, kiosk: Actor = K01, version: int = 0) -> State:
        told = Report(state, "", version)
        return self.database.run(lambda uow: service.report(uow, kiosk, action, told))

    def state(self, action: str) -> State:
        shown = self.database.read(lambda uow: service.listed(uow, SITE))
        return next(each.state for each in shown if each.id == action)

    def pending(self, kiosk: Actor = K01) -> service.Signed | None:
        return self.database.read(lambda uow: service.pending(uow, kiosk))

    def watch(self) -> None:
        ActionWatch(self.database, lambda _: [SITE]).turn()

    def kinds(self) -> list[str]:
        """What stands in the log of the last action, in order."""

        def read(uow: UnitOfWork) -> list[str]:
            from queue_server.core.tables import events

            rows = uow.connection.execute(select(events.c.kind).order_by(events.c.id))
            return [row.kind for row in rows if row.kind.startswith("action.")]

        found = self.database.read(read)
        newest = len(found) - 1 - found[::-1].index("action.ordered")
        return found[newest:]


@pytest.fixture
def office(place: tuple[Site, Turned, Database]) -> Office:
    _, clock, database = place
    clock.later(hours=1)
    found = Office(clock, database)
    found.watch()
    for each in (K01, K02):
        found.pair(each)
    return found


def problem(work: Any) -> Problem:
    with pytest.raises(Problem) as raised:
        work()
    return raised.value


def test_it_is_signed_delivered_once_taken_and_not_again(office: Office) -> None:
    action = office.order(Kind.SELF_TEST, device="printer")
    found = office.pending()
    assert found is not None
    KEY.public_key().verify(found.signature, signed(found.body))
    told = json.loads(found.body)
    assert (told["id"], told["kiosk"], told["arguments"]) == (action, "K01", {"device": "printer"})
    assert office.pending(K02) is None
    assert office.report(action, State.TAKEN) is State.TAKEN
    assert office.pending() is None


def test_one_action_of_a_kiosk_at_a_time(office: Office) -> None:
    first = office.order()
    assert problem(office.order).kind == "action_open"
    office.order(kiosk="K02")
    for state in (State.TAKEN, State.RUNNING, State.DONE):
        office.report(first, state)
    assert office.order() != first


@pytest.mark.negative_control
def test_the_database_itself_refuses_a_second_open_action(office: Office) -> None:
    action = office.order()

    def twice(uow: UnitOfWork) -> None:
        table = tables.kiosk_actions
        row = uow.connection.execute(select(table).where(table.c.id == action)).one()
        another = {**row._mapping, "id": "x", "number": row.number + 1}
        uow.connection.execute(insert(table), another)

    with pytest.raises(IntegrityError):
        office.database.run(twice)


def test_nothing_begins_after_sixty_seconds(office: Office) -> None:
    action = office.order()
    office.report(action, State.TAKEN)
    office.clock.later(seconds=60)
    assert office.report(action, State.WAITING) is State.WAITING
    office.clock.later(seconds=0.01)
    assert office.report(action, State.RUNNING) is State.WAITING
    assert office.state(action) is State.EXPIRED
    office.watch()
    assert office.kinds() == [
        "action.ordered",
        "action.taken",
        "action.waiting",
        "action.expired",
    ]
    assert office.report(action, State.DONE) is State.EXPIRED
    office.order()


def test_what_nobody_fetched_expires_and_is_not_handed_out(office: Office) -> None:
    action = office.order()
    office.clock.later(seconds=61)
    assert office.pending() is None
    assert office.state(action) is State.EXPIRED
    assert office.order() != action


def test_of_what_began_nobody_knows_until_the_kiosk_is_heard_again(office: Office) -> None:
    action = office.order(Kind.SELF_TEST)
    office.report(action, State.TAKEN)
    office.report(action, State.RUNNING)
    office.clock.later(minutes=7)
    office.watch()
    assert office.state(action) is State.UNHEARD
    assert office.report(action, State.DONE) is State.DONE


@pytest.mark.parametrize("skipped", [State.RUNNING, State.DONE, State.WAITING, State.UNHEARD])
def test_no_state_is_left_out(office: Office, skipped: State) -> None:
    action = office.order()
    assert office.report(action, skipped) is State.ORDERED


def test_a_kiosk_answers_for_its_own_actions_only(office: Office) -> None:
    action = office.order()
    assert problem(lambda: office.report(action, State.TAKEN, K02)).status == 404
    assert office.state(action) is State.ORDERED


def test_nobody_orders_of_a_kiosk_that_was_shut_out(office: Office) -> None:
    office.database.run(lambda uow: revoke_credential(uow, ROSA, Role.KIOSK, "K01"))
    assert problem(office.order).kind == "unknown_kiosk"


def test_numbers_grow_also_after_a_backup_was_put_back(office: Office) -> None:
    def number() -> int:
        found = office.pending()
        assert found is not None
        return json.loads(found.body)["number"]

    office.order()
    first = number()
    assert first == int(office.clock.at.timestamp() * 1000)
    office.clock.later(seconds=61)
    office.order()
    assert number() > first


def test_the_next_order_names_the_version_the_kiosk_spoke_of(office: Office) -> None:
    action = office.order(Kind.CONFIGURE, changes={"offline.numbers": 5})
    for state in (State.TAKEN, State.RUNNING, State.DONE):
        office.report(action, state, version=4)
    office.order(Kind.CONFIGURE, changes={"offline.numbers": 6})
    found = office.pending()
    assert found is not None
    assert json.loads(found.body)["configuration"] == 4


def test_a_bundle_is_kept_sealed_for_seven_days(office: Office) -> None:
    action = office.order(Kind.DIAGNOSTICS)
    keep = lambda: office.database.run(  # noqa: E731
        lambda uow: service.keep_bundle(uow, K01, action, b"bundle of K01")
    )
    assert problem(keep).kind == "not_asked_for"
    office.report(action, State.TAKEN)
    office.report(action, State.RUNNING)
    keep()
    keep()
    row = office.database.read(
        lambda uow: uow.connection.execute(
            select(tables.kiosk_bundles.c.content).where(tables.kiosk_bundles.c.action == action)
        ).scalar_one()
    )
    assert b"bundle of K01" not in bytes(row)
    take = lambda: office.database.run(  # noqa: E731
        lambda uow: service.take_bundle(uow, ROSA, action)
    )
    assert take() == ("K01", b"bundle of K01")
    office.clock.later(days=7)
    assert problem(take).kind == "no_bundle"
    assert office.database.run(service.forget) == 1
    assert not office.database.read(lambda uow: service.listed(uow, SITE))[0].has_bundle


def test_what_is_too_large_is_not_kept(office: Office) -> None:
    action = office.order(Kind.DIAGNOSTICS)
    office.report(action, State.TAKEN)
    office.report(action, State.RUNNING)
    large = bytes(256 * 1024 + 1)
    refused = problem(
        lambda: office.database.run(lambda uow: service.keep_bundle(uow, K01, action, large))
    )
    assert refused.status == 413
