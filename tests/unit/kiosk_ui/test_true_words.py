"""What is said about money and names is so, whatever paid and however short the name."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kiosk.flow.events import ChargeUnknown
from kiosk.flow.facts import PrintState
from kiosk.flow.paying.ways import payment_id
from kiosk.flow.person import Document
from kiosk.flow.states import At, PaidButRefused, PayingByCard, PayingByCash, PayingByWallet
from kiosk.order import Means
from queue_server.issuance.model import Holder, masked_name
from tests.unit.kiosk_ui.every_state import ORDER, PERSON


def unknown(bench: Any, at: At) -> list[str]:
    """What is read after the answer about this payment was lost."""
    bench.show(at)
    bench.engine.post(ChargeUnknown(payment_id(PERSON, ORDER)))
    bench.frames(3)
    assert bench.touch.screen() == "payment_unknown"
    return bench.touch.texts()


def blames_the_terminal(texts: list[str]) -> bool:
    return any("terminal" in each.lower() for each in texts)


@pytest.mark.parametrize("at", [PayingByCash(PERSON, ORDER, 2000), PayingByWallet(PERSON, ORDER)])
def test_only_a_card_has_a_terminal_that_did_not_answer(bench: Any, at: At) -> None:
    assert not blames_the_terminal(unknown(bench, at))


@pytest.mark.negative_control
def test_of_a_card_the_terminal_is_named(bench: Any) -> None:
    assert blames_the_terminal(unknown(bench, PayingByCard(PERSON, ORDER)))


@pytest.mark.parametrize("means", [None, *Means])
def test_money_is_promised_only_by_who_has_it(bench: Any, means: Means | None) -> None:
    at = PaidButRefused(PERSON, replace(ORDER, means=means), PrintState.NOT_PRINTED)
    bench.show(at)
    promised = any("Le devolvemos" in each for each in bench.touch.texts())
    assert promised == (means is not None), "what was paid at the bank is free again, there"


@pytest.mark.parametrize("surname", ["LI", "O", "PRADO", ""])
def test_at_least_one_letter_of_a_surname_is_hidden(bench: Any, surname: str) -> None:
    from kiosk.screens.start.choose_service import masked

    document = Document("01", "10203040", date(1990, 2, 3), surname, "WEI")
    holder = Holder("WEI", surname, "", True, True)
    for told in (masked(document), masked_name(holder)):
        assert not surname or surname not in told
    if len(surname) > 2:
        assert masked(document) == masked_name(holder) == f"{surname[:2]}**** WEI"


def test_a_bar_code_and_a_print_of_a_finger_have_their_own_words_here(
    bench: Any, states: dict[str, At]
) -> None:
    for name in ("follow_document-bar_code", "follow_document-not_text"):
        bench.show(states[name])
        assert not any("o las flechas" in each for each in bench.touch.texts())
        assert any("<<<<" in each for each in bench.touch.texts())
