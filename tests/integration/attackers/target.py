"""What is attacked, asked byte by byte: no client library mends a path or refuses a header."""

import http.client
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from fastapi import params
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from queue_server.staff.api.access import declared
from queue_server.staff.model import PEOPLE, Role
from queue_server.web.openapi import application
from tests.support.callers import Callers
from tests.support.sampling import Sample, sample_request
from tests.support.site import Site

DEADLINE_S = 20.0


@dataclass(frozen=True)
class Answer:
    """What came back; headers in their order, names in small letters."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """The first header of this name, "" without one."""
        return next((value for key, value in self.headers if key == name), "")


@dataclass(frozen=True)
class Route:
    """One method of one route, with a request it takes and a role that may use it."""

    method: str
    path: str
    role: Role | None
    sample: Sample
    path_names: tuple[str, ...]
    query_names: tuple[str, ...]
    form_names: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@cache
def routes() -> tuple[Route, ...]:
    """Every route of the application but the endless ones, read off the router."""
    found = (each for context in iter_route_contexts(application().routes) for each in _of(context))
    return tuple(sorted((each for each in found if not each.path.endswith("/feed")), key=str))


def _of(context: RouteContext) -> Iterator[Route]:
    if not isinstance(context.original_route, APIRoute) or context.dependant is None:
        return
    parts = list(_whole(context.dependant))
    roles = next(iter(declared(context.dependant))).roles
    role = next((each for each in (Role.ADMINISTRATOR, *PEOPLE) if each in roles), None)
    forms = [
        each.alias
        for part in parts
        for each in part.body_params
        if isinstance(each.field_info, params.Form)
    ]
    for method in sorted(context.methods or ()):
        yield Route(
            method,
            str(context.path),
            role or (Role.KIOSK if Role.KIOSK in roles else None),
            sample_request(context),
            tuple(each.alias for part in parts for each in part.path_params),
            tuple(each.alias for part in parts for each in part.query_params),
            tuple(forms),
        )


def _whole(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for each in dependant.dependencies:
        yield from _whole(each)


class Target:
    """A running site and somebody of every role who asks it for what they should not."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._database = site.database()
        self._callers = Callers(self._database, origin=site.url)
        self._line: http.client.HTTPConnection | None = None

    def credentials(self, role: Role | None) -> dict[str, str]:
        """What somebody of `role` sends with every request; a stranger only a page's origin."""
        return self._callers.headers(role) or {"Origin": self.site.url}

    def ask(
        self,
        method: str,
        raw_path: str,
        role: Role | None = None,
        body: bytes | None = None,
        **headers: str,
    ) -> Answer:
        """The answer to exactly this path; `headers` with `_` for `-`.

        A line that the server has closed meanwhile is opened anew, once. What changes something
        may have ended the session, so the next one is fresh.
        """
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        wanted = {**self.credentials(role), **named}
        reused = self._line is not None
        if method != "GET":
            self._callers.renew(role)
        try:
            return self._ask(method, raw_path, body, wanted)
        except (http.client.RemoteDisconnected, ConnectionError):
            if not reused:
                raise
        return self._ask(method, raw_path, body, wanted)

    def _ask(
        self, method: str, raw_path: str, body: bytes | None, headers: dict[str, str]
    ) -> Answer:
        line = self._connection()
        try:
            line.putrequest(method, raw_path, skip_accept_encoding=True)
            for name, value in headers.items():
                line.putheader(name, value)
            if body is not None:
                line.putheader("Content-Length", str(len(body)))
            line.endheaders(body)
            return self._answer(line)
        except (http.client.HTTPException, OSError):
            self.close()
            raise

    def alive(self) -> bool:
        """Whether the server still answers."""
        self.close()
        return self.ask("GET", "/api/v1/health").status == 200

    def end(self) -> None:
        """Let go of everything."""
        self.close()
        self._database.close()

    def close(self) -> None:
        """Hang up."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def _connection(self) -> http.client.HTTPConnection:
        if self._line is None:
            made = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=DEADLINE_S)
            # The paths of an attacker are sent as they are.
            made._validate_path = lambda *_: None  # type: ignore[attr-defined]
            self._line = made
        return self._line

    def _answer(self, line: http.client.HTTPConnection) -> Answer:
        response = line.getresponse()
        headers = tuple((name.lower(), value) for name, value in response.getheaders())
        answer = Answer(response.status, headers, response.read())
        if answer.header("connection") == "close":
            self.close()
        return answer
