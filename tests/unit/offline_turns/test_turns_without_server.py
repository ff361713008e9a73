"""What a kiosk offers while its server is away: turns on paper, as long as it has numbers."""

from dataclasses import replace

import pytest

from kiosk.flow.effects import Effect, IssueTicket, PrintTicket, TakeNumber
from kiosk.flow.events import (
    DocumentTaken,
    Event,
    NumbersChanged,
    PartChanged,
    ServerLost,
    SlipPrinted,
    TicketIssued,
    TicketRefused,
    TicketUnanswered,
)
from kiosk.flow.facts import NotPossible, NoTurn, PrintState, Ticket
from kiosk.flow.person import AttentionClass
from kiosk.flow.slip import SlipLine
from kiosk.flow.states import (
    CannotApply,
    ChooseService,
    OutOfService,
    State,
    TakingTurn,
    TicketReady,
    Welcome,
)
from kiosk.flow.step import step
from kiosk.flow.touches import Choose, Finish, Start, TakeTurn
from kiosk.flow.world import (
    Held,
    Obstacle,
    Part,
    certificate_obstacle,
    gives_turns,
    turn_obstacle,
)
from tests.support.flow import (
    CERTIFICATE,
    DOCUMENT,
    DOWN,
    INFORMATION,
    SEEN,
    SESSION,
    after,
    effects,
    open_kiosk,
)

NUMBERS = NumbersChanged("Módulo de prueba", (Held(INFORMATION, left=True),))
USED_UP = NumbersChanged("Módulo de prueba", (Held(INFORMATION, left=False),))
CHOSEN = (Start(SESSION), DocumentTaken(DOCUMENT), Choose("information"))


def alone(*broken: Part) -> State:
    """A kiosk with numbers whose server is away."""
    return after(open_kiosk(*broken), NUMBERS, ServerLost())


def the_effect(state: State, *events: Event) -> Effect:
    (effect,) = effects(state, *events)
    return effect


def on_paper(taken: Effect) -> TicketIssued:
    """The answer to `taken`."""
    assert isinstance(taken, TakeNumber)
    slip = (SlipLine("number", "I-007"),)
    ticket = Ticket(
        str(taken.effect_id), "I-007", "Información", taken.attention_class, 0, None, slip, True
    )
    return TicketIssued(taken.effect_id, ticket)


def test_without_server_a_number_of_the_kiosk_is_taken_and_printed() -> None:
    taken = the_effect(alone(), *CHOSEN)
    assert isinstance(taken, TakeNumber)
    assert (taken.service, taken.document, taken.asked_as) == (INFORMATION, DOCUMENT, None)
    printing = the_effect(alone(), *CHOSEN, on_paper(taken))
    assert isinstance(printing, PrintTicket)
    at = after(
        alone(), *CHOSEN, on_paper(taken), SlipPrinted(printing.effect_id, PrintState.PRINTED)
    ).at
    assert isinstance(at, TicketReady)
    assert at.print_state is PrintState.PRINTED


def test_preferential_people_get_a_preferential_number() -> None:
    taken = the_effect(alone(), Start(SESSION, preferential=True), *CHOSEN[1:])
    assert isinstance(taken, TakeNumber)
    assert taken.attention_class is AttentionClass.PREFERENTIAL


def test_no_certificate_is_offered_and_one_under_way_ends_in_a_turn() -> None:
    state = after(alone(), *CHOSEN[:2])
    assert certificate_obstacle(state.world) is Obstacle.SERVER_AWAY
    at = after(state, Choose("certificate")).at
    assert isinstance(at, CannotApply)
    assert at.reason is NotPossible.SERVER_AWAY
    taken = the_effect(state, Choose("certificate"), TakeTurn())
    assert isinstance(taken, TakeNumber)


@pytest.mark.parametrize(
    ("events", "why"),
    [
        ((ServerLost(),), Obstacle.SERVER_AWAY),
        ((USED_UP, ServerLost()), Obstacle.NUMBERS_USED_UP),
        ((NUMBERS, PartChanged(Part.PRINTER, DOWN), ServerLost()), Obstacle.NO_PAPER_FOR_NUMBERS),
    ],
)
def test_a_kiosk_that_can_give_no_number_says_why(events: tuple[Event, ...], why: Obstacle) -> None:
    state = after(open_kiosk(), *events)
    assert state.at == OutOfService(why)
    assert not gives_turns(state.world)
    assert after(state, SEEN).at == Welcome()


def test_a_kiosk_the_server_turns_away_gives_out_nothing() -> None:
    """Its credential was revoked: nobody would ever hear of its numbers."""
    turned_away = after(open_kiosk(), NUMBERS, ServerLost(turned_away=True))
    assert turned_away.at == OutOfService(Obstacle.SERVER_AWAY)
    assert after(turned_away, ServerLost()).at == turned_away.at
    assert after(turned_away, SEEN).at == Welcome()


