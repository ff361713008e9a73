"""The words of access: how long a session lives, what a code and a password may be."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from queue_server.staff.model import (
    CODE_ALPHABET,
    Ending,
    SessionTimes,
    Token,
    account_name,
    is_account_name,
    password_fault,
    shown_code,
    typed_code,
)

OPENED = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def check_idle_limit(times: type[SessionTimes]) -> None:
    """Raise AssertionError unless a session ends 15 minutes after the last touch, not sooner."""
    touched = OPENED + timedelta(minutes=40)
    session = times(OPENED, touched)
    limit = touched + timedelta(minutes=15)
    assert session.ending(limit - SECOND) is None
    assert session.ending(limit) is Ending.IDLE


def test_a_session_ends_fifteen_minutes_after_the_last_touch() -> None:
    check_idle_limit(SessionTimes)


@pytest.mark.negative_control
def test_a_session_without_an_idle_limit_is_caught() -> None:
    @dataclass(frozen=True)
    class Endless(SessionTimes):
        IDLE_LIMIT = timedelta(days=9)

    with pytest.raises(AssertionError):
        check_idle_limit(Endless)


def test_ten_hours_end_a_session_that_is_touched_all_the_time() -> None:
    end = OPENED + timedelta(hours=10)
    assert SessionTimes(OPENED, end - SECOND).ending(end - SECOND) is None
    assert SessionTimes(OPENED, end).ending(end) is Ending.AGE


def test_a_code_is_read_whatever_a_person_makes_of_it() -> None:
    code = CODE_ALPHABET[:16]
    assert typed_code(shown_code(code)) == code
    assert typed_code(" o123 4567_89ab-cdef ".lower()) == code
    assert typed_code("iL1O") == "1110"


def test_a_token_survives_its_own_writing_and_other_shapes_are_none() -> None:
    token = Token("0123456789abcdef", "s" * 43)
    assert Token.parse(str(token)) == token
    for text in ("", ".", "short.secret", "0123456789abcdef", "0123456789abcdef." + "s" * 101):
        assert Token.parse(text) is None


@pytest.mark.parametrize("name", ["ana", "j.perez", "v1-2_b"])
def test_account_names_are_short_plain_words(name: str) -> None:
    assert is_account_name(name)


@pytest.mark.parametrize("name", ["", ".ana", "ana maría", "Ana", "a" * 41, "ana\n"])
def test_other_account_names_are_refused(name: str) -> None:
    assert not is_account_name(name)


def test_an_account_name_is_the_same_however_it_was_typed() -> None:
    assert account_name("  Ana ") == "ana"


@pytest.mark.parametrize(
    ("password", "word"),
    [("corta", "al menos 10"), ("x" * 201, "máximo"), ("la-clave-de-Ana", "nombre de usuario")],
)
def test_a_bad_password_is_refused_in_words(password: str, word: str) -> None:
    assert word in (password_fault(password, "ana") or "")


def test_a_phrase_is_a_good_password() -> None:
    assert password_fault("tres tristes tigres", "ana") is None
