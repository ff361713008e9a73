"""Codes a mobile wallet scans: read, checked against what was asked, or refused. Pure.

The acquirer makes the code and says later that it was paid; here it is only checked before a
person may scan it: that it is whole, that it is in soles and for Peru, and that it asks for
exactly the amount asked, to the céntimo.
Source: EMV QR Code Specification for Payment Systems, Merchant-Presented Mode, 1.1, clause 4;
templates 49-51 belong to the BCRP's interoperable wallets.
"""
# pyright: strict

import re
from collections.abc import Mapping
from dataclasses import dataclass

from devices.wallet_qr.objects import QrRefused, Refusal, checked_objects, objects

SOLES = "604"
PERU = "PE"
STATIC = "11"
MAX_CENTIMOS = 99_999_999
FIRST_ID = "00"
AMOUNT_ID = "54"
ACCOUNT_IDS = tuple(f"{number:02}" for number in range(2, 52))
ACCOUNT_TEMPLATES = tuple(f"{number:02}" for number in range(26, 52))
TEMPLATES = (*ACCOUNT_TEMPLATES, "62", "64", *(f"{number:02}" for number in range(80, 100)))
TIP_IDS = ("55", "56", "57")

FORMS: Mapping[str, str] = {
    "01": "1[12]",
    "52": "[0-9]{4}",
    "53": "[0-9]{3}",
    "58": "[A-Z]{2}",
    "59": ".{1,25}",
    "60": ".{1,15}",
    "61": ".{1,10}",
}
"""The objects whose value has a form of its own, and that form."""
REQUIRED = ("52", "53", "58", "59", "60")

_AMOUNT = re.compile(r"(?P<soles>[0-9]{0,10})(?:\.(?P<centimos>[0-9]{0,2}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Account:
    """Whom a wallet pays: the template's identifier, and the scheme's own name (object 00)."""

    template: str
    scheme: str


@dataclass(frozen=True, slots=True)
class WalletQr:
    """A code that may be shown.

    ``dynamic`` is False for one that is meant to be used again. ``reference`` is object 62.05,
    ``bill`` 62.01, ``terminal`` 62.07; what the acquirer left out is ``""``.
    """

    payload: str
    amount_centimos: int
    dynamic: bool
    accounts: tuple[Account, ...]
    merchant: str
    city: str
    category: str
    reference: str
    bill: str
    terminal: str


def read(payload: str, asked_centimos: int) -> WalletQr:
    """Check a code that asks for ``asked_centimos`` céntimos of sol; raises ``QrRefused``."""
    found = checked_objects(payload)
    _check_head(found)
    nested = {name: objects(found[name], name) for name in found if name in TEMPLATES}
    _check_forms(found)
    if found["53"] != SOLES:
        raise QrRefused(Refusal.CURRENCY, "53")
    if found["58"] != PERU:
        raise QrRefused(Refusal.COUNTRY, "58")
    for name in TIP_IDS:
        if name in found:
            raise QrRefused(Refusal.TIP, name)
    extra = nested.get("62", {})
    return WalletQr(
        payload=payload,
        amount_centimos=_exactly(found.get(AMOUNT_ID), asked_centimos),
        dynamic=found.get("01", STATIC) != STATIC,
        accounts=_accounts(found, nested),
        merchant=found["59"],
        city=found["60"],
        category=found["52"],
        reference=extra.get("05", ""),
        bill=extra.get("01", ""),
        terminal=extra.get("07", ""),
    )


def centimos(text: str) -> int:
    """Céntimos of a decimal amount in soles (``37``, ``37.7``, ``37.70``); raises ``QrRefused``.

    Digits are read as digits: no binary fraction comes near them.
    """
    match = _AMOUNT.fullmatch(text)
    if match is None or not (match["soles"] or match["centimos"]):
        raise QrRefused(Refusal.AMOUNT, AMOUNT_ID)
    value = int(match["soles"] or "0") * 100 + int((match["centimos"] or "").ljust(2, "0"))
    if value > MAX_CENTIMOS:
        raise QrRefused(Refusal.AMOUNT, AMOUNT_ID)
    return value


def _check_head(found: Mapping[str, str]) -> None:
    if next(iter(found)) != FIRST_ID:
        raise QrRefused(Refusal.ORDER, FIRST_ID)
    if found[FIRST_ID] != "01":
        raise QrRefused(Refusal.VERSION, FIRST_ID)


def _check_forms(found: Mapping[str, str]) -> None:
    for name in REQUIRED:
        if name not in found:
            raise QrRefused(Refusal.MISSING, name)
    for name, form in FORMS.items():
        if name in found and not re.fullmatch(form, found[name]):
            raise QrRefused(Refusal.FORM, name)


def _exactly(text: str | None, asked_centimos: int) -> int:
    """Céntimos of the code's amount, which are the ones asked for."""
    if text is None:
        raise QrRefused(Refusal.AMOUNT_MISSING, AMOUNT_ID)
    if centimos(text) != asked_centimos or asked_centimos <= 0:
        raise QrRefused(Refusal.OTHER_AMOUNT, AMOUNT_ID)
    return asked_centimos


def _accounts(
    found: Mapping[str, str], nested: Mapping[str, Mapping[str, str]]
) -> tuple[Account, ...]:
    """At least one: a wallet's template names its scheme, a card scheme's object is its own."""
    accounts: list[Account] = []
    for name in ACCOUNT_IDS:
        if name in nested and "00" not in nested[name]:
            raise QrRefused(Refusal.MISSING, f"{name}.00")
        if name in found:
            accounts.append(Account(name, nested.get(name, {}).get("00", "")))
    if not accounts:
        raise QrRefused(Refusal.NO_ACCOUNT)
    return tuple(accounts)