def test_a_kiosk_started_without_server_offers_what_it_holds_numbers_of() -> None:
    parts = [PartChanged(part, open_kiosk().world.part(part)) for part in Part]
    begun = after(State(), *parts, NUMBERS)
    assert begun.at == OutOfService(Obstacle.SERVER_AWAY), "nobody has asked the server yet"
    state = after(begun, ServerLost())
    assert state.at == Welcome()
    assert state.world.site == "Módulo de prueba"
    at = after(state, *CHOSEN[:2]).at
    assert isinstance(at, ChooseService)
    assert at.services == (INFORMATION,)


def test_only_services_with_numbers_are_given() -> None:
    other = replace(INFORMATION, code="conduct", series="C")
    seen = replace(SEEN, services=(CERTIFICATE, INFORMATION, other))
    state = after(open_kiosk(), seen, NUMBERS, ServerLost(), *CHOSEN[:2])
    assert turn_obstacle(state.world, other) is Obstacle.SERVER_AWAY
    at, sent = step(state, Choose("conduct"))
    assert isinstance(at.at, ChooseService)
    assert sent == ()


# --- no answer --------------------------------------------------------------------------------
def unanswered(state: State) -> tuple[IssueTicket, TicketUnanswered]:
    asked = the_effect(state, *CHOSEN)
    assert isinstance(asked, IssueTicket)
    return asked, TicketUnanswered(asked.effect_id)


def test_a_server_that_does_not_answer_is_replaced_by_a_number_that_names_the_request() -> None:
    state = after(open_kiosk(), NUMBERS)
    asked, silence = unanswered(state)
    taken = the_effect(state, *CHOSEN, silence)
    assert isinstance(taken, TakeNumber)
    assert taken.asked_as == asked.effect_id
    at = after(state, *CHOSEN, silence).at
    assert isinstance(at, TakingTurn)
    assert isinstance(after(state, *CHOSEN, silence, on_paper(taken)).at, TicketReady)


@pytest.mark.parametrize("numbers", [USED_UP, NumbersChanged("", ())])
def test_without_a_number_the_same_request_may_be_asked_again(numbers: NumbersChanged) -> None:
    state = after(open_kiosk(), numbers)
    asked, silence = unanswered(state)
    at = after(state, *CHOSEN, silence).at
    assert isinstance(at, ChooseService)
    assert at.no_turn is NoTurn.AWAY
    assert the_effect(state, *CHOSEN, silence, Choose("information")) == asked


def test_numbers_that_ran_out_meanwhile_are_refused_in_words() -> None:
    taken = the_effect(alone(), *CHOSEN)
    assert isinstance(taken, TakeNumber)
    at = after(alone(), *CHOSEN, TicketRefused(taken.effect_id, why=NoTurn.NO_NUMBERS)).at
    assert isinstance(at, ChooseService)
    assert at.no_turn is NoTurn.NO_NUMBERS


# --- no paper ---------------------------------------------------------------------------------
def test_a_number_without_paper_counts_for_nothing_and_the_next_try_is_another_number() -> None:
    state = alone()
    taken = the_effect(state, *CHOSEN)
    printing = the_effect(state, *CHOSEN, on_paper(taken))
    assert isinstance(printing, PrintTicket)
    failed = SlipPrinted(printing.effect_id, PrintState.NOT_PRINTED)
    told = after(state, *CHOSEN, on_paper(taken), failed)
    assert isinstance(told.at, ChooseService)
    assert told.at.no_paper
    again = the_effect(told, Choose("information"))
    assert isinstance(again, TakeNumber)
    assert isinstance(taken, TakeNumber)
    assert again.effect_id != taken.effect_id


def test_a_printer_that_failed_before_the_paper_was_sent_prints_nothing() -> None:
    taken = the_effect(alone(), *CHOSEN)
    down = PartChanged(Part.PRINTER, DOWN)
    state, sent = step(after(alone(), *CHOSEN, down), on_paper(taken))
    assert isinstance(state.at, ChooseService)
    assert state.at.no_paper
    assert sent == ()
    assert after(state, Finish()).at == OutOfService(Obstacle.NO_PAPER_FOR_NUMBERS)


def test_a_paper_nobody_knows_of_is_worth_a_turn() -> None:
    taken = the_effect(alone(), *CHOSEN)
    printing = the_effect(alone(), *CHOSEN, on_paper(taken))
    assert isinstance(printing, PrintTicket)
    unknown = SlipPrinted(printing.effect_id, PrintState.UNKNOWN)
    at = after(alone(), *CHOSEN, on_paper(taken), unknown).at
    assert isinstance(at, TicketReady)
    assert at.print_state is PrintState.UNKNOWN


def test_the_server_comes_back_and_is_asked_again() -> None:
    back = after(alone(), SEEN)
    assert isinstance(the_effect(back, *CHOSEN), IssueTicket)
    assert certificate_obstacle(back.world) is None
