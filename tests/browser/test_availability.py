"""“Disponibilidad” in a browser: what stands on the page is what was counted up."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from devices.status import DeviceState
from queue_server.core.db import Database
from queue_server.core.unit_of_work import Actor
from queue_server.fleet.model.devices import DeviceReport
from queue_server.fleet.model.heartbeat import Heartbeat, Journey
from queue_server.fleet.services import heartbeats
from queue_server.reports.model.availability import WHOLE, Tally, tally
from queue_server.turns.services.rules import site_rules
from queue_server.web import availability_words as words
from queue_server.web.availability_report import SITE, Day, computed, read_raw
from tests.browser.basics import faults_of, sideways_px
from tests.browser.conftest import Window
from tests.support.hall import MovableClock
from tests.support.site import Site, StaffHttp, running_site

KIOSK, OTHER = "D01", "D02"
DOWN_MIN = 30
MASTHEAD = "2.5.5"  # the sizes of what stands in every page's head, as in test_monitor


@dataclass(frozen=True)
class Past:
    """A site with a day that is over, half an hour of it without D01's printer."""

    site: Site
    boss: StaffHttp
    day: Day

    @property
    def path(self) -> str:
        """The report of that day."""
        return f"/availability?first={self.day.day}&last={self.day.day}"

    @property
    def open_s(self) -> float:
        """Its opening hours, seconds."""
        return sum((each.until - each.since).total_seconds() for each in self.day.hours)

    def counted(self, kiosk: str) -> Tally:
        """As the services count it."""
        database = self.site.database()
        rules = database.run(lambda uow: site_rules(uow, "PRUEBA"))
        day = self.day.day
        raw = database.run(lambda uow: read_raw(uow, rules, day, day))
        database.close()
        report = computed(raw)
        return tally(report.lines[kiosk].get(WHOLE, report.unknown), report.hours)


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    with running_site(tmp_path_factory.mktemp("availability")) as site:
        for name in (KIOSK, OTHER):
            site.kiosk(name)
        database = site.database()
        day = _last_open_day(database)
        _live(database, day)
        database.close()
        yield Past(site, site.staff("beatriz", role="supervisor"), day)


def _last_open_day(database: Database) -> Day:
    """The newest day that is over and had two hours of attention in one piece."""
    rules = database.run(lambda uow: site_rules(uow, "PRUEBA"))
    today = datetime.now(ZoneInfo(rules.zone)).date()
    for back in range(1, 31):
        day: date = today - timedelta(days=back)
        found = database.run(lambda uow, day=day: read_raw(uow, rules, day, day)).days[0]
        if found.hours and found.hours[0].until - found.hours[0].since >= timedelta(hours=2):
            return found
    raise AssertionError("the site of the tests was never open")


def _live(database: Database, day: Day) -> None:
    """D01 as it told itself that day; D02 never spoke."""
    clock, actor = MovableClock(day.hours[0].since), Actor("PRUEBA", "kiosk", KIOSK)
    database.clock = clock
    for sequence, (printer, why, lasts_min) in enumerate(
        (("online", "", 60), ("hardwareError", "no_device", DOWN_MIN), ("online", "", 0)), 1
    ):
        device = DeviceReport(
            "printer", "receipt_printer", "escpos", DeviceState(printer), {}, None, ""
        )
        journeys = (
            Journey("certificate", why),
            Journey("turn:information", why, "<b>Informes</b>"),
        )
        beat = Heartbeat("b1", sequence, "0.1.0", "Welcome", (device,), 0, journeys=journeys)
        database.run(lambda uow, beat=beat: heartbeats.record_heartbeat(uow, actor, beat))
        clock.pass_by(minutes=lasts_min)


@pytest.fixture
def report(open_window: Callable[..., Window], past: Past) -> Callable[..., Window]:
    def look(width: int = 1280, more: str = "") -> Window:
        window = open_window(width, 900)
        window.sign_in(past.boss, past.site.url)
        window.page.goto(f"{past.site.url}{past.path}{more}")
        expect(window.page.get_by_role("heading", name="Disponibilidad", level=1)).to_be_visible()
        return window

    return look


