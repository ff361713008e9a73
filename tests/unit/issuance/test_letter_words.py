"""What letters say: enough to know what to do, nothing of a person, nothing of a result."""

import re
from itertools import product

import pytest

from queue_server.core.mail import Mail
from queue_server.issuance.model import LetterKind, Refusal
from queue_server.issuance.services.letter import Facts, compose
from queue_server.issuance.services.mailing import GIVE_UP, LAST_PAUSE_S, pause_s
from queue_server.payments.model.vouchers import VoucherRefusal

SITE, TO, ID = "Módulo INPE", "alguien@example.com", "<carta-1@prueba.example>"
LINK = "https://turnos.example.pe/s?n="
TELLING = re.compile(r"antecedente|registra\b|hom[oó]nim|penal|delit|conden|negativ|positiv", re.I)
OFFICIAL = re.compile(r"\b(sírvase|mediante|proceder|ut supra|usted deberá)\b", re.I)
REASONS = {
    LetterKind.PAYMENT_REFUSED: tuple(VoucherRefusal),
    LetterKind.REFUSED: tuple(Refusal),
}
EVERY = [(kind, reason) for kind in LetterKind for reason in REASONS.get(kind, (None,))]


def letter(
    kind: LetterKind,
    reason: Refusal | VoucherRefusal | None,
    number: str = "A01-00042-K",
    follow: bool = True,
) -> Mail:
    link = LINK + number if follow else None
    pdf = b"%PDF-" if kind is LetterKind.CERTIFICATE else None
    return compose(kind, ID, TO, Facts(number, SITE, link, reason, pdf))


@pytest.mark.parametrize(("kind", "reason"), EVERY, ids=lambda word: str(word))
def test_every_letter_names_the_application_and_the_way_on(
    kind: LetterKind, reason: Refusal | VoucherRefusal | None
) -> None:
    mail = letter(kind, reason)
    assert (mail.to, mail.message_id) == (TO, ID)
    assert "A01-00042-K" in mail.subject
    assert "Número de solicitud: A01-00042-K" in mail.text
    assert mail.text.endswith("Instituto Nacional Penitenciario\n")
    assert (LINK + "A01-00042-K" in mail.text) == (kind is not LetterKind.CERTIFICATE)
    assert not TELLING.search(mail.subject + mail.text)
    assert not OFFICIAL.search(mail.text)
    assert max(len(line) for line in mail.text.splitlines()) <= 90


@pytest.mark.parametrize(("kind", "reason"), EVERY, ids=lambda word: str(word))
def test_the_same_letter_has_the_same_length_for_everybody(
    kind: LetterKind, reason: Refusal | VoucherRefusal | None
) -> None:
    one, other = letter(kind, reason), letter(kind, reason, "T93-31415-8")
    assert len(one.text) == len(other.text)
    assert one.text == other.text.replace("T93-31415-8", "A01-00042-K")


def test_without_a_public_address_there_is_no_dead_link() -> None:
    for kind, reason in EVERY:
        assert "http" not in letter(kind, reason, follow=False).text


def test_a_payment_is_refused_in_words_of_its_own() -> None:
    texts = [letter(LetterKind.PAYMENT_REFUSED, reason).text for reason in VoucherRefusal]
    assert len(set(texts)) == len(VoucherRefusal)
    foreign = letter(LetterKind.REFUSED, Refusal.NOT_IN_FORCE).text
    assert "Migraciones" in foreign


def test_what_people_decided_and_what_a_register_said_are_told_in_the_same_words() -> None:
    """Who was refused after a review learns no more than anybody else whom somebody must see."""
    quiet = (Refusal.NOT_ACCEPTED, Refusal.DATA_MISMATCH, Refusal.UNKNOWN_DOCUMENT)
    assert len({letter(LetterKind.REFUSED, reason).text for reason in quiet}) == 1


@pytest.mark.negative_control
def test_a_letter_that_would_say_more_is_caught() -> None:
    assert TELLING.search("Su certificado registra antecedentes.")
    assert OFFICIAL.search("Sírvase proceder")


def test_a_letter_is_tried_soon_and_then_rarely() -> None:
    pauses = [pause_s(tries, waited) for tries, waited in product((1, 20), (0, 3600, 10 * 3600))]
    assert pauses == [0.5, 360, LAST_PAUSE_S, 60, 360, LAST_PAUSE_S]
    waited, tries = 0.0, 0
    while waited < GIVE_UP.total_seconds():
        tries += 1
        waited += pause_s(tries, waited)
    assert tries < 320
