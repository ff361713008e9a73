"""The second factor in a browser: enrolled from the QR, typed by keyboard, asked for again."""

import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import update

from queue_server.staff import tables
from queue_server.staff.model import Role
from queue_server.staff.services.accounts import NewAccount, put_account
from queue_server.staff.services.passwords import hash_password
from tests.browser.conftest import Window
from tests.support.second_factor import App
from tests.support.site import OPERATOR, Site, StaffHttp, running_site

OpenWindow = Callable[..., Window]
PASSWORD = "tres tristes tigres"
REFUSED = "Failed to load resource"  # what the browser writes of a 403 that is meant


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of its own: its accounts are nobody else's."""
    with running_site(tmp_path_factory.mktemp("second-factor")) as running:
        yield running


def new_account(office: Site, name: str, role: Role) -> None:
    database = office.database()
    new = NewAccount(name, name.title(), role, hash_password(PASSWORD), one_time=False)
    database.run(lambda uow: put_account(uow, OPERATOR, new))
    database.close()


def type_password(page: Page, name: str) -> None:
    expect(page.get_by_label("Usuario")).to_be_focused()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")


def scanned(page: Page) -> str:
    """What a camera reads off the page: another library's decoder on the page's own pixels."""
    picture = Image.open(io.BytesIO(page.locator(".qr").screenshot()))
    found = zxingcpp.read_barcodes(picture)
    assert len(found) == 1, "no QR that can be read"
    return found[0].text


def next_code(app: App) -> str:
    """A code that was not used yet: of the next step, as of a telephone that is a little ahead."""
    return app.code(datetime.now(UTC) + timedelta(seconds=30))


def make_stale(office: Site, account: str) -> None:
    """Make it an hour since this account showed who it is."""
    then = datetime.now(UTC) - timedelta(hours=1)
    database = office.database()
    database.run(
        lambda uow: uow.connection.execute(
            update(tables.sessions)
            .where(tables.sessions.c.account == account)
            .values(proven_at=then)
        )
    )
    database.close()


def test_an_administrator_enrols_from_the_qr_and_signs_in_with_it_by_keyboard(
    open_window: OpenWindow, office: Site
) -> None:
    new_account(office, "rosa", Role.ADMINISTRATOR)
    window = open_window(1280, 900)
    page = window.page
    page.goto(f"{office.url}/administration")
    type_password(page, "rosa")
    page.wait_for_url("**/sign-in/enrol?**")
    uri = urlsplit(scanned(page))
    words = parse_qs(uri.query)
    page.get_by_text("No puedo escanearlo").click()
    shown = page.locator("#secret").inner_text().replace(" ", "")
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    assert words["secret"] == [shown]
    app = App(shown)
    code = page.get_by_label("Escriba los seis números")
    code.fill("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("no es correcto")
    expect(page.get_by_label("Escriba los seis números")).to_be_focused()
    page.keyboard.type(app.code())
    page.keyboard.press("Enter")
    expect(page.locator(".recovery code")).to_have_count(10)
    page.get_by_role("link", name="Ya los guardé").click()
    page.wait_for_url("**/administration")
    page.get_by_role("button", name="Salir").click()
    page.goto(f"{office.url}/reports")
    type_password(page, "rosa")
    page.wait_for_url("**/sign-in/code?**")
    expect(page.get_by_label("Código")).to_be_focused()
    page.keyboard.type(next_code(app))
    page.keyboard.press("Enter")
    page.wait_for_url("**/reports")
    assert [each for each in window.complaints if REFUSED not in each] == []


def test_a_change_of_accounts_asks_again_and_then_goes_through(
    open_window: OpenWindow, office: Site
) -> None:
    chief: StaffHttp = office.staff("jefa", "administrator")
    assert chief.app is not None
    window = open_window(1366, 768)
    window.sign_in(chief, office.url)
    page = window.page
    page.goto(f"{office.url}/administration#people")
    expect(page.get_by_label("Nombre y apellido")).to_be_visible()
    make_stale(office, "jefa")
    page.get_by_label("Nombre y apellido").fill("Luis Prado")
    page.get_by_label("Usuario").fill("luis.prado")
    page.get_by_role("button", name="Crear la cuenta").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Confirme que es usted")
    expect(dialog.get_by_label("Código")).to_be_focused()
    page.keyboard.type("000000")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("No es correcto")
    page.keyboard.type(next_code(chief.app))
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.locator('tr[data-name="luis.prado"]')).to_be_visible()
    expect(page.locator(".once-word code")).to_be_visible()
    assert [each for each in window.complaints if REFUSED not in each] == []


def test_whoever_closes_that_dialog_is_told_and_nothing_changed(
    open_window: OpenWindow, office: Site
) -> None:
    chief = office.staff("jefe", "administrator")
    window = open_window(1366, 768)
    window.sign_in(chief, office.url)
    page = window.page
    page.goto(f"{office.url}/administration#people")
    expect(page.get_by_label("Nombre y apellido")).to_be_visible()
    make_stale(office, "jefe")
    page.get_by_label("Nombre y apellido").fill("Eva Ruiz")
    page.get_by_label("Usuario").fill("eva")
    page.get_by_role("button", name="Crear la cuenta").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".form-summary")).to_contain_text("escriba otra vez")
    assert "eva" not in {each["name"] for each in chief.http.get("/api/v1/admin/accounts").json()}


def test_a_session_is_ended_from_a_telephone(open_window: OpenWindow, office: Site) -> None:
    ana, elsewhere = office.staff("ana"), open_window(360, 740)
    elsewhere.sign_in(ana, office.url)
    other = StaffHttp(office.url, "ana", ana.password)
    page = elsewhere.page
    page.goto(f"{office.url}/account")
    expect(page.locator("tr[data-session]")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name="Cerrar la sesión").click()
    expect(page.locator("tr[data-session]")).to_have_count(1)
    assert other.http.get("/api/v1/session").status_code == 401
    assert elsewhere.complaints == []


def test_what_needs_a_fresh_proof_on_a_page_leads_there_and_back(
    open_window: OpenWindow, office: Site
) -> None:
    luis, window = office.staff("luis"), open_window(390, 844)
    window.sign_in(luis, office.url)
    page = window.page
    make_stale(office, "luis")
    page.goto(f"{office.url}/account")
    page.get_by_role("link", name="Activar").click()
    page.get_by_label("Su contraseña").fill(luis.password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/second-factor")
    page.get_by_text("No puedo escanearlo").click()
    app = App(page.locator("#secret").inner_text())
    page.get_by_label("Escriba los seis números").fill(app.code())
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Ya los guardé").click()
    expect(page.locator("#main")).to_contain_text("Activa")
    assert window.complaints == []
