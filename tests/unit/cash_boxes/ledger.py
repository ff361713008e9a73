"""A kiosk's journal into which pieces fall, and an order to take its boxes out."""

from pathlib import Path
from uuid import UUID, uuid4

from devices.kinds.cash_acceptor import Credit, Tally
from devices.kinds.cash_dispenser import Payout
from kiosk.cash.boxes import Sort
from kiosk.journal import Journal, load_key
from kiosk.journal.boxes import Emptying, Place

BILLS, COINS = "bill-1", "coin-1"
HOPPER = "hopper-1"
PLACES = (
    Place(BILLS, "bills", Sort.ACCEPTOR),
    Place(COINS, "coins", Sort.ACCEPTOR),
    Place(HOPPER, "hopper100", Sort.HOPPER, 100),
)


def opened(folder: Path) -> Journal:
    """The journal, with a box in each place."""
    journal = Journal(folder / "j.db", load_key(folder / "k"))
    for place in PLACES:
        journal.boxes.open_first(place, 0)
    return journal


def drop(journal: Journal, serial: str, centimos: int) -> None:
    """A piece falls into a box."""
    before = journal.cash.tally(serial) or Tally(0)
    counter = before.counter + 1
    credit = Credit(serial, counter, centimos, "PE", "")
    journal.cash.commit(serial, Tally(counter), (credit,))


def pay_out(journal: Journal, coins: int, outcome: str = "paid") -> str:
    """Coins come out of the hopper; the payout's id."""
    id_ = f"{uuid4()}:change:100"
    journal.cash.begin(Payout(id_, HOPPER, 1, coins))
    known = (coins, 0) if outcome == "paid" else (None, None)
    journal.cash.end(Payout(id_, HOPPER, 1, coins, None, outcome, *known))  # type: ignore[arg-type]
    return id_


def order(id_: UUID | None = None) -> Emptying:
    """Rosa asked for it, and Beatriz confirmed."""
    return Emptying(id_ or uuid4(), "rosa", "beatriz", "Módulo", "America/Lima")
