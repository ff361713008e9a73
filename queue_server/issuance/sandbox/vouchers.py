"""The bank's vouchers of the register, and those a person makes while the sandbox runs."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from queue_server.issuance.sandbox.entries import PeopleError, build, check_document

# As in issuance.xsd: SecuenciaBancaria, CodigoBancario, MontoCentimos, Fecha.
_SEQUENCE = re.compile(r"[0-9A-Z]{1,20}")
_BANK_CODE = re.compile(r"[0-9A-Z]{1,10}")
_MOST_CENTIMOS = 10_000_000
_FIRST_DAY = date(1900, 1, 1)
MAX_DELAY_S = 7 * 86_400


@dataclass(frozen=True)
class Voucher:
    """One payment at the bank, in céntimos. Sequence and day name it: no two have the same.

    It shows `visible_after_s` seconds after the sandbox starts, or after it was made. `used`: it
    paid for something this sandbox has no record of.
    """

    payer_type: str
    payer_number: str
    sequence: str
    paid_on: date
    amount_centimos: int
    agency: str | None = None
    cashier: str | None = None
    paid_at: time | None = None
    visible_after_s: float = 0.0
    used: bool = False

    @property
    def reference(self) -> str:
        """What `solicitarCertificado` calls this payment; nothing in it tells who paid."""
        return f"BN-{self.paid_on:%Y%m%d}-{self.sequence}"


def read_voucher(entry: Any, where: str) -> Voucher:
    """A voucher from a TOML entry. Raises PeopleError that says what to change."""
    voucher = build(Voucher, entry, where)
    check_document(voucher.payer_type, voucher.payer_number, where)
    if not _SEQUENCE.fullmatch(voucher.sequence):
        raise PeopleError(f"{where}: sequence is 1 to 20 digits or capitals, as printed.")
    for name in ("agency", "cashier"):
        if (code := getattr(voucher, name)) is not None and not _BANK_CODE.fullmatch(code):
            raise PeopleError(f"{where}: {name} is 1 to 10 digits or capitals, as printed.")
    if voucher.paid_on < _FIRST_DAY:
        raise PeopleError(f"{where}: paid_on is a day from 1900 on.")
    if not 1 <= voucher.amount_centimos <= _MOST_CENTIMOS:
        raise PeopleError(f"{where}: amount_centimos is from 1 to {_MOST_CENTIMOS} céntimos.")
    if voucher.paid_at is not None and (voucher.paid_at.tzinfo or voucher.paid_at.microsecond):
        raise PeopleError(f"{where}: paid_at is a local time in whole seconds, like 10:15:00.")
    if not 0 <= voucher.visible_after_s <= MAX_DELAY_S:
        raise PeopleError(f"{where}: visible_after_s is from 0 to {MAX_DELAY_S} seconds.")
    return voucher


def written_voucher(entry: Any, where: str) -> Voucher:
    """As `read_voucher`, for JSON and forms: `paid_on` and `paid_at` are text there."""
    if not isinstance(entry, dict):
        return read_voucher(entry, where)
    typed = dict(entry)
    for name, kind, example in (("paid_on", date, "2026-11-20"), ("paid_at", time, "10:15:00")):
        if isinstance(text := typed.get(name), str):
            try:
                typed[name] = kind.fromisoformat(text)
            except ValueError as error:
                raise PeopleError(f"{where}: {name} is written like {example}.") from error
    return read_voucher({key: value for key, value in typed.items() if value is not None}, where)


def refuse_doubles(vouchers: Iterable[Voucher], where: str) -> None:
    """Raises PeopleError when two vouchers have the same sequence and day."""
    seen: set[str] = set()
    for voucher in vouchers:
        if voucher.reference in seen:
            raise PeopleError(
                f"{where}: two vouchers have the sequence {voucher.sequence} on {voucher.paid_on};"
                " give one of them another."
            )
        seen.add(voucher.reference)
