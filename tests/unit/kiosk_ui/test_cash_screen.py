"""What a person reads while they pay in notes and coins: amounts, pieces, and what goes back."""

from dataclasses import replace
from typing import Any

import pytest

from kiosk.flow.states import At, PayingByCash


def test_what_is_missing_and_every_piece_that_was_taken_can_be_read(
    bench: Any, states: dict[str, At]
) -> None:
    bench.show(states["paying_by_cash"])
    assert not any("Recibimos" in each for each in bench.touch.texts()), "nothing was taken yet"
    at = states["paying_by_cash-most"]
    assert isinstance(at, PayingByCash)
    bench.show(replace(at, inserted_centimos=2550, pieces=(20, 2000, 500, 20, 10)))
    said = bench.touch.texts()
    assert {"Falta", "S/ 12.20", "Ya puso S/ 25.50"} <= set(said)
    assert "Recibimos 1 de S/ 20, 1 de S/ 5, 2 de S/ 0.20, 1 de S/ 0.10." in said


def change_said(bench: Any, at: At) -> set[str]:
    """Which of the words about change a person reads."""
    bench.show(at)
    return {"Pago completo", "Su vuelto", "S/ 2.30"} & set(bench.touch.texts())


def test_change_is_spoken_of_once_it_was_decided(bench: Any, states: dict[str, At]) -> None:
    at = states["paying_by_cash-paid"]
    assert isinstance(at, PayingByCash)
    assert change_said(bench, replace(at, counted=None)) == set(), "enough inside is not paid yet"
    assert change_said(bench, at) == {"Pago completo", "Su vuelto", "S/ 2.30"}
    assert "cancel" not in bench.touch.controls()


@pytest.mark.negative_control
def test_change_that_is_claimed_too_early_would_be_seen(
    bench: Any, states: dict[str, At], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broken variant takes enough money for a paid fee."""
    from kiosk.screens.paying.paying_by_cash import PayingByCashScreen

    at = states["paying_by_cash-paid"]
    assert isinstance(at, PayingByCash)
    hasty = ("Pago completo", "Su vuelto")
    monkeypatch.setattr(PayingByCashScreen, "_stage", lambda _page, _at: hasty)
    assert change_said(bench, replace(at, counted=None)) == set(hasty)


def test_what_was_not_enough_is_said_to_go_back(bench: Any, states: dict[str, At]) -> None:
    bench.show(states["paying_by_cash-returned"])
    assert {"Le devolvemos", "S/ 20.10"} <= set(bench.touch.texts())


@pytest.mark.parametrize("name", ["working-change", "certificate_ready-change", "in_review-change"])
def test_who_has_change_in_the_tray_is_told_until_they_go(
    bench: Any, states: dict[str, At], name: str
) -> None:
    bench.show(states[name])
    assert "Recoja su vuelto: S/ 2.30" in bench.touch.texts()
    bench.show(states["certificate_ready-printed"])
    assert not any("vuelto" in each for each in bench.touch.texts())
