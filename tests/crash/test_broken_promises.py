"""The audit of the campaign finds each broken rule: one death at the right point is enough."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.crash.money.audit import Audit, audit
from tests.crash.money.books import gathered
from tests.crash.money.broken import spoiling
from tests.crash.money.chunks import SEED
from tests.crash.money.lives import CERTAIN, PAYING, Lives, Target
from tests.crash.money.points import AFTER, BEFORE
from tests.crash.money.street import Habits
from tests.crash.money.world import MoneyWorld
from tests.support.loud import skip_loudly
from tests.support.nursery import Nursery
from tests.support.power_cut import why_not

CHARGED_CARD = Target("reply read", AFTER, 1, "card")
ACKNOWLEDGED = Target("server commit", BEFORE, 2, "card")
MANY_CUTS = 12  # what a cut leaves is drawn: some leave everything
UNANSWERED = Habits(means=("card",), moods=("no reply",), leaves=0.0)
CARD = Habits(means=("card",), moods=CERTAIN.moods, leaves=0.0)


@pytest.fixture(scope="module")
def lives(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lives]:
    """A world in which one thing after the other goes wrong; its books are never sound again."""
    if (missing := why_not()) is not None:
        skip_loudly(f"power cuts: {missing}")
    folder = tmp_path_factory.mktemp("broken")
    with MoneyWorld(folder, 80, nursery, disk=SEED).running() as world:
        yield Lives(world, SEED)


def dies_charged(lives: Lives, variant: str) -> None:
    lives.world.kiosk.spoilt = [spoiling(variant)] if variant else []
    assert lives.die_at(CHARGED_CARD)


def is_not_answered(lives: Lives, variant: str) -> None:
    lives.world.kiosk.spoilt = [spoiling(variant)] if variant else []
    lives.live(UNANSWERED, lambda: lives.charged() and lives.street.at not in PAYING)


def loses_power_charged(lives: Lives, variant: str) -> None:
    lost = examined(lives).lost
    for _ in range(MANY_CUTS):
        lives.world.kiosk.spoilt = [spoiling(variant)] if variant else []
        lives.cut_when(CARD, lives.charged)
        if examined(lives).lost > lost:
            return


def server_dies_acknowledging(lives: Lives, variant: str) -> None:
    lives.world.spoilt_server = [spoiling(variant)] if variant else []
    assert lives.die_at(ACKNOWLEDGED)
    lives.world.spoilt_server = []


def examined(lives: Lives) -> Audit:
    lives.world.kiosk.spoilt = []
    lives.settle_quickly()
    return audit(gathered(lives.world))


CONTROLS: dict[str, tuple[Callable[[Lives, str], None], str]] = {
    "write after effect": (dies_charged, "lost"),
    "retry on no reply": (is_not_answered, "double_charged"),
    "synchronous normal": (loses_power_charged, "lost"),
    "commit after ack": (server_dies_acknowledging, "lost"),
}


@pytest.mark.negative_control
@pytest.mark.parametrize("variant", CONTROLS)
def test_a_broken_rule_is_found_by_the_audit(lives: Lives, variant: str) -> None:
    death, fault = CONTROLS[variant]
    before = getattr(examined(lives), fault)
    death(lives, variant)
    found = examined(lives)
    assert getattr(found, fault) > before, found


@pytest.mark.thorough
@pytest.mark.timeout(300)
@pytest.mark.parametrize("variant", CONTROLS)
def test_the_same_death_is_survived_where_the_rule_holds(
    nursery: Nursery, tmp_path: Path, variant: str
) -> None:
    with MoneyWorld(tmp_path, 80, nursery, disk=SEED).running() as world:
        lives = Lives(world, SEED)
        CONTROLS[variant][0](lives, "")
        assert examined(lives).sound, examined(lives)
