"""What a kiosk reckons before it tells: journeys, paper, boxes, unsent work, its addresses."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet

from kiosk.discovery import own_addresses
from kiosk.flow.world import Closure, Part, PartState, Service, ServiceKind, World
from kiosk.journal import open_journal
from kiosk.journal.outgoing import Outgoing
from kiosk.journeys import journey_rows
from kiosk.paper_roll import PaperRoll
from kiosk.staff.kept import KeptFile
from kiosk.unsent import count, oldest_s
from kiosk.vital_signs import box_supply

FINE = PartState(usable=True)
WORLD = World(
    server=True,
    asked=True,
    backend=True,
    fee_centimos=1500,
    services=(
        Service("certificate", "Certificado", "C", ServiceKind.CERTIFICATE),
        Service("information", "Informes", "I"),
    ),
    parts=((Part.TERMINAL, FINE), (Part.PRINTER, FINE)),
)


def told(world: World) -> dict[str, str]:
    return {each["journey"]: each["obstacle"] for each in journey_rows(world)}


def test_each_journey_is_told_as_the_screen_offers_it() -> None:
    assert told(WORLD) == {
        "certificate": "",
        "pay:card": "",
        "pay:cash": "no_device",
        "pay:wallet": "no_device",
        "turn:information": "",
    }


@pytest.mark.parametrize(
    ("world", "certificate", "turn"),
    [
        (replace(WORLD, backend=False), "backend_away", ""),
        (replace(WORLD, fee_centimos=None), "no_fee", ""),
        (replace(WORLD, parts=()), "no_way_to_pay", ""),
        (replace(WORLD, server=False), "server_away", "server_away"),
        (replace(WORLD, journal=False), "journal_down", "journal_down"),
        (replace(WORLD, closure=Closure.REPAIR), "repair", "repair"),
    ],
)
def test_what_cannot_be_finished_says_why(world: World, certificate: str, turn: str) -> None:
    assert told(world)["certificate"] == certificate
    assert told(world)["turn:information"] == turn


class Printed:
    """Slips that came out, and when."""

    def __init__(self) -> None:
        self.at: list[str] = []
        self.now = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)

    def slips(self, number: int) -> None:
        self.now += timedelta(minutes=1)
        self.at += [self.now.isoformat()] * number

    def since(self, instant: str) -> int:
        return sum(each > instant for each in self.at)


def test_paper_is_counted_from_a_change_of_the_roll_and_learned_from_its_end(
    tmp_path: Path,
) -> None:
    printed = Printed()

    def roll(capacity: int | None = None) -> PaperRoll:
        file = KeptFile(tmp_path / "paper.json")
        return PaperRoll(file, printed.since, capacity, lambda: printed.now)

    paper = roll()
    paper.see("full")
    assert paper.row("printer")["count"] is None, "nobody knows since when it is in"
    paper.see("low")
    paper.see("full")
    printed.slips(300)
    assert paper.row("printer")["count"] is None, "nobody knows what a roll gives"
    paper.see("low")
    paper.see("out")
    assert (paper.row("printer")["count"], paper.row("printer")["capacity"]) == (0, 300)
    paper.see("full")
    printed.slips(100)
    assert roll().row("printer")["count"] == 200, "also after a restart"
    assert roll(capacity=500).row("printer")["count"] == 400, "what is configured counts"


def test_an_unknown_word_is_no_change_of_the_roll(tmp_path: Path) -> None:
    printed = Printed()
    paper = PaperRoll(KeptFile(tmp_path / "p.json"), printed.since, 100, lambda: printed.now)
    for word in ("out", "unknown", "jammed", "full"):
        paper.see(word)
    printed.slips(10)
    assert paper.row("printer")["count"] == 90


def test_a_box_fills_up_and_a_hopper_runs_out() -> None:
    box = {"sort": "acceptor", "device": "bills", "capacity": 500, "pieces": {"1000": 3, "2000": 4}}
    hopper = {"sort": "hopper", "device": "hopper10", "capacity": 800, "pieces": {}}
    assert (box_supply(box)["count"], box_supply(box)["fills"]) == (7, True)
    assert (box_supply(hopper)["count"], box_supply(hopper)["fills"]) == (None, False)
    assert box_supply({**hopper, "pieces": {"10": 0}})["count"] == 0


def test_the_age_of_the_oldest_unsent_work_is_told(tmp_path: Path) -> None:
    journal = open_journal(tmp_path / "journal.db", Fernet.generate_key())
    now = datetime.now(UTC)
    assert (count(journal), oldest_s(journal, now)) == (0, None)
    journal.outgoing.put(Outgoing(uuid4(), "/api/v1/x", {}))
    journal.outgoing.put(Outgoing(uuid4(), "/api/v1/x", {}))
    assert count(journal) == 2
    age = oldest_s(journal, now + timedelta(minutes=5))
    assert age is not None
    assert 299 <= age <= 301
    journal.close()


def test_only_addresses_that_others_can_reach_are_told() -> None:
    found = [ip_address(each) for each in own_addresses()]
    assert len(found) == 1 or not any(each.is_loopback for each in found)
