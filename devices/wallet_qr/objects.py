"""The data objects of an EMVCo code: identifier, length, value, nested in templates. Pure.

Source: EMV QR Code Specification for Payment Systems, Merchant-Presented Mode, 1.1, clause 3.
The length counts characters, not bytes: a value may hold any Unicode text, and one of its
characters takes up to four bytes of UTF-8.
"""
# pyright: strict

from collections.abc import Mapping
from enum import StrEnum

MAX_CHARACTERS = 512
CRC_ID = "63"
_CRC_HEAD = f"{CRC_ID}04"
_CRC_CHARACTERS = 4
_HEAD_CHARACTERS = 4


class Refusal(StrEnum):
    """Why a code is not shown to anybody; the value is an English line for technicians."""

    TOO_LONG = "the code is longer than 512 characters"
    CUT = "an object ends beyond the end of the code or of its template"
    IDENTIFIER = "an identifier or a length is not two digits"
    EMPTY = "an object has no value"
    TWICE = "an identifier comes twice"
    CHARACTERS = "a value holds characters that may not be there"
    CHECKSUM_MISSING = "the code does not end with its checksum"
    CHECKSUM = "the checksum does not fit: the code was changed on its way"
    ORDER = "the code does not begin with the payload format"
    VERSION = "the payload format is not 01"
    MISSING = "an object that must be there is missing"
    FORM = "a value has another form than the standard gives it"
    NO_ACCOUNT = "no account says whom to pay"
    CURRENCY = "the currency is not the sol (604)"
    COUNTRY = "the country is not Peru (PE)"
    TIP = "the payer would be asked for a tip or charged a fee on top"
    AMOUNT_MISSING = "amount_missing: the payer would type any amount"
    AMOUNT = "the amount is not written as soles with at most two decimals"
    OTHER_AMOUNT = "the amount is not the one that was asked for"


class QrRefused(ValueError):
    """A code that must not be shown; names the object (``62.05``), never its content."""

    def __init__(self, reason: Refusal, where: str = "") -> None:
        place = f" (object {where})" if where else ""
        super().__init__(f"Wallet code refused: {reason}{place}; ask the acquirer for another.")
        self.reason = reason
        self.where = where


def checksum(text: str) -> str:
    """CRC-16/CCITT-FALSE of the UTF-8 bytes of ``text`` as four upper-case hexadecimal digits.

    Polynomial 1021h, initial value FFFFh (ISO/IEC 13239 as the EMVCo specification applies it).
    """
    value = 0xFFFF
    for byte in text.encode("utf-8"):
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1) ^ (0x1021 if value & 0x8000 else 0)
            value &= 0xFFFF
    return f"{value:04X}"


def checked_objects(payload: str) -> Mapping[str, str]:
    """The objects of a whole code by identifier, once its checksum fits; raises ``QrRefused``."""
    if len(payload) > MAX_CHARACTERS:
        raise QrRefused(Refusal.TOO_LONG)
    if not _can_be_sent(payload):
        raise QrRefused(Refusal.CHARACTERS)
    covered, crc = payload[:-_CRC_CHARACTERS], payload[-_CRC_CHARACTERS:]
    if not covered.endswith(_CRC_HEAD):
        raise QrRefused(Refusal.CHECKSUM_MISSING)
    if checksum(covered) != crc.upper():
        raise QrRefused(Refusal.CHECKSUM)
    found = objects(payload)
    if list(found)[-1] != CRC_ID:
        raise QrRefused(Refusal.CHECKSUM_MISSING)
    return found


def objects(text: str, inside: str = "") -> Mapping[str, str]:
    """Cut ``text`` into its objects, in the order they came; raises ``QrRefused``.

    ``inside`` is the identifier of the template whose value ``text`` is.
    """
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        name = _two_digits(text[at : at + 2], inside)
        where = f"{inside}.{name}" if inside else name
        length = int(_two_digits(text[at + 2 : at + _HEAD_CHARACTERS], where))
        value = text[at + _HEAD_CHARACTERS : at + _HEAD_CHARACTERS + length]
        if not length:
            raise QrRefused(Refusal.EMPTY, where)
        if len(value) != length:
            raise QrRefused(Refusal.CUT, where)
        if name in found:
            raise QrRefused(Refusal.TWICE, where)
        found[name] = value
        at += _HEAD_CHARACTERS + length
    return found


def _two_digits(text: str, where: str) -> str:
    if len(text) != 2:
        raise QrRefused(Refusal.CUT, where)
    if not (text.isascii() and text.isdigit()):
        raise QrRefused(Refusal.IDENTIFIER, where)
    return text


def _can_be_sent(text: str) -> bool:
    """Whether every character is printable (a space is); half a surrogate pair is not."""
    return text.isprintable()
