"""The journal's book of claims: money owed to somebody, and the slip that proves it."""

from dataclasses import dataclass
from enum import StrEnum
from sqlite3 import Row
from uuid import UUID

from kiosk.journal.effects import now
from kiosk.journal.file import JournalFile

SCHEMA = """
CREATE TABLE claims (
    id          TEXT PRIMARY KEY,
    code        TEXT NOT NULL UNIQUE,
    application TEXT NOT NULL,
    payment     TEXT NOT NULL,
    means       TEXT NOT NULL CHECK (means IN ('card', 'cash', 'wallet')),
    amount      INTEGER NOT NULL CHECK (amount >= 0),   -- céntimos; 0: withdrawn
    reason      TEXT NOT NULL,
    proven      INTEGER NOT NULL CHECK (proven IN (0, 1)),
    made_at     TEXT NOT NULL,
    slip        TEXT NOT NULL DEFAULT 'owed'
        CHECK (slip IN ('owed', 'printing', 'printed', 'not_printed', 'unknown'))
) STRICT;
CREATE INDEX claims_payment ON claims (payment);
CREATE INDEX claims_slip ON claims (slip) WHERE slip IN ('owed', 'printing');
"""


class ClaimReason(StrEnum):
    """Why money is owed."""

    CASH_NOT_RETURNED = "cash_not_returned"
    CHANGE_NOT_GIVEN = "change_not_given"
    PAID_BUT_REFUSED = "paid_but_refused"
    NOT_REGISTERED = "not_registered"  # charged, and the server will not take it
    FOUND_LATE = "found_late"  # a device told of money after its session was settled


class SlipState(StrEnum):
    """What is known about a claim's paper. `owed`: it was not sent to the printer yet."""

    OWED = "owed"
    PRINTING = "printing"
    PRINTED = "printed"
    NOT_PRINTED = "not_printed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Claim:
    """`amount_centimos` of `payment` are owed. `proven`: it is certain that they were taken."""

    id: UUID
    code: str
    application: UUID
    payment: UUID
    means: str
    amount_centimos: int
    reason: ClaimReason
    proven: bool
    made_at: str = ""
    slip: SlipState = SlipState.OWED


class ClaimBook:
    """Claims; each call is one durable unit, or part of the one around it."""

    def __init__(self, file: JournalFile) -> None:
        self._file = file

    def make(self, claim: Claim) -> Claim:
        """Write `claim` down; the same id again is the claim that is there."""
        with self._file.unit() as db:
            db.execute(
                "INSERT INTO claims (id, code, application, payment, means, amount, reason, proven,"
                " made_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
                (
                    str(claim.id),
                    claim.code,
                    str(claim.application),
                    str(claim.payment),
                    claim.means,
                    claim.amount_centimos,
                    claim.reason,
                    claim.proven,
                    now(),
                ),
            )
            (row,) = db.execute("SELECT * FROM claims WHERE id = ?", (str(claim.id),)).fetchall()
        return _claim(row)

    def of_payment(self, payment: UUID) -> list[Claim]:
        """What is owed of `payment`, oldest first."""
        rows = self._file.read(
            "SELECT * FROM claims WHERE payment = ? ORDER BY made_at, id", (str(payment),)
        )
        return [_claim(row) for row in rows]

    def prove(self, claim: UUID, amount_centimos: int) -> None:
        """It is known now that this much is owed; 0 withdraws the claim."""
        with self._file.unit() as db:
            db.execute(
                "UPDATE claims SET amount = ?, proven = 1 WHERE id = ?",
                (amount_centimos, str(claim)),
            )

    def slip_is(self, code: str, state: SlipState) -> None:
        """Write down what is known about the paper; before and after it is printed."""
        with self._file.unit() as db:
            db.execute("UPDATE claims SET slip = ? WHERE code = ?", (state, code))

    def without_slip(self) -> list[Claim]:
        """Claims of money whose paper was never sent to a printer, oldest first."""
        rows = self._file.read(
            "SELECT * FROM claims WHERE slip = 'owed' AND amount > 0 ORDER BY made_at, id"
        )
        return [_claim(row) for row in rows]

    def interrupt(self) -> None:
        """At boot: of a slip that was being printed nobody knows whether it came out."""
        with self._file.unit() as db:
            db.execute("UPDATE claims SET slip = 'unknown' WHERE slip = 'printing'")


def _claim(row: Row) -> Claim:
    return Claim(
        id=UUID(row["id"]),
        code=row["code"],
        application=UUID(row["application"]),
        payment=UUID(row["payment"]),
        means=row["means"],
        amount_centimos=row["amount"],
        reason=ClaimReason(row["reason"]),
        proven=bool(row["proven"]),
        made_at=row["made_at"],
        slip=SlipState(row["slip"]),
    )
