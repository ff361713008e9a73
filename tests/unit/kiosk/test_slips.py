"""What is printed: the number to keep, what happens next, nothing of the person or the result."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.escpos.composer import compose
from devices.kinds.receipt_printer import Block, Cut, PrintJob, Qr, Rule, Text
from kiosk.flow.effects import Receipt
from kiosk.flow.facts import Order, Ticket
from kiosk.flow.person import AttentionClass
from kiosk.flow.slip import MAX_CHARACTERS, MAX_LINES, MAX_QR_BYTES, SlipLine, slip_lines
from kiosk.order import Means
from kiosk.slips import COLUMNS, receipt_slip, soles, ticket_slip
from queue_server.turns.model.slip import Style, slip
from queue_server.turns.model.ticket import AttentionClass as ServerClass

SITE = "Módulo INPE · MAC Lima Norte"
LINK = "https://turnos.example.pe/t/4Zk1vQ8sXo2LrT9wYb7NcE5hJm3KpUaDfGi6RtSxWqA"
# No answer however long makes more paper than this: a line a centimetre would be eight metres.
MAX_BLOCKS = 900


def server_slip(link: str | None = LINK) -> list[dict[str, Any]]:
    """What the server's own template says of a turn, as the answer carries it."""
    lines = slip(
        site_name=SITE,
        number="I-007",
        attention_class=ServerClass.PREFERENTIAL,
        service_name="Certificado de antecedentes judiciales",
        ahead=3,
        wait_words="unos 5 a 12 minutos",
        link=link,
        issued_local=datetime(2026, 11, 21, 10, 4, tzinfo=UTC),
        complaints="Libro de Reclamaciones, en cualquier ventanilla o en reclamos.example.pe",
    )
    return [{"style": str(line.style), "text": line.text} for line in lines]


def paper(*lines: SlipLine) -> PrintJob:
    return ticket_slip("1", Ticket("t", "I-007", "x", AttentionClass.GENERAL, 3, None, lines))


def printed(answer: object) -> PrintJob:
    return paper(*slip_lines(answer))


def between(job: PrintJob) -> tuple[Block, ...]:
    """What the server's lines became: the blocks between the institution and the knife."""
    frame = paper()
    return job.blocks[2 : len(job.blocks) - len(frame.blocks) + 2]


def order(email: str | None = "juan@example.com", amount: int = 3770) -> Order:
    return Order(uuid4(), "A01-00042-K", amount, email)


def words(job: PrintJob) -> str:
    return "\n".join(block.text for block in job.blocks if isinstance(block, Text))


def every_slip() -> list[PrintJob]:
    receipts = [
        receipt_slip("1", order(email, amount), receipt, SITE)
        for receipt in Receipt
        for email in ("juan@example.com", None)
        for amount in (3770, 0)
    ]
    return [printed(server_slip()), printed(server_slip(None)), *receipts]


def check_fits(job: PrintJob) -> None:
    """Raises AssertionError for a line wider than the paper, or a slip that is not cut off."""
    for block in job.blocks:
        if isinstance(block, Text):
            assert all(len(line) * block.width <= COLUMNS for line in block.text.splitlines())
    assert isinstance(job.blocks[-1], Cut)
    assert len(job.blocks) <= MAX_BLOCKS


@pytest.mark.parametrize("job", every_slip())
def test_no_line_is_wider_than_the_paper_and_the_knife_comes_last(job: PrintJob) -> None:
    check_fits(job)


def test_a_turn_says_what_the_server_wrote_under_the_institution() -> None:
    job = printed(server_slip())
    text = words(job)
    assert text.startswith("INPE\nInstituto Nacional Penitenciario\n" + SITE)
    for part in (
        "PREFERENCIAL",
        "3 personas antes que usted",
        "Espera aproximada: unos 5 a 12 minutos",
        "Emitido el 21/11/2026 a las 10:04",
        "Reclamos: Libro de Reclamaciones",
    ):
        assert part in text
    assert Text("I-007", align="center", bold=True, width=4, height=4) in job.blocks
    assert [block.payload for block in job.blocks if isinstance(block, Qr)] == [LINK]


def test_without_a_public_address_there_is_no_code_and_no_sentence_about_one() -> None:
    job = printed(server_slip(None))
    assert not any(isinstance(block, Qr) for block in job.blocks)
    assert "teléfono" not in words(job)


@pytest.mark.parametrize("style", [each for each in Style if each is not Style.NORMAL])
def test_every_style_of_the_server_is_known_here(style: Style) -> None:
    plain = between(paper(SlipLine(Style.NORMAL, "R-001")))
    assert between(paper(SlipLine(str(style), "R-001"))) != plain


