"""Markup in every free field, shown on every page as the text it is: nothing of it ever runs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, Route

from queue_server.fleet.model.discovery import Instance, InstanceRole
from queue_server.fleet.services import sightings
from queue_server.staff.api import COOKIE, DISPLAY_COOKIE
from queue_server.staff.model import Role
from queue_server.web.openapi import application
from queue_server.web.roles import route_access
from tests.browser.conftest import DEADLINE_MS
from tests.support.site import OPERATOR, KioskHttp, Site, StaffHttp, running_site

MARK = '"><img src=x onerror=alert(1)>'
EMOJI = "\U0001f600\U0001f1f5\U0001f1ea"
# Short enough for every field; the second is what a script itself would do.
TEXTS = [f"{MARK}{EMOJI}", "<script>alert(2)</script>", "'-alert(3)-'{{7*7}}${7*7}"]
TURNED_AROUND = "ana\u202e\u2066nimda"  # refused where people name things

# What the browser stopped, and what it did not: both are faults.
WITNESS = """
window.stopped = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.stopped.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`);
});
"""
FOREIGN_ELEMENTS = """() => [...document.querySelectorAll(
  "img[src='x'], [onerror], script:not([src]), iframe, object, embed, base"
)].map((each) => each.outerHTML.slice(0, 120))"""


@dataclass
class Watched:
    """A page and everything that should not have happened on it."""

    page: Page
    dialogs: list[str] = field(default_factory=list)

    def faults(self) -> list[str]:
        """Dialogs, policy violations and elements that came out of somebody's text."""
        stopped: list[str] = self.page.evaluate("window.stopped")
        made: list[str] = self.page.evaluate(FOREIGN_ELEMENTS)
        return [*self.dialogs, *stopped, *made]


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site where somebody wrote markup wherever they could."""
    address = 'public_address = "https://turnos.example.pe"'  # for the links of telephones
    with running_site(tmp_path_factory.mktemp("marked"), address) as site:
        write_everywhere(site)
        yield site


def put(chief: StaffHttp, path: str, **body: Any) -> None:
    """Change something of the configuration, as the page does."""
    version = chief.http.get("/api/v1/admin/configuration").json()["version"]
    answer = chief.http.put(
        f"/api/v1/admin/{path}",
        json={**body, "version": version},
        headers={"Idempotency-Key": str(uuid4())},
    )
    assert answer.is_success, answer.text


def write_everywhere(site: Site) -> None:
    """Fill every free field with markup, through the doors people and machines have."""
    chief = site.staff("jefa", "administrator")
    mark, script, quotes = TEXTS
    settings = chief.http.get("/api/v1/admin/configuration").json()["site"]
    del settings["code"]
    put(chief, "site", **{**settings, "name": mark, "complaints": quotes})
    put(chief, "services/information", name=mark, series="I", needs=script, position=1)
    put(chief, "services/marked", name=quotes, series="M", needs=mark, position=2)
    put(chief, "counters/V1", name=mark, services={"information": 5, "marked": 5})
    put(chief, "pools/marked", name=script, counters=["V1"])
    put(chief, f"announcements/{uuid4()}", words=f"{mark} {script} {quotes}")
    put(chief, "closures", closures=[{"day": "2030-01-02", "name": mark}])
    for name, text in (("ana", mark), ("eva", script), ("luis", quotes)):
        body = {"name": name, "full_name": text, "role": "counter"}
        chief.http.post("/api/v1/admin/accounts", json=body).raise_for_status()
    _machines(site, mark, script)
    _applicant(site)


def _machines(site: Site, mark: str, script: str) -> None:
    """What machines say of themselves; on the LAN that is anybody."""
    words = {"code": mark, "ty": script, "note": mark}
    database = site.database()
    for role in InstanceRole:
        seen = Instance(f"{mark}-{role}", role, f"{script}.local.", ("192.0.2.66",), 80, words)
        database.run(lambda uow, seen=seen: sightings.saw(uow, OPERATOR.site, seen))
    database.close()
    kiosk = site.kiosk("A01")
    device = {
        "name": MARK,
        "kind": "receipt_printer",
        "model": "<b>x</b>",
        "device": "hardwareError",
    }
    beat = {
        "boot_id": str(uuid4()),
        "sequence": 1,
        "build": mark,
        "screen": script,
        "devices": [{**device, "parts": {"paper": MARK}, "action": None, "detail": mark}],
        "unsent": 0,
        "journeys": [{"journey": "marked", "obstacle": "printer_down", "name": mark}],
        "notes": [mark, script],
    }
    answer = kiosk.http.post("/api/v1/heartbeat", json=beat)
    assert answer.is_success, answer.text


def _applicant(site: Site) -> None:
    """Somebody waits for what has such a name, and somebody works where it is called so."""
    kiosk: KioskHttp = site.kiosk("A02")
    for service in ("information", "marked"):
        kiosk.issue(service).raise_for_status()


Open = Callable[[dict[str, str]], Watched]


@pytest.fixture
def watch(browser: Browser, marked: Site) -> Iterator[Open]:
    """Opens a window with these cookies."""
    contexts = []

    def opened(cookies: dict[str, str]) -> Watched:
        context = browser.new_context(
            viewport={"width": 1280, "height": 900}, locale="es-PE", base_url=marked.url
        )
        contexts.append(context)
        context.set_default_timeout(DEADLINE_MS)
        context.add_init_script(WITNESS)
        context.add_cookies(
            [{"name": name, "value": value, "url": marked.url} for name, value in cookies.items()]
        )
        watched = Watched(context.new_page())

        def dismiss(dialog: Any) -> None:
            watched.dialogs.append(dialog.message)
            dialog.dismiss()

        watched.page.on("dialog", dismiss)
        return watched

    yield opened
    for each in contexts:
        each.close()


SECTIONS = (
    "site",
    "services",
    "counters",
    "hours",
    "holidays",
    "announcements",
    "people",
    "displays",
)
NOT_PAGES = (".csv", ".svg", ".ttf", "/metrics")


def pages_of(role: Role) -> list[str]:
    """Every page somebody of `role` may open, read off the router: a new one is tried, too."""
    found = [
        each.path
        for each in route_access(application())
        if each.method == "GET" and role in each.roles and "{" not in each.path
    ]
    pages = [each for each in found if not each.startswith("/api/")]
    pages = [each for each in pages if not each.endswith(NOT_PAGES)]
    if "/administration" in pages:
        pages += [f"/administration#{section}" for section in SECTIONS]
    return ["/console?counter=V1" if each == "/console" else each for each in pages]


def look_at(watched: Watched, path: str) -> None:
    """Open a page and wait until it has drawn what it asked the server for."""
    watched.page.goto(path, wait_until="load")
    section = path.partition("#")[2]
    if section:
        watched.page.wait_for_selector(f'#section[data-section="{section}"] h2')
    watched.page.wait_for_function("document.body.innerText.includes('alert(')")


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.SUPERVISOR])
def test_no_page_of_the_staff_runs_what_somebody_wrote(
    watch: Open, marked: Site, role: Role
) -> None:
    person = marked.staff(f"x-{role}", role)
    watched = watch({COOKIE: person.http.cookies[COOKIE]})
    assert len(pages_of(role)) >= 8
    for path in pages_of(role):
        look_at(watched, path)  # every page names the site, so each shows a mark at least once
        assert watched.faults() == [], path


def test_nor_the_public_screen_nor_a_telephone(watch: Open, marked: Site) -> None:
    ticket = marked.kiosk("A03").issue("marked").json()
    token = ticket["link"].rpartition("/")[2]
    watched = watch({DISPLAY_COOKIE: marked.display_cookie("sala")})
    for path in ("/display", f"/t/{token}"):
        look_at(watched, path)
        assert watched.faults() == [], path


def test_nor_the_forms_that_give_back_what_was_typed(watch: Open, marked: Site) -> None:
    watched = watch({})
    for path in ("/sign-in", "/sign-in/code", "/first-administrator", "/seguimiento", "/s"):
        words = quote(" ".join(TEXTS))
        watched.page.goto(f"{path}?after={words}&n={words}&wrong=1")
        assert watched.faults() == [], path
    watched.page.goto("/sign-in")
    watched.page.get_by_label("Usuario").fill(TEXTS[0][:40])
    watched.page.get_by_label("Contraseña").fill(TEXTS[1])
    watched.page.keyboard.press("Enter")
    watched.page.wait_for_url("**/sign-in?wrong=1**")
    assert watched.faults() == []


def test_letters_that_turn_others_around_are_refused_where_people_name_things(
    marked: Site,
) -> None:
    chief = marked.staff("jefe", "administrator")
    body = {"name": "rosa", "full_name": TURNED_AROUND, "role": "counter"}
    answer = chief.http.post("/api/v1/admin/accounts", json=body)
    assert (answer.status_code, answer.json()["title"]) == (422, "bad_full_name")
    settings = chief.http.get("/api/v1/admin/configuration").json()
    changed = {**settings["site"], "name": TURNED_AROUND, "version": settings["version"]}
    answer = chief.http.put(
        "/api/v1/admin/site", json=changed, headers={"Idempotency-Key": str(uuid4())}
    )
    assert answer.status_code == 422


@pytest.mark.negative_control
def test_a_page_that_makes_markup_of_text_is_caught(watch: Open, marked: Site) -> None:
    """The one module that builds elements, made careless: the policy stops it, and we see it."""
    person = marked.staff("x-careless", "administrator")
    blank = watch({COOKIE: person.http.cookies[COOKIE]})

    def careless(route: Route) -> None:
        answer = route.fetch()
        broken = answer.text().replace(
            "made.append(...children.filter((child) => child !== null));",
            "for (const child of children) if (child instanceof Node) made.append(child);"
            " else if (child !== null) made.insertAdjacentHTML('beforeend', child);",
        )
        assert broken != answer.text()
        route.fulfill(response=answer, body=broken)

    blank.page.route("**/static/dom.js", careless)
    blank.page.goto("/administration#people")
    blank.page.wait_for_selector("tr[data-name='ana']")
    assert blank.faults() != []
