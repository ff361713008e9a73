"""Card data and people that do not exist go through the whole house; nothing of them is left.

A person's name, number and address may lie nowhere but under a key; card data, nowhere at all.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.demo.people import Visitor
from devices.nexo.simulator import FORBIDDEN
from tests.crash.recording_line import RecordingLine
from tests.support.card import booked
from tests.support.centre import Centre, Mailbox, backend_toml, eventually, running
from tests.support.hardware import Hardware
from tests.support.kiosk import kiosk_toml
from tests.support.site import REPOSITORY, Site

SURNAME, GIVEN = "CANARIEVSKY", "ZULEMIQUETA"
FIRST_NUMBER, APART = 61_047_305, 10
"""No number ends like one that a fraction of a second makes with the year after it (..2026)."""
CARD = tuple(each for name, each in FORBIDDEN.items() if name != "CardHolderName")
CHILD = "tests.crash.canary_child"
DEADLINE_S = 60.0
CANARIES = int(os.environ.get("CANARIES", "10"))  # people who come, one after the other
BODIES = "bodies"
BOOKS = ("kiosk/journal.db", "kiosk/journal.db-wal", "site/ventanilla.db", "site/ventanilla.db-wal")
KEYS = ("*.key", "credential", "kiosk.toml", "server.toml")
AROUND = 60  # bytes shown on either side of what was found
RANDOM = re.compile(
    rb"[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    rb"|(?<![0-9a-f])(?:[0-9a-f]{32}|[0-9a-f]{64})(?![0-9a-f])"
)
"""A UUID (RFC 9562), and a digest that nothing else touches."""


def canary(index: int) -> Visitor:
    """Somebody nobody else is called like."""
    address = f"pio.pio{index}.zq@example.com"
    return Visitor(f"{FIRST_NUMBER + APART * index}", "850728", "F", SURNAME, GIVEN, address)


def words_of(visitor: Visitor) -> tuple[str, ...]:
    return visitor.surname, visitor.given_names, visitor.number, visitor.email.partition("@")[0]


class CentreWithCanaries(Centre):
    """It knows them, too: its answers name them."""

    def __init__(self, folder: Path, people: int) -> None:
        super().__init__(folder)
        rows = [
            f'[[person]]\ntype = "01"\nnumber = "{canary(index).number}"\n'
            f'given_names = "{GIVEN}"\nfirst_surname = "{SURNAME}"\nbirth_date = 1985-07-28\n'
            for index in range(people)
        ]
        with (folder / "people.toml").open("a") as file:
            file.write("\n" + "\n".join(rows))


class LoggedSite(Site):
    """What its processes say goes to a file."""

    def start(self, *command: str, module: str = "queue_server") -> "subprocess.Popen[str]":
        config = str(self.folder / "server.toml")
        with (self.folder / "server.log").open("a") as said:
            process = subprocess.Popen(
                [sys.executable, "-m", module, "--config", config, *command],
                text=True,
                stdout=said,
                stderr=said,
                start_new_session=True,
                cwd=REPOSITORY,
            )
        self.processes.append(process)
        return process


class Kiosk:
    """One kiosk process, which serves one person after the other on its own hardware."""

    def __init__(self, site: Site, folder: Path, url: str, code: str, *words: str) -> None:
        self.folder, self.served = folder, 0
        self.hardware = Hardware(folder)
        self.hardware.start()
        self.hardware.terminal.obey("stuffed")
        (folder / "credential").write_text(site.command("add-kiosk", code))
        (folder / "kiosk.toml").write_text(kiosk_toml(folder, url, code, self.hardware.toml()))
        with (folder / "kiosk.log").open("a") as said:
            self._process = subprocess.Popen(
                [sys.executable, "-m", CHILD, "--config", str(folder / "kiosk.toml"), *words],
                cwd=REPOSITORY,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
            )

    def serve(self, people: Sequence[Visitor]) -> None:
        """Let `people` come one after the other, each with a document and a card; all have left."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("".join(f"{each.email}\n" for each in people))
        self._process.stdin.flush()
        left = iter(people)
        inside = False
        for line in self._process.stdout:
            match line.strip():
                case "ReadDocument":
                    self.hardware.reader.obey("present " + "|".join(next(left).mrz()))
                    inside = True
                case "Welcome" if inside:
                    self.served, inside = self.served + 1, False
                    if self.served == len(people):
                        return
        raise AssertionError((self.folder / "kiosk.log").read_text())

    def stop(self) -> None:
        """End the process by closing its input, then the hardware."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(timeout=20)
        finally:
            self._process.kill()
            self.hardware.stop()


@dataclass
class House:
    """A site, the kiosk that stands in it, and what passed between them."""

    folder: Path
    site: Site
    mailbox: Mailbox
    kiosk: Kiosk

    def open(self, people: int) -> None:
        """Serve so many canaries; each has their mail at the end."""
        everybody = [canary(index) for index in range(people)]
        self.kiosk.serve(everybody)
        wanted = {each.email for each in everybody}
        eventually(lambda: wanted <= {each["To"] for each in self.mailbox.messages()}, DEADLINE_S)

    def copied_away(self) -> Path:
        """Everything a thief would find beside the keys: databases, logs, metrics, bodies."""
        loot = self.folder / "loot"
        shutil.rmtree(loot, ignore_errors=True)
        for each in (self.site.folder, self.kiosk.folder):
            hidden = shutil.ignore_patterns(*KEYS, "paper", "*.tty")
            shutil.copytree(each, loot / each.name, ignore=hidden)
        for name in BOOKS:
            assert (loot / name).exists(), f"{name} was not looked into"
        (loot / "metrics").write_bytes(metrics(self.site))
        return loot


def metrics(site: Site) -> bytes:
    """What a monitoring system reads."""
    answer = site.staff(f"mira{time.monotonic_ns()}", "supervisor").http.get("/metrics")
    assert answer.status_code == 200
    return answer.content


def found(folder: Path, words: Iterable[str]) -> set[tuple[str, str, bytes]]:
    """File, word and what stands around it, wherever one of `words` is in a file under `folder`."""
    sought = [(word, word.lower().encode()) for word in words]
    hits: set[tuple[str, str, bytes]] = set()
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        content = _without_ids(path.read_bytes().lower())
        for word, sign in sought:
            if (at := content.find(sign)) >= 0:
                around = content[max(0, at - AROUND) : at + AROUND]
                hits.add((str(path.relative_to(folder)), word, around))
    return hits


def _without_ids(content: bytes) -> bytes:
    """`content` with every id and digest blotted out: eight figures occur in them by chance.

    A thousand numbers meet some ten million figures of random hexadecimals here.
    """
    return RANDOM.sub(lambda found: b"." * len(found[0]), content)


def places(hits: Iterable[tuple[str, str, bytes]]) -> set[tuple[str, str]]:
    """File and word alone."""
    return {(file, word) for file, word, _ in hits}


@contextmanager
def house(folder: Path, people: int, *words: str) -> Iterator[House]:
    centre, mailbox = CentreWithCanaries(folder, people), Mailbox(folder)
    with ExitStack() as stack:
        stack.enter_context(running(centre, mailbox))
        site = LoggedSite(folder / "site", backend_toml(centre, mailbox))
        stack.callback(site.remove)
        site.start("serve")
        site.wait_ready()
        line = stack.enter_context(RecordingLine(site.url, folder / BODIES))
        kiosk = Kiosk(site, folder / "kiosk", line.url, "N01", *words)
        stack.callback(kiosk.stop)
        yield House(folder, site, mailbox, kiosk)


@pytest.mark.thorough
@pytest.mark.timeout(3600)
def test_nothing_of_a_person_or_a_card_is_left_where_a_thief_could_read_it(
    tmp_path: Path,
) -> None:
    people = CANARIES
    words = {word for index in range(people) for word in words_of(canary(index))}
    with house(tmp_path, people) as there:
        there.open(people)
        assert len(booked(there.kiosk.hardware.terminal)) == people
        assert found(there.copied_away(), (*words, *CARD)) == set()
    said = {each for each in found(tmp_path, (*words, *CARD)) if each[0].endswith(".log")}
    assert said == set(), "somebody spoke on leaving"
    bodies = (tmp_path / BODIES).read_text(errors="replace")
    assert canary(0).number in bodies, "the record holds nothing"
    assert [each for each in CARD if each in bodies] == []


@pytest.mark.thorough
@pytest.mark.negative_control
@pytest.mark.timeout(180)
def test_a_log_line_that_names_somebody_is_found_by_the_same_search(tmp_path: Path) -> None:
    with house(tmp_path, 1, "--careless") as there:
        there.kiosk.serve([canary(0)])
        hits = places(found(there.copied_away(), words_of(canary(0))))
    assert {("kiosk/kiosk.log", SURNAME), ("kiosk/kiosk.log", canary(0).number)} <= hits


@pytest.mark.negative_control
@pytest.mark.parametrize("before", [b"", b"01", b"\x08", b"fe"])
@pytest.mark.parametrize("after", [b"", b"ab", b"c0ffee00-1111-4222-8333-444455556666"])
def test_a_number_beside_an_id_is_found_and_one_inside_an_id_is_none(
    tmp_path: Path, before: bytes, after: bytes
) -> None:
    (tmp_path / "book").write_bytes(b"..." + before + b"61048220" + after)
    assert places(found(tmp_path, ["61048220"])) == {("book", "61048220")}
    (tmp_path / "book").write_bytes(b"..61048220-1111-4222-8333-444455556666" + after)
    assert found(tmp_path, ["61048220"]) == set()


def test_no_service_may_write_a_core_dump() -> None:
    services = sorted((REPOSITORY / "deploy" / "systemd").glob("*.service"))
    assert len(services) >= 3
    for each in services:
        assert "\nLimitCORE=0\n" in each.read_text(), each.name
