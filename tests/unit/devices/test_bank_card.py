"""A payment card's stripe is told from a document, and nothing of it is kept."""

from datetime import date

import pytest

from devices.documents import bank_card
from devices.documents.bank_card import is_bank_card
from devices.documents.mrz import Refusal
from devices.kinds.document_reader import DocumentRead, ReadFailed, zone_read
from devices.simulated_reader import BANK_CARD_SAMPLE, SAMPLE

TODAY = date(2026, 11, 22)
TRACK_1, TRACK_2 = BANK_CARD_SAMPLE


@pytest.mark.parametrize("text", [TRACK_1, TRACK_2, f"{TRACK_1}{TRACK_2}", f"x\r{TRACK_2}\r"])
def test_a_stripe_is_a_bank_card_and_no_digit_of_it_is_passed_on(text: str) -> None:
    said = zone_read(text, TODAY)
    assert said == ReadFailed(Refusal.BANK_CARD)
    assert "9999" not in repr(said)


@pytest.mark.parametrize(
    "text",
    [
        "\r".join(SAMPLE),
        TRACK_2.replace("0006=", "0007="),  # its last digit does not agree
        ";12345=1?",
        "9999990000000006",
        "",
    ],
)
def test_what_is_no_stripe_is_no_bank_card(text: str) -> None:
    assert not is_bank_card(text)


def test_a_document_is_still_read() -> None:
    assert isinstance(zone_read("\r".join(SAMPLE), TODAY), DocumentRead)


@pytest.mark.negative_control
def test_taking_any_digits_for_a_card_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken variant looks at no check digit."""
    monkeypatch.setattr(bank_card, "_luhn", lambda _number: True)
    assert is_bank_card(TRACK_2.replace("0006=", "0007="))
