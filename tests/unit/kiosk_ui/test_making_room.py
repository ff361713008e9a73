"""Where words need the room, what matters least goes, and only as much as has to."""

from typing import Any

import pytest

from kiosk.comfort import Comfort
from kiosk.flow.facts import PrintState
from kiosk.flow.states import CertificateReady, HoldsClaim, InReview
from kiosk.theme import MM_PER_PX_22, MM_PER_PX_27
from tests.unit.kiosk_ui.every_state import LINK, NO_EMAIL, ORDER, OWED, PERSON, STATES

PRINTED = PrintState.PRINTED
LARGE = Comfort(large=True)
MATTERS = {
    "not the certificate": (
        CertificateReady(PERSON, ORDER, LINK, PRINTED),
        "Este papel no es su certificado",
    ),
    "how to get it on the phone": (
        CertificateReady(PERSON, ORDER, LINK, PRINTED),
        "Abra la cámara y apunte a este código.",
    ),
    "who prints it": (
        CertificateReady(PERSON, NO_EMAIL, LINK, PRINTED),
        "¿En papel? Pídalo al personal.",
    ),
    "paid, under review": (
        InReview(PERSON, ORDER, PRINTED),
        "Su pago está hecho. Puede irse: no sabemos cuánto tarda.",
    ),
    "what is owed": (HoldsClaim(PERSON, OWED, PRINTED), "No pudimos devolverle S/ 20.10 aquí."),
}


def seen(bench: Any) -> str:
    """What stands on the page and can be seen, with plain spaces."""
    from kiosk.widgets.control import shown

    texts = [getattr(each, "text", "") for each in shown(bench.app.page)]
    return " ".join(" ".join(text.split()) for text in texts if text)


@pytest.mark.parametrize("what", MATTERS)
def test_large_words_keep_the_sentence_that_matters(bench: Any, what: str) -> None:
    at, sentence = MATTERS[what]
    bench.wear(LARGE, MM_PER_PX_27)
    bench.show(at)
    assert sentence in seen(bench)
    assert bench.faults() == []


def test_second_sentences_go_where_the_panel_is_small_and_come_back(bench: Any) -> None:
    at = InReview(PERSON, ORDER, PRINTED)
    second = "Está en la ranura de abajo."
    bench.wear(LARGE, MM_PER_PX_22)
    bench.show(at)
    assert second not in seen(bench)
    assert bench.faults() == []
    bench.wear(Comfort(), MM_PER_PX_22)
    bench.show(at)
    assert second in seen(bench)


@pytest.mark.negative_control
def test_without_making_room_the_page_runs_over(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kiosk.widgets.making_room import MakesRoom

    def _make_room(_column: MakesRoom, _dt: float) -> None:
        """Hides nothing."""

    monkeypatch.setattr(MakesRoom, "_make_room", _make_room)
    bench.wear(LARGE, MM_PER_PX_22)
    bench.show(InReview(PERSON, ORDER, PRINTED))
    assert any(fault.startswith("overfull") for fault in bench.faults())


def distance(bench: Any, comfort: Comfort) -> float:
    """Pixels between the parts of a screen full of words, on a small panel."""
    from kiosk.widgets.making_room import MakesRoom

    bench.wear(comfort, MM_PER_PX_22)
    bench.show(STATES["give_email-incomplete"])
    return next(each for each in bench.app.page.walk() if isinstance(each, MakesRoom)).spacing


CROWDED = Comfort(large=True, speaking=True)


def test_what_cannot_give_way_draws_closer(bench: Any) -> None:
    assert distance(bench, CROWDED) < distance(bench, Comfort())
    distance(bench, CROWDED)
    assert bench.faults() == []


@pytest.mark.negative_control
def test_a_column_that_keeps_its_distances_runs_over(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.widgets.making_room.CLOSEST", 1)
    distance(bench, CROWDED)
    assert bench.faults() != []
