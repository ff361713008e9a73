"""The media beside the calls, over HTTP: listed, served in parts, harmless when opened alone."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from queue_server.config import ServerConfig
from queue_server.core.clock import SystemClock
from queue_server.core.crypto import KEY_BYTES, Vault
from queue_server.core.db import Database, open_engine
from queue_server.core.unit_of_work import Actor
from queue_server.staff.api.access import Room
from queue_server.web.app import build_app

Get = Callable[..., httpx.Response]


@pytest.fixture
def get(tmp_path: Path) -> Iterator[Get]:
    """Asks as a display, of a server whose media folder holds a drawing and a film."""
    media = tmp_path / "media"
    media.mkdir()
    (media / "a.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (media / "b.mp4").write_bytes(b"0123456789")
    (tmp_path / "data.key").write_bytes(b"secret")
    engine = open_engine(f"sqlite:///{tmp_path / 'site.db'}")
    database = Database(engine, Vault(bytes(KEY_BYTES)), SystemClock())
    app = build_app(ServerConfig(site="PRUEBA", plain_http=True), database, None)
    app.state.config = SimpleNamespace(media_folder=media)
    app.dependency_overrides[Room()] = lambda: lambda _: Actor("PRUEBA", "display", "sala")

    async def ask(path: str, headers: dict[str, str]) -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://site.test") as client:
            return await client.get(path, headers=headers)

    yield lambda path, **headers: asyncio.run(ask(path, headers))
    database.close()


def test_the_panel_lists_the_folder(get: Get) -> None:
    body = get("/api/v1/display/panel").json()
    assert body["media"] == [
        {"url": "/display/media/a.svg", "kind": "image"},
        {"url": "/display/media/b.mp4", "kind": "video"},
    ]
    assert body["build"]


def test_a_drawing_opened_by_itself_cannot_act(get: Get) -> None:
    answer = get("/display/media/a.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_film_is_served_in_parts(get: Get) -> None:
    answer = get("/display/media/b.mp4", Range="bytes=2-5")
    assert (answer.status_code, answer.content) == (206, b"2345")


@pytest.mark.parametrize("name", ["..%2Fdata.key", "%2e%2e%2fdata.key", "c.mp4", "data.key"])
def test_nothing_else_leaves_the_machine(get: Get, name: str) -> None:
    answer = get(f"/display/media/{name}")
    assert answer.status_code in (404, 422)
    assert b"secret" not in answer.content
