"""What paying screens say of leaving, of money on its way out, and of whoever paid at the bank."""

from dataclasses import replace
from typing import Any

import pytest

from kiosk.flow.facts import PrintState
from kiosk.flow.states import At, HoldsClaim, PayingByCash, ReadyToPay, State
from kiosk.flow.step import step
from kiosk.flow.touches import Cancel
from tests.unit.kiosk_ui.every_state import PERSON, WORLD
from tests.unit.kiosk_ui.every_state.facts import OWED, OWED_TWICE


def way_out(bench: Any) -> Any:
    """The control that leaves, also where it cannot be touched now."""
    from kiosk.widgets.control import controls

    (found,) = (each for each in controls(bench.app.page) if each.name == "cancel")
    return found


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("ready_to_pay", "Salir sin pagar"),
        ("ready_to_pay-asked", "Salir"),
        ("ready_to_pay-came_back", "Terminar"),
        ("paying_by_cash", "Pagar de otra forma"),
        ("paying_by_cash-most", "Cancelar y recibir mi dinero"),
        ("paying_by_wallet-shown", "Pagar de otra forma"),
    ],
)
def test_leaving_is_called_what_it_does(
    bench: Any, states: dict[str, At], name: str, label: str
) -> None:
    bench.show(states[name])
    assert way_out(bench).label == label
    led, _ = step(State(WORLD, states[name]), Cancel())
    leaves = not hasattr(led.at, "person")
    assert leaves is isinstance(states[name], ReadyToPay)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("paying_by_cash-paid", "Espere su vuelto: sale por la bandeja."),
        ("paying_by_cash-stopping", "Espere: su dinero sale por la bandeja."),
        ("paying_by_cash-returned", "Espere: su dinero sale por la bandeja."),
    ],
)
def test_while_money_comes_out_the_tray_is_drawn_and_the_reason_is_true(
    bench: Any, states: dict[str, At], name: str, reason: str
) -> None:
    bench.show(states[name])
    leaving = way_out(bench)
    assert (leaving.disabled, leaving.label, leaving.reason) == (True, "Cancelar", reason)
    assert bench.app.page.comes_out


def test_paid_to_the_cent_nothing_is_said_to_come_out(bench: Any, states: dict[str, At]) -> None:
    at = states["paying_by_cash-paid"]
    assert isinstance(at, PayingByCash)
    assert at.counted is not None
    bench.show(replace(at, counted=replace(at.counted, back_centimos=0)))
    assert not bench.app.page.comes_out
    assert not any("bandeja" in each for each in bench.touch.texts())


def moving(bench: Any) -> bool:
    from kiosk.widgets.progress_line import ProgressLine

    lines = (each for each in bench.app.page.walk() if isinstance(each, ProgressLine))
    return any(each.moving for each in lines)


def test_no_bar_moves_while_the_person_acts(bench: Any, states: dict[str, At]) -> None:
    for name in ("paying_by_card", "paying_by_cash", "paying_by_wallet-shown"):
        bench.show(states[name])
        assert not moving(bench), name
    for name in ("paying_by_cash-stopping", "paying_by_wallet", "paying_by_wallet-stopping"):
        bench.show(states[name])
        assert moving(bench), name


def panels(bench: Any) -> list[tuple[str, str, float]]:
    from kiosk.widgets.number_panel import NumberPanel

    each = (each for each in bench.app.page.walk() if isinstance(each, NumberPanel))
    return [(panel.caption, panel.number, panel.height) for panel in each]


def test_two_claims_are_equal_and_each_names_its_amount(bench: Any) -> None:
    bench.show(HoldsClaim(PERSON, OWED_TWICE, PrintState.PRINTED))
    shown = panels(bench)
    assert [number for _, number, _ in shown] == [each.code for each in OWED_TWICE.owed]
    assert all("S/ " in caption for caption, _, _ in shown)
    assert len({height for *_, height in shown}) == 1


def test_money_owed_leads_to_a_turn_and_speaks_of_a_code(bench: Any) -> None:
    bench.show(HoldsClaim(PERSON, OWED, PrintState.NOT_PRINTED))
    assert "Anote o fotografíe su código" in bench.touch.texts()
    assert {"take_turn", "complain", "finish"} <= set(bench.touch.controls())
    bench.show(HoldsClaim(PERSON, OWED, PrintState.NOT_PRINTED, wants_turn=True))
    assert "take_turn" not in bench.touch.controls()


def test_whoever_paid_at_the_bank_begins_where_nothing_was_found(
    bench: Any, states: dict[str, At]
) -> None:
    bench.show(states["followed_nothing"])
    assert "¿Ya pagó en el banco? Pida aquí su certificado." in bench.touch.texts()
    bench.touch.touch("ask_certificate")
    bench.frames(2)
    assert bench.touch.screen() == "terms"


def test_change_stands_above_the_paper(bench: Any, states: dict[str, At]) -> None:
    bench.show(states["certificate_ready-change"])
    said = bench.touch.texts()
    change, paper = "Recoja su vuelto: S/ 2.30", "Este papel no es su certificado"
    assert said.index(change) < said.index(paper)


def uneven(bench: Any) -> set[str]:
    """Buttons that are not as tall as one beside them, by name."""
    from kiosk.widgets.control import controls
    from kiosk.widgets.verb_button import VerbButton

    buttons = [each for each in controls(bench.app.page) if isinstance(each, VerbButton)]
    pairs = ((one, other) for one in buttons for other in buttons if one.parent is other.parent)
    beside = ((one, other) for one, other in pairs if one.y == other.y and one is not other)
    return {one.name for one, other in beside if round(one.height) != round(other.height)}


ROWS = ("payment_unknown-printing", "payment_waits-other_way", "holds_claim-printed")


@pytest.mark.parametrize("name", ROWS)
def test_buttons_side_by_side_are_as_tall_as_each_other(
    bench: Any, states: dict[str, At], name: str
) -> None:
    bench.show(states[name])
    assert uneven(bench) == set()


@pytest.mark.negative_control
def test_a_row_that_is_left_as_its_words_fall_is_seen(
    bench: Any, states: dict[str, At], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.widgets.verb_button._level", lambda _row: None)
    bench.show(states["payment_unknown-printing"])
    assert uneven(bench) == {"complain", "finish"}


@pytest.mark.negative_control
def test_one_name_for_every_way_out_is_seen(
    bench: Any, states: dict[str, At], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.screens.paying.paying_by_cash._way_out", lambda _at: "common.cancel")
    with pytest.raises(AssertionError):
        test_leaving_is_called_what_it_does(bench, states, "paying_by_cash", "Pagar de otra forma")
