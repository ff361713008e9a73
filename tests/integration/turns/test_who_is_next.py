"""Who is called: the site's rule over real rows, and the reason that is stored."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from queue_server.core.problem import Problem
from queue_server.turns import tables
from queue_server.turns.model.ticket import Ticket, TicketState
from queue_server.turns.services import attend, call, counters, line
from tests.support.hall import GENERAL, PREFERENTIAL, Hall


def reason_of_call(hall: Hall, ticket: Ticket) -> str:
    periods = tables.periods
    query = select(periods.c.reason).where(
        periods.c.ticket == ticket.id, periods.c.state == TicketState.CALLED
    )
    return hall.look(lambda uow: uow.connection.execute(query).scalars().all()[-1])


def test_preferential_first_then_arrival_and_the_reason_is_kept(hall: Hall) -> None:
    hall.issue_many(GENERAL, GENERAL, PREFERENTIAL, GENERAL, PREFERENTIAL)
    first = hall.called()
    assert first.label == "I-003"
    assert reason_of_call(hall, first) == "preferente, 3 min"
    hall.finish(first)
    assert hall.serve_all() == ["I-005", "I-001", "I-002", "I-004"]


def test_interleave_lets_general_through(hall: Hall) -> None:
    hall.configure(strategy="interleave", preferential_in_turn=2, general_in_turn=1)
    hall.issue_many(*[GENERAL] * 3, *[PREFERENTIAL] * 4)
    assert hall.serve_all() == ["I-004", "I-005", "I-001", "I-006", "I-007", "I-002", "I-003"]


def test_ageing_gives_a_head_start_only(hall: Hall) -> None:
    hall.configure(strategy="ageing", head_start_min=20)
    hall.issue(who=GENERAL)
    hall.clock.pass_by(minutes=30)
    hall.issue(who=PREFERENTIAL)
    hall.issue(who=GENERAL)
    first = hall.called()
    assert first.label == "I-001"
    assert "espera larga" in reason_of_call(hall, first)
    hall.finish(first)
    assert hall.serve_all() == ["I-002", "I-003"]


def test_a_heavier_service_gains_on_the_others(hall: Hall) -> None:
    hall.do(hall.ana, counters.set_services, "V1", {"information": 1, "review": 3})
    hall.issue("information")
    hall.clock.pass_by(minutes=2)
    hall.issue("review")
    hall.clock.pass_by(minutes=2)  # 4 minutes once against 2 minutes three times
    assert hall.called().label == "R-001"


def test_a_counter_never_gets_a_service_it_does_not_serve(hall: Hall) -> None:
    hall.issue("conduct")
    assert hall.call("V2") is None
    assert hall.called("V1").label == "C-001"


def test_only_the_counter_a_ticket_is_aimed_at_gets_it(hall: Hall) -> None:
    ticket = hall.issue("information")
    hall.do(hall.ana, line.transfer, ticket.id, None, "V2", None)
    assert hall.call("V1") is None
    called = hall.called("V2")
    assert called.id == ticket.id
    assert "derivado a esta ventanilla" in reason_of_call(hall, called)


def test_a_pool_is_served_by_its_counters(hall: Hall) -> None:
    hall.configure(pools=[{"code": "senior", "name": "Mayores", "counters": ["V2"]}])
    ticket = hall.issue("conduct")  # V2 does not serve it, its pool does
    hall.do(hall.ana, line.transfer, ticket.id, None, None, "senior")
    assert hall.call("V1") is None
    assert hall.called("V2").id == ticket.id


def test_a_transferred_ticket_keeps_its_arrival(hall: Hall) -> None:
    first, second = hall.issue_many(GENERAL, GENERAL)
    called = hall.called()
    assert called.id == first.id
    sent_on = hall.do(hall.ana, line.transfer, first.id, "review", None, None)
    assert (sent_on.state, sent_on.arrived_at) == (TicketState.TRANSFERRED, first.arrived_at)
    hall.issue("review")
    assert hall.serve_all() == [first.label, second.label, "R-001"]


def test_a_missed_call_returns_later_and_then_no_more(hall: Hall) -> None:
    hall.configure(no_show_returns=1, no_show_delay_min=5)
    missing = hall.issue()
    hall.called()
    back = hall.do(hall.ana, attend.no_show, missing.id)
    assert back.state is TicketState.WAITING
    assert hall.call() is None, "not due yet"
    hall.clock.pass_by(minutes=5)
    assert hall.called().id == missing.id
    assert hall.do(hall.ana, attend.no_show, missing.id).state is TicketState.NO_SHOW
    hall.clock.pass_by(minutes=60)
    assert hall.call() is None


def test_somebody_on_hold_is_called_at_the_agreed_time(hall: Hall) -> None:
    away = hall.issue()
    hall.called()
    back_at = hall.clock.now() + timedelta(minutes=20)
    hall.do(hall.ana, attend.hold, away.id, "trae una copia", back_at)
    assert hall.call() is None
    hall.clock.pass_by(minutes=20)
    assert hall.called().id == away.id


def test_on_hold_without_a_time_waits_for_resume(hall: Hall) -> None:
    away = hall.issue()
    hall.called()
    hall.do(hall.ana, attend.hold, away.id, "trae una copia", None)
    hall.clock.pass_by(hours=3)
    assert hall.call() is None
    late = hall.issue()
    hall.do(hall.ana, line.resume, away.id)
    assert hall.serve_all() == [away.label, late.label]


def test_staff_may_call_one_given_ticket_and_it_is_written_down(hall: Hall) -> None:
    hall.issue_many(GENERAL, GENERAL)
    second = hall.issue()
    called = hall.do(hall.ana, call.call_this, "V1", second.id)
    assert reason_of_call(hall, called) == "llamado directo por ana"


def test_a_busy_or_taken_counter_calls_nobody(hall: Hall) -> None:
    hall.issue_many(GENERAL, GENERAL)
    first = hall.called()
    with pytest.raises(Problem, match="counter_busy"):
        hall.call()
    hall.finish(first)
    with pytest.raises(Problem, match="counter_taken"):
        hall.call("V1", hall.beto)
    hall.do(hall.beto, counters.open_counter, "V1", take_over=True)
    assert hall.called("V1", hall.beto).label == "I-002"


def test_the_operators_own_weights_replace_the_counters(hall: Hall) -> None:
    own = tables.operator_services.insert().values(
        site="PRUEBA", operator="ana", service="information", weight=0
    )

    def leave_it(uow, actor) -> None:
        uow.connection.execute(own)
        counters.renew(uow, actor.site)
        uow.record(actor, "site.changed", what="operator", code="ana")

    hall.do(hall.ana, leave_it)
    hall.issue("information")
    assert hall.call("V1", hall.ana) is None
    assert hall.called("V2", hall.beto).label == "I-001"
