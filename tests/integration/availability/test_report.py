"""The availability report of a real day: written by the services, read through the page."""

import csv
import io
from collections.abc import Iterator
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from devices.status import DeviceState
from queue_server.config import ServerConfig
from queue_server.core.unit_of_work import Actor
from queue_server.fleet.model.devices import DeviceReport
from queue_server.fleet.model.heartbeat import Heartbeat, Journey
from queue_server.fleet.services import alerts, heartbeats, server_runs
from queue_server.fleet.services.heartbeats import LastHeard
from queue_server.fleet.services.server_runs import ServerRun
from queue_server.staff.model import Role
from queue_server.staff.services import credentials
from queue_server.turns.services.rules import site_rules
from queue_server.web import availability_report
from queue_server.web.app import build_app
from tests.support.asgi import InProcess
from tests.support.callers import Callers
from tests.support.hall import LIMA, Hall

SITE, TODAY = "PRUEBA", date(2026, 3, 4)
MINUTES = 60


class District:
    """Two kiosks of a site that is open from nine to five, with a pause; it is nine o'clock."""

    def __init__(self, folder: Path, kind: str) -> None:
        self.hall = Hall(folder, "postgresql" if kind == "postgresql" else "sqlite")
        hours = [
            {"weekdays": [2], "opens": time(9), "closes": time(13), "last_ticket": time(12)},
            {"weekdays": [2], "opens": time(14), "closes": time(17), "last_ticket": time(16)},
        ]
        services = [{"code": "information", "name": "Información", "series": "I"}]
        self.hall.configure(services=services, hours=hours)
        self.app = build_app(ServerConfig(site=SITE, plain_http=True), self.hall.database, None)
        self.sequence = 0
        for name in ("A01", "A02"):
            self.hall.database.run(
                lambda uow, name=name: credentials.create_credential(
                    uow, self.hall.ana, Role.KIOSK, name
                )
            )

    def close(self) -> None:
        self.app.state.passwords.close()
        self.hall.close()

    def beat(self, kiosk: str = "A01", why: str = "", printer: str = "online") -> None:
        """The kiosk tells whether it sells certificates, why not, and how its printer is."""
        self.sequence += 1
        device = DeviceReport(
            "printer", "receipt_printer", "escpos", DeviceState(printer), {}, None, ""
        )
        said = Heartbeat(
            "b1",
            self.sequence,
            "0.1.0",
            "Welcome",
            (device,),
            0,
            journeys=(Journey("certificate", why), Journey("pay:card", why)),
        )
        self.hall.do(Actor(SITE, "kiosk", kiosk), heartbeats.record_heartbeat, said)

    def silent(self, kiosk: str = "A01") -> None:
        """The watch judges it: since now."""
        job = Actor(SITE, "job", "fleet watch")
        at = self.hall.clock.now()
        self.hall.do(job, heartbeats.went_silent, [LastHeard(kiosk, at)])

    def pass_by(self, minutes: float) -> None:
        self.hall.clock.pass_by(minutes=minutes)

    def ask(self, role: Role, path: str) -> httpx.Response:
        """One question of one person, who signs in for it: the clock runs ahead."""
        callers = Callers(self.hall.database)
        with httpx.Client(transport=InProcess(self.app), base_url="http://testserver") as http:
            return http.get(path, headers=callers.headers(role))

    def rows(self, role: Role = Role.IT) -> dict[tuple[str, str], dict[str, str]]:
        """The file of today: (kiosk, journey) -> column -> cell."""
        answer = self.ask(role, f"/availability/report.csv?first={TODAY}&last={TODAY}")
        assert answer.status_code == 200, answer.text
        table = csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff")), delimiter=";")
        return {(row["Quiosco"], row["Trámite"]): row for row in table}


