"""Takes coins through a ccTalk coin acceptor: each one counts as it falls, and counts once."""

from devices.cctalk.acceptor import Manners
from devices.cctalk.bus import Bus, Station
from devices.cctalk.cash_in import CashIn, refuse
from devices.cctalk.events import Event
from devices.cctalk.faults import BusFault, Fault
from devices.cctalk.options import (
    ACCEPTOR_OPTIONS,
    CCTALK_CHOICES,
    CCTALK_LIMITS,
    manners_of,
    station_of,
)
from devices.cctalk.protocol import COIN_ACCEPTOR, COIN_ID, READ_COINS
from devices.cctalk.till import Heard, Money
from devices.cctalk_coin.protocol import POSITIONS, CoinId, news_of
from devices.driver import Model, Options, Report, Wiring
from devices.errors import BookMissing
from devices.kinds.cash_acceptor import KIND, CreditBook, Rejected
from devices.link import Link
from devices.status import Action, DeviceState, DeviceStatus


class CoinDriver(CashIn):
    """One coin acceptor with the coins of ``country``."""

    category = "Coin Acceptor"
    sort = "coin"
    events_command = READ_COINS

    def __init__(
        self,
        bus: Bus,
        station: Station,
        book: CreditBook,
        report: Report,
        manners: Manners,
        country: str = "PE",
    ) -> None:
        super().__init__(bus, station, book, report, manners)
        self._country = country
        self._coin_ids: dict[int, CoinId | None] = {}
        self._of_device: object = None
        self._blocked = ""

    def _learn(self) -> None:
        if self._of_device != self._identity:
            self._of_device = self._identity
            self._coin_ids.clear()
        for position in range(1, POSITIONS + 1):
            if position not in self._coin_ids:
                self._coin_ids[position] = self._coin_id(position)
        known = self._coin_ids.items()
        fitting = {n: each for n, each in known if each and each.country == self._country}
        self._catalogue = {
            n: Money(each.name, each.centimos) for n, each in fitting.items() if each.centimos
        }

    def _coin_id(self, position: int) -> CoinId | None:
        try:
            return CoinId.from_bytes(self._station.ask_twice(COIN_ID, bytes([position])))
        except BusFault as fault:
            if fault.fault is Fault.REFUSED:
                return None
            raise

    def _money_in(self, event: Event) -> Money | None:
        position = news_of(event).position
        if not position:
            return None
        return self._catalogue.get(position, Money(f"coin {position}", None))

    def _remember(self, event: Event) -> None:
        news = news_of(event)
        if news.kind == "fault":
            self._blocked = news.words
        elif news.kind == "credited":
            self._blocked = ""  # a coin went all the way through

    def _tell(self, heard: Heard) -> None:
        news = news_of(heard.event)
        if news.kind == "rejected":
            self._report(Rejected(self._till.tally.session, news.words))
        elif news.kind == "fraud":
            self._suspect(news.words)

    def _forget(self) -> None:
        self._blocked = ""

    def _begin_afresh(self) -> None:
        self._blocked = ""

    def _set_modes(self) -> None:
        """A coin acceptor has none: whatever path a coin takes, it stays."""

    def _modes_are_set(self) -> bool:
        return True

    def _tend(self) -> None:
        """Nothing waits in a coin acceptor."""

    def _drop_everything(self) -> None:
        """What fell in cannot come back."""

    def _repaired(self) -> None:
        self._blocked = ""

    def _health(self) -> DeviceStatus:
        parts = {"transport": "jammed" if self._blocked else "ok"}
        if not self._catalogue:
            detail = f"it knows no coins of {self._country}: have it programmed"
            return DeviceStatus(DeviceState.OFFLINE, parts, Action.CONFIGURATION, detail)
        if self._blocked:
            detail = f"{self._blocked}: clear its coin path, then run the self-test"
            return DeviceStatus(DeviceState.HARDWARE_ERROR, parts, Action.CLEAR, detail)
        return DeviceStatus(DeviceState.ONLINE, parts)


def _build(link: Link, options: Options, wiring: Wiring) -> CoinDriver:
    if wiring.credit_book is None:
        raise BookMissing("cctalk-coin", "credit book")
    bus, station = station_of(link, options)
    country = str(options["country"])
    manners = manners_of(options)
    return CoinDriver(bus, station, wiring.credit_book, wiring.report, manners, country)


MODEL = Model(
    kind=KIND,
    options={**ACCEPTOR_OPTIONS, "address": COIN_ACCEPTOR, "country": "PE"},
    build=_build,
    choices=CCTALK_CHOICES,
    limits=CCTALK_LIMITS,
    refuse=refuse,
    personal=False,
)
