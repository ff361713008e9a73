"""Gives back what was paid for an application that the centre refused: a reversal, or a claim.

The server says what must go back, and hears before anything is given; the journal too.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import structlog

from devices.kinds.card_terminal import CardEvidence, Reverse
from kiosk.cash.settlement import CashSettlement
from kiosk.journal import Journal
from kiosk.journal.orders import OrderEntry
from kiosk.order import Means, OrderState, service_id
from kiosk.performers.card import submit
from kiosk.performers.printer import Commands
from kiosk.queue_client import Granted, QueueClient

LOOK_EVERY_S = 3.0
REVERSAL_DEADLINE_S = 60.0
TELL_DEADLINE_S = 5.0

log = structlog.get_logger("giving back")


class GivingBack:
    """Works off the returns of this kiosk, one after the other. One thread."""

    def __init__(
        self,
        journal: Journal,
        client: QueueClient,
        terminal: Commands | None,
        terminal_ready: Callable[[], bool],
        settlement: CashSettlement,
    ) -> None:
        self._journal = journal
        self._client = client
        self._terminal = terminal
        self._terminal_ready = terminal_ready
        self._settlement = settlement

    def look(self) -> None:
        """Ask what must go back, and give back what can be."""
        answer = self._client.get("/api/v1/returns")
        if not isinstance(answer, Granted):
            return
        for row in answer.body["returns"]:
            payment = UUID(row["payment_id"])
            known = self._journal.orders.of_payment(payment)
            if known is None:  # of a journal that is no more: what it had begun nobody knows
                self._tell(payment, "refused" if row["state"] == "owed" else "unknown")
                continue
            with self._journal.orders.claim(known.application, wait=False) as mine:
                entry = self._journal.orders.of_payment(payment)  # as it stands for us alone
                if mine and entry is not None:
                    self._give(entry, payment, same_day=row["same_day"])

    def _give(self, entry: OrderEntry, payment: UUID, *, same_day: bool) -> None:
        match entry.state, entry.means:
            case OrderState.ACCEPTED, Means.CARD if not same_day:
                self._tell(payment, "refused")
            case OrderState.ACCEPTED, Means.CARD:
                self._reverse(entry, payment)
            case OrderState.RETURNING, Means.CARD:
                self._tell(payment, "unknown")  # power went while the terminal was asked
            case OrderState.RETURNED, Means.CARD:
                self._tell(payment, "returned")
            case OrderState.OWED, Means.CARD:
                self._tell(payment, "refused")
            case OrderState.ACCEPTED, Means.CASH:
                if self._tell(payment, "under_way"):
                    self._journal.orders.step(entry.application, OrderState.RETURNING)
                    self._owe(payment)
            case OrderState.RETURNING, Means.CASH:
                self._owe(payment)
            case _:
                pass  # a claim is on its way to the server

    def _reverse(self, entry: OrderEntry, payment: UUID) -> None:
        """The whole payment at the terminal, once; afterwards it is known, or staff look."""
        if not self._terminal_ready() or entry.evidence is None:
            return
        if not self._tell(payment, "under_way"):
            return
        self._journal.orders.step(entry.application, OrderState.RETURNING)
        reversal = Reverse(
            service_id(uuid5(payment, "reversal")), _charged(payment, entry.evidence)
        )
        result = submit(self._terminal, reversal, REVERSAL_DEADLINE_S)
        outcome = result.outcome if result else "unknown"
        log.info("reversal", application=str(entry.application), outcome=outcome)
        match outcome:
            case "approved":
                proof = result.evidence if result else None
                self._journal.orders.step(entry.application, OrderState.RETURNED)
                self._tell(payment, "returned", _proof(proof) if proof else None)
            case "unknown" | "in_progress":
                self._tell(payment, "unknown")
            case "not_started":  # somebody pays there: again, as long as it is this day
                self._journal.orders.step(entry.application, OrderState.ACCEPTED)
            case _:
                self._journal.orders.step(entry.application, OrderState.OWED)
                self._tell(payment, "refused")

    def _owe(self, payment: UUID) -> None:
        """A claim holds the cash: its owner may have gone."""
        self._settlement.settle(payment, give=False)

    def _tell(self, payment: UUID, result: str, evidence: Mapping[str, Any] | None = None) -> bool:
        body: dict[str, Any] = {"result": result}
        if evidence is not None:
            body["evidence"] = evidence
        key = uuid5(payment, f"return:{result}")
        answer = self._client.put(f"/api/v1/returns/{payment}", body, key, TELL_DEADLINE_S)
        return isinstance(answer, Granted)


def _charged(payment: UUID, evidence: Mapping[str, Any]) -> CardEvidence:
    """What the terminal said when it charged, as the journal kept it."""
    return CardEvidence(
        service_id(payment),
        evidence["amount_centimos"],
        evidence["terminal_id"],
        evidence["authorisation_code"],
        evidence["rrn"],
        evidence["stan"],
        evidence["masked_last4"],
        evidence["scheme"],
        datetime.fromisoformat(evidence["paid_at"]),
    )


def _proof(reversed_: CardEvidence) -> dict[str, Any]:
    """What the server keeps of a reversal."""
    return {
        "terminal_id": reversed_.terminal_id,
        "rrn": reversed_.rrn,
        "stan": reversed_.stan,
        "authorisation_code": reversed_.authorisation_code,
        "at": reversed_.at.isoformat(),
    }