@pytest.fixture(params=["sqlite", "postgresql"])
def district(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[District]:
    made = District(tmp_path, request.param)
    yield made
    made.close()


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Iterator[District]:
    """For what is the same on every database."""
    made = District(tmp_path, "sqlite")
    yield made
    made.close()


def a_day(district: District) -> None:
    """What happens, all at A01. The pause from one to two, and the night, count for nothing."""
    district.beat()
    district.pass_by(60)  # 10:00
    district.beat(why="no_device", printer="hardwareError")
    district.pass_by(20)
    district.beat()
    district.pass_by(40)  # 11:00
    district.beat(why="backend_away")
    district.pass_by(10)
    district.beat(why="cleaning")
    district.pass_by(5)
    district.beat()
    district.pass_by(95)  # 12:50
    district.silent()
    district.pass_by(75)  # 14:05, the pause in between
    district.beat()
    district.pass_by(55)  # 15:00
    it = Actor(SITE, "it", "rosa")
    district.hall.do(it, alerts.maintain, "A01", timedelta(minutes=30), "rollo")
    district.pass_by(10)
    district.beat(why="no_device", printer="offline")
    district.pass_by(10)
    district.beat()
    district.pass_by(100)  # 17:00, closed
    district.silent()
    district.pass_by(120)


DOWN = {"device": 20, "backend": 10, "staff": 5, "silent": 10 + 5}


def test_a_day_is_told_with_its_causes_in_opening_hours_only(district: District) -> None:
    a_day(district)
    row = district.rows()["A01", "Certificado"]
    assert int(row["No disponible (s)"]) == sum(DOWN.values()) * MINUTES
    assert int(row["Mantenimiento (s)"]) == 10 * MINUTES
    assert int(row["Disponible (s)"]) == (7 * 60 - sum(DOWN.values()) - 10) * MINUTES
    assert row["Sin datos (s)"] == "0"
    assert row["Causas (s)"] == (
        f"la central no responde {DOWN['backend'] * 60}, "
        f"dispositivo: printer {DOWN['device'] * 60}, "
        f"quiosco sin señal {DOWN['silent'] * 60}, "
        f"cerrado por el personal {DOWN['staff'] * 60}"
    )


def test_of_a_kiosk_that_never_spoke_nothing_is_known_and_the_site_is_what_the_other_is(
    on_sqlite: District,
) -> None:
    a_day(on_sqlite)
    rows = on_sqlite.rows()
    unknown = rows["A02", "Atiende al público"]
    assert (unknown["Sin datos (s)"], unknown["Disponibilidad (%)"]) == (str(7 * 3600), "")
    mine, site = (rows[who, "Atiende al público"] for who in ("A01", "Todo el módulo"))
    assert site["Disponible (s)"] == mine["Disponible (s)"]


def test_a_second_kiosk_that_serves_keeps_the_site_up(on_sqlite: District) -> None:
    on_sqlite.beat("A02")
    a_day(on_sqlite)
    site = on_sqlite.rows()["Todo el módulo", "Certificado"]
    assert (site["No disponible (s)"], site["Disponibilidad (%)"]) == ("0", "100.0")


def test_what_is_still_to_come_is_not_counted(on_sqlite: District) -> None:
    on_sqlite.beat()
    on_sqlite.pass_by(30)
    row = on_sqlite.rows()["A01", "Certificado"]
    assert (row["Disponible (s)"], row["Sin datos (s)"]) == ("1800", "0")


def test_while_the_server_was_away_nothing_that_needs_it_was_available(
    district: District,
) -> None:
    run, another = ServerRun(district.hall.database), ServerRun(district.hall.database)
    district.beat()
    for _ in range(40):
        run.turn()
        district.pass_by(0.25)
    district.pass_by(20)  # the jobs process is gone
    another.turn()
    row = district.rows()["A01", "Certificado"]
    assert int(row["No disponible (s)"]) == 20 * 60
    assert row["Causas (s)"] == f"servidor del módulo ausente {20 * 60}"


def test_a_machine_that_slept_was_away_though_its_process_lived(on_sqlite: District) -> None:
    run = ServerRun(on_sqlite.hall.database)
    run.turn()
    on_sqlite.pass_by(60)
    run.turn()
    since = on_sqlite.hall.clock.now() - timedelta(hours=2)
    found = on_sqlite.hall.look(lambda uow: server_runs.runs(uow, since))
    assert [each.seen_at - each.began_at for each in found] == [timedelta(), timedelta()]


def test_the_page_draws_each_day_and_tells_every_outage_in_words(district: District) -> None:
    a_day(district)
    answer = district.ask(
        Role.SUPERVISOR, f"/availability?first={TODAY}&last={TODAY}&of=A01&journey=certificate"
    )
    assert answer.status_code == 200
    page = answer.text
    assert "10:00–10:20 no disponible: dispositivo: printer" in page
    assert "15:10–15:20 mantenimiento" in page
    assert '<rect class="bar down"' in page
    assert "09:00" in page
    assert "style=" not in page
    assert "13:00–14:00" not in page, "the pause is no outage"


def test_of_days_to_come_nothing_is_told(on_sqlite: District) -> None:
    on_sqlite.beat()
    answer = on_sqlite.ask(Role.IT, "/availability?first=2026-03-11&last=2026-03-11")
    assert answer.status_code == 200
    assert '<rect class="bar down' not in answer.text.split('class="day"')[1]


def test_days_that_make_no_report_are_refused_with_what_to_do(on_sqlite: District) -> None:
    answer = on_sqlite.ask(Role.IT, "/availability?first=2026-01-01&last=2026-03-04")
    assert answer.status_code == 422
    assert "elija menos días" in answer.text
    file = on_sqlite.ask(Role.IT, "/availability/report.csv?first=2026-03-04&last=2026-03-01")
    assert file.status_code == 422


def test_an_unknown_kiosk_is_no_way_into_the_page(on_sqlite: District) -> None:
    words = "%3Cscript%3Ealert(1)%3C/script%3E"
    answer = on_sqlite.ask(Role.IT, f"/availability?of={words}&journey={words}")
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


def by_hand(district: District, hours: list[tuple[int, int]]) -> int:
    """Seconds in which A01 sold certificates, looking at every minute of the raw rows."""
    raw: Any = district.hall.look(
        lambda uow: availability_report.read_raw(uow, site_rules(uow, SITE), TODAY, TODAY)
    )
    past = next(each for each in raw.pasts if each.kiosk == "A01")
    count = 0
    for begins, ends in hours:
        for minute in range(begins, ends):
            at = raw.since + timedelta(minutes=minute)
            now = {
                (each.subject, each.name): each.good
                for each in past.states
                if each.since <= at and (each.until is None or at < each.until)
            }
            count += now.get(("kiosk", ""), False) and now.get(("journey", "certificate"), False)
    return count * 60


def test_it_is_recomputed_from_the_raw_rows(on_sqlite: District) -> None:
    a_day(on_sqlite)
    up = int(on_sqlite.rows()["A01", "Certificado"]["Disponible (s)"])
    assert up == by_hand(on_sqlite, [(9 * 60, 13 * 60), (14 * 60, 17 * 60)])


@pytest.mark.negative_control
def test_a_report_over_closed_hours_is_caught(
    on_sqlite: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(availability_report, "open_minutes", lambda *_: [(0, 24 * 60)])
    a_day(on_sqlite)
    row = on_sqlite.rows()["A01", "Certificado"]
    assert int(row["No disponible (s)"]) != sum(DOWN.values()) * MINUTES


def test_times_are_the_sites(on_sqlite: District) -> None:
    assert on_sqlite.hall.clock.now().astimezone(LIMA).hour == 9
    raw: Any = on_sqlite.hall.look(
        lambda uow: availability_report.read_raw(uow, site_rules(uow, SITE), TODAY, TODAY)
    )
    assert raw.since.astimezone(LIMA).hour == 0
