"""Machine-readable zones: published samples, typed refusals, two-digit years."""

from collections.abc import Callable, Sequence
from datetime import date

import pytest
from mrz.checker.td1 import TD1CodeChecker
from mrz.checker.td2 import TD2CodeChecker
from mrz.checker.td3 import TD3CodeChecker

from devices.documents import mrz as zone
from devices.documents.document_types import CE, DNI, PASSPORT, UNKNOWN, classify, is_number
from devices.documents.mrz import MrzRefused, Refusal, TravelDocument, check_digit, parse

TODAY = date(2025, 11, 21)
DNI_ZONE = (
    "I<PER10117410<7<<<<<<<<<<<<<<<",
    "8001014M3001019PER<<<<<<<<<<<8",
    "PRUEBA<<JUAN<CARLOS<<<<<<<<<<<",
)
# ICAO Doc 9303 parts 4, 5 and 6: the specimens of the fictitious State UTO.
TD1_ZONE = (
    "I<UTOD231458907<<<<<<<<<<<<<<<",
    "7408122F1204159UTO<<<<<<<<<<<6",
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
)
TD1_LONG = (
    "I<UTOD23145890<7349<<<<<<<<<<<",
    "3407127M9507122UTO<<<<<<<<<<<2",
    "STEVENSON<<PETER<JOHN<<<<<<<<<",
)
TD2_ZONE = ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6")
TD3_ZONE = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)
Parse = Callable[[Sequence[str], date], TravelDocument]


def refusal_of(lines: Sequence[str]) -> Refusal:
    with pytest.raises(MrzRefused) as caught:
        parse(lines, TODAY)
    return caught.value.reason


def replaced(lines: tuple[str, ...], line: int, at: int, char: str) -> tuple[str, ...]:
    text = lines[line][:at] + char + lines[line][at + 1 :]
    return (*lines[:line], text, *lines[line + 1 :])


def test_a_peruvian_dni_is_read_whole() -> None:
    assert parse(DNI_ZONE, TODAY) == TravelDocument(
        kind="TD1",
        document_code="I",
        issuing_state="PER",
        number="10117410",
        birth_date=date(1980, 1, 1),
        sex="M",
        expiry_date=date(2030, 1, 1),
        nationality="PER",
        surname="PRUEBA",
        given_names="JUAN CARLOS",
        optional="",
    )


@pytest.mark.parametrize("lines", [TD1_ZONE, TD2_ZONE, TD3_ZONE], ids=["TD1", "TD2", "TD3"])
def test_the_published_specimens_of_every_size_are_read(lines: tuple[str, ...]) -> None:
    document = parse(lines, TODAY)
    assert (document.surname, document.given_names) == ("ERIKSSON", "ANNA MARIA")
    assert (document.birth_date, document.expiry_date) == (date(1974, 8, 12), date(2012, 4, 15))
    assert document.number in {"D23145890", "L898902C3"}
    assert (document.sex, document.nationality) == ("F", "UTO")


def test_an_independent_checker_accepts_the_same_samples() -> None:
    assert bool(TD1CodeChecker("\n".join(DNI_ZONE)))
    assert bool(TD1CodeChecker("\n".join(TD1_ZONE)))
    assert bool(TD2CodeChecker("\n".join(TD2_ZONE)))
    assert bool(TD3CodeChecker("\n".join(TD3_ZONE)))


def test_a_number_over_nine_characters_runs_on_in_the_optional_field() -> None:
    assert parse(TD1_LONG, TODAY).number == "D23145890734"


def test_a_long_number_with_one_wrong_digit_is_refused() -> None:
    assert refusal_of(replaced(TD1_LONG, 0, 16, "4")) is Refusal.CHECK_DIGIT


def test_a_number_without_any_check_digit_is_refused() -> None:
    assert refusal_of(replaced(DNI_ZONE, 0, 14, "<")) is Refusal.CHECK_DIGIT


def test_check_digits_weigh_7_3_1_as_in_the_standard() -> None:
    assert check_digit("520727") == "3"
    assert check_digit("AB2134<<<") == "5"


def test_an_empty_optional_field_of_a_passport_may_have_filler_or_zero_for_its_digit() -> None:
    second = "L898902C36UTO7408122F1204159<<<<<<<<<<<<<<"
    for digit in "<0":
        body = second[:42] + digit
        composite = check_digit(body[0:10] + body[13:20] + body[21:43])
        assert parse((TD3_ZONE[0], body + composite), TODAY).optional == ""


@pytest.mark.parametrize("mark", ["?", "*"])
def test_marks_of_unreadable_characters_ask_for_another_reading(mark: str) -> None:
    assert refusal_of(replaced(DNI_ZONE, 1, 3, mark)) is Refusal.UNREADABLE


@pytest.mark.parametrize(
    "lines",
    [(), DNI_ZONE[:2], DNI_ZONE[1:], (*DNI_ZONE, DNI_ZONE[2]), (DNI_ZONE[0][:29], *DNI_ZONE[1:])],
)
def test_a_missing_line_or_a_wrong_length_is_unreadable(lines: tuple[str, ...]) -> None:
    assert refusal_of(lines) is Refusal.UNREADABLE


