"""What the server makes of reserved numbers and of requests whose answers were lost."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.turns.model.ticket import Ticket, TicketState, Wish
from queue_server.turns.services import attend, blocks, line, lost_reply
from queue_server.turns.services.issue import issue
from queue_server.turns.services.lost_reply import Outcome
from tests.support.hall import GENERAL, LIMA, PREFERENTIAL, Hall, open_hall

OFFICE = [
    {"weekdays": [0, 1, 2, 3, 4], "opens": time(8), "closes": time(13), "last_ticket": time(12)},
    {"weekdays": [0, 1, 2, 3, 4], "opens": time(14), "closes": time(17), "last_ticket": time(16)},
]

HOLIDAY = {"day": date(2026, 3, 4), "name": "Aniversario"}


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    with open_hall(tmp_path) as opened:
        yield opened


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 4, hour, minute, tzinfo=LIMA)


def asked(hall: Hall, key: str) -> Ticket:
    """A turn issued under `key`."""

    def under_key(uow: UnitOfWork, actor: Actor) -> Ticket:
        uow.key = key
        return issue(uow, actor, Wish("information"), None)

    hall.clock.pass_by(seconds=1)
    return hall.do(hall.kiosk, under_key)


def lost(hall: Hall, request: str, key: str, actor: Actor | None = None) -> lost_reply.Lost:
    """What is answered under `key` to "nobody waits for `request` any more"."""

    def under_key(uow: UnitOfWork, who: Actor) -> lost_reply.Lost:
        uow.key = key
        return lost_reply.withdraw(uow, who, request)

    return hall.do(actor or hall.kiosk, under_key)


def test_a_block_brings_its_hours_and_its_paper(hall: Hall) -> None:
    service = {"code": "conduct", "name": "Conducta", "series": "C", "opens": time(9)}
    hall.configure(hours=OFFICE, services=[service], complaints="Libro de Reclamaciones")
    block = hall.do(hall.kiosk, blocks.reserve, "conduct", 5)
    assert block.windows == ((at(9), at(12)), (at(14), at(16)))
    assert block.reserved_at == hall.clock.now()
    paper = [line.text for line in block.slips[PREFERENTIAL]]
    assert paper[:2] == ["Prueba", "SU TURNO"]
    assert {"{number}", "PREFERENCIAL", "Conducta", "Emitido el {day} a las {time}"} <= set(paper)
    assert "REGULAR" in [line.text for line in block.slips[GENERAL]]


def test_on_a_holiday_no_number_may_be_given_out(hall: Hall) -> None:
    service = {"code": "conduct", "name": "Conducta", "series": "C"}
    hall.configure(
        hours=OFFICE,
        services=[service],
        closures=[HOLIDAY],
    )
    assert hall.do(hall.kiosk, blocks.reserve, "conduct", 5).windows == ()


def test_a_daily_quota_is_never_spent_on_numbers_that_lie_ready(hall: Hall) -> None:
    hall.configure(
        services=[{"code": "conduct", "name": "Conducta", "series": "C", "daily_quota": 2}]
    )
    with pytest.raises(Problem, match="quota_not_reserved"):
        hall.do(hall.kiosk, blocks.reserve, "conduct", 1)
    assert [hall.issue("conduct").label for _ in range(2)] == ["C-001", "C-002"]


def test_nobody_overtakes_at_their_own_kiosk_because_news_of_them_came_quicker(hall: Hall) -> None:
    block = hall.do(hall.kiosk, blocks.reserve, "information", 9)
    issued = [hall.clock.now() + timedelta(seconds=each) for each in (1, 4)]
    hall.clock.pass_by(minutes=5)
    merged = []
    for number, (at, delay_s) in enumerate(zip(issued, (5, 0), strict=True), block.first):
        slip = blocks.Slip(str(uuid4()), number, Wish("information"), at)
        sent = hall.clock.now() - timedelta(seconds=delay_s)
        merged += hall.do(hall.kiosk, blocks.merge, block.id, sent, [slip])
    assert merged[0].arrived_at == issued[0] + timedelta(seconds=5)
    assert merged[1].arrived_at > merged[0].arrived_at
    assert hall.serve_all() == [each.label for each in merged]


def test_a_request_that_came_to_nothing_is_spent(hall: Hall) -> None:
    request = str(uuid4())
    assert lost(hall, request, key=request) == lost_reply.Lost(Outcome.NONE)
    assert lost(hall, request, key=str(uuid4())).outcome is Outcome.NONE, "told again, the same"


def test_what_nobody_knows_of_leaves_the_line(hall: Hall) -> None:
    waits, called = asked(hall, "request-1"), asked(hall, "request-2")
    assert lost(hall, "request-1", "key-1") == lost_reply.Lost(Outcome.CANCELLED, waits.label)
    assert hall.called().id == called.id
    assert lost(hall, "request-2", "key-2").outcome is Outcome.CANCELLED
    assert hall.now(called).state is TicketState.CANCELLED
    assert hall.in_line() == {}
    assert lost(hall, "request-1", "key-3").outcome is Outcome.OVER


def test_whom_staff_found_by_their_document_keeps_what_they_have(hall: Hall) -> None:
    tickets = [asked(hall, f"request-{number}") for number in range(3)]
    for ticket in tickets:
        hall.called()
        hall.do(hall.ana, attend.start, ticket.id)
        if ticket is not tickets[2]:
            hall.finish(ticket)
    hall.do(hall.ana, line.transfer, tickets[2].id, None, "V2", None)
    outcomes = {lost(hall, f"request-{number}", f"key-{number}").outcome for number in range(3)}
    assert outcomes == {Outcome.ATTENDED}
    assert hall.now(tickets[2]).state is TicketState.TRANSFERRED


def test_a_kiosk_takes_back_only_what_it_asked_for(hall: Hall) -> None:
    ticket = asked(hall, "request-1")
    other = Actor("PRUEBA", "kiosk", "A02")
    for who, request in ((other, "request-1"), (hall.kiosk, "request-9")):
        with pytest.raises(Problem, match="unknown_request"):
            lost(hall, request, "key-1", who)
    assert hall.now(ticket).state is TicketState.WAITING
