"""The real application on a real database, in this process, with a clock that tests set."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI

from queue_server.config import ServerConfig
from queue_server.core.crypto import load_vault
from queue_server.core.db import Database
from queue_server.core.unit_of_work import Actor
from queue_server.staff.api import COOKIE
from queue_server.staff.model import Proof, Role, needs_code
from queue_server.staff.services import passwords
from queue_server.staff.services.accounts import NewAccount, put_account
from queue_server.staff.services.sessions import Where, open_session
from queue_server.web.app import build_app
from tests.support.asgi import ADDRESS, InProcess
from tests.support.second_factor import App, enrol
from tests.support.site import Site

SITE = "PRUEBA"
HERE = "http://testserver"
PASSWORD = "tres tristes tigres"
OPERATOR = Actor(SITE, "operator", "test")


class SetClock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 21, 13, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def advance(self, **by: float) -> None:
        """Move on by a timedelta's words (`minutes=15`)."""
        self.at += timedelta(**by)


class Office:
    """One site's application, its database and its clock; browsers on demand.

    `app`: an application that has served before, which finds its routes at once; all it knows of
    a site is its state.
    """

    def __init__(self, folder: Path, app: FastAPI | None = None) -> None:
        self.folder = folder
        self.clock = SetClock()
        self._hash = passwords.hash_password(PASSWORD)
        made = Site(folder).database()
        self.database = Database(
            made.engine, load_vault(folder / "data.key"), self.clock, made.chain
        )
        address = "https://turnos.example.pe"
        config = ServerConfig(site=SITE, plain_http=True, public_address=address)
        own = build_app(config, self.database, None)
        self.app = app or own
        self.app.state = own.state

    def enrolled(self, name: str, role: Role = Role.ADMINISTRATOR) -> tuple[App, list[str]]:
        """An account with a second factor: its app and its recovery codes."""
        self.account(name, role)
        return self.database.run(lambda uow: enrol(uow, Actor(SITE, role, name)))

    def browser(self, base_url: str = HERE, address: str = ADDRESS) -> httpx.Client:
        """A fresh browser: no cookies, and `Origin` as our own pages send it."""
        return httpx.Client(
            transport=InProcess(self.app, address), base_url=base_url, headers={"Origin": base_url}
        )

    def account(self, name: str, role: Role = Role.COUNTER, *, one_time: bool = False) -> None:
        """An account whose password is PASSWORD."""
        new = NewAccount(name, f"Persona {name}", role, self._hash, one_time)
        self.database.run(lambda uow: put_account(uow, OPERATOR, new))

    def signed_in(self, name: str, role: Role = Role.COUNTER) -> httpx.Client:
        """A browser in which a fresh account is signed in, as far as its role asks for."""
        self.account(name, role)
        proof = Proof.CODE if needs_code(role) else Proof.PASSWORD
        value = self.database.run(
            lambda uow: open_session(uow, SITE, name, self._hash, Where(), proof)
        )
        assert value is not None
        browser = self.browser()
        browser.cookies.set(COOKIE, value)
        return browser


def after_password(browser: httpx.Client, name: str) -> str:
    """Where the right password leads."""
    answer = browser.post("/session", data={"name": name, "password": PASSWORD})
    return answer.headers.get("location", str(answer.status_code))


def enrol_by_form(office: Office, browser: httpx.Client) -> httpx.Response:
    """What the page answers to the first code of the app that it offered."""
    shown = re.search(r'id="secret">([A-Z2-7 ]+)<', browser.get("/sign-in/enrol").text)
    assert shown is not None
    code = App(shown[1]).code(office.clock.at)
    return browser.post("/sign-in/enrol", data={"code": code, "after": "/"})


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same argon2id with little work: the tests hash often, and guess nothing."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=64))


@pytest.fixture(scope="package")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    """One for all offices: the first request to an application costs as much as forty more."""
    first = Office(tmp_path_factory.mktemp("first"))
    passwords = first.app.state.passwords
    yield first.app
    passwords.close()
    first.database.close()


@pytest.fixture
def office(tmp_path: Path, application: FastAPI, quick_hashes: None) -> Iterator[Office]:
    opened = Office(tmp_path, application)
    yield opened
    opened.app.state.passwords.close()
    opened.database.close()
