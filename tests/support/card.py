"""What a simulated card terminal booked, and the promise every payment test checks."""

from typing import Any

from devices.nexo.simulator import NexoSimulator


def booked(terminal: NexoSimulator) -> list[dict[str, Any]]:
    """The payments in the terminal's ledger, oldest first."""
    payments: Any = terminal.obey("ledger")["payments"]
    return payments


def check_paid_at_most_once(terminal: NexoSimulator) -> None:
    """Raise AssertionError if an order was paid twice or a payment was sent twice."""
    paid = [row["reference"] for row in booked(terminal) if row["state"] == "approved"]
    assert len(paid) == len(set(paid)), f"paid twice: {paid}"
    assert terminal.obey("ledger")["duplicates"] == 0, "sent twice"
