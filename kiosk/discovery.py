"""Advertises this kiosk on the LAN, so that central IT sees it. A hint, never trust."""

import ipaddress
import threading
from types import TracebackType

import ifaddr
import structlog
from zeroconf import Error, InterfaceChoice, ServiceInfo, Zeroconf

from kiosk.config import KioskConfig

SERVICE_TYPE = "_vent-kiosk._tcp.local."  # RFC 6335 §5.1: 15 characters at most
DISCARD_PORT = 9  # a kiosk listens on nothing; RFC 863's port says so
MAX_ADDRESSES = 8
LOOK_EVERY_S = 20.0

log = structlog.get_logger("discovery")


class Advert:
    """While entered, `<code>` is visible as a kiosk. A LAN without multicast is no error.

    A name that is taken gets a number (RFC 6763 §D): the code stands in the TXT record, so that
    two machines with one code are seen as what they are.
    """

    def __init__(self, config: KioskConfig, build: str) -> None:
        self._config = config
        self._build = build
        self._lock = threading.Lock()
        self._entered = False
        self._zeroconf: Zeroconf | None = None
        self._told: tuple[str, ...] = ()

    def __enter__(self) -> "Advert":
        self._entered = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._entered = False
        with self._lock:
            self._withdraw()

    def look(self) -> None:
        """Advertise, if this machine's addresses are others than those it told."""
        if not self._entered or not self._config.discovery.enabled:
            return
        with self._lock:
            addresses = self._addresses()
            if addresses == self._told:
                return
            self._withdraw()
            self._told = addresses
            if addresses:
                self._advertise(addresses)

    def _advertise(self, addresses: tuple[str, ...]) -> None:
        try:
            interfaces = self._config.discovery.interfaces
            self._zeroconf = Zeroconf(list(interfaces) or InterfaceChoice.All)
            self._zeroconf.register_service(self._info(addresses), allow_name_change=True)
        except (OSError, Error) as error:
            log.warning("kiosk is not advertised", reason=str(error))

    def _withdraw(self) -> None:
        if self._zeroconf is not None:
            self._zeroconf.unregister_all_services()
            self._zeroconf.close()
            self._zeroconf = None

    def _addresses(self) -> tuple[str, ...]:
        return self._config.discovery.interfaces or own_addresses()

    def _info(self, addresses: tuple[str, ...]) -> ServiceInfo:
        return ServiceInfo(
            SERVICE_TYPE,
            f"{self._config.code}.{SERVICE_TYPE}",
            port=DISCARD_PORT,
            properties={"code": self._config.code, "v": self._build},
            parsed_addresses=list(addresses),
            server=f"kiosk-{self._config.code.lower()}.local.",
        )


def own_addresses() -> tuple[str, ...]:
    """This machine's IPv4 addresses that others can reach; the loopback one where it has no other.

    A hostname's own entry is no help: Debian points it at 127.0.1.1.
    """
    cards = ifaddr.get_adapters()
    found = sorted({str(each.ip) for card in cards for each in card.ips if each.is_IPv4})
    outside = [each for each in found if not ipaddress.ip_address(each).is_loopback]
    return tuple(outside[:MAX_ADDRESSES]) or tuple(found[:1])
