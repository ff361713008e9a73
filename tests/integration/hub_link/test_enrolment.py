"""A site is let in when a person at the hub types the code it shows, and in no other way."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from queue_server.config import load_config
from queue_server.core.tls import TlsFiles, served
from queue_server.hub_link.adapters.trust_file import TrustFile
from queue_server.hub_link.enrolment import attempt as attempt_module
from queue_server.hub_link.enrolment.command import trust_file
from queue_server.hub_link.enrolment.desk import MAX_TRIES, EnrolmentDesk, NotEnrolled
from queue_server.hub_link.enrolment.exchange import Exchange, Seen
from queue_server.hub_link.model.trust import Trust
from tests.support.nursery import Child, shared_nursery
from tests.support.site import Site
from tests.support.trust import Administrator, Middle, another

DEADLINE_S = 20.0


class Newcomer:
    """A site that is being enrolled on a thread; looks ten times a second."""

    def __init__(self, url: str, code: str) -> None:
        self.code = code
        self.shown: list[str] = []
        self.said: list[str] = []
        self.trust: Trust | None = None
        self.fault = ""
        self._news = threading.Condition()
        self._ended = threading.Event()
        self._desk = EnrolmentDesk(url, code, self._show, self._say, sleep=self._sleep)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def digits(self, number: int = 1) -> str:
        """The `number`-th code it showed."""
        self.until(lambda: len(self.shown) >= number)
        return self.shown[number - 1]

    def until(self, done: Callable[[], object]) -> None:
        """Raises AssertionError."""
        with self._news:
            assert self._news.wait_for(done, DEADLINE_S), (self.shown, self.said)

    def ended(self) -> None:
        self._thread.join(DEADLINE_S)
        assert not self._thread.is_alive()

    def close(self) -> None:
        self._ended.set()
        self._thread.join(5)

    def _run(self) -> None:
        try:
            self.trust = self._desk.enrol()
        except NotEnrolled as fault:
            self.fault = str(fault)
        except InterruptedError:
            pass
        with self._news:
            self._news.notify_all()

    def _show(self, code: str) -> None:
        with self._news:
            self.shown.append(code)
            self._news.notify_all()

    def _say(self, words: str) -> None:
        with self._news:
            self.said.append(words)
            self._news.notify_all()

    def _sleep(self, seconds: float) -> None:
        if self._ended.wait(min(seconds, 0.1)):
            raise InterruptedError


@pytest.fixture
def newcomer() -> Iterator[Callable[[str, str], Newcomer]]:
    made: list[Newcomer] = []

    def make(url: str, code: str) -> Newcomer:
        made.append(Newcomer(url, code))
        return made[-1]

    yield make
    for each in made:
        each.close()


Make = Callable[[str, str], Newcomer]


def test_a_site_is_enrolled_by_the_code_it_shows(
    centre: Site, admin: Administrator, newcomer: Make
) -> None:
    site = newcomer(centre.url, "LIMA01")
    code = site.digits()
    assert re.fullmatch(r"\d{8}", code)
    assert admin.rows("LIMA01")[-1]["state"] == "waiting"
    assert admin.type(code, "LIMA01").status_code == 204
    site.ended()
    assert site.trust is not None
    assert site.trust.site == "LIMA01"
    assert site.trust.authority == (centre.folder / "tls" / "ca.pem").read_text()
    assert admin.rows("LIMA01")[-1]["state"] == "paired"


def test_a_wrong_code_and_then_the_right_one(
    centre: Site, admin: Administrator, newcomer: Make
) -> None:
    site = newcomer(centre.url, "LIMA02")
    code = site.digits()
    admin.type(another(code), "LIMA02")
    site.until(lambda: any("wrong code" in each for each in site.said))
    assert site.trust is None
    admin.type(code, "LIMA02")
    site.ended()
    assert site.trust is not None


def test_after_five_wrong_codes_another_is_shown(
    centre: Site, admin: Administrator, newcomer: Make
) -> None:
    site = newcomer(centre.url, "LIMA03")
    first = site.digits()
    for number in range(MAX_TRIES):
        assert admin.type(another(first), "LIMA03").status_code == 204
        site.until(lambda n=number: len([e for e in site.said if "wrong code" in e]) > n)
    second = site.digits(2)
    assert second != first
    admin.type(second, "LIMA03")
    site.ended()
    assert site.trust is not None


def test_a_relayed_enrolment_comes_to_nothing(
    centre: Site, admin: Administrator, newcomer: Make, middle: Middle
) -> None:
    site = relayed(newcomer, middle, admin, "LIMA04")
    assert site.trust is None
    assert (middle.confirmations_heard(), middle.credentials_heard()) == (0, 0)


@pytest.mark.negative_control
def test_an_exchange_that_does_not_bind_the_certificate_is_caught(
    centre: Site,
    admin: Administrator,
    newcomer: Make,
    middle: Middle,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = served(TlsFiles(centre.folder / "tls")).public_bytes(Encoding.DER)

    class Unbound(Exchange):
        def prove(self, seen: Seen, message: bytes, confirmation: bytes):
            return super().prove(Seen(seen.hub, seen.authority, real), message, confirmation)

    monkeypatch.setattr(attempt_module, "Exchange", Unbound)
    site = relayed(newcomer, middle, admin, "LIMA05")
    assert site.trust is not None
    assert middle.confirmations_heard() == 1


def relayed(newcomer: Make, middle: Middle, admin: Administrator, code: str) -> Newcomer:
    """A site that asks through somebody who relays; its code is typed as it is shown."""
    site = newcomer(middle.url, code)
    shown = site.digits()
    for refusals in (1, 2):
        if site.trust is None:
            admin.type(shown, code)
        site.until(lambda refusals=refusals: site.trust or refused(site) >= refusals)
    return site


def refused(site: Newcomer) -> int:
    """How often it was told that the code is wrong."""
    return sum("wrong code" in each for each in site.said)


@pytest.fixture
def middle(centre: Site, tmp_path: Path) -> Iterator[Middle]:
    made = Middle(tmp_path / "stranger", centre.port)
    yield made
    made.close()


def test_where_nobody_answers_it_says_so_and_ends_in_time() -> None:
    now, said = [0.0], []

    def sleep(seconds: float) -> None:
        now[0] += seconds

    desk = EnrolmentDesk(
        "https://127.0.0.1:9", "LIMA06", said.append, said.append, lambda: now[0], sleep
    )
    with pytest.raises(NotEnrolled, match="within ten minutes; run the command again"):
        desk.enrol()
    assert len(said) == 1
    assert "does not answer" in said[0]
    assert now[0] <= 600


# --- the command ----------------------------------------------------------------------------------
def test_the_command_shows_the_code_and_writes_down_what_it_got(
    centre: Site, admin: Administrator, site_to_enrol: Site
) -> None:
    process = command(site_to_enrol, "enrol")
    code = code_of(process)
    assert admin.type(code, "PRUEBA").status_code == 204
    rest = process.stdout.read()
    assert process.wait(DEADLINE_S) == 0
    assert "PRUEBA is enrolled at " in rest
    config = load_config(site_to_enrol.folder / "server.toml")
    file: TrustFile = trust_file(config)
    trust = file.read()
    assert trust is not None
    assert file.path.stat().st_mode & 0o777 == 0o600
    database = site_to_enrol.database()
    bodies = database.read(
        lambda uow: (
            uow.connection.exec_driver_sql("SELECT body FROM events WHERE kind = 'hub.enrolled'")
            .scalars()
            .all()
        )
    )
    database.close()
    assert len(bodies) == 1
    assert trust.credential in bodies[0]
    assert trust.token not in bodies[0]


def test_it_refuses_kindly_when_already_enrolled(centre: Site, site_to_enrol: Site) -> None:
    trust = Trust("CENTRO", "PRUEBA", "pem", "aa.bb", "key", "2099-01-01", "2098-01-01")
    file = trust_file(load_config(site_to_enrol.folder / "server.toml"))
    file.keep(trust)
    with pytest.raises(AssertionError, match="enrolled at CENTRO already, and nothing was changed"):
        site_to_enrol.command("enrol")
    process = command(site_to_enrol, "enrol", "--again")
    assert code_of(process)
    process.kill()
    assert file.read() == trust, "nothing is lost before another enrolment succeeds"


def test_without_a_hub_it_says_what_to_write(site_on: Callable[..., Site]) -> None:
    with pytest.raises(AssertionError, match=r'\[hub\]\nurl = "https://'):
        site_on().command("enrol")


@pytest.fixture
def site_to_enrol(tmp_path: Path, centre: Site) -> Iterator[Site]:
    extra = f'[hub]\nurl = "{centre.url}"\nregion = "Lima"\nevery_s = 0.2\n'
    site = Site(tmp_path / "site", extra)
    yield site
    site.remove()


def command(site: Site, *words: str) -> Child:
    """A real command line of the site."""
    config = str(site.folder / "server.toml")
    process = shared_nursery().start("queue_server", "--config", config, *words)
    site.processes.append(process)
    return process


def code_of(process: Child) -> str:
    """The code it prints."""
    ends = time.monotonic() + DEADLINE_S
    while time.monotonic() < ends:
        line = process.stdout.readline()
        if found := re.search(r"CODE +((?:\d +)+\d)", line):
            return found[1].replace(" ", "")
    raise TimeoutError("no code was shown")
