"""Following and information, step by step, without any screen, device or server."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from kiosk.flow import turn
from kiosk.flow.effects import FollowApplications, ForgetPerson, IssueTicket
from kiosk.flow.events import (
    ApplicationsFollowed,
    DocumentProblem,
    DocumentTaken,
    FollowRefused,
    IdleExpired,
    NumberTaken,
    PartChanged,
    ServerLost,
)
from kiosk.flow.facts import (
    NoTurn,
    Order,
    Owed,
    PrintState,
    ReadProblem,
)
from kiosk.flow.follow import following
from kiosk.flow.follow.states import (
    FollowDocument,
    Followed,
    FollowedNothing,
    FollowedOnes,
    FollowEnding,
    Following,
    FollowKind,
    FollowMenu,
    FollowNumber,
    NotFollowed,
    Story,
)
from kiosk.flow.follow.story import story_of
from kiosk.flow.guide import pages as guide
from kiosk.flow.guide.complaint_book import book
from kiosk.flow.guide.states import Guide, GuidePage, GuideService, GuideServices, Topic
from kiosk.flow.identity.states import OfferPreference
from kiosk.flow.person import (
    AttentionClass,
    Document,
    Person,
)
from kiosk.flow.states import (
    ChooseService,
    HoldsClaim,
    State,
    TakingTurn,
    Welcome,
)
from kiosk.flow.step import is_busy, step
from kiosk.flow.touches import (
    AlreadyApplied,
    Back,
    Cancel,
    Choose,
    ChoseDocument,
    Complain,
    Finish,
    GaveNumber,
    NextOne,
    OpenGuide,
    Prefer,
    SeeApplication,
    SeeServices,
    SeeTopic,
    TakeTurn,
)
from kiosk.flow.world import (
    Part,
    Service,
)
from tests.support.flow import DOCUMENT, DOWN, SESSION, after, open_kiosk

ASKING = (AlreadyApplied(SESSION), SeeApplication())
ONES = (Followed("A01-00042-K", Story.IN_REVIEW), Followed("A01-00040-5", Story.SENT, "a***@b***"))


def asked(
    state: State, event: object = DocumentTaken(DOCUMENT)
) -> tuple[State, FollowApplications]:
    following, (effect,) = step(state, event)  # pyright: ignore[reportArgumentType]
    assert isinstance(effect, FollowApplications)
    return following, effect


def test_a_document_is_one_question_and_its_answers_are_shown_one_at_a_time() -> None:
    following, effect = asked(after(open_kiosk(), *ASKING))
    assert (effect.document, effect.number) == (DOCUMENT, "")
    assert is_busy(following.at)
    assert step(following, Cancel()) == (following, ())
    found = after(following, ApplicationsFollowed(effect.effect_id, ONES))
    assert isinstance(found.at, FollowedOnes)
    assert found.at.one.story is Story.IN_REVIEW
    second = after(found, NextOne())
    assert isinstance(second.at, FollowedOnes)
    assert second.at.one.story is Story.SENT
    assert after(second, NextOne()) == found
    assert step(found, Finish())[1] == (ForgetPerson(SESSION),)


def test_without_a_reader_the_number_is_typed_and_every_try_is_a_question_of_its_own() -> None:
    typing = after(open_kiosk(Part.READER), *ASKING)
    assert isinstance(typing.at, FollowNumber)
    ending = after(typing, GaveNumber("a0100042k"))
    assert isinstance(ending.at, FollowEnding)
    short = after(ending, GaveNumber("041"))
    assert isinstance(short.at, FollowEnding)
    assert short.at.short
    first, effect = asked(ending, GaveNumber("0410"))
    refused = after(first, FollowRefused(effect.effect_id, NotFollowed.NOT_FOUND))
    assert isinstance(refused.at, FollowNumber)
    assert refused.at.problem is NotFollowed.NOT_FOUND
    _, again = asked(after(refused, GaveNumber("a0100042k")), GaveNumber("0410"))
    assert again.effect_id != effect.effect_id


def test_a_reader_that_fails_leaves_the_person_at_the_keyboard() -> None:
    waiting = after(open_kiosk(), *ASKING)
    assert isinstance(after(waiting, PartChanged(Part.READER, DOWN)).at, FollowNumber)


def test_without_a_server_nothing_is_followed_and_a_late_answer_changes_nothing() -> None:
    away = after(open_kiosk(), ServerLost())
    assert step(away, AlreadyApplied(SESSION)) == (away, ())
    menu = after(open_kiosk(), AlreadyApplied(SESSION))
    assert isinstance(menu.at, FollowMenu)
    assert step(menu, FollowRefused(UUID(int=1), NotFollowed.AWAY)) == (menu, ())


def test_an_answer_with_nothing_in_it_is_no_dead_end() -> None:
    following, effect = asked(after(open_kiosk(), *ASKING))
    told = after(following, ApplicationsFollowed(effect.effect_id, ()))
    assert isinstance(told.at, FollowedNothing)


@pytest.mark.negative_control
def test_one_id_for_every_question_would_take_an_old_answer_for_a_new_one() -> None:
    """The broken variant does not count questions; the test of two tries catches it."""
    following, effect = asked(after(open_kiosk(), *ASKING))
    assert isinstance(following.at, Following)
    careless = replace(following.at.person, lookups=0)
    _, again = asked(
        replace(following, at=FollowEnding(careless, "A01-00042-K")), GaveNumber("0410")
    )
    assert again.effect_id == effect.effect_id


STORIES = [
    ("registered", "none", "none", False, Story.NOT_PAID),
    ("registered", "not_visible", "none", False, Story.CONFIRMING),
    ("registered", "wallet_waiting", "none", False, Story.CONFIRMING),
    ("registered", "payment_used", "none", False, Story.PAYMENT_REFUSED),
    ("registered", "wallet_to_refund", "none", False, Story.MONEY_BACK),
    ("accepted", "card", "none", False, Story.WORKING),
    ("under_review", "card", "none", False, Story.IN_REVIEW),
    ("issued", "card", "sent", True, Story.SENT),
    ("issued", "card", "waiting", True, Story.SENDING),
    ("issued", "card", "failed", True, Story.NOT_DELIVERED),
    ("issued", "card", "none", True, Story.TO_COLLECT),
    ("issued", "card", "sent", False, Story.KEPT_NO_MORE),
    ("issued", "card", "failed", False, Story.NOT_KEPT),
    ("issued", "card", "waiting", False, Story.NOT_KEPT),
    ("issued", "card", "none", False, Story.NOT_KEPT),
    ("refused", "card", "none", False, Story.REFUSED),
    ("a_word_of_tomorrow", "card", "none", False, Story.WORKING),
]


@pytest.mark.parametrize(("state", "payment", "email", "kept", "story"), STORIES)
def test_every_standing_has_its_story(
    state: str, payment: str, email: str, kept: bool, story: Story
) -> None:
    assert story_of(state, payment, email, kept=kept) is story


def test_information_leads_to_a_turn() -> None:
    listed = after(open_kiosk(), OpenGuide(SESSION), SeeServices())
    assert isinstance(listed.at, GuideServices)
    assert [each.code for each in listed.at.services] == ["information"]
    one = after(listed, Choose("information"))
    assert isinstance(one.at, GuideService)
    offered = after(one, TakeTurn())
    assert isinstance(offered.at, OfferPreference), "nobody asked on the first screen"
    taking, (issue,) = step(offered, Prefer(yes=False))
    assert isinstance(taking.at, TakingTurn)
    assert isinstance(issue, IssueTicket)


def test_a_page_goes_back_to_the_list_and_leaving_ends_the_session() -> None:
    page = after(open_kiosk(), OpenGuide(SESSION), SeeTopic(Topic.PREFERENTIAL))
    assert isinstance(after(page, Back()).at, Guide)
    left, effects = step(page, Cancel())
    assert (left.at, effects) == (Welcome(), (ForgetPerson(SESSION),))


def result(print_state: PrintState) -> State:
    person = Person(SESSION, AttentionClass.GENERAL, DOCUMENT)
    order = Order(UUID(int=7), "A01-00001-X", 3770, None, owed=(Owed("C-7KQ2-M9XT-9", 2010),))
    return replace(open_kiosk(), at=HoldsClaim(person, order, print_state))


def test_the_complaint_book_is_opened_from_a_result_and_gives_it_back() -> None:
    done = result(PrintState.PRINTED)
    page = after(done, Complain())
    assert isinstance(page.at, GuidePage)
    for leaving in (Back(), Finish(), Cancel()):
        assert step(page, leaving) == (done, ())
    assert step(page, IdleExpired())[1] == (ForgetPerson(SESSION),)
    printing = result(PrintState.PRINTING)
    assert step(printing, Complain()) == (printing, ()), "its slip would be missed"
    assert guide.busy(printing.at)


@pytest.mark.parametrize(
    ("words", "link"),
    [
        ("", None),
        ("Libro de Reclamaciones en el mostrador 3.", None),
        ("En el mostrador y en www.example.pe/reclamos.", "https://www.example.pe/reclamos"),
        ("https://reclamos.example.pe/inpe?id=4", "https://reclamos.example.pe/inpe?id=4"),
        ("http://example.pe", None),
    ],
)
def test_only_an_address_in_the_sites_words_becomes_a_code(words: str, link: str | None) -> None:
    assert book(words).link == link


TYPED = replace(DOCUMENT, surname="", given_names="", typed=True, check="2")
UNSAID = Document("", "001234567", date(1980, 1, 1), "PRUEBA", "JUAN")


def in_front_of_the_reader(document: Document | None) -> State:
    person = Person(SESSION, AttentionClass.GENERAL, document)
    return after(replace(open_kiosk(), at=FollowMenu(person)), SeeApplication())


@pytest.mark.parametrize("document", [TYPED, replace(TYPED, number="10117411")])
def test_the_card_is_answered_for_whoever_typed_before(document: Document) -> None:
    waiting = in_front_of_the_reader(document)
    assert isinstance(waiting.at, FollowDocument)
    following, effects = step(waiting, DocumentTaken(DOCUMENT))
    assert isinstance(following.at, Following)
    forgotten, ask = effects
    assert forgotten == ForgetPerson(SESSION), "what was typed is another session"
    assert isinstance(ask, FollowApplications)
    assert ask.document == DOCUMENT


def check_the_kind_is_asked(state: State) -> None:
    """Raises AssertionError when the server is asked about a document of no kind."""
    asking, effects = step(state, DocumentTaken(UNSAID))
    assert effects == ()
    assert isinstance(asking.at, FollowKind)
    _, ask = asked(asking, ChoseDocument("04"))
    assert ask.document == replace(UNSAID, type="04")
    assert isinstance(after(asking, ChoseDocument("")).at, FollowNumber)
    assert after(asking, Back()) == state


def test_a_card_that_does_not_say_its_kind_is_asked_about() -> None:
    check_the_kind_is_asked(in_front_of_the_reader(None))


@pytest.mark.negative_control
def test_asking_with_whatever_was_read_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken variant asks at once."""
    monkeypatch.setattr(
        following, "_shown", lambda person, read: following._ask(replace(person, document=read))
    )
    with pytest.raises(AssertionError):
        check_the_kind_is_asked(in_front_of_the_reader(None))


