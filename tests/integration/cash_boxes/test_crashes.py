"""Power goes, journals are lost: no piece is lost or counted twice, no paper printed twice."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kiosk.bootstrap import build_kiosk
from kiosk.config import load_config
from kiosk.flow.world import Part
from tests.integration.cash_boxes.boxes import BILLS, COINS, Office, Room, granted, hurry
from tests.support.centre import eventually
from tests.support.kiosk import Bench
from tests.support.nursery import Child
from tests.support.site import Site, free_port
from tests.support.victim import Victim, kill

if TYPE_CHECKING:
    from tests.integration.cash_boxes.conftest import Staff


@pytest.fixture
def victim(site: Site, tmp_path: Path) -> Iterator[Victim]:
    kiosk = Victim(site, tmp_path, "C02", cash=True)
    yield kiosk
    kiosk.hardware.stop()


def started(victim: Victim) -> Child:
    return victim.start("kiosk", "--headless")


def journal(victim: Victim, question: str) -> list[tuple[Any, ...]]:
    """What the journal of a kiosk says, whether it runs or not."""
    path = victim.folder / "journal.db"
    if not path.exists():
        return []
    with closing(sqlite3.connect(path)) as db:
        return db.execute(question).fetchall()


def papers(victim: Victim) -> list[str]:
    return [each.read_text() for each in sorted((victim.folder / "paper").glob("*.txt"))]


def test_killed_between_the_boundary_and_the_paper_it_prints_each_copy_once_and_tells_in_order(
    site: Site, staff: "Staff", victim: Victim
) -> None:
    room = Office(staff.rosa, staff.boss, "C02")
    victim.hardware.printer.obey("paper out")
    process = started(victim)
    number = room.box(BILLS)["number"]
    emptying = room.asked(BILLS, COINS)
    granted(room.boss, f"/{emptying}/confirm")
    eventually(lambda: journal(victim, "SELECT id FROM emptyings"), 30)
    kill(process)
    assert papers(victim) == []
    assert [row[0] for row in journal(victim, "SELECT state FROM emptying_slips")] == ["owed"] * 2

    victim.hardware.printer.obey("paper full")
    toml = victim.folder / "kiosk.toml"
    known = toml.read_text()
    toml.write_text(
        known.replace(site.url, f"http://127.0.0.1:{free_port()}")
    )  # the server is away
    process = started(victim)
    slips = "SELECT state FROM emptying_slips ORDER BY copy"
    eventually(lambda: journal(victim, slips) == [("printed",), ("printed",)], 30)
    kill(process)

    toml.write_text(known)
    process = started(victim)
    try:
        eventually(lambda: room.emptying(emptying)["slips"] == {"1": "printed", "2": "printed"}, 30)
        assert room.emptying(emptying)["state"] == "closed"
        assert {each["number"] for each in room.emptying(emptying)["boxes"]} == {number, number + 1}
        assert journal(victim, "SELECT count(*) FROM emptyings WHERE placed_at IS NULL") == [(1,)]
        granted(room.rosa, f"/{emptying}/placed")
        eventually(lambda: journal(victim, "SELECT id FROM emptyings WHERE placed_at IS NOT NULL"))
    finally:
        kill(process)
    assert len(papers(victim)) == 2, "nothing was printed again"


@contextmanager
def alive(bench: Bench) -> Iterator[None]:
    """One life of a kiosk whose hardware stays switched on."""
    bench.kiosk = build_kiosk(load_config(bench.configure()))
    with bench.kiosk:
        yield


def test_a_lost_journal_goes_on_with_the_next_number_and_a_count_lets_the_device_serve_again(
    site: Site,
    staff: "Staff",
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    """The validator has past events and no book: money may be inside that nobody knows of."""
    hurry(monkeypatch)
    bench = Bench(tmp_path, site, "C03", cash=True)
    room = Room(staff.rosa, staff.boss, "C03", bench)
    bench.hardware.start()
    request.addfinalizer(bench.hardware.stop)
    with alive(bench):
        bench.until(lambda state: state.world.usable(Part.ACCEPTOR))
        room.insert(20)
        eventually(lambda: room.box(BILLS)["amount_centimos"] == 2000)
        left = room.box(BILLS)["number"]
    for each in tmp_path.glob("journal.db*"):
        each.unlink()
    with alive(bench):
        bills = room.device(BILLS)
        eventually(lambda: "past events" in bills.status.detail)
        eventually(lambda: room.box(BILLS)["number"] > left)
        assert left in [each["number"] for each in room.page()["left_behind"]]
        emptying = room.emptied(BILLS)
        assert room.emptying(emptying)["boxes"][0]["lost"]
        room.placed(emptying)
        assert not bills.status.usable, "nobody has counted yet"
        assert room.settled(emptying, bills={"pieces": {"2000": 1}}) == "differs"
        eventually(lambda: bills.status.usable, 30)
        granted(room.boss, f"/{emptying}/explain", {"reason": "events_lost"})
