"""The check character of a DNI, against an independent implementation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.pe import cui

from devices.documents.dni import check_characters, is_valid

NUMBERS = st.integers(0, 99_999_999).map(lambda n: f"{n:08d}")


def test_the_known_number_has_2_or_g() -> None:
    assert check_characters("10117410") == ("2", "G")


@given(NUMBERS)
def test_it_agrees_with_the_independent_implementation(number: str) -> None:
    assert set(check_characters(number)) == set(cui.calc_check_digits(number))


@given(NUMBERS, st.sampled_from("0123456789ABCDEFGHIJK"))
def test_only_the_right_characters_are_accepted(number: str, character: str) -> None:
    assert is_valid(number + character) == (character in check_characters(number))


@pytest.mark.parametrize("text", ["", "1011741", "101174102X", "1011741a2", "١٠١١٧٤١٠2"])
def test_anything_but_eight_digits_and_a_character_is_not_valid(text: str) -> None:
    assert not is_valid(text)


def test_a_number_that_is_no_number_is_refused_with_advice() -> None:
    with pytest.raises(ValueError, match="8 digits"):
        check_characters("12")
