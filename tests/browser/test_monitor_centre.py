"""The monitor's one line about the hub of all sites: in words, and only where one is configured."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from queue_server.hub_link.services.standing import Standing, put_standing
from tests.browser.conftest import Window
from tests.support.site import Site, StaffHttp, running_site

LIMA = ZoneInfo("America/Lima")
AGO = timedelta(minutes=12)


@pytest.fixture(scope="module")
def enrolling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    words = '[hub]\nurl = "https://hub.example:8443"\nregion = "Lima"\n'
    with running_site(tmp_path_factory.mktemp("centre"), words) as running:
        yield running


def test_it_says_how_the_line_to_the_centre_stands(
    open_window: Callable[..., Window], enrolling: Site
) -> None:
    window = open_window(390, 800)
    window.sign_in(enrolling.staff("rosa", "supervisor"), enrolling.url)
    line = window.page.locator("#server")
    database = enrolling.database()
    heard = datetime.now(UTC) - AGO
    events = database.read(lambda uow: uow.last_event_id("PRUEBA"))

    def stands(word: str, at: datetime | None, expected: str) -> None:
        if word:
            found = Standing(word, at, events)
            database.run(lambda uow: put_standing(uow, "PRUEBA", found))
        window.page.goto(f"{enrolling.url}/monitor")
        expect(line).to_contain_text("Centro")
        expect(line).to_contain_text(expected)

    stands("", None, "no inscrito")
    stands("told", datetime.now(UTC), "al día")
    stands("told", heard, f"sin conexión desde {heard.astimezone(LIMA):%H:%M}")
    stands("away", heard, f"sin conexión desde {heard.astimezone(LIMA):%H:%M}")
    stands("refused", None, "avise a soporte")
    stands("shut_out", None, "el centro retiró este módulo")
    database.close()
    assert window.complaints == []


def test_without_a_hub_there_is_no_such_line(
    open_window: Callable[..., Window], site: Site, staff: StaffHttp
) -> None:
    window = open_window()
    window.sign_in(staff, site.url)
    window.page.goto(f"{site.url}/monitor")
    expect(window.page.locator("#server")).to_contain_text("Responde")
    expect(window.page.locator("#server")).not_to_contain_text("Centro")
