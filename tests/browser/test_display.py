"""The board in the waiting room, against the running site: seen, heard, and honest when deaf."""

import json
import os
import re
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import select, update

from queue_server.core import tables
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.staff.api import DISPLAY_COOKIE
from tests.browser.conftest import CHROMIUM, SWITCHES, Window
from tests.browser.eyesight import box, contrast, digit_mm, screen
from tests.support.site import KioskHttp, Site, StaffHttp

pytestmark = pytest.mark.usefixtures("empty_queue")
OpenWindow = Callable[..., Window]

DIGITS_MM = 40
CONTRAST = 7.0
SILENCE_MS = 36_000
SAID_WITHIN_MS = 20_000

# Writes down each sound with its length and how long it really played.
LISTENER = """
window.sounds = [];
const start = AudioBufferSourceNode.prototype.start;
AudioBufferSourceNode.prototype.start = function (...words) {
  const sound = { seconds: this.buffer.duration, began: performance.now() / 1000, ended: null };
  window.sounds.push(sound);
  this.addEventListener("ended", () => { sound.ended = performance.now() / 1000; });
  return start.apply(this, words);
};
"""


# Whether an element's parts lie within it.
INSIDE = """(element) => {
  const outer = element.getBoundingClientRect();
  return [...element.children].map((each) => each.getBoundingClientRect()).every((inner) =>
    inner.left >= outer.left - 1 && inner.right <= outer.right + 1 &&
    inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1);
}"""


class Board(Window):
    """A window on the display, with what it asked the server for."""

    def __init__(self, window: Window) -> None:
        super().__init__(window.context, window.page, window.complaints)
        self.requests: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))

    def voices(self) -> list[str]:
        """The numbers whose spoken call was asked for, in order."""
        return [url.split("/")[-2] for url in self.requests if "/voice/" in url]

    def shown(self) -> list[dict[str, Any]]:
        """What was on the stage, and since when (ms)."""
        return self.page.evaluate("() => window.witness.shown")

    def sounds(self) -> list[dict[str, float]]:
        """Chimes and voices as they were played (s)."""
        return self.page.evaluate("() => window.sounds")


@pytest.fixture(scope="module")
def admission(site: Site) -> dict[str, str]:
    """The cookie of a display that a supervisor approved."""
    return {"name": DISPLAY_COOKIE, "value": site.display_cookie(), "url": site.url}


@pytest.fixture
def open_board(
    open_window: OpenWindow, site: Site, admission: Any
) -> Iterator[Callable[..., Board]]:
    """Opens admitted displays; `before` sees the page before it loads."""
    boards: list[Board] = []

    def open_one(width: int = 1920, height: int = 1080, before: Any = None) -> Board:
        board = Board(open_window(width, height))
        boards.append(board)
        board.context.add_init_script(LISTENER)
        board.context.add_cookies([admission])
        if before:
            before(board.page)
        board.page.goto(f"{site.url}/display")
        expect(board.page.locator("body")).to_have_attribute("data-ready", "true")
        return board

    yield open_one
    for board in boards:
        board.page.unroute_all(behavior="ignoreErrors")


def call_at_once(staff: StaffHttp) -> set[str]:
    """Both counters call in the same instant; the numbers called."""
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(staff.call_next, ("V1", "V2")))
    return {answer.json()["number"] for answer in answers}


def test_two_counters_calling_in_the_same_instant_are_both_shown_and_spoken_in_full(
    open_board: Callable[..., Board], site: Site, kiosk: KioskHttp, staff: StaffHttp
) -> None:
    board = open_board()
    for _ in range(2):
        kiosk.issue("information")
    numbers = call_at_once(staff)
    board.page.wait_for_function(
        "() => window.sounds.length === 4 && window.sounds.every((each) => each.ended)",
        timeout=SAID_WITHIN_MS,
    )
    shown = board.shown()
    assert {each["number"] for each in shown[:2]} == numbers
    assert set(board.voices()) == numbers
    sounds = board.sounds()
    for sound in sounds:
        assert sound["ended"] - sound["began"] >= 0.95 * sound["seconds"], "cut short"
    for earlier, later in pairwise(sounds):
        assert later["began"] >= earlier["ended"] - 0.05, "two sounds at once"
    first, second = (sum(each["seconds"] for each in sounds[i : i + 2]) for i in (0, 2))
    assert min(first, second) > 2.5
    rounding_ms = 50  # the browser's clock is a little coarse
    assert shown[1]["at"] - shown[0]["at"] >= 1000 * first - rounding_ms
    assert board.complaints == []
    assert [url for url in board.requests if not url.startswith(site.url)] == []


def grow_old(site: Site, number: str) -> None:
    """As if `number` had been called two minutes ago. Nobody but a test may change an event."""
    events, database = tables.events, site.database()

    def rewrite(uow: UnitOfWork) -> None:
        calls = select(events).where(events.c.kind == "ticket.called")
        row = next(each for each in uow.connection.execute(calls) if each.body["number"] == number)
        earlier = datetime.fromisoformat(row.body["at"]) - timedelta(minutes=2)
        body = {**row.body, "at": earlier.isoformat()}
        this = (events.c.site == row.site) & (events.c.id == row.id)
        uow.connection.exec_driver_sql("DROP TRIGGER IF EXISTS events_no_update")
        uow.connection.execute(update(events).where(this).values(body=body))

    database.run(rewrite)
    database.close()


