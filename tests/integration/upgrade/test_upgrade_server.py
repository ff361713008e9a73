"""A server of an earlier build is upgraded, and goes back where the new one does not get well."""

import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from queue_server.backup.going_on import known_revisions
from tests.integration.upgrade.builds import Machine, build_of, build_of_today
from tests.support.centre import eventually
from tests.support.nursery import REPOSITORY
from tests.support.site import free_port

# Before TLS, pairing and the audit chain: its newest migration is 0013.
EARLIER, EARLIER_SCHEMA = "4770f44", "0013"
TURNS = 3
pytestmark = [pytest.mark.thorough, pytest.mark.timeout(240)]


class Running:
    """The earlier build at work, with people in its line."""

    def __init__(self, folder: Path) -> None:
        build = build_of(EARLIER, folder / "opt-releases" / "server-old")
        if build is None:
            why = f"no commit {EARLIER} here: upgrades were not tried; clone with all history"
            warnings.warn(why, stacklevel=1)
            pytest.skip(why)
        self.old = build
        self.port = free_port()
        self.machine = Machine(folder, build, self.port)
        self.machine.run("init")
        self.machine.run("load-site", str(REPOSITORY / "deploy" / "site.toml"))
        token = self.machine.run("add-kiosk", "A01").stdout.strip()
        self.machine.systemctl("start")
        self.kiosk = httpx.Client(headers={"Authorization": f"Bearer {token}"}, trust_env=False)
        eventually(lambda: self.answers("http"))
        self.numbers = [self.turn() for _ in range(TURNS)]

    def answers(self, scheme: str) -> bool:
        """Whether a server is well at the machine's own address."""
        url = f"{scheme}://127.0.0.1:{self.port}/api/v1/health"
        try:
            return httpx.get(url, verify=False, trust_env=False).is_success
        except httpx.HTTPError:
            return False

    def turn(self) -> str:
        """Somebody takes a turn; its number."""
        answer = self.kiosk.post(
            f"http://127.0.0.1:{self.port}/api/v1/tickets",
            json={"service": "information"},
            headers={"Idempotency-Key": str(uuid4())},
        )
        assert answer.is_success, answer.text
        return answer.json()["number"]

    def rows(self, words: str) -> list[tuple[object, ...]]:
        """What stands in the database."""
        with closing(sqlite3.connect(self.machine.database)) as opened:
            return opened.execute(words).fetchall()

    @property
    def schema(self) -> object:
        """The migration the database is at."""
        return self.rows("SELECT version_num FROM alembic_version")[0][0]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    made = Running(tmp_path)
    yield made
    made.kiosk.close()
    made.machine.end()


def test_a_server_of_an_earlier_build_goes_on_with_the_new_one(
    running: Running, tmp_path: Path
) -> None:
    new = build_of_today(tmp_path / "opt-releases" / "server-new")
    assert running.schema == EARLIER_SCHEMA
    tickets = running.rows("SELECT id, number FROM tickets ORDER BY number")
    done = running.machine.upgrade(new)
    assert done.returncode == 0, done.stderr + done.stdout
    assert running.answers("https"), "it speaks TLS now"
    assert running.schema == max(known_revisions())
    assert running.rows("SELECT id, number FROM tickets ORDER BY number") == tickets
    assert (tmp_path / "opt").resolve() == new
    assert "sound" in running.machine.run("audit", "verify").stdout
    assert list((tmp_path / "backups").glob("before-upgrade-*.backup"))
    assert not list((tmp_path / "etc").glob(".trial*"))


def broken(build: Path, file: str) -> Path:
    """A build in which one file is no Python any more."""
    (build / "code" / "queue_server" / file).write_text("this build was broken on purpose\n")
    return build


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("web/app.py", "did not get well"),
        ("migrations/env.py", "could not be migrated"),
        ("jobs.py", "does not answer at its own address"),
    ],
)
def test_a_build_that_does_not_get_well_leaves_everything_as_it_was(
    running: Running, tmp_path: Path, file: str, words: str
) -> None:
    new = broken(build_of_today(tmp_path / "opt-releases" / "server-new"), file)
    before = running.rows("SELECT id, number, state FROM tickets ORDER BY number")
    done = running.machine.upgrade(new)
    assert done.returncode != 0
    assert words in done.stderr
    assert "it runs as before" in done.stderr
    assert running.schema == EARLIER_SCHEMA
    assert running.rows("SELECT id, number, state FROM tickets ORDER BY number") == before
    assert (tmp_path / "opt").resolve() == running.old
    assert running.answers("http")
    assert running.turn() not in running.numbers
