"""The day of a site: hours, quota, closing, midnight; numbers given out while it was away."""

from datetime import date, datetime, time, timedelta
from uuid import uuid4

import pytest

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.turns.model.ticket import Ticket, TicketState, Wish
from queue_server.turns.services import blocks, counters, day, my_turn
from queue_server.turns.services.blocks import Block, Slip
from tests.support.hall import GENERAL, LIMA, MORNING, PREFERENTIAL, Hall

OFFICE = [{"weekdays": [0, 1, 2, 3, 4], "opens": time(8), "closes": time(17),
           "last_ticket": time(16, 45)}]  # fmt: skip


def at(*words: int) -> datetime:
    return datetime(*words, tzinfo=LIMA)


def test_outside_the_hours_nobody_gets_a_ticket(hall: Hall) -> None:
    hall.configure(hours=OFFICE, closures=[{"day": date(2026, 3, 5), "name": "Aniversario"}])
    hall.issue()
    for moment in (at(2026, 3, 4, 7, 59), at(2026, 3, 4, 16, 45), at(2026, 3, 5, 10)):
        hall.clock.at = moment
        with pytest.raises(Problem, match="site_closed") as refused:
            hall.issue()
        assert "08:00" in refused.value.detail
    hall.clock.at = at(2026, 3, 6, 16, 44)
    hall.issue()


def test_a_service_has_its_own_window_and_quota(hall: Hall) -> None:
    service = {"code": "conduct", "name": "Conducta", "series": "C"}
    hall.configure(services=[{**service, "opens": time(10), "closes": time(12), "daily_quota": 2}])
    with pytest.raises(Problem, match="service_closed") as refused:
        hall.issue("conduct")
    assert "10:00 a 12:00" in refused.value.detail
    hall.clock.at = at(2026, 3, 4, 10, 0)
    assert [hall.issue("conduct").label for _ in range(2)] == ["C-001", "C-002"]
    with pytest.raises(Problem, match="quota_reached"):
        hall.issue("conduct")
    hall.clock.pass_by(days=1)
    assert hall.issue("conduct").label == "C-001"


def test_closing_the_day_leaves_nobody_in_line(hall: Hall) -> None:
    waiting, _ = hall.issue_many(GENERAL, PREFERENTIAL)
    serving = hall.called()
    closed = hall.do(hall.ana, day.close_day)
    assert [row["number"] for row in closed["expired"]] == [waiting.label]
    assert hall.now(waiting).state is TicketState.EXPIRED
    assert hall.now(serving).state is TicketState.NO_SHOW
    assert hall.in_line() == {}
    assert hall.call() is None


def test_who_is_carried_comes_first_on_the_next_open_day_under_the_same_number(hall: Hall) -> None:
    hall.configure(leftover="carry", hours=OFFICE)
    hall.clock.at = at(2026, 3, 6, 16)  # Friday
    first, second = hall.issue_many(GENERAL, GENERAL)
    hall.do(hall.ana, day.close_day)
    assert hall.now(first).queue_day == date(2026, 3, 9)
    hall.clock.at = at(2026, 3, 9, 8)
    fresh = hall.issue()
    assert fresh.label == "I-003", "two people never hold the same number on one day"
    assert hall.serve_all() == [first.label, second.label, fresh.label]


def test_yesterday_is_never_called_even_if_nobody_closed_it(hall: Hall) -> None:
    hall.clock.at = at(2026, 12, 31, 23, 59)
    old = hall.issue()
    hall.clock.pass_by(minutes=2)
    new = hall.issue()
    assert (old.label, new.label) == ("I-001", "I-001")
    assert (old.day, new.day) == (date(2026, 12, 31), date(2027, 1, 1))
    assert hall.called().id == new.id
    assert hall.look(lambda uow: day.days_to_close(uow, "PRUEBA")) == [date(2026, 12, 31)]
    assert hall.do(hall.ana, day.close_past_days)
    assert hall.now(old).state is TicketState.EXPIRED
    assert hall.now(new).state is TicketState.CALLED, "today's people are left where they are"
    assert not hall.do(hall.ana, day.close_past_days)


def test_a_counter_left_open_overnight_is_closed_in_the_morning(hall: Hall) -> None:
    hall.do(hall.ana, counters.open_counter, "V1")
    hall.clock.pass_by(days=1)
    hall.do(hall.beto, counters.open_counter, "V2")
    assert hall.do(hall.ana, day.close_past_days)
    states = hall.look(lambda uow: counters.desks(uow, "PRUEBA"))
    assert (states["V1"].operator, states["V2"].operator) == (None, "beto")
    assert not hall.do(hall.ana, day.close_past_days)


