"""Whatever happens in whatever order, the flow keeps its promises."""

from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.flow.effects import ForgetPerson, IssueTicket, PrintTicket
from kiosk.flow.events import (
    Back,
    Cancel,
    Choose,
    DocumentProblem,
    DocumentTaken,
    Event,
    Finish,
    IdleExpired,
    PartChanged,
    ServerLost,
    SlipPrinted,
    Start,
    TicketIssued,
    TicketRefused,
)
from kiosk.flow.states import AttentionClass, PrintState, ReadProblem, State, Ticket, Welcome
from kiosk.flow.step import step
from kiosk.flow.turn import person_of
from kiosk.flow.world import Part
from tests.support.flow import DOCUMENT, DOWN, SEEN, UP

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
    st.sampled_from([Back(), Cancel(), Finish(), IdleExpired()]),
)
DEVICES = st.one_of(
    st.just(DocumentTaken(DOCUMENT)), st.builds(DocumentProblem, st.sampled_from(ReadProblem))
)


@st.composite
def answers(draw: st.DrawFn, pending: list[UUID]) -> Event:
    """An answer to a pending effect, or to one nobody asked for."""
    effect = draw(st.sampled_from(pending)) if pending else draw(SESSIONS)
    return draw(
        st.sampled_from(
            [
                TicketIssued(effect, TICKET),
                TicketRefused(effect, "no"),
                SlipPrinted(effect, PrintState.PRINTED),
                SlipPrinted(effect, PrintState.UNKNOWN),
            ]
        )
    )


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_sequence_breaks_the_flow(data: st.DataObject) -> None:
    state, pending, asked = State(), list[UUID](), dict[UUID, object]()
    for _ in range(data.draw(st.integers(1, 40))):
        event = data.draw(st.one_of(TOUCHES, DEVICES, WORLD, answers(pending)))
        before = state
        state, effects = step(state, event)
        for effect in effects:
            if isinstance(effect, IssueTicket | PrintTicket):
                # The same id always means the very same request.
                assert asked.setdefault(effect.effect_id, effect) == effect
                pending.append(effect.effect_id)
        left = person_of(before.at) is not None and person_of(state.at) is None
        forgotten = [each for each in effects if isinstance(each, ForgetPerson)]
        assert bool(forgotten) == left, "a person leaves exactly when they are forgotten"
        if isinstance(state.at, Welcome):
            assert state.world.server, "an open kiosk has a server behind it"
