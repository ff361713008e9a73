"""Guessing costs the guesser, not the person: neither at their own machine nor at a new one."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from threading import Barrier, BrokenBarrierError
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.staff import tables
from queue_server.staff.model import Allowance
from queue_server.staff.services import accounts, passwords, sign_in_limits
from queue_server.staff.services.sign_in_limits import Guest
from tests.integration.staff.conftest import OPERATOR, SITE, Office, after_password
from tests.support.site import Kind, Site

GUESSES, ADDRESSES = 10_000, 50
MOST_HASHES = 100


@dataclass
class Attack:
    """Ten thousand guesses at one account, in whatever order and at whatever pace."""

    office: Office
    seconds: float = 600.0
    hashes: int = 0

    def run(self, seed: int, guesses: int = GUESSES) -> None:
        """Guess; what was let through to the hash is counted."""
        draw = Random(seed)
        addresses = [f"198.51.100.{number}" for number in range(ADDRESSES)]
        for _ in range(guesses):
            self.office.clock.advance(seconds=self.seconds / guesses)
            self.hashes += self._is_let_through(draw.choice(addresses))

    def _is_let_through(self, address: str) -> bool:
        """What the form does before it hashes: look, then pay."""
        guest = Guest(address)
        try:
            self.office.database.read(
                lambda uow: sign_in_limits.check_password_allowed(uow, SITE, "ana", guest)
            )
            self.office.database.run(
                lambda uow: sign_in_limits.charge_password(uow, SITE, "ana", guest)
            )
        except Problem:
            return False
        return True


def check_guessing_is_dear_and_the_person_comes_in(
    office: Office, guesses: int, pace: float
) -> None:
    """Raise AssertionError unless few guesses are hashed and the person signs in meanwhile.

    At their own machine at once; at a new one at a fresh address within ten seconds.
    """
    office.account("ana")
    known = office.browser(address="203.0.113.5")
    assert after_password(known, "ana") == "/"
    attack = Attack(office, seconds=pace)
    attack.run(1, guesses)
    assert attack.hashes <= MOST_HASHES
    known.cookies.delete("ventanilla_session")
    assert after_password(known, "ana") == "/", "not at their own machine"
    office.clock.advance(seconds=10)
    assert after_password(office.browser(address="203.0.113.99"), "ana") == "/", "not at a new one"


def test_guesses_from_fifty_addresses_cost_few_hashes_and_the_person_comes_in(
    office: Office,
) -> None:
    check_guessing_is_dear_and_the_person_comes_in(office, 1_000, 400.0)


@pytest.mark.thorough
@pytest.mark.parametrize("pace", [30.0, 700.0, 3500.0])
def test_ten_thousand_guesses_from_fifty_addresses_cost_a_hundred_hashes(
    office: Office, pace: float
) -> None:
    check_guessing_is_dear_and_the_person_comes_in(office, GUESSES, pace)


BROKEN = {
    # Only the pair of account and address is counted, as before.
    "no common allowance": ("ACCOUNT", Allowance(10**6, timedelta(seconds=1))),
    # The account is locked for everybody who is not at home.
    "no reserve": ("RESERVE", Allowance(0, timedelta(minutes=5))),
}


@pytest.mark.negative_control
@pytest.mark.parametrize("fault", BROKEN)
def test_limits_that_miss_either_side_are_caught(
    office: Office, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setattr(sign_in_limits, *BROKEN[fault])
    with pytest.raises(AssertionError):
        check_guessing_is_dear_and_the_person_comes_in(office, 500, 400.0)


@pytest.mark.negative_control
def test_limits_that_do_not_know_a_browser_again_are_caught(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in_limits, "is_known", lambda *_: False)
    monkeypatch.setattr(sign_in_limits, "RESERVE", Allowance(0, timedelta(minutes=5)))
    with pytest.raises(AssertionError, match="own machine"):
        check_guessing_is_dear_and_the_person_comes_in(office, 500, 400.0)


def test_the_form_hashes_only_what_the_limits_let_through(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    real = passwords.verify_password

    def spy(stored: str | None, password: str) -> bool:
        hashed.append(password)
        return real(stored, password)

    monkeypatch.setattr(passwords, "verify_password", spy)
    office.account("ana")
    answers = []
    for number in range(60):
        browser = office.browser(address=f"198.51.100.{number % 3}")
        form = {"name": "ana", "password": f"guess {number}"}
        answers.append(browser.post("/session", data=form).status_code)
    assert len(hashed) == answers.count(303) == 15  # five an address
    assert answers.count(429) == 45


def test_who_guesses_at_many_accounts_from_one_address_is_slowed(office: Office) -> None:
    let_through = 0
    for number in range(200):
        guest = Guest("198.51.100.7")
        try:
            office.database.run(
                lambda uow, name=f"user{number}", guest=guest: sign_in_limits.charge_password(
                    uow, SITE, name, guest
                )
            )
        except Problem:
            continue
        let_through += 1
    assert let_through == sign_in_limits.ADDRESS.size


def test_a_stolen_cookie_of_a_browser_gives_few_guesses(office: Office) -> None:
    office.account("ana")
    browser = office.browser()
    after_password(browser, "ana")
    statuses = [
        browser.post("/session", data={"name": "ana", "password": "no"}).status_code
        for _ in range(8)
    ]
    assert statuses == [303] * 5 + [429] * 3


def test_a_made_up_browser_cookie_counts_for_nothing(office: Office) -> None:
    office.account("ana")
    let_through = 0
    for number in range(20):
        browser = office.browser()
        browser.cookies.set("ventanilla_browser", f"made-up-{number}")
        answer = browser.post("/session", data={"name": "ana", "password": "no"})
        let_through += answer.status_code == 303
    assert let_through == sign_in_limits.PAIR.size


def test_one_browser_is_known_for_everybody_who_signed_in_there(office: Office) -> None:
    browser = office.browser()
    for name in ("ana", "luis"):
        office.account(name)
        assert after_password(browser, name) == "/"
    cookie = browser.cookies["ventanilla_browser"]
    known = office.database.read(
        lambda uow: [
            sign_in_limits.is_known(uow, SITE, name, cookie) for name in ("ana", "luis", "eva")
        ]
    )
    assert known == [True, True, False]


def test_of_an_account_the_newest_twenty_browsers_are_known(office: Office) -> None:
    office.account("ana")
    for number in range(25):
        office.clock.advance(seconds=1)
        office.database.run(
            lambda uow, number=number: sign_in_limits.remember_browser(
                uow, SITE, "ana", f"browser {number}"
            )
        )
    known = office.database.read(
        lambda uow: [
            sign_in_limits.is_known(uow, SITE, "ana", f"browser {number}") for number in range(25)
        ]
    )
    assert known == [False] * 5 + [True] * 20


def test_a_browser_is_forgotten_after_a_year_and_with_a_password_that_was_reset(
    office: Office,
) -> None:
    office.account("ana")
    browser = office.browser()

    def known() -> bool:
        cookie = browser.cookies["ventanilla_browser"]
        return office.database.read(lambda uow: sign_in_limits.is_known(uow, SITE, "ana", cookie))

    after_password(browser, "ana")
    assert known()
    office.database.run(lambda uow: accounts.reset_password(uow, OPERATOR, "ana", "a hash"))
    assert not known()
    office.account("ana")
    after_password(browser, "ana")
    office.clock.advance(days=365)
    office.account("luis")
    after_password(office.browser(), "luis")
    assert not known()


def test_the_right_password_gives_back_what_the_wrong_ones_took(office: Office) -> None:
    office.account("ana")
    for _ in range(3):
        browser = office.browser()
        for _ in range(4):
            browser.post("/session", data={"name": "ana", "password": "no"})
        assert after_password(browser, "ana") == "/"


def test_what_is_remembered_is_bounded_and_says_no_name(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in_limits, "MAX_BUCKETS", 30)
    for number in range(40):
        office.clock.advance(seconds=60)
        guest = Guest(f"198.51.100.{number}")
        office.database.run(
            lambda uow, guest=guest: sign_in_limits.charge_password(uow, SITE, "secreto", guest)
        )
    count = select(func.count()).select_from(tables.sign_in_tries)
    assert office.database.read(lambda uow: uow.connection.execute(count).scalar_one()) <= 34
    office.clock.advance(hours=25)
    office.database.run(
        lambda uow: sign_in_limits.charge_password(uow, SITE, "ana", Guest("192.0.2.1"))
    )
    assert office.database.read(lambda uow: uow.connection.execute(count).scalar_one()) == 3
    kept = b"".join(each.read_bytes() for each in office.folder.glob("ventanilla.db*"))
    assert b"secreto" not in kept


def test_codes_are_counted_for_the_account_too(office: Office) -> None:
    app, _ = office.enrolled("jefa")
    statuses: list[int] = []
    for number in range(6):  # each half session ends at the fifth wrong code
        browser = office.browser(address=f"198.51.100.{number}")
        after_password(browser, "jefa")
        statuses += [
            browser.post("/sign-in/code", data={"code": "000000"}).status_code for _ in range(4)
        ]
    assert statuses.count(422) == sign_in_limits.CODES.size
    browser = office.browser(address="203.0.113.5")
    after_password(browser, "jefa")
    right = {"code": app.code(office.clock.at)}
    assert browser.post("/sign-in/code", data=right).status_code == 429
    office.clock.advance(minutes=4, seconds=59)
    assert browser.post("/sign-in/code", data=right).status_code == 429
    office.clock.advance(seconds=1)
    after_password(browser, "jefa")
    right = {"code": app.code(office.clock.at)}
    assert browser.post("/sign-in/code", data=right).headers["location"] == "/"


# --- several workers ------------------------------------------------------------------------------
@pytest.fixture(params=["sqlite", "postgresql"])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    kind: Kind = request.param
    site = Site(tmp_path, database=kind)
    yield site
    site.remove()


def let_through_by(workers: int, site: Site, tries: int) -> int:
    """How many of `tries` at once from one address all workers together let through."""
    databases = [site.database() for _ in range(workers)]

    def attempt(number: int) -> bool:
        try:
            databases[number % workers].run(
                lambda uow: sign_in_limits.charge_password(uow, SITE, "ana", Guest("192.0.2.1"))
            )
        except Problem as problem:
            return problem.kind != "too_many_tries"
        return True

    with ThreadPoolExecutor(8) as threads:
        through = sum(threads.map(attempt, range(tries)))
    for database in databases:
        database.close()
    return through


def check_workers_count_together(site: Site) -> None:
    """Raise AssertionError if more workers gave more guesses."""
    assert let_through_by(3, site, 40) == sign_in_limits.PAIR.size


def test_workers_count_together(shared: Site) -> None:
    check_workers_count_together(shared)


@pytest.mark.negative_control
def test_workers_that_do_not_wait_for_each_other_are_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    together, real = Barrier(3), sign_in_limits._refuse_early  # pyright: ignore[reportPrivateUsage]

    def all_read_before_one_writes(*words: Any) -> Any:
        kept = real(*words)
        with suppress(BrokenBarrierError):
            together.wait(timeout=5)
        return kept

    monkeypatch.setattr(UnitOfWork, "lock_site", lambda *_: None)
    monkeypatch.setattr(sign_in_limits, "_refuse_early", all_read_before_one_writes)
    site = Site(tmp_path, database="postgresql")
    try:
        with pytest.raises(AssertionError):
            assert let_through_by(3, site, 9) == sign_in_limits.PAIR.size
    finally:
        site.remove()


def test_a_hundred_at_once_at_the_form_are_a_hundred_tries(office: Office) -> None:
    """The try is paid for before the hash, so nobody wins by not waiting for the answer."""
    office.account("ana")

    def send(_: int) -> httpx.Response:
        return office.browser().post("/session", data={"name": "ana", "password": "no"})

    with ThreadPoolExecutor(4) as threads:
        answers = [each.status_code for each in threads.map(send, range(20))]
    assert answers.count(303) == sign_in_limits.PAIR.size
