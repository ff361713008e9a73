"""From the order to the device and back, over real TLS, at a whole kiosk."""

import io
import json
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select

from devices.escpos.simulator import EscposSimulator
from kiosk.bootstrap import Kiosk
from kiosk.flow.events import Event
from kiosk.flow.staff.events import ClosureChanged
from kiosk.flow.states import ChooseService, NotPaired, OutOfService, Welcome
from kiosk.flow.touches import Cancel, Start
from kiosk.flow.world import Closure
from kiosk.queue_client import Answer, Granted
from queue_server.core.tables import events
from queue_server.fleet.actions.tables import kiosk_actions
from tests.support.ordering import (
    DEADLINE_S,
    PATH,
    Orders,
    client_of,
    configured,
    let_in,
    switched_on,
)
from tests.support.site import Site
from tests.support.trust import Administrator

CODE = "K21"
SECRET_LINE = "read 45678912 of juana.prueba@correo.pe"


def until_at(kiosk: Kiosk, *kinds: type) -> None:
    ends = time.monotonic() + DEADLINE_S
    while not isinstance(kiosk.runner.state.at, kinds):
        assert time.monotonic() < ends, kiosk.runner.state.at
        time.sleep(0.01)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("told")


@pytest.fixture(scope="module")
def printer(folder: Path) -> Iterator[EscposSimulator]:
    simulator = EscposSimulator(folder / "printer.tty", folder / "paper")
    simulator.start()
    yield simulator
    simulator.stop()


@pytest.fixture(scope="module")
def kiosk(
    site: Site, admin: Administrator, folder: Path, printer: EscposSimulator
) -> Iterator[Kiosk]:
    let_in(site, admin, folder, CODE)
    port = folder / "printer.tty"
    devices = f'[[devices]]\nname = "printer"\nmodel = "escpos"\nport = "{port}"\n'
    config = configured(site, folder, CODE, devices)
    with switched_on(config, lambda: (SECRET_LINE,)) as running:
        until_at(running, Welcome)
        yield running


def actors(site: Site, action: str) -> list[tuple[str, str]]:
    """Who did what with this action, by the log."""
    database = site.database()
    try:
        rows = database.read(
            lambda uow: uow.connection.execute(
                select(events.c.kind, events.c.actor, events.c.body).order_by(events.c.id)
            ).all()
        )
    finally:
        database.close()
    return [
        (kind, actor)
        for kind, actor, body in rows
        if kind.startswith("action.") and body.get("action") == action
    ]


def test_a_test_print_comes_out_and_everything_stands_in_the_log(
    site: Site, kiosk: Kiosk, it: Orders, folder: Path
) -> None:
    action = it.ordered(CODE, "test_print")
    assert it.until(action)["state"] == "done"
    [slip] = (folder / "paper").glob("*.txt")
    assert CODE in slip.read_text()
    mine = f"kiosk:{CODE}"
    assert actors(site, action) == [
        ("action.ordered", "it:rosa"),
        ("action.taken", mine),
        ("action.running", mine),
        ("action.done", mine),
    ]


def test_a_self_test_says_how_each_device_is(kiosk: Kiosk, it: Orders) -> None:
    found = it.until(it.ordered(CODE, "self_test", device="printer"))
    assert (found["state"], found["detail"]) == ("done", "printer: bien")
    missing = it.until(it.ordered(CODE, "self_test", device="cutter"))
    assert missing["state"] == "failed"


def test_it_is_closed_and_opened(kiosk: Kiosk, it: Orders) -> None:
    closed = it.until(it.ordered(CODE, "out_of_service", reason="cleaning"))
    assert closed["state"] == "done"
    until_at(kiosk, OutOfService)
    assert kiosk.runner.state.world.closure is Closure.CLEANING
    assert it.until(it.ordered(CODE, "in_service"))["state"] == "done"
    until_at(kiosk, Welcome)


def post(kiosk: Kiosk, event: Event) -> None:
    kiosk.runner.post(event)


def test_whoever_stands_there_is_served_first(kiosk: Kiosk, it: Orders) -> None:
    post(kiosk, Start(uuid4()))
    until_at(kiosk, ChooseService)
    action = it.ordered(CODE, "out_of_service", reason="repair")
    assert "persona" in it.until(action, "waiting")["detail"]
    busy = it.order(CODE, "in_service")
    assert (busy.status_code, busy.json()["title"]) == (409, "action_open")
    assert isinstance(kiosk.runner.state.at, ChooseService)
    post(kiosk, Cancel())
    assert it.until(action)["state"] == "done"
    assert it.until(it.ordered(CODE, "in_service"))["state"] == "done"
    until_at(kiosk, Welcome)


