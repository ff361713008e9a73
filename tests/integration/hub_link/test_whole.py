"""The real hub and a real site, as processes, over real TLS."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.fleet.actions import service as actions
from queue_server.fleet.actions.model import Kind, State
from queue_server.fleet.actions.service import Report
from queue_server.hub.services import orders
from queue_server.staff.model import Role
from tests.support.hub import HUB, SITE, Bench, Centre, Guillotine, enrolled
from tests.support.nursery import Child
from tests.support.site import Site
from tests.support.trust import Administrator

CARMEN = Actor(HUB, "it", "carmen")
K01 = Actor(SITE, Role.KIOSK, "K01")
DEADLINE_S = 60.0


@pytest.fixture(scope="module")
def bench(
    centre: Centre, admin: Administrator, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bench]:
    """A site that is enrolled, with a kiosk; its database, and processes to be started."""
    words = f'[hub]\nurl = "{centre.url}"\nregion = "Lima"\nevery_s = 0.1\n'
    site = Site(tmp_path_factory.mktemp("site"), words, tls=True)
    made = Bench(site, centre.url, "")
    made.trust = enrolled(centre, admin, site)
    made.let_kiosk_in("K01")
    yield made
    made.close()
    site.remove()


def until(done: Callable[[], object]) -> None:
    ends = time.monotonic() + DEADLINE_S
    while not done():
        assert time.monotonic() < ends
        time.sleep(0.05)


def same(bench: Bench, centre: Centre) -> bool:
    return centre.events_of(SITE) == bench.ids()


def place(centre: Centre, kind: Kind = Kind.SELF_TEST) -> str:
    """Somebody at the hub wants something of the site's kiosk."""
    database = centre.database()
    try:
        return database.run(
            lambda uow: orders.place(uow, CARMEN, SITE, "K01", kind, {}, timedelta(hours=1))
        )
    finally:
        database.close()


def state_of(centre: Centre, order: str) -> str:
    return centre.rows(f"SELECT state FROM hub_orders WHERE id = '{order}'")[0]


def test_a_line_cut_at_every_point_of_the_real_exchange(bench: Bench, centre: Centre) -> None:
    line = Guillotine(centre.port)
    try:
        bench.link = bench.new_link(line.url)
        bench.happen(20)
        bench.turn_until_told()
        assert same(bench, centre)
        bench.happen(2)
        bench.link._line._hang_up()  # pyright: ignore[reportOptionalMemberAccess]
        line.passed = 0
        bench.link.turn()
        whole = line.passed
        shares = [*(each / 12 for each in range(12)), 0.94, 0.96, 0.98]
        for share in shares:
            bench.happen(2)
            bench.link._line._hang_up()  # pyright: ignore[reportOptionalMemberAccess]
            line.left = int(whole * share)
            bench.link.turn()
            line.left = None
            bench.later(61)
            bench.turn_until_told()
    finally:
        line.close()
        bench.link.stop()
    assert line.cuts >= 12
    assert same(bench, centre)


def test_weeks_without_the_hub_arrive_once_when_it_is_back(bench: Bench, centre: Centre) -> None:
    jobs = bench.site.fork("jobs")
    bench.happen(1)
    until(lambda: same(bench, centre))
    while centre.processes:
        centre.kill(centre.processes.pop())
    bench.happen(1500)
    centre.begin()
    until(lambda: same(bench, centre))
    head = centre.rows(f"SELECT last_event FROM hub_sites WHERE site = '{SITE}'")
    assert head == [bench.ids()[-1]]
    bench.site.kill(jobs)


def test_a_jobs_process_killed_in_between_orders_each_once(bench: Bench, centre: Centre) -> None:
    before, jobs, wanted = len(acted(bench)), bench.site.fork("jobs"), []
    for number in range(4):
        wanted.append(place(centre))
        if number % 2:
            until(lambda n=number: len(acted(bench)) > before + n)
        else:
            time.sleep(0.15 * number)
        bench.site.kill(jobs)
        jobs = bench.site.fork("jobs")
        until(lambda: state_of(centre, wanted[-1]) == "relayed")
        assert len(acted(bench)) == before + number + 1
        report(bench, State.TAKEN, State.RUNNING, State.DONE)
        until(lambda: state_of(centre, wanted[-1]) == "done")
    assert {each.ordered_by for each in acted(bench)} == {"centro:carmen"}
    bench.site.kill(jobs)


def acted(bench: Bench) -> list[actions.Action]:
    return bench.database.read(lambda uow: actions.listed(uow, SITE))


def report(bench: Bench, *states: State) -> None:
    """The kiosk carries its open action out."""

    def work(uow: UnitOfWork, state: State) -> None:
        actions.report(uow, K01, actions.listed(uow, SITE)[0].id, Report(state, "listo", 0))

    for state in states:
        bench.database.run(lambda uow, state=state: work(uow, state))


def test_a_token_that_is_due_is_renewed_at_the_real_hub(bench: Bench, centre: Centre) -> None:
    trust = bench.file.read()
    assert trust is not None
    bench.file.keep(replace(trust, renew_at="2020-01-01T00:00:00+00:00"))
    bench.link = bench.new_link(centre.url)
    bench.happen(1)
    bench.turn_until_told()
    after = bench.file.read()
    assert after is not None
    assert after.token != trust.token
    assert after.credential == trust.credential
    assert same(bench, centre)
    bench.link.stop()
    bench.file.keep(replace(after, token=trust.token))  # the one before opens nothing any more
    bench.link = bench.new_link(centre.url)
    bench.happen(1)
    bench.turn_until_told()
    assert same(bench, centre), "and its device renews it all the same"
    bench.link.stop()


def test_who_is_retired_at_the_hub_stops_says_so_and_goes_on_alone(
    bench: Bench, centre: Centre, admin: Administrator
) -> None:
    site = bench.site
    processes: list[Child] = [site.fork("jobs"), site.fork("web")]
    site.wait_ready()
    people = site.staff("rosa", "supervisor")

    def standing() -> str:
        return people.http.get("/api/v1/monitor").json()["server"]["centre"]["standing"]

    bench.happen(1)
    until(lambda: standing() == "told")
    assert admin.http.post(f"/api/v1/kiosks/{SITE}/revoke").status_code == 204
    began = time.monotonic()
    until(lambda: standing() == "shut_out")
    assert time.monotonic() - began < 20
    there = len(centre.events_of(SITE))
    bench.happen(3)
    assert people.http.get("/api/v1/overview").status_code == 200
    enrolled(centre, admin, site)  # and let in again it goes on without being started anew
    until(lambda: same(bench, centre))
    assert len(centre.events_of(SITE)) > there
    for each in processes:
        site.kill(each)
