"""Who is next: preferential first, arrival order inside a class, and the reason said."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_server.turns.model.ticket import AttentionClass, Head, next_strict, ticket_number

NOW = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
GENERAL, PREFERENTIAL = AttentionClass.GENERAL, AttentionClass.PREFERENTIAL


def head(name: str, attention: AttentionClass, minutes_ago: float, due_in: float = 0) -> Head:
    arrived = NOW - timedelta(minutes=minutes_ago)
    return Head(
        name, name, attention, arrived if due_in == 0 else NOW + timedelta(minutes=due_in), arrived
    )


@pytest.mark.parametrize(
    ("heads", "expected", "reason"),
    [
        ([head("a", GENERAL, 9), head("b", PREFERENTIAL, 4)], "b", "preferente, 4 min"),
        ([head("a", GENERAL, 9), head("b", GENERAL, 4)], "a", "general, 9 min"),
        ([head("a", PREFERENTIAL, 1), head("b", PREFERENTIAL, 2)], "b", "preferente, 2 min"),
        ([head("a", PREFERENTIAL, 9, due_in=5), head("b", GENERAL, 1)], "b", "general, 1 min"),
    ],
)
def test_strict_order(heads: list[Head], expected: str, reason: str) -> None:
    choice = next_strict(heads, NOW)
    assert choice is not None
    assert (choice.head.ticket_id, choice.reason) == (expected, reason)


def test_nobody_due_means_nobody_is_called() -> None:
    assert next_strict([], NOW) is None
    assert next_strict([head("a", PREFERENTIAL, 3, due_in=1)], NOW) is None


heads = st.lists(
    st.builds(
        head,
        st.uuids().map(str),
        st.sampled_from(AttentionClass),
        st.integers(0, 300),
    ),
    min_size=1,
    max_size=20,
)


@given(heads, st.randoms())
def test_the_choice_never_depends_on_the_order_of_the_rows(rows: list[Head], random) -> None:
    shuffled = rows[:]
    random.shuffle(shuffled)
    assert next_strict(rows, NOW) == next_strict(shuffled, NOW)


@given(heads)
def test_nobody_is_called_before_a_waiting_preferential_or_an_earlier_equal(
    rows: list[Head],
) -> None:
    choice = next_strict(rows, NOW)
    assert choice is not None
    rank = (choice.head.attention_class is GENERAL, choice.head.due_at)
    assert all(rank <= (row.attention_class is GENERAL, row.due_at) for row in rows)


def test_numbers_have_three_digits_and_grow_when_they_must() -> None:
    assert [ticket_number("J", n) for n in (7, 42, 1042)] == ["J-007", "J-042", "J-1042"]
