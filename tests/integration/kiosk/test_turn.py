"""A turn from the document's bytes to the paper's bytes, through the real server."""

from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from kiosk.flow.facts import PrintState, ReadProblem
from kiosk.flow.states import (
    ChooseService,
    OutOfService,
    ReadDocument,
    TakingTurn,
    TicketReady,
    Welcome,
)
from kiosk.flow.touches import Choose, Finish, Start
from kiosk.flow.world import Obstacle, Part
from queue_server.turns import tables
from tests.support.kiosk import JUAN, Bench, switched_on
from tests.support.site import Site, running_site

WRONG_DIGIT = (JUAN[0].replace("<7<", "<8<"), *JUAN[1:])


def ready(bench: Bench) -> None:
    bench.until(lambda state: isinstance(state.at, Welcome) and state.world.usable(Part.READER))
    bench.until(lambda state: state.world.part(Part.PRINTER).words != "noDevice")


def tickets(site: Site) -> int:
    database = site.database()
    try:
        count = select(func.count()).select_from(tables.tickets)
        return database.read(lambda uow: uow.connection.execute(count).scalar_one())
    finally:
        database.close()


def test_a_document_becomes_a_printed_turn(bench: Bench, site: Site) -> None:
    ready(bench)
    session = uuid4()
    bench.post(Start(session, preferential=True))
    bench.until_at(ReadDocument)
    bench.present(JUAN)
    at = bench.until_at(ChooseService)
    assert at.person.document is not None
    assert at.person.document.number == "10117410"
    bench.post(Choose("conduct"))
    at = bench.until_printed(TicketReady)
    (slip,) = bench.slips()
    assert at.ticket.number in slip
    assert "PREFERENCIAL" in slip
    assert at.ticket.slip[0].text in slip, "the server wrote it"
    assert "10117410" not in slip, "nothing on the paper identifies the person"
    kinds = [(entry.kind, entry.state) for entry in bench.live.journal.effects.entries(session)]
    assert kinds == [("issue_ticket", "done"), ("print_slip", "done")]
    bench.post(Finish())
    bench.until_at(Welcome)


def test_a_wrong_check_digit_is_asked_for_again_and_nothing_is_sent(
    bench: Bench, site: Site
) -> None:
    ready(bench)
    before, session = tickets(site), uuid4()
    bench.post(Start(session))
    bench.until_at(ReadDocument)
    bench.present(WRONG_DIGIT)
    at = bench.until_at(ReadDocument, lambda at: at.problem is not None)
    assert at.problem is ReadProblem.CHECK_DIGIT
    assert bench.live.journal.effects.entries(session) == []
    assert tickets(site) == before
    bench.present(JUAN)
    bench.until_at(ChooseService)


def test_without_paper_the_turn_exists_and_the_screen_shows_its_number(bench: Bench) -> None:
    ready(bench)
    bench.printer.obey("paper out")
    bench.until(lambda state: not state.world.usable(Part.PRINTER))
    bench.post(Start(uuid4()))
    bench.until_at(ReadDocument)
    bench.present(JUAN)
    bench.until_at(ChooseService)
    bench.post(Choose("release"))
    at = bench.until_at(TicketReady)
    assert at.print_state is PrintState.NOT_PRINTED
    assert bench.slips() == []


def test_a_printer_that_falls_silent_after_the_job_is_unknown_never_printed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.performers.printer.PRINT_DEADLINE_S", 4.0)
    ready(bench)
    bench.printer.obey("no_reply after_job")
    bench.post(Start(uuid4()))
    bench.until_at(ReadDocument)
    bench.present(JUAN)
    bench.until_at(ChooseService)
    bench.post(Choose("release"))
    at = bench.until_at(TicketReady, lambda at: at.print_state is not PrintState.PRINTING)
    assert at.print_state is PrintState.UNKNOWN


def test_a_server_that_dies_closes_the_kiosk_loses_nothing_and_its_return_opens_it(
    tmp_path: Path,
) -> None:
    with running_site(tmp_path / "site") as site, switched_on(Bench(tmp_path / "k", site)) as bench:
        ready(bench)
        bench.post(Start(uuid4()))
        bench.until_at(ReadDocument)
        bench.present(JUAN)
        bench.until_at(ChooseService)
        site.kill(site.processes.pop())
        bench.post(Choose("review"))  # asked for while nobody can answer
        bench.live.runner.drain(0.5)
        site.fork("web")
        asks_until_there_is_a_ticket(bench)
        assert tickets(site) == 1, "issued once, whatever the retries"
        bench.until_printed(TicketReady)
        bench.post(Finish())
        bench.until_at(Welcome)
        site.kill(site.processes.pop())
        assert bench.until_at(OutOfService) == OutOfService(Obstacle.SERVER_AWAY)
        site.fork("web")
        bench.until_at(Welcome)


def asks_until_there_is_a_ticket(bench: Bench) -> None:
    """The person touches the service again when the screen says that nobody answered."""
    for _ in range(5):
        state = bench.until(lambda now: not isinstance(now.at, TakingTurn))
        if isinstance(state.at, TicketReady):
            return
        bench.post(Choose("review"))
        bench.until(lambda now, was=state: now is not was)


@pytest.mark.negative_control
def test_without_the_same_key_on_retry_the_turn_would_be_doubled(bench: Bench, site: Site) -> None:
    """The broken variant mints a fresh key for every attempt; the count above catches it."""
    client = bench.live.client
    before = tickets(site)
    for key in (uuid4(), uuid4()):
        client.put("/api/v1/tickets", {"service": "review"}, key, 1.0)
    assert tickets(site) == before + 2
