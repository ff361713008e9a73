"""What is printed: the number to keep, what happens next, nothing of the person or the result."""

from uuid import uuid4

import pytest

from devices.kinds.receipt_printer import Cut, PrintJob, Text
from kiosk.flow.effects import Receipt
from kiosk.flow.states import AttentionClass, Order, Ticket
from kiosk.slips import COLUMNS, people_ahead, receipt_slip, soles, ticket_slip

TICKET = Ticket(
    "t", "I-007", "Certificado de antecedentes judiciales", AttentionClass.PREFERENTIAL, 3,
    "Módulo INPE · MAC Lima Norte", "2026-11-21T15:04:00+00:00",
)  # fmt: skip


def order(email: str | None = "juan@example.com") -> Order:
    return Order(uuid4(), "A01-00042-K", 3770, email)


def words(job: PrintJob) -> str:
    return "\n".join(block.text for block in job.blocks if isinstance(block, Text))


def every_slip() -> list[PrintJob]:
    receipts = [
        receipt_slip("1", order(email), receipt, TICKET.site)
        for receipt in Receipt
        for email in ("juan@example.com", None)
    ]
    return [ticket_slip("1", TICKET), *receipts]


@pytest.mark.parametrize("job", every_slip())
def test_no_line_is_wider_than_the_paper_and_the_knife_comes_last(job: PrintJob) -> None:
    for block in job.blocks:
        if isinstance(block, Text):
            assert all(len(line) * block.width <= COLUMNS for line in block.text.splitlines())
    assert isinstance(job.blocks[-1], Cut)


def test_a_turn_says_number_class_people_ahead_and_local_time() -> None:
    text = words(ticket_slip("1", TICKET))
    for part in ("I-007", "PREFERENCIAL", "3 personas antes que usted", "21/11/2026 10:04"):
        assert part in text


@pytest.mark.parametrize("receipt", list(Receipt))
def test_without_an_address_no_slip_promises_an_e_mail(receipt: Receipt) -> None:
    text = words(receipt_slip("1", order(None), receipt, TICKET.site))
    assert "correo" not in text
    assert "A01-00042-K" in text


def test_a_payment_in_doubt_is_not_called_paid() -> None:
    assert "Pagado" not in words(receipt_slip("1", order(), Receipt.PAYMENT_UNKNOWN, "x"))
    assert "S/ 37.70" in words(receipt_slip("1", order(), Receipt.ISSUED, "x"))


def test_amounts_and_counts_read_as_people_say_them() -> None:
    assert [soles(each) for each in (5, 3770, 100)] == ["S/ 0.05", "S/ 37.70", "S/ 1.00"]
    assert [people_ahead(each) for each in (0, 1, 2)] == [
        "Usted es la siguiente persona",
        "1 persona antes que usted",
        "2 personas antes que usted",
    ]
