"""Relays die at any moment, replies are lost: every application is decided once, none twice."""

import os
from pathlib import Path
from zlib import crc32

import pytest

from tests.crash.relays.outbox import Plan, carried_out, write
from tests.support.nursery import Nursery
from tests.support.site import REPOSITORY, Kind

SHORT = {
    "sqlite": Plan(24, processes=1, kills=1, longest_life_s=1.0),
    "postgresql": Plan(40, processes=2, kills=2, longest_life_s=1.0),
}
BLIND = Plan(12, processes=1, kills=0, loss=0.25, deadline_s=30)
LONG = {
    "sqlite": Plan(10_000, processes=1, kills=40),
    "postgresql": Plan(10_000, processes=4, kills=60),
}
FORGETFUL = "tests.crash.relays.blind:forget_ids:"
SEED = int(os.environ.get("CRASH_SEED", "20261122"))


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.thorough)])
def test_nothing_is_lost_doubled_or_stuck(kind: Kind, tmp_path: Path, nursery: Nursery) -> None:
    account = carried_out(tmp_path, kind, SHORT[kind], SEED ^ crc32(kind.encode()), nursery)
    assert account.sound, account
    assert account.kills == SHORT[kind].kills


@pytest.mark.thorough
@pytest.mark.timeout(7200)
def test_ten_thousand_applications(tmp_path: Path, nursery: Nursery) -> None:
    accounts = {}
    for kind, plan in LONG.items():
        accounts[kind] = carried_out(tmp_path / kind, kind, plan, SEED, nursery)  # type: ignore[arg-type]
        write(REPOSITORY / "var" / "bench" / "outbox.json", accounts)
    assert all(account.sound for account in accounts.values()), accounts


@pytest.mark.negative_control
def test_a_relay_that_does_not_ask_first_is_found_out(tmp_path: Path, nursery: Nursery) -> None:
    """It repeats blindly under a new id, as a client without idempotency would."""
    account = carried_out(tmp_path, "sqlite", BLIND, SEED, nursery, [FORGETFUL])
    assert not account.sound, account
