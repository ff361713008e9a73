"""Discovery between two real processes, on the loopback interface alone."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import pytest
from zeroconf import Zeroconf

from queue_server.config import Discovery as DiscoverySettings
from queue_server.config import ServerConfig
from queue_server.core.db import Database
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.fleet.adapters.zeroconf import KIOSK_TYPE, SERVER_TYPE, Discovery
from queue_server.fleet.services import overview
from tests.support.site import Site

T = TypeVar("T")
DEADLINE_S = 40.0

# Names of this run alone: whoever else is on this machine's loopback is none of our business.
RUN = uuid4().hex[:8].upper()
SITE = f"P{RUN}"
SERVER_NAME = f"Ventanilla {SITE}"
KIOSK_NAME = f"K{RUN}"

# A kiosk as another process: announces itself, says which server it finds, leaves when told to.
# Its records live one second instead of two minutes, so that its silence is noticed soon.
KIOSK = f"""
import sys
from zeroconf import ServiceInfo, Zeroconf
lan = Zeroconf(interfaces=["127.0.0.1"])
lan.register_service(ServiceInfo("{KIOSK_TYPE}", "{KIOSK_NAME}.{KIOSK_TYPE}", port=9, host_ttl=1,
                                 parsed_addresses=["127.0.0.1"], server="{KIOSK_NAME}.local.",
                                 properties={{"code": "{KIOSK_NAME}"}}))
found = lan.get_service_info("{SERVER_TYPE}", "{SERVER_NAME}.{SERVER_TYPE}", timeout=10000)
print(found.port, found.decoded_properties["site"], flush=True)
sys.stdin.readline()
lan.unregister_all_services()
lan.close()
"""


class WatchedDatabase:
    """A database that tells when something was stored, so that nobody has to poll."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.stored = threading.Condition()

    def run(self, work: Callable[[UnitOfWork], T]) -> T:
        result = self.database.run(work)
        with self.stored:
            self.stored.notify_all()
        return result

    def until(self, holds: Callable[[dict[str, overview.Sighting]], bool]) -> None:
        """Wait until what is discovered satisfies `holds`. Raises AssertionError."""
        with self.stored:
            assert self.stored.wait_for(lambda: holds(self.seen()), DEADLINE_S), self.seen()

    def seen(self) -> dict[str, overview.Sighting]:
        found = self.database.read(lambda uow: overview.view(uow, SITE).discovered)
        return {each.instance.name: each for each in found}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[WatchedDatabase]:
    opened = Site(tmp_path).database()
    yield WatchedDatabase(opened)
    opened.close()


def config(enabled: bool = True) -> ServerConfig:
    settings = DiscoverySettings(enabled=enabled, interfaces=("127.0.0.1",))
    return ServerConfig(site=SITE, port=8123, discovery=settings)


@contextmanager
def other_process(program: str = KIOSK) -> Iterator[subprocess.Popen[str]]:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", program], **pipes) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_kiosk_and_the_server_find_each_other_and_nothing_is_left_behind(
    database: WatchedDatabase,
) -> None:
    before = set(threading.enumerate())
    with Discovery(config(), database), other_process() as kiosk:
        assert kiosk.stdin is not None
        assert kiosk.stdout is not None
        assert kiosk.stdout.readline().split() == ["8123", SITE]
        database.until(lambda seen: KIOSK_NAME in seen)
        database.until(lambda seen: SERVER_NAME in seen)
        kiosk.stdin.write("leave\n")
        kiosk.stdin.flush()
        database.until(lambda seen: seen[KIOSK_NAME].gone_at is not None)
    left = {each.name for each in threading.enumerate() if each not in before}
    assert {name for name in left if not name.startswith("database")} == set()


def test_a_kiosk_whose_power_was_cut_is_missed_without_a_goodbye(
    database: WatchedDatabase,
) -> None:
    with Discovery(config(), database, look_again_s=0.5), other_process() as kiosk:
        database.until(lambda seen: KIOSK_NAME in seen)
        kiosk.kill()
        database.until(lambda seen: seen[KIOSK_NAME].gone_at is not None)


def test_a_kiosk_whose_cable_was_out_and_that_says_nothing_of_it_is_listed_again(
    database: WatchedDatabase,
) -> None:
    with Discovery(config(), database, look_again_s=0.5), other_process() as kiosk:
        database.until(lambda seen: KIOSK_NAME in seen)
        kiosk.send_signal(signal.SIGSTOP)  # neither goodbye nor answer
        database.until(lambda seen: seen[KIOSK_NAME].gone_at is not None)
        kiosk.send_signal(signal.SIGCONT)
        database.until(lambda seen: seen[KIOSK_NAME].gone_at is None)


PRINTER = f"""
import sys
from zeroconf import ServiceInfo, Zeroconf
lan = Zeroconf(interfaces=["127.0.0.1"])
for service, port in (("_ipp._tcp", 631), ("_pdl-datastream._tcp", 9100)):
    lan.register_service(ServiceInfo(f"{{service}}.local.", f"{KIOSK_NAME} P.{{service}}.local.",
                                     port=port, parsed_addresses=["127.0.0.1"],
                                     server="{KIOSK_NAME}-p.local.", properties={{"ty": "Modelo"}}))
sys.stdin.readline()
lan.unregister_all_services()
lan.close()
"""


def test_a_network_printer_is_seen_as_one_thing_that_is_not_ours(
    database: WatchedDatabase,
) -> None:
    name = f"{KIOSK_NAME} P"
    with Discovery(config(), database), other_process(PRINTER) as printer:
        both = ("_ipp._tcp", "_pdl-datastream._tcp")
        database.until(lambda seen: name in seen and seen[name].seen.services == both)
        assert str(database.seen()[name].tie) == "not_ours"
        assert printer.stdin is not None
        printer.stdin.write("leave\n")
        printer.stdin.flush()
        database.until(lambda seen: seen[name].gone_at is not None)


class Forgetful(Discovery):
    """Asks no more for what did not answer once."""

    def _look_again(self, zeroconf: Zeroconf) -> None:
        super()._look_again(zeroconf)
        self._known = {each: True for each, answered in self._known.items() if answered}


@pytest.mark.thorough
@pytest.mark.negative_control
def test_where_what_was_missed_once_is_forgotten_it_does_not_come_back(
    database: WatchedDatabase,
) -> None:
    with Forgetful(config(), database, look_again_s=0.5), other_process() as kiosk:
        database.until(lambda seen: KIOSK_NAME in seen)
        kiosk.send_signal(signal.SIGSTOP)
        database.until(lambda seen: seen[KIOSK_NAME].gone_at is not None)
        kiosk.send_signal(signal.SIGCONT)
        with other_process(PRINTER):
            database.until(lambda seen: f"{KIOSK_NAME} P" in seen)
        assert database.seen()[KIOSK_NAME].gone_at is not None


def test_discovery_switched_off_opens_nothing(database: WatchedDatabase) -> None:
    before = threading.active_count()
    with Discovery(config(enabled=False), database):
        assert threading.active_count() == before
    assert database.seen() == {}
