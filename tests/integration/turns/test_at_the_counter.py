"""What staff do with a ticket, and what they can take back."""

import pytest

from queue_server.core.problem import Problem
from queue_server.turns import tables
from queue_server.turns.model.ticket import IdentityClaim, Ticket, TicketState, Wish
from queue_server.turns.services import attend, call, counters, help, line, queries
from queue_server.turns.services.issue import issue, issue_by_hand
from queue_server.turns.services.rules import site_rules
from queue_server.turns.services.undo import undo
from tests.support.hall import GENERAL, PREFERENTIAL, Hall


def test_called_then_served_then_finished(hall: Hall) -> None:
    hall.issue()
    called = hall.called()
    started = hall.do(hall.ana, attend.start, called.id)
    assert started.state is TicketState.SERVING
    assert hall.finish(called).state is TicketState.FINISHED
    for again in (attend.finish, attend.start, attend.no_show, line.resume):
        with pytest.raises(Problem, match="already_finished"):
            hall.do(hall.ana, again, called.id)


def test_one_visit_several_services_without_queueing_from_the_end(hall: Hall) -> None:
    visitor = hall.issue("information", then=("review", "conduct"))
    hall.clock.pass_by(minutes=1)
    hall.issue("review")
    hall.finish(hall.called())
    moved = hall.now(visitor)
    assert (moved.service, moved.then, moved.state) == (
        "review",
        ("conduct",),
        TicketState.TRANSFERRED,
    )
    assert hall.serve_all() == ["I-001", "I-001", "R-001"], "before whoever came later"


def test_a_wrong_call_is_taken_back_to_its_place(hall: Hall) -> None:
    first, _ = hall.issue_many(GENERAL, GENERAL)
    hall.called()
    back = hall.do(hall.ana, undo, first.id)
    assert (back.state, back.due_at, back.counter) == (TicketState.WAITING, first.due_at, None)
    assert hall.called().id == first.id


def test_a_wrong_finish_opens_the_ticket_again(hall: Hall) -> None:
    hall.issue()
    called = hall.called()
    hall.do(hall.ana, attend.start, called.id)
    hall.finish(called)
    assert hall.do(hall.ana, undo, called.id).state is TicketState.SERVING
    assert hall.finish(called).state is TicketState.FINISHED


def test_a_wrong_finish_of_a_visit_that_goes_on_is_taken_back_too(hall: Hall) -> None:
    visitor = hall.issue("information", then=("review",))
    hall.finish(hall.called())
    back = hall.do(hall.ana, undo, visitor.id)
    assert (back.service, back.then, back.state) == (
        "information",
        ("review",),
        TicketState.CALLED,
    )


@pytest.mark.parametrize("returns", [0, 1])
def test_a_wrong_no_show_is_taken_back(hall: Hall, returns: int) -> None:
    hall.configure(no_show_returns=returns)
    hall.issue()
    called = hall.called()
    hall.do(hall.ana, attend.no_show, called.id)
    back = hall.do(hall.ana, undo, called.id)
    assert (back.state, back.counter, back.no_shows) == (TicketState.CALLED, "V1", 0)


def test_undo_ends_after_a_minute_and_never_doubles_a_counter(hall: Hall) -> None:
    hall.issue_many(GENERAL, GENERAL)
    first = hall.called()
    hall.finish(first)
    hall.called()
    with pytest.raises(Problem, match="counter_busy"):
        hall.do(hall.ana, undo, first.id)
    hall.clock.pass_by(seconds=61)
    with pytest.raises(Problem, match="too_late"):
        hall.do(hall.ana, undo, first.id)


def test_a_waiting_ticket_has_nothing_to_undo(hall: Hall) -> None:
    waiting = hall.issue()
    with pytest.raises(Problem, match="nothing_to_undo"):
        hall.do(hall.ana, undo, waiting.id)
    called = hall.called()
    hall.do(hall.ana, undo, called.id)
    with pytest.raises(Problem, match="nothing_to_undo"):
        hall.do(hall.ana, undo, called.id)


def test_a_change_of_class_moves_the_ticket_between_lines(hall: Hall) -> None:
    hall.issue()
    second = hall.issue()
    hall.do(hall.ana, line.change_class, second.id, PREFERENTIAL, "gestante")
    assert hall.in_line() == {"information": {"general": 1, "preferential": 1}}
    assert hall.called().id == second.id


def test_the_holder_cancels_before_the_call_only(hall: Hall) -> None:
    first, second = hall.issue_many(GENERAL, GENERAL)
    hall.called()
    with pytest.raises(Problem, match="already_called"):
        hall.do(hall.kiosk, line.cancel, first.id, "holder")
    hall.do(hall.kiosk, line.cancel, second.id, "holder")
    assert hall.in_line() == {}
    hall.do(hall.ana, line.cancel, first.id, "staff")
    assert hall.call() is None


