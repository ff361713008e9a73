"""`kill -9` at the worst moment: nothing accepted or charged is lost, nothing is done twice."""

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import pytest

from deploy.demo.people import JUAN, Visitor
from kiosk.order import OrderState
from tests.support import issuing
from tests.support.centre import Centre, Mailbox, backend_toml, eventually, running
from tests.support.issuing import Desk
from tests.support.site import Site, running_site
from tests.support.victim import Victim, kill

# Two more people of the sandbox's register: with a record, and with a single surname.
ROSA = Visitor("10117428", "750630", "F", "PRUEBA", "ROSA ELVIRA", "rosa.prueba@example.com")
MARTA = Visitor("10117487", "581009", "F", "PRUEBA", "MARTA", "marta.prueba@example.com")


@dataclass
class World:
    """A whole site, and hardware for kiosks; each test starts and kills its own."""

    site: Site
    centre: Centre
    mailbox: Mailbox


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
    kiosk = Victim(world.site, tmp_path, code)
    yield kiosk
    kiosk.hardware.stop()


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
