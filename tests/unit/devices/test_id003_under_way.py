"""What each state of a validator means for the note under way, and what the book keeps of it."""

from pathlib import Path

import pytest

from devices.id003.protocol import Note, State
from devices.id003.till import BookFailed, Till
from devices.id003.under_way import Seen, UnderWay, Unreadable, Verdict, judge, what_is_lost
from devices.kinds.cash_acceptor import Credit, Tally
from tests.support.credit_book import Book

TWENTY = Note("PEN20", 2000)
STACKING = UnderWay("stacking", TWENTY)
DOUBTFUL = UnderWay("doubtful", TWENTY)
BOOKED = UnderWay("booked", TWENTY)


def said(mark: UnderWay | None, state: State, seen: Seen | None = None) -> Verdict:
    return judge(mark, state, (seen or Seen()).after(state), same_note=True)


@pytest.mark.parametrize(
    ("mark", "verdict"),
    [
        (STACKING, Verdict.CREDIT),
        (DOUBTFUL, Verdict.CREDIT),
        (BOOKED, Verdict.ACKNOWLEDGE),
        (UnderWay("booked"), Verdict.ACKNOWLEDGE),
        (None, Verdict.LOST),
    ],
    ids=str,
)
def test_vend_valid_is_a_credit_exactly_once(mark: UnderWay | None, verdict: Verdict) -> None:
    assert said(mark, State.VEND_VALID) is verdict


@pytest.mark.parametrize("state", [State.IDLING, State.INHIBITED])
@pytest.mark.parametrize(
    ("mark", "seen", "verdict"),
    [
        (None, Seen(), Verdict.NOTHING),
        (STACKING, Seen(), Verdict.RETURNED),
        (STACKING, Seen(came_back=True), Verdict.RETURNED),
        (STACKING, Seen(went_in=True), Verdict.LOST),
        (DOUBTFUL, Seen(), Verdict.LOST),
        (DOUBTFUL, Seen(came_back=True), Verdict.RETURNED),
        (BOOKED, Seen(), Verdict.FORGET),
    ],
    ids=str,
)
def test_rest_ends_the_story_of_a_note(
    state: State, mark: UnderWay | None, seen: Seen, verdict: Verdict
) -> None:
    assert said(mark, state, seen) is verdict


@pytest.mark.parametrize(
    "state",
    [
        State.STACKED,
        State.POWER_UP,
        State.POWER_UP_IN_STACKER,
        State.STACKER_FULL,
        State.STACKER_OPEN,
        State.JAM_IN_ACCEPTOR,
        State.JAM_IN_STACKER,
        State.CHEATED,
        State.FAILURE,
        State.COMMUNICATION_ERROR,
    ],
)
def test_after_trouble_a_quiet_device_proves_nothing(state: State) -> None:
    assert said(STACKING, state) is Verdict.DOUBT
    assert said(DOUBTFUL, state) is Verdict.NOTHING
    assert said(BOOKED, state) is Verdict.NOTHING


def test_a_note_before_the_stacker_at_power_up_comes_back() -> None:
    assert said(STACKING, State.POWER_UP_IN_ACCEPTOR) is Verdict.NOTHING
    assert said(None, State.POWER_UP_IN_ACCEPTOR) is Verdict.NOTHING


def test_a_note_on_the_way_to_the_stacker_that_nobody_sent_is_missing() -> None:
    assert said(None, State.POWER_UP_IN_STACKER) is Verdict.LOST


def test_another_note_in_escrow_means_that_the_first_one_is_over() -> None:
    assert judge(STACKING, State.ESCROW, Seen(), same_note=False) is Verdict.RETURNED
    assert judge(DOUBTFUL, State.ESCROW, Seen(), same_note=False) is Verdict.LOST
    assert said(STACKING, State.ESCROW) is Verdict.NOTHING
    assert said(BOOKED, State.ESCROW) is Verdict.FORGET


