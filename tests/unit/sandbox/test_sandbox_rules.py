"""Rules of the sandbox without HTTP: the register, the contract's codes, the page's words."""

import re
from datetime import date
from pathlib import Path

import pytest

from queue_server.issuance.sandbox import codes
from queue_server.issuance.sandbox.centre import Turnstile
from queue_server.issuance.sandbox.certificate import long_date
from queue_server.issuance.sandbox.entries import PeopleError
from queue_server.issuance.sandbox.people import load_register
from queue_server.issuance.sandbox.public_query import OBSERVED, OPERATION, PublicQuery, folded
from queue_server.issuance.sandbox.soap import Call
from queue_server.issuance.sandbox.traits.catalogue import TRAITS
from queue_server.issuance.sandbox.traits.envelopes import ANY_STYLE
from queue_server.issuance.sandbox.traits.switchboard import Plan, Switchboard
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


VOUCHER = """
[[voucher]]
payer_type = "01"
payer_number = "10117410"
sequence = "000123"
paid_on = 2026-11-20
amount_centimos = 3770
"""


def test_the_shipped_register_has_every_kind_of_voucher() -> None:
    register = load_register()
    assert any(voucher.visible_after_s for voucher in register.vouchers)
    assert any(voucher.used for voucher in register.vouchers)
    assert any(v.amount_centimos < register.minimum_centimos for v in register.vouchers)
    assert all(register.find(v.payer_type, v.payer_number) for v in register.vouchers)
    assert len({voucher.payer_number for voucher in register.vouchers}) > 1


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda text: text + "colour = 1\n", "voucher 1: unknown key colour"),
        (lambda text: text.replace('"000123"', "123"), "voucher 1: sequence is text"),
        (lambda text: text.replace('"000123"', '"A-1"'), "digits or capitals"),
        (lambda text: text.replace('"01"', '"02"'), "'02' is no document type"),
        (lambda text: text.replace("10117410", "1011741"), "no number of type '01'"),
        (lambda text: text.replace("paid_on = 2026-11-20\n", ""), "paid_on is missing"),
        (lambda text: text.replace("2026-11-20", '"2026-11-20"'), "paid_on is a day"),
        (lambda text: text.replace("2026-11-20", "1066-10-14"), "from 1900 on"),
        (lambda text: text.replace("3770", "37.70"), "amount_centimos is a whole number"),
        (lambda text: text.replace("3770", "0"), "from 1 to 10000000"),
        (lambda text: text + "paid_at = 10:15:00.5\n", "whole seconds"),
        (lambda text: text + "visible_after_s = -1\n", "visible_after_s is from 0"),
        (lambda text: text + 'used = "yes"\n', "used is true or false"),
        (lambda text: text + 'agency = "sur"\n', "agency is 1 to 10"),
        (lambda text: text + text, "two vouchers have the sequence 000123"),
        (lambda text: text.replace("[[voucher]]", "[voucher]"), "begins with [[voucher]]"),
    ],
)
def test_a_spoiled_voucher_says_which_one_and_what_to_change(
    tmp_path: Path, spoil, reason: str
) -> None:
    with pytest.raises(PeopleError, match=re.escape(reason)):
        load_register(register_of(PERSON + spoil(VOUCHER), tmp_path))


def test_a_homonym_of_somebody_on_record_is_observed_though_the_register_has_both(
    tmp_path: Path,
) -> None:
    second = PERSON[PERSON.index("[[") :].replace("10117410", "10117428") + "record = true\n"
    register = load_register(register_of(PERSON + second, tmp_path))
    query = PublicQuery(register)
    names = {"apepat": "prueba", "apemat": "", "nombres": "Juan"}
    plan = Plan(Switchboard(), OPERATION, {})
    [reply] = query.reply(Call(OPERATION, names), plan).iter("{*}getAntecedenteJudicialReturn")
    assert reply.text == OBSERVED


def test_names_are_compared_without_accents_and_n_for_enye() -> None:
    assert folded("  Núñez-del  Río ") == "NUNEZ DEL RIO"


def test_every_fault_and_style_stands_in_the_manual_and_has_words_for_a_person() -> None:
    manual = (Path(__file__).parents[3] / "docs" / "soap.md").read_text("utf-8")
    for trait in TRAITS.values():
        assert f"`{trait.name}`" in manual
        assert trait.words.endswith(".")
        for parameter in trait.parameters:
            assert f"`{parameter.name}`" in manual
            if parameter.name == "style":
                missing = [style for style in parameter.choices if f"`{style}`" not in manual]
                assert missing in ([], [ANY_STYLE])
