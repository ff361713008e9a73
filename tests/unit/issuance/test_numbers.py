"""Numbers and addresses as people type them and as they are shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.order import application_number as minted
from queue_server.issuance.services.identification import application_number
from queue_server.issuance.services.tracking import document_ending, masked


@given(st.sampled_from("ABKTZ"), st.integers(0, 99), st.integers(1, 99_999))
def test_every_number_a_kiosk_mints_is_understood_without_its_dashes(
    letter: str, kiosk: int, counter: int
) -> None:
    number = minted(f"{letter}{kiosk:02}", counter)
    assert application_number(number) == number
    assert application_number(f" {number.replace('-', ' ').lower()}.") == number


@given(st.text(max_size=60))
def test_whatever_is_typed_becomes_a_number_or_nothing(typed: str) -> None:
    number = application_number(typed)
    assert number is None or application_number(number) == number


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("a01 00o42 k", "A01-00042-K"),
        ("AO1-OO042-K", "A01-00042-K"),
        ("A01-00I42-O", "A01-00142-O"),
        ("A01-0042-K", None),
        ("01-00042-K", None),
        ("", None),
    ],
)
def test_letters_that_look_like_digits_are_read_as_digits_where_digits_stand(
    typed: str, number: str | None
) -> None:
    assert application_number(typed) == number


@pytest.mark.parametrize(
    ("typed", "ending"), [(" 74-10 ", "7410"), ("ab12", "AB12"), ("ñ٣1²", "1")]
)
def test_the_end_of_a_document_is_taken_without_what_is_no_sign_of_one(
    typed: str, ending: str
) -> None:
    assert document_ending(typed) == ending


def test_a_masked_address_has_one_length_and_two_letters_of_it() -> None:
    shown = [masked(each) for each in ("benita.prueba@ejemplo.pe", "b@e.pe", "b@x@ejemplo.pe")]
    assert shown == ["b***@e***"] * 3