def test_a_bundle_is_gathered_fetched_and_each_look_at_it_recorded(
    site: Site, kiosk: Kiosk, it: Orders
) -> None:
    action = it.ordered(CODE, "diagnostics")
    found = it.until(action)
    assert (found["state"], found["has_bundle"]) == ("done", True)
    answer, again = (it.http.get(f"{PATH}/{action}/bundle") for _ in range(2))
    assert answer.headers["content-type"] == "application/gzip"
    assert again.content == answer.content
    with tarfile.open(fileobj=io.BytesIO(answer.content)) as opened:
        names = opened.getnames()
        log = opened.extractfile("log.json")
        assert log is not None
        assert json.loads(log.read()) == ["read … of …"]
    assert "configuration.json" in names
    assert actors(site, action)[-2:] == [("action.bundle_taken", "it:rosa")] * 2


def test_one_kiosk_never_gets_what_another_was_told(
    site: Site, admin: Administrator, kiosk: Kiosk, it: Orders, tmp_path: Path
) -> None:
    let_in(site, admin, tmp_path, "K22")
    action = it.ordered("K22", "in_service")
    other = client_of(tmp_path)
    answer = other.offer()
    assert isinstance(answer, Granted)
    assert json.loads(answer.body["action"]["body"])["id"] == action
    mine = kiosk.client.offer()
    assert isinstance(mine, Granted)
    assert mine.body["action"] is None
    stolen = kiosk.client.post(f"{PATH}/{action}/reports", {"state": "taken"})
    assert getattr(stolen, "status", 0) == 404
    kiosk.runner.post(ClosureChanged(None))
    other.close()


def said_by_the_server(site: Site, *actions: str) -> list[dict[str, str]]:
    """These actions as they were signed."""
    database = site.database()
    table = kiosk_actions
    try:
        rows = database.read(
            lambda uow: uow.connection.execute(
                select(table.c.body, table.c.signature).where(table.c.id.in_(actions))
            ).all()
        )
    finally:
        database.close()
    return [{"body": body, "signature": bytes(signature).hex()} for body, signature in rows]


def test_a_server_that_says_again_what_it_said_is_not_obeyed(
    site: Site,
    admin: Administrator,
    kiosk: Kiosk,
    it: Orders,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its own offers carry what was done before, what another kiosk was told, what was altered."""
    let_in(site, admin, tmp_path, "K24")
    before, others = it.ordered(CODE, "test_print"), it.ordered("K24", "test_print")
    it.until(before)
    stale = said_by_the_server(site, before, others)
    stale += [{**each, "body": each["body"].replace("K24", CODE)} for each in stale]
    slips, offered, ask = (
        len(list((folder / "paper").glob("*.txt"))),
        iter(stale),
        kiosk.client.offer,
    )

    def lying() -> Answer:
        answer = ask()
        again = next(offered, None)
        if again is not None and isinstance(answer, Granted):
            return Granted({**answer.body, "action": again})
        return answer

    monkeypatch.setattr(kiosk.client, "offer", lying)
    assert it.until(it.ordered(CODE, "test_print"))["state"] == "done"
    assert next(offered, None) is None
    assert len(list((folder / "paper").glob("*.txt"))) == slips + 1


def test_shut_out_while_it_waits_it_does_nothing(
    site: Site, admin: Administrator, it: Orders, tmp_path: Path
) -> None:
    let_in(site, admin, tmp_path, "K23")
    with switched_on(configured(site, tmp_path, "K23")) as running:
        until_at(running, Welcome)
        post(running, Start(uuid4()))
        until_at(running, ChooseService)
        action = it.ordered("K23", "out_of_service", reason="repair")
        it.until(action, "waiting")
        assert admin.http.post("/api/v1/kiosks/K23/revoke").status_code == 204
        post(running, Cancel())
        until_at(running, NotPaired)
        assert it.one(action)["state"] == "waiting"
    assert not (tmp_path / "closure.json").exists()
    assert it.order("K23", "in_service").status_code == 404
