"""`kill -9` at the worst moment: nothing accepted or charged is lost, nothing is done twice."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID
from zlib import crc32

import pytest

from deploy.demo.people import JUAN, Visitor
from kiosk.order import OrderState
from tests.support import issuing
from tests.support.centre import Centre, Mailbox, backend_toml, eventually, running
from tests.support.hardware import Hardware
from tests.support.issuing import Desk
from tests.support.kiosk import kiosk_toml
from tests.support.site import REPOSITORY, Site, running_site

# Two more people of the sandbox's register: with a record, and with a single surname.
ROSA = Visitor("10117428", "750630", "F", "PRUEBA", "ROSA ELVIRA", "rosa.prueba@example.com")
MARTA = Visitor("10117487", "581009", "F", "PRUEBA", "MARTA", "marta.prueba@example.com")


@dataclass
class World:
    """A whole site, and hardware for kiosks; each test starts and kills its own."""

    site: Site
    centre: Centre
    mailbox: Mailbox


class Victim:
    """One kiosk, its hardware still running when it dies."""

    def __init__(self, world: World, folder: Path, code: str) -> None:
        self.hardware = Hardware(folder)
        self.hardware.start()
        self._folder = folder
        (folder / "credential").write_text(world.site.command("add-kiosk", code))
        toml = kiosk_toml(folder, world.site.url, code, self.hardware.toml())
        (folder / "kiosk.toml").write_text(toml)

    def start(self, module: str, *words: str) -> subprocess.Popen[str]:
        """Start a kiosk process on this hardware."""
        config = str(self._folder / "kiosk.toml")
        return subprocess.Popen(
            [sys.executable, "-m", module, "--config", config, *words],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            stderr=(self._folder / "kiosk.log").open("a"),
            text=True,
        )

    def orders(self) -> dict[UUID, OrderState]:
        """What the kiosk's journal says of each order."""
        path = self._folder / "journal.db"
        if not path.exists():
            return {}
        journal = sqlite3.connect(path)
        rows = journal.execute("SELECT application, state FROM orders").fetchall()
        journal.close()
        return {UUID(row[0]): OrderState(row[1]) for row in rows}

    def pay_until_killed(self, visitor: Visitor, moment: Callable[[], object]) -> UUID:
        """Let `visitor` come as far as the card, `kill -9` at `moment`; the application's id."""
        process = self.start("tests.support.persona", "--email", visitor.email)
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() == "ReadDocument":
                self.hardware.reader.obey("present " + "|".join(visitor.mrz()))
            if line.strip() == "PayingByCard":
                break
        eventually(lambda: OrderState.PAYING in self.orders().values())
        eventually(moment)
        kill(process)
        (application,) = self.orders()
        return application


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("crash")
    centre, mailbox = Centre(folder), Mailbox(folder)
    extra = backend_toml(centre, mailbox)
    with running(centre, mailbox), running_site(folder / "site", extra, "serve") as site:
        yield World(site, centre, mailbox)


@pytest.fixture
def victim(world: World, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Victim]:
    code = f"X{crc32(request.node.name.encode()) % 90 + 10}"
    kiosk = Victim(world, tmp_path, code)
    yield kiosk
    kiosk.hardware.stop()


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait(timeout=10)


@pytest.mark.parametrize(
    ("fault", "visitor"),
    [
        pytest.param("delay 1500", JUAN, id="slow", marks=pytest.mark.thorough),
        pytest.param("no reply silent", ROSA, id="silent"),
    ],
)
def test_a_card_charged_while_the_kiosk_dies_becomes_one_certificate(
    world: World, victim: Victim, fault: str, visitor: Visitor
) -> None:
    terminal = victim.hardware.terminal
    terminal.obey(fault)
    application = victim.pay_until_killed(visitor, lambda: terminal.obey("ledger")["payments"])
    terminal.obey("approve")
    second = victim.start("kiosk", "--headless")
    try:
        eventually(lambda: victim.orders()[application] is OrderState.ACCEPTED, 30)
    finally:
        kill(second)
    body = Desk(world.site).until(str(application), "issued", 30)
    assert world.centre.certificates(str(application)) == [body["certificate_number"]]
    assert len(victim.hardware.charged()) == 1
    assert terminal.obey("ledger")["duplicates"] == 0
    eventually(lambda: visitor.email in [each["To"] for each in world.mailbox.messages()])


def test_a_card_that_was_never_charged_leaves_nothing_owed(world: World, victim: Victim) -> None:
    terminal = victim.hardware.terminal
    terminal.obey("lose request silent")
    application = victim.pay_until_killed(MARTA, lambda: True)
    terminal.obey("approve")
    second = victim.start("kiosk", "--headless")
    try:
        eventually(lambda: victim.orders()[application] is OrderState.DECLINED, 30)
    finally:
        kill(second)
    assert victim.hardware.charged() == []
    assert Desk(world.site).state(str(application))["state"] == "registered"


def test_an_accepted_application_survives_the_death_of_every_server_process(
    world: World,
) -> None:
    world.centre.order(fault="slow", seconds=1.5)
    desk = Desk(world.site)
    application = desk.apply(issuing.FOREIGNER, "alguien@example.com")
    serve = world.site.processes.pop()
    eventually(lambda: world.centre.ledger()["calls"])
    os.killpg(serve.pid, signal.SIGKILL)
    serve.wait(timeout=10)
    world.centre.order(fault="none")
    world.site.start("serve")
    world.site.wait_ready()
    body = desk.until(application, "issued", 30)
    assert world.centre.certificates(application) == [body["certificate_number"]]
    eventually(lambda: desk.state(application)["email"] == "sent")
    arrived = [each["To"] for each in world.mailbox.messages()]
    assert arrived.count("alguien@example.com") == 1
