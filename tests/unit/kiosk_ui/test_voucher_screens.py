"""Who paid at the bank: only figures to type, the paper as it is, and a way on where it fails."""

from dataclasses import replace
from typing import Any

import pytest

from kiosk.flow.facts import VoucherProblem
from kiosk.flow.states import At, GiveSequence
from kiosk.flow.touches import Back, CallHelp, GaveSequence, TypedDay
from kiosk.theme import MM_PER_PX_27, Theme

DEAD_ENDS = ("used", "of_another", "too_little", "tries", "not_accepted")
ELSE = {"other_way", "call_staff"}


def keys(bench: Any) -> set[str]:
    return {each for each in bench.touch.controls() if each.startswith("key:")}


@pytest.mark.parametrize("name", ["give_sequence", "type_day"])
def test_a_number_and_a_day_are_typed_on_figures_alone(
    bench: Any, states: dict[str, At], name: str
) -> None:
    bench.show(states[name])
    assert keys(bench) == {f"key:{each}" for each in (*"0123456789", "backspace")}


def test_a_day_is_shown_as_people_write_it_and_given_as_it_was_typed(
    bench: Any, states: dict[str, At]
) -> None:
    bench.show(states["type_day"])
    bench.touch.type_keys("05112026")
    bench.frames()
    assert "05/11/2026" in bench.touch.texts()
    bench.touch.touch("continue")
    assert bench.engine.posted[-1] == TypedDay("05112026")


@pytest.mark.parametrize("problem", DEAD_ENDS)
def test_a_payment_that_will_never_pay_has_other_ways_on(
    bench: Any, states: dict[str, At], problem: str
) -> None:
    bench.show(states[f"give_sequence-{problem}"])
    assert set(bench.touch.controls()) >= ELSE
    assert "continue" not in bench.touch.controls()
    bench.touch.touch("call_staff")
    assert bench.engine.posted[-1] == CallHelp()
    bench.frames()
    bench.touch.touch("other_way")
    assert bench.engine.posted[-1] == Back()


def test_another_number_can_still_be_typed_there(bench: Any, states: dict[str, At]) -> None:
    at = states["give_sequence-used"]
    assert isinstance(at, GiveSequence)
    bench.show(replace(at, sequence="0012345"))
    assert "continue" not in bench.touch.controls(), "the same number again"
    bench.touch.touch("key:backspace")
    bench.frames()
    assert not ELSE & set(bench.touch.controls())
    bench.touch.touch("continue")
    assert bench.engine.posted[-1] == GaveSequence("001234")


@pytest.mark.negative_control
def test_a_payment_that_was_only_not_found_is_not_given_up(
    bench: Any, states: dict[str, At]
) -> None:
    bench.show(states["give_sequence-not_found"])
    assert not ELSE & set(bench.touch.controls())
    assert "continue" in bench.touch.controls()
    assert {each.value for each in VoucherProblem} >= set(DEAD_ENDS)


def drawn(bench: Any) -> bool:
    """Whether the bank's paper can be seen, and its row in question is there in figures."""
    from kivy.graphics import Rectangle

    from kiosk.widgets.voucher_picture import LINES, VoucherPicture

    paper = next(each for each in bench.app.page.walk() if isinstance(each, VoucherPicture))
    assert paper.canvas is not None
    words = [each for each in paper.canvas.children if type(each) is Rectangle]
    wanted = sum(1 + bool(value) for _row, _word, value in LINES)
    return bool(words) and len(words) == wanted


@pytest.mark.parametrize("name", ["give_sequence", "give_sequence-not_found", "give_day"])
def test_the_paper_is_drawn_also_when_the_number_was_wrong(
    bench: Any, states: dict[str, At], name: str
) -> None:
    bench.show(states[name], Theme(MM_PER_PX_27))
    assert drawn(bench)


@pytest.mark.negative_control
def test_a_paper_that_is_left_out_would_be_seen(bench: Any, states: dict[str, At]) -> None:
    from kiosk.widgets.voucher_picture import VoucherPicture

    bench.show(states["give_sequence"], Theme(MM_PER_PX_27))
    paper = next(each for each in bench.app.page.walk() if isinstance(each, VoucherPicture))
    paper.size_hint_y, paper.height = None, 20
    bench.frames()
    assert not drawn(bench)


def test_what_came_back_is_named_with_its_amount_and_where_it_lies(
    bench: Any, states: dict[str, At]
) -> None:
    for theme in (Theme(MM_PER_PX_27), Theme(MM_PER_PX_27).with_large_text(True)):
        bench.show(states["ready_to_pay-came_back"], theme)
        said = bench.touch.texts()
        assert "Le devolvimos S/ 20.10." in said
        assert any("bandeja" in each for each in said)
    bench.show(states["paying_by_cash-stopping"])
    assert {"Le devolvemos", "S/ 20.10"} <= set(bench.touch.texts())
    assert "Falta" not in bench.touch.texts()
