"""How an application for a certificate ended: its number, its code, its address, on paper."""

from typing import Any

import pytest
import segno

from kiosk.flow.states import At, CertificateReady
from kiosk.theme import MM_PER_PX_22, Theme
from tests.unit.kiosk_ui.every_state.certificate import RESULTS


@pytest.mark.parametrize("result", RESULTS)
def test_every_result_shows_the_number_and_the_fate_of_its_slip(
    bench: Any, states: dict[str, At], result: str
) -> None:
    for paper, words in {
        "printing": "Imprimiendo su constancia",
        "printed": "Recoja su papel",
        "not_printed": "No pudimos imprimir el papel. Su número vale igual.",
        "unknown": "No sabemos si el papel salió bien. Su número vale igual.",
    }.items():
        bench.show(states[f"{result}-{paper}"])
        if (result, paper) == ("certificate_ready", "printed"):
            words = "Este papel no es su certificado"
        assert set(bench.touch.texts()) >= {"A01-00042-K", words}


def test_no_two_results_say_the_same(bench: Any, states: dict[str, At]) -> None:
    headings = set()
    for result in RESULTS:
        bench.show(states[f"{result}-printed"])
        headings.add(bench.heading())
    assert len(headings) == len(RESULTS)


def test_an_unknown_payment_says_not_to_pay_again(bench: Any, states: dict[str, At]) -> None:
    for theme in (Theme(), Theme(MM_PER_PX_22).with_large_text(True)):
        bench.show(states["payment_unknown-printed"], theme)
        assert "No pague otra vez" in bench.touch.texts()
        assert bench.touch.controls() == ["complain", "finish"]


def test_money_that_is_returned_is_named(bench: Any, states: dict[str, At]) -> None:
    bench.show(states["paid_but_refused-by_card"])
    assert "Le devolvemos S/ 37.70" in bench.touch.texts()
    assert "personal del módulo" in bench.said()


def test_a_certificate_is_ready_in_the_same_words_for_everybody(
    bench: Any, states: dict[str, At]
) -> None:
    bench.show(states["certificate_ready-printed"])
    words = bench.said().lower()
    assert bench.heading() == "Su certificado está listo"
    for told in ("registra", "antecedente", "observado", "penal", "negativo", "positivo", "limpio"):
        assert told not in words.replace("instituto nacional penitenciario", "")


def test_whoever_typed_an_address_sees_every_letter_of_it_at_the_end(
    bench: Any, states: dict[str, At]
) -> None:
    for name in ("certificate_ready", "in_review", "still_working"):
        bench.show(states[f"{name}-printed"])
        assert "carmen@example.com" in bench.touch.texts()
    for name in ("payment_unknown", "payment_waits", "paid_but_refused"):
        bench.show(states[f"{name}-printed"])
        assert "carmen" not in bench.said(), "where nobody has to look for a slip"


@pytest.mark.parametrize("theme", [Theme(), Theme(MM_PER_PX_22).with_large_text(True)])
@pytest.mark.parametrize("name", ["printed", "no_link", "no_email", "neither", "change", "long"])
def test_whoever_wants_it_on_paper_is_told_whom_to_ask(
    bench: Any, states: dict[str, At], name: str, theme: Theme
) -> None:
    bench.show(states[f"certificate_ready-{name}"], theme)
    assert "personal" in bench.said()


def test_of_a_certificate_that_is_ready_the_slip_is_no_success(
    bench: Any, states: dict[str, At]
) -> None:
    from kiosk.widgets.control import shown
    from kiosk.widgets.slip_notice import SlipNotice

    def picture(name: str) -> str:
        bench.show(states[name])
        return next(each.picture for each in shown(bench.app.page) if isinstance(each, SlipNotice))

    assert picture("certificate_ready-printed") == "ticket"
    assert picture("still_working-printed") == "check_circle"


def test_an_address_is_corrected_where_it_is_seen_to_be_wrong(
    bench: Any, states: dict[str, At]
) -> None:
    for name in ("certificate_ready-printed", "in_review-printed", "goes_on-under_review"):
        bench.show(states[name])
        assert "correct_email" in bench.touch.controls()
        bench.touch.touch("correct_email")
        bench.frames()
        assert bench.touch.screen() == "give_email"
    for name in (
        "certificate_ready-printing",  # what becomes of the slip would be missed
        "certificate_ready-no_email",
        "in_review-no_email",
        "goes_on-typed",
        "goes_on-owed",
    ):
        bench.show(states[name])
        assert "correct_email" not in bench.touch.controls()


@pytest.mark.parametrize(
    ("name", "scan", "sent", "collect"),
    [
        ("certificate_ready-printed", True, True, False),
        ("certificate_ready-no_link", False, True, False),
        ("certificate_ready-no_email", True, False, False),
        ("certificate_ready-neither", False, False, True),
    ],
)
def test_there_is_always_a_way_to_the_certificate(
    bench: Any, states: dict[str, At], name: str, scan: bool, sent: bool, collect: bool
) -> None:
    bench.show(states[name])
    words = bench.touch.texts()
    assert ("Descárguelo en su celular" in words) is scan
    assert ("Lo enviamos a su correo:" in words) is sent
    by_hand = "Pídalo impreso al personal del módulo, con su documento y su número."
    assert (by_hand in words) is collect


@pytest.mark.parametrize("theme", [Theme(), Theme(MM_PER_PX_22).with_large_text(True)])
def test_the_code_on_the_screen_is_the_link_and_large_enough(
    bench: Any, states: dict[str, At], theme: Theme
) -> None:
    from kiosk.widgets.qr_picture import BORDER, QrPicture

    at = states["certificate_ready-printed"]
    assert isinstance(at, CertificateReady)
    bench.show(at, theme)
    code: Any = next(each for each in bench.app.page.walk() if isinstance(each, QrPicture))
    matrix = segno.make(at.link or "", error="m", micro=False).matrix
    inside = [row[BORDER:-BORDER] for row in code.rows[BORDER:-BORDER]]
    assert inside == [[bool(module) for module in row] for row in matrix]
    assert not any(any(row) for row in (*code.rows[:BORDER], *code.rows[-BORDER:]))
    assert not any(any(row[:BORDER]) or any(row[-BORDER:]) for row in code.rows)
    assert code.width % len(code.rows) == 0, "every module is the same number of pixels"
    assert code.width / len(code.rows) * len(matrix) * theme.mm_per_px >= 45
    assert code.texture.mag_filter == "nearest"


@pytest.mark.negative_control
def test_a_code_with_one_wrong_module_is_noticed() -> None:
    from kiosk.widgets.qr_picture import modules

    assert modules("https://example.com/d/a") != modules("https://example.com/d/b")
