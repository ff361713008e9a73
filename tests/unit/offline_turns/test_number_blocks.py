"""Numbers lie ready while the server answers: how many, for which day, and what it is told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from kiosk.flow.events import Event, NumbersChanged, ServerLost
from kiosk.flow.states import State
from kiosk.journal import EffectState, Journal, load_key
from kiosk.journal.blocks import PaperState
from kiosk.number_blocks import MAX_SIZE, REFUSED_PAUSE_S, WRONG_DAY_PAUSE_S, NumberBlocks
from kiosk.queue_client import Answer, Away, Granted, Refused
from tests.support.flow import SEEN, SESSION, after

LIMA = timezone(timedelta(hours=-5))
MORNING = datetime(2026, 3, 4, 9, 0, tzinfo=LIMA)
SIZE = 20
Body = dict[str, Any]


@dataclass
class Office:
    """The queue server's part of this, in its own words; by its own clock."""

    now: datetime = MORNING
    given: int = 0
    answer: Callable[[str, Body], Answer | None] = lambda _path, _body: None
    asked: list[tuple[str, Body, UUID]] = field(default_factory=list)

    def put(self, path: str, body: Body, key: UUID, deadline_s: float) -> Answer:
        self.asked.append((path, body, key))
        return self.answer(path, body) or self._usual(path, body)

    def _usual(self, path: str, body: Body) -> Answer:
        if path != "/api/v1/blocks":
            return Granted({"tickets": [], "outcome": "none"})
        self.given += body["size"]
        midnight = datetime.combine(self.now.date() + timedelta(days=1), datetime.min.time(), LIMA)
        window = {"begins": self.now.replace(hour=0).isoformat(), "ends": midnight.isoformat()}
        return Granted(
            {
                "id": str(uuid4()),
                "service": body["service"],
                "series": "I",
                "day": self.now.date().isoformat(),
                "first": self.given - body["size"] + 1,
                "last": self.given,
                "reserved_at": self.now.astimezone(UTC).isoformat(),
                "expires_at": midnight.isoformat(),
                "windows": [window],
                "slips": {"general": [], "preferential": []},
            }
        )

    def sizes(self) -> list[int]:
        """How many numbers were asked for, each time."""
        return [body["size"] for path, body, _ in self.asked if path == "/api/v1/blocks"]


@dataclass
class Kiosk:
    """A kiosk's numbers, on a clock and in a world that the test moves."""

    journal: Journal
    office: Office = field(default_factory=Office)
    clock: datetime = MORNING
    seconds: float = 0.0
    state: State = field(default_factory=lambda: after(State(), SEEN))
    posted: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.blocks = NumberBlocks(
            self.journal,
            self.office,  # type: ignore[arg-type]
            lambda: self.state,
            self.posted.append,
            SIZE,
            clock=lambda: self.clock,
            monotonic=lambda: self.seconds,
        )

    def look(self) -> NumbersChanged | None:
        """One look; what it said last."""
        self.blocks.look()
        said = self.posted[-1] if self.posted else None
        assert said is None or isinstance(said, NumbersChanged)
        return said

    def held(self) -> bool:
        """Whether anything could be given out now."""
        said = self.look()
        return said is not None and any(each.left for each in said.numbers)

    def give(self, paper: PaperState = PaperState.PRINTED) -> int:
        """Somebody takes a number; this is known of their paper."""
        ticket = uuid4()
        taken = self.journal.blocks.take(ticket, "information", "general", None, self.clock)
        assert taken is not None
        self.journal.blocks.paper_is(str(ticket), paper)
        return taken[1]


@pytest.fixture
def kiosk(tmp_path: Path) -> Kiosk:
    return Kiosk(Journal(tmp_path / "j.db", load_key(tmp_path / "key")))


def test_numbers_of_every_turn_service_lie_ready_and_of_no_certificate(kiosk: Kiosk) -> None:
    said = kiosk.look()
    assert said is not None
    assert [each.service.code for each in said.numbers] == ["information"]
    assert kiosk.office.sizes() == [SIZE]
    kiosk.look()
    assert kiosk.office.sizes() == [SIZE], "enough lies ready"
    assert len(kiosk.posted) == 1, "said once"


