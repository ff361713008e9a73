"""Where a queue server might be: what answers to its name on the LAN. A hint, never trust."""

from collections.abc import Sequence
from contextlib import suppress
from ipaddress import ip_address
from types import TracebackType
from typing import Protocol

import structlog
from zeroconf import (
    Error,
    InterfaceChoice,
    ServiceBrowser,
    ServiceInfo,
    ServiceStateChange,
    Zeroconf,
)

SERVER_TYPE = "_ventanilla._tcp.local."
# What a flood on the LAN can make us look at; behind more the configuration must name the server.
MAX_SERVERS = 64
MAX_ADDRESSES = 4
RESOLVE_MS = 300

log = structlog.get_logger("pairing")


class Finder(Protocol):
    """Says where to look for a server."""

    def urls(self) -> Sequence[str]:
        """Addresses to try, each once."""
        ...

    def close(self) -> None:
        """Look no more."""
        ...


class Configured:
    """The one server that the configuration names."""

    def __init__(self, url: str) -> None:
        self._url = url

    def urls(self) -> Sequence[str]:
        """That one."""
        return (self._url,)

    def close(self) -> None:
        """Nothing to let go."""


class OnTheLan:
    """Listens for servers from the first question on, until closed. Raises nothing."""

    def __init__(self, interfaces: Sequence[str]) -> None:
        self._interfaces = list(interfaces)
        self._zeroconf: Zeroconf | None = None
        self._names: dict[str, None] = {}

    def __enter__(self) -> "OnTheLan":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def urls(self) -> Sequence[str]:
        """What is advertised now, at most `MAX_SERVERS` of it."""
        if self._zeroconf is None:
            self._listen()
        if self._zeroconf is None:
            return ()
        found: dict[str, None] = {}
        for name in tuple(self._names):
            with suppress(Error, OSError):
                info = self._zeroconf.get_service_info(SERVER_TYPE, name, RESOLVE_MS)
                if info is not None:
                    found |= dict.fromkeys(server_urls(info))
        return tuple(found)[:MAX_SERVERS]

    @property
    def known(self) -> int:
        """How many names are looked at."""
        return len(self._names)

    def close(self) -> None:
        """Look no more."""
        if self._zeroconf is not None:
            self._zeroconf.close()
            self._zeroconf = None

    def _listen(self) -> None:
        try:
            self._zeroconf = Zeroconf(self._interfaces or InterfaceChoice.All)
            ServiceBrowser(self._zeroconf, SERVER_TYPE, handlers=[self.hear])
        except (Error, OSError) as error:
            log.warning("no servers can be looked for on this network", reason=str(error))

    def hear(
        self,
        zeroconf: Zeroconf,  # noqa: ARG002 - called by keyword
        service_type: str,  # noqa: ARG002
        name: str,
        state_change: ServiceStateChange,
    ) -> None:
        """A name came or went; on zeroconf's thread."""
        if state_change is ServiceStateChange.Removed:
            self._names.pop(name, None)
        elif len(self._names) < MAX_SERVERS:
            self._names[name] = None


def server_urls(info: ServiceInfo) -> list[str]:
    """Where the server of this advertisement would answer: over TLS, or not at all."""
    properties = {bytes(key): value for key, value in info.properties.items()}
    if properties.get(b"scheme") != b"https" or not 0 < (info.port or 0) < 65536:
        return []
    found = []
    for text in info.parsed_addresses()[:MAX_ADDRESSES]:
        with suppress(ValueError):
            address = ip_address(text)
            if not (address.is_multicast or address.is_unspecified or address.is_link_local):
                host = f"[{address}]" if address.version == 6 else str(address)
                found.append(f"https://{host}:{info.port}")
    return found
