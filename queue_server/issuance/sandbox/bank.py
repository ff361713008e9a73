"""The bank's payments as the centre sees them: which voucher pays, and for whom."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from queue_server.issuance.sandbox import codes
from queue_server.issuance.sandbox.ledger import Ledger
from queue_server.issuance.sandbox.vouchers import Voucher

MEANS = "BANCO_NACION"
_OPTIONAL = (("agencia", "agency"), ("cajero", "cashier"), ("hora", "paid_at"))


class VoucherExists(ValueError):
    """Sequence and day of a voucher are those of another; choose another sequence."""


@dataclass(frozen=True)
class Shown:
    """One voucher as it stands: `used` by this ledger or outside of it, seconds until it shows."""

    voucher: Voucher
    used: bool
    shows_in_s: float


class Bank:
    """Vouchers beside the requests they pay for. Safe from any thread.

    `minimum_centimos`: less does not pay for a certificate. Instants are aware.
    """

    def __init__(self, ledger: Ledger, minimum_centimos: int) -> None:
        self._ledger, self.minimum_centimos = ledger, minimum_centimos

    def enter(self, vouchers: Iterable[Voucher], now: datetime) -> None:
        """What the register says, in place of what it said at the last start."""
        with self._ledger.transaction():
            self._ledger.write("DELETE FROM vouchers WHERE made = 0")
            for voucher in vouchers:
                self._ledger.write("DELETE FROM vouchers WHERE reference = ?", voucher.reference)
                self._write(voucher, now, made=False)

    def make(self, voucher: Voucher, now: datetime) -> None:
        """One more voucher. Raises VoucherExists."""
        try:
            self._write(voucher, now, made=True)
        except sqlite3.IntegrityError as error:
            raise VoucherExists(
                f"there is a voucher with sequence {voucher.sequence} on {voucher.paid_on}"
                " already; choose another sequence"
            ) from error

    def validate(
        self, payer: Mapping[str, str], voucher: Mapping[str, str], now: datetime
    ) -> tuple[str, Voucher | None]:
        """The code `validarPago` answers, and the payment when it is 0000. Changes nothing."""
        row = self._ledger.one(
            "SELECT * FROM vouchers WHERE sequence = ? AND paid_on = ?",
            voucher["secuencia"],
            voucher["fecha"],
        )
        if row is None:
            return codes.PAYMENT_NOT_FOUND, None
        code = self._code(row, payer, now)
        # What does not show yet cannot be compared either.
        if code != codes.PAYMENT_NOT_VISIBLE and not _agrees(row, voucher):
            code = codes.PAYMENT_NOT_FOUND
        return code, _voucher(row) if code == codes.DONE else None

    def judge(self, payment: Mapping[str, str], applicant: Mapping[str, str], now: datetime) -> str:
        """The code for a payment by voucher: of the applicant, its amount and instant as given."""
        row = self._ledger.one("SELECT * FROM vouchers WHERE reference = ?", payment["referencia"])
        if row is None:
            return codes.PAYMENT_NOT_FOUND
        code = self._code(row, applicant, now)
        if code != codes.DONE:
            return code
        same_amount = int(payment["montoCentimos"]) == row["amount_centimos"]
        same_instant = datetime.fromisoformat(payment["fechaHora"]) == paid_at(_voucher(row), now)
        return code if same_amount and same_instant else codes.PAYMENT_NOT_FOUND

    def latest(self, limit: int, now: datetime) -> list[Shown]:
        """At most `limit` vouchers, those entered last first."""
        rows = self._ledger.all("SELECT * FROM vouchers ORDER BY serial DESC LIMIT ?", limit)
        return [
            Shown(_voucher(row), self._is_used(row), max(0.0, row["visible_at"] - now.timestamp()))
            for row in rows
        ]

    def _code(self, row: sqlite3.Row, payer: Mapping[str, str], now: datetime) -> str:
        if (row["payer_type"], row["payer_number"]) != (payer["tipo"], payer["numero"]):
            return codes.PAYMENT_OF_ANOTHER
        if now.timestamp() < row["visible_at"]:
            return codes.PAYMENT_NOT_VISIBLE
        if self._is_used(row):
            return codes.PAYMENT_USED
        if row["amount_centimos"] < self.minimum_centimos:
            return codes.PAYMENT_TOO_LITTLE
        return codes.DONE

    def _is_used(self, row: sqlite3.Row) -> bool:
        held = "SELECT 1 FROM requests WHERE means = ? AND reference = ? AND state <> 'RECHAZADO'"
        return bool(row["used"]) or self._ledger.one(held, MEANS, row["reference"]) is not None

    def _write(self, voucher: Voucher, now: datetime, made: bool) -> None:
        self._ledger.write(
            "INSERT INTO vouchers (reference, payer_type, payer_number, sequence, paid_on,"
            " amount_centimos, agency, cashier, paid_at, visible_at, used, made)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(voucher.reference, voucher.payer_type, voucher.payer_number, voucher.sequence),
            *(voucher.paid_on.isoformat(), voucher.amount_centimos, voucher.agency),
            *(voucher.cashier, voucher.paid_at and voucher.paid_at.isoformat()),
            *(now.timestamp() + voucher.visible_after_s, int(voucher.used), int(made)),
        )


def paid_at(voucher: Voucher, now: datetime) -> datetime:
    """When it was paid, at the offset of `now`; midnight where the hour is not known."""
    return datetime.combine(voucher.paid_on, voucher.paid_at or time(0), now.tzinfo)


def _agrees(row: sqlite3.Row, given: Mapping[str, Any]) -> bool:
    """Whether the further evidence that was given is what the bank has, where it has any."""
    return all(row[ours] in (None, given.get(theirs, row[ours])) for theirs, ours in _OPTIONAL)


def _voucher(row: sqlite3.Row) -> Voucher:
    return Voucher(
        row["payer_type"],
        row["payer_number"],
        row["sequence"],
        date.fromisoformat(row["paid_on"]),
        row["amount_centimos"],
        row["agency"],
        row["cashier"],
        time.fromisoformat(row["paid_at"]) if row["paid_at"] else None,
        used=bool(row["used"]),
    )
