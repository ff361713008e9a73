"""The code on a claim's slip: typed as people type, guessed by nobody, wrong when a sign is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_37_36

from queue_server.payments.model.claim_code import (
    ALPHABET,
    BITS,
    claim_code,
    shown_code,
    typed_code,
)

DRAWN = st.integers(0, (1 << BITS) - 1)
# What hands write for what is printed.
READ_AS = str.maketrans("01", "OI")


@given(DRAWN)
def test_a_code_is_found_however_it_is_typed(drawn: int) -> None:
    code = claim_code(drawn)
    for typed in (
        code,
        shown_code(code),
        shown_code(code).lower(),
        f"  {shown_code(code).replace('-', ' ')} ",
        code.translate(READ_AS),
        code.translate(str.maketrans("1", "l")),
    ):
        assert typed_code(typed) == code


@given(DRAWN)
def test_the_check_sign_is_that_of_the_standard(drawn: int) -> None:
    assert mod_37_36.is_valid(claim_code(drawn))


@given(DRAWN, st.integers(1, 8), st.sampled_from(ALPHABET))
def test_one_wrong_sign_is_noticed(drawn: int, place: int, sign: str) -> None:
    code = claim_code(drawn)
    wrong = code[:place] + sign + code[place + 1 :]
    if wrong != code:
        assert not mod_37_36.is_valid(wrong)
        # A check sign that looks like a digit passes for its twin: one more in 37 at most.
        assert typed_code(wrong) is None or code[-1] in "01OIL"


@given(DRAWN, DRAWN)
def test_no_two_numbers_have_one_code(one: int, other: int) -> None:
    assert (claim_code(one) == claim_code(other)) == (one == other)


@pytest.mark.parametrize("text", ["", "C", "A01-00042-K", "C-0000-0000", "C-UUUU-UUUU-0", "ñ"])
def test_what_is_no_code_is_none(text: str) -> None:
    assert typed_code(text) is None


def test_more_bits_than_a_code_has_are_refused() -> None:
    with pytest.raises(ValueError, match="40 bits"):
        claim_code(1 << BITS)


@pytest.mark.negative_control
def test_without_its_check_sign_a_wrong_code_would_pass() -> None:
    code, wrong = claim_code(7), claim_code(8)
    mixed = wrong[:-1] + code[-1]
    assert typed_code(mixed) is None
    assert typed_code(wrong) is not None
