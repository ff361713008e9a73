"""The staff menu restarts the real program: it ends cleanly, comes back, and serves people."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from queue_server.core.tables import events
from tests.integration.kiosk.watched import Watched, watched
from tests.support.hardware import Hardware
from tests.support.kiosk import JUAN, kiosk_toml
from tests.support.site import Site

ENDED_CLEANLY = 0
QUIET_S = 5.0


@pytest.fixture
def hardware(tmp_path: Path) -> Iterator[Hardware]:
    made = Hardware(tmp_path)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def config(tmp_path: Path, site: Site, hardware: Hardware) -> Path:
    (tmp_path / "credential").write_text(site.command("add-kiosk", "A01"))
    path = tmp_path / "kiosk.toml"
    path.write_text(kiosk_toml(tmp_path, site.url, "A01", hardware.toml()))
    return path


def code_for(site: Site) -> str:
    """A code that IT asked for: it is good for every chore."""
    answer = site.staff("central", "it").http.post("/api/v1/kiosk-codes", json={"kiosk": "A01"})
    assert answer.status_code == 201, answer.text
    return answer.json()["code"]


def takes_a_turn(kiosk: Watched, hardware: Hardware) -> None:
    """Juan is served as far as the paper in his hand."""
    kiosk.touch("start")
    kiosk.until_shows("read_document")
    hardware.reader.obey("present " + "|".join(JUAN))
    kiosk.touch("service:review")
    kiosk.until_shows("ticket_ready")


def slips(config: Path) -> int:
    return len(list((config.parent / "paper").glob("*.bin")))


def noted(site: Site, chore: str) -> bool:
    """Whether the server knows that the chore was done."""
    database = site.database()
    try:
        query = select(events.c.body).where(events.c.kind == "kiosk_chore.done")
        bodies = database.read(lambda uow: list(uow.connection.execute(query).scalars()))
    finally:
        database.close()
    return any(each["chore"] == chore for each in bodies)


def test_restart_ends_it_cleanly_once_and_it_serves_again(
    config: Path, site: Site, hardware: Hardware
) -> None:
    with watched(config) as kiosk:
        before = kiosk.pid
        kiosk.enter(code_for(site))
        kiosk.touch("chore:restart")
        kiosk.until(lambda: kiosk.exits)
        kiosk.until_shows("welcome")
        assert kiosk.exits == [ENDED_CLEANLY]
        assert kiosk.pid != before
        kiosk.until(lambda: noted(site, "restart"))
        takes_a_turn(kiosk, hardware)
        kiosk.until(lambda: slips(config) == 1)
        assert kiosk.exits == [ENDED_CLEANLY], "it went on restarting"


@pytest.mark.thorough
def test_nobody_who_is_served_is_thrown_out(config: Path, site: Site, hardware: Hardware) -> None:
    assert hardware.reader
    with watched(config) as kiosk:
        before = kiosk.pid
        code = code_for(site)
        kiosk.touch("start")
        kiosk.until_shows("read_document")
        kiosk.hold_initials()
        with pytest.raises(AssertionError):
            kiosk.until_shows("staff_code", deadline_s=QUIET_S)
        kiosk.ask(f"type_keys {code}")
        assert (kiosk.screen(), kiosk.exits, kiosk.pid) == ("read_document", [], before)
        kiosk.touch("cancel")
        kiosk.until_shows("welcome")
        kiosk.enter(code)


def ended_midway(folder: Path, *broken: str) -> int:
    """How a kiosk without server ends when it is told to while it builds a screen."""
    (folder / "credential").write_text("0000000000000000.x")
    alone = folder / "kiosk.toml"
    alone.write_text(kiosk_toml(folder, "http://127.0.0.1:1", "A01"))
    with watched(alone, "midway", *broken, first="out_of_service") as kiosk:
        kiosk.hold_initials()
        kiosk.until(lambda: kiosk.exits)
        return kiosk.exits[0]


def test_told_to_end_in_the_middle_of_a_screen_it_ends_cleanly(tmp_path: Path) -> None:
    assert ended_midway(tmp_path) == ENDED_CLEANLY


@pytest.mark.negative_control
@pytest.mark.thorough
def test_a_kiosk_that_stops_there_and_then_is_caught(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        assert ended_midway(tmp_path, "at_once") == ENDED_CLEANLY


def moved(kiosk: Watched, site: Site, port: str) -> None:
    """The printer is looked for at `port`, and the program has come back."""
    kiosk.enter(code_for(site))
    kiosk.touch("chore:ports")
    kiosk.touch("part:printer")
    kiosk.touch(f"port:{port}")
    kiosk.until(lambda: kiosk.exits)
    kiosk.until_shows("welcome")


@pytest.fixture
def elsewhere(config: Path) -> str:
    """Where the printer really is; the configuration names a port where nothing is."""
    port = str(config.parent / "printer.tty")
    text = config.read_text()
    assert text.count(port) == 1
    config.write_text(text.replace(port, str(config.parent / "old-port.tty")))
    return port


@pytest.mark.thorough
def test_a_port_found_by_staff_is_the_one_used_after_the_restart(
    config: Path, site: Site, hardware: Hardware, elsewhere: str
) -> None:
    with watched(config, elsewhere) as kiosk:
        moved(kiosk, site, elsewhere)
        takes_a_turn(kiosk, hardware)
        kiosk.until(lambda: slips(config) == 1, deadline_s=30)
        assert kiosk.exits == [ENDED_CLEANLY]
        kiosk.until(lambda: noted(site, "ports"))


@pytest.mark.negative_control
@pytest.mark.thorough
def test_a_kiosk_that_forgets_the_port_over_its_restart_is_caught(
    config: Path, site: Site, hardware: Hardware, elsewhere: str
) -> None:
    with watched(config, elsewhere, "forgetful") as kiosk:
        moved(kiosk, site, elsewhere)
        takes_a_turn(kiosk, hardware)
        with pytest.raises(AssertionError):
            kiosk.until(lambda: slips(config) == 1, deadline_s=10)
