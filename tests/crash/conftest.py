"""What tests of the whole house share: one world that is always sound, however often it dies."""

from collections.abc import Iterator

import pytest

from tests.crash.money.chunks import SEED
from tests.crash.money.lives import Lives
from tests.crash.money.world import MoneyWorld
from tests.support.nursery import Nursery, shared_nursery
from tests.support.power_cut import why_not

PEOPLE = 120


@pytest.fixture(scope="session")
def nursery() -> Nursery:
    """Processes that start at once."""
    return shared_nursery()


@pytest.fixture(scope="session")
def lives(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lives]:
    """A sound world; its journal lies on a disk that loses power, where there can be one."""
    folder = tmp_path_factory.mktemp("money")
    disk = SEED if why_not() is None else None
    with MoneyWorld(folder, PEOPLE, nursery, disk=disk, letters=True).running() as world:
        yield Lives(world, SEED)
