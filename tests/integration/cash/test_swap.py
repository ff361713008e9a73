"""A kiosk that is no more: its journal is settled or moved, and without it the numbers go on."""

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

import pytest

from kiosk.journal import Journal, load_key
from kiosk.order import Means, OrderState, counter_of
from tests.support.applicant import somebody, to_the_amount
from tests.support.centre import EXTRA_BIRTH, eventually
from tests.support.kiosk import Bench, switched_on
from tests.support.site import REPOSITORY
from tests.support.victim import Victim

if TYPE_CHECKING:
    from tests.integration.cash.conftest import World


@pytest.fixture
def victim(world: "World", tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Victim]:
    code = f"W{crc32(request.node.name.encode()) % 90 + 10}"
    kiosk = Victim(world.site, tmp_path, code, cash=True)
    yield kiosk
    kiosk.hardware.stop()


def journal_command(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    config = str(folder / "kiosk.toml")
    return subprocess.run(
        [sys.executable, "-m", "kiosk", "journal", words[0], "--config", config, *words[1:]],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def put_twenty(victim: Victim) -> bool:
    till = victim.hardware.till
    assert till is not None
    eventually(lambda: till.bills.obey("insert note 20")["taken"])
    eventually(lambda: booked_by(victim) == 2000)
    return True


def booked_by(victim: Victim) -> int:
    """Céntimos in the book of a kiosk that is running."""
    with closing(sqlite3.connect(victim.folder / "journal.db")) as journal:
        return journal.execute("SELECT coalesce(sum(amount), 0) FROM cash_credits").fetchone()[0]


def test_a_dead_kiosks_journal_is_exported_and_settled_without_its_devices(
    world: "World", victim: Victim, tmp_path: Path
) -> None:
    visitor = somebody(7)
    application = victim.pay_until_killed(visitor, lambda: put_twenty(victim), Means.CASH)
    shown = journal_command(victim.folder, "show")
    assert shown.returncode == 1
    assert str(application) in shown.stdout
    assert visitor.number not in shown.stdout + shown.stderr

    copy = tmp_path / "copy"
    exported = journal_command(victim.folder, "export", "--to", str(copy))
    assert exported.returncode == 1, exported.stderr
    (order,) = json.loads((copy / "summary.json").read_text())["orders"]
    assert (order["application"], order["state"]) == (str(application), "paying")

    # On the new machine: the copy, and the rest of the dead kiosk's folder.
    for name in ("kiosk.toml", "credential"):
        shutil.copy(victim.folder / name, copy / name)
    settled = journal_command(copy, "settle")
    assert settled.returncode == 0, settled.stdout + settled.stderr
    journal = Journal(copy / "journal.db", load_key(copy / "journal.key"))
    entry = journal.orders.entry(application)
    assert entry is not None
    assert entry.payment is not None
    assert entry.state is OrderState.OWED
    (claim,) = journal.claims.of_payment(entry.payment)
    assert (claim.amount_centimos, journal.outgoing.count()) == (2000, 0)
    journal.close()
    assert world.desk.state(str(application))["state"] == "registered"


def test_a_note_that_only_its_machine_knows_of_is_a_doubt_for_staff_and_no_proof_of_nothing(
    world: "World", victim: Victim
) -> None:
    application = victim.pay_until_killed(somebody(10), lambda: True, Means.CASH)
    settled = journal_command(victim.folder, "settle")
    assert settled.returncode == 1, settled.stdout + settled.stderr
    assert victim.orders()[application] is OrderState.UNKNOWN
    person = {"type": "01", "number": somebody(10).number, "birth_date": EXTRA_BIRTH}
    assert world.desk.check(person)["reason"] == "payment_in_doubt"


def test_without_a_journal_the_command_says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "kiosk.toml").write_text(
        'code = "Z12"\n[server]\nurl = "http://127.0.0.1:1"\ncredential_file = "credential"\n'
    )
    answer = journal_command(tmp_path, "settle")
    assert answer.returncode == 2
    assert "is the disk of the kiosk mounted?" in answer.stderr
    assert not (tmp_path / "journal.db").exists(), "asking makes no journal"


def test_a_kiosk_whose_journal_is_lost_goes_on_with_the_next_number(
    world: "World", tmp_path: Path
) -> None:
    numbers = []
    for life, index in (("first", 8), ("second", 9)):
        with switched_on(Bench(tmp_path / life, world.site, "Z13", cash=True)) as bench:
            bench.until(lambda state: state.world.backend and len(state.world.parts) >= 4)
            at = to_the_amount(bench, somebody(index))
            numbers.append(counter_of("Z13", at.order.number))
            bench.leave()
    assert numbers == [1, 2]
