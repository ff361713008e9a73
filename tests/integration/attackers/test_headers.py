"""What somebody types never becomes a header, a file's name of their own, or another site."""

from collections.abc import Iterator
from html import unescape
from urllib.parse import quote, urlencode, urljoin, urlsplit

import httpx
import pytest
from fastapi import FastAPI, Response

from queue_server.staff.model import Role
from queue_server.web.entrance import local
from tests.integration.attackers.target import Answer, Route, Target, routes
from tests.support.asgi import InProcess

FORM = "application/x-www-form-urlencoded"
BROKEN_LINES = ["x\r\nX-Evil: 1", "x\nX-Evil: 1", "x\rSet-Cookie: evil=1", 'x"; filename="evil.exe']
ELSEWHERE = [
    "https://example.com/",
    "//example.com",
    "/\\example.com",
    "\\\\example.com",
    "/\t/example.com",
    "/\n/example.com",
    "/\r\n//example.com",
    "\t//example.com",
    " //example.com",
    "https:example.com",
    "javascript:alert(1)",
    "/%09/example.com/..//example.com",
]


def check_no_header_was_added(answer: Answer, what: str) -> None:
    """Raise AssertionError if a header came out of what was typed, or a file got its name there."""
    assert answer.status < 500, what
    assert answer.header("x-evil") == "", what
    for name, value in answer.headers:
        assert not set(value) & set("\r\n"), what
        assert not (name == "set-cookie" and "evil" in value), what
    assert "evil" not in answer.header("content-disposition"), what


def poisoned(route: Route) -> Iterator[tuple[str, bytes | None]]:
    """Paths (and forms) of `route` with a broken line in each of their parts."""
    sample, form = route.sample, route.sample.form
    body = urlencode(form).encode() if form is not None else None
    for line in BROKEN_LINES:
        for name in route.path_names:
            path = route.path.replace(f"{{{name}}}", quote(line, safe=""))
            for other in route.path_names:
                path = path.replace(f"{{{other}}}", "x")
            yield path, body
        for name in route.query_names:
            words = urlencode({**sample.query, name: line}, quote_via=quote)
            yield f"{sample.path}?{words}", body
        for name in route.form_names:
            yield sample.path, urlencode({**(form or {}), name: line}).encode()


def test_no_route_turns_a_line_end_into_a_header(target: Target) -> None:
    tried = 0
    for route in routes():
        if route.method != "GET" and not route.form_names:
            continue  # JSON has no such lines; its values are tried in the pages
        for path, body in poisoned(route):
            answer = target.ask(route.method, path, route.role, body, Content_Type=FORM)
            check_no_header_was_added(answer, f"{route} as {path}")
            tried += 1
    assert tried > 200


def test_files_have_names_of_ours(target: Target) -> None:
    page = target.ask("GET", "/reports", Role.ADMINISTRATOR).body.decode()
    links = [unescape(each.partition('"')[0]) for each in page.split('href="/reports/')[1:]]
    files = [each for each in links if ".csv" in each]
    assert len(files) >= 3
    for path in files:
        answer = target.ask("GET", f"/reports/{path}", Role.ADMINISTRATOR)
        shown = answer.header("content-disposition")
        kind, _, name = shown.partition("; filename=")
        assert kind == "attachment"
        assert name.strip('"').replace("_", "").replace("-", "").replace(".", "").isalnum()


@pytest.mark.negative_control
def test_a_route_that_writes_what_it_is_given_is_caught() -> None:
    app = FastAPI()

    @app.get("/file")
    async def careless(name: str) -> Response:
        return Response(headers={"Content-Disposition": f'attachment; filename="{name}"'})

    http = httpx.Client(transport=InProcess(app), base_url="http://testserver")
    found = http.get("/file", params={"name": BROKEN_LINES[0]})
    headers = tuple((name.lower(), value) for name, value in found.headers.items())
    with pytest.raises(AssertionError):
        check_no_header_was_added(Answer(found.status_code, headers, b""), "careless")


# --- open redirects -------------------------------------------------------------------------------
def leads_elsewhere(target: Target, answer: Answer) -> bool:
    """Whether a browser would go to another site, by itself or by a link of the page."""
    here = target.site.url
    goals = [answer.header("location")] if answer.header("location") else []
    goals += [each.partition('"')[0] for each in answer.body.decode().split('href="')[1:]]
    # A browser drops tabs and line ends first (WHATWG URL §4.4).
    cleaned = ["".join(char for char in each if char not in "\t\r\n").strip() for each in goals]
    found = [urlsplit(urljoin(f"{here}/", each.replace("\\", "/"))) for each in cleaned]
    return any(each.netloc != urlsplit(here).netloc for each in found)


def test_no_form_and_no_page_leads_to_another_site(target: Target) -> None:
    tried = 0
    for route in routes():
        if "after" not in (*route.query_names, *route.form_names):
            continue
        for goal in ELSEWHERE:
            path, body = route.sample.path, None
            if "after" in route.query_names:
                path += "?" + urlencode({"after": goal}, quote_via=quote)
            else:
                body = urlencode({**(route.sample.form or {}), "after": goal}).encode()
            answer = target.ask(route.method, path, route.role, body, Content_Type=FORM)
            assert not leads_elsewhere(target, answer), f"{route} with {goal!r}"
            tried += 1
    assert tried >= 60


def check_stays_here(kept: str) -> None:
    """Raise AssertionError if a browser would leave this server for `kept`."""
    cleaned = "".join(char for char in kept if char not in "\t\r\n").strip().replace("\\", "/")
    assert urlsplit(urljoin("http://here/", cleaned)).netloc == "here"


@pytest.mark.parametrize("goal", ELSEWHERE)
def test_what_follows_signing_in_stays_on_this_server(goal: str) -> None:
    check_stays_here(local(goal))


@pytest.mark.parametrize(
    "goal", ["/", "/console?counter=V2", "/administration#people", "/ñ?a=b%20c"]
)
def test_our_own_pages_are_kept(goal: str) -> None:
    assert local(goal) == goal


@pytest.mark.negative_control
def test_a_look_at_the_first_two_letters_alone_is_caught() -> None:
    def careless(path: str) -> str:
        return path if path.startswith("/") and path[1:2] not in ("/", "\\") else "/"

    with pytest.raises(AssertionError):
        check_stays_here(careless("/\t/example.com"))
