"""No path leads out of a folder: every route that takes one, and the static files, tried raw."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import FileResponse

from queue_server.staff.model import Role
from tests.integration.attackers.target import Answer, Target, routes
from tests.support.asgi import InProcess
from tests.support.site import REPOSITORY

UP = "../"
STEPS = [
    UP,
    "..%2f",
    "%2e%2e/",
    "%2e%2e%2f",
    "..%5c",
    "..\\",
    "....//",
    "..;/",
    "%252e%252e%252f",
    "%c0%ae%c0%ae/",
    "./.././",
    "/./../",
]


def wanted(folder: Path) -> list[str]:
    """What an attacker would like to read, from the root."""
    return [
        str(folder / "data.key").lstrip("/"),
        str(folder / "server.toml").lstrip("/"),
        "etc/passwd",
    ]


def attempts(folder: Path) -> Iterator[str]:
    """Values for a part of a path, ready to be sent."""
    for step in STEPS:
        for goal in wanted(folder):
            yield step * 12 + goal
        yield f"{step}data.key"
        yield f"{step}{step}queue_server/web/app.py"
        yield f"{step}app.py"
    for goal in wanted(folder):
        yield f"/{goal}"
        yield quote(f"/{goal}", safe="")
        yield f"file:///{goal}"
    yield "plain.svg%00.png"
    yield "key.svg"
    yield "..%00/data.key"
    yield "%2e%2e"
    yield "~root/.profile"


def secrets(folder: Path) -> list[bytes]:
    """Words that stand only in files nobody is meant to see."""
    source = (REPOSITORY / "queue_server" / "web" / "app.py").read_bytes()
    return [
        (folder / "data.key").read_bytes().strip(),
        b'site = "PRUEBA"',
        b"root:x:0:0",
        source.splitlines()[0],
    ]


def check_gives_nothing_away(answer: Answer, hidden: list[bytes], what: str) -> None:
    """Raise AssertionError if the answer holds a secret, or the server stumbled over the path."""
    assert answer.status < 500, what
    for each in hidden:
        assert each not in answer.body, what


def test_no_static_path_leaves_its_folder(target: Target) -> None:
    hidden = secrets(target.site.folder)
    for value in attempts(target.site.folder):
        for start in ("/static/", "/static//", "/"):
            path = f"{start}{value}"
            check_gives_nothing_away(target.ask("GET", path), hidden, path)
    assert target.ask("GET", "/static/house.css").status == 200


def test_no_route_leaves_its_folder_whatever_stands_in_its_path(target: Target) -> None:
    hidden = secrets(target.site.folder)
    tried = 0
    for route in routes():
        if route.method != "GET" or not route.path_names:
            continue
        for value in attempts(target.site.folder):
            for name in route.path_names:
                path = route.path.replace(f"{{{name}}}", value)
                for other in route.path_names:
                    path = path.replace(f"{{{other}}}", "x")
                answer = target.ask("GET", path, route.role)
                check_gives_nothing_away(answer, hidden, f"{route} as {path}")
                assert answer.status != 401, "whoever is turned away at the door tries nothing"
                tried += 1
    assert tried > 500


def test_a_link_in_the_media_folder_is_not_followed_and_a_file_is_served(target: Target) -> None:
    assert target.ask("GET", "/display/media/plain.svg", Role.DISPLAY).status == 200
    assert target.ask("GET", "/display/media/key.svg", Role.DISPLAY).status == 404
    for name in ("plain.svg/..", "PLAIN.SVG%20", ".plain.svg", "plain.svg%00"):
        assert target.ask("GET", f"/display/media/{name}", Role.DISPLAY).status in (404, 422)


@pytest.mark.negative_control
def test_a_route_that_joins_what_it_is_given_is_caught(tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    (tmp_path / "data.key").write_text("a secret key")
    (tmp_path / "server.toml").write_text("")
    app = FastAPI()

    @app.get("/files/{name:path}")
    async def careless(name: str) -> FileResponse:
        return FileResponse(tmp_path / "media" / name)

    http = httpx.Client(transport=InProcess(app), base_url="http://testserver")
    found = http.get("/files/..%2fdata.key")
    answer = Answer(found.status_code, (), found.content)
    with pytest.raises(AssertionError):
        check_gives_nothing_away(answer, [b"a secret key"], "careless")
