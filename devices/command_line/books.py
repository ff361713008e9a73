"""Books for tools: nothing is accepted or given here, so nothing is written down."""

from devices.driver import Report, Wiring
from devices.errors import DeviceError
from devices.kinds.cash_acceptor import Credit, Tally
from devices.kinds.cash_dispenser import Payout


class MoneyMoved(DeviceError):
    """A device told of money while nobody could write it down."""


class NoCredits:
    """A ``CreditBook`` that keeps nothing and refuses money."""

    def tally(self, serial: str) -> Tally | None:  # noqa: ARG002
        """Nothing is known of any device."""
        return None

    def commit(self, serial: str, tally: Tally, credits: tuple[Credit, ...]) -> None:  # noqa: ARG002
        """Raises ``MoneyMoved`` for money; counters alone are let pass."""
        if credits:
            raise MoneyMoved(f"{serial}: money came in outside a kiosk; give it back by hand.")


class NoPayouts:
    """A ``PayoutBook`` that keeps nothing and refuses to begin."""

    def find(self, payout_id: str) -> Payout | None:  # noqa: ARG002
        """Nothing is known of any payout."""
        return None

    def open_payout(self, serial: str) -> Payout | None:  # noqa: ARG002
        """Nothing is open."""
        return None

    def begin(self, payout: Payout) -> None:
        """Raises ``MoneyMoved``."""
        raise MoneyMoved(f"{payout.serial}: a technician's tool gives no money.")

    def end(self, payout: Payout) -> None:
        """Nothing was begun."""


def wiring(report: Report) -> Wiring:
    """What a tool connects a driver to."""
    return Wiring(report, NoCredits(), NoPayouts())
