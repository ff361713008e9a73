"""The till: each piece is in the book exactly once, whatever the book does."""

from collections.abc import Callable

import pytest

from devices.cctalk.event_memory import EventMemory
from devices.cctalk.events import Event
from devices.cctalk.faults import BookFailed
from devices.cctalk.physical import Memory
from devices.cctalk.till import MOST_WAITING, Money, Till
from devices.kinds.cash_acceptor import Credit, Tally


class FakeBook:
    """A book in memory; `fail` is before or after it wrote, or `` for not at all."""

    def __init__(self) -> None:
        self.tallies: dict[str, Tally] = {}
        self.credits: list[Credit] = []
        self.fail = ""

    def tally(self, serial: str) -> Tally | None:
        if self.fail == "read":
            raise OSError("disk")
        return self.tallies.get(serial)

    def commit(self, serial: str, tally: Tally, credits: tuple[Credit, ...]) -> None:
        if self.fail == "before":
            raise OSError("disk full")
        self.tallies[serial] = tally
        self.credits += credits
        if self.fail == "after":
            raise OSError("disk went away")


def money_in(event: Event) -> Money | None:
    if event.a:
        return Money(f"coin {event.a}", event.a * 100 if event.a < 10 else None)
    return None


@pytest.fixture
def book() -> FakeBook:
    return FakeBook()


@pytest.fixture
def device() -> EventMemory:
    return EventMemory(Memory(None))


@pytest.fixture
def till(book: FakeBook, device: EventMemory) -> Till:
    made = Till(book, "coin-1", money_in)
    made.adopt(device.reading, device.accepted)
    made.open_session("S1")
    return made


def take(device: EventMemory, *positions: int) -> None:
    for position in positions:
        device.accept(position)
        device.add(position, 1)


def amounts(book: FakeBook) -> list[int]:
    return [credit.amount_centimos for credit in book.credits]


def test_counter_and_credits_go_into_the_book_together(
    till: Till, device: EventMemory, book: FakeBook
) -> None:
    take(device, 1, 5)
    heard = till.absorb(device.reading)
    assert [it.credit for it in heard] == book.credits
    assert book.credits == [
        Credit("coin-1", 1, 100, "coin 1", "S1"),
        Credit("coin-1", 2, 500, "coin 5", "S1"),
    ]
    assert book.tallies["coin-1"] == Tally(2, 2, "S1", 600)
    assert till.absorb(device.reading) == []
    assert till.missing(device.accepted) == 0


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_commit_that_failed_is_made_good_once_and_told_once(
    till: Till, device: EventMemory, book: FakeBook, moment: str
) -> None:
    book.fail = moment
    take(device, 1)
    with pytest.raises(BookFailed):
        till.absorb(device.reading)
    assert till.failed
    take(device, 2)
    with pytest.raises(BookFailed):
        till.absorb(device.reading)
    book.fail = ""
    heard = till.absorb(device.reading)
    assert amounts(book) == [100, 200]
    assert [it.credit for it in heard] == book.credits
    assert till.missing(device.accepted) == 0
    assert not till.failed


@pytest.mark.parametrize("moment", ["before", "after"])
def test_after_a_crash_the_buffer_says_what_the_book_lacks(
    till: Till, device: EventMemory, book: FakeBook, moment: str
) -> None:
    book.fail = moment
    take(device, 1, 2)
    with pytest.raises(BookFailed):
        till.absorb(device.reading)
    book.fail = ""
    Till(book, "coin-1", money_in).absorb(device.reading)
    assert amounts(book) == [100, 200]
    assert {credit.session for credit in book.credits} == {"S1"}


def test_a_book_that_only_reads_is_not_taken_for_well(till: Till, book: FakeBook) -> None:
    book.fail = "before"
    with pytest.raises(BookFailed):
        till.change(session="S2")
    with pytest.raises(BookFailed):
        till.absorb(EventMemory(Memory(None)).reading)
    assert till.failed
    assert till.tally.session == "S1"


def test_a_book_that_cannot_be_read_is_a_failure(book: FakeBook) -> None:
    book.fail = "read"
    with pytest.raises(BookFailed):
        Till(book, "coin-1", money_in)


def test_a_book_that_another_wrote_into_is_not_written_over(
    till: Till, device: EventMemory, book: FakeBook
) -> None:
    book.fail = "before"
    take(device, 1)
    with pytest.raises(BookFailed):
        till.absorb(device.reading)
    book.fail = ""
    book.tallies["coin-1"] = Tally(99)
    with pytest.raises(BookFailed, match="never wrote"):
        till.absorb(device.reading)


def test_more_events_than_the_buffer_holds_are_lost_and_stay_so_until_settled(
    till: Till, device: EventMemory, book: FakeBook
) -> None:
    take(device, 1, 1, 1, 1, 1, 1, 1)
    till.absorb(device.reading)
    assert amounts(book) == [100] * 5
    assert "2 events were overwritten" in book.tallies["coin-1"].events_lost
    again = Till(book, "coin-1", money_in)
    assert again.missing(device.accepted) == 2
    again.change(accepted=device.accepted, events_lost="")
    assert again.missing(device.accepted) == 0