def test_a_style_of_a_newer_server_is_plain_text() -> None:
    assert between(paper(SlipLine("sparkling", "Traiga su DNI"))) == (
        Text("Traiga su DNI", align="center"),
    )


def test_a_long_number_is_smaller_but_whole() -> None:
    (number,) = between(paper(SlipLine("number", "PREFERENTE-0042")))
    assert isinstance(number, Text)
    assert (number.text, number.width) == ("PREFERENTE-0042", 2)


def test_a_code_too_long_to_be_read_is_left_out_and_never_cut() -> None:
    assert slip_lines([{"style": "qr", "text": "x" * (MAX_QR_BYTES + 1)}]) == ()
    assert slip_lines([{"style": "qr", "text": "ñ" * (MAX_QR_BYTES // 2 + 1)}]) == ()
    assert slip_lines([{"style": "qr", "text": ""}]) == ()


def test_what_is_no_line_is_left_out() -> None:
    answer = [
        None,
        "x",
        {"style": "bold"},
        {"style": 1, "text": "x"},
        {"style": "rule", "text": ""},
    ]
    assert slip_lines(answer) == (SlipLine("rule"),)
    assert [slip_lines(each) for each in (None, {}, "normal", 7)] == [()] * 4
    assert Rule() in paper(SlipLine("rule")).blocks


ANY_STYLE = st.one_of(st.sampled_from([str(each) for each in Style]), st.text(max_size=8))
ANY_LINE = st.fixed_dictionaries({"style": ANY_STYLE, "text": st.text(max_size=60)})
LONG_LINE = st.builds(
    lambda style, text, times: {"style": style, "text": text * times},
    ANY_STYLE,
    st.text(min_size=1, max_size=9),
    st.integers(1, 300),
)


@given(st.lists(st.one_of(ANY_LINE, LONG_LINE), max_size=60))
def test_whatever_a_server_answers_the_paper_ends_and_the_printer_takes_it(
    answer: list[dict[str, str]],
) -> None:
    job = printed(answer)
    check_fits(job)
    compose(job)


@pytest.mark.negative_control
def test_without_the_bounds_an_answer_would_print_for_ever() -> None:
    """The broken variant believes the server; the check above catches it."""
    believed = [SlipLine("normal", "a " * MAX_CHARACTERS) for _ in range(10 * MAX_LINES)]
    with pytest.raises(AssertionError):
        check_fits(paper(*believed))


@pytest.mark.parametrize("receipt", list(Receipt))
def test_without_an_address_no_slip_promises_an_e_mail(receipt: Receipt) -> None:
    text = words(receipt_slip("1", order(None), receipt, SITE))
    assert "correo" not in text
    assert "A01-00042-K" in text


def test_a_payment_in_doubt_is_not_called_paid() -> None:
    assert "Pagado" not in words(receipt_slip("1", order(), Receipt.PAYMENT_UNKNOWN, "x"))
    assert "S/ 37.70" in words(receipt_slip("1", order(), Receipt.ISSUED, "x"))


@pytest.mark.parametrize("receipt", [Receipt.ISSUED, Receipt.STILL_WORKING])
@pytest.mark.parametrize("email", ["juan@example.com", None])
def test_what_is_sent_again_is_not_called_paid(receipt: Receipt, email: str | None) -> None:
    text = words(receipt_slip("1", order(email, 0), receipt, SITE))
    assert "pag" not in text.lower()
    assert "S/" not in text
    assert "No se cobró nada" in text
    assert "A01-00042-K" in text


def test_amounts_read_as_people_say_them() -> None:
    assert [soles(each) for each in (5, 3770, 100)] == ["S/ 0.05", "S/ 37.70", "S/ 1.00"]


def check_no_code_is_named(job: PrintJob) -> None:
    """Raises AssertionError when the slip sends somebody to a code."""
    assert "código" not in words(job)


@pytest.mark.parametrize("email", ["juan@example.com", None])
def test_a_code_is_named_only_where_the_screen_shows_one(email: str | None) -> None:
    check_no_code_is_named(receipt_slip("1", order(email), Receipt.ISSUED, SITE))
    shown = words(receipt_slip("1", order(email), Receipt.ISSUED, SITE, code=True))
    assert "código" in shown


@pytest.mark.negative_control
def test_a_slip_that_always_names_the_code_is_caught() -> None:
    with pytest.raises(AssertionError):
        check_no_code_is_named(receipt_slip("1", order(None), Receipt.ISSUED, SITE, code=True))


def test_what_the_bank_has_is_not_given_back_by_staff() -> None:
    at_bank = words(receipt_slip("1", order(), Receipt.REFUSED, SITE))
    assert "devolverá" not in at_bank
    assert "libre" in at_bank
    by_card = replace(order(), means=Means.CARD)
    assert "devolverá" in words(receipt_slip("1", by_card, Receipt.REFUSED, SITE))
