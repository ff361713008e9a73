"""Servers that come and go, numbers that run out, printers that fail: in whatever order."""

from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.flow.effects import Effect, ForgetPerson, IssueTicket, TakeNumber
from kiosk.flow.events import (
    DocumentTaken,
    Event,
    IdleExpired,
    NumbersChanged,
    PartChanged,
    ServerLost,
    SlipPrinted,
    TicketIssued,
    TicketRefused,
    TicketUnanswered,
)
from kiosk.flow.facts import PrintState, Ticket
from kiosk.flow.person import AttentionClass
from kiosk.flow.slip import SlipLine
from kiosk.flow.states import State, TicketReady, Welcome
from kiosk.flow.step import is_busy, step
from kiosk.flow.touches import Back, Cancel, Choose, Finish, Start, TakeTurn
from kiosk.flow.world import Held, Part, World, gives_turns, number_obstacle
from tests.support.flow import DOCUMENT, DOWN, INFORMATION, SEEN, UP, after, open_kiosk

SLIP = (SlipLine("number", "I-001"),)
ONLINE = Ticket("t", "I-901", "Información", AttentionClass.GENERAL, 0, None, SLIP)
ON_PAPER = Ticket("t", "I-001", "Información", AttentionClass.GENERAL, 0, None, SLIP, True)
NUMBERS = [
    NumbersChanged("Prueba", held)
    for held in ((), (Held(INFORMATION, left=True),), (Held(INFORMATION, left=False),))
]
EVENTS = st.one_of(
    st.sampled_from([SEEN, ServerLost(), *NUMBERS]),
    st.builds(PartChanged, st.just(Part.PRINTER), st.sampled_from([UP, DOWN])),
    st.builds(Start, st.uuids(version=4), st.booleans()),
    st.builds(Choose, st.sampled_from(["information", "certificate"])),
    st.sampled_from([Back(), Cancel(), Finish(), IdleExpired(), TakeTurn()]),
    st.just(DocumentTaken(DOCUMENT)),
)


@st.composite
def answers(draw: st.DrawFn, effect: Effect) -> Event:
    """An answer to `effect` that its performer could give."""
    if isinstance(effect, ForgetPerson):
        return draw(EVENTS)
    key = effect.effect_id  # type: ignore[union-attr]
    refused = TicketRefused(key, "no")
    match effect:
        case IssueTicket():
            issued = TicketIssued(key, ONLINE)
            return draw(st.sampled_from([issued, refused, TicketUnanswered(key)]))
        case TakeNumber():
            return draw(st.sampled_from([TicketIssued(key, ON_PAPER), refused]))
        case _:
            results = (PrintState.PRINTED, PrintState.NOT_PRINTED, PrintState.UNKNOWN)
            return SlipPrinted(key, draw(st.sampled_from(results)))


class Promises:
    """What must hold after each event."""

    def __init__(self) -> None:
        self._asked: dict[UUID, Effect] = {}

    def check(self, world: World, state: State, effects: tuple[Effect, ...]) -> None:
        """Raises AssertionError for a broken promise; `world` is the one the step was made in."""
        if isinstance(state.at, Welcome):
            assert gives_turns(state.world), "open, and nothing to give"
        for effect in effects:
            if isinstance(effect, TakeNumber):
                assert number_obstacle(world, effect.service) is None, "no number, or no paper"
            if isinstance(effect, IssueTicket | TakeNumber):
                assert self._asked.setdefault(effect.effect_id, effect) == effect
        if isinstance(state.at, TicketReady) and state.at.ticket.by_voice:
            assert state.at.print_state is not PrintState.NOT_PRINTED, "a number without its paper"


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_no_sequence_gives_a_number_that_cannot_be_held(data: st.DataObject) -> None:
    state, promises, open_effects = open_kiosk(), Promises(), list[Effect]()
    for _ in range(data.draw(st.integers(1, 40))):
        answered = open_effects and data.draw(st.booleans())
        event = data.draw(answers(open_effects.pop()) if answered else EVENTS)
        state, effects = step(state, event)
        promises.check(state.world, state, effects)
        open_effects += effects
        assert not is_busy(state.at) or open_effects, "waits for what nobody does"


@pytest.mark.negative_control
def test_a_kiosk_that_gives_numbers_without_paper_is_caught() -> None:
    """The broken variant does not look at its printer."""
    state = after(open_kiosk(), NUMBERS[1], ServerLost(), Start(UUID(int=7)))
    state = after(state, DocumentTaken(DOCUMENT))
    _, effects = step(state, Choose("information"))
    without_paper = after(state, PartChanged(Part.PRINTER, DOWN))
    with pytest.raises(AssertionError, match="no number, or no paper"):
        Promises().check(without_paper.world, without_paper, effects)
    Promises().check(state.world, state, effects)
