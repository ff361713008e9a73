"""No route that changes anything does so for another site's page: generated from the router."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.routing import APIRoute, iter_route_contexts

from queue_server.config import ServerConfig
from queue_server.staff.api import access
from queue_server.staff.api.access import Access, Kiosks, declared
from queue_server.staff.api.origin import SAFE_METHODS
from queue_server.staff.model import Role
from queue_server.web.app import build_app
from tests.support.asgi import InProcess
from tests.support.callers import SITE, Callers
from tests.support.sampling import Sample, sample_request
from tests.support.site import Site

HERE = "http://testserver"
FOREIGN = [
    {"Origin": "https://example.com", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "https://example.com"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]


class Routes:
    """Every route that changes something and that a browser can be made to ask for."""

    def __init__(self, app: FastAPI, callers: Callers) -> None:
        self._callers = callers
        self._http = httpx.Client(transport=InProcess(app, whole=False), base_url=HERE)
        self.samples: dict[tuple[str, str], tuple[Access, Sample]] = {}
        for context in iter_route_contexts(app.routes):
            if not isinstance(context.original_route, APIRoute) or context.dependant is None:
                continue
            wanted = next(iter(declared(context.dependant)))
            if isinstance(wanted, Kiosks):
                continue  # asks for a header that no page of another site can make a browser send
            for method in set(context.methods or ()) - set(SAFE_METHODS):
                self.samples[method, str(context.path)] = wanted, sample_request(context)

    def let_in(self, headers: dict[str, str]) -> list[str]:
        """The routes that did not answer 403 `foreign_page` to a foreign page with these headers.

        The browser adds every cookie it holds: of a person who may use the route, of a display,
        and of a sign-in that waits for its code.
        """
        found = []
        for (method, path), (wanted, sample) in sorted(self.samples.items()):
            role = next(
                (each for each in wanted.roles if each not in (Role.KIOSK, Role.DISPLAY)),
                Role.COUNTER,
            )
            cookies = self._callers.headers(role)["Cookie"]
            display = self._callers.headers(Role.DISPLAY)["Cookie"]
            answer = self._http.request(
                method,
                sample.path,
                params=sample.query,
                json=sample.json,
                data=sample.form,
                headers={**sample.headers, **headers, "Cookie": f"{cookies}; {display}"},
            )
            if answer.status_code != 403 or answer.headers.get("location"):
                found.append(f"{method} {path}: {answer.status_code}")
        return found


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Routes]:
    yield from _routes(tmp_path_factory.mktemp("origins"))


def _routes(folder: Path) -> Iterator[Routes]:
    database = Site(folder).database()
    app = build_app(ServerConfig(site=SITE, plain_http=True), database, None)
    yield Routes(app, Callers(database))
    app.state.passwords.close()
    database.close()


@pytest.mark.parametrize("headers", FOREIGN)
def test_no_route_acts_for_another_sites_page(routes: Routes, headers: dict[str, str]) -> None:
    assert len(routes.samples) > 60
    assert routes.let_in(headers) == []


@pytest.mark.negative_control
def test_a_server_that_believes_every_page_is_caught(
    routes: Routes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def believe(_: Request) -> None: ...

    monkeypatch.setattr(access, "refuse_foreign_page", believe)
    assert routes.let_in(FOREIGN[0]) != []


def test_a_form_that_hands_out_cookies_asks_even_a_browser_without_any(routes: Routes) -> None:
    http = routes._http  # pyright: ignore[reportPrivateUsage]
    for path in ("/session", "/sign-in/code", "/sign-in/enrol", "/first-administrator"):
        answer = http.post(path, data={}, headers=FOREIGN[0])
        assert (answer.status_code, path) == (403, path)
