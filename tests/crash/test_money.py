"""Power goes at any moment, for kiosk or server: no order is lost, doubled or left in doubt."""

import json
import os
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.crash.money.lives import Lives, Result
from tests.crash.money.world import MoneyWorld
from tests.support.site import REPOSITORY

SEED = int(os.environ.get("CRASH_SEED", "20261122"))
QUICK, LONG = 1, int(os.environ.get("CRASH_KILLS", "100"))
PEOPLE_A_LIFE = 8


def played(folder: Path, kills: int) -> Result:
    with MoneyWorld(folder, kills * PEOPLE_A_LIFE + 30).running() as world:
        return Lives(world, SEED).play(kills)


def test_a_few_random_kills_leave_every_centimo_where_it_belongs(tmp_path: Path) -> None:
    result = played(tmp_path, QUICK)
    assert result.audit.sound, result
    assert result.audit.orders > 0


@pytest.mark.thorough
@pytest.mark.timeout(7200)
def test_many_random_kills_leave_every_centimo_where_it_belongs(tmp_path: Path) -> None:
    result = played(tmp_path, LONG)
    path = REPOSITORY / "var" / "bench" / "crash.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(result), indent=1) + "\n")
    assert result.audit.sound, result
    assert result.audit.orders >= LONG
