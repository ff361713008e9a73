"""Alerts through real services and a real database: a bad day, a dead network, letters, hooks."""

import hashlib
import hmac
import json
import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from queue_server.core import outbox
from queue_server.core.audit_state import anchored
from queue_server.core.audit_walk import Anchor
from queue_server.core.mail import Mail, Mailer, Permanent, Sent, Temporary
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.fleet import tables
from queue_server.fleet.adapters.alerts_file import load
from queue_server.fleet.adapters.webhook import Webhooks, signature
from queue_server.fleet.model.alert_rules import Route
from queue_server.fleet.model.heartbeat import Heartbeat
from queue_server.fleet.services import alerts, heartbeats
from queue_server.fleet.services.alerting import Alerting
from queue_server.fleet.services.telling import GIVE_UP, AlertErrands
from queue_server.fleet.services.watch import SilenceWatch, judge
from queue_server.staff import tables as staff
from queue_server.staff.model import Role
from tests.support.hall import Hall
from tests.support.site import Kind

SITE = "PRUEBA"
LOST = 0.05
TRY_EVERY_S, TRIES = 10 / 3, 3


class District:
    """Many kiosks at one server: real services, real rules, and a clock that runs ahead."""

    def __init__(self, folder: Path, kiosks: int, kind: Kind = "sqlite") -> None:
        self.hall = Hall(folder, kind)
        self.clock = self.hall.clock
        self.names = [f"K{each:03d}" for each in range(kiosks)]
        self.running = 0.0
        self.watch = SilenceWatch(lambda: self.running)
        self.alerting = Alerting(self.hall.database, load(), lambda _: [SITE])
        self.sequences = Counter[str]()
        self.told: list[tuple[str, str, str]] = []
        self.hall.database.run(self._pair)
        self.hall.database.run(self._anchor)

    def _anchor(self, uow: UnitOfWork) -> None:
        """The audit is none of these tests' business: as if it were always anchored."""
        anchored(uow, Anchor(SITE, 1, b""), uow.now + timedelta(days=2000))

    def _pair(self, uow: UnitOfWork) -> None:
        """All of them at once: no credential is ever used."""
        for name in self.names:
            row = {"id": name, "site": SITE, "role": Role.KIOSK, "name": name}
            values = {**row, "secret_hash": b"x" * 32, "created_at": uow.now}
            uow.connection.execute(insert(staff.credentials), values)

    def pass_by(self, seconds: float) -> None:
        self.clock.pass_by(seconds=seconds)
        self.running += seconds

    def beat(self, name: str) -> None:
        self.sequences[name] += 1
        beat = Heartbeat(name, self.sequences[name], "1", "Welcome", (), 0)
        self.hall.do(Actor(SITE, "kiosk", name), heartbeats.record_heartbeat, beat)

    def beat_all(self, names: list[str]) -> None:
        """These in one transaction: no disk is waited for once each."""

        def unit(uow: UnitOfWork) -> None:
            for name in names:
                self.sequences[name] += 1
                beat = Heartbeat(name, self.sequences[name], "1", "Welcome", (), 0)
                heartbeats.record_heartbeat(uow, Actor(SITE, "kiosk", name), beat)

        self.hall.database.run(unit)

    def look(self) -> None:
        self.judge()
        changed = self.alerting.look(SITE)
        self.told += [(*each.key, str(each.change)) for each in changed]

    def judge(self) -> None:
        silent = self.hall.look(lambda uow: self.watch.look(uow, SITE))
        if silent:
            self.hall.database.run(lambda uow: judge(uow, SITE, silent))


@pytest.fixture
def district(tmp_path: Path) -> Iterator[type[District]]:
    made: list[District] = []

    class Made(District):
        def __init__(self, kiosks: int, kind: Kind = "sqlite") -> None:
            super().__init__(tmp_path / f"{len(made)}", kiosks, kind)
            made.append(self)

    yield Made
    for each in made:
        each.hall.close()


def bad_day(district: District, hours: float, tries: int, seed: int = 7) -> None:
    """Each request of a heartbeat is lost with one chance in twenty; each heartbeat has `tries`."""
    dice = random.Random(seed)
    for name in district.names:
        district.beat(name)
    for _ in range(round(hours * 360)):
        arrived = [
            name for name in district.names if any(dice.random() >= LOST for _ in range(tries))
        ]
        if district.told:
            return
        district.beat_all(arrived)
        district.pass_by(5)
        district.judge()
        district.pass_by(5)
        district.look()


