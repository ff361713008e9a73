"""Days of money that are sound by construction, for tests that then break one book."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from queue_server.payments.model.day_books import (
    AcceptorCount,
    CentreBook,
    CentreState,
    CentreTaking,
    DayBooks,
    Denomination,
    Held,
    HopperCount,
    JournalPayment,
    KioskReport,
    ServerPayment,
    Sums,
    TerminalPeriod,
    Told,
    Tried,
)
from queue_server.payments.model.paid import Means

DAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
FEE = 3770
HAPPENINGS = (
    "card",
    "card reversed",
    "cash",
    "cash given back",
    "cash owed",
    "wallet",
    "wallet given up",
    "voucher",
)


@dataclass
class Day:
    """A day as it is written down, thing by thing."""

    kiosks: list[str]
    journal: dict[str, list[JournalPayment]] = field(default_factory=dict)
    server: list[ServerPayment] = field(default_factory=list)
    centre: dict[str, CentreTaking] = field(default_factory=dict)
    pieces: dict[str, int] = field(default_factory=dict)
    coins: dict[str, int] = field(default_factory=dict)
    count: int = 0

    def happens(self, kiosk: str, what: str) -> None:
        """One visitor at `kiosk`."""
        self.count += 1
        payment, application = (str(UUID(int=self.count * 2 + each)) for each in (0, 1))
        ids = payment, application
        match what:
            case "card" | "wallet":
                self._sold(kiosk, ids, Means(what))
            case "card reversed":
                self._tried(
                    kiosk, ids, Means.CARD, Tried.BACK, taken_centimos=FEE, given_centimos=FEE
                )
                self._held(kiosk, ids, Means.CARD, Held.BACK, price_centimos=FEE)
                self._at_centre(application, Means.CARD, payment, CentreState.REFUSED)
            case "cash":
                self._cash(kiosk, 4000, 230)
                more = {"taken_centimos": 4000, "given_centimos": 230}
                self._tried(kiosk, ids, Means.CASH, Tried.KEPT, **more)
                self._held(
                    kiosk, ids, Means.CASH, Held.SERVES, price_centimos=FEE, taken_centimos=4000
                )
                self._at_centre(application, Means.CASH, payment)
            case "cash given back":
                self._cash(kiosk, 2000, 2000)
                more = {"taken_centimos": 2000, "given_centimos": 2000}
                self._tried(kiosk, ids, Means.CASH, Tried.BACK, **more)
            case "cash owed":
                self._cash(kiosk, 2000, 0)
                more = {"taken_centimos": 2000, "claimed_centimos": 2000}
                self._tried(kiosk, ids, Means.CASH, Tried.OWED, **more)
                self._held(kiosk, ids, Means.CASH, Held.NOTHING, claimed_centimos=2000)
            case "wallet given up":
                self._tried(kiosk, ids, Means.WALLET, Tried.NOTHING)
            case _:
                self._held(kiosk, ids, Means.VOUCHER, Held.SERVES, price_centimos=FEE)
                self._at_centre(application, Means.VOUCHER, payment)

    def books(self) -> DayBooks:
        """As they are compared."""
        return DayBooks(
            DAY,
            self.kiosks,
            {kiosk: self._report(kiosk) for kiosk in self.kiosks},
            tuple(self.server),
            CentreBook(NOON, dict(self.centre)),
        )

    def _report(self, kiosk: str) -> KioskReport:
        tries = self.journal.get(kiosk, [])
        cards = [each for each in tries if each.means is Means.CARD]
        paid = Sums(len(cards), sum(each.taken_centimos for each in cards))
        back = [each.given_centimos for each in cards if each.given_centimos]
        reversed_ = Sums(len(back), sum(back))
        period = TerminalPeriod("T-1", "1", Told.TOLD, True, paid, reversed_, paid, reversed_)
        pieces, coins = self.pieces.get(kiosk, 0), self.coins.get(kiosk, 0)
        box = AcceptorCount("bill-1", (Denomination("PE0020A", 2000, pieces),), pieces, pieces)
        return KioskReport(
            kiosk, NOON, tuple(tries), (period,), (box,), (HopperCount("hopper-1", 10, coins),)
        )

    def _sold(self, kiosk: str, ids: tuple[str, str], means: Means) -> None:
        self._tried(kiosk, ids, means, Tried.KEPT, taken_centimos=FEE)
        self._held(kiosk, ids, means, Held.SERVES, price_centimos=FEE)
        self._at_centre(ids[1], means, ids[0])

    def _cash(self, kiosk: str, taken: int, given: int) -> None:
        self.pieces[kiosk] = self.pieces.get(kiosk, 0) + taken // 2000
        self.coins[kiosk] = self.coins.get(kiosk, 0) + given // 10

    def _tried(
        self, kiosk: str, ids: tuple[str, str], means: Means, stands: Tried, **more: Any
    ) -> None:
        made = JournalPayment(*ids, means, NOON, stands, FEE, **more)
        self.journal.setdefault(kiosk, []).append(made)

    def _held(
        self, kiosk: str, ids: tuple[str, str], means: Means, held: Held, **more: int
    ) -> None:
        self.server.append(ServerPayment(*ids, kiosk, means, held, **more, reference=ids[0]))

    def _at_centre(
        self,
        application: str,
        means: Means,
        reference: str,
        state: CentreState = CentreState.ISSUED,
    ) -> None:
        self.centre[application] = CentreTaking(application, means, FEE, reference, NOON, state)


@st.composite
def days(draw: st.DrawFn) -> DayBooks:
    """A sound day of one to three kiosks."""
    day = Day([f"K{number}" for number in range(1, draw(st.integers(1, 3)) + 1)])
    visits = st.lists(
        st.tuples(st.sampled_from(day.kiosks), st.sampled_from(HAPPENINGS)), max_size=12
    )
    for kiosk, what in draw(visits):
        day.happens(kiosk, what)
    return day.books()


def whole_day() -> DayBooks:
    """One of everything at one kiosk."""
    day = Day(["K1"])
    for what in HAPPENINGS:
        day.happens("K1", what)
    return day.books()
