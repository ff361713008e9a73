"""A site tells its hub everything once, whatever becomes of the line."""

import json
import threading
import time
from collections.abc import Callable, Iterable

import pytest

from queue_server.hub.wire import LARGEST_BATCH, BatchBody
from queue_server.hub_link.gathering import Batch, Gathering
from queue_server.hub_link.link import WITHIN_S, HubLink
from queue_server.hub_link.services import events
from tests.integration.hub_link.conftest import BOTH
from tests.support.hub import CLERK, Bench, Guillotine, StandInHub

# Of the bytes of an exchange: the batch has arrived, the answer not yet.
IN_THE_ANSWER = (0.9, 0.92, 0.94, 0.96, 0.98)


@BOTH
def test_everything_is_told_once(bench: Bench, hub: StandInHub) -> None:
    bench.happen(30)
    bench.turn_until_told()
    assert sorted(hub.events) == bench.ids()
    (state,) = hub.states
    assert state["monitor"]["server"]["site"] == "PRUEBA"
    assert state["about"] == {
        "name": state["about"]["name"],
        "region": "Lima",
        "zone": "America/Lima",
        "build": state["about"]["build"],
    }
    assert len(hub.days) == 1
    head = hub.batches[-1].head
    assert head is not None
    assert head.id == bench.ids()[-1]


@BOTH
def test_nothing_new_is_a_batch_of_next_to_nothing(bench: Bench, hub: StandInHub) -> None:
    bench.happen(3)
    bench.turn_until_told()
    before = len(hub.states), len(hub.batches)
    for _ in range(5):
        bench.later(10)
        assert not bench.link.turn()
    assert (len(hub.states), len(hub.batches) - before[1]) == (before[0], 5)
    assert max(hub.sizes[-5:]) < 500
    bench.later(300)
    bench.link.turn()
    assert len(hub.states) == before[0] + 1, "told again every five minutes"


def test_what_is_told_fits_the_words_of_the_wire(bench: Bench, hub: StandInHub) -> None:
    """The stand-in validates each batch; here the largest: all of it at once."""
    bench.happen(5)
    made = Gathering.batch(bench.link._gathering, 0, 1000)
    parsed = BatchBody.model_validate_json(made.content)
    assert [each.id for each in parsed.events] == bench.ids()
    assert parsed.state is not None
    assert len(made.content) < LARGEST_BATCH


@pytest.mark.parametrize("fault", ["lost", "cut", "garbage", 503, 429, 413])
def test_after_a_failure_it_goes_on_where_the_hub_stands(
    bench: Bench, hub: StandInHub, fault: int | str
) -> None:
    bench.happen(5)
    bench.turn_until_told()
    bench.happen(5)
    hub.faults.extend([fault, fault])  # a kept line is tried anew at once
    assert not bench.link.turn()
    assert not bench.link.turn(), "it waits a while"
    hub.faults.clear()
    bench.later(61)
    bench.turn_until_told()
    assert sorted(hub.events) == bench.ids()


def test_it_waits_longer_and_at_most_a_minute(bench: Bench, hub: StandInHub) -> None:
    """While the hub is away nothing but one request a turn is made."""
    hub.faults.extend([503] * 12)
    for _ in range(12):
        bench.link.turn()
        bench.later(30.1)
    bench.turn_until_told()
    assert hub.shown_tokens == 12 + 2


def test_two_weeks_offline_arrive_once(bench: Bench, hub: StandInHub) -> None:
    bench.happen(20)
    bench.turn_until_told()
    hub.faults.extend(["cut"] * 40)
    for _ in range(40):
        bench.link.turn()
        bench.later(61)
    bench.happen(2600)
    bench.turn_until_told()
    assert sorted(hub.events) == bench.ids()
    assert max(len(each.events) for each in hub.batches) <= 1000
    assert max(hub.sizes) < LARGEST_BATCH
    seen = [event.id for each in hub.batches for event in each.events]
    assert len(seen) == len(set(seen)), "nothing was even sent twice"


def test_a_line_cut_at_every_point_loses_and_doubles_nothing(bench: Bench, hub: StandInHub) -> None:
    assert cut_at(bench, hub, HubLink, [each / 25 for each in range(25)]) == (0, 0)
    assert cut_at(bench, hub, HubLink, IN_THE_ANSWER) == (0, 0)


@pytest.mark.thorough
@pytest.mark.timeout(300)
def test_a_line_cut_at_a_thousand_points_loses_and_doubles_nothing(
    bench: Bench, hub: StandInHub
) -> None:
    assert cut_at(bench, hub, HubLink, [each / 1000 for each in range(1000)]) == (0, 0)


@pytest.mark.negative_control
def test_a_site_that_believes_what_it_sent_is_caught(bench: Bench, hub: StandInHub) -> None:
    """It goes on after what it sent last, whether the hub has it or not."""

    class Credulous(Gathering):
        sent = 0

        def batch(self, after: int | None, most_events: int) -> Batch:
            made = super().batch(None if after is None else max(after, self.sent), most_events)
            self.sent = max(self.sent, made.events.last)
            return made

    class CredulousLink(HubLink):
        def __init__(self, *given: object, **words: object) -> None:
            super().__init__(*given, **words)  # pyright: ignore[reportArgumentType]
            self._gathering.__class__ = Credulous

    lost, _ = cut_at(bench, hub, CredulousLink, [0.1, 0.5, 0.9])
    assert lost > 0


