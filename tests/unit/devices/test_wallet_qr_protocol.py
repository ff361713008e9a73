"""A wallet's code: read by its objects, refused with a reason for everything that is not right."""

import pytest

from devices.wallet_qr.objects import Refusal, checksum
from devices.wallet_qr.protocol import Account, QrRefused, centimos, read
from devices.wallet_qr.rendering import modules

FEE = 3770
VECTOR = (
    "00020101021226280010pe.example01100123456789520493995303604540537.70"
    "5802PE5911INPE PRUEBA6004Lima62140510K07-0001236304A519"
)
OBJECTS = {
    "00": "01",
    "01": "12",
    "26": "0010pe.example01100123456789",
    "52": "9399",
    "53": "604",
    "54": "37.70",
    "58": "PE",
    "59": "INPE PRUEBA",
    "60": "Lima",
    "62": "0510K07-000123",
}


def written(objects: dict[str, str]) -> str:
    """A code of these objects, with a checksum that fits."""
    text = "".join(f"{name}{len(value):02}{value}" for name, value in objects.items()) + "6304"
    return text + checksum(text)


def changed(**values: str | None) -> str:
    """The vector's code with some objects (``o54="1"``) put differently, or left out (None)."""
    wanted = {**OBJECTS, **{name.removeprefix("o"): value for name, value in values.items()}}
    return written({name: value for name, value in wanted.items() if value is not None})


def reason_of(payload: str, asked: int = FEE) -> tuple[Refusal, str]:
    with pytest.raises(QrRefused) as caught:
        read(payload, asked)
    return caught.value.reason, caught.value.where


def test_the_published_vector_is_read() -> None:
    code = read(VECTOR, FEE)
    assert (code.amount_centimos, code.dynamic, code.payload) == (FEE, True, VECTOR)
    assert code.accounts == (Account("26", "pe.example"),)
    assert (code.merchant, code.city, code.category) == ("INPE PRUEBA", "Lima", "9399")
    assert (code.reference, code.bill, code.terminal) == ("K07-000123", "", "")
    assert written(OBJECTS) == VECTOR


@pytest.mark.parametrize(("text", "value"), [("123456789", "29B1"), ("", "FFFF"), ("A", "B915")])
def test_the_checksum_is_crc_16_ccitt_false(text: str, value: str) -> None:
    assert checksum(text) == value


def test_the_order_of_the_objects_between_head_and_checksum_does_not_matter() -> None:
    head, *rest = OBJECTS.items()
    assert read(written(dict([head, *reversed(rest)])), FEE).merchant == "INPE PRUEBA"


def test_a_checksum_in_small_letters_is_the_same_checksum() -> None:
    assert read(VECTOR[:-4] + "a519", FEE).amount_centimos == FEE


@pytest.mark.parametrize("at", range(0, len(VECTOR), 3))
def test_one_changed_character_anywhere_is_refused(at: int) -> None:
    other = "7" if VECTOR[at] != "7" else "8"
    reason_of(VECTOR[:at] + other + VECTOR[at + 1 :])


@pytest.mark.parametrize("kept", range(len(VECTOR)))
def test_a_code_that_was_cut_is_refused(kept: int) -> None:
    reason_of(VECTOR[:kept])


