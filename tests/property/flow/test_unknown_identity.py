"""Whatever happens in whatever order, nothing is sold to somebody the centre did not confirm."""

from collections.abc import Callable
from datetime import date
from unittest.mock import patch
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.flow.certificate import applying as certificate
from kiosk.flow.effects import (
    ChargeCard,
    CheckApplicant,
    Effect,
    PresentVoucher,
    RegisterOrder,
    ShowWalletCode,
    TakeCash,
    effect_id,
)
from kiosk.flow.events import (
    ApplicantChecked,
    ApplicantRefused,
    DocumentTaken,
    Event,
    NumberTaken,
    OrderRegistered,
    PartChanged,
)
from kiosk.flow.facts import NotPossible, Offer, Order
from kiosk.flow.person import Document
from kiosk.flow.states import State
from kiosk.flow.step import step
from kiosk.flow.touches import (
    Accept,
    Back,
    Cancel,
    Choose,
    ChoseDocument,
    Confirm,
    GaveEmail,
    GoOn,
    NotMe,
    Pay,
    Start,
    TryAgain,
    TypedText,
    TypeInstead,
    UseVoucher,
)
from kiosk.flow.turn import person_of
from kiosk.flow.world import Part
from kiosk.order import Means
from tests.support.flow import DOCUMENT, DOWN, SESSION, UP, after, open_kiosk

ROSA = Document("01", "10117428", date(1975, 6, 30), "PRUEBA", "ROSA")
OFFER = Offer("PR**** JUAN", 3770)
PAYS = ChargeCard | TakeCash | ShowWalletCode | PresentVoucher
TYPES = [
    TypeInstead(),
    ChoseDocument("01"),
    ChoseDocument("04"),
    *map(TypedText, ("10117410", "2", "01011980", "10052022", "10117428", "5", "900117451")),
]
ON = [Accept(), Confirm(), GaveEmail("ana@example.com"), Choose("certificate"), UseVoucher()]
TOUCHES = st.one_of(
    st.builds(Start, st.uuids(version=4)),
    st.sampled_from(TYPES),
    st.sampled_from(ON),
    st.sampled_from([Back(), Cancel(), TryAgain(), NotMe(), GoOn()]),
    st.builds(Pay, st.sampled_from(Means)),
)
READER = st.one_of(
    st.builds(DocumentTaken, st.sampled_from([DOCUMENT, ROSA]), st.uuids(version=4)),
    st.just(NumberTaken("01", "10117428", "5")),
    st.builds(PartChanged, st.just(Part.READER), st.sampled_from([UP, DOWN])),
)


class Watch:
    """Knows which documents the centre confirmed, and for which of them something was sold."""

    def __init__(self) -> None:
        self.asked: dict[UUID, CheckApplicant] = {}
        self.registered: dict[UUID, RegisterOrder] = {}
        self.confirmed: set[tuple[UUID, str, str]] = set()

    def hear(self, event: Event) -> None:
        """The centre says who somebody is: of the document it was asked about, and no other."""
        if isinstance(event, ApplicantChecked) and event.effect_id in self.asked:
            asked = self.asked[event.effect_id]
            who = asked.document
            self.confirmed.add((asked.session, who.type, who.number))

    def check(self, state: State, effects: tuple[Effect, ...]) -> None:
        """Raises AssertionError when something is sold to somebody unknown."""
        for effect in effects:
            if isinstance(effect, CheckApplicant):
                self.asked.setdefault(effect.effect_id, effect)
            if isinstance(effect, RegisterOrder):
                who = effect.document
                known = (effect.session, who.type, who.number) in self.confirmed
                assert known, "registered for a document nobody confirmed"
                self.registered[effect.application] = effect
            if isinstance(effect, PAYS):
                order = self.registered.get(effect.order.application)
                person = person_of(state.at)
                assert order is not None, "money for what was never registered"
                assert person is not None, "money of nobody"
                assert person.document == order.document, "paid for somebody else"


def answers(watch: Watch) -> st.SearchStrategy[Event]:
    """The centre and the server, about something that was asked, sooner or later."""
    checks = [
        answer
        for asked in watch.asked
        for answer in (
            ApplicantChecked(asked, OFFER),
            ApplicantRefused(asked, NotPossible.DATA_MISMATCH),
            ApplicantRefused(asked, NotPossible.UNKNOWN_DOCUMENT),
        )
    ]
    orders = [
        OrderRegistered(each.effect_id, Order(each.application, "A01-00001-X", 3770, each.email))
        for each in watch.registered.values()
    ]
    return st.sampled_from([*checks, *orders, ApplicantChecked(SESSION, OFFER)])


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_nothing_is_sold_to_somebody_the_centre_did_not_confirm(data: st.DataObject) -> None:
    state, watch = open_kiosk(), Watch()
    for _ in range(data.draw(st.integers(5, 50))):
        event = data.draw(st.one_of(TOUCHES, READER, answers(watch), answers(watch)))
        watch.hear(event)
        state, effects = step(state, event)
        watch.check(state, effects)


WHOLE = (TypedText("10117410"), TypedText("2"), TypedText("01011980"), TypedText("10052022"))
OTHER = (TypedText("10117428"), TypedText("5"), TypedText("30061975"), TypedText("02092021"))


def sell_on_a_late_answer() -> None:
    """Two documents are typed; the answer about the first one comes after the second was asked."""
    state, watch = open_kiosk(), Watch()
    typed = [Start(SESSION), TypeInstead(), ChoseDocument("01"), *WHOLE]
    events: list[Event | Callable[[], Event]] = [
        *typed,
        Choose("certificate"),
        Accept(),
        lambda: ApplicantRefused(next(iter(watch.asked)), NotPossible.DATA_MISMATCH),
        TryAgain(),
        *OTHER,
        Accept(),
        lambda: ApplicantChecked(next(iter(watch.asked)), OFFER),
        Confirm(),
        GaveEmail("ana@example.com"),
    ]
    for each in events:
        event = each() if callable(each) else each
        watch.hear(event)
        state, effects = step(state, event)
        watch.check(state, effects)


def test_a_late_answer_about_one_document_sells_nothing_to_another() -> None:
    sell_on_a_late_answer()


@pytest.mark.negative_control
def test_one_id_for_every_check_of_a_visit_is_caught() -> None:
    """The broken variant asks about each document under the id of the visit's first one."""
    same_id = patch.object(
        certificate, "_check_id", lambda person: effect_id(person.visit, "check")
    )
    with same_id, pytest.raises(AssertionError, match="a document nobody confirmed"):
        sell_on_a_late_answer()


def test_an_ordinary_sale_is_seen_as_one() -> None:
    """Without it the watch above could be blind."""
    state, watch = open_kiosk(), Watch()
    for each in (Start(SESSION), DocumentTaken(DOCUMENT), Choose("certificate"), Accept()):
        state, effects = step(state, each)
        watch.check(state, effects)
    (asked,) = watch.asked
    for event in (ApplicantChecked(asked, OFFER), Confirm(), GaveEmail("ana@example.com")):
        watch.hear(event)
        state, effects = step(state, event)
        watch.check(state, effects)
    (order,) = watch.registered.values()
    registered = Order(order.application, "A01-00001-X", 3770, order.email)
    state = after(state, OrderRegistered(order.effect_id, registered))
    _, effects = step(state, Pay())
    watch.check(step(state, Pay())[0], effects)
    assert any(isinstance(each, PAYS) for each in effects)