@pytest.mark.negative_control
def test_a_hub_that_takes_whatever_comes_is_caught(
    bench: Bench, hub: StandInHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What these cuts would double where ids were not looked at."""
    taken: list[int] = []
    real = StandInHub._taken

    def careless(self: StandInHub, batch: BatchBody, size: int) -> bytes:
        taken.extend(each.id for each in batch.events)
        return real(self, batch, size)

    monkeypatch.setattr(StandInHub, "_taken", careless)
    cut_at(bench, hub, HubLink, IN_THE_ANSWER)
    assert len(taken) > len(set(taken)), "no answer was lost after it was taken"


def cut_at(
    bench: Bench, hub: StandInHub, link: Callable[..., HubLink], shares: Iterable[float]
) -> tuple[int, int]:
    """Two things happen, the line is cut once such a share of the bytes of an exchange went over
    it (handshake, batch, answer), it comes back; again and again. How many events are missing at
    the hub, and how many more it has."""
    line, cuts = Guillotine(hub.port), 0
    try:
        bench.link = bench.new_link(line.url, link)
        bench.turn_until_told()
        whole = exchanged(bench, line, None)
        for share in shares:
            exchanged(bench, line, int(whole * share))
            cuts += 1
            bench.later(61)
            bench.turn_until_told()
    finally:
        line.close()
    assert line.cuts >= cuts * 0.8
    here, there = bench.ids(), sorted(hub.events)
    return len(set(here) - set(there)), len(there) - len(set(there) & set(here))


def exchanged(bench: Bench, line: Guillotine, left: int | None) -> int:
    """How many bytes one turn over a fresh connection takes; it is cut after `left`."""
    bench.happen(2)
    bench.link._line._hang_up()  # pyright: ignore[reportOptionalMemberAccess]
    line.left, line.passed = left, 0
    bench.link.turn()
    line.left = None
    return line.passed


def test_a_large_event_goes_alone_and_a_monster_without_its_body(
    bench: Bench, hub: StandInHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "MOST_BYTES", 3000)
    monkeypatch.setattr(events, "LARGEST_EVENT", 2500)
    big, monster = "x" * 2000, "x" * 4000
    for words in (big, big, monster, "small"):
        bench.database.run(lambda uow, w=words: uow.record(CLERK, "test.large", words=w))
    bench.turn_until_told()
    assert sorted(hub.events) == bench.ids()
    bodies = [each["body"] for each in hub.events.values()]
    assert bodies[-2]["left_out_characters"] > 4000
    assert all(size < 20_000 for size in hub.sizes)


def test_ids_that_jump_after_a_restore_are_told(bench: Bench, hub: StandInHub) -> None:
    bench.happen(3)
    bench.turn_until_told()
    bench.database.run(
        lambda uow: uow.connection.exec_driver_sql(
            "UPDATE event_counters SET last_id = last_id + 1000000"
        )
    )
    bench.happen(2)
    bench.turn_until_told()
    assert sorted(hub.events) == bench.ids()
    assert max(hub.events) > 1_000_000


def test_a_hub_that_goes_on_from_an_older_copy_is_told_again(bench: Bench, hub: StandInHub) -> None:
    bench.happen(10)
    bench.turn_until_told()
    hub.events = {key: event for key, event in hub.events.items() if key <= 4}
    hub.last_event, hub.state_digest, hub.days = 4, "", {}
    bench.later(11)
    bench.turn_until_told()
    bench.later(61)
    bench.turn_until_told()
    assert sorted(hub.events) == bench.ids()
    assert len(hub.states) == 2
    assert len(hub.days) == 1


def test_a_slow_line_is_told_less_at_once(
    bench: Bench, hub: StandInHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What does not get through in time is told in smaller pieces, until it does."""
    bench.happen(400)
    monkeypatch.setattr("queue_server.hub_link.link.WITHIN_S", 0.2)
    real = StandInHub.answer

    def slow(self: StandInHub, path: str, token: str, content: bytes) -> tuple[int, bytes] | None:
        if len(json.loads(content)["events"]) > 100:
            time.sleep(0.3)
            return None
        return real(self, path, token, content)

    monkeypatch.setattr(StandInHub, "answer", slow)
    for _ in range(8):
        bench.link.turn()
        bench.later(61)
    monkeypatch.setattr(StandInHub, "answer", real)
    monkeypatch.setattr("queue_server.hub_link.link.WITHIN_S", WITHIN_S)
    bench.turn_until_told()
    assert sorted(hub.events) == bench.ids()


def test_who_ends_does_not_wait_for_the_hub(bench: Bench, hub: StandInHub) -> None:
    """The jobs process ends while a request is under way and the hub says nothing."""
    arrived, released = threading.Event(), threading.Event()

    def silent(path: str, token: str, content: bytes) -> None:
        arrived.set()
        released.wait(20)

    hub.answer = silent  # pyright: ignore[reportAttributeAccessIssue]
    thread = threading.Thread(target=bench.link.turn)
    thread.start()
    assert arrived.wait(10)
    began = time.monotonic()
    bench.link.stop()
    thread.join(10)
    took = time.monotonic() - began
    released.set()
    assert took < 2
    assert not thread.is_alive()


def test_a_day_that_changed_is_told_again(bench: Bench, hub: StandInHub) -> None:
    bench.happen(1)
    bench.turn_until_told()
    (day,) = hub.days
    assert hub.days[day].tickets == 0
    bench.database.run(
        lambda uow: uow.connection.exec_driver_sql(
            "INSERT INTO report_certificates VALUES"
            f" ('PRUEBA', 'a-1', 'kiosk:K01', '{day}'), ('PRUEBA', 'a-2', 'counter:ana', '{day}')"
        )
    )
    bench.later(30)
    bench.turn_until_told()
    assert hub.days[day].certificates_kiosk == 0, "today is looked at once a minute"
    bench.later(61)
    bench.turn_until_told()
    assert (hub.days[day].certificates_kiosk, hub.days[day].certificates_window) == (1, 1)
