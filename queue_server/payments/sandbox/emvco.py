"""The code a wallet scans, written from the standard by itself.

Source: EMV QR Code Specification for Payment Systems, Merchant-Presented Mode, 1.1, clauses 3, 4.
The account template is an invented one: no wallet on earth pays it.
"""

import binascii
from uuid import UUID

SCHEME, MERCHANT, CITY = "pe.invalid.simulador", "INPE SIMULADOR", "LIMA"
_PUBLIC_BODY = "9399"  # ISO 18245: government services


def payload_of(charge: UUID, amount_centimos: int, reference: str) -> str:
    """The code of a charge: to be paid once, in soles, exactly this amount."""
    account = _object("00", SCHEME) + _object("01", charge.hex)
    text = (
        _object("00", "01")
        + _object("01", "12")
        + _object("26", account)
        + _object("52", _PUBLIC_BODY)
        + _object("53", "604")
        + _object("54", f"{amount_centimos // 100}.{amount_centimos % 100:02d}")
        + _object("58", "PE")
        + _object("59", MERCHANT)
        + _object("60", CITY)
        + _object("62", _object("05", reference))
        + "6304"
    )
    return text + f"{binascii.crc_hqx(text.encode(), 0xFFFF):04X}"


def _object(name: str, value: str) -> str:
    return f"{name}{len(value):02d}{value}"
