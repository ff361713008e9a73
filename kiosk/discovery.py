"""Advertises this kiosk on the LAN, so that central IT sees it. A hint, never trust."""

import socket
from types import TracebackType

import structlog
from zeroconf import Error, InterfaceChoice, ServiceInfo, Zeroconf

from kiosk.config import KioskConfig

SERVICE_TYPE = "_vent-kiosk._tcp.local."  # RFC 6335 §5.1: 15 characters at most
DISCARD_PORT = 9  # a kiosk listens on nothing; RFC 863's port says so

log = structlog.get_logger("discovery")


class Advert:
    """While entered, `<code>` is visible as a kiosk. A LAN without multicast is no error."""

    def __init__(self, config: KioskConfig, build: str) -> None:
        self._config = config
        self._build = build
        self._zeroconf: Zeroconf | None = None

    def __enter__(self) -> "Advert":
        settings = self._config.discovery
        if settings.enabled:
            try:
                self._zeroconf = Zeroconf(list(settings.interfaces) or InterfaceChoice.All)
                self._zeroconf.register_service(self._info(), allow_name_change=True)
            except (OSError, Error) as error:
                log.warning("kiosk is not advertised", reason=str(error))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._zeroconf is not None:
            self._zeroconf.unregister_all_services()
            self._zeroconf.close()

    def _info(self) -> ServiceInfo:
        addresses = self._config.discovery.interfaces or _own_addresses()
        return ServiceInfo(
            SERVICE_TYPE,
            f"{self._config.code}.{SERVICE_TYPE}",
            port=DISCARD_PORT,
            properties={"code": self._config.code, "v": self._build},
            parsed_addresses=list(addresses),
            server=f"kiosk-{self._config.code.lower()}.local.",
        )


def _own_addresses() -> list[str]:
    found = socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
    return sorted({str(address[4][0]) for address in found})
