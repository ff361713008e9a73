"""The certificate's screens: each outcome in its own words, and nothing that must not be said."""

from dataclasses import replace
from typing import Any

import pytest

from kiosk.flow.effects import ChargeCard, RegisterOrder
from kiosk.flow.events import (
    ApplicantChecked,
    ApplicationSettled,
    Charged,
    DocumentTaken,
    OrderRegistered,
    SlipPrinted,
)
from kiosk.flow.facts import NotPaid, NotPossible, Outcome, PrintState
from kiosk.flow.states import At, ConfirmName, ReadyToPay, Terms
from kiosk.flow.world import Part, PartState
from kiosk.theme import MM_PER_PX_22, Theme
from tests.unit.kiosk_ui.every_state.certificate import RESULTS


def test_the_terms_say_what_it_is_what_it_costs_and_what_is_done_with_the_data(
    bench: Any, states: dict[str, At]
) -> None:
    bench.show(states["terms"])
    words = bench.said()
    for each in ("90 días", "S/ 37.70", "INPE", "borramos", "Ley 29733", "Leemos"):
        assert each in words
    bench.put_world(fee_centimos=2005)
    bench.frames()
    assert "S/ 20.05" in bench.said()


def test_every_reason_not_to_sell_has_its_own_words_and_nothing_was_charged(
    bench: Any, states: dict[str, At]
) -> None:
    headings, whole = set(), set()
    for reason in NotPossible:
        bench.show(states[f"cannot_apply-{reason}"])
        assert "No se cobró nada" in bench.touch.texts()
        assert bench.touch.controls()[-2:] == ["take_turn", "finish"]
        headings.add(bench.heading())
        whole.add(bench.said())
    assert len(headings) == len(whole) == len(NotPossible)


def test_a_certificate_in_force_is_offered_again_for_nothing_and_before_a_turn(
    bench: Any, states: dict[str, At]
) -> None:
    bench.show(states["cannot_apply-in_force"])
    assert bench.touch.controls() == ["send_again", "take_turn", "finish"]
    words = bench.said()
    assert "Ya tiene un certificado vigente hasta el 30 de septiembre de 2027." in words
    assert "No pague otra vez: se lo enviamos sin costo." in words
    assert bench.named("take_turn").variant == "secondary"
    bench.show(states["cannot_apply-already_valid"])
    assert bench.touch.controls() == ["take_turn", "finish"]
    assert bench.named("take_turn").variant == "primary"


@pytest.mark.parametrize("theme", [Theme(), Theme(MM_PER_PX_22).with_large_text(True)])
def test_what_cannot_be_sent_now_says_why(bench: Any, states: dict[str, At], theme: Theme) -> None:
    from kiosk.touch import ControlDisabled

    for away, left, why in (
        ({"backend": False}, ["take_turn", "finish"], "El sistema de certificados no responde"),
        ({"server": False}, ["finish"], "Se perdió la conexión"),
    ):
        bench.put_world(**away)
        bench.show(states["cannot_apply-in_force"], theme)
        assert bench.faults() == []
        assert bench.touch.controls() == left
        with pytest.raises(ControlDisabled, match=why):
            bench.touch.touch("send_again")


def test_whoever_is_sent_it_again_is_not_told_of_a_payment(
    bench: Any, states: dict[str, At]
) -> None:
    bench.show(states["still_working-free"])
    assert "No se cobró nada" in bench.touch.texts()
    assert "pag" not in bench.said().lower()


def test_a_turn_is_not_promised_while_the_server_is_away(bench: Any, states: dict[str, At]) -> None:
    from kiosk.touch import ControlDisabled

    bench.put_world(server=False)
    for name in ("cannot_apply-server_away", "in_review-printed"):
        bench.show(states[name])
        assert bench.touch.controls() == ["finish"]
        with pytest.raises(ControlDisabled, match="Se perdió la conexión"):
            bench.touch.touch("take_turn")
        assert bench.faults() == []


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (NotPaid.DECLINED, "Su banco no aprobó el pago"),
        (NotPaid.ABORTED, "El pago se canceló"),
        (NotPaid.NOT_STARTED, "El terminal no empezó el pago"),
    ],
)
def test_a_failed_payment_says_why_and_that_nothing_was_charged(
    bench: Any, states: dict[str, At], reason: NotPaid, words: str
) -> None:
    bench.show(states[f"ready_to_pay-{reason}"])
    assert words in bench.touch.texts()
    assert "No se cobró nada" in bench.said()
    assert "S/ 37.70" in bench.touch.texts()
    assert bench.touch.controls() == ["pay", "pay_cash", "pay_wallet", "use_voucher", "cancel"]


