"""How every machine stood: rows written when something changed, by the server's clock alone."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from devices.status import DeviceState
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.fleet.model.devices import DeviceReport
from queue_server.fleet.model.heartbeat import Heartbeat, Journey, Presence, Supply
from queue_server.fleet.model.history import Span, Subject, well_share
from queue_server.fleet.services import heartbeats, history, overview, watch
from queue_server.fleet.services.watch import SilenceWatch, judge
from queue_server.staff.model import Role
from queue_server.staff.services import credentials
from tests.support.hall import Hall
from tests.support.site import Kind

SITE, RUN = "PRUEBA", "6f1c0a52-5e0e-4d0f-9a39-1f6f2f0e7c11"


@pytest.fixture(params=["sqlite", "postgresql"])
def hall(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator["Fleet"]:
    made = Fleet(tmp_path, request.param)
    yield made
    made.hall.close()


class Fleet:
    """One kiosk of a real database, whose beats and whose watch a test moves by hand."""

    def __init__(self, folder: Path, kind: Kind) -> None:
        self.hall = Hall(folder, kind)
        self.clock = self.hall.clock
        self.running = 0.0
        self.watch = SilenceWatch(lambda: self.running)
        self.sequence = 0
        self.begun = self.clock.now()
        self.hall.database.run(
            lambda uow: credentials.create_credential(uow, self.hall.ana, Role.KIOSK, "A01")
        )

    def pass_by(self, seconds: float) -> None:
        """Time passes, and the watch looks every two seconds."""
        for _ in range(round(seconds / 2)):
            self.clock.pass_by(seconds=2)
            self.running += 2
            self.look()

    def look(self) -> list[str]:
        silent = self.hall.look(lambda uow: self.watch.look(uow, SITE))
        if not silent:
            return []
        return [each.kiosk for each in self.hall.database.run(lambda uow: judge(uow, SITE, silent))]

    def beat(
        self,
        device: DeviceState = DeviceState.ONLINE,
        paper: str = "full",
        obstacle: str = "",
        count: int | None = None,
    ) -> bool:
        self.sequence += 1
        report = DeviceReport(
            "printer", "receipt_printer", "escpos", device, {"paper": paper}, None, ""
        )
        beat = Heartbeat(
            RUN,
            self.sequence,
            "1",
            "Welcome",
            (report,),
            0,
            journeys=(Journey("certificate", obstacle),),
            supplies=(Supply("printer", "paper", "prints", count, 1000),),
        )
        return self.hall.do(self.hall.kiosk, heartbeats.record_heartbeat, beat).changed

    def spans(self, subject: Subject) -> list[tuple[str, float, float | None]]:
        """State, and when it began and ended in seconds of the test."""
        found = self.hall.look(lambda uow: history.spans(uow, SITE, self.begun))
        return [
            (each.fact.state, self._s(each.since), each.until and self._s(each.until))
            for each in found
            if each.fact.subject is subject
        ]

    def _s(self, instant: datetime) -> float:
        return (instant - self.begun).total_seconds()


def test_a_row_is_written_only_when_a_state_changes(hall: Fleet) -> None:
    hall.beat()
    for state in (DeviceState.ONLINE, DeviceState.OFFLINE, DeviceState.OFFLINE, DeviceState.ONLINE):
        hall.pass_by(10)
        hall.beat(state)
    told = [("online", 0, 20), ("offline", 20, 40), ("online", 40, None)]
    assert hall.spans(Subject.DEVICE) == told
    assert hall.spans(Subject.KIOSK) == [("online", 0, None)]


def test_a_journey_that_cannot_be_finished_has_its_time_and_its_reason(hall: Fleet) -> None:
    hall.beat()
    hall.pass_by(10)
    hall.beat(obstacle="no_way_to_pay")
    hall.pass_by(10)
    hall.beat(obstacle="backend_away")
    found = hall.hall.look(lambda uow: history.spans(uow, SITE, hall.begun))
    journeys = [each.fact for each in found if each.fact.subject is Subject.JOURNEY]
    assert [(each.state, each.why) for each in journeys] == [
        ("ready", ""),
        ("blocked", "no_way_to_pay"),
        ("blocked", "backend_away"),
    ]


def test_three_missed_in_a_row_are_offline_since_the_kiosk_was_last_heard(hall: Fleet) -> None:
    for _ in range(4):
        hall.beat()
        hall.pass_by(10)
    hall.beat()
    hall.pass_by(28)
    assert hall.spans(Subject.KIOSK) == [("online", 0, None)]
    hall.pass_by(4)
    assert hall.spans(Subject.KIOSK) == [("online", 0, 40), ("offline", 40, None)]
    view = hall.hall.look(lambda uow: overview.view(uow, SITE).kiosks[0])
    assert view.presence is Presence.OFFLINE
    hall.pass_by(60)
    assert hall.beat(), "that it is back is news"
    assert hall.spans(Subject.KIOSK)[-2:] == [("offline", 40, 132), ("online", 132, None)]


def test_what_the_server_slept_through_says_nothing_of_the_kiosks(hall: Fleet) -> None:
    hall.beat()
    hall.pass_by(30)
    hall.beat()
    hall.clock.pass_by(minutes=10)  # the server's machine was suspended, or its clock was set
    hall.running += 2
    assert hall.look() == []
    hall.pass_by(28)
    assert hall.spans(Subject.KIOSK)[-1][0] == "online"
    hall.pass_by(4)
    assert hall.spans(Subject.KIOSK)[-1][0] == "offline"


@pytest.mark.negative_control
def test_a_watch_that_trusts_every_clock_would_blame_the_kiosks(
    hall: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "TOLERANCE", timedelta(days=1))
    hall.beat()
    hall.pass_by(30)
    hall.beat()
    hall.clock.pass_by(minutes=10)
    hall.running += 2
    assert hall.look() == ["A01"]


def test_one_that_is_heard_while_it_is_judged_stays_online(hall: Fleet) -> None:
    hall.beat()
    hall.pass_by(28)
    hall.clock.pass_by(seconds=4)
    hall.running += 4
    silent = hall.hall.look(lambda uow: hall.watch.look(uow, SITE))
    assert [each.kiosk for each in silent] == ["A01"]
    hall.beat()
    assert hall.hall.database.run(lambda uow: judge(uow, SITE, silent)) == []
    assert hall.spans(Subject.KIOSK) == [("online", 0, None)]


def test_the_days_a_supply_will_do_come_from_its_use(hall: Fleet) -> None:
    def left() -> float | None:
        view = hall.hall.look(lambda uow: overview.view(uow, SITE).kiosks[0])
        return view.days_left.get(("printer", "paper"))

    hall.beat(count=900)
    hall.beat(count=850)
    assert left() is None, "there is no full day yet"
    hall.clock.pass_by(days=1)
    hall.beat(count=800)
    assert left() == pytest.approx(800 / 50)
    hall.clock.pass_by(days=1)
    hall.beat(count=1000)  # a new roll is no use
    assert left() == pytest.approx(1000 / 50)


def test_old_states_are_forgotten_and_what_holds_is_not(hall: Fleet) -> None:
    hall.beat()
    hall.beat(DeviceState.OFFLINE)
    hall.clock.pass_by(days=500)

    def forget(uow: UnitOfWork) -> int:
        return history.forget(uow, "PRUEBA", uow.now - history.KEPT)

    assert hall.hall.database.run(forget) == 1
    assert hall.spans(Subject.DEVICE) == [("offline", 0, None)]


def test_the_share_of_good_time_is_computed_from_the_rows(hall: Fleet) -> None:
    hall.beat()
    hall.pass_by(30)
    hall.beat(DeviceState.NO_DEVICE)
    hall.pass_by(10)
    hall.beat()
    found: list[Span] = hall.hall.look(lambda uow: history.spans(uow, SITE, hall.begun))
    devices = [each for each in found if each.fact.subject is Subject.DEVICE]
    assert well_share(devices, hall.begun, hall.clock.now()) == pytest.approx(0.75)
    assert well_share([], hall.begun, hall.clock.now()) is None
