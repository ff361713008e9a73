"""Whatever happens in whatever order, the flow keeps its promises."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from kiosk.flow.effects import ChargeCard, ForgetPerson
from kiosk.flow.events import (
    Accept,
    ApplicantChecked,
    ApplicantRefused,
    ApplicationSettled,
    Back,
    Cancel,
    CardCharged,
    CardNotCharged,
    CardUnknown,
    Choose,
    Confirm,
    DocumentProblem,
    DocumentTaken,
    Event,
    Finish,
    GaveEmail,
    IdleExpired,
    OrderRegistered,
    Outcome,
    PartChanged,
    Pay,
    ServerLost,
    SlipPrinted,
    Start,
    TakeTurn,
    TicketIssued,
    TicketRefused,
)
from kiosk.flow.states import (
    At,
    AttentionClass,
    NotPaid,
    NotPossible,
    Offer,
    PayingByCard,
    PaymentUnknown,
    PrintState,
    ReadProblem,
    State,
    Ticket,
    Welcome,
)
from kiosk.flow.step import Step, step
from kiosk.flow.turn import person_of
from kiosk.flow.world import Part
from tests.support.flow import DOCUMENT, DOWN, ORDER, SEEN, UP, ready_to_pay

TICKET = Ticket("t", "I-001", "Información", AttentionClass.GENERAL, 0, "Módulo", "2026-01-01")
SESSIONS = st.uuids(version=4)
WORLD = st.one_of(
    st.just(SEEN),
    st.just(ServerLost()),
    st.builds(PartChanged, st.sampled_from(Part), st.sampled_from([UP, DOWN])),
)
TOUCHES = st.one_of(
    st.builds(Start, SESSIONS, st.booleans()),
    st.builds(Choose, st.sampled_from(["information", "certificate", "nothing"])),
    st.sampled_from([Back(), Cancel(), Finish(), IdleExpired(), TakeTurn()]),
    st.sampled_from([Accept(), Confirm(), GaveEmail("juan@example.com"), GaveEmail("x"), Pay()]),
)
DEVICES = st.one_of(
    st.just(DocumentTaken(DOCUMENT)), st.builds(DocumentProblem, st.sampled_from(ReadProblem))
)


def order_of(at: At) -> UUID:
    """The application a person stands with; only called where there is one."""
    assert isinstance(at, PayingByCard)
    return at.order.application


@st.composite
def answers(draw: st.DrawFn, pending: list[UUID]) -> Event:
    """An answer to a pending effect, or to one nobody asked for."""
    effect = draw(st.sampled_from(pending[-2:])) if pending else draw(SESSIONS)
    return draw(
        st.sampled_from(
            [
                TicketIssued(effect, TICKET),
                TicketRefused(effect, "no"),
                SlipPrinted(effect, PrintState.PRINTED),
                SlipPrinted(effect, PrintState.UNKNOWN),
                ApplicantChecked(effect, Offer("PR**** JUAN", 3770)),
                ApplicantRefused(effect, NotPossible.UNDER_AGE),
                OrderRegistered(effect, ORDER),
                CardCharged(effect),
                CardNotCharged(effect, NotPaid.DECLINED),
                CardUnknown(effect),
                ApplicationSettled(effect, Outcome.ISSUED),
                ApplicationSettled(effect, Outcome.UNDER_REVIEW),
            ]
        )
    )


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_sequence_breaks_the_flow(data: st.DataObject) -> None:
    walk(step, data)


@pytest.mark.negative_control
def test_a_flow_that_charges_again_while_in_doubt_is_caught() -> None:
    def broken(state: State, event: Event) -> Step:
        if isinstance(state.at, PaymentUnknown) and isinstance(event, Pay):
            return state, (ChargeCard(uuid4(), state.at.person.session, state.at.order),)
        return step(state, event)

    @settings(max_examples=2000, deadline=None, database=None, phases=(Phase.generate,))
    @given(st.data())
    def attempt(data: st.DataObject) -> None:
        walk(broken, data)

    with pytest.raises(AssertionError, match="charged while in doubt"):
        attempt()


def walk(step: Callable[[State, Event], Step], data: st.DataObject) -> None:
    """A random sequence of events, with the promises checked after each."""
    state = data.draw(st.sampled_from([State(), ready_to_pay()]))
    pending, asked = list[UUID](), dict[UUID, object]()
    doubtful = set[UUID]()
    for _ in range(data.draw(st.integers(1, 60))):
        event = data.draw(st.one_of(TOUCHES, DEVICES, WORLD, answers(pending)))
        before = state
        state, effects = step(state, event)
        for effect in effects:
            if not isinstance(effect, ForgetPerson):
                # The same id always means the very same request.
                assert asked.setdefault(effect.effect_id, effect) == effect
                pending.append(effect.effect_id)
            if isinstance(effect, ChargeCard):
                assert effect.order.application not in doubtful, "charged while in doubt"
                assert state.world.usable(Part.TERMINAL)
        if isinstance(event, CardUnknown | CardCharged) and state.at is not before.at:
            doubtful.add(order_of(before.at))
        left = person_of(before.at) is not None and person_of(state.at) is None
        forgotten = [each for each in effects if isinstance(each, ForgetPerson)]
        assert bool(forgotten) == left, "a person leaves exactly when they are forgotten"
        if isinstance(state.at, Welcome):
            assert state.world.server, "an open kiosk has a server behind it"
