"""Every screen that names a service names it in the person's language."""

import tomllib
from typing import Any

import pytest

from kiosk.flow.facts import PrintState, Ticket
from kiosk.flow.guide.states import GuideService, GuideServices
from kiosk.flow.person import AttentionClass
from kiosk.flow.service_words import explained_in, name_in, needs_in
from kiosk.flow.states import At, CheckingApplicant, ChooseService, TakingTurn, TicketReady
from kiosk.flow.world import ServiceKind
from kiosk.texts import catalogue
from kiosk.texts.leftovers import left_over
from kiosk.theme import MM_PER_PX_22, Theme
from tests.unit.kiosk_ui.every_state.facts import PERSON, SITE, service

TIGHTEST = Theme(MM_PER_PX_22).with_large_text(True)
FOREIGN = [each for each in catalogue.languages() if each != catalogue.FIRST_LANGUAGE]

SERVICES = tuple(service(row) for row in tomllib.loads(SITE.read_text("utf-8"))["services"])
AT_WINDOWS = tuple(each for each in SERVICES if each.kind is ServiceKind.TURN)
INFORMATION = next(each for each in SERVICES if each.code == "information")
TICKET = Ticket("t-9", "I-001", INFORMATION.name, AttentionClass.GENERAL, 2)
SCREENS: dict[str, At] = {
    "choose_service": ChooseService(PERSON, SERVICES),
    "taking_turn": TakingTurn(PERSON, INFORMATION),
    "checking_applicant": CheckingApplicant(PERSON, INFORMATION),
    "ticket_ready": TicketReady(PERSON, TICKET, PrintState.PRINTED),
    "guide_services": GuideServices(PERSON, (INFORMATION, *AT_WINDOWS[:-1])),
    "guide_service": GuideService(PERSON, INFORMATION),
}


def said(bench: Any) -> str:
    """Every word on the screen."""
    labels = [getattr(each, "text", "") for each in bench.app.page.walk()]
    return "\n".join(each for each in labels if isinstance(each, str))


def show(bench: Any, at: At, language: str) -> None:
    bench.app.loc.speak(catalogue.load(language))
    bench.put_world(services=SERVICES)
    bench.show(at)


@pytest.mark.parametrize(
    "language",
    ["es", "qu", *(pytest.param(code, marks=pytest.mark.thorough) for code in ("en", "ay"))],
)
@pytest.mark.parametrize("screen", SCREENS)
def test_it_is_named_in_the_language_of_the_screen_and_fits(
    bench: Any, screen: str, language: str
) -> None:
    bench.app.theme = TIGHTEST
    show(bench, SCREENS[screen], language)
    if screen != "choose_service":  # on the largest letters not every card is on the first page
        assert name_in(language, INFORMATION) in said(bench).replace("\n", " ")
    if screen == "guide_service":
        assert needs_in(language, INFORMATION) in said(bench)
    assert bench.faults() == []


def test_the_cards_change_with_the_language(bench: Any) -> None:
    for language in ("qu", "en", "es"):
        show(bench, SCREENS["choose_service"], language)
        assert bench.named("service:review").label == name_in(language, SERVICES[1])
        bench.app.loc.speak(catalogue.load("es"))


def test_every_window_of_the_example_site_is_explained_in_every_language() -> None:
    for each in AT_WINDOWS:
        for language in FOREIGN:
            assert needs_in(language, each) not in ("", each.needs)
            for text in (name_in(language, each), needs_in(language, each)):
                if text != each.name:
                    assert list(left_over(language, text)) == []


def test_a_name_that_stays_spanish_is_explained_in_one_sentence(bench: Any) -> None:
    conduct = next(each for each in SERVICES if each.code == "conduct")
    assert explained_in("qu", INFORMATION) == explained_in("es", conduct) == ""
    sentence = explained_in("qu", conduct)
    assert sentence
    assert needs_in("qu", conduct).startswith(sentence)
    show(bench, SCREENS["choose_service"], "qu")
    assert sentence in bench.touch.texts()


@pytest.mark.negative_control
def test_a_screen_that_says_the_spanish_name_is_caught(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    careless = "kiosk.screens.guide.guide_services.name_in"
    monkeypatch.setattr(careless, lambda _language, service: service.name)
    show(bench, SCREENS["guide_services"], "qu")
    with pytest.raises(AssertionError):
        assert name_in("qu", INFORMATION) in said(bench)