@pytest.mark.parametrize("theme", [Theme(), Theme(MM_PER_PX_22).with_large_text(True)])
@pytest.mark.parametrize("name", ["ready_to_pay", "ready_to_pay-declined"])
def test_paying_waits_for_the_terminal_and_says_so(
    bench: Any, states: dict[str, At], name: str, theme: Theme
) -> None:
    from kiosk.touch import ControlDisabled

    bench.put_world(parts=((Part.TERMINAL, PartState(False)),), wallet=False)
    bench.show(states[name], theme)
    assert bench.faults() == []
    assert bench.touch.controls() == ["use_voucher", "cancel"]
    assert "Ahora aquí solo sirve lo que ya pagó en el banco" in bench.touch.texts()
    with pytest.raises(ControlDisabled, match="el terminal no responde"):
        bench.touch.touch("pay")
    bench.put_world(parts=((Part.TERMINAL, PartState(True)),))
    bench.frames()
    assert bench.touch.controls() == ["pay", "use_voucher", "cancel"]
    bench.put_world(parts=((Part.ACCEPTOR, PartState(True)),))
    bench.frames()
    assert bench.touch.controls() == ["pay_cash", "use_voucher", "cancel"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("checking_applicant", "la consulta dura unos segundos"),
        ("registering", "dura unos segundos"),
        ("sending_again", "estamos terminando"),
        ("correcting_email", "estamos terminando"),
        ("paying_by_card", "use la tecla roja del terminal"),
        ("working", "estamos terminando"),
        *((f"{result}-printing", "Espere a que salga su papel") for result in RESULTS),
    ],
)
def test_what_cannot_be_left_keeps_its_way_out_in_sight_and_says_why(
    bench: Any, states: dict[str, At], name: str, reason: str
) -> None:
    from kiosk.touch import ControlDisabled

    bench.show(states[name])
    assert bench.touch.controls() == []
    assert any(reason in each for each in bench.touch.texts())
    with pytest.raises(ControlDisabled, match=reason):
        bench.touch.touch("finish" if name.endswith("-printing") else "cancel")
    assert bench.engine.posted == []


@pytest.mark.parametrize(
    "name",
    [
        "checking_applicant",
        "registering",
        "sending_again",
        "correcting_email",
        "paying_by_card",
        "working",
    ],
)
def test_whoever_waits_sees_something_move(bench: Any, states: dict[str, At], name: str) -> None:
    from kiosk.widgets.moving_picture import MovingPicture
    from kiosk.widgets.progress_line import ProgressLine

    bench.show(states[name])
    moves = (ProgressLine, MovingPicture)
    line = next(each for each in bench.app.page.walk() if isinstance(each, moves))
    before = line.phase
    bench.shift(0.4)
    bench.frames()
    assert line.phase != before


def test_the_certificate_comes_first_with_its_price(bench: Any, states: dict[str, At]) -> None:
    at: Any = states["choose_service"]
    bench.show(replace(at, services=tuple(reversed(at.services))))
    assert bench.touch.controls()[0] == "service:certificate"
    assert "Cuesta S/ 37.70. Se paga aquí o en el banco." in bench.touch.texts()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"backend": False}, "El sistema de certificados no responde."),
        ({"fee_centimos": None}, "El certificado no tiene precio por ahora."),
    ],
    ids=["backend", "fee"],
)
def test_a_certificate_that_cannot_be_finished_is_not_offered_and_says_why(
    bench: Any, states: dict[str, At], changes: dict[str, Any], reason: str
) -> None:
    from kiosk.touch import ControlDisabled

    bench.show(states["choose_service"])
    assert "service:certificate" in bench.touch.controls()
    bench.put_world(**changes)
    bench.frames()
    assert "service:certificate" not in bench.touch.controls()
    assert "service:review" in bench.touch.controls()
    assert reason in bench.touch.texts()
    assert bench.faults() == []
    with pytest.raises(ControlDisabled, match=reason):
        bench.touch.touch("service:certificate")


def test_a_whole_certificate_by_touch(bench: Any, states: dict[str, At]) -> None:
    touches = 0

    def touch(name: str, then: str) -> None:
        nonlocal touches
        bench.touch.touch(name)
        touches += 1
        bench.frames()
        assert bench.touch.screen() == then

    def news(event: object, then: str) -> None:
        bench.engine.post(event)
        bench.frames()
        assert bench.touch.screen() == then

    def last() -> Any:
        return bench.engine.effects[-1]

    terms, named, paying = (states[each] for each in ("terms", "confirm_name", "ready_to_pay"))
    assert isinstance(terms, Terms)
    assert isinstance(named, ConfirmName)
    assert isinstance(paying, ReadyToPay)
    touch("start", "read_document")
    assert terms.person.document is not None
    news(DocumentTaken(terms.person.document), "choose_service")
    touch("service:certificate", "terms")
    touch("accept", "checking_applicant")
    news(ApplicantChecked(last().effect_id, named.offer), "confirm_name")
    touch("confirm", "give_email")
    bench.touch.type_keys("juan@example.com")
    touch("continue", "registering")
    assert isinstance(last(), RegisterOrder)
    assert last().email == "juan@example.com"
    news(OrderRegistered(last().effect_id, paying.order), "ready_to_pay")
    touch("pay", "paying_by_card")
    assert isinstance(last(), ChargeCard)
    news(Charged(last().effect_id), "working")
    news(ApplicationSettled(last().effect_id, Outcome.ISSUED, None), "certificate_ready")
    news(SlipPrinted(last().effect_id, PrintState.PRINTED), "certificate_ready")
    touch("finish", "welcome")
    assert touches <= 10


def test_without_an_address_the_code_is_named_only_where_phones_reach_the_server(
    bench: Any, states: dict[str, At]
) -> None:
    bench.show(states["without_email"])
    for public in (False, True):
        bench.put_world(public_address=public)
        bench.frames()
        said = any("Descárguelo en su celular" in each for each in bench.touch.texts())
        assert said is public
        assert bench.faults() == []
