"""Of several jobs processes one does each periodic job; another goes on when it is gone."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import func, select

from queue_server.core.leases import LASTS, RENEW_EVERY_S, Leases
from queue_server.core.tables import job_leases
from tests.support.hall import MovableClock
from tests.support.site import Kind, Site

PROCESSES = 4


@dataclass
class Hosts:
    """Jobs processes on one database and by one clock."""

    clock: MovableClock
    leases: list[Leases]

    def turn(self) -> list[int]:
        """All of them want to do the job at this moment; which of them may."""
        return [number for number, each in enumerate(self.leases) if each.holds("job")]


@pytest.fixture
def kind() -> Kind:
    return "postgresql"


@pytest.fixture
def hosts(kind: Kind, tmp_path: Path) -> Iterator[Hosts]:
    site = Site(tmp_path / "site", database=kind)
    with ExitStack() as held:
        databases = [held.enter_context(closing(site.database())) for _ in range(PROCESSES)]
        clock = MovableClock(databases[0].clock.now())
        for each in databases:
            each.clock = clock
        yield Hosts(clock, [Leases(each) for each in databases])
    site.remove()


def test_one_does_it_and_always_the_same(hosts: Hosts) -> None:
    did = []
    for _ in range(40):
        did.append(hosts.turn())
        hosts.clock.pass_by(seconds=RENEW_EVERY_S)
        for each in reversed(hosts.leases):
            each.renew()
    assert did == [[0]] * 40


def test_all_at_once_one_gets_it(hosts: Hosts) -> None:
    start, got = Barrier(PROCESSES), []

    def want(number: int) -> None:
        start.wait(10)
        if hosts.leases[number].holds("job"):
            got.append(number)

    threads = [Thread(target=want, args=(number,)) for number in range(PROCESSES)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(20)
    assert len(got) == 1


def test_another_goes_on_when_its_time_is_over_and_not_before(hosts: Hosts) -> None:
    assert hosts.turn() == [0]
    first, *others = hosts.leases
    hosts.leases = others
    hosts.clock.at += LASTS - timedelta(seconds=1)
    assert hosts.turn() == []
    hosts.clock.pass_by(seconds=2)
    assert hosts.turn() == [0]
    assert not first.holds("job"), "it comes back and is not the one any more"


def test_given_back_it_is_anothers_at_once(hosts: Hosts) -> None:
    assert hosts.turn() == [0]
    hosts.leases[0].give_back()
    assert hosts.leases[1].holds("job")
    assert not hosts.leases[0].holds("job")


def test_who_holds_it_asks_nobody_and_says_so_six_times_a_minute(hosts: Hosts) -> None:
    leases = hosts.leases[0]
    assert leases.holds("job")
    written: list[int] = []
    run = leases._database.run

    def counted(work: Any) -> Any:
        written.append(1)
        return run(work)

    leases._database.run = counted  # type: ignore[method-assign]
    for second in range(60):
        assert leases.holds("job")
        hosts.clock.pass_by(seconds=1)
        if not second % int(RENEW_EVERY_S):
            leases.renew()
    assert len(written) == 6


def test_who_cannot_say_so_any_more_stops_by_itself(hosts: Hosts) -> None:
    """Its database is away: it must not go on while another begins."""
    first, second, *_ = hosts.leases
    assert first.holds("job")
    hosts.clock.at += LASTS
    assert second.holds("job")
    assert not first.holds("job")
    first.renew()
    assert not first.holds("job")
    assert second.holds("job")


@pytest.mark.negative_control
def test_without_asking_every_one_does_it(hosts: Hosts) -> None:
    for each in hosts.leases:
        each._shared = False
    assert hosts.turn() == [0, 1, 2, 3]


@pytest.mark.parametrize("kind", ["sqlite"])
def test_on_sqlite_there_is_one_and_nothing_is_written(hosts: Hosts) -> None:
    leases = hosts.leases[0]
    assert leases.holds("job")
    counted = select(func.count()).select_from(job_leases)
    rows = leases._database.read(lambda uow: uow.connection.execute(counted).scalar_one())
    assert rows == 0
