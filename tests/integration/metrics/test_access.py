"""Who may read the figures: this machine, who bears the token, staff; never the public."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from queue_server.config import ConfigError, ServerConfig, load_config
from queue_server.web.app import build_app
from queue_server.web.metrics import access
from tests.integration.metrics.reading import BEARER, TOKEN
from tests.support.asgi import InProcess
from tests.support.site import Site, running_site

# What requests of others look like once a proxy of this machine passes them on.
PASSED_ON = (
    {"X-Forwarded-For": "203.0.113.9"},
    {"Forwarded": "for=203.0.113.9"},
    {"X-Real-IP": "203.0.113.9"},
    {"Via": "1.1 proxy"},
    {"Host": "turnos.example.pe"},
)


def status(site: Site, **headers: str) -> int:
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.get(f"{site.url}/metrics", headers=said, trust_env=False).status_code


def test_this_machine_reads_without_a_word(site: Site) -> None:
    assert status(site) == 200


@pytest.mark.parametrize("headers", PASSED_ON, ids=lambda each: next(iter(each)))
def test_what_a_proxy_passes_on_is_the_publics(site: Site, headers: dict[str, str]) -> None:
    assert status(site, **headers) == 401
    assert status(site, **headers, **BEARER) == 200


@pytest.mark.parametrize(
    "shown",
    ["Bearer", "Bearer x", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN} {TOKEN}"],
)
def test_a_wrong_token_opens_nothing_not_even_from_here(site: Site, shown: str) -> None:
    assert status(site, Authorization=shown) == 401


def test_staff_of_other_roles_do_not_read_it(site: Site) -> None:
    there = {"Host": "turnos.example.pe", "Origin": "http://turnos.example.pe"}
    for role, expected in (("supervisor", 200), ("counter", 403)):
        person = site.staff(f"m-{role}", role)
        assert person.http.get("/metrics", headers=there).status_code == expected


def test_where_a_public_address_is_configured_only_the_token_opens(tmp_path: Path) -> None:
    extra = f'metrics_token = "{TOKEN}"\npublic_address = "https://turnos.example.pe"'
    with running_site(tmp_path, extra) as site:
        assert status(site) == 401
        assert status(site, **BEARER) == 200


@contextmanager
def application(folder: Path, **more: Any) -> Iterator[httpx.Client]:
    """The application in this process, asked from another machine."""
    database = Site(folder).database()
    config = ServerConfig(site="PRUEBA", plain_http=True, **more)
    app = build_app(config, database, None)
    with httpx.Client(transport=InProcess(app), base_url="http://127.0.0.1") as http:
        yield http
    app.state.passwords.close()
    database.close()


def test_another_machine_needs_the_token_and_without_one_there_is_none(tmp_path: Path) -> None:
    with application(tmp_path / "a", metrics_token=TOKEN) as http:
        assert http.get("/metrics").status_code == 401
        assert http.get("/metrics", headers=BEARER).status_code == 200
    with application(tmp_path / "b") as http:
        assert http.get("/metrics", headers=BEARER).status_code == 401
        assert http.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 401


def test_tokens_are_compared_in_constant_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[bytes, bytes]] = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return one == other

    monkeypatch.setattr(access.hmac, "compare_digest", compare)
    with application(tmp_path, metrics_token=TOKEN) as http:
        http.get("/metrics", headers={"Authorization": "Bearer x"})
    assert compared == [(b"x", TOKEN.encode())]


@pytest.mark.parametrize("token", ["pocos", "with a space in it, and long enough", "x" * 201])
def test_a_token_that_is_too_short_is_refused_and_not_repeated(tmp_path: Path, token: str) -> None:
    file = tmp_path / "server.toml"
    file.write_text(f'site = "PRUEBA"\nmetrics_token = "{token}"\n')
    with pytest.raises(ConfigError, match="metrics_token: write 24") as refused:
        load_config(file)
    assert token not in str(refused.value)


def test_the_token_is_in_no_representation_of_the_configuration() -> None:
    assert TOKEN not in repr(ServerConfig(site="PRUEBA", metrics_token=TOKEN))


@pytest.mark.parametrize(
    ("peer", "host", "here"),
    [
        ("127.0.0.1", "127.0.0.1:8080", True),
        ("::1", "[::1]:8080", True),
        ("127.0.0.1", "localhost", True),
        ("127.0.0.1", "evil.example:8080", False),
        ("127.0.0.1", "", False),
        ("10.0.0.7", "127.0.0.1:8080", False),
        ("", "127.0.0.1", False),
    ],
)
def test_this_machine_is_told_by_peer_and_name(peer: str, host: str, here: bool) -> None:
    assert access.is_from_here(peer, {"host": host}) is here


@pytest.mark.negative_control
def test_a_look_at_the_peer_alone_would_let_the_public_in() -> None:
    def naive(peer: str, _headers: dict[str, str]) -> bool:
        return peer == "127.0.0.1"

    let_in = [each for each in PASSED_ON if naive("127.0.0.1", {"host": "127.0.0.1", **each})]
    caught = [
        each
        for each in PASSED_ON
        if not access.is_from_here(
            "127.0.0.1",
            {"host": "127.0.0.1", **{name.lower(): value for name, value in each.items()}},
        )
    ]
    assert let_in == caught == list(PASSED_ON)