def test_a_lost_ticket_is_found_by_number_and_by_document(hall: Hall) -> None:
    claim = IdentityClaim("01", "45678912")
    ticket = hall.do(hall.kiosk, issue, Wish("information"), claim)
    hall.issue()

    def found(uow) -> tuple[list[Ticket], list[Ticket]]:
        rules = site_rules(uow, "PRUEBA")
        return (
            queries.find_by_number(uow, rules, "i 1"),
            queries.find_by_document(uow, rules, "01", "45678912"),
        )

    assert hall.look(found) == ([ticket], [ticket])


def test_an_open_ticket_is_handed_over_at_shift_change(hall: Hall) -> None:
    hall.issue()
    called = hall.called("V1", hall.ana)
    taken = hall.do(hall.beto, attend.take_over, called.id, "V1")
    assert (taken.state, taken.counter) == (TicketState.CALLED, "V1")
    here = hall.look(lambda uow: counters.desk(uow, "PRUEBA", "V1"))
    assert (here.operator, here.number) == ("beto", called.label)
    moved = hall.do(hall.beto, attend.take_over, called.id, "V2")
    assert moved.counter == "V2"
    hall.finish(moved, hall.beto)


def test_walk_direct_serves_at_once_with_a_number(hall: Hall) -> None:
    hall.issue()
    served = hall.do(hall.ana, call.walk_direct, "V1", Wish("information"), None)
    assert (served.label, served.state) == ("I-002", TicketState.SERVING)
    assert hall.in_line() == {"information": {"general": 1}}
    assert hall.finish(served).state is TicketState.FINISHED


def test_a_ticket_by_hand_waits_like_any_other(hall: Hall) -> None:
    made = hall.do(hall.ana, issue_by_hand, "V1", Wish("information", PREFERENTIAL), None)
    assert hall.called().id == made.id


def test_a_counter_with_an_open_ticket_neither_pauses_nor_closes(hall: Hall) -> None:
    hall.issue()
    called = hall.called()
    for leave in (counters.pause_counter, counters.close_counter):
        words = ("V1", "almuerzo") if leave is counters.pause_counter else ("V1",)
        with pytest.raises(Problem, match="counter_busy"):
            hall.do(hall.ana, leave, *words)
    hall.finish(called)
    paused = hall.do(hall.ana, counters.pause_counter, "V1", "almuerzo")
    assert (paused.operator, paused.pause_reason) == ("ana", "almuerzo")
    assert hall.do(hall.ana, counters.close_counter, "V1").operator is None


def test_help_is_asked_for_once_and_answered_by_one(hall: Hall) -> None:
    first = hall.do(hall.kiosk, help.raise_help, "no lee mi documento")
    assert hall.do(hall.kiosk, help.raise_help, "ayuda").id == first.id
    hall.do(hall.ana, help.acknowledge_help, first.id)
    with pytest.raises(Problem, match="already_acknowledged"):
        hall.do(hall.beto, help.acknowledge_help, first.id)
    assert hall.look(lambda uow: help.open_calls(uow, "PRUEBA")) == []


def test_what_does_not_fit_is_refused_in_words(hall: Hall) -> None:
    waiting = hall.issue()
    for operation in (attend.start, attend.finish, attend.no_show, call.recall):
        with pytest.raises(Problem, match="not_called") as refused:
            hall.do(hall.ana, operation, waiting.id)
        assert "llámelo primero" in refused.value.detail
    for target in ((None, None, None), (None, "V9", None), ("nada", None, None)):
        with pytest.raises(Problem):
            hall.do(hall.ana, line.transfer, waiting.id, *target)
    with pytest.raises(Problem, match="unknown_ticket"):
        hall.do(hall.ana, attend.finish, "no-such-ticket")


def test_a_change_of_configuration_that_fails_is_remembered_by_nobody(hall: Hall) -> None:
    def rename(name: str, *, fail: bool):
        def work(uow, actor) -> str:
            sites = tables.sites
            uow.connection.execute(sites.update().values(name=name))
            counters.renew(uow, actor.site)
            told = site_rules(uow, actor.site).name
            if fail:
                raise Problem(409, "changed_my_mind", "No.")
            uow.record(actor, "site.changed", what="site", code=actor.site)
            return told

        return work

    with pytest.raises(Problem):
        hall.do(hall.ana, rename("Nunca", fail=True))
    another = hall.site.database()  # as another process would
    assert another.run(lambda uow: rename("Norte", fail=False)(uow, hall.ana)) == "Norte"
    another.close()
    assert hall.look(lambda uow: site_rules(uow, "PRUEBA").name) == "Norte"
