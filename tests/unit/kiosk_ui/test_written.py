"""How figures and letters stand on the screen while they are typed, as on the paper."""

import pytest

from kiosk.widgets.written import as_code, as_day, as_number


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("", ""),
        ("A0", "A0"),
        ("A01", "A01"),
        ("A010", "A01-0"),
        ("A0100042", "A01-00042"),
        ("A0100042K", "A01-00042-K"),
        ("A01100042K", "A01-100042-K"),
        ("A01-00042-K", "A01-00042-K"),
    ],
)
def test_the_number_of_an_application(typed: str, shown: str) -> None:
    assert as_number(typed) == shown


@pytest.mark.parametrize(
    ("typed", "shown"),
    [("", ""), ("C", "C"), ("C7KQ2", "C-7KQ2"), ("C7KQ2M9XT9", "C-7KQ2-M9XT-9")],
)
def test_the_code_of_a_claim(typed: str, shown: str) -> None:
    assert as_code(typed) == shown


@pytest.mark.parametrize(("typed", "shown"), [("", ""), ("05", "05"), ("05112026", "05/11/2026")])
def test_a_day(typed: str, shown: str) -> None:
    assert as_day(typed) == shown