def cells(row: Locator) -> list[str]:
    return row.locator("td").all_inner_texts()


def row_of(page: Page, title: str, name: str) -> Locator:
    """The line `name` of the table below the heading `title`."""
    section = page.locator(f"section[aria-labelledby={title}]")
    return section.locator("tbody tr").filter(has=page.get_by_role("rowheader", name=name))


def shown(told: Tally) -> list[str]:
    found = words.tally_words(told)
    return [
        *(found[name] for name in ("share", "up", "down", "maintenance", "unknown")),
        found["worst"] or "—",
    ]


def assert_numbers(page: Page, past: Past) -> None:
    """What stands in the kiosks' table is what was counted."""
    for kiosk in (KIOSK, OTHER):
        assert cells(row_of(page, "kiosks-title", kiosk)) == shown(past.counted(kiosk))


def test_the_numbers_on_the_page_are_those_that_were_counted(
    report: Callable[..., Window], past: Past
) -> None:
    window = report()
    page = window.page
    told = past.counted(KIOSK)
    assert (told.down_s, told.up_s) == (DOWN_MIN * 60, past.open_s - DOWN_MIN * 60), "by hand"
    assert_numbers(page, past)
    total = words.percent(past.counted(SITE).share)
    expect(page.locator("#days-title")).to_have_text(f"Día por día: {total}")
    expect(page.locator(".causes tbody tr").first).to_contain_text("dispositivo: printer")
    expect(page.locator(".causes tbody tr").first).to_contain_text(words.lasted(told.down_s))
    assert window.complaints == [], "nothing the page's own rules forbid"


@pytest.mark.negative_control
def test_a_page_with_another_number_is_caught(report: Callable[..., Window], past: Past) -> None:
    page = report().page
    row_of(page, "kiosks-title", KIOSK).locator("td").first.evaluate(
        "cell => { cell.textContent = '99,99 %' }"
    )
    with pytest.raises(AssertionError):
        assert_numbers(page, past)


def test_a_kiosk_is_chosen_and_its_day_is_drawn_and_told(
    report: Callable[..., Window], past: Past
) -> None:
    window = report()
    page = window.page
    page.get_by_label("De", exact=True).select_option(KIOSK)
    page.get_by_role("button", name="Ver").click()
    expect(page.locator(".reports-of")).to_contain_text(KIOSK)
    expect(page.locator("#days-title")).to_have_text(
        f"Día por día: {words.percent(past.counted(KIOSK).share)}"
    )
    bar = page.locator("rect.bar.down title")
    began = past.day.hours[0].since.astimezone(ZoneInfo("America/Lima")) + timedelta(minutes=60)
    ends = began + timedelta(minutes=DOWN_MIN)
    expect(bar).to_have_text(f"{began:%H:%M}–{ends:%H:%M} no disponible: dispositivo: printer")
    page.locator("summary").first.click()
    expect(page.locator(".day li").first).to_contain_text(f"{began:%H:%M}–{ends:%H:%M}")
    expect(page.locator("main b")).to_have_count(0)
    assert window.complaints == []


def test_the_file_holds_the_same_numbers(report: Callable[..., Window], past: Past) -> None:
    page = report().page
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Descargar CSV").click()
    download = waiting.value
    assert download.suggested_filename == "PRUEBA_disponibilidad.csv"
    text = download.path().read_text(encoding="utf-8-sig")
    rows = {
        (row["Quiosco"], row["Trámite"]): row
        for row in csv.DictReader(io.StringIO(text), delimiter=";")
    }
    mine = rows[KIOSK, words.journey_words(WHOLE, {})]
    assert mine["Día"] == past.day.day.isoformat()
    assert int(mine["No disponible (s)"]) == DOWN_MIN * 60
    assert int(mine["Disponible (s)"]) == round(past.open_s) - DOWN_MIN * 60


def test_on_a_phone_nothing_has_to_be_pushed_sideways(report: Callable[..., Window]) -> None:
    page = report(390).page
    assert sideways_px(page) == 0
    ours = [each for each in faults_of(page) if not each.startswith(MASTHEAD)]
    assert [each for each in ours if not each.startswith("1.3.5")] == []
