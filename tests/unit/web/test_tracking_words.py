"""The tracking page in words: every state has its own, none says anything of the result."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product

import pytest

from queue_server.issuance.model import ApplicationState, Refusal
from queue_server.issuance.services.tracking import Tracked
from queue_server.payments.model.standing import PaymentStanding
from queue_server.web import tracking_words
from queue_server.web.tracking_words import Story, story

UNTIL = datetime(2026, 11, 29, 10, 0, tzinfo=UTC)
RESULT = re.compile(r"registra\b|antecedente|delito|condena|observad", re.IGNORECASE)
EMAILS = ("none", "waiting", "sent", "failed", "withdrawn")


def tracked(
    state: ApplicationState,
    email: str = "none",
    *,
    refusal: Refusal | None = None,
    payment: PaymentStanding = PaymentStanding.NONE,
    kept: bool = True,
) -> Tracked:
    masked = None if email == "none" else "b***@e***"
    until = UNTIL if kept and state is ApplicationState.ISSUED else None
    return Tracked("PRUEBA", "A01-00042-K", state, refusal, payment, masked, email, until)


def told(of: Tracked) -> str:
    said = story(of, of.kept_until)
    assert said.title
    assert said.meaning
    assert said.steps
    return " ".join((said.title, said.meaning, *said.steps))


def everything() -> Iterator[Tracked]:
    """Every standing an application can have."""
    for state, email in product(ApplicationState, EMAILS):
        if state is ApplicationState.REFUSED:
            for refusal in Refusal:
                yield tracked(state, email, refusal=refusal)
            continue
        for payment in PaymentStanding:
            yield tracked(state, email, payment=payment)
        yield tracked(state, email, kept=False)


def check_nothing_of_the_result() -> None:
    for each in everything():
        assert not RESULT.search(told(each)), each


def test_every_standing_has_words_and_none_says_anything_of_the_result() -> None:
    check_nothing_of_the_result()


@pytest.mark.negative_control
def test_words_that_tell_the_result_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(*_: object) -> Story:
        return Story(tracking_words.Mood.READY, "Listo", "No registra antecedentes.", ("Pase.",))

    monkeypatch.setattr(tracking_words, "_issued", careless)
    with pytest.raises(AssertionError):
        check_nothing_of_the_result()


def test_each_refusal_has_its_own_words_and_a_way_on() -> None:
    stories = [story(tracked(ApplicationState.REFUSED, refusal=each), None) for each in Refusal]
    assert len({each.title for each in stories}) == len(Refusal)
    assert len({each.meaning for each in stories}) == len(Refusal)
    for each in stories:
        assert re.search(r"ventanilla|quiosco", " ".join(each.steps))


@pytest.mark.parametrize("standing", [PaymentStanding.CHECKING, PaymentStanding.NOT_VISIBLE])
def test_a_payment_that_does_not_show_yet_is_never_called_invalid(
    standing: PaymentStanding,
) -> None:
    words = told(tracked(ApplicationState.REGISTERED, "waiting", payment=standing))
    assert "Su pago aún no figura" in words
    assert "No pague otra vez" in words
    assert not re.search(r"inválid|no vale|rechaz", words, re.IGNORECASE)


def test_a_letter_that_bounced_says_how_to_correct_the_address() -> None:
    for state in (
        ApplicationState.ACCEPTED,
        ApplicationState.UNDER_REVIEW,
        ApplicationState.ISSUED,
    ):
        assert re.search(r"[Cc]orríjalo|Corrija su correo", told(tracked(state, "failed")))


def test_a_deleted_file_is_said_to_be_free_to_have_again() -> None:
    assert "no se cobra" in told(tracked(ApplicationState.ISSUED, "sent", kept=False))