def test_after_a_cut_it_says_so_then_lists_what_it_missed_and_speaks_what_is_young(
    open_board: Callable[..., Board], site: Site, kiosk: KioskHttp, staff: StaffHttp
) -> None:
    old, young = (kiosk.issue("information").json()["number"] for _ in range(2))
    board = open_board()
    offline = board.page.locator("#offline")
    expect(offline).to_be_hidden()
    site.kill(site.processes[-1])
    expect(offline).to_contain_text(
        "Sin conexión con el servidor: los turnos de esta pantalla pueden estar atrasados"
    )
    expect(offline.locator("#last-word")).to_contain_text("Última señal: ")
    board.context.set_offline(True)
    site.fork("web")
    site.wait_ready()
    assert staff.call_next("V1").json()["number"] == old
    grow_old(site, old)
    site.kill(site.processes[-1])  # what it remembers of the calls is as old as they were
    site.fork("web")
    site.wait_ready()
    assert staff.call_next("V2").json()["number"] == young
    expect(board.page.locator("#recent li").filter(has_text=old)).to_have_count(0)

    board.context.set_offline(False)
    expect(board.page.locator("#newest-number")).to_have_text(young)
    expect(offline).to_be_hidden()
    missed = board.page.locator(f"#recent [data-number='{old}']")
    expect(missed).to_contain_text("sin voz")
    expect(board.page.locator(f"#recent [data-number='{young}']")).not_to_contain_text("sin voz")
    expect(board.page.locator("#unspoken")).to_contain_text("1 turno se llamó sin anuncio de voz")
    board.page.wait_for_function("() => window.sounds.length >= 2", timeout=SAID_WITHIN_MS)
    assert old not in board.voices()
    assert young in board.voices()
    assert old not in [each["number"] for each in board.shown()]


def test_a_server_that_falls_silent_is_told_from_a_quiet_morning(
    open_board: Callable[..., Board], site: Site
) -> None:
    board = open_board(before=lambda page: page.clock.install())
    offline = board.page.locator("#offline")
    group = site.processes[-1].pid
    os.killpg(group, signal.SIGSTOP)  # every connection stays open, nothing is said: a cut cable
    try:
        board.page.clock.fast_forward(SILENCE_MS)
        expect(offline).to_be_visible()
        expect(board.page.locator("body")).to_have_attribute("data-stale", "true")
    finally:
        os.killpg(group, signal.SIGCONT)
    expect(offline).to_be_hidden()


def test_a_preferential_call_is_marked_in_words_and_a_finished_one_leaves_the_stage(
    open_board: Callable[..., Board], kiosk: KioskHttp, staff: StaffHttp
) -> None:
    board = open_board()
    number = kiosk.issue("information", attention_class="preferential").json()["number"]
    ticket = staff.call_next("V2").json()["ticket_id"]
    row = board.page.locator(f"#recent [data-number='{number}']")
    expect(board.page.locator("#newest-number")).to_have_text(number)
    expect(board.page.locator("#newest-class")).to_have_text("Preferencial")
    expect(board.page.locator("#newest-counter")).to_have_text("Ventanilla 2")
    expect(row.locator(".recent-class")).to_have_text("Preferencial")
    star = "(element) => getComputedStyle(element, '::before').content"
    assert "★" in row.locator(".recent-class").evaluate(star)
    staff.finish(ticket)
    expect(row).to_have_attribute("data-current", "false")
    expect(row).to_contain_text("atendido")


def test_without_a_voice_it_chimes_shows_the_call_long_enough_and_says_why_once(
    open_board: Callable[..., Board], kiosk: KioskHttp, staff: StaffHttp
) -> None:
    missing = {"title": "no_voice", "status": 503, "detail": "falta el programa"}

    def refuse(page: Page) -> None:
        page.clock.install()
        page.route(
            "**/api/v1/voice/**", lambda route: route.fulfill(status=503, body=json.dumps(missing))
        )

    board = open_board(before=refuse)
    for _ in range(2):
        kiosk.issue("information")
    numbers = call_at_once(staff)
    expect(board.page.locator("#sound")).to_have_text(
        "Sin voz en el servidor: solo suena el timbre"
    )
    board.page.clock.fast_forward(3000)
    board.page.wait_for_function("() => window.witness.shown.length === 2")
    first, second = board.shown()
    assert {first["number"], second["number"]} == numbers
    assert second["at"] - first["at"] >= 3700
    assert len(board.voices()) <= 2


