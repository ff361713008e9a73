"""What a page of another site sends is refused, whatever cookie the browser adds."""

from collections.abc import Callable

import httpx
import pytest
from fastapi import Request

from queue_server.staff.api import access
from tests.integration.staff.conftest import HERE, PASSWORD, Office

FORGED = [
    "https://example.com",
    "http://testserver.example.com",
    "http://testserver:81",
    "https://testserver",
    "null",
    "http://testserver:x",
    "",
]


def touch(browser: httpx.Client, **headers: str) -> int:
    """The status of a request that changes something, with exactly these headers of its origin."""
    del browser.headers["Origin"]
    return browser.post("/session/touch", headers=headers).status_code


def check_forged_origin_is_refused(browser: httpx.Client, origin: str = FORGED[0]) -> None:
    """Raise AssertionError when a foreign page could act for whoever is signed in."""
    assert touch(browser, Origin=origin) == 403


@pytest.mark.parametrize("origin", FORGED)
def test_a_foreign_origin_is_refused(office: Office, origin: str) -> None:
    check_forged_origin_is_refused(office.signed_in("ana"), origin)


@pytest.mark.negative_control
def test_a_server_without_the_check_is_caught(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def believe(_: Request) -> None: ...

    monkeypatch.setattr(access, "refuse_foreign_page", believe)
    with pytest.raises(AssertionError):
        check_forged_origin_is_refused(office.signed_in("ana"))


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": HERE}, 200),
        ({"Origin": "http://testserver:80"}, 200),
        ({"Origin": "https://turnos.example.pe"}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": HERE, "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({}, 403),
    ],
)
def test_our_own_pages_are_known_by_their_origin(
    office: Office, headers: dict[str, str], status: int
) -> None:
    assert touch(office.signed_in("ana"), **headers) == status


def a_form(path: str, **fields: str) -> Callable[[httpx.Client], httpx.Response]:
    return lambda browser: browser.post(path, data=fields, headers={"Origin": FORGED[0]})


@pytest.mark.parametrize(
    "send",
    [
        a_form("/session", name="ana", password=PASSWORD),
        a_form("/session/end"),
        a_form("/first-administrator"),
        a_form("/password"),
        a_form("/api/v1/displays/request"),
    ],
)
def test_every_form_takes_our_own_pages_only(
    office: Office, send: Callable[[httpx.Client], httpx.Response]
) -> None:
    answer = send(office.signed_in("ana"))
    assert (answer.status_code, answer.json()["title"]) == (403, "foreign_page")


def test_a_link_from_another_site_may_be_followed(office: Office) -> None:
    browser = office.signed_in("ana")
    assert browser.get("/console", headers={"Origin": FORGED[0]}).status_code == 200
