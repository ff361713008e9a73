"""Information: the certificate, the law, other services, the complaint book."""

from typing import get_args

from kiosk.flow import turn
from kiosk.flow.effects import Effect
from kiosk.flow.events import Event
from kiosk.flow.follow.states import FollowedMoney, FollowedNothing, FollowedOnes
from kiosk.flow.guide.states import (
    Guide,
    GuidePage,
    GuideService,
    GuideServices,
    Guiding,
    Topic,
)
from kiosk.flow.person import AttentionClass, Person
from kiosk.flow.states import (
    At,
    CannotApply,
    ChooseService,
    GoesOn,
    OutOfService,
    State,
    TicketReady,
    Welcome,
    WithReceipt,
)
from kiosk.flow.touches import (
    Back,
    Cancel,
    Choose,
    Complain,
    Finish,
    OpenGuide,
    SeeServices,
    SeeTopic,
)
from kiosk.flow.world import Service, ServiceKind, World, offered

GUIDING: tuple[type, ...] = get_args(Guiding)
_RESULTS: tuple[type, ...] = (
    *get_args(WithReceipt),
    CannotApply,
    GoesOn,
    TicketReady,
    FollowedOnes,
    FollowedNothing,
    FollowedMoney,
)
"""Where something has come to an end, and a complaint may begin."""

Next = tuple[At, tuple[Effect, ...]]


def answers(state: State, event: Event) -> bool:
    """Whether `step` here answers to `event`, and no other journey."""
    return isinstance(event, OpenGuide | Complain) or isinstance(state.at, GUIDING)


def step(state: State, event: Event) -> Next:
    """The answer to `event` of whoever wants to know something."""
    match state.at, event:
        case Welcome() | OutOfService(), OpenGuide(session):
            return Guide(Person(session, AttentionClass.GENERAL, came_by_document=True)), ()
        case ChooseService(person), OpenGuide():
            return Guide(person), ()
        case at, Complain() if isinstance(at, _RESULTS) and not busy(at):
            person = turn.person_of(at)
            return (GuidePage(person, Topic.COMPLAINTS, at) if person else at), ()
        case Guide(person), SeeTopic(topic):
            return GuidePage(person, topic), ()
        case Guide(person), SeeServices():
            return GuideServices(person, at_a_window(state.world)), ()
        case Guide(person), Back() if person.document is not None:
            return turn.choose(state.world, person), ()
        case GuidePage() as at, _:
            return _page(at, event), ()
        case GuideServices() as at, _:
            return _services(at, event), ()
        case GuideService(person), Back():
            return GuideServices(person, at_a_window(state.world)), ()
        case at, _:
            return at, ()


def returns(at: At, event: Event) -> bool:
    """Whether leaving `at` leads back to the result it was opened from, and ends nothing."""
    return (
        isinstance(at, GuidePage) and at.before is not None and isinstance(event, Cancel | Finish)
    )


def busy(at: At) -> bool:
    """Whether something of `at` is still under way: its paper, for one."""
    return turn.is_busy(at) or getattr(at, "print_state", None) == "printing"


def at_a_window(world: World) -> tuple[Service, ...]:
    """What is given by turn."""
    return tuple(each for each in offered(world) if each.kind is ServiceKind.TURN)


def _page(at: GuidePage, event: Event) -> At:
    match event:
        case Back() | Cancel() | Finish():
            return at.before or Guide(at.person)
        case _:
            return at


def _services(at: GuideServices, event: Event) -> At:
    match event:
        case Back():
            return Guide(at.person)
        case Choose(code):
            chosen = next((each for each in at.services if each.code == code), None)
            return at if chosen is None else GuideService(at.person, chosen)
        case _:
            return at
