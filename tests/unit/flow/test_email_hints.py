"""What is said of a typed address: one clear thing that is wrong, or one question."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.flow.certificate import email_hints
from kiosk.flow.certificate.email_hints import KNOWN, REAL, distance, meant, problem_of
from kiosk.flow.effects import RegisterOrder
from kiosk.flow.events import ApplicantChecked, DocumentTaken
from kiosk.flow.facts import Doubt, EmailProblem, Offer
from kiosk.flow.states import ConfirmName, GiveEmail, Registering, State, WithoutEmail
from kiosk.flow.step import step
from kiosk.flow.touches import (
    Accept,
    Back,
    Choose,
    Confirm,
    GaveEmail,
    HasNoEmail,
    Start,
)
from kiosk.order import is_email
from tests.support.flow import DOCUMENT, SESSION, after, open_kiosk

SLIPS = {
    "gmial.com": "gmail.com",
    "gmai.com": "gmail.com",
    "gmail.con": "gmail.com",
    "gmail.com.pe": "gmail.com",
    "hotmial.com": "hotmail.com",
    "hotmai.con": "hotmail.com",
    "outlok.com": "outlook.com",
    "outlook.cm": "outlook.com",
    "yaho.es": "yahoo.es",
}
OWN = [
    *KNOWN,
    *sorted(REAL),
    "example.com",
    "unmsm.edu.pe",
    "pucp.pe",
    "inpe.gob.pe",
    "hotmail.fr",
    "outlook.com.br",
    "yahoo.com.pe",
    "live.cl",
    "line.com",
    "gmx.de",
    "proton.me",
]
PROBLEMS = {
    "": EmailProblem.NO_AT,
    "ana": EmailProblem.NO_AT,
    "ana@": EmailProblem.NO_DOMAIN,
    "@gmail.com": EmailProblem.INCOMPLETE,
    "ana@gmail": EmailProblem.INCOMPLETE,
    "ana@@gmail.com": EmailProblem.TWO_ATS,
    "ana maria@gmail.com": EmailProblem.SPACES,
    "peña@gmail.com": EmailProblem.SIGNS,
    "ana😀@gmail.com": EmailProblem.SIGNS,
    "a" * 250 + "@gmail.com": EmailProblem.TOO_LONG,
    "a" * 65 + "@gmail.com": EmailProblem.TOO_LONG,
}


@pytest.mark.parametrize(("domain", "known"), SLIPS.items())
def test_a_slip_of_the_finger_is_asked_about(domain: str, known: str) -> None:
    assert meant(f"Ana@{domain}") == f"Ana@{known}"


@pytest.mark.parametrize("domain", OWN)
def test_a_domain_that_exists_is_no_slip(domain: str) -> None:
    assert meant(f"ana@{domain}") is None


@pytest.mark.negative_control
def test_a_rule_that_only_counts_letters_would_doubt_real_addresses() -> None:
    """The broken variant knows nothing of REAL domains; the test above catches it."""
    alarmed = [each for each in REAL if min(distance(each, known) for known in KNOWN) <= 1]
    assert {"mail.com", "ymail.com"} <= set(alarmed)


@pytest.mark.parametrize(("typed", "problem"), PROBLEMS.items())
def test_each_mistake_has_its_own_name(typed: str, problem: EmailProblem) -> None:
    assert problem_of(typed) is problem


@given(st.text(max_size=300))
def test_whatever_is_typed_a_mail_server_takes_what_is_not_refused(typed: str) -> None:
    assert (problem_of(typed) is None) == is_email(typed)
    suggestion = meant(typed)
    assert suggestion is None or suggestion.rpartition("@")[2] in email_hints.KNOWN


def asking(*, public: bool = False) -> State:
    check = (Start(SESSION), DocumentTaken(DOCUMENT), Choose("certificate"), Accept())
    asked = after(open_kiosk(), *check)
    checked = step(after(open_kiosk(), *check[:-1]), Accept())[1][0]
    effect: UUID = checked.effect_id  # pyright: ignore[reportAttributeAccessIssue]
    return after(asked, ApplicantChecked(effect, Offer("PR**** JUAN", 3770)), Confirm())


def test_a_doubtful_address_is_asked_about_once_and_then_taken() -> None:
    doubted, sent = step(asking(), GaveEmail("ana@gmial.com"))
    assert isinstance(doubted.at, GiveEmail)
    assert (doubted.at.doubt, sent) == (Doubt("ana@gmial.com", "ana@gmail.com"), ())
    for answer in ("ana@gmail.com", "ana@gmial.com"):
        given_, (register,) = step(doubted, GaveEmail(answer))
        assert isinstance(given_.at, Registering)
        assert isinstance(register, RegisterOrder)
        assert register.email == answer


def test_who_has_no_address_is_told_how_and_needs_none() -> None:
    told, sent = step(asking(), HasNoEmail())
    assert isinstance(told.at, WithoutEmail)
    assert sent == ()
    back = after(told, Back())
    assert isinstance(back.at, GiveEmail)
    assert isinstance(after(back, Back()).at, ConfirmName)
    registering, (register,) = step(told, GaveEmail(None))
    assert isinstance(registering.at, Registering)
    assert isinstance(register, RegisterOrder)
    assert register.email is None