@pytest.mark.parametrize(
    ("payload", "reason", "where"),
    [
        ("", Refusal.CHECKSUM_MISSING, ""),
        ("0" * 513, Refusal.TOO_LONG, ""),
        (changed(o59="INPE\nPRUEBA"), Refusal.CHARACTERS, ""),
        (VECTOR[:-8], Refusal.CHECKSUM_MISSING, ""),
        (changed(o00="02"), Refusal.VERSION, "00"),
        (changed(o00=None), Refusal.ORDER, "00"),
        (changed(o01="13"), Refusal.FORM, "01"),
        (changed(o26=None), Refusal.NO_ACCOUNT, ""),
        (changed(o26="01100123456789"), Refusal.MISSING, "26.00"),
        (changed(o26="0010pe.example0199"), Refusal.CUT, "26.01"),
        (changed(o26="0010pe.example00041234"), Refusal.TWICE, "26.00"),
        (changed(o26="0010pe.example0100"), Refusal.EMPTY, "26.01"),
        (changed(o26="0010pe.example0"), Refusal.CUT, "26"),
        (changed(o26="00²0pe"), Refusal.IDENTIFIER, "26.00"),
        (changed(o52=None), Refusal.MISSING, "52"),
        (changed(o52="93A9"), Refusal.FORM, "52"),
        (changed(o53="840"), Refusal.CURRENCY, "53"),
        (changed(o53="60٤"), Refusal.FORM, "53"),
        (changed(o54=None), Refusal.AMOUNT_MISSING, "54"),
        (changed(o01="11", o54=None), Refusal.AMOUNT_MISSING, "54"),
        (changed(o54="37.71"), Refusal.OTHER_AMOUNT, "54"),
        (changed(o54="3770"), Refusal.OTHER_AMOUNT, "54"),
        (changed(o54="37.700"), Refusal.AMOUNT, "54"),
        (changed(o54="37,70"), Refusal.AMOUNT, "54"),
        (changed(o54="S/ 37.70"), Refusal.AMOUNT, "54"),
        (changed(o54="٣٧.٧٠"), Refusal.AMOUNT, "54"),
        (changed(o54="3.77e1"), Refusal.AMOUNT, "54"),
        (changed(o54="."), Refusal.AMOUNT, "54"),
        (changed(o55="01"), Refusal.TIP, "55"),
        (changed(o56="1.00"), Refusal.TIP, "56"),
        (changed(o57="5"), Refusal.TIP, "57"),
        (changed(o58="BO"), Refusal.COUNTRY, "58"),
        (changed(o58=None), Refusal.MISSING, "58"),
        (changed(o59=None), Refusal.MISSING, "59"),
        (changed(o59="X" * 26), Refusal.FORM, "59"),
        (changed(o60="X" * 16), Refusal.FORM, "60"),
        (changed(o62="0510K07-000"), Refusal.CUT, "62.05"),
    ],
)
def test_what_is_not_right_has_a_reason_and_a_place(
    payload: str, reason: Refusal, where: str
) -> None:
    assert reason_of(payload) == (reason, where)


def test_an_object_that_comes_twice_is_refused() -> None:
    text = VECTOR[:-8] + "540537.706304"
    assert reason_of(text + checksum(text)) == (Refusal.TWICE, "54")


def test_nothing_may_follow_the_checksum_nor_stand_in_its_place() -> None:
    assert reason_of(VECTOR + "6101X")[0] is Refusal.CHECKSUM_MISSING
    text = changed(o62=None)[:-8] + "61086304" + "6304"
    assert reason_of(text + checksum(text))[0] in (Refusal.IDENTIFIER, Refusal.CUT)


def test_lengths_count_characters_and_the_checksum_counts_bytes() -> None:
    payload = changed(o59="INPE Ñaña €")
    assert "5911INPE Ñaña €" in payload
    assert read(payload, FEE).merchant == "INPE Ñaña €"
    assert len(payload.encode()) == len(payload) + 4


def test_a_refusal_names_the_object_and_not_its_content() -> None:
    with pytest.raises(QrRefused, match=r"object 54\); ask the acquirer") as caught:
        read(changed(o54="99.99"), FEE)
    assert "99.99" not in str(caught.value)


@pytest.mark.parametrize("asked", [0, -1, -3770])
def test_nothing_is_never_asked_for(asked: int) -> None:
    assert reason_of(changed(o54="0"), asked)[0] is Refusal.OTHER_AMOUNT


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("37", 3700),
        ("37.", 3700),
        ("37.7", 3770),
        ("0037.70", 3770),
        (".7", 70),
        ("999999.99", 99_999_999),
    ],
)
def test_an_amount_is_read_as_digits(text: str, value: int) -> None:
    assert centimos(text) == value


@pytest.mark.negative_control
def test_reading_an_amount_through_a_binary_fraction_would_be_noticed() -> None:
    amounts = [f"{soles}.{cents:02}" for soles in range(40) for cents in range(100)]
    assert any(int(float(text) * 100) != centimos(text) for text in amounts)


def test_a_code_is_drawn_square_without_its_quiet_zone() -> None:
    rows = modules(VECTOR)
    assert {len(row) for row in rows} == {len(rows)}
    finder = (True,) * 7 + (False,)
    assert rows[0][:8] == finder
    assert rows[0] != (False,) * len(rows)
