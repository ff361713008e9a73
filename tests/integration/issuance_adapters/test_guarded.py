"""The client behind its breaker: who is asked while the centre is away, and how it comes back.

Here the breaker's seconds are tenths; the promise of 5 s is kept by `test_backend_away`.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from uuid import uuid4

import pytest
import structlog

from kiosk.watch import OFFER_EVERY_S
from queue_server.core.breaker import Rules
from queue_server.issuance.adapters.guarded import (
    PROBE_EVERY_S,
    GuardedBackend,
    NoBackend,
    is_outage,
)
from queue_server.issuance.adapters.soap import BackendSettings, Credential, SoapBackend
from queue_server.issuance.model import (
    Document,
    Found,
    NotKnown,
    Refusal,
    Refused,
    TryLater,
    UnderReview,
    Unknown,
)
from queue_server.payments.model.vouchers import NotAnswered, NotVisible
from tests.integration.issuance_adapters.conftest import settings
from tests.integration.issuance_adapters.raw_server import Connection, RawServer, http
from tests.integration.issuance_adapters.replies import (
    GOOD,
    OURS,
    PAID,
    SERVES,
    VOUCHER,
    WHO,
    reply,
)
from tests.support.centre import eventually

TENTHS = Rules(within_s=1.0, pause_s=0.1, longest_pause_s=1.0, quiet_s=0.2)
PROBE_S = 0.1
SELDOM_S = 600.0
A_REQUEST_S = 0.5  # the kiosk's question for the offer, on a local network


class Centre:
    """Serves, hangs, or answers 503; counts the questions it was asked."""

    def __init__(self) -> None:
        self.mode = "serves"
        self.asked: list[str] = []
        self.replies = {each: reply(each, "0000", more) for each, more in GOOD.items()}
        self.server = RawServer(self._play)

    def _play(self, connection: Connection) -> None:
        while request := connection.request():
            operation = next(each for each in GOOD if f":{each}".encode() in request)
            self.asked.append(operation)
            if self.mode == "hangs":
                while self.mode == "hangs" and not connection.stop.wait(0.01):
                    pass
                return
            if self.mode == "down":
                connection.send(http(b"<html/>", "503 Service Unavailable", "text/html"))
            else:
                connection.send(http(self.replies[operation]))

    @property
    def questions(self) -> int:
        """Asked so far, probes apart."""
        return len(self.asked) - self.asked.count("estadoServicio")


@contextmanager
def guarded(
    centre: Centre, every_s: float, probe_s: float = PROBE_S, deadline_s: float = 5.0
) -> Iterator[GuardedBackend]:
    """A client of `centre` behind its breaker; `up` by the time it is yielded."""
    client = SoapBackend(replace(settings(centre.server.url, deadline_s), probe_s=probe_s))
    guard = GuardedBackend(client, TENTHS, every_s)
    guard.start()
    try:
        eventually(lambda: guard.up)
        yield guard
    finally:
        end(guard, client)


def end(guard: GuardedBackend, client: SoapBackend) -> None:
    """Stop, and leave no connection behind on which the centre would wait."""
    probes = guard._thread
    guard.stop()
    if probes is not None:
        probes.join(10)
    client.close()


@pytest.fixture
def centre() -> Iterator[Centre]:
    made = Centre()
    with made.server:
        yield made


def test_while_it_is_open_everybody_is_answered_and_nobody_is_asked(centre: Centre) -> None:
    with guarded(centre, SELDOM_S, probe_s=20.0) as guard:
        centre.mode = "down"
        for _ in range(TENTHS.calls):
            assert guard.available
            assert guard.holder(WHO) == Unknown("http_503")
        asked, nothing = len(centre.asked), TryLater("no_connection")
        assert (guard.up, guard.available) == (False, False)
        assert (guard.holder(WHO), guard.request(OURS, WHO, PAID)) == (nothing, nothing)
        assert (guard.inquire(OURS), guard.fetch("CAJ-0000001")) == (nothing, nothing)
        assert guard.validate(VOUCHER) == NotAnswered("no_connection")
        assert len(centre.asked) == asked


def test_what_a_centre_that_serves_says_is_no_outage(centre: Centre) -> None:
    with guarded(centre, SELDOM_S, probe_s=20.0) as guard:
        for code in ("0001", "0010", "0030", "0041", "9999") * 2:
            for operation in ("consultarTitular", "consultarSolicitud", "obtenerCertificado"):
                centre.replies[operation] = reply(operation, code)
            guard.holder(WHO)
            guard.inquire(OURS)
            guard.fetch("CAJ-0000001")
        centre.replies["obtenerCertificado"] = reply(
            "obtenerCertificado", "0000", GOOD["obtenerCertificado"].replace("<r:pdf>", "<r:pdf>A")
        )
        assert [guard.fetch("CAJ-0000001") for _ in range(4)] == [Unknown("digest")] * 4
        assert guard.up


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (TryLater("no_connection"), True),
        (TryLater("backend"), True),
        (Unknown("timeout"), True),
        (Unknown("http_502"), True),
        (NotAnswered("closed"), True),
        (TryLater("quota"), False),
        (TryLater("code_0050"), False),
        (Unknown("another_application"), False),
        (Unknown("code_0031"), False),
        (Unknown("wrong_signature"), False),
        (Refused(Refusal.CALLER_NOT_ALLOWED), False),
        (NotVisible(), False),
        (NotKnown(), False),
        (UnderReview(), False),
        (Document(b"", ""), False),
    ],
)
def test_an_outage_is_nobody_there_or_nobody_able_to_answer(answer: object, expected: bool) -> None:
    assert is_outage(answer) is expected


def refuse(centre: Centre) -> None:
    centre.server.__exit__()


WAYS: dict[str, Callable[[Centre], None]] = {
    "hangs": lambda centre: setattr(centre, "mode", "hangs"),
    "answers 503": lambda centre: setattr(centre, "mode", "down"),
    "says it is suspended": lambda centre: centre.replies.update(
        estadoServicio=reply("estadoServicio", "0000", SERVES.replace("OPERATIVO", "SUSPENDIDO"))
    ),
    "refuses our account": lambda centre: centre.replies.update(
        estadoServicio=reply("estadoServicio", "0011")
    ),
    "speaks another language": lambda centre: centre.replies.update(estadoServicio=b"<hola/>"),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_probe_alone_notices_and_restores(centre: Centre, way: str) -> None:
    with structlog.testing.capture_logs() as log, guarded(centre, PROBE_S) as guard:
        WAYS[way](centre)
        eventually(lambda: not guard.up)
        centre.mode = "serves"
        centre.replies["estadoServicio"] = reply("estadoServicio", "0000", SERVES)
        eventually(lambda: guard.up)
        assert isinstance(guard.holder(WHO), Found)
    told = [line["event"] for line in log if "why" not in line]
    away = "the centre is away: nothing is sold until it answers"
    assert told == ["the centre serves", away, "the centre serves"]
    reasons = [line["why"] for line in log if "why" in line]
    assert all(one != next_one for one, next_one in pairwise(reasons)), "said again and again"


def test_a_centre_that_is_gone_is_noticed(centre: Centre) -> None:
    with guarded(centre, PROBE_S) as guard:
        refuse(centre)
        eventually(lambda: not guard.up)
        assert guard.holder(WHO) == TryLater("no_connection")


def test_when_it_comes_back_one_call_goes_first_and_the_rest_after_it(centre: Centre) -> None:
    """A pause so long that only the call can close it."""
    rules = replace(TENTHS, quiet_s=SELDOM_S)
    client = SoapBackend(settings(centre.server.url))
    guard = GuardedBackend(client, rules, PROBE_S)
    centre.mode = "down"
    guard.start()
    eventually(lambda: not guard.available)
    centre.mode = "serves"
    eventually(lambda: guard.available)
    assert not guard.up
    answers: list[object] = []
    asked = centre.questions
    hold, held = _holding(centre, "consultarTitular")
    first = threading.Thread(daemon=True, target=lambda: answers.append(guard.holder(WHO)))
    first.start()
    assert held.wait(10)
    assert not guard.available
    assert guard.holder(WHO) == TryLater("no_connection")
    assert guard.inquire(uuid4()) == TryLater("no_connection")
    hold.set()
    first.join(10)
    assert isinstance(answers[0], Found)
    assert centre.questions == asked + 1
    assert guard.up
    assert isinstance(guard.holder(WHO), Found)
    end(guard, client)


def _holding(centre: Centre, operation: str) -> tuple[threading.Event, threading.Event]:
    """The next reply to `operation` waits for the first event; the second says that it waits."""
    hold, held = threading.Event(), threading.Event()
    text = centre.replies[operation]

    class Held(dict[str, bytes]):
        def __getitem__(self, asked: str) -> bytes:
            if asked == operation:
                held.set()
                hold.wait(10)
            return super().__getitem__(asked)

    centre.replies = Held(centre.replies | {operation: text})
    return hold, held


def test_a_mistake_of_ours_says_nothing_of_the_centre_and_is_not_swallowed(centre: Centre) -> None:
    with guarded(centre, SELDOM_S, probe_s=20.0) as guard:
        for _ in range(TENTHS.calls + 1):
            with pytest.raises(KeyError):
                guard.request(OURS, WHO, replace(PAID, means="shells"))
        assert guard.up
        assert guard.available


def test_without_its_probe_it_only_passes_calls_on(centre: Centre) -> None:
    centre.mode = "down"
    guard = GuardedBackend(SoapBackend(settings(centre.server.url)), TENTHS)
    for _ in range(TENTHS.calls + 2):
        assert guard.holder(WHO) == Unknown("http_503")
    assert (guard.up, guard.available) == (False, True)
    assert NoBackend().up is False


# --- the promise ----------------------------------------------------------------------------------
def known_within_s(given: BackendSettings, probe_s: float) -> float:
    """From the centre's end, just after a good probe, until the last kiosk has heard of it."""
    probes = Rules().probes
    last_probe_begins = PROBE_EVERY_S + (probes - 1) * max(PROBE_EVERY_S, probe_s)
    return last_probe_begins + probe_s + OFFER_EVERY_S + A_REQUEST_S


def test_a_kiosk_knows_within_five_seconds_that_a_centre_hangs() -> None:
    given = BackendSettings("http://127.0.0.1:1/", _nobody, "", "", "", "")
    assert known_within_s(given, given.probe_s) <= 5.0


def _nobody() -> Credential:
    raise AssertionError("not asked")


@pytest.mark.negative_control
def test_without_a_deadline_of_its_own_the_probe_notices_too_late(centre: Centre) -> None:
    given = BackendSettings("http://127.0.0.1:1/", _nobody, "", "", "", "")
    assert known_within_s(given, given.deadline_s) > 5.0
    with (
        guarded(centre, PROBE_S) as ours,
        guarded(centre, PROBE_S, probe_s=5.0) as patient,
    ):
        centre.mode = "hangs"
        eventually(lambda: not ours.up)
        assert patient.up, "then the deadline of its own is not needed"
        centre.mode = "serves"
