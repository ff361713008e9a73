"""An applicant at a kiosk on the bench, as far as the amount."""

from uuid import uuid4

from deploy.demo.people import Visitor
from kiosk.flow.states import ChooseService, ConfirmName, GiveEmail, ReadDocument, ReadyToPay, Terms
from kiosk.flow.touches import Accept, Choose, Confirm, GaveEmail, Start
from tests.support.centre import extra_number
from tests.support.kiosk import Bench


def somebody(index: int) -> Visitor:
    """The `index`-th of the ordinary people the tests add to the register."""
    address = f"alguien{index}@example.com"
    return Visitor(extra_number(index), "850728", "F", "PRUEBA", "ALGUIEN", address)


def to_the_amount(bench: Bench, visitor: Visitor) -> ReadyToPay:
    """Document, service, terms, name, e-mail: everything before money."""
    bench.post(Start(uuid4()))
    bench.until_at(ReadDocument)
    bench.present(visitor.mrz())
    bench.until_at(ChooseService)
    bench.post(Choose("certificate"))
    bench.until_at(Terms)
    bench.post(Accept())
    bench.until_at(ConfirmName)
    bench.post(Confirm())
    bench.until_at(GiveEmail)
    bench.post(GaveEmail(visitor.email))
    return bench.until_at(ReadyToPay)
