"""A relay that waits for the centre keeps its errand; one that was thought dead writes nothing."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import pytest
from sqlalchemy import select

from queue_server.core import outbox
from queue_server.core.db import Database
from queue_server.core.tables import outbox as rows
from queue_server.issuance.model import IssuanceBackend, PdfVerifier, TryLater
from queue_server.issuance.services import applications
from queue_server.issuance.services.at_the_centre import CentreErrands
from queue_server.issuance.services.relay import Relay
from tests.support.site import Kind, Site

ANSWERS_AFTER_S = 3.0


class SlowCentre:
    """Takes longer than a claim lasts, then asks for patience."""

    def __init__(self) -> None:
        self.asked = threading.Event()

    def inquire(self, _: UUID) -> TryLater:
        self.asked.set()
        time.sleep(ANSWERS_AFTER_S)
        return TryLater("busy")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Database]:
    kind: Kind = request.param
    monkeypatch.setattr(outbox, "LEASE", timedelta(seconds=1.5))
    monkeypatch.setattr(outbox, "RENEW_EVERY_S", 0.1)
    site = Site(tmp_path_factory.mktemp("site"), database=kind)
    database = site.database()
    yield database
    database.close()
    site.remove()


def taken_while_it_waits(database: Database) -> tuple[bool, str]:
    """Whether somebody else got the errand meanwhile, and the state it was left in."""
    subject = "00000000-0000-4000-8000-000000000001"
    database.run(lambda uow: outbox.post(uow, "PRUEBA", applications.FOLLOW, subject))
    centre = SlowCentre()
    errands = CentreErrands(
        database, cast("IssuanceBackend", centre), cast("PdfVerifier", None), link_days=1
    )
    relay = Relay(database, errands.carriers(), serves=lambda: True)
    turn = threading.Thread(daemon=True, target=relay.turn)
    turn.start()
    assert centre.asked.wait(10)
    taken: Any = None
    while turn.is_alive() and taken is None:
        taken = database.run(outbox.claim)
        time.sleep(0.02)
    turn.join(10)
    state = database.read(lambda uow: uow.connection.execute(select(rows.c.state)).scalar_one())
    return taken is not None, state


def test_a_slow_centre_costs_no_claim(database: Database) -> None:
    assert taken_while_it_waits(database) == (False, "waiting")


@pytest.mark.negative_control
def test_without_renewal_it_is_taken_over_and_the_first_writes_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "RENEW_EVERY_S", 60.0)
    assert taken_while_it_waits(database) == (True, "claimed")