def test_a_while_in_which_one_request_in_twenty_is_lost_alarms_nobody(district: Any) -> None:
    made = district(2)
    bad_day(made, 0.2, TRIES)
    assert made.told == []


@pytest.mark.thorough
@pytest.mark.timeout(600)
def test_a_whole_day_in_which_one_request_in_twenty_is_lost_alarms_nobody(district: Any) -> None:
    made = district(2)
    bad_day(made, 24, TRIES)
    assert made.told == []


@pytest.mark.negative_control
def test_one_try_and_an_impatient_watch_would_have_alarmed(
    district: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("queue_server.fleet.services.watch.OFFLINE_AFTER", timedelta(seconds=12))
    made = district(2)
    made.alerting = Alerting(made.hall.database, _at_once(), lambda _: [SITE])
    bad_day(made, 0.2, 1)
    assert made.told != []


def _at_once() -> Any:
    book = load()
    return replace(book, rules=tuple(replace(each, for_s=0, clear_s=0) for each in book.rules))


def test_three_hundred_kiosks_cut_at_once_are_one_alert_that_resolves_itself(district: Any) -> None:
    made = district(300)
    for name in made.names:
        made.beat(name)
    for _ in range(16):  # nobody beats any more
        made.pass_by(2)
        made.look()
    made.pass_by(3)
    made.look()
    for _ in range(10):
        made.pass_by(2)
        made.look()
    assert made.told == [("network", "@network", "opened")]
    rows = made.hall.look(lambda uow: uow.connection.execute(select(tables.alerts)).all())
    assert len(rows) == 1
    for name in made.names:
        made.beat(name)
    for _ in range(3):
        for _ in range(5):
            made.pass_by(2)
            made.look()
        for name in made.names:
            made.beat(name)
    assert made.told[1:] == [("network", "@network", "resolved")]


class Fleet(District):
    """One kiosk, and rules that tell the people of IT by letter and by hook."""

    def __init__(self, folder: Path, kind: Kind, url: str) -> None:
        super().__init__(folder, 1, kind)
        route = Route(("soporte@example.pe",), url, str(folder / "webhook.key"))
        (folder / "webhook.key").write_text("a key both sides hold\n")
        self.book = replace(load(), routes={"it": route})
        self.alerting = Alerting(self.hall.database, self.book, lambda _: [SITE])
        self.mails: list[Mail] = []
        self.answer: Any = Sent()
        mailer = _Letters(self)
        hooks = Webhooks({url: Path(route.key_file)}, within_s=2.0)
        self.errands = AlertErrands(self.hall.database, self.book, mailer, hooks)

    def silence(self) -> None:
        """The kiosk is cut off until people are told."""
        self.beat(self.names[0])
        while not self.told:
            self.pass_by(2)
            self.look()

    def carry(self) -> int:
        """Carry out every errand that is due; how many."""
        done = 0
        while errand := self.hall.database.run(lambda uow: outbox.claim(uow, only=alerts.KINDS)):
            finish = self.errands.carriers()[errand.kind](errand)
            self.hall.database.run(finish)
            done += 1
        return done

    def outcomes(self) -> dict[str, str]:
        rows = self.hall.look(
            lambda uow: uow.connection.execute(select(tables.alert_notices)).all()
        )
        return {f"{row.channel} {row.what}": row.outcome for row in rows}


class _Letters(Mailer):
    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet

    def send(self, mail: Mail) -> Any:
        self._fleet.mails.append(mail)
        return self._fleet.answer


class Hook:
    """Somebody's server that takes webhooks."""

    def __init__(self) -> None:
        self.bodies: list[tuple[bytes, dict[str, str]]] = []
        self.status, self.location = 200, ""
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.bodies.append((body, {k.lower(): v for k, v in self.headers.items()}))
                self.send_response(hook.status)
                if hook.location:
                    self.send_header("Location", hook.location)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None: ...

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/avisos"

    @contextmanager
    def listening(self) -> Iterator["Hook"]:
        thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield self
        finally:
            self.server.shutdown()
            thread.join()
            self.server.server_close()


@pytest.fixture
def hook() -> Iterator[Hook]:
    with Hook().listening() as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def fleet(request: pytest.FixtureRequest, tmp_path: Path, hook: Hook) -> Iterator[Fleet]:
    made = Fleet(tmp_path, request.param, hook.url)
    yield made
    made.hall.close()


def test_people_are_told_by_letter_and_by_a_hook_they_can_check(fleet: Fleet, hook: Hook) -> None:
    fleet.silence()
    assert fleet.told == [("kiosk_offline", "K000", "opened")]
    assert fleet.carry() == 2
    assert fleet.outcomes() == {"mail opened": "sent", "webhook opened": "sent"}
    (mail,) = fleet.mails
    assert mail.subject == "[PRUEBA] ABIERTA: Quiosco sin señal (K000)"
    ((body, headers),) = hook.bodies
    at = int(headers["x-ventanilla-signature"].split(",")[0].removeprefix("t="))
    key = b"a key both sides hold"
    digest = hmac.new(key, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers["x-ventanilla-signature"] == f"t={at},v1={digest}" == signature(key, body, at)
    assert json.loads(body)["rule"] == "kiosk_offline"
    assert headers["idempotency-key"] == json.loads(body)["notice"]


def test_who_does_not_answer_is_told_again_and_given_up_after_a_day(
    fleet: Fleet, hook: Hook
) -> None:
    fleet.answer, hook.status = Temporary(451, "later"), 503
    fleet.silence()
    assert fleet.carry() == 2
    assert set(fleet.outcomes().values()) == {"waiting"}
    fleet.clock.pass_by(minutes=2)
    hook.status = 200
    assert fleet.carry() == 2
    assert fleet.outcomes() == {"mail opened": "waiting", "webhook opened": "sent"}
    assert hook.bodies[0][0] == hook.bodies[1][0], "the same notice"
    assert len({each.message_id for each in fleet.mails}) == 1
    fleet.clock.at += GIVE_UP
    fleet.carry()
    assert fleet.outcomes()["mail opened"] == "failed"


def test_a_letter_nobody_can_get_is_given_up_at_once(fleet: Fleet) -> None:
    fleet.answer = Permanent(550, "no such person")
    fleet.silence()
    fleet.carry()
    assert fleet.outcomes()["mail opened"] == "failed"


def test_a_hook_is_not_followed_elsewhere(fleet: Fleet, hook: Hook) -> None:
    hook.status, hook.location = 307, hook.url + "/elsewhere"
    fleet.silence()
    fleet.carry()
    assert len(hook.bodies) == 1
    assert fleet.outcomes()["webhook opened"] == "waiting"


def test_an_engine_that_starts_anew_knows_what_stands(fleet: Fleet) -> None:
    fleet.silence()
    fleet.told.clear()
    fleet.alerting = Alerting(fleet.hall.database, fleet.book, lambda _: [SITE])
    for _ in range(30):
        fleet.pass_by(2)
        fleet.look()
    assert fleet.told == []
    fleet.beat("K000")
    for _ in range(12):
        fleet.pass_by(2)
        fleet.look()
    assert fleet.told == [("kiosk_offline", "K000", "resolved")]


def test_two_engines_write_one_alert(fleet: Fleet) -> None:
    fleet.beat("K000")
    other = Alerting(fleet.hall.database, fleet.book, lambda _: [SITE])
    for _ in range(30):
        fleet.pass_by(2)
        fleet.look()
        other.look(SITE)
    rows = fleet.hall.look(lambda uow: uow.connection.execute(select(tables.alerts)).all())
    assert len(rows) == 1
    assert len(fleet.outcomes()) == 2


def forget(fleet: Fleet) -> int:
    return fleet.hall.database.run(lambda uow: alerts.forget(uow, SITE, uow.now - alerts.KEPT))


def test_what_was_resolved_long_ago_is_forgotten_and_what_stands_is_not(fleet: Fleet) -> None:
    fleet.silence()
    fleet.carry()
    fleet.clock.at += 2 * alerts.KEPT
    assert forget(fleet) == 0
    fleet.beat("K000")
    for _ in range(12):
        fleet.pass_by(2)
        fleet.look()
    fleet.clock.at += 2 * alerts.KEPT
    assert forget(fleet) == 1
    assert fleet.outcomes() == {}


def test_one_person_takes_an_alert_in_hand_and_the_next_is_told_who(fleet: Fleet) -> None:
    fleet.silence()
    (alert,), _ = fleet.hall.look(lambda uow: alerts.listed(uow, SITE))
    rosa, luis = Actor(SITE, "it", "rosa"), Actor(SITE, "it", "luis")
    assert fleet.hall.do(rosa, alerts.acknowledge, alert.id).acknowledged_by == "rosa"
    with pytest.raises(Problem, match="acknowledged") as refused:
        fleet.hall.do(luis, alerts.acknowledge, alert.id)
    assert "rosa" in refused.value.detail
    _, events = fleet.hall.look(lambda uow: alerts.listed(uow, SITE))
    assert [(each.kind, each.by) for each in events] == [("opened", ""), ("acknowledged", "rosa")]