def test_a_clock_set_back_gives_no_negative_wait_and_no_number_twice(hall: Hall) -> None:
    hall.issue()
    called = hall.called()
    hall.clock.pass_by(hours=-2)
    hall.finish(called)
    again = hall.issue()
    assert again.label == "I-002"
    hall.clock.pass_by(days=-1)
    assert hall.issue().label == "I-001", "another day, another row of numbers"
    hall.clock.pass_by(days=1)
    assert hall.issue().label == "I-003"


def slip(block: Block, number: int, issued_at: datetime, **words: object) -> Slip:
    return Slip(str(uuid4()), number, Wish(block.service, **words), issued_at)  # type: ignore[arg-type]


def merge(hall: Hall, block: Block, *slips: Slip, off_s: float = 0) -> list[Ticket]:
    kiosk_now = hall.clock.now() + timedelta(seconds=off_s)
    return hall.do(hall.kiosk, blocks.merge, block.id, kiosk_now, slips)


def test_printed_numbers_join_the_line_where_they_arrived(hall: Hall) -> None:
    block = hall.do(hall.kiosk, blocks.reserve, "information", 20)
    assert (block.first, block.last) == (1, 20)
    hall.clock.pass_by(minutes=10)
    online = hall.issue()
    assert online.label == "I-021"
    merged = merge(hall, block, slip(block, 1, MORNING + timedelta(minutes=3)))
    assert merged[0].arrived_at == MORNING + timedelta(minutes=3)
    assert hall.serve_all() == ["I-001", "I-021"]


def test_a_kiosk_whose_clock_is_off_gains_nothing(hall: Hall) -> None:
    block = hall.do(hall.kiosk, blocks.reserve, "information", 20)
    hall.clock.pass_by(minutes=10)
    early = slip(block, 1, MORNING + timedelta(minutes=1))
    assert merge(hall, block, early, off_s=3600)[0].arrived_at == hall.clock.now()
    near = slip(block, 2, MORNING + timedelta(minutes=4))
    assert merge(hall, block, near, off_s=60)[0].arrived_at == MORNING + timedelta(minutes=3)


def test_a_merge_repeated_or_overlapping_adds_nobody_twice(hall: Hall) -> None:
    block = hall.do(hall.kiosk, blocks.reserve, "information", 20)
    first, second = (slip(block, number, MORNING) for number in (1, 2))
    merge(hall, block, first)
    again = merge(hall, block, first, second)
    assert [each.label for each in again] == ["I-001", "I-002"]
    assert hall.in_line() == {"information": {"general": 2}}
    with pytest.raises(Problem, match="number_taken"):
        merge(hall, block, slip(block, 2, MORNING))
    with pytest.raises(Problem, match="number_outside_block"):
        merge(hall, block, slip(block, 21, MORNING))


def test_what_was_called_on_paper_is_over_also_when_it_is_merged_later(hall: Hall) -> None:
    block = hall.do(hall.kiosk, blocks.reserve, "information", 20)
    merge(hall, block, slip(block, 1, MORNING), slip(block, 3, MORNING))
    over = hall.do(hall.ana, blocks.called_on_paper, "I", 2)
    assert [each.label for each in over] == ["I-001"]
    assert merge(hall, block, slip(block, 2, MORNING))[0].state is TicketState.FINISHED
    assert hall.serve_all() == ["I-003"]
    with pytest.raises(Problem, match="not_given_out"):
        hall.do(hall.ana, blocks.called_on_paper, "I", 21)


def test_a_block_of_yesterday_is_merged_as_expired(hall: Hall) -> None:
    block = hall.do(hall.kiosk, blocks.reserve, "information", 5)
    assert block.expires_at == at(2026, 3, 5, 0, 0)
    hall.clock.pass_by(days=1)
    assert merge(hall, block, slip(block, 1, MORNING))[0].state is TicketState.EXPIRED


def test_a_phones_link_cannot_be_guessed_or_bent(hall: Hall) -> None:
    ticket = hall.issue()
    token = hall.look(lambda uow: my_turn.link_token(uow, ticket.id))

    def holder(uow: UnitOfWork, word: str) -> Ticket:
        return my_turn.ticket_of(uow, word)

    assert hall.look(lambda uow: holder(uow, token)) == ticket
    bent = token[:-2] + ("AA" if token[-2:] != "AA" else "BB")
    for word in (bent, token[:22], "", "A" * 35, token.lower()):
        with pytest.raises(Problem, match="unknown_turn"):
            hall.look(lambda uow, word=word: holder(uow, word))
