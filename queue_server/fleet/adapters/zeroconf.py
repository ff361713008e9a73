"""Zeroconf (RFC 6762, 6763): makes this server findable and notes which machines are on the LAN.

Everything heard is a hint from a stranger: bounded, cleaned, stored to be shown, never acted on.
"""

import contextlib
import ipaddress
import queue
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Protocol, TypeVar

import structlog
from zeroconf import (
    Error,
    InterfaceChoice,
    NonUniqueNameException,
    ServiceBrowser,
    ServiceInfo,
    ServiceStateChange,
    Zeroconf,
)

from queue_server.config import ServerConfig
from queue_server.core.own_addresses import own_addresses
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.fleet.model.discovery import Instance, InstanceRole
from queue_server.fleet.services import sightings

SERVER_TYPE = "_ventanilla._tcp.local."
# RFC 6335 §5.1: at most 15 characters.
KIOSK_TYPE = "_vent-kiosk._tcp.local."
# Network printers: raw TCP (Bonjour Printing 1.2.1), IPP (RFC 8011), LPD (RFC 1179).
PRINTER_TYPES = ("_pdl-datastream._tcp.local.", "_ipp._tcp.local.", "_printer._tcp.local.")
ROLES = {
    KIOSK_TYPE: InstanceRole.KIOSK,
    SERVER_TYPE: InstanceRole.SERVER,
    **dict.fromkeys(PRINTER_TYPES, InstanceRole.PRINTER),
}
PROTOCOL_VERSION = "1"

MAX_NEWS = 256
MAX_KNOWN = sightings.MAX_DISCOVERED
MAX_NAME = 63
MAX_HOST = 120
MAX_ADDRESSES = 8
MAX_PROPERTIES = 16
MAX_KEY = 30
MAX_VALUE = 120
RESOLVE_MS = 2000
# What once answered and does not now is asked for again all the same: nothing tells that a cable is
# back. It gets less time than the others.
MISSED_RESOLVE_MS = 500
# Between two looks, so that a flood on the LAN never keeps the database from the queue.
PACE_S = 0.05
# How often what is known is asked for again: a machine whose power was cut says no goodbye.
LOOK_AGAIN_S = 60.0

T = TypeVar("T")
log = structlog.get_logger("discovery")


class _Database(Protocol):
    def run(self, work: Callable[[UnitOfWork], T]) -> T: ...


@dataclass(frozen=True)
class _News:
    service_type: str
    name: str
    removed: bool = False


class Discovery:
    """While entered: advertises this server and keeps the table of what else is on the LAN.

    Without multicast (no network, or forbidden) it warns once and the server works without it.
    On leaving, the advertisement is withdrawn and no thread or socket remains.
    """

    def __init__(
        self, config: ServerConfig, database: _Database, look_again_s: float = LOOK_AGAIN_S
    ) -> None:
        self._config = config
        self._database = database
        self._look_again_s = look_again_s
        self._inbox: queue.Queue[_News | None] = queue.Queue(MAX_NEWS)
        self._overflowing = False
        # Each with whether it answered when it was last asked; in the order they were asked in, so
        # that a look cut short goes on with the rest.
        self._known: dict[_News, bool] = {}
        self._stop = threading.Event()
        self._worker = threading.Thread(target=self._work, name="discovery")

    def __enter__(self) -> "Discovery":
        if self._config.discovery.enabled:
            self._worker.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._worker.ident is not None:
            with contextlib.suppress(queue.Full):  # then it wakes without being told
                self._inbox.put_nowait(None)
            self._worker.join()

    def _work(self) -> None:
        """The whole life of Zeroconf is on this thread: on one with an event loop it would adopt
        that loop."""
        try:
            with _open(self._config.discovery.interfaces) as zeroconf:
                self._store(lambda uow: sightings.look_afresh(uow, self._config.site))
                browser = ServiceBrowser(zeroconf, list(ROLES), handlers=[self._hear])
                self._advertise(zeroconf)
                self._listen(zeroconf)
                browser.cancel()
                zeroconf.unregister_all_services()
        except (Error, OSError) as error:
            log.warning("no discovery on this network", reason=repr(error))

    def _listen(self, zeroconf: Zeroconf) -> None:
        look_again_at = monotonic() + self._look_again_s
        while not self._stop.is_set():
            try:
                news = self._inbox.get(timeout=max(0.0, look_again_at - monotonic()))
            except queue.Empty:
                look_again_at = monotonic() + self._look_again_s
                self._look_again(zeroconf)
                continue
            if news is not None:
                self._note(zeroconf, news)
                self._stop.wait(PACE_S)

    def _advertise(self, zeroconf: Zeroconf) -> None:
        try:
            info = advertisement(self._config)
            if info is None:
                log.info("not advertised: it answers on this machine only", host=self._config.host)
                return
            zeroconf.register_service(info)
        except NonUniqueNameException:
            log.warning("another server of this site is on the LAN", site=self._config.site)
        except (Error, OSError) as error:
            log.warning("this server is not advertised", reason=str(error))

    def _hear(
        self,
        zeroconf: Zeroconf,  # noqa: ARG002 - called by keyword
        service_type: str,
        name: str,
        state_change: ServiceStateChange,
    ) -> None:
        """On zeroconf's thread: note the name and go. A flood fills the inbox and is let go."""
        news = _News(service_type, name, state_change is ServiceStateChange.Removed)
        try:
            self._inbox.put_nowait(news)
            self._overflowing = False
        except queue.Full:
            if not self._overflowing:
                log.warning("too much is heard on the LAN, some of it is let go", kept=MAX_NEWS)
            self._overflowing = True

    def _look_again(self, zeroconf: Zeroconf) -> None:
        """Ask for everything known; what is fresh in the inbox goes first."""
        for news in tuple(self._known):
            if self._stop.is_set() or not self._inbox.empty():
                return
            self._note(zeroconf, news)

    def _note(self, zeroconf: Zeroconf, news: _News) -> None:
        site, service = self._config.site, _service(news)
        known = self._known.pop(_News(news.service_type, news.name), None)
        time_ms = MISSED_RESOLVE_MS if known is False else RESOLVE_MS
        found = None if news.removed else _resolve(zeroconf, news, time_ms)
        if not news.removed and (found or known is not None) and len(self._known) < MAX_KNOWN:
            self._known[news] = found is not None
        if found is not None:
            self._store(lambda uow: sightings.saw(uow, site, found, service))
        elif known is not False:
            name, role = _instance_name(news), ROLES[news.service_type]
            self._store(lambda uow: sightings.gone(uow, site, name, role, service))

    def _store(self, work: Callable[[UnitOfWork], object]) -> None:
        try:
            self._database.run(work)
        except Problem as problem:
            log.warning("what was heard is not kept", reason=problem.kind)


