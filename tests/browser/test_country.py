"""The country on one page: worst first, live, down to a device, and nobody's markup is ours."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from queue_server.core.db import Database
from queue_server.hub.model.country import NO_REGION
from queue_server.hub.services import country
from tests.browser.basics import faults_of, sideways_px
from tests.browser.conftest import Window
from tests.support.country import (
    Told,
    an_order,
    enrol,
    invented,
    put_orders,
    running_hub,
    seed,
    write,
)
from tests.support.site import Site, StaffHttp

SOON_MS = 12_000  # the page asks every five seconds
MARKUP = "<img src=x onerror=alert(1)>"
MASTHEAD = "2.5.5"  # the sizes of what stands in every page's head, as in test_monitor
WORST_FIRST = ["none", "silent", "some", "empty", "all", "closed"]
ROWS = ".site[data-standing]"


@dataclass(frozen=True)
class Hub:
    """A hub with forty sites in twelve regions, and somebody of central IT."""

    site: Site
    database: Database
    rosa: StaffHttp

    def tell(self, told: Told) -> None:
        """The site tells this, as a batch would leave it."""
        self.database.run(lambda uow: write(uow, told))


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with running_hub(tmp_path_factory.mktemp("country")) as site:
        database = site.database()
        sites = heard_all(40)
        database.run(lambda uow: seed(uow, "PRUEBA", sites, days=70, events=40))
        yield Hub(site, database, site.staff("rosa", role="it"))
        database.close()


def heard_all(count: int) -> list[Told]:
    """No site falls silent while a test runs, but those that are."""
    return [
        replace(each, silent_s=-3600) if each.silent_s < 60 else each for each in invented(count)
    ]


@pytest.fixture
def look(open_window: Callable[..., Window], hub: Hub) -> Callable[..., Window]:
    def one(path: str = "/country", width: int = 1440) -> Window:
        window = open_window(width, 900)
        window.sign_in(hub.rosa, hub.site.url)
        window.page.goto(f"{hub.site.url}{path}")
        expect(window.page.locator("body[data-ready=true]")).to_be_visible()
        return window

    return one


def standings(page: Page) -> list[list[str]]:
    """How the sites of each region stand, from the top down."""
    return page.evaluate(
        """() => [...document.querySelectorAll(".region")].map((region) =>
             [...region.querySelectorAll(".site")].map((site) => site.dataset.standing))"""
    )


def assert_worst_first(page: Page) -> None:
    """The sign of grave alerts lifts calm sites; none, silent and some are in front of them."""
    ranks = [[min(WORST_FIRST.index(each), 3) for each in region] for region in standings(page)]
    assert all(region == sorted(region) for region in ranks), ranks
    assert [region[0] for region in ranks] == sorted(region[0] for region in ranks)


def site_row(page: Page, code: str) -> Locator:
    return page.locator(f"[data-site={code}]")


def test_the_country_at_a_glance_with_the_worst_first(look: Callable[..., Window]) -> None:
    window = look()
    page = window.page
    expect(page.locator("#glance")).to_contain_text(
        "De 40 módulos: 2 no atienden, 2 no dan noticias, 2 atienden en parte."
    )
    assert_worst_first(page)
    assert sum(len(each) for each in standings(page)) == 40
    expect(page.locator("#standings li[data-standing=all]")).to_contain_text("32")
    row = site_row(page, "M003")
    expect(row.locator(".site-standing")).to_contain_text("✕No atiende")
    expect(row).to_contain_text("Certificado en ninguno: sin señal")
    expect(row).to_contain_text("1 grave, 1 advertencia: Quiosco sin señal, A01")
    expect(row.locator(".site-figures")).to_contain_text("0/3")
    expect(site_row(page, "M014")).to_contain_text(re.compile(r"Sin noticias desde .*hace 2 h"))
    expect(site_row(page, "M032")).to_contain_text("antes atendía en parte")
    expect(site_row(page, "M018")).to_contain_text("otra que la mayoría")
    expect(site_row(page, "M029")).to_contain_text("Su certificado vence en 6 días")
    expect(site_row(page, "M038")).to_contain_text("Su reloj va adelantado 95 s")
    expect(page.locator("[data-build='1.4.0']")).to_contain_text("(la usual)")
    assert window.complaints == [], "nothing the page's own rules forbid"


@pytest.mark.negative_control
def test_a_list_in_another_order_is_caught(look: Callable[..., Window]) -> None:
    page = look().page
    page.evaluate(
        """() => { const box = document.getElementById("regions");
                   box.prepend(box.lastElementChild); }"""
    )
    with pytest.raises(AssertionError):
        assert_worst_first(page)


def test_a_site_that_falls_rises_in_the_list_while_one_looks(
    look: Callable[..., Window], hub: Hub
) -> None:
    window = look()
    page = window.page
    row = site_row(page, "M036")
    expect(row).to_have_attribute("data-standing", "all")
    fallen = Told("M036", "MAC Puno", "Puno", "none", up=0, silent_s=-3600)
    hub.tell(fallen)
    expect(row).to_have_attribute("data-standing", "none", timeout=SOON_MS)
    expect(page.locator("#glance")).to_contain_text("3 no atienden")
    assert_worst_first(page)
    assert window.complaints == []
    hub.tell(replace(fallen, verdict="all", up=3))


def test_a_search_and_a_filter_leave_what_was_asked_for(look: Callable[..., Window]) -> None:
    page = look().page
    page.locator("#search").fill("huaraz")
    expect(page.locator(ROWS)).to_have_count(1)
    expect(site_row(page, "M032")).to_be_visible()
    page.locator("#search").fill("")
    page.locator("#only").select_option("silent")
    expect(page.locator(ROWS)).to_have_count(2)
    expect(page.locator("#sites-note")).to_have_text("Se muestran 2 de 40 módulos.")
    page.locator("#search").fill("no hay tal cosa")
    expect(page.locator("#sites-note")).to_have_text("Ningún módulo coincide con la búsqueda.")


def test_one_goes_down_to_the_device_of_a_kiosk(look: Callable[..., Window]) -> None:
    window = look()
    page = window.page
    page.get_by_role("link", name="Plaza Cayma").click()
    expect(page.locator("body[data-ready=true]")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Plaza Cayma")
    card = page.locator("[data-kiosk=A02]")
    expect(card.locator("svg.drawing [data-spot=printer][data-mood=broken]")).to_be_visible()
    expect(card.locator("[data-device=printer]")).to_contain_text("Papel: agotado")
    expect(page.locator("#alerts li").first).to_contain_text("Dispositivo averiado")
    expect(page.locator("#facts")).to_contain_text("1.4.0")
    expect(page.locator("#facts")).to_contain_text("vence en 200 días")
    assert window.complaints == []
    page.goto(page.url.replace("M010", "M001"))
    expect(page.locator("#events tr")).to_have_count(25)
    page.get_by_role("button", name="Ver anteriores").click()
    expect(page.locator("#events tr")).to_have_count(40)


def test_of_a_silent_site_what_it_told_last_is_shown_as_old(look: Callable[..., Window]) -> None:
    page = look("/country/M014").page
    expect(page.locator("#glance")).to_contain_text("No se sabe cómo está")
    expect(page.locator("#silence")).to_contain_text("antes atendía. Abajo está lo último")
    expect(page.locator("[data-kiosk][data-presence=offline]")).to_have_count(3)
    expect(page.locator("[data-kiosk=A01]")).to_contain_text("Lo último que informó:")


def test_an_order_waits_for_the_site_and_can_be_called_off(look: Callable[..., Window]) -> None:
    window = look("/country/M005")
    page = window.page
    page.locator("#valid").select_option("72")
    page.get_by_role("button", name="Dar una orden al quiosco A02").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Se hará cuando el módulo se conecte")
    dialog.get_by_role("button", name="Cerrar por reparación").click()
    row = page.locator("#orders [data-order]")
    expect(row).to_contain_text("Cierre al público: espera a que el módulo se conecte")
    expect(row).to_contain_text("por reparación")
    expect(row).to_contain_text("a más tardar")
    row.get_by_role("button", name="Cancelar: Cierre al público, A02").click()
    expect(row).to_have_attribute("data-state", "cancelled")
    expect(row.get_by_role("button")).to_have_count(0)
    assert window.complaints == []


def test_an_auditor_sees_orders_and_gives_none(
    open_window: Callable[..., Window], hub: Hub
) -> None:
    window = open_window()
    window.sign_in(hub.site.staff("abel", role="auditor"), hub.site.url)
    window.page.goto(f"{hub.site.url}/country/M001")
    expect(window.page.locator("[data-kiosk=A01]")).to_be_visible()
    expect(window.page.get_by_role("button", name="Dar una orden")).to_have_count(0)
    window.page.goto(f"{hub.site.url}/country")
    expect(window.page.locator("#pairing")).to_have_count(0)


def strange(code: str) -> Told:
    """Every word of it that is free holds markup."""
    alert = ("critical", f"{MARKUP}alerta", f"{MARKUP}A01")
    return Told(
        code, f"{MARKUP}módulo", f"{MARKUP}región", "some", up=2, why=f"{MARKUP}causa",
        alerts=[alert], build=f"{MARKUP}v", kiosk_build=f"{MARKUP}k", silent_s=-3600,
    )  # fmt: skip


def assert_no_markup(page: Page) -> None:
    """Nothing a site wrote became an element."""
    assert page.locator("main img, main b, main script:not([src])").count() == 0


def test_markup_in_every_free_field_stays_text(look: Callable[..., Window], hub: Hub) -> None:
    hub.database.run(lambda uow: enrol(uow, "PRUEBA", ["X001"]))
    hub.tell(strange("X001"))
    window = look()
    page = window.page
    row = site_row(page, "X001")
    for word in ("módulo", "causa", "alerta", "v"):
        expect(row).to_contain_text(f"{MARKUP}{word}")
    expect(page.locator(".region h3").filter(has_text="región")).to_contain_text(MARKUP)
    assert_no_markup(page)
    page.goto(f"{hub.site.url}/country/X001")
    expect(page.locator("h1")).to_have_text(f"{MARKUP}módulo")
    expect(page.locator("#alerts")).to_contain_text(f"{MARKUP}alerta")
    expect(page.locator("[data-kiosk=A03]")).to_contain_text("Sin señal")
    assert_no_markup(page)
    assert window.complaints == []
    hub.tell(Told("X001", region=" ", silent_s=-3600))
    page.goto(f"{hub.site.url}/country")
    expect(page.locator(f"[data-region='{NO_REGION}'] .site")).to_have_count(1)


@pytest.mark.negative_control
def test_a_page_that_took_words_for_markup_is_caught(look: Callable[..., Window]) -> None:
    page = look().page
    page.evaluate("words => { document.querySelector('.site-name').innerHTML = words }", MARKUP)
    with pytest.raises(AssertionError):
        assert_no_markup(page)


def numbers(page: Page) -> dict[str, int]:
    """The table of months: `oct 2026` -> certificates."""
    rows = page.locator("#months tbody tr")
    found = {}
    for name, count in zip(
        rows.locator("th").all_inner_texts(), rows.locator("td").all_inner_texts(), strict=True
    ):
        found[name.replace(" (en curso)", "")] = int(re.sub(r"\D", "", count))
    return found


def test_certificates_by_month_are_drawn_told_and_taken_along(
    look: Callable[..., Window], hub: Hub
) -> None:
    window = look()
    page = window.page
    months = hub.database.run(country.read_months)
    assert list(numbers(page).values()) == [each.count() for each in reversed(months)]
    expect(page.locator("#months svg .dot")).to_have_count(24)
    page.locator("#region").select_option("Cusco")
    page.get_by_role("button", name="Ver", exact=True).click()
    expect(page.locator("#months figcaption")).to_contain_text("Cusco")
    assert list(numbers(page).values()) == [each.count("Cusco") for each in reversed(months)]
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Descargar CSV").click()
    text = waiting.value.path().read_text(encoding="utf-8-sig")
    rows: list[dict[str, Any]] = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert [int(row["Certificados"]) for row in rows] == [each.count("Cusco") for each in months]
    assert window.complaints == []


def test_a_hub_that_is_away_is_said_with_the_time_of_what_is_shown(
    look: Callable[..., Window],
) -> None:
    window = look()
    page = window.page
    window.context.set_offline(True)
    banner = page.locator("#offline")
    expect(banner).to_contain_text("Sin conexión con el centro. Lo que ve es de las")
    window.context.set_offline(False)
    expect(banner).to_be_hidden()


def test_a_site_is_retired_on_the_page(look: Callable[..., Window]) -> None:
    window = look()
    page = window.page
    expect(page.locator("#pairings-none")).to_have_text("Ningún módulo espera su código ahora.")
    page.get_by_text("Retirar un módulo inscrito").click()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Retirar la autorización de M040").click()
    expect(page.locator("#pairings-note")).to_contain_text("El módulo M040 quedó fuera")
    page.evaluate("() => window.dispatchEvent(new Event('online'))")  # it need not be waited for
    expect(site_row(page, "M040")).to_have_count(0)
    assert window.complaints == []


@pytest.mark.parametrize("path", ["/country", "/country/M003", "/country/M014"])
def test_on_a_phone_nothing_has_to_be_pushed_sideways(
    look: Callable[..., Window], hub: Hub, path: str
) -> None:
    order = hub.database.run(lambda uow: an_order(Told("M003"), uow.now, detail=path))
    hub.database.run(lambda uow: put_orders(uow, [order]))
    page = look(path, 390).page
    assert sideways_px(page) == 0
    assert [each for each in faults_of(page) if not each.startswith(MASTHEAD)] == []
