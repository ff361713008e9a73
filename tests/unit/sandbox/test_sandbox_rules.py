"""Rules of the sandbox without HTTP: the register, the contract's codes, the page's words."""

import re
from datetime import date
from pathlib import Path

import pytest

from queue_server.issuance.sandbox import codes
from queue_server.issuance.sandbox.centre import Turnstile
from queue_server.issuance.sandbox.certificate import long_date
from queue_server.issuance.sandbox.people import PeopleError, load_register
from queue_server.issuance.wsdl import XSD

PERSON = """
[credential]
user = "U"
password = "P"
ruc = "20000000001"
[[person]]
type = "01"
number = "10117410"
given_names = "JUAN"
first_surname = "PRUEBA"
birth_date = 1980-01-01
"""


def register_of(text: str, folder: Path) -> Path:
    """A register file with this text."""
    file = folder / "people.toml"
    file.write_text(text)
    return file


def test_the_shipped_register_has_every_kind_of_person() -> None:
    people = load_register().people.values()
    assert {person.type for person in people} == {"01", "04", "07", "26"}
    assert any(person.record for person in people)
    assert any(person.review for person in people)
    assert any(person.certificate for person in people)
    assert any(person.second_surname is None for person in people)
    assert any(not person.is_of_age(date(2026, 11, 21)) for person in people)
    assert all(person.first_surname == "PRUEBA" for person in people)


def test_a_minimal_register_is_enough(tmp_path: Path) -> None:
    register = load_register(register_of(PERSON, tmp_path))
    assert register.find("01", "10117410") is not None
    assert register.find("04", "10117410") is None
    assert "'P'" not in repr(register), "the password stays out of logs"


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda text: text + 'colour = "red"\n', "unknown key colour"),
        (lambda text: text.replace('"10117410"', '"1011741"'), "no number of type"),
        (lambda text: text.replace("1980-01-01", '"1980-01-01"'), "birth_date"),
        (lambda text: text.replace('"JUAN"', '"Juan"'), "capitals"),
        (lambda text: text.replace('number = "10117410"\n', ""), "number"),
        (lambda text: text + text[text.index("[[") :], "same document"),
        (lambda text: text.replace('ruc = "20000000001"', ""), "ruc"),
        (lambda text: text + "=", "people.toml"),
    ],
)
def test_a_spoiled_register_says_what_is_wrong(tmp_path: Path, spoil, reason: str) -> None:
    with pytest.raises(PeopleError, match=re.escape(reason)):
        load_register(register_of(spoil(PERSON), tmp_path))


def test_the_contract_documents_exactly_the_codes_that_are_sent() -> None:
    documented = re.findall(r"^\s+(\d{4})  \S", XSD.read_text("utf-8"), re.MULTILINE)
    assert sorted(documented) == sorted(codes.WORDS)
    assert all(0 < len(words) <= 200 for words in codes.WORDS.values())


def test_dates_are_written_as_in_peru() -> None:
    assert long_date(date(2026, 9, 1)) == "1 de setiembre de 2026"


def test_a_turnstile_forgets_keys_nobody_holds() -> None:
    turnstile = Turnstile()
    with turnstile.alone("a"), turnstile.alone("b"):
        assert len(turnstile._waiting) == 2
    assert not turnstile._waiting
