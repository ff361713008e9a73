"""The holder's phone: what it shows of one turn, from the queue to the end of it."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from queue_server.turns.services import my_turn
from tests.browser.conftest import DEADLINE_MS, Window
from tests.browser.routes import route_open_page
from tests.support.site import KioskHttp, Site, StaffHttp, running_site

OpenWindow = Callable[..., Window]


@pytest.fixture(scope="module")
def phones(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with a public address, so that its tickets carry a link."""
    address = 'public_address = "https://turnos.example.pe"'
    with running_site(tmp_path_factory.mktemp("phones"), address) as running:
        yield running


@pytest.fixture(scope="module")
def desk(phones: Site) -> StaffHttp:
    return phones.staff()


@pytest.fixture(scope="module")
def printer(phones: Site) -> KioskHttp:
    return phones.kiosk()


@pytest.fixture(autouse=True)
def nobody_waits(desk: StaffHttp) -> None:
    while (answer := desk.call_next()).status_code != 404:
        body = answer.json()
        desk.finish(body["ticket"] if answer.status_code == 409 else body["ticket_id"])


def act(desk: StaffHttp, ticket: dict[str, Any], action: str, **body: Any) -> None:
    path = f"/api/v1/tickets/{ticket['ticket_id']}/{action}"
    answer = desk.http.post(path, json=body or None, headers={"Idempotency-Key": str(uuid4())})
    assert answer.is_success, answer.text


def token_of(ticket: dict[str, Any]) -> str:
    return ticket["link"].rpartition("/")[2]


def open_phone(open_window: OpenWindow, site: Site, ticket: dict[str, Any]) -> Window:
    window = open_window(390, 844)
    window.page.goto(f"{site.url}/t/{token_of(ticket)}")
    expect(window.page.locator("body")).to_have_attribute("data-ready", "true")
    return window


SEEN_WITHIN_MS = 8000  # a phone that is not told asks after thirteen seconds


def expect_mood(page: Page, mood: str, within_ms: int = DEADLINE_MS) -> None:
    expect(page.locator("#turn")).to_have_attribute("data-mood", mood, timeout=within_ms)


def test_a_phone_follows_its_turn_from_the_line_to_the_end(
    open_window: OpenWindow, phones: Site, printer: KioskHttp, desk: StaffHttp
) -> None:
    tickets = [printer.issue("information").json() for _ in range(4)]
    own = tickets[-1]
    window = open_phone(open_window, phones, own)
    page = window.page
    expect(page.locator("#number")).to_contain_text(own["number"])
    expect(page.locator("#turn")).to_contain_text("3 personas antes que usted")
    desk.finish(desk.call_next().json()["ticket_id"])
    expect_mood(page, "near")
    expect(page.locator("#turn")).to_contain_text("Acérquese")
    for _ in range(2):
        desk.finish(desk.call_next().json()["ticket_id"])
    desk.call_next()
    expect_mood(page, "now", SEEN_WITHIN_MS)
    expect(page.locator(".turn-figure")).to_contain_text("Ventanilla 1")
    expect(page).to_have_title(f"¡Su turno! Ventanilla 1 · {own['number']}")
    expect(page.get_by_role("status").filter(has_text="Es su turno")).to_be_attached()
    act(desk, own, "start")
    expect(page.locator("#turn")).to_have_attribute("data-state", "serving")
    act(desk, own, "finish")
    expect(page.locator("#turn")).to_contain_text("¡Gracias!")
    shown = page.content()
    assert not any(other["number"] in shown for other in tickets[:-1])
    assert window.complaints == []


def test_hold_transfer_and_a_missed_call_are_said_in_words(
    open_window: OpenWindow, phones: Site, printer: KioskHttp, desk: StaffHttp
) -> None:
    own = printer.issue("information").json()
    page = open_phone(open_window, phones, own).page
    turn = page.locator("#turn")
    act(desk, own, "hold", reason="trae copia")
    expect(turn).to_contain_text("Su turno está en pausa")
    act(desk, own, "resume")
    expect_mood(page, "near")
    act(desk, own, "transfer", service="review")
    expect(turn).to_contain_text("Revisión de mi solicitud")
    desk.call_next()
    expect_mood(page, "now")
    act(desk, own, "no-show")
    expect(turn).to_contain_text("nadie se presentó")
    expect(turn).to_contain_text("Volveremos a llamar desde las")


