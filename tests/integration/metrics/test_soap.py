"""Real calls to the centre, counted by the real server, kept when it is started again."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import httpx
import pytest

from queue_server.issuance.adapters.timed import TimedBackend
from queue_server.issuance.call_times.model import EDGES_S, CallOutcome, outcome_of, place_of
from queue_server.issuance.call_times.service import CallTimes
from queue_server.issuance.model import (
    Applicant,
    NotKnown,
    Refusal,
    Refused,
    Titular,
    TryLater,
    Unknown,
)
from queue_server.payments.model.day_books import TakingsNotTold
from queue_server.payments.model.vouchers import NotAnswered
from tests.integration.metrics.reading import values
from tests.support.centre import Centre, Mailbox, backend_toml, eventually, running
from tests.support.issuing import CLEAN, UNKNOWN, Desk
from tests.support.site import Site, running_site


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[tuple[Site, Centre]]:
    """A site whose web worker asks the centre; the mail server is configured and never needed."""
    centre, mailbox = Centre(tmp_path), Mailbox(tmp_path)
    with running(centre), running_site(tmp_path / "s", backend_toml(centre, mailbox)) as site:
        yield site, centre


def read(site: Site) -> dict[str, float]:
    return values(httpx.get(f"{site.url}/metrics", trust_env=False))


def test_what_a_worker_asked_is_counted_and_kept_over_its_end(
    asked: tuple[Site, Centre],
) -> None:
    site, centre = asked
    desk = Desk(site)
    eventually(lambda: read(site).get("backend_up") == 1)
    for document in (CLEAN, CLEAN, UNKNOWN):
        desk.check(document)
    site.processes[0].terminate()  # it writes what it counted before it ends
    site.processes[0].wait(timeout=20)
    site.fork("web")
    site.wait_ready()
    now = read(site)
    name = "soap_call_seconds_%s{operation=consultarTitular,outcome=%s}"
    counted = {outcome: now.get(name % ("count", outcome), 0) for outcome in map(str, CallOutcome)}
    assert sum(counted.values()) == 3
    assert counted["answered"] >= 2
    assert 0 < now[name % ("sum", "answered")] < 3 * 8
    centre.kill()
    eventually(lambda: read(site)["backend_up"] == 0)


class Slow:
    """A centre that answers after so many seconds of a clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.answer: Titular | Exception = TryLater("quota")

    def holder(self, applicant: Applicant) -> Titular:
        self.now += 3.0
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def clock(self) -> float:
        return self.now


def test_each_call_is_counted_with_its_outcome_and_its_time_whatever_becomes_of_it() -> None:
    slow, times = Slow(), CallTimes("PRUEBA")
    timed = TimedBackend(slow, times, slow.clock)  # type: ignore[arg-type]
    applicant = Applicant("01", "40100021", date(1980, 1, 1))
    assert timed.holder(applicant) == TryLater("quota")
    slow.answer = Unknown("timeout")
    timed.holder(applicant)
    slow.answer = RuntimeError("ours")
    with pytest.raises(RuntimeError):
        timed.holder(applicant)
    place = EDGES_S.index(4.0)
    assert times.take().held == {
        ("consultarTitular", outcome, place): (1, 3.0)
        for outcome in (CallOutcome.TRY_LATER, CallOutcome.UNKNOWN, CallOutcome.FAILED)
    }
    assert times.take().held == {}


def test_what_cannot_be_written_is_given_back() -> None:
    times = CallTimes("PRUEBA")
    times.count("validarPago", CallOutcome.ANSWERED, 0.1)
    taken = times.take()
    times.count("validarPago", CallOutcome.ANSWERED, 0.1)
    times.give_back(taken)
    assert sum(calls for calls, _ in times.take().held.values()) == 2


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Refused(next(iter(Refusal))), CallOutcome.REFUSED),
        (NotKnown(), CallOutcome.NOT_KNOWN),
        (TryLater("quota"), CallOutcome.TRY_LATER),
        (Unknown("timeout"), CallOutcome.UNKNOWN),
        (NotAnswered("timeout"), CallOutcome.UNKNOWN),
        (TakingsNotTold("timeout"), CallOutcome.UNKNOWN),
        (object(), CallOutcome.ANSWERED),
    ],
)
def test_every_answer_has_its_outcome(answer: object, outcome: CallOutcome) -> None:
    assert outcome_of(answer) is outcome


@pytest.mark.parametrize(("took", "place"), [(0.0, 0), (0.05, 0), (0.051, 1), (17.0, len(EDGES_S))])
def test_a_time_falls_under_the_edge_it_does_not_exceed(took: float, place: int) -> None:
    assert place_of(took) == place
