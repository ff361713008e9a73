"""Nothing is kept that cannot be settled, and change adds up, whatever hoppers hold."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.cash.rules import (
    DENOMINATIONS,
    MAX_COINS,
    Balance,
    Stock,
    acceptable,
    can_settle,
    change,
)
from kiosk.claim_code import RANDOM_BYTES, claim_code

COINS = (10, 20, 50, 100, 200, 500)
HOPPERS = st.lists(
    st.builds(Stock, st.sampled_from(COINS), st.integers(0, 12)),
    max_size=4,
    unique_by=lambda each: each.coin_centimos,
)


@given(st.integers(0, 400).map(lambda tens: tens * 10), HOPPERS)
def test_change_is_exact_and_never_more_coins_than_there_are(
    amount: int, stocks: list[Stock]
) -> None:
    found = change(amount, stocks)
    if found is None:
        return
    assert sum(coin * count for coin, count in found.items()) == amount
    assert sum(found.values()) <= MAX_COINS
    held = {each.coin_centimos: each.coins for each in stocks}
    assert all(0 < count <= held[coin] for coin, count in found.items())


@given(st.lists(st.integers(0, 6), min_size=3, max_size=3), HOPPERS)
def test_change_that_can_be_made_is_found(counts: list[int], stocks: list[Stock]) -> None:
    """Whatever some choice of coins adds up to can be given, if it is few enough."""
    chosen = [(each, min(each.coins, n)) for each, n in zip(stocks, counts, strict=False)]
    amount = sum(each.coin_centimos * count for each, count in chosen)
    if sum(count for _, count in chosen) <= MAX_COINS:
        assert change(amount, stocks) is not None


@pytest.mark.parametrize(
    ("piece", "missing", "stocks", "kept"),
    [
        (2000, 3770, (), True),
        (2000, 1770, (), False),
        (2000, 1770, (Stock(200, 1), Stock(10, 3)), True),
        (2000, 1770, (Stock(200, 1), Stock(10, 2)), False),
        (10, 10, (), True),
    ],
)
def test_a_piece_is_kept_exactly_when_the_rest_can_be_given(
    piece: int, missing: int, stocks: tuple[Stock, ...], kept: bool
) -> None:
    assert can_settle(piece, missing, stocks) is kept
    assert (piece in acceptable(missing, stocks)) is kept


@given(st.integers(1, 2000).map(lambda tens: tens * 10))
def test_the_fee_can_always_be_paid_in_the_end(missing: int) -> None:
    wanted = acceptable(missing, ())
    assert min(DENOMINATIONS) in wanted
    assert all(each <= missing for each in wanted)


@pytest.mark.negative_control
def test_greedy_change_would_refuse_what_can_be_given() -> None:
    """Sixty from one fifty and three twenties: the largest coin first leads nowhere."""
    stocks = (Stock(50, 1), Stock(20, 3))
    assert change(60, stocks) == {20: 3}
    left, greedy = 60, {}
    for each in stocks:
        greedy[each.coin_centimos] = min(each.coins, left // each.coin_centimos)
        left -= greedy[each.coin_centimos] * each.coin_centimos
    assert left != 0


def test_what_is_owed_is_what_nobody_accounts_for() -> None:
    assert Balance(taken=4000, price=3770, given=200, claimed=0).owed == 30
    assert Balance(taken=2000, price=0, given=0, claimed=2000).owed == 0


@given(st.binary(min_size=RANDOM_BYTES, max_size=RANDOM_BYTES))
def test_codes_of_different_draws_differ_and_have_one_shape(random: bytes) -> None:
    code = claim_code(random)
    assert len(code) == 13
    assert not set("ILOU") & set(code[1:11])
    other = bytes([random[0] ^ 1]) + random[1:]
    assert claim_code(other) != code


NOTES = (1000, 2000, 5000, 10_000, 20_000)


@pytest.mark.parametrize(
    ("known", "stocks", "offered"),
    [
        (DENOMINATIONS, (), True),
        (NOTES, (Stock(10, 40), Stock(200, 40)), True),
        (NOTES, (), False),  # no note pays S/ 37.70, and none is given back of S/ 40
        (NOTES, (Stock(200, 40),), False),
        ((), (Stock(10, 40),), False),
    ],
)
def test_cash_is_let_in_only_where_the_fee_can_be_paid_with_it(
    known: tuple[int, ...], stocks: tuple[Stock, ...], offered: bool
) -> None:
    assert bool(acceptable(3770, stocks, known)) is offered


def test_no_piece_is_kept_after_which_nothing_can_be_paid_any_more() -> None:
    """One hopper, of two soles: only an even rest can be settled, whatever came before."""
    stocks, known = (Stock(200, 40),), (100, *NOTES)
    assert acceptable(3600, stocks, known) == (100, *NOTES[:-1]), "82 coins are too many"
    assert acceptable(3650, stocks, known) == ()


@given(
    st.integers(1, 600).map(lambda tens: tens * 10),
    HOPPERS,
    st.sets(st.sampled_from(DENOMINATIONS)),
)
@settings(max_examples=60)
def test_whoever_puts_in_what_is_let_in_ends_at_the_fee(
    tens: int, stocks: list[Stock], known: set[int]
) -> None:
    """Whichever piece it is: the rest can be paid, or the change be given."""
    missing = tens * 10
    for piece in acceptable(missing, stocks, sorted(known)):
        rest = missing - piece
        assert can_settle(piece, missing, stocks, sorted(known))
        assert acceptable(rest, stocks, sorted(known)) if rest > 0 else True
        assert change(-rest, stocks) is not None if rest <= 0 else True
