"""What somebody typed stands there again when they are asked to look at it."""

from datetime import date
from typing import Any

import pytest

from kiosk.flow.events import EmailNotChanged, VoucherRefused
from kiosk.flow.facts import NotCorrected, VoucherProblem
from kiosk.flow.follow.correction import _change_id
from kiosk.flow.paying.voucher import _present_id
from kiosk.flow.states import At, CheckingVoucher, CorrectingEmail
from kiosk.flow.touches import GaveDay


def check_the_sequence_stands_there(bench: Any, states: dict[str, At]) -> None:
    """Type it, have it refused; raises AssertionError when the line is empty then."""
    bench.show(states["give_sequence"])
    bench.touch.type_keys("123456")
    bench.touch.touch("continue")
    bench.frames(3)
    bench.touch.touch("day:0")
    bench.frames(3)
    at = bench.engine.state.at
    assert isinstance(at, CheckingVoucher)
    refused = VoucherRefused(_present_id(at.person, at.order), VoucherProblem.NOT_FOUND)
    bench.engine.post(refused)
    bench.frames(2)
    assert bench.touch.screen() == "give_sequence"
    assert bench.app.page.problem
    assert bench.app.page.draft == "123456"


def test_a_sequence_that_was_not_found(bench: Any, states: dict[str, At]) -> None:
    check_the_sequence_stands_there(bench, states)


@pytest.mark.negative_control
def test_a_page_that_begins_empty_is_caught(
    bench: Any, states: dict[str, At], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.widgets.page.Page.begin", lambda _page, _typed: None)
    with pytest.raises(AssertionError):
        check_the_sequence_stands_there(bench, states)


def test_what_was_erased_stays_erased(bench: Any, states: dict[str, At]) -> None:
    bench.show(states["give_sequence-kept"])
    assert bench.app.page.draft == "0012345"
    for _ in range(7):
        bench.touch.touch("key:backspace")
    bench.put_world(wallet=False)
    bench.frames(2)
    assert bench.app.page.draft == ""


def test_an_address_after_no_email_and_back(bench: Any, states: dict[str, At]) -> None:
    bench.show(states["give_email"])
    bench.touch.type_keys("juan")
    bench.touch.touch("no_email")
    bench.frames(3)
    bench.touch.touch("back")
    bench.frames(3)
    assert bench.app.page.draft == "juan"


def test_a_number_whose_address_could_not_be_changed(bench: Any, states: dict[str, At]) -> None:
    bench.show(states["correcting_email"])
    at = bench.engine.state.at
    assert isinstance(at, CorrectingEmail)
    bench.engine.post(EmailNotChanged(_change_id(at.person), NotCorrected.AWAY))
    bench.frames(2)
    assert (bench.touch.screen(), bench.app.page.draft) == ("give_number", at.number)


def test_today_is_the_sites_day_whatever_the_host_counts(
    bench: Any, states: dict[str, At], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Host(date):
        """A host that counts in UTC, in the evening of Lima."""

        @classmethod
        def today(cls) -> "Host":
            return cls(2026, 11, 23)

    monkeypatch.setattr("kiosk.screens.paying.give_day.date", Host)
    bench.show(states["give_day"])
    bench.engine.posted.clear()
    bench.touch.touch("day:0")
    bench.frames(3)
    assert GaveDay(date(2026, 11, 22)) in bench.engine.posted


def test_another_way_is_offered_only_where_nobody_pays_twice(
    bench: Any, states: dict[str, At]
) -> None:
    bench.show(states["payment_waits-other_way"])
    assert not bench.named("pay_otherwise").disabled
    twice = "No pague otra vez: podría pagar dos veces."
    assert twice not in bench.touch.texts()
    bench.show(states["payment_waits-printed"])
    assert "pay_otherwise" not in bench.touch.controls()
    assert twice in bench.touch.texts()
