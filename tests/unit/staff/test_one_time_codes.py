"""The codes of an app: RFC 6238's own numbers, the window, and no code twice."""

from base64 import b32encode
from datetime import UTC, datetime, timedelta

import pytest

from queue_server.staff import model
from queue_server.staff.model import (
    Allowance,
    browser_words,
    code_of,
    enrolment_uri,
    is_six_digits,
    matching_step,
    network_of,
    shown_secret,
    time_step,
)

SECRET = b32encode(b"12345678901234567890").decode()  # RFC 6238, appendix B, SHA-1
NOW = datetime(2026, 11, 21, 13, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "eight_digits"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_numbers_of_the_standard_come_out(seconds: int, eight_digits: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert code_of(SECRET, time_step(at)) == eight_digits[-6:]
    assert matching_step(SECRET, eight_digits[-6:], at, 0) == time_step(at)


def check_only_three_steps_are_taken() -> None:
    """Raise AssertionError unless the codes of now and of one step either way are all."""
    here = time_step(NOW)
    taken = {
        drift: matching_step(SECRET, code_of(SECRET, here + drift), NOW, 0) is not None
        for drift in range(-4, 5)
    }
    assert taken == {drift: abs(drift) <= 1 for drift in range(-4, 5)}


def test_a_telephone_may_be_off_by_one_step() -> None:
    check_only_three_steps_are_taken()


@pytest.mark.negative_control
@pytest.mark.parametrize("drift", [0, 2])
def test_a_wider_or_narrower_window_is_caught(monkeypatch: pytest.MonkeyPatch, drift: int) -> None:
    monkeypatch.setattr(model, "DRIFT_STEPS", drift)
    with pytest.raises(AssertionError):
        check_only_three_steps_are_taken()


def test_a_code_that_was_used_is_not_taken_again_nor_an_earlier_one() -> None:
    here = time_step(NOW)
    for used in (here, here + 1):
        assert matching_step(SECRET, code_of(SECRET, here), NOW, after=used) is None
        assert matching_step(SECRET, code_of(SECRET, here - 1), NOW, after=used) is None
    assert matching_step(SECRET, code_of(SECRET, here + 1), NOW, after=here) == here + 1


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("123456", True),
        (" 123 456 ", True),
        ("123-456", True),
        ("12345", False),
        ("1234567", False),
        ("", False),
        ("ABCD-EFGH-JKMN-PQRS", False),
        ("１２３４５６", False),
        ("12345٦", False),
    ],
)
def test_six_digits_are_known_from_recovery_codes(typed: str, taken: bool) -> None:
    assert is_six_digits(typed) is taken


def test_the_qr_says_what_an_app_needs_and_nothing_breaks_out_of_it() -> None:
    uri = enrolment_uri(SECRET, "ana", "INPE Módulo & Cía/?#")
    assert uri.startswith("otpauth://totp/INPE%20M%C3%B3dulo%20%26%20C%C3%ADa%2F%3F%23%3Aana?")
    assert f"secret={SECRET}&issuer=INPE%20M" in uri
    assert uri.endswith("&algorithm=SHA1&digits=6&period=30")
    assert shown_secret("ABCDEFGH") == "ABCD EFGH"


def test_an_allowance_gives_its_size_at_once_and_then_one_by_one() -> None:
    rule, whole_at, now = Allowance(3, timedelta(seconds=10)), None, NOW
    for _ in range(3):
        assert rule.wait(whole_at, now) == timedelta()
        whole_at = rule.taken(whole_at, now)
    assert rule.wait(whole_at, now) == timedelta(seconds=10)
    now += timedelta(seconds=10)
    assert rule.wait(whole_at, now) == timedelta()
    whole_at = rule.taken(whole_at, now)
    assert rule.wait(whole_at, now) == timedelta(seconds=10)
    assert rule.wait(whole_at, now + timedelta(seconds=60)) == timedelta()


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3::4", "2001:0db8:0001:0002"),
        ("2001:db8:1:2:ffff::9", "2001:0db8:0001:0002"),
        ("fe80::1%eth0", "fe80:0000:0000:0000"),
        ("testclient", "testclient"),
    ],
)
def test_an_address_counts_as_what_one_machine_can_move_in(address: str, network: str) -> None:
    assert network_of(address) == network


def test_a_browser_is_told_in_words_of_ours() -> None:
    windows = "Mozilla/5.0 (Windows NT 10.0; Win64) Gecko/20100101 Firefox/140.0"
    assert browser_words(windows) == "Firefox en Windows"
    assert browser_words("Mozilla/5.0 (X11; Linux) Chrome/140.0 Safari/537") == "Chrome en Linux"
    assert browser_words("<script>alert(1)</script>") == "Otro navegador"