def test_where_sound_needs_a_touch_it_asks_for_one(
    browser: Browser, site: Site, admission: Any
) -> None:
    switches = [each for each in SWITCHES if "autoplay" not in each]
    strict = browser.browser_type.launch(executable_path=str(CHROMIUM), args=switches)
    try:
        page = strict.new_page(viewport={"width": 1280, "height": 720})
        page.context.add_cookies([admission])
        page.goto(f"{site.url}/display")
        touch = page.get_by_role("button", name="Tocar para activar el sonido")
        touch.click()
        expect(touch).to_be_hidden()
    finally:
        strict.close()


def test_pictures_fill_the_quiet_and_give_way_to_a_call(
    open_board: Callable[..., Board], kiosk: KioskHttp, staff: StaffHttp
) -> None:
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 9">'
        '<rect width="16" height="9" fill="teal"/></svg>'
    )

    def with_media(page: Page) -> None:
        def panel(route: Route) -> None:
            answer = route.fetch()
            media = [{"url": "/display/media/a.svg", "kind": "image"}]
            route.fulfill(response=answer, body=json.dumps({**answer.json(), "media": media}))

        page.route("**/api/v1/display/panel", panel)
        page.route(
            "**/display/media/a.svg",
            lambda route: route.fulfill(body=drawing, content_type="image/svg+xml"),
        )

    board = open_board(before=with_media)
    picture = board.page.locator("#media img")
    expect(picture).to_be_visible()
    kiosk.issue("information")
    number = staff.call_next("V1").json()["number"]
    expect(board.page.locator("#newest-number")).to_have_text(number)
    expect(board.page.locator("#newest-number")).to_be_visible()
    expect(picture).not_to_be_visible()


def test_a_display_nobody_admitted_shows_its_code_and_goes_live_when_approved(
    open_window: OpenWindow, site: Site
) -> None:
    page = open_window(1920, 1080).page
    page.goto(f"{site.url}/display")
    expect(page.locator("#pairing")).to_contain_text(
        "Un supervisor ingresa este código en Administración → Pantallas"
    )
    code = page.locator("#pairing-code")
    expect(code).to_have_text(re.compile(r"^\d{3} \d{3}$"))
    supervisor = site.staff("paola", "supervisor")
    approval = {"code": code.inner_text().replace(" ", ""), "name": "entrada"}
    assert supervisor.http.post("/api/v1/displays/approve", json=approval).status_code == 201
    expect(page.locator("#pairing")).to_be_hidden()
    expect(page.locator("body")).to_have_attribute("data-ready", "true")


def test_every_number_can_be_read_across_the_room(
    open_board: Callable[..., Board], kiosk: KioskHttp, staff: StaffHttp
) -> None:
    board = open_board()
    kiosk.issue("information", attention_class="preferential")
    staff.call_next("V1")
    expect(board.page.locator("#recent li").first).to_be_visible()
    for width, height in ((1280, 720), (1920, 1080), (3840, 2160)):
        board.page.set_viewport_size({"width": width, "height": height})
        for part in ("#newest-number", "#newest-mark", ".recent-number", ".recent-mark"):
            tall = digit_mm(board.page, part, height)
            print(f"{width} × {height} {part}: {tall:.1f} mm")
            assert tall >= DIGITS_MM, part
        for part in ("#recent li", "#newest-place", ".newest-top", ".law"):
            assert board.page.locator(part).first.evaluate(INSIDE), f"{part} is cut off"


@pytest.mark.negative_control
def test_digits_of_the_size_of_the_words_beside_them_are_caught(
    open_board: Callable[..., Board], kiosk: KioskHttp, staff: StaffHttp
) -> None:
    board = open_board()
    kiosk.issue("information")
    staff.call_next("V1")
    expect(board.page.locator("#recent li").first).to_be_visible()
    board.page.evaluate("() => document.documentElement.style.setProperty('--digits', '9rem')")
    assert digit_mm(board.page, ".recent-number", 1080) < DIGITS_MM


def test_words_stand_out_from_their_ground(
    open_board: Callable[..., Board], kiosk: KioskHttp, staff: StaffHttp
) -> None:
    board = open_board()
    for _ in range(2):
        kiosk.issue("information", attention_class="preferential")
    staff.finish(staff.call_next("V1").json()["ticket_id"])
    staff.call_next("V1")
    expect(board.page.locator("#recent li[data-current=true]")).to_have_count(1)
    expect(board.page.locator("#recent li[data-current=false]").first).to_be_visible()
    board.page.wait_for_timeout(400)  # the stage has faded in
    seen = screen(board.page)
    for part in (
        *("#newest-label", "#newest-number", "#newest-class", "#newest-word", ".newest-pass"),
        *("#recent-title", "#site", "#clock", "#date", "#law", ".law strong"),
        *("li[data-current=true] .recent-place", "li[data-current=true] .recent-facts"),
        *("li[data-current=false] .recent-number", "li[data-current=false] .recent-facts"),
        ".recent-class",
    ):
        at = box(board.page, part)
        left, top = int(at["x"]), int(at["y"])
        right, bottom = left + int(at["width"]) + 1, top + int(at["height"]) + 1
        ratio = contrast(seen.crop((left, top, right, bottom)))
        assert ratio >= CONTRAST, f"{part}: {ratio:.1f}"
