"""What `/metrics` says is what stands in the database, on both of them."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from devices.status import DeviceState
from queue_server.config import ServerConfig
from queue_server.core.audit_state import anchored
from queue_server.core.audit_walk import Anchor
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.fleet.model.devices import DeviceReport
from queue_server.fleet.model.heartbeat import Heartbeat, Journey, Supply, Vitals
from queue_server.fleet.services import alerts, heartbeats
from queue_server.fleet.services.alerting import Alerting
from queue_server.issuance.call_times import service as call_times
from queue_server.issuance.call_times.model import CallOutcome
from queue_server.issuance.call_times.service import CallTimes
from queue_server.reports.services import day_times
from queue_server.reports.services.catch_up import catch_up
from queue_server.staff.model import Role
from queue_server.staff.services import credentials
from queue_server.turns.model.ticket import AttentionClass
from queue_server.turns.services.site import load_site
from queue_server.turns.services.undo import undo
from queue_server.web.app import build_app
from tests.integration.metrics.reading import BEARER, TOKEN, families, values
from tests.support.asgi import InProcess
from tests.support.callers import Callers
from tests.support.hall import Hall

SITE = "PRUEBA"


class Watched:
    """A site whose machines and people a test moves, and its figures."""

    def __init__(self, folder: Path, kind: "str") -> None:
        self.hall = Hall(folder, "postgresql" if kind == "postgresql" else "sqlite")
        config = ServerConfig(site=SITE, plain_http=True, metrics_token=TOKEN)
        self.app = build_app(config, self.hall.database, None)
        self.http = httpx.Client(
            transport=InProcess(self.app), base_url="http://testserver", headers=BEARER
        )
        self.sequence = 0
        for name in ("A01", "A02"):
            self.hall.database.run(
                lambda uow, name=name: credentials.create_credential(
                    uow, self.hall.ana, Role.KIOSK, name
                )
            )

    def close(self) -> None:
        self.http.close()
        self.app.state.passwords.close()
        self.hall.close()

    def read(self) -> dict[str, float]:
        return values(self.http.get("/metrics"))

    def beat(self, device: DeviceState = DeviceState.ONLINE, count: int = 400) -> None:
        self.sequence += 1
        printer = DeviceReport(
            "printer", "receipt_printer", "escpos", device, {"paper": "low"}, None, ""
        )
        said = Heartbeat(
            "b1",
            self.sequence,
            "0.1.0",
            "Welcome",
            (printer,),
            2,
            oldest_unsent_s=40,
            journeys=(Journey("certificate", ""), Journey("turn:information", "server_away")),
            supplies=(Supply("printer", "paper", "prints", count, 1000),),
            vitals=Vitals(51.5, 900, 42, -1500),
        )
        kiosk = Actor(SITE, "kiosk", "A01")
        self.hall.do(kiosk, heartbeats.record_heartbeat, said)

    def catch_up(self) -> None:
        while self.hall.database.run(lambda uow: catch_up(uow, SITE, "America/Lima")):
            pass


@pytest.fixture(params=["sqlite", "postgresql"])
def watched(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Watched]:
    made = Watched(tmp_path, request.param)
    yield made
    made.close()


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Iterator[Watched]:
    """For what is the same on every database."""
    made = Watched(tmp_path, "sqlite")
    yield made
    made.close()


def test_a_kiosk_and_its_devices_are_told(watched: Watched) -> None:
    watched.beat(DeviceState.HARDWARE_ERROR)
    watched.hall.clock.pass_by(seconds=7)
    now = watched.read()
    assert (now["kiosks"], now["kiosks_serving"]) == (2, 1)
    assert (now["kiosk_up{kiosk=A01}"], now["kiosk_up{kiosk=A02}"]) == (1, 0)
    assert now["kiosk_heartbeat_age_seconds{kiosk=A01}"] == pytest.approx(7)
    assert "kiosk_heartbeat_age_seconds{kiosk=A02}" not in now
    state = "device_state{kiosk=A01,device=printer,kind=receipt_printer,state=%s}"
    assert [each for each in DeviceState if now[state % each]] == [DeviceState.HARDWARE_ERROR]
    assert now["device_part{kiosk=A01,device=printer,part=paper,word=low}"] == 1
    assert now["supply_left{kiosk=A01,device=printer,supply=paper}"] == 400
    assert now["supply_capacity{kiosk=A01,device=printer,supply=paper}"] == 1000
    assert now["journey_ready{kiosk=A01,journey=certificate}"] == 1
    assert now["journey_ready{kiosk=A01,journey=turn:information}"] == 0
    assert now["kiosk_build_info{kiosk=A01,version=0.1.0}"] == 1
    assert (now["kiosk_unsent{kiosk=A01}"], now["kiosk_oldest_unsent_seconds{kiosk=A01}"]) == (
        2,
        40,
    )
    assert now["kiosk_temperature_celsius{kiosk=A01}"] == 51.5
    assert now["kiosk_disk_free_ratio{kiosk=A01}"] == pytest.approx(0.42)
    assert now["kiosk_clock_offset_seconds{kiosk=A01}"] == -1.5


def test_a_kiosk_that_fell_silent_serves_nobody(on_sqlite: Watched) -> None:
    on_sqlite.beat()
    on_sqlite.hall.clock.pass_by(seconds=31)
    now = on_sqlite.read()
    assert (now["kiosk_up{kiosk=A01}"], now["kiosks_serving"]) == (0, 0)
    assert now["journey_ready{kiosk=A01,journey=certificate}"] == 0
    assert not [each for each in now if each.startswith("device_state")]


def test_people_in_line_and_how_long_they_waited(watched: Watched) -> None:
    hall = watched.hall
    hall.issue_many(AttentionClass.GENERAL, AttentionClass.GENERAL, AttentionClass.PREFERENTIAL)
    now = watched.read()
    assert now["queue_waiting{service=information,class=general}"] == 2
    assert now["queue_waiting{service=information,class=preferential}"] == 1
    assert now["queue_waiting{service=review,class=general}"] == 0
    first = hall.called()  # the preferential one, after a minute
    hall.clock.pass_by(minutes=4)
    hall.finish(first)
    hall.finish(hall.called())  # the first to come, after seven
    watched.catch_up()
    count = "wait_seconds_count{service=information,class=%s}"
    assert count % "general" not in watched.read(), "a call may be undone for a minute"
    hall.clock.pass_by(minutes=3)
    now = watched.read()
    assert (now[count % "general"], now[count % "preferential"]) == (1, 1)
    assert now["wait_seconds_sum{service=information,class=preferential}"] == 60
    assert now["wait_seconds_sum{service=information,class=general}"] == 420
    bucket = "wait_seconds_bucket{service=information,class=general,le=%s}"
    assert [now[bucket % le] for le in ("300", "600", "+Inf")] == [0, 1, 1]
    assert now["service_seconds_sum{service=information,class=preferential}"] == 240


def counted_over_an_undone_call(watched: Watched) -> list[float]:
    """How many waits were told after a call, once it was taken back, and five minutes later."""
    hall, told = watched.hall, []
    count = "wait_seconds_count{service=information,class=general}"
    hall.issue()
    hall.clock.pass_by(minutes=1)
    ticket = hall.called()
    watched.catch_up()
    told.append(watched.read().get(count, 0))
    hall.clock.pass_by(seconds=50)
    hall.do(hall.ana, undo, ticket.id)
    watched.catch_up()
    told.append(watched.read().get(count, 0))
    hall.called()
    hall.clock.pass_by(minutes=5)
    watched.catch_up()
    return [*told, watched.read().get(count, 0)]


def test_a_call_that_is_taken_back_makes_no_count_fall(on_sqlite: Watched) -> None:
    told = counted_over_an_undone_call(on_sqlite)
    assert told == sorted(told) == [0, 0, 1]


@pytest.mark.negative_control
def test_a_count_of_calls_that_may_still_be_undone_is_caught(
    on_sqlite: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(day_times, "SETTLED_AFTER", timedelta())
    told = counted_over_an_undone_call(on_sqlite)
    assert told != sorted(told)


def test_a_monitoring_system_reads_every_site_and_staff_their_own(on_sqlite: Watched) -> None:
    rows = {"name": "Otro", "zone": "America/Lima", "services": [], "counters": []}
    on_sqlite.hall.do(Actor("OTRO", "operator", "test"), load_site, rows)

    def sites(headers: dict[str, str]) -> set[str]:
        answer = on_sqlite.http.get("/metrics", headers=headers)
        return {each.labels["site"] for family in families(answer) for each in family.samples}

    assert sites(BEARER) == {SITE, "OTRO"}
    it = Callers(on_sqlite.hall.database).headers(Role.IT)
    on_sqlite.http.headers.pop("Authorization")
    assert sites(it) == {SITE}


def test_the_centres_answers_are_summed_up_and_outlive_the_process(watched: Watched) -> None:
    times = CallTimes(SITE)
    for took in (0.03, 0.3, 20.0):
        times.count("consultarTitular", CallOutcome.ANSWERED, took)
    times.count("solicitarCertificado", CallOutcome.UNKNOWN, 8.2)
    call_times.keep(watched.hall.database, times)
    again = CallTimes(SITE)  # as a process that was started again
    again.count("consultarTitular", CallOutcome.ANSWERED, 0.04)
    call_times.keep(watched.hall.database, again)
    assert not call_times.keep(watched.hall.database, again), "nothing is counted twice"
    now = watched.read()
    of = "operation=consultarTitular,outcome=answered"
    assert now[f"soap_call_seconds_count{{{of}}}"] == 4
    assert now[f"soap_call_seconds_sum{{{of}}}"] == pytest.approx(20.37)
    edges = ("0.05", "0.25", "0.5", "16", "+Inf")
    assert [now[f"soap_call_seconds_bucket{{{of},le={le}}}"] for le in edges] == [2, 2, 3, 3, 4]
    lost = "operation=solicitarCertificado,outcome=unknown"
    assert now[f"soap_call_seconds_count{{{lost}}}"] == 1


def test_alerts_that_are_open_are_told_by_rule_and_the_rest_are_zero(on_sqlite: Watched) -> None:
    alerting = Alerting(on_sqlite.hall.database, on_sqlite.app.state.alert_rules, lambda _: [SITE])
    for _ in range(8):
        on_sqlite.beat(DeviceState.HARDWARE_ERROR)
        alerting.look(SITE)
        on_sqlite.hall.clock.pass_by(seconds=10)
    now = on_sqlite.read()
    assert now["alerts_firing{rule=device_down,severity=critical}"] == 1
    assert now["alerts_firing{rule=paper_low,severity=warning}"] == 1
    assert now["alerts_firing{rule=kiosk_offline,severity=critical}"] == 0


def test_the_site_itself_is_told(watched: Watched) -> None:
    hall = watched.hall
    now = watched.read()
    assert now["watchdog"] == 1
    assert [each for each in now if each.startswith("build_info{version=")]
    assert now["database_bytes"] > 100_000
    assert "backend_up" not in now, "there is no centre here"
    assert "audit_anchor_age_seconds" not in now
    assert "certificate_expiry_timestamp_seconds" not in now

    def anchor(uow: UnitOfWork) -> None:
        anchored(uow, Anchor(SITE, 1, bytes(32)), uow.now - timedelta(minutes=9))

    hall.database.run(anchor)
    events = now["events_total"]
    hall.issue()
    hall.do(Actor(SITE, "it", "rosa"), alerts.maintain, "A01", timedelta(hours=1), "papel")
    now = watched.read()
    assert now["audit_anchor_age_seconds"] == pytest.approx(540)
    assert now["events_total"] == events + 2
    assert (now["kiosk_maintained{kiosk=A01}"], now["kiosk_maintained{kiosk=A02}"]) == (1, 0)


def test_nothing_of_a_person_or_a_ticket_is_in_it(on_sqlite: Watched) -> None:
    ticket = on_sqlite.hall.issue()
    on_sqlite.hall.called()
    on_sqlite.catch_up()
    text = on_sqlite.http.get("/metrics").text
    assert ticket.id not in text
    assert ticket.visit not in text
    assert ticket.label not in text
