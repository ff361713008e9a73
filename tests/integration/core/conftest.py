"""The floor on both databases: a site's rows without a web process, opened as often as needed."""

from collections.abc import Callable, Iterator

import pytest

from queue_server.core.db import Database
from queue_server.core.unit_of_work import Actor, UnitOfWork
from tests.support.site import Kind, Site

ACTOR = Actor("PRUEBA", "test", "t")
Open = Callable[[], Database]
# For what the other has no counterpart of.
on_postgresql = pytest.mark.parametrize("kind", ["postgresql"])
on_sqlite = pytest.mark.parametrize("kind", ["sqlite"])


def note(uow: UnitOfWork) -> int:
    """Record one event at the site; its id."""
    return uow.record(ACTOR, "test.noted")


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> Kind:
    return request.param


@pytest.fixture
def site(kind: Kind, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("site"), database=kind)
    yield made
    made.remove()


@pytest.fixture
def opened(site: Site) -> Iterator[Open]:
    """Opens the site's database once more, as another process would."""
    made: list[Database] = []

    def open_once_more() -> Database:
        made.append(site.database())
        return made[-1]

    yield open_once_more
    for each in made:
        each.close()


@pytest.fixture
def database(opened: Open) -> Database:
    return opened()
