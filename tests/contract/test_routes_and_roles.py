"""Every route says which role it needs, and every other role is turned away by the real server."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from queue_server.config import ServerConfig
from queue_server.core.unit_of_work import Actor
from queue_server.staff.api import StaffOf
from queue_server.staff.model import Role
from queue_server.web.app import build_app
from queue_server.web.openapi import hub_application
from queue_server.web.pages import HEADERS
from queue_server.web.roles import RouteAccess, UndeclaredAccess, as_markdown, route_access
from tests.support.asgi import InProcess
from tests.support.callers import Callers
from tests.support.sampling import Sample, sample_request
from tests.support.site import REPOSITORY, Site

SITE, HERE = "PRUEBA", "http://testserver"
OPERATOR = Actor(SITE, "operator", "test")
PUBLISHED = REPOSITORY / "docs" / "roles.md"
TEMPLATES = REPOSITORY / "queue_server" / "web" / "templates"

# Routes for everybody, each on purpose. Nothing else may be public.
PUBLIC = {
    "GET /",
    "GET /sign-in",
    "GET /session",
    "POST /session",
    "POST /session/end",
    # The second step: a half session is asked for inside, and opens nothing else.
    "GET /sign-in/code",
    "POST /sign-in/code",
    "GET /sign-in/enrol",
    "POST /sign-in/enrol",
    "GET /first-administrator",
    "POST /first-administrator",
    "GET /display",
    "GET /display/typeface.ttf",
    "GET /api/v1/displays/request",
    "POST /api/v1/displays/request",
    "GET /api/v1/health",
    # A kiosk that nobody knows yet: all of it is of use only to who knows the code it shows.
    "POST /api/v1/pairings",
    "GET /api/v1/pairings/{pairing}",
    "POST /api/v1/pairings/{pairing}/refusal",
    "POST /api/v1/pairings/{pairing}/confirmation",
    # Signed with the device's key, which is what admits it.
    "POST /api/v1/credential-renewals",
    # The token is the secret, known only to who holds the paper or the mail.
    "GET /c/{token}",
    "GET /c/{token}/certificado.pdf",
    # The number of an application and the end of its document; tries are counted.
    "GET /s",
    "GET /seguimiento",
    "POST /seguimiento",
    "GET /t",
    "GET /t/{token}",
    "POST /t/{token}/cancel",
    "GET /api/v1/my-turn/{token}",
    "POST /api/v1/my-turn/{token}/cancel",
    "GET /api/v1/my-turn/{token}/feed",
}

# What the annotations of a route do not tell of its path, body or query.
PATHS = {"GET /reports/plot/{name}.svg": "/reports/plot/arrivals.svg"}
BODIES: dict[str, object] = {
    "POST /api/v1/applications/correct-email": {
        "document": {"type": "01", "number": "00000000", "birth_date": "1990-11-21"},
        "number": "x",
        "email": "ana@example.com",
    },
    "POST /api/v1/claims": {
        "id": "00000000-0000-4000-8000-000000000001",
        "code": "C00000000Z",
        "means": "card",
        "amount_centimos": 1,
        "reason": "cash_not_returned",
        "proven": False,
        "made_at": "2026-11-21T15:00:00+00:00",
    },
    "POST /api/v1/claims/{claim}/news": {"proven": True},
    "POST /api/v1/followed/applications": {"number": "x", "ending": "1234"},
}
QUERIES: dict[str, dict[str, str]] = {"GET /api/v1/tickets/find": {"number": "J-001"}}


class Trial:
    """The real application, tried by every caller."""

    def __init__(self, app: FastAPI, callers: Callers) -> None:
        self.app = app
        self._callers = callers
        self._http = httpx.Client(
            transport=InProcess(app, whole=False), base_url=HERE, headers={"Origin": HERE}
        )
        self._samples = {
            (method, str(context.path)): sample_request(context)
            for context in iter_route_contexts(app.routes)
            if isinstance(context.original_route, APIRoute)
            for method in context.methods or ()
        }

    def faults(self, routes: list[RouteAccess]) -> list[str]:
        """Every route × role that was let in or turned away against what the route declares."""
        return [fault for route in routes for fault in self._faults_of(route)]

    def _faults_of(self, route: RouteAccess) -> Iterator[str]:
        for role in (None, *Role):
            answer = self._ask(route, role)
            admitted = route.public or role in route.roles
            if admitted and route.method != "GET":
                self._callers.renew(role)
            if answer.status_code == 500 or _turned_away(answer) == admitted:
                who, words = role or "a stranger", "admitted" if admitted else "turned away"
                yield f"{route.method} {route.path}: {who} gets {answer.status_code}, not {words}"
            if not _well_dressed(answer):
                yield f"{route.method} {route.path}: {role} gets a page without its headers"

    def _ask(self, route: RouteAccess, role: Role | None) -> httpx.Response:
        sample: Sample = self._samples[route.method, route.path]
        headers = {**sample.headers, **self._callers.headers(role)}
        name = f"{route.method} {route.path}"
        return self._http.request(
            route.method,
            PATHS.get(name, sample.path),
            params=QUERIES.get(name, sample.query),
            headers=headers,
            json=BODIES.get(name, sample.json),
            data=sample.form,
        )


def _turned_away(answer: httpx.Response) -> bool:
    """401, 403, or a page that sends whoever is signed out to the form."""
    to_form = answer.headers.get("location", "").startswith("/sign-in?after=")
    return answer.status_code in (401, 403) or to_form


def _well_dressed(answer: httpx.Response) -> bool:
    """Whether an answer that a browser shows as a page carries every security header.

    A page may be stricter with its referrer: an address can hold a secret.
    """
    if not answer.headers.get("content-type", "").startswith("text/html"):
        return True
    expected = dict(HEADERS)
    if answer.headers.get("referrer-policy") == "no-referrer":
        expected["Referrer-Policy"] = "no-referrer"
    return all(answer.headers.get(name) == value for name, value in expected.items())


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    yield from try_at(tmp_path_factory.mktemp("roles"))


@pytest.fixture
def spoilt(tmp_path: Path) -> Iterator[Trial]:
    """One of its own, for whoever adds a route that should not be there."""
    yield from try_at(tmp_path)


def try_at(folder: Path) -> Iterator[Trial]:
    database = Site(folder).database()
    app = build_app(ServerConfig(site=SITE, plain_http=True), database, None)
    yield Trial(app, Callers(database))
    app.state.passwords.close()
    database.close()


def test_the_published_table_is_current(trial: Trial) -> None:
    """When this fails on purpose: `python -m queue_server.web.roles > docs/roles.md`."""
    hub = route_access(hub_application())
    assert PUBLISHED.read_text() == as_markdown(route_access(trial.app), hub)


def test_every_public_route_is_public_on_purpose(trial: Trial) -> None:
    """A route that everybody may use stands in PUBLIC above, or it needs a role."""
    public = {f"{each.method} {each.path}" for each in route_access(trial.app) if each.public}
    assert public == PUBLIC


def test_every_route_admits_its_roles_and_turns_every_other_away(trial: Trial) -> None:
    assert trial.faults(route_access(trial.app)) == []


@pytest.mark.negative_control
def test_a_route_without_declared_access_is_caught(spoilt: Trial) -> None:
    @spoilt.app.get("/forgotten")
    async def forgotten() -> None: ...

    with pytest.raises(UndeclaredAccess, match="/forgotten"):
        route_access(spoilt.app)


@pytest.mark.negative_control
def test_a_route_that_asks_for_a_role_and_never_looks_is_caught(spoilt: Trial) -> None:
    router = APIRouter()

    @router.get("/careless")
    async def careless(who: StaffOf) -> str:
        return "anyone"

    spoilt.app.include_router(router)
    careful = Trial(spoilt.app, spoilt._callers)  # pyright: ignore[reportPrivateUsage]
    routes = [each for each in route_access(spoilt.app) if each.path == "/careless"]
    assert "GET /careless: a stranger gets 200, not turned away" in careful.faults(routes)


INLINE = re.compile(
    r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE
)


def test_no_page_holds_a_script_or_a_style_of_its_own() -> None:
    for path in TEMPLATES.glob("*.html"):
        assert not INLINE.search(path.read_text()), f"{path.name} would be stopped by the policy"


@pytest.mark.negative_control
@pytest.mark.parametrize(
    "markup",
    ["<script>x()</script>", '<p style="color:red">', '<a onclick="x()">', "<style>p{}</style>"],
)
def test_code_in_a_page_is_caught(markup: str) -> None:
    assert INLINE.search(markup)
