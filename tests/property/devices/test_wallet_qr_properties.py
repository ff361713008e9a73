"""What holds for every wallet code: well made ones are read back, damaged ones are refused."""

import contextlib
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from devices.wallet_qr.objects import Refusal, objects
from devices.wallet_qr.protocol import QrRefused, read

TEXT = st.text(st.characters(blacklist_categories=("C", "Z")), min_size=1)
CENTIMOS = st.integers(1, 99_999_999)
TEMPLATE = st.sampled_from([f"{number:02}" for number in range(26, 52)])


def crc_bit_by_bit(data: bytes) -> int:
    """Another way to the same checksum: long division of the bits, as the definition has it."""
    bits = int.from_bytes(data, "big") << 16
    length = 8 * len(data) + 16
    bits ^= 0xFFFF << (length - 16)
    for place in range(length - 1, 15, -1):
        if bits >> place & 1:
            bits ^= 0x11021 << (place - 16)
    return bits


def put(name: str, value: str) -> str:
    return f"{name}{len(value):02d}{value}"


@st.composite
def codes(draw: st.DrawFn) -> tuple[str, int, dict[str, str]]:
    """A code as an acquirer makes it, its amount in céntimos, and what it says."""
    amount = draw(CENTIMOS)
    said = {
        "scheme": draw(TEXT.map(lambda text: text[:32])),
        "merchant": draw(TEXT.map(lambda text: text[:25])),
        "city": draw(TEXT.map(lambda text: text[:15])),
        "reference": draw(TEXT.map(lambda text: text[:25])),
    }
    parts = [
        put("01", draw(st.sampled_from(["11", "12"]))),
        put(draw(TEMPLATE), put("00", said["scheme"]) + put("01", "0123456789")),
        put("52", f"{draw(st.integers(0, 9999)):04d}"),
        put("53", "604"),
        put("54", str(Decimal(amount) / 100)),
        put("58", "PE"),
        put("59", said["merchant"]),
        put("60", said["city"]),
        put("62", put("05", said["reference"])),
    ]
    text = "000201" + "".join(draw(st.permutations(parts))) + "6304"
    return f"{text}{crc_bit_by_bit(text.encode()):04X}", amount, said


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
@given(codes())
def test_a_well_made_code_in_any_order_is_read_back(
    code: tuple[str, int, dict[str, str]],
) -> None:
    payload, amount, said = code
    found = read(payload, amount)
    assert found.amount_centimos == amount
    assert {name: getattr(found, name) for name in ("merchant", "city", "reference")} == {
        name: said[name] for name in ("merchant", "city", "reference")
    }
    assert [account.scheme for account in found.accounts] == [said["scheme"]]


@given(codes(), CENTIMOS)
def test_a_code_is_shown_for_no_other_amount(
    code: tuple[str, int, dict[str, str]], asked: int
) -> None:
    payload, amount, _said = code
    assume(asked != amount)
    with pytest.raises(QrRefused) as caught:
        read(payload, asked)
    assert caught.value.reason is Refusal.OTHER_AMOUNT


@given(codes(), st.integers(0, 600), st.characters(blacklist_categories=("Cs",)))
def test_a_changed_character_is_refused(
    code: tuple[str, int, dict[str, str]], at: int, other: str
) -> None:
    payload, amount, _said = code
    at %= len(payload)
    assume(payload[at].upper() != other.upper())
    with pytest.raises(QrRefused):
        read(payload[:at] + other + payload[at + 1 :], amount)


@given(st.text(max_size=600), st.integers(-10, 100_000_000))
def test_any_text_is_refused_and_nothing_else_is_raised(text: str, asked: int) -> None:
    with pytest.raises(QrRefused):
        read(text, asked)
    with contextlib.suppress(QrRefused):
        objects(text)