def test_one_wrong_digit_in_each_checked_field_is_a_check_digit_failure() -> None:
    for line, at in ((0, 6), (1, 0), (1, 8)):
        wrong = "9" if DNI_ZONE[line][at] != "9" else "8"
        assert refusal_of(replaced(DNI_ZONE, line, at, wrong)) is Refusal.CHECK_DIGIT


def test_a_visa_is_not_an_identity_document() -> None:
    assert refusal_of(replaced(TD2_ZONE, 0, 0, "V")) is Refusal.UNREADABLE


def _with_dates(birth: str, expiry: str) -> tuple[str, ...]:
    second = birth + check_digit(birth) + "M" + expiry + check_digit(expiry) + "PER" + "<" * 11
    first = DNI_ZONE[0]
    composite = check_digit(first[5:30] + second[0:7] + second[8:15] + second[18:29])
    return (first, second + composite, DNI_ZONE[2])


def test_a_year_of_birth_is_the_latest_that_is_past() -> None:
    assert parse(_with_dates("251121", "300101"), TODAY).birth_date == date(2025, 11, 21)
    assert parse(_with_dates("251122", "300101"), TODAY).birth_date == date(1925, 11, 22)


def test_a_year_of_expiry_is_the_nearest() -> None:
    assert parse(_with_dates("800101", "991231"), TODAY).expiry_date == date(1999, 12, 31)
    assert parse(_with_dates("800101", "700101"), TODAY).expiry_date == date(2070, 1, 1)


def test_a_document_without_expiry_is_read() -> None:
    assert parse(_with_dates("400101", "<<<<<<"), TODAY).expiry_date is None


def test_a_date_that_does_not_exist_is_unreadable_though_its_digits_agree() -> None:
    assert refusal_of(_with_dates("801301", "300101")) is Refusal.UNREADABLE


def test_a_refusal_says_what_to_do_and_holds_no_personal_data() -> None:
    with pytest.raises(MrzRefused, match="present it again") as caught:
        parse(replaced(DNI_ZONE, 0, 6, "9"), TODAY)
    assert "0117410" not in str(caught.value)


def test_lines_are_split_and_brought_to_the_alphabet_of_the_zone() -> None:
    first = "\x01i<per10117410_7<<<<<<<<<<<<<<<"
    names = "PRUEBA  JUAN CARLOS\x07___________"
    assert zone.split_lines(f"{first}\r\n\r\n{DNI_ZONE[1]}\r{names}") == DNI_ZONE


@pytest.mark.parametrize(
    "noise", ["READY", "12", "A" * 27, "A" * 45, "NO READ!", "PRUEBA<<JOSÉ<<<<<<<<<<<<<<<<<<"]
)
def test_what_cannot_be_a_line_of_a_zone_is_left_out(noise: str) -> None:
    assert zone.split_lines("\r".join((noise, *DNI_ZONE, noise))) == DNI_ZONE


def test_letters_that_only_become_ascii_in_upper_case_make_no_line() -> None:
    assert zone.split_lines(DNI_ZONE[0].replace("I", "\u0131")) == ()


def test_a_document_is_classified_by_size_issuer_and_nationality() -> None:
    foreigner = replaced(DNI_ZONE, 1, 15, "C")
    assert classify(parse(DNI_ZONE, TODAY)) == DNI
    assert classify(parse(TD3_ZONE, TODAY)) == PASSPORT
    assert classify(parse(foreigner, TODAY)) == CE
    assert classify(parse(TD1_ZONE, TODAY)) == UNKNOWN


def test_a_peruvian_card_whose_zero_was_read_as_a_letter_is_refused_though_its_digits_agree() -> (
    None
):
    document = parse(replaced(DNI_ZONE, 0, 6, "A"), TODAY)
    with pytest.raises(MrzRefused) as caught:
        classify(document)
    assert caught.value.reason is Refusal.UNREADABLE


def test_numbers_are_judged_by_the_pattern_of_their_type() -> None:
    assert is_number(DNI, "10117410")
    assert not is_number(DNI, "1011741")
    assert not is_number(DNI, "١٠١١٧٤١٠")
    assert is_number(CE, "001234567")
    assert not is_number("99", "1")


def assert_corrupt_optional_data_is_refused(read: Parse) -> None:
    """The optional field has no check digit of its own: only the composite covers it."""
    try:
        read(replaced(DNI_ZONE, 0, 20, "7"), TODAY)
    except MrzRefused:
        return
    raise AssertionError("a corrupted zone was accepted")


def test_corruption_that_only_the_composite_digit_covers_is_refused() -> None:
    assert_corrupt_optional_data_is_refused(parse)


@pytest.mark.negative_control
def test_a_parser_that_skips_the_composite_digit_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zone, "_verify_composite", lambda *_: None)
    with pytest.raises(AssertionError, match="was accepted"):
        assert_corrupt_optional_data_is_refused(parse)