def test_cancelling_asks_once_and_a_lost_reply_changes_nothing(
    open_window: OpenWindow, phones: Site, printer: KioskHttp
) -> None:
    page = open_phone(open_window, phones, printer.issue("information").json()).page
    keys: list[str] = []

    def lose_first_reply(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    route_open_page(page, "**/cancel", lose_first_reply)
    expect(page.get_by_role("button", name="Sí, cancelar mi turno")).to_be_hidden()
    page.get_by_text("Ya no voy a ir").click()
    with page.expect_response("**/cancel") as repeated:
        page.get_by_role("button", name="Sí, cancelar mi turno").click()
    expect(page.locator("#turn")).to_have_attribute("data-state", "cancelled")
    assert repeated.value.headers["idempotency-replayed"] == "true"
    assert len(keys) == 2
    assert keys[0] == keys[1]
    expect(page.get_by_text("Ya no voy a ir")).to_have_count(0)


def test_without_a_script_the_page_is_whole_and_cancels(
    open_window: OpenWindow, phones: Site, printer: KioskHttp
) -> None:
    own = printer.issue("information").json()
    browser = open_window().context.browser
    assert browser is not None
    context: BrowserContext = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{phones.url}/t/{token_of(own)}")
    expect(page.locator("#number")).to_contain_text(own["number"])
    assert '<meta http-equiv="refresh"' in page.content()
    page.get_by_text("Ya no voy a ir").click()
    page.get_by_role("button", name="Sí, cancelar mi turno").click()
    expect(page.locator("#turn")).to_have_attribute("data-state", "cancelled")
    context.close()


def test_a_closed_page_is_found_again_and_the_phone_keeps_only_the_link(
    open_window: OpenWindow, phones: Site, printer: KioskHttp
) -> None:
    own = printer.issue("information").json()
    window = open_phone(open_window, phones, own)
    window.page.close()
    page = window.context.new_page()
    page.goto(f"{phones.url}/t")
    page.get_by_role("link").filter(has_text=own["number"]).click()
    expect(page.locator("#number")).to_contain_text(own["number"])
    kept = page.evaluate("() => JSON.stringify({...localStorage})")
    assert kept == f'{{"ventanilla.turnos":"[\\"{token_of(own)}\\"]"}}'
    page.goto(f"{phones.url}/t")
    page.get_by_role("button", name="Olvidar estos turnos").click()
    expect(page.get_by_text("no recuerda ningún turno")).to_be_visible()


def test_a_phone_that_finds_no_place_in_the_feed_still_sees_its_call(
    open_window: OpenWindow, phones: Site, printer: KioskHttp, desk: StaffHttp
) -> None:
    own = printer.issue("information").json()
    window = open_window(390, 844)
    asked: list[str] = []

    def full(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=503, body="")

    window.page.route("**/feed?*", full)
    window.page.clock.install()
    window.page.goto(f"{phones.url}/t/{token_of(own)}")
    expect(window.page.locator("body")).to_have_attribute("data-ready", "true")
    desk.call_next()
    window.page.clock.run_for(13_000)
    expect_mood(window.page, "now")
    assert len(asked) == 1  # the refused phone does not knock again at once


def test_a_narrow_phone_with_large_letters_scrolls_in_one_direction_only(
    open_window: OpenWindow, phones: Site, printer: KioskHttp, desk: StaffHttp
) -> None:
    own = printer.issue("information").json()
    window = open_window(320, 568)
    page = window.page
    page.goto(f"{phones.url}/t/{token_of(own)}")
    overflow = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) == 0
    desk.call_next()
    expect_mood(page, "now")
    page.evaluate("() => document.documentElement.setAttribute('class', 'large')")
    page.evaluate("() => document.styleSheets[0].insertRule('html.large { font-size: 200% }')")
    assert page.evaluate(overflow) == 0


def test_an_unknown_link_is_a_friendly_page_that_nobody_stores(phones: Site) -> None:
    for token in ("A" * 35, "zzz", "../../etc"):
        answer = httpx.get(f"{phones.url}/t/{token.replace('/', '%2F')}", trust_env=False)
        assert answer.status_code == 404
    answer = httpx.get(f"{phones.url}/t/{'B' * 35}", trust_env=False)
    assert "No encontramos este turno" in answer.text
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.headers["Cache-Control"] == "no-store"


def tampered(token: str) -> str:
    """The same ticket's id with another digest: only the last letters differ."""
    return token[:-6] + ("AAAAAA" if token[-6:] != "AAAAAA" else "BBBBBB")


def test_a_link_with_one_wrong_letter_leads_nowhere(phones: Site, printer: KioskHttp) -> None:
    token = token_of(printer.issue("information").json())
    assert httpx.get(f"{phones.url}/t/{token}", trust_env=False).status_code == 200
    for path in (f"/t/{tampered(token)}", f"/api/v1/my-turn/{tampered(token)}"):
        assert httpx.get(phones.url + path, trust_env=False).status_code == 404


@pytest.mark.negative_control
def test_a_check_of_the_ticket_id_alone_lets_a_tampered_link_in_and_is_caught(
    phones: Site, printer: KioskHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = tampered(token_of(printer.issue("information").json()))
    monkeypatch.setattr(my_turn, "compare_digest", lambda one, other: one[:21] == other[:21])
    database = phones.database()
    try:
        with pytest.raises(pytest.fail.Exception), pytest.raises(my_turn.Problem):
            database.read(lambda uow: my_turn.ticket_of(uow, token))
    finally:
        database.close()