def advertisement(config: ServerConfig) -> ServiceInfo | None:
    """What this server says of itself; None when nobody else could reach it."""
    addresses = _reachable_at(config)
    if not addresses:
        return None
    return ServiceInfo(
        SERVER_TYPE,
        f"Ventanilla {config.site}.{SERVER_TYPE}",
        parsed_addresses=addresses,
        port=config.port,
        server=f"ventanilla-{config.site.lower()}.local.",
        properties={"site": config.site, "v": PROTOCOL_VERSION, "scheme": config.scheme},
    )


def _reachable_at(config: ServerConfig) -> list[str]:
    """The addresses to give away. A loopback address is news on the loopback interface only."""
    own = [ipaddress.ip_address(each) for each in config.discovery.interfaces]
    host = ipaddress.ip_address(socket.gethostbyname(config.host))
    if not host.is_unspecified:
        local_look = bool(own) and all(each.is_loopback for each in own)
        return [str(host)] if local_look or not host.is_loopback else []
    if own:
        return [str(each) for each in own]
    everywhere = map(ipaddress.ip_address, own_addresses())
    return [str(each) for each in everywhere if not each.is_loopback][:MAX_ADDRESSES]


def _open(interfaces: tuple[str, ...]) -> Zeroconf:
    return Zeroconf(interfaces=list(interfaces) if interfaces else InterfaceChoice.All)


def _resolve(zeroconf: Zeroconf, news: _News, time_ms: int) -> Instance | None:
    """What `news` stands for, None when nobody answers for it within `time_ms`."""
    try:
        info = zeroconf.get_service_info(news.service_type, news.name, timeout=time_ms)
    except (Error, OSError) as error:
        log.info("a name on the LAN cannot be resolved", reason=type(error).__name__)
        return None
    return instance_from(info) if info is not None else None


def instance_from(info: ServiceInfo) -> Instance:
    """`info` cut down to what we store: printable, and none of it longer than its column."""
    return Instance(
        name=_instance_name(_News(info.type, info.name)),
        role=ROLES[info.type],
        host=printable(info.server or "", MAX_HOST),
        addresses=tuple(info.parsed_addresses()[:MAX_ADDRESSES]),
        port=info.port or 0,
        properties=_properties(info.properties),
    )


def _service(news: _News) -> str:
    """`_ipp._tcp`: as what it is offered."""
    return news.service_type.removesuffix(".local.")


def _instance_name(news: _News) -> str:
    return printable(news.name.removesuffix(f".{news.service_type}"), MAX_NAME)


def _properties(raw: Mapping[bytes, bytes | None]) -> dict[str, str]:
    kept = list(raw.items())[:MAX_PROPERTIES]
    return {
        printable(key.decode(errors="replace"), MAX_KEY): printable(
            (value or b"").decode(errors="replace"), MAX_VALUE
        )
        for key, value in kept
    }


def printable(text: str, limit: int) -> str:
    """`text` without control characters, at most `limit` characters of it."""
    return "".join(each for each in text[: limit * 4] if each.isprintable())[:limit]
