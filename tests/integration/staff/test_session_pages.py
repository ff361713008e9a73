"""Where one is signed in, on a page; ended there it is over at once, its live view too."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from queue_server.core import feed as feed_module
from queue_server.core.desk import Desk
from queue_server.core.feed import Feed
from queue_server.staff.model import PEOPLE, Role
from queue_server.staff.services import accounts, credentials, sessions
from tests.integration.staff.conftest import Office, after_password
from tests.support.site import OPERATOR, Site, StaffHttp, running_site

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Gecko/20100101 Firefox/140.0"
ENDS_WITHIN_S = 5.0


def two_sessions(office: Office) -> tuple[httpx.Client, httpx.Client]:
    """Ana here, and Ana at a machine with Firefox."""
    office.account("ana")
    here, there = office.browser(), office.browser(address="192.0.2.44")
    there.headers["User-Agent"] = FIREFOX
    for browser in (there, here):
        office.clock.advance(minutes=1)
        after_password(browser, "ana")
    return here, there


def listed(page: str) -> list[str]:
    """The ids of the sessions on a page, in order."""
    return [each.partition('"')[0] for each in page.split('<tr data-session="')[1:]]


def test_everybody_sees_where_they_are_signed_in_and_ends_it(office: Office) -> None:
    here, there = two_sessions(office)
    page = here.get("/account").text
    assert "Firefox en Windows" in page
    assert "192.0.2.44" in page
    assert page.count("Esta sesión") == 1
    own, other = listed(page)
    assert here.post(f"/account/sessions/{other}/end").headers["location"] == "/account"
    assert there.get("/api/v1/session").status_code == 401
    assert listed(here.get("/account").text) == [own]
    assert here.post(f"/account/sessions/{other}/end").status_code == 303, "it is over already"


def test_nobody_ends_another_persons_session(office: Office) -> None:
    here, there = two_sessions(office)
    luis = office.signed_in("luis")
    for session in listed(here.get("/account").text):
        luis.post(f"/account/sessions/{session}/end")
        assert luis.post(f"/sessions/ana/{session}/end").status_code == 403
    assert luis.get("/sessions").status_code == 403
    assert [each.get("/api/v1/session").status_code for each in (here, there)] == [200, 200]


def test_administrators_see_and_end_everybodys(office: Office) -> None:
    here, there = two_sessions(office)
    chief = office.signed_in("jefa", Role.ADMINISTRATOR)
    page = chief.get("/sessions").text
    assert len(listed(page)) == 3
    assert page.count("<strong>ana</strong>") == 2
    for session in listed(here.get("/account").text):
        chief.post(f"/sessions/ana/{session}/end")
    assert [each.get("/api/v1/session").status_code for each in (here, there)] == [401, 401]
    assert len(listed(chief.get("/sessions").text)) == 1


def test_a_session_that_ended_by_itself_is_not_listed(office: Office) -> None:
    here, _ = two_sessions(office)
    office.clock.advance(minutes=14, seconds=30)
    assert len(listed(here.get("/account").text)) == 1


# --- what is open lives no longer than the session --------------------------------------------
class Listener:
    """Somebody who listens to a feed until the server ends it."""

    def __init__(self, http: httpx.Client, path: str) -> None:
        self._ended, self._begun = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._listen, args=(http, path), daemon=True)
        self._thread.start()
        assert self._begun.wait(10), "the feed did not begin"

    def _listen(self, http: httpx.Client, path: str) -> None:
        with http.stream("GET", path, timeout=30) as stream:
            for _ in stream.iter_raw():
                self._begun.set()
        self._ended.set()

    def ended_after(self, deadline_s: float) -> float | None:
        """In how many seconds from now the server ended it; None when not within the deadline."""
        began = time.monotonic()
        return time.monotonic() - began if self._ended.wait(deadline_s) else None


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("listeners")) as running:
        yield running


@pytest.fixture(scope="module")
def chief(site: Site) -> StaffHttp:
    return site.staff("jefa", "administrator")


def _kill(site: Site, chief: StaffHttp, name: str) -> None:
    path = f"/api/v1/admin/accounts/{name}/sessions"
    for each in chief.http.get(path).json():
        chief.http.post(f"{path}/{each['id']}/end").raise_for_status()


def _disable(site: Site, chief: StaffHttp, name: str) -> None:
    chief.http.post(f"/api/v1/admin/accounts/{name}/disable").raise_for_status()


def _disable_elsewhere(site: Site, chief: StaffHttp, name: str) -> None:
    """By another process, as a second worker or the command line does."""
    database = site.database()
    database.run(lambda uow: accounts.disable_account(uow, OPERATOR, name))
    database.close()


Order = Callable[[Site, StaffHttp, str], None]


@pytest.mark.parametrize("order", [_kill, _disable, _disable_elsewhere])
@pytest.mark.parametrize("path", ["/api/v1/feed", "/api/v1/monitor/feed"])
def test_an_open_feed_ends_with_its_session(
    site: Site, chief: StaffHttp, order: Order, path: str
) -> None:
    name = f"p{order.__name__}{len(path)}".replace("_", "")
    person, bystander = site.staff(name, "supervisor"), site.staff(f"{name}b", "supervisor")
    ends, stays = Listener(person.http, path), Listener(bystander.http, path)
    order(site, chief, name)
    assert ends.ended_after(ENDS_WITHIN_S) is not None
    assert stays.ended_after(0.2) is None, "somebody else's ended with it"


def test_a_displays_feed_ends_when_it_is_shut_out(site: Site) -> None:
    cookie = site.display_cookie("sala")
    http = httpx.Client(
        base_url=site.url, headers={"Cookie": f"ventanilla_display={cookie}"}, trust_env=False
    )
    display = Listener(http, "/api/v1/feed")
    database = site.database()
    database.run(lambda uow: credentials.revoke_credential(uow, OPERATOR, Role.DISPLAY, "sala"))
    database.close()
    assert display.ended_after(ENDS_WITHIN_S) is not None


def test_workers_of_one_server_tell_each_other(tmp_path: Path) -> None:
    """On PostgreSQL with two workers the order and the feed need not meet in one process."""
    with running_site(tmp_path, command="serve --workers 2", database="postgresql") as site:
        person = site.staff("ana")
        feeds = []
        for _ in range(4):  # some at each worker, whoever they are
            http = httpx.Client(base_url=site.url, cookies=person.http.cookies, trust_env=False)
            feeds.append(Listener(http, "/api/v1/feed"))
        _disable_elsewhere(site, person, "ana")
        assert None not in [each.ended_after(ENDS_WITHIN_S) for each in feeds]


@pytest.mark.negative_control
def test_a_feed_that_never_asks_again_is_caught(tmp_path: Path) -> None:
    """A server whose routes let a listener stay for ever: the same order ends nothing."""
    site = Site(tmp_path)
    site.start("web", module="tests.integration.staff.careless_server")
    try:
        site.wait_ready()
        person = site.staff("ana")
        listener = Listener(person.http, "/api/v1/feed")
        _disable_elsewhere(site, person, "ana")
        assert person.http.get("/api/v1/session").status_code == 401
        assert listener.ended_after(1.0) is None
    finally:
        site.remove()


def test_an_open_feed_ends_with_a_session_that_was_left_alone(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is written when a session gets too old, so the feed asks by itself now and then."""
    monkeypatch.setattr(feed_module, "ASK_AGAIN_S", 0.05)
    ana = office.signed_in("ana")
    cookie, feed = ana.cookies["ventanilla_session"], Feed(office.database)
    still = Desk(office.database).still(lambda uow: sessions.person(uow, cookie, PEOPLE))

    async def listen() -> int:
        feed.start()
        told = 0
        try:
            async with asyncio.timeout(10):
                async for _ in feed.stream("PRUEBA", None, lambda _: True, welcome=still):
                    told += 1
                    office.clock.advance(minutes=15)
        finally:
            feed.stop()
        return told

    assert asyncio.run(listen()) == 1
