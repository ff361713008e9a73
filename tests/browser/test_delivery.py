"""The download page and the tracking page on a phone: by finger, by keyboard, without a script."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from queue_server.core.clock import SystemClock
from queue_server.issuance.model import LetterState
from tests.browser.basics import faults_of, sideways_px
from tests.browser.conftest import DEADLINE_MS, Window
from tests.support.delivered import PDF, Given, HandClock, Shelf, database_at
from tests.support.site import Site

OpenWindow = Callable[..., Window]


@pytest.fixture(scope="module")
def shelf(site: Site) -> Iterator[Shelf]:
    clock = HandClock()
    clock.instant = SystemClock().now()
    database = database_at(site, clock)
    yield Shelf(database)
    database.close()


@pytest.fixture(scope="module")
def given(shelf: Shelf) -> Given:
    """Somebody whose certificate is ready and was e-mailed."""
    return shelf.put(letter=LetterState.SENT)


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """A phone that runs no script."""
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, locale="es-PE", java_script_enabled=False
    )
    context.set_default_timeout(DEADLINE_MS)
    yield context.new_page()
    context.close()


def ask(page: Page, site: Site, number: str, ending: str) -> None:
    """Fill the form and send it, by keyboard alone."""
    page.goto(f"{site.url}/s?n={number}")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Número de solicitud")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type(ending)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_without_a_script_the_file_is_one_touch_away(plain: Page, site: Site, given: Given) -> None:
    plain.goto(f"{site.url}/c/{given.token}")
    expect(plain.get_by_role("heading", level=1)).to_have_text("Su certificado está listo")
    button = plain.get_by_role("link", name="Descargar PDF")
    box = button.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 740, "the button is below what one sees at once"
    assert box["width"] > 250
    with plain.expect_download() as coming:
        button.click()
    assert coming.value.suggested_filename == f"certificado-{given.number}.pdf"
    assert coming.value.path().read_bytes() == PDF


def test_by_keyboard_alone_the_first_stop_is_the_file(
    open_window: OpenWindow, site: Site, shelf: Shelf
) -> None:
    given = shelf.put()
    window = open_window(360, 740)
    window.page.goto(f"{site.url}/c/{given.token}")
    window.page.keyboard.press("Tab")
    expect(window.page.get_by_role("link", name="Descargar PDF")).to_be_focused()
    with window.page.expect_download() as coming:
        window.page.keyboard.press("Enter")
    assert coming.value.path().read_bytes() == PDF
    assert window.complaints == []


def test_a_download_that_is_refused_is_explained_on_a_page(
    plain: Page, site: Site, shelf: Shelf
) -> None:
    given = shelf.put()
    for _ in range(6):
        plain.request.get(f"{site.url}/c/{given.token}/certificado.pdf")
    plain.goto(f"{site.url}/c/{given.token}")
    plain.get_by_role("link", name="Descargar PDF").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Espere un momento")


def test_without_a_script_an_application_is_followed_by_keyboard_and_leaves_no_trace(
    plain: Page, site: Site, given: Given
) -> None:
    ask(plain, site, given.number, "0000")
    expect(plain.get_by_role("alert")).to_contain_text("No encontramos una solicitud")
    expect(plain.get_by_label("Número de solicitud")).to_have_value(given.number)
    expect(plain.get_by_label("Últimos 4 de su documento")).to_have_value("")
    ask(plain, site, given.number, given.ending)
    expect(plain.get_by_role("heading", level=1)).to_have_text("Su certificado está listo")
    expect(plain.get_by_text("Lo enviamos a a***@e***.")).to_be_visible()
    assert plain.url == f"{site.url}/seguimiento"
    assert plain.context.cookies() == []


def open_each(page: Page, site: Site, given: Given, shelf: Shelf) -> Iterator[str]:
    """One page after the other, each with all it can hold."""
    for path in (f"/c/{given.token}", f"/c/{'x' * 43}"):
        page.goto(site.url + path)
        yield path
    ask(page, site, given.number, "0000")
    yield "a miss"
    for state in ("under_review", "refused"):
        other = shelf.put(state, letter=LetterState.FAILED)
        ask(page, site, other.number, other.ending)
        yield state


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_keeps_the_basics_and_fits_the_smallest_phone_with_large_letters(
    open_window: OpenWindow, site: Site, shelf: Shelf, scheme: str
) -> None:
    given = shelf.put()
    window = open_window(320, 640)
    page = window.page
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for where in open_each(page, site, given, shelf):
        assert faults_of(page) == [], where
        assert sideways_px(page) == 0, where
        page.evaluate("() => document.styleSheets[0].insertRule(':root { font-size: 200% }')")
        assert sideways_px(page) == 0, f"{where} with large letters"


HARMS = {
    "3.3.2": "document.querySelector('label').remove()",
    "1.3.1": "document.querySelector('h1').outerHTML = '<p>Seguir</p>'",
    "2.5.5": "document.querySelector('button').style.cssText = 'min-height: 20px; padding: 0'",
    "1.4.3": "document.querySelector('.hint').style.color = '#aab'",
    "names": "document.querySelector('#number-hint').remove()",
}


@pytest.mark.negative_control
def test_a_page_that_breaks_the_basics_is_caught(open_window: OpenWindow, site: Site) -> None:
    page = open_window(360, 740).page
    for criterion, harm in HARMS.items():
        page.goto(f"{site.url}/seguimiento")
        assert faults_of(page) == []
        page.evaluate(f"() => {{ {harm} }}")
        assert [fault for fault in faults_of(page) if fault.startswith(criterion)], criterion
