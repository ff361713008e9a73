"""Building blocks for tests of the flow: a site that is open, a person, shortcuts."""

from dataclasses import replace
from datetime import date
from functools import reduce
from uuid import UUID

from kiosk.flow.effects import Effect
from kiosk.flow.events import Event, PartChanged, ServerSeen
from kiosk.flow.facts import InForce, NotPossible, Order
from kiosk.flow.person import AttentionClass, Document, Person
from kiosk.flow.states import CannotApply, ReadyToPay, State
from kiosk.flow.step import step
from kiosk.flow.world import Part, PartState, Service, ServiceKind

SESSION = UUID("5b6f2a34-7a54-4f63-9d3d-0d3f4a2b1c10")
CERTIFICATE = Service("certificate", "Certificado", "J", ServiceKind.CERTIFICATE)
INFORMATION = Service("information", "Información", "I")
DOCUMENT = Document("01", "10117410", date(1980, 1, 1), "PRUEBA", "JUAN CARLOS")
SEEN = ServerSeen("Módulo de prueba", (CERTIFICATE, INFORMATION), True, 3770, False)
UP, DOWN = PartState(usable=True, words="online"), PartState(usable=False, words="offline")


def open_kiosk(*broken: Part) -> State:
    """A kiosk that serves, with every part working but `broken`."""
    parts = [PartChanged(part, DOWN if part in broken else UP) for part in Part]
    return after(State(), SEEN, *parts)


def after(state: State, *events: Event) -> State:
    """The state after `events`."""
    return reduce(lambda now, event: step(now, event)[0], events, state)


def effects(state: State, *events: Event) -> tuple[Effect, ...]:
    """The effects of the last of `events`."""
    return step(after(state, *events[:-1]), events[-1])[1]


ORDER = Order(UUID(int=7), "A01-00001-X", 3770, "juan@example.com")
FREE = Order(UUID(int=9), "A01-00002-V", 0, "juan@example.com")


def ready_to_pay() -> State:
    """A person whose order is registered, in front of the terminal."""
    person = Person(SESSION, AttentionClass.GENERAL, DOCUMENT)
    return replace(open_kiosk(), at=ReadyToPay(person, ORDER))


def in_force() -> State:
    """A person whose certificate can be sent again."""
    person = Person(SESSION, AttentionClass.GENERAL, DOCUMENT)
    again = InForce(CERTIFICATE, date(2027, 2, 12))
    return replace(open_kiosk(), at=CannotApply(person, NotPossible.ALREADY_VALID, again))