def test_a_piece_taken_before_a_reset_nobody_saw_is_missing(
    till: Till, device: EventMemory
) -> None:
    take(device, 1)
    till.absorb(device.reading)
    take(device, 2)
    device.clear()
    till.absorb(device.reading)
    assert till.seen == 0
    assert till.missing(device.accepted) == 1


def test_a_reset_with_events_since_is_no_loss_where_the_count_agrees(
    till: Till, device: EventMemory, book: FakeBook
) -> None:
    take(device, 1, 2, 5)
    till.absorb(device.reading)
    device.clear()
    device.add(0, 2)
    take(device, 5)
    assert till.may_be_reset(device.reading)
    assert till.rewind(device.reading, device.accepted)
    heard = till.absorb(device.reading)
    assert [it.event.counter for it in heard] == [1, 2]
    assert amounts(book) == [100, 200, 500, 500]
    assert book.tallies["coin-1"] == Tally(2, 4, "S1", 1300)
    assert not till.may_be_reset(device.reading)


@pytest.mark.negative_control
@pytest.mark.parametrize("counts", [True, False])
def test_a_reset_that_hides_a_piece_or_cannot_be_proved_is_a_loss(
    till: Till, device: EventMemory, book: FakeBook, counts: bool
) -> None:
    take(device, 1, 2)
    till.absorb(device.reading)
    if counts:
        take(device, 5)  # nobody looks before the reset
    device.clear()
    device.add(0, 2)
    assert till.may_be_reset(device.reading)
    assert not till.rewind(device.reading, device.accepted if counts else None)
    till.absorb(device.reading)
    assert "overwritten" in book.tallies["coin-1"].events_lost
    assert amounts(book) == [100, 200]


def test_more_events_than_the_buffer_shows_are_never_called_a_reset(
    till: Till, device: EventMemory
) -> None:
    for _ in range(6):
        device.add(0, 2)
    assert not till.may_be_reset(device.reading)
    assert not till.rewind(device.reading, device.accepted)


def test_a_reset_while_the_book_fails_counts_what_waits_for_it(
    till: Till, device: EventMemory, book: FakeBook
) -> None:
    take(device, 1, 2, 5)
    book.fail = "after"
    with pytest.raises(BookFailed):
        till.absorb(device.reading)
    device.clear()
    device.add(0, 2)
    book.fail = ""
    assert till.rewind(device.reading, device.accepted)
    till.absorb(device.reading)
    assert amounts(book) == [100, 200, 500]
    assert book.tallies["coin-1"] == Tally(1, 3, "S1", 800)


def test_a_device_without_a_count_cannot_miss_anything(device: EventMemory) -> None:
    book = FakeBook()
    till = Till(book, "coin-1", money_in)
    till.adopt(device.reading, None)
    assert till.missing(None) is None
    assert till.missing(7) is None


def test_a_piece_of_unknown_value_is_no_credit_and_not_forgotten(
    till: Till, device: EventMemory, book: FakeBook
) -> None:
    take(device, 12)
    till.absorb(device.reading)
    assert book.credits == []
    assert book.tallies["coin-1"].events_lost == "a piece of unknown value was kept"
    assert till.missing(device.accepted) == 1


@pytest.mark.parametrize(
    ("happen", "suspicious"),
    [
        (lambda _device: None, False),
        (lambda device: device.add(0, 2), False),
        (lambda device: take(device, 1), True),
        (lambda device: [device.add(0, 2) for _ in range(6)], True),
    ],
)
def test_a_device_with_a_past_and_no_book_is_for_staff(
    device: EventMemory, book: FakeBook, happen: Callable[[EventMemory], object], suspicious: bool
) -> None:
    happen(device)
    till = Till(book, "coin-1", money_in)
    assert not till.is_known
    till.adopt(device.reading, device.accepted)
    assert till.is_known
    assert bool(book.tallies["coin-1"].events_lost) is suspicious
    assert book.credits == []


def test_what_waits_for_the_book_is_bounded_and_money_stays_longest(
    till: Till, device: EventMemory, book: FakeBook
) -> None:
    book.fail = "before"
    for _ in range(3):
        take(device, 1)
        with pytest.raises(BookFailed):
            till.absorb(device.reading)
    for _ in range(2 * MOST_WAITING):
        device.add(0, 2)
        with pytest.raises(BookFailed):
            till.absorb(device.reading)
    book.fail = ""
    till.absorb(device.reading)
    assert amounts(book) == [100, 100, 100]
    assert book.tallies["coin-1"].events_lost == ""


def test_money_outside_a_session_belongs_to_none(book: FakeBook, device: EventMemory) -> None:
    till = Till(book, "coin-1", money_in)
    till.adopt(device.reading, device.accepted)
    take(device, 1)
    till.absorb(device.reading)
    assert book.credits == [Credit("coin-1", 1, 100, "coin 1", "")]
    assert book.tallies["coin-1"].session_centimos == 0
