"""The way to a turn, step by step, without any screen, device or server."""

from dataclasses import replace
from uuid import uuid4

import pytest

from kiosk.flow.effects import ForgetPerson, IssueTicket, PrintTicket
from kiosk.flow.events import (
    DocumentProblem,
    DocumentTaken,
    IdleExpired,
    PartChanged,
    ServerLost,
    SlipPrinted,
    TicketIssued,
    TicketRefused,
)
from kiosk.flow.facts import PrintState, ReadProblem, Ticket
from kiosk.flow.person import AttentionClass
from kiosk.flow.slip import SlipLine
from kiosk.flow.states import (
    ChooseService,
    OutOfService,
    ReadDocument,
    State,
    TakingTurn,
    TicketReady,
    Welcome,
)
from kiosk.flow.step import step
from kiosk.flow.touches import Back, Cancel, Choose, Start
from kiosk.flow.world import Obstacle, Part
from tests.support.flow import DOCUMENT, DOWN, SEEN, SESSION, after, effects, open_kiosk

TO_SERVICES = (Start(SESSION), DocumentTaken(DOCUMENT))
TO_TURN = (*TO_SERVICES, Choose("information"))


def issue_effect(state: State) -> IssueTicket:
    (effect,) = effects(state, *TO_TURN)
    assert isinstance(effect, IssueTicket)
    return effect


def a_ticket() -> Ticket:
    slip = (SlipLine("number", "I-007"),)
    return Ticket("t-1", "I-007", "Información", AttentionClass.GENERAL, 2, None, slip)


def test_a_kiosk_is_closed_until_the_server_answered() -> None:
    assert State().at == OutOfService(Obstacle.SERVER_AWAY)
    assert after(State(), SEEN).at == Welcome()


def test_the_first_touch_asks_for_the_document() -> None:
    at = after(open_kiosk(), Start(SESSION, preferential=True)).at
    assert isinstance(at, ReadDocument)
    assert at.person.attention_class is AttentionClass.PREFERENTIAL


def test_without_a_reader_the_person_goes_straight_to_the_services() -> None:
    at = after(open_kiosk(Part.READER), Start(SESSION)).at
    assert isinstance(at, ChooseService)
    assert at.person.document is None


@pytest.mark.parametrize("problem", list(ReadProblem))
def test_an_unreadable_document_is_asked_for_again_and_nothing_is_sent(
    problem: ReadProblem,
) -> None:
    state, sent = step(after(open_kiosk(), Start(SESSION)), DocumentProblem(problem))
    assert isinstance(state.at, ReadDocument)
    assert (state.at.problem, state.at.attempts) == (problem, 1)
    assert sent == ()


def test_choosing_a_service_asks_the_server_once() -> None:
    state = after(open_kiosk(), *TO_TURN)
    assert isinstance(state.at, TakingTurn)
    effect = issue_effect(open_kiosk())
    assert (effect.service.code, effect.document) == ("information", DOCUMENT)
    assert step(state, Choose("information"))[1] == ()  # a second touch


def test_the_same_choice_of_the_same_person_has_the_same_idempotency_key() -> None:
    first = issue_effect(open_kiosk())
    refused = after(open_kiosk(), *TO_TURN, TicketRefused(first.effect_id, "Intente otra vez"))
    assert isinstance(refused.at, ChooseService)
    assert refused.at.problem == "Intente otra vez"
    (again,) = step(refused, Choose("information"))[1]
    assert again == first


def test_another_document_in_the_same_visit_has_another_key() -> None:
    first = issue_effect(open_kiosk())
    other = DocumentTaken(replace(DOCUMENT, number="10117411"))
    (second,) = effects(open_kiosk(), *TO_SERVICES, Back(), other, Choose("information"))
    assert isinstance(second, IssueTicket)
    assert second.effect_id != first.effect_id


def test_the_ticket_is_printed_and_the_outcome_is_shown() -> None:
    effect = issue_effect(open_kiosk())
    issued = TicketIssued(effect.effect_id, a_ticket())
    (printing,) = effects(open_kiosk(), *TO_TURN, issued)
    assert isinstance(printing, PrintTicket)
    done = after(
        open_kiosk(), *TO_TURN, issued, SlipPrinted(printing.effect_id, PrintState.PRINTED)
    )
    assert isinstance(done.at, TicketReady)
    assert done.at.print_state is PrintState.PRINTED


def test_without_paper_the_number_is_on_the_screen_and_nothing_is_sent_to_the_printer() -> None:
    effect = issue_effect(open_kiosk(Part.PRINTER))
    state, sent = step(
        after(open_kiosk(Part.PRINTER), *TO_TURN), TicketIssued(effect.effect_id, a_ticket())
    )
    assert isinstance(state.at, TicketReady)
    assert state.at.print_state is PrintState.NOT_PRINTED
    assert sent == ()


def test_an_answer_without_a_paper_to_print_is_shown_as_not_printed() -> None:
    effect = issue_effect(open_kiosk())
    wordless = replace(a_ticket(), slip=())
    state, sent = step(after(open_kiosk(), *TO_TURN), TicketIssued(effect.effect_id, wordless))
    assert isinstance(state.at, TicketReady)
    assert state.at.print_state is PrintState.NOT_PRINTED
    assert sent == ()


def test_an_answer_to_an_earlier_person_changes_nothing() -> None:
    state = after(open_kiosk(), *TO_TURN)
    late = TicketIssued(uuid4(), a_ticket())
    assert step(state, late) == (state, ())


def test_leaving_forgets_the_person_but_never_in_mid_effect() -> None:
    state = after(open_kiosk(), *TO_SERVICES)
    assert step(state, Cancel()) == (replace(state, at=Welcome()), (ForgetPerson(SESSION),))
    busy = after(open_kiosk(), *TO_TURN)
    assert step(busy, Cancel()) == (busy, ())
    assert step(busy, IdleExpired()) == (busy, ())


def test_losing_the_server_closes_an_idle_kiosk_and_lets_a_person_finish() -> None:
    assert after(open_kiosk(), ServerLost()).at == OutOfService(Obstacle.SERVER_AWAY)
    person = after(open_kiosk(), *TO_SERVICES, ServerLost())
    assert isinstance(person.at, ChooseService)
    assert after(person, Cancel()).at == OutOfService(Obstacle.SERVER_AWAY)
    assert after(person, Cancel(), SEEN).at == Welcome()


def test_a_reader_that_fails_while_waited_for_lets_the_person_go_on() -> None:
    at = after(open_kiosk(), Start(SESSION), PartChanged(Part.READER, DOWN)).at
    assert isinstance(at, ChooseService)


def test_nobody_is_sent_back_to_a_reader_that_is_down() -> None:
    state = after(open_kiosk(Part.READER), Start(SESSION))
    assert step(state, Back()) == (state, ())
