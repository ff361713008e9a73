"""The two-person rule in the services and, should they forget it, in the database."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor
from queue_server.payments.model.boxes import EmptyingState, Filling, Level, Sort
from queue_server.payments.services import boxes, emptyings
from queue_server.payments.services.boxes import ToldBox
from queue_server.payments.services.emptyings import Emptying
from tests.support.office import KIOSK, Office
from tests.support.owed import BOSS, CASHIER, OTHER_CASHIER
from tests.support.site import Site

SERIAL = "bill-12345678"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(Site(tmp_path))
    yield made
    made.close()


def told(office: Office, number: int = 1, **changes: object) -> ToldBox:
    """A box as a kiosk tells of it."""
    values = {
        "id": uuid4(),
        "number": number,
        "serial": SERIAL,
        "device": "bills",
        "sort": Sort.ACCEPTOR,
        "coin_centimos": 0,
        "capacity": 500,
        "level": Level.OK,
        "revision": 1,
        "filling": Filling({2000: 1}),
        "start_coins": None,
        "lost": False,
        "opened_at": office.clock.now(),
        **changes,
    }
    return ToldBox(**values)  # type: ignore[arg-type]


def asked(office: Office, by: Actor = CASHIER) -> Emptying:
    """Somebody asks for the box of a kiosk."""
    box = told(office)
    office.database.run(lambda uow: boxes.tell(uow, KIOSK, [box]))
    return office.database.run(lambda uow: emptyings.ask(uow, by, KIOSK.name, [SERIAL]))


def confirmed(office: Office, of: Emptying, by: Actor) -> Emptying:
    return office.database.run(lambda uow: emptyings.confirm(uow, by, of.id))


def refused_the_same_person(office: Office) -> bool:
    """The check: whoever asked is told that another person must confirm."""
    of = asked(office)
    try:
        confirmed(office, of, CASHIER)
    except Problem as problem:
        return problem.kind == "same_person"
    except IntegrityError:
        return False
    return False


def test_the_same_person_does_not_confirm(office: Office) -> None:
    assert refused_the_same_person(office)


@pytest.mark.negative_control
def test_a_server_that_forgot_the_rule_is_caught_and_its_database_still_refuses(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emptyings, "same_person", lambda *_: False)
    monkeypatch.setattr(emptyings, "may_together", lambda *_: True)
    assert not refused_the_same_person(office)
    (of,) = office.database.read(lambda uow: emptyings.at_site(uow, "PRUEBA"))
    for alone in (CASHIER, OTHER_CASHIER):
        with pytest.raises(IntegrityError):
            confirmed(office, of, alone)
    assert confirmed(office, of, BOSS).state is EmptyingState.CONFIRMED


def test_a_kiosk_that_asks_too_late_may_not_begin(office: Office) -> None:
    of = asked(office)
    confirmed(office, of, BOSS)
    office.clock.pass_by(minutes=11)
    with pytest.raises(Problem, match="10 minutos"):
        office.database.run(lambda uow: emptyings.take(uow, KIOSK, of.id))
    again = office.database.run(lambda uow: emptyings.ask(uow, CASHIER, KIOSK.name, [SERIAL]))
    assert again.state is EmptyingState.ASKED


def test_what_a_kiosk_has_closed_is_taken_also_when_it_was_believed_too_late(
    office: Office,
) -> None:
    box, after = told(office, revision=7), told(office, 2)
    office.database.run(lambda uow: boxes.tell(uow, KIOSK, [box]))
    of = office.database.run(lambda uow: emptyings.ask(uow, CASHIER, KIOSK.name, [SERIAL]))
    confirmed(office, of, BOSS)
    office.database.run(lambda uow: emptyings.take(uow, KIOSK, of.id))
    office.clock.pass_by(minutes=11)
    office.database.run(lambda uow: emptyings.ask(uow, CASHIER, KIOSK.name, [SERIAL]))
    now = office.clock.now()
    office.database.run(lambda uow: boxes.tell(uow, KIOSK, [after]))  # overtook the news
    for _ in range(2):
        done = office.database.run(
            lambda uow: emptyings.closed(uow, KIOSK, of.id, now, [box], [after])
        )
        assert done.state is EmptyingState.CLOSED
    out = office.database.read(lambda uow: boxes.of(uow, {of.id}))
    assert [each.number for each in out] == [1]
    assert office.database.read(lambda uow: boxes.left_behind(uow, "PRUEBA")) == []
    place = office.database.read(lambda uow: boxes.in_place(uow, "PRUEBA"))
    assert [each.number for each in place] == [2]


def test_what_was_overtaken_on_its_way_changes_nothing(office: Office) -> None:
    newer = told(office, revision=5, filling=Filling({2000: 5}))
    older = told(office, revision=4, filling=Filling({2000: 4}))
    both = [newer, ToldBox(**{**vars(older), "id": newer.id})]
    for each in both:
        office.database.run(lambda uow, each=each: boxes.tell(uow, KIOSK, [each]))
    (box,) = office.database.read(lambda uow: boxes.in_place(uow, "PRUEBA"))
    assert box.filling.pieces == {2000: 5}