def test_a_gap_in_the_answers_takes_away_the_good_news_only() -> None:
    assert Seen(came_back=True).after_gap() == Seen()
    assert Seen(went_in=True).after_gap() == Seen(went_in=True)
    assert Seen(went_in=True).after(State.RETURNING) == Seen(came_back=True)


@pytest.mark.parametrize("mark", [STACKING, DOUBTFUL, BOOKED, UnderWay("booked")], ids=str)
def test_a_mark_is_read_as_it_was_written(mark: UnderWay) -> None:
    assert UnderWay.from_text(mark.to_text()) == mark


@pytest.mark.parametrize(
    "text", ["stacking", "stacking x PEN20", "stacking 2000", "lost 1 a", "booked 1", " "]
)
def test_a_mark_of_another_hand_is_not_guessed_at(text: str) -> None:
    with pytest.raises(Unreadable):
        UnderWay.from_text(text)


def test_what_is_missing_is_told_with_its_number_and_value() -> None:
    assert what_is_lost(TWENTY, State.IDLING).startswith("1 note of S/ 20.00 was told to go")
    assert "power was lost" in what_is_lost(None, State.POWER_UP_IN_STACKER)
    assert "nobody told it to keep" in what_is_lost(None, State.VEND_VALID)


class Moody(Book):
    """A book that fails, before or after it wrote."""

    mood = ""

    def commit(self, serial: str, tally: Tally, credits: tuple[Credit, ...]) -> None:
        if self.mood == "before":
            raise OSError("disk full")
        super().commit(serial, tally, credits)
        if self.mood == "after":
            raise OSError("disk went away")


@pytest.fixture
def book(tmp_path: Path) -> Moody:
    return Moody(tmp_path / "book.db")


def test_credit_and_mark_are_one_transaction(book: Moody) -> None:
    till = Till(book, "bill-1")
    assert not till.is_known
    till.adopt(events_lost="")
    till.open_session("S1")
    till.mark(STACKING)
    credit = till.credit(TWENTY)
    assert credit == Credit("bill-1", 1, 2000, "PEN20", "S1")
    assert book.tally("bill-1") == Tally(1, None, "S1", 2000, "", "booked 2000 PEN20")
    assert Till(book, "bill-1").under_way == BOOKED


def test_money_of_no_session_is_nobodys_total(book: Moody) -> None:
    till = Till(book, "bill-1")
    till.adopt(events_lost="")
    till.mark(STACKING)
    assert till.credit(TWENTY).session == ""
    assert till.tally.session_centimos == 0


@pytest.mark.parametrize(("mood", "again"), [("before", 0), ("after", 1)])
def test_a_failed_commit_is_looked_up_before_anything_else_is_written(
    book: Moody, mood: str, again: int
) -> None:
    till = Till(book, "bill-1")
    till.adopt(events_lost="")
    till.mark(STACKING)
    book.mood = mood
    with pytest.raises(BookFailed):
        till.credit(TWENTY)
    book.mood = ""
    with pytest.raises(BookFailed, match="not known yet"):
        till.mark(None)
    found = till.recover()
    assert (found is not None) == bool(again)
    assert len(book.credits()) == again
    till.prove()
    assert till.under_way == (BOOKED if again else STACKING)


def test_a_book_that_another_wrote_meanwhile_is_not_believed(book: Moody) -> None:
    till = Till(book, "bill-1")
    till.adopt(events_lost="")
    book.mood = "before"
    with pytest.raises(BookFailed):
        till.mark(STACKING)
    book.mood = ""
    book.commit("bill-1", Tally(7), ())
    with pytest.raises(BookFailed, match="never wrote"):
        till.recover()


def test_an_unreadable_mark_stops_the_till(book: Moody) -> None:
    book.commit("bill-1", Tally(7, under_way="nonsense"), ())
    with pytest.raises(BookFailed):
        Till(book, "bill-1")
