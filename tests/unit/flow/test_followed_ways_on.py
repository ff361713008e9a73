"""What a followed application advises can be done from there: send it again, ask for one."""

from dataclasses import replace

import pytest

from kiosk.flow.effects import FollowApplications, SendAgain
from kiosk.flow.events import NothingToSend
from kiosk.flow.facts import NotPossible
from kiosk.flow.follow import following
from kiosk.flow.follow.states import Followed, FollowedNothing, FollowedOnes, Story
from kiosk.flow.person import AttentionClass, Document, Person
from kiosk.flow.states import (
    At,
    CannotApply,
    GiveEmailAgain,
    ReadDocument,
    SendingAgain,
    State,
    Terms,
    WithoutEmail,
)
from kiosk.flow.step import step
from kiosk.flow.touches import (
    AskForCertificate,
    Back,
    GaveEmail,
    HasNoEmail,
    SendMeAgain,
    TryAgain,
)
from kiosk.flow.world import Part
from tests.support.flow import DOCUMENT, SEEN, SESSION, after, open_kiosk

TYPED = replace(DOCUMENT, typed=True, check="2")
ANEW = (Story.NOT_PAID, Story.PAYMENT_REFUSED, Story.KEPT_NO_MORE, Story.NOT_KEPT)


def told(story: Story, document: Document | None = DOCUMENT) -> State:
    person = Person(SESSION, AttentionClass.GENERAL, document)
    at = FollowedOnes(person, (Followed("A01-00042-K", story, "a****@example.com"),))
    return replace(open_kiosk(), at=at)


def stays(state: State, touch: object) -> bool:
    return step(state, touch) == (state, ())  # pyright: ignore[reportArgumentType]


def test_what_was_sent_is_sent_again_to_an_address_typed_now() -> None:
    keyboard = after(told(Story.SENT), SendMeAgain())
    assert isinstance(keyboard.at, GiveEmailAgain)
    assert after(keyboard, Back()) == told(Story.SENT)
    sending, (send,) = step(keyboard, GaveEmail("juan@example.com"))
    assert isinstance(sending.at, SendingAgain)
    assert isinstance(send, SendAgain)
    assert (send.document, send.email) == (DOCUMENT, "juan@example.com")


def test_where_nothing_is_in_force_any_more_the_terms_come_before_anything_is_sold() -> None:
    sending, (send,) = step(after(told(Story.SENT), SendMeAgain()), GaveEmail("juan@example.com"))
    assert isinstance(send, SendAgain)
    state, effects = step(sending, NothingToSend(send.effect_id))
    assert isinstance(state.at, Terms)
    assert effects == ()


def test_without_an_address_it_can_be_had_too() -> None:
    public = after(told(Story.SENT), replace(SEEN, public_address=True))
    assert isinstance(after(public, SendMeAgain(), HasNoEmail()).at, WithoutEmail)


@pytest.mark.parametrize("story", list(Story))
def test_each_way_is_there_exactly_where_it_leads_on(story: Story) -> None:
    assert stays(told(story), SendMeAgain()) is (story is not Story.SENT)
    assert stays(told(story), AskForCertificate()) is (story not in ANEW)


@pytest.mark.parametrize("document", [None, TYPED])
def test_nothing_is_sent_or_begun_for_whoever_showed_no_document(
    document: Document | None,
) -> None:
    assert stays(told(Story.SENT, document), SendMeAgain())
    assert stays(told(Story.KEPT_NO_MORE, document), AskForCertificate())


@pytest.mark.negative_control
def test_a_way_for_whoever_only_typed_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken variant takes every document for one that was read."""
    monkeypatch.setattr(following, "_is_proven", lambda document: document is not None)
    assert not stays(told(Story.SENT, TYPED), SendMeAgain())


def test_while_the_centre_is_away_nothing_is_offered() -> None:
    for story, touch in ((Story.SENT, SendMeAgain()), (Story.NOT_KEPT, AskForCertificate())):
        away = after(told(story), replace(SEEN, backend=False))
        assert stays(away, touch)


def test_asking_for_one_begins_with_the_terms_also_where_nothing_was_found() -> None:
    nothing: At = FollowedNothing(Person(SESSION, AttentionClass.GENERAL, DOCUMENT))
    for state in (told(Story.NOT_KEPT), replace(open_kiosk(), at=nothing)):
        begun, effects = step(state, AskForCertificate())
        assert isinstance(begun.at, Terms)
        assert not any(isinstance(each, FollowApplications) for each in effects)


UNSEEN = CannotApply(
    Person(SESSION, AttentionClass.GENERAL, replace(DOCUMENT, typed=True)),
    NotPossible.ALREADY_VALID,
)


def test_whoever_has_to_show_the_document_gets_to_the_reader() -> None:
    state, _ = step(replace(open_kiosk(), at=UNSEEN), TryAgain())
    assert isinstance(state.at, ReadDocument)
    assert state.at.person.document is None
    assert state.at.then is not None
    assert stays(replace(open_kiosk(Part.READER), at=UNSEEN), TryAgain()), "there is no reader"