def test_they_are_filled_up_when_half_of_them_is_gone(kiosk: Kiosk) -> None:
    kiosk.look()
    for _ in range(SIZE // 2):
        kiosk.give()
    kiosk.look()
    assert kiosk.office.sizes() == [SIZE]
    kiosk.give()
    kiosk.look()
    assert kiosk.office.sizes() == [SIZE, SIZE]


def test_a_busy_kiosk_keeps_two_hours_of_its_pace_ready(kiosk: Kiosk) -> None:
    for number in range(40):
        effect = uuid4()
        kiosk.journal.effects.intend(effect, SESSION, "issue_ticket", {})
        kiosk.journal.effects.settle(effect, EffectState.DONE, f"I-{number:03d}")
    kiosk.look()
    assert kiosk.office.sizes() == [MAX_SIZE]


def test_without_server_nobody_is_asked(kiosk: Kiosk) -> None:
    kiosk.state = after(kiosk.state, ServerLost())
    kiosk.look()
    assert kiosk.office.asked == []


def test_a_block_ends_at_midnight_and_the_new_day_gets_a_new_one(kiosk: Kiosk) -> None:
    assert kiosk.held()
    online, kiosk.state = kiosk.state, after(kiosk.state, ServerLost())
    kiosk.clock = kiosk.office.now = datetime(2026, 3, 5, 0, 0, tzinfo=LIMA)
    assert not kiosk.held(), "a number of yesterday is nobody's"
    kiosk.state = online
    assert kiosk.held()
    assert {block.day for block, _ in kiosk.journal.blocks.left(kiosk.clock)} == {date(2026, 3, 5)}


def test_a_clock_of_another_day_spends_no_numbers_over_and_over(kiosk: Kiosk) -> None:
    kiosk.clock = MORNING + timedelta(days=1)
    assert not kiosk.held()
    kiosk.seconds = WRONG_DAY_PAUSE_S - 1
    kiosk.look()
    assert kiosk.office.sizes() == [SIZE]
    kiosk.seconds = WRONG_DAY_PAUSE_S
    kiosk.look()
    assert kiosk.office.sizes() == [SIZE, SIZE]


def test_what_the_server_will_not_reserve_is_asked_for_again_after_a_while(kiosk: Kiosk) -> None:
    kiosk.office.answer = lambda *_: Refused(409, "quota_not_reserved", "")
    for kiosk.seconds in (0.0, REFUSED_PAUSE_S - 1, REFUSED_PAUSE_S):
        kiosk.look()
    assert len(kiosk.office.asked) == 2


def test_a_lost_answer_to_a_reservation_is_asked_for_under_the_same_key(kiosk: Kiosk) -> None:
    kiosk.office.answer = lambda *_: Away("ReadTimeout")
    kiosk.look()
    kiosk.office.answer = lambda *_: None
    kiosk.look()
    keys = [key for _, _, key in kiosk.office.asked]
    assert keys[0] == keys[1]


def test_numbers_are_told_in_the_order_in_which_they_were_given_out(kiosk: Kiosk) -> None:
    kiosk.look()
    given = [kiosk.give(), kiosk.give(), kiosk.give()]
    kiosk.give(PaperState.NOT_PRINTED)
    kiosk.office.asked.clear()
    kiosk.look()
    assert _told(kiosk.office) == given
    kiosk.office.asked.clear()
    kiosk.look()
    assert _told(kiosk.office) == [], "once"


def test_a_server_that_goes_while_it_is_told_hears_the_rest_later(kiosk: Kiosk) -> None:
    kiosk.look()
    first, second = kiosk.give(), kiosk.give()
    silent = [second]

    def answer(_path: str, body: Body) -> Answer | None:
        numbers = [each["number"] for each in body.get("tickets", [])]
        return Away("ConnectError") if numbers == silent else None

    kiosk.office.asked.clear()
    kiosk.office.answer = answer
    kiosk.look()
    silent.clear()
    kiosk.look()
    assert _told(kiosk.office) == [first, second, second]


def test_a_number_the_server_will_not_take_holds_up_nobody_behind_it(kiosk: Kiosk) -> None:
    kiosk.look()
    first, second = kiosk.give(), kiosk.give()
    kiosk.office.asked.clear()
    kiosk.office.answer = lambda _path, body: (
        Refused(409, "number_taken", "") if body["tickets"][0]["number"] == first else None
    )
    kiosk.look()
    kiosk.look()
    assert _told(kiosk.office) == [first, second]


def _told(office: Office) -> list[int]:
    rows = [body["tickets"] for path, body, _ in office.asked if path.endswith("/tickets")]
    return [each["number"] for row in rows for each in row]
