"""Somebody is told when the audit's head is not written down outside: late, or never at all."""

from datetime import timedelta

import pytest

from queue_server.core.audit_anchors import LATE, Anchors
from queue_server.fleet.adapters.alerts_file import load
from queue_server.fleet.services import alerting
from queue_server.fleet.services.alerting import Alerting, Probes
from tests.integration.privacy.conftest import Room
from tests.integration.privacy.people import noted


def told(room: Room) -> list[str]:
    """What stands after some minutes of looking."""
    looking = Alerting(room.database, load(), lambda _: ["PRUEBA"], Probes())
    found: list[str] = []
    for _ in range(30):
        changed = looking.look("PRUEBA")
        found += [f"{each.key[0]} {each.change}" for each in changed]
        room.clock.pass_by(seconds=5)
    return found


def test_an_anchor_that_does_not_come_any_more_is_told_and_its_coming_ends_it(room: Room) -> None:
    anchors = Anchors(room.database, room.site.folder / "anchors.log")
    noted(room.database)
    anchors.turn()
    assert told(room) == []
    room.clock.at += LATE
    noted(room.database)
    assert told(room) == ["audit_anchor opened"]
    anchors.turn()
    assert told(room) == ["audit_anchor resolved"]


def test_a_head_that_was_never_written_down_is_told(room: Room) -> None:
    noted(room.database)
    room.clock.at += LATE + timedelta(minutes=1)
    assert told(room) == ["audit_anchor opened"]


@pytest.mark.negative_control
def test_who_asks_only_for_the_last_anchor_hears_nothing_of_a_missing_one(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerting, "begun_at", lambda *_: None)
    noted(room.database)
    room.clock.at += LATE + timedelta(minutes=1)
    assert told(room) == []
