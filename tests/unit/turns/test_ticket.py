"""Words of a ticket: its number as people read and type it, and the legal changes of state."""

import pytest

from queue_server.turns.model.ticket import (
    ENDED,
    TRANSITIONS,
    TicketState,
    is_legal,
    parse_number,
    ticket_number,
)


@pytest.mark.parametrize(
    ("series", "number", "label"), [("J", 42, "J-042"), ("AB", 7, "AB-007"), ("J", 1234, "J-1234")]
)
def test_a_number_is_read_with_three_digits_at_least(series: str, number: int, label: str) -> None:
    assert ticket_number(series, number) == label
    assert parse_number(label) == (series, number)


@pytest.mark.parametrize("typed", ["j42", "J-42", " j 042 ", "J-0042"])
def test_people_type_it_as_they_like(typed: str) -> None:
    assert parse_number(typed) == ("J", 42)


@pytest.mark.parametrize("typed", ["", "42", "J", "JJJ-1", "J-", "J-1234567", "ñ-1 or 1=1"])
def test_what_is_no_number_is_none(typed: str) -> None:
    assert parse_number(typed) is None


def test_who_cancelled_or_expired_stays_so() -> None:
    for state in (TicketState.CANCELLED, TicketState.EXPIRED):
        assert not [after for before, after in TRANSITIONS if before == state]


def test_every_state_can_be_reached_and_left_or_is_an_end() -> None:
    reached = {after for _, after in TRANSITIONS}
    left = {before for before, _ in TRANSITIONS}
    assert reached == set(TicketState)
    assert set(TicketState) - left <= set(ENDED)


def test_nobody_is_served_without_a_call_except_walking_direct() -> None:
    before_serving = {before for before, after in TRANSITIONS if after is TicketState.SERVING}
    assert before_serving == {"", TicketState.CALLED, TicketState.SERVING, TicketState.FINISHED}
    assert not is_legal(TicketState.WAITING, TicketState.SERVING)