def test_a_bar_code_is_answered_and_then_the_document_taken() -> None:
    scanned, effects = step(in_front_of_the_reader(None), NumberTaken("01", "10117410", "2"))
    assert isinstance(scanned.at, FollowDocument)
    assert (scanned.at.scanned, effects) == (True, ())
    other = after(scanned, DocumentProblem(ReadProblem.UNREADABLE))
    assert isinstance(other.at, FollowDocument)
    assert not other.at.scanned
    assert isinstance(after(scanned, DocumentTaken(DOCUMENT)).at, Following)


def test_who_asked_too_often_is_told_so() -> None:
    person = Person(SESSION, AttentionClass.GENERAL, None, lookups=following.MOST_LOOKUPS)
    state, effects = step(replace(open_kiosk(), at=FollowDocument(person)), DocumentTaken(DOCUMENT))
    assert isinstance(state.at, FollowNumber)
    assert (state.at.problem, effects) == (NotFollowed.TOO_MANY_TRIES, ())


def turn_for_help(*codes: str) -> tuple[State, tuple[object, ...]]:
    """A turn from a result with trouble, at a site with these queues."""
    services = tuple(Service(code, code, code[0].upper()) for code in codes)
    kiosk = open_kiosk()
    world = replace(kiosk.world, services=services)
    person = Person(SESSION, AttentionClass.GENERAL, DOCUMENT, declined=True)
    at = FollowedOnes(person, ONES)
    return step(replace(kiosk, world=world, at=at), TakeTurn())


@pytest.mark.parametrize(
    ("codes", "queue"),
    [
        (("conduct", "review", "information"), "review"),
        (("conduct", "information"), "information"),
    ],
)
def test_a_turn_for_help_is_where_somebody_helps(codes: tuple[str, ...], queue: str) -> None:
    _, (issue,) = turn_for_help(*codes)
    assert isinstance(issue, IssueTicket)
    assert issue.service.code == queue


def test_where_nobody_helps_in_a_line_staff_are_asked_for() -> None:
    state, effects = turn_for_help("conduct", "release")
    assert isinstance(state.at, ChooseService)
    assert (state.at.no_turn, effects) == (NoTurn.ASK_STAFF, ())


@pytest.mark.negative_control
def test_a_number_of_any_line_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken variant helps wherever there is a line."""
    monkeypatch.setattr(turn, "HELPING", ("review", "information", "conduct"))
    with pytest.raises(AssertionError):
        test_where_nobody_helps_in_a_line_staff_are_asked_for()
