"""What people type for their DNI."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.pe import cui

from devices.documents.dni import TypedDni, TypingProblem, check_characters, typed

NUMBERS = st.integers(0, 99_999_999).map(lambda n: f"{n:08d}")


@pytest.mark.parametrize(
    "text", ["10117410", " 10117410 ", "10.117.410", "10 117 410", "10-117-410", "1011\u20137410"]
)
def test_eight_digits_are_a_number_however_they_are_set_apart(text: str) -> None:
    assert typed(text) == TypedDni("10117410")


@pytest.mark.parametrize("text", ["101174102", "10117410-2", "10117410G", "10117410 - g"])
def test_the_ninth_character_is_checked_and_left_out(text: str) -> None:
    assert typed(text) == TypedDni("10117410", checked=True)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", TypingProblem.TOO_SHORT),
        ("1011741", TypingProblem.TOO_SHORT),
        ("1011741022", TypingProblem.TOO_LONG),
        ("10117410GG", TypingProblem.TOO_LONG),
        ("1O117410", TypingProblem.NOT_DIGITS),
        ("C0117410", TypingProblem.NOT_DIGITS),
        ("1011741G", TypingProblem.NOT_DIGITS),
        ("١٠١١٧٤١٠", TypingProblem.NOT_DIGITS),
        ("101174103", TypingProblem.CHECK_CHARACTER),
        ("10117410H", TypingProblem.CHECK_CHARACTER),
        ("10117410Z", TypingProblem.CHECK_CHARACTER),
        ("10117410²", TypingProblem.CHECK_CHARACTER),
    ],
)
def test_what_is_no_number_says_why(text: str, problem: TypingProblem) -> None:
    assert typed(text) == TypedDni(problem=problem)


def assert_slips_are_caught(judge: Callable[[str], TypedDni]) -> None:
    """One digit typed wrong beside its check letter is never taken for another person.

    Of the digits, one stands for two of the eleven remainders; letters are told apart.
    """
    for number in ("10117410", "40000008", "00000000"):
        for place in range(8):
            for digit in "0123456789":
                slipped = number[:place] + digit + number[place + 1 :]
                if slipped != number:
                    letter = check_characters(number)[1]
                    assert judge(slipped + letter).number == "", "a slip was taken"


def test_one_wrong_digit_beside_its_check_letter_is_never_taken() -> None:
    assert_slips_are_caught(typed)


@pytest.mark.negative_control
def test_a_judge_that_ignores_the_check_character_is_caught() -> None:
    with pytest.raises(AssertionError, match="a slip was taken"):
        assert_slips_are_caught(lambda text: typed(text[:8]))


@given(NUMBERS, st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
def test_it_agrees_with_the_independent_implementation(number: str, check: str) -> None:
    right = check in cui.calc_check_digits(number)
    assert typed(number + check).checked == right
    assert (typed(number + check).problem is None) == right


@given(st.text(max_size=40))
def test_any_text_is_a_number_or_a_reason(text: str) -> None:
    answer = typed(text)
    assert (answer.problem is None) == (len(answer.number) == 8)
