"""The one entry of the flow: `step(state, event) -> (state, effects)`. Never waits."""

from dataclasses import replace
from typing import get_args

from kiosk.flow import help, turn
from kiosk.flow.certificate import again
from kiosk.flow.certificate import applying as certificate
from kiosk.flow.certificate.receipt import owed_before_leaving
from kiosk.flow.effects import Effect, ForgetPerson
from kiosk.flow.events import (
    Event,
    HelpHeard,
    IdleExpired,
    JournalChanged,
    NotCharged,
    NumbersChanged,
    PairingChanged,
    PartChanged,
    ServerLost,
    ServerSeen,
)
from kiosk.flow.follow import correction
from kiosk.flow.follow import following as follow
from kiosk.flow.guide import pages as guide
from kiosk.flow.guide.states import GuidePage
from kiosk.flow.identity import proving as identity
from kiosk.flow.identity.states import FinishFirst
from kiosk.flow.paying import ways as paying
from kiosk.flow.staff import menu as staff
from kiosk.flow.staff.events import ClosureChanged
from kiosk.flow.states import (
    Again,
    At,
    Certificate,
    Correction,
    HoldsClaim,
    NotPaired,
    OutOfService,
    PayingByCash,
    PayingByWallet,
    State,
    Welcome,
)
from kiosk.flow.touches import CallHelp, Cancel, CorrectEmail, Finish, TakeTurn
from kiosk.flow.world import World, closed_because

Step = tuple[State, tuple[Effect, ...]]
AGAIN: tuple[type, ...] = get_args(Again)
CERTIFICATE: tuple[type, ...] = get_args(Certificate)
CORRECTION: tuple[type, ...] = get_args(Correction)
NOBODY_IS_HERE = (Welcome, OutOfService, NotPaired)
"""Where the kiosk stands while it waits for a person."""


def step(state: State, event: Event) -> Step:
    """The next state and what has to be done for it.

    An event that means nothing here (a late answer, a second touch) changes nothing.
    """
    match event:
        case PartChanged() | JournalChanged() | ServerSeen() | ServerLost() | NumbersChanged():
            return _settle(replace(state, world=_observe(state.world, event)))
        case PairingChanged(pairing):
            return _settle(replace(state, world=replace(state.world, pairing=pairing)))
        case ClosureChanged(closure):
            return _settle(replace(state, world=replace(state.world, closure=closure)))
        case CallHelp() | HelpHeard():
            return help.step(state, event)
        case Cancel() | Finish() | IdleExpired() if isinstance(state.at, FinishFirst):
            return step(replace(state, at=state.at.before), event)
        case Cancel() | Finish() | IdleExpired() if isinstance(
            state.at, PayingByCash | PayingByWallet
        ):
            at, effects = certificate.step(state, event)
            return replace(state, at=at), effects
        case NotCharged() if paying.nobody_is_left(state.at):
            at, _ = certificate.step(state, event)
            return (state, ()) if at == state.at else _leave(replace(state, at=at))
        case Cancel() | Finish() if guide.returns(state.at, event):
            at, effects = guide.step(state, event)
            return replace(state, at=at), effects
        case IdleExpired() if isinstance(state.at, GuidePage) and state.at.before is not None:
            return step(replace(state, at=state.at.before), event)
        case Cancel() | Finish() | IdleExpired() | TakeTurn() if not is_busy(state.at) and (
            told := owed_before_leaving(state.at, event)
        ):
            return replace(state, at=told), ()
        case Finish() if isinstance(state.at, HoldsClaim) and state.at.wants_turn:
            return step(state, TakeTurn())
        case Cancel() | Finish() | IdleExpired() if isinstance(state.at, staff.STAFF):
            return (state, ()) if is_busy(state.at) else _settle(replace(state, at=Welcome()))
        case Cancel() | Finish() | IdleExpired():
            return _leave(state)
        case _:
            at, effects = _journey(state, event)
            begun = turn.person_of(state.at) is None and turn.person_of(at) is not None
            standing = help.for_newcomer(state.help) if begun else state.help
            return replace(state, at=at, help=standing), effects


def is_busy(at: At) -> bool:
    """True while leaving would tear an effect in two: a ticket, a payment, a slip under way."""
    journeys = (turn, certificate, again, correction, follow, staff)
    return any(journey.is_busy(at) for journey in journeys)


def _journey(state: State, event: Event) -> tuple[At, tuple[Effect, ...]]:
    """What the journey the person is on answers to `event`."""
    if staff.answers(state, event):
        return staff.step(state, event)
    if isinstance(event, TakeTurn):
        return turn.step(state, event)
    if follow.answers(state, event):
        return follow.step(state, event)
    if guide.answers(state, event):
        return guide.step(state, event)
    if identity.answers(state, event):
        return identity.step(state, event)
    if isinstance(event, CorrectEmail) or isinstance(state.at, CORRECTION):
        return correction.step(state, event)
    if isinstance(state.at, AGAIN):
        return again.step(state, event)
    if isinstance(state.at, CERTIFICATE):
        return certificate.step(state, event)
    return turn.step(state, event)


Observed = PartChanged | JournalChanged | ServerSeen | ServerLost | NumbersChanged


def _observe(world: World, event: Observed) -> World:
    match event:
        case PartChanged(part, part_state):
            return replace(world, parts=tuple({**dict(world.parts), part: part_state}.items()))
        case JournalChanged(usable):
            return replace(world, journal=usable)
        case ServerLost(turned_away):
            # What it said of the centre and of wallets holds no longer.
            lost = replace(world, server=False, asked=True, backend=False, wallet=False)
            return replace(lost, turned_away=turned_away or world.turned_away)
        case NumbersChanged(site, numbers):
            return replace(world, site=world.site or site, numbers=numbers)
        case ServerSeen():
            return replace(
                world,
                server=True,
                asked=True,
                turned_away=False,
                site=event.site,
                services=event.services,
                backend=event.backend,
                fee_centimos=event.fee_centimos,
                public_address=event.public_address,
                wallet=event.wallet,
                complaints=event.complaints,
                today=event.today or world.today,
            )


def _settle(state: State) -> Step:
    """Open or close the kiosk when the world changed; a person in mid-journey is not thrown out."""
    reason, pairing = closed_because(state.world), state.world.pairing
    match state.at:
        case at if isinstance(at, NOBODY_IS_HERE) and pairing is not None:
            return replace(state, at=NotPaired(pairing)), ()
        case NotPaired():
            return _settle(replace(state, at=Welcome()))
        case Welcome() | OutOfService() if reason is not None:
            return replace(state, at=OutOfService(reason)), ()
        case OutOfService():
            return replace(state, at=Welcome()), ()
        case at:
            return replace(
                state, at=follow.carry_on(state.world, turn.carry_on(state.world, at))
            ), ()


def _leave(state: State) -> Step:
    """End the session, unless something irreversible is under way."""
    person = turn.person_of(state.at)
    if person is None or is_busy(state.at):
        return state, ()
    ended, _ = _settle(replace(state, at=Welcome(), help=help.after_session(state.help)))
    return ended, (ForgetPerson(person.session),)
