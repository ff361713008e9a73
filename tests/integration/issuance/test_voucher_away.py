"""A voucher over a line that loses requests or answers: nothing is called kept that is not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from kiosk.flow.effects import PresentVoucher
from kiosk.flow.events import Event, VoucherRefused, VoucherTaken, VoucherWaits
from kiosk.flow.facts import Order, Standing, VoucherProblem
from kiosk.performers import voucher
from kiosk.performers.applicant import _found
from kiosk.performers.voucher import VoucherDesk
from kiosk.queue_client import Granted, QueueClient
from tests.integration.issuance.test_vouchers import paid_at_bank
from tests.support import issuing
from tests.support.cut_line import CutLine
from tests.support.site import free_port

if TYPE_CHECKING:
    from tests.integration.issuance.conftest import World


@dataclass
class Line:
    """A kiosk's line to the server."""

    cut: CutLine
    token: str

    def present(self, application: str, sequence: str, url: str = "") -> Event:
        """Present it as another try; what the flow is told."""
        order = Order(UUID(application), "K08-00001-X", issuing.FEE, None)
        paid_on = date.fromisoformat(issuing.PAID_ON)
        effect = PresentVoucher(uuid4(), uuid4(), order, sequence, paid_on)
        client = QueueClient(url or self.cut.url, self.token)
        try:
            return VoucherDesk(client).perform(effect).event
        finally:
            client.close()


@pytest.fixture(scope="module")
def line(world: "World") -> Iterator[Line]:
    with CutLine(world.site.port) as cut:
        yield Line(cut, world.site.command("add-kiosk", "K08"))


def check_nothing_is_called_kept(line: Line, application: str) -> None:
    """Nobody answers; raises AssertionError when the person is told that it is kept."""
    event = line.present(application, "123456", f"http://127.0.0.1:{free_port()}")
    assert isinstance(event, VoucherRefused), event
    assert event.problem is VoucherProblem.AWAY


def test_what_nobody_heard_of_is_not_called_kept(
    world: "World", line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voucher, "PRESENT_DEADLINE_S", 0.1)
    application = world.desk.register(issuing.extra(24)).json()["id"]
    check_nothing_is_called_kept(line, application)
    assert world.desk.state(application)["payment"] == "none"


@pytest.mark.negative_control
def test_a_kiosk_that_promises_without_an_answer_is_caught(
    world: "World", line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voucher, "PRESENT_DEADLINE_S", 0.1)
    monkeypatch.setattr(voucher, "_away", VoucherWaits)
    with pytest.raises(AssertionError):
        check_nothing_is_called_kept(line, str(uuid4()))


def test_after_a_lost_answer_the_next_try_finds_what_the_server_holds(
    world: "World", line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = issuing.extra(25)
    sequence = paid_at_bank(world, person, visible_after_s=3600)
    application = world.desk.register(person).json()["id"]
    monkeypatch.setattr(voucher, "PRESENT_DEADLINE_S", 0.0)
    line.cut.lose_reply_to(f"/api/v1/applications/{application}/voucher")
    lost = line.present(application, sequence)
    assert isinstance(lost, VoucherRefused)
    assert lost.problem is VoucherProblem.AWAY
    again = line.present(application, sequence)
    assert isinstance(again, VoucherWaits)
    assert again.not_visible, "the centre said so"


def test_what_the_bank_shows_meanwhile_pays_once(
    world: "World", line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = issuing.extra(26)
    sequence = paid_at_bank(world, person)
    application = world.desk.register(person).json()["id"]
    monkeypatch.setattr(voucher, "PRESENT_DEADLINE_S", 0.0)
    line.cut.lose_reply_to(f"/api/v1/applications/{application}/voucher")
    assert isinstance(line.present(application, sequence), VoucherRefused)
    world.desk.until_payment(application, "applied")
    assert isinstance(line.present(application, sequence), VoucherTaken)


def test_what_failed_on_the_way_is_not_called_kept() -> None:
    desk = VoucherDesk(QueueClient("http://127.0.0.1:1", "x"))
    order = Order(uuid4(), "K08-00001-X", issuing.FEE, None)
    effect = PresentVoucher(uuid4(), uuid4(), order, "123456", date(2026, 11, 20))
    event = desk.lost(effect, begun=True)
    assert isinstance(event, VoucherRefused)
    assert event.problem is VoucherProblem.AWAY


def told_again(world: "World", person: dict[str, str]) -> Standing:
    """What the kiosk makes of the server's answer when this person comes again."""
    answer = world.desk.check(person)
    found = _found(Granted(answer))
    assert found is not None, answer
    return found.standing


def test_a_bank_payment_that_waits_is_told_in_hours(world: "World") -> None:
    person = issuing.extra(32)
    sequence = paid_at_bank(world, person, visible_after_s=3600)
    application = world.desk.register(person).json()["id"]
    world.desk.present(application, sequence)
    world.desk.until_payment(application, "not_visible")
    assert told_again(world, person) is Standing.BANK_WAITS


@pytest.mark.negative_control
def test_what_a_server_does_not_say_is_told_as_any_doubt(world: "World") -> None:
    """An older server names no payment: then nobody is told of a bank."""
    person = issuing.extra(32)
    answer = world.desk.check(person)
    answer["resume"].pop("payment", None)
    found = _found(Granted(answer))
    assert found is not None
    assert found.standing is Standing.IN_DOUBT
