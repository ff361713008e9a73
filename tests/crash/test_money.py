"""Power goes at any moment, for anybody: no order is lost, doubled or left in doubt.

A few deaths; `python -m tests.crash.campaign` dies nine hundred.
"""

import pytest

from tests.crash.money.audit import audit
from tests.crash.money.books import gathered
from tests.crash.money.lives import Lives, Target
from tests.crash.money.points import AFTER, BEFORE
from tests.support.loud import skip_loudly
from tests.support.power_cut import why_not

POINTS = (
    Target("reply read", BEFORE, 1, "card"),
    Target("coin credited", AFTER, 1, "cash"),
    Target("backend commit", AFTER, 1, "wallet"),
)
CUTS = 2


@pytest.mark.parametrize("target", POINTS, ids=str)
def test_whoever_dies_at_a_point_leaves_every_centimo_where_it_belongs(
    lives: Lives, target: Target
) -> None:
    assert lives.die_at(target), "nobody came there"
    check(lives)


def test_a_kill_at_any_moment_leaves_every_centimo_where_it_belongs(lives: Lives) -> None:
    lives.kill_kiosk()
    lives.settle()
    check(lives)


def test_power_cuts_leave_every_centimo_where_it_belongs(lives: Lives) -> None:
    if (missing := why_not()) is not None:
        skip_loudly(f"power cuts: {missing}")
    for _ in range(CUTS):
        lives.cut_power()
    lives.settle_quickly()
    check(lives)


def check(lives: Lives) -> None:
    """All books agree, and nothing took longer than it may."""
    found = audit(gathered(lives.world))
    assert found.sound, (found, lives.toll)
    assert found.orders > 0
    assert lives.toll.late == []
