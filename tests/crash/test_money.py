"""Power goes at any moment, for kiosk or server: no order is lost, doubled or left in doubt."""

import os
from pathlib import Path

import pytest

from tests.crash.money.lives import Lives
from tests.crash.money.world import MoneyWorld

SEED = int(os.environ.get("CRASH_SEED", "20261122"))
QUICK = int(os.environ.get("CRASH_KILLS", "3"))


@pytest.mark.timeout(3600)
def test_a_few_random_kills_leave_every_centimo_where_it_belongs(tmp_path: Path) -> None:
    with MoneyWorld(tmp_path, QUICK * 8 + 30).running() as world:
        result = Lives(world, SEED).play(QUICK)
    assert result.audit.sound, result
    assert result.audit.orders > 0
