"""Whatever happens in whatever order, the flow keeps its promises."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.flow.effects import (
    CallStaff,
    ChargeCard,
    Effect,
    ForgetPerson,
    SendAgain,
    ShowWalletCode,
    StopPaying,
    TakeCash,
)
from kiosk.flow.events import (
    ApplicantChecked,
    ApplicantRefused,
    ApplicationFound,
    ApplicationSettled,
    ApplicationsFollowed,
    CashCounted,
    CashSeen,
    Charged,
    ChargeUnknown,
    ClaimFollowed,
    DocumentProblem,
    DocumentTaken,
    EmailChanged,
    EmailNotChanged,
    Event,
    FollowRefused,
    HelpHeard,
    IdleExpired,
    JournalChanged,
    MoneyOwed,
    NotCharged,
    NothingToSend,
    NumbersChanged,
    NumberTaken,
    OrderRegistered,
    PartChanged,
    SentAgain,
    ServerLost,
    SlipPrinted,
    TicketIssued,
    TicketRefused,
    TicketUnanswered,
    VoucherRefused,
    VoucherTaken,
    VoucherWaits,
    WalletShown,
)
from kiosk.flow.facts import (
    EmailProblem,
    Found,
    HelpState,
    NotCorrected,
    NotPaid,
    NotPossible,
    Offer,
    Outcome,
    Owed,
    PrintState,
    ReadProblem,
    Standing,
    Ticket,
    VoucherProblem,
)
from kiosk.flow.follow.states import ClaimStory, Followed, FollowedClaim, NotFollowed, Story
from kiosk.flow.guide.states import Topic
from kiosk.flow.person import AttentionClass, Document
from kiosk.flow.slip import SlipLine
from kiosk.flow.states import (
    At,
    HoldsClaim,
    OutOfService,
    PayingByCard,
    PayingByCash,
    PayingByWallet,
    PaymentUnknown,
    State,
    Welcome,
    Working,
)
from kiosk.flow.step import Step, is_busy, step
from kiosk.flow.touches import (
    Accept,
    AlreadyApplied,
    Back,
    CallHelp,
    Cancel,
    Choose,
    ChoseDocument,
    Complain,
    Confirm,
    CorrectEmail,
    Finish,
    GaveDay,
    GaveEmail,
    GaveNumber,
    GaveSequence,
    GoOn,
    HasNoEmail,
    NextOne,
    NotMe,
    OpenGuide,
    OtherDay,
    Pay,
    PayOtherwise,
    Prefer,
    SeeApplication,
    SeeClaim,
    SeeServices,
    SeeTopic,
    SendMeAgain,
    Start,
    TakeTurn,
    TryAgain,
    TypedDay,
    TypedText,
    TypeInstead,
    TypeNumberInstead,
    UseVoucher,
)
from kiosk.flow.turn import person_of
from kiosk.flow.world import Held, Part, World, gives_turns
from kiosk.order import Means
from tests.support.flow import (
    DOCUMENT,
    DOWN,
    FREE,
    INFORMATION,
    ORDER,
    SEEN,
    SESSION,
    UP,
    after,
    in_force,
    ready_to_pay,
)

SLIP = (SlipLine("number", "I-001"),)
TICKET = Ticket("t", "I-001", "Información", AttentionClass.GENERAL, 0, None, SLIP)
SESSIONS = st.uuids(version=4)
WORLD = st.one_of(
    st.just(SEEN),
    st.just(ServerLost()),
    st.builds(PartChanged, st.sampled_from(Part), st.sampled_from([UP, DOWN])),
    st.builds(JournalChanged, st.booleans()),
    st.builds(HelpHeard, st.sampled_from(HelpState)),
    st.sampled_from([NumbersChanged("Prueba", held) for held in ((), (Held(INFORMATION, True),))]),
)
TOUCHES = st.one_of(
    st.builds(Start, SESSIONS, st.booleans()),
    st.builds(Choose, st.sampled_from(["information", "certificate", "nothing"])),
    st.sampled_from([Back(), Cancel(), Finish(), IdleExpired(), TakeTurn()]),
    st.sampled_from([Accept(), Confirm(), GaveEmail("juan@example.com"), GaveEmail("x")]),
    st.builds(Pay, st.sampled_from(Means)),
    st.sampled_from([UseVoucher(), GaveSequence("0012345"), GaveDay(date(2026, 11, 20))]),
    st.just(PayOtherwise()),
    st.sampled_from([OtherDay(), TypedDay("20112026"), TypedDay("99992026")]),
    st.builds(AlreadyApplied, SESSIONS),
    st.builds(OpenGuide, SESSIONS),
    st.sampled_from([SeeApplication(), SeeClaim(), TypeNumberInstead(), NextOne(), HasNoEmail()]),
    st.sampled_from([SeeServices(), SeeTopic(Topic.COMPLAINTS), Complain(), CallHelp()]),
    st.sampled_from([SendMeAgain(), CorrectEmail(), GaveNumber("a0100042k"), GaveNumber("x")]),
)
TYPING = st.one_of(
    st.sampled_from([TypeInstead(), TryAgain(), NotMe(), GoOn(), Prefer(True), Prefer(False)]),
    st.builds(ChoseDocument, st.sampled_from(["01", "07", "", "99"])),
    st.builds(TypedText, st.sampled_from(["10117410", "2", "01011980", "10052022", "x"])),
)
ROSA = Document("01", "10117428", date(1955, 6, 30), "PRUEBA", "ROSA")
DOCUMENTS = st.sampled_from([DOCUMENT, ROSA, replace(ROSA, type="")])
DEVICES = st.one_of(
    st.builds(DocumentTaken, DOCUMENTS, SESSIONS, st.booleans()),
    st.just(NumberTaken("01", "10117410")),
    st.builds(DocumentProblem, st.sampled_from(ReadProblem)),
)


def order_of(at: At) -> UUID:
    """The application a person stands with; only called where there is one."""
    assert isinstance(at, PayingByCard | PayingByCash | PayingByWallet | Working)
    return at.order.application


@st.composite
def answers(draw: st.DrawFn, pending: list[UUID]) -> Event:
    """An answer to a pending effect, or to one nobody asked for."""
    effect = draw(st.sampled_from(pending[-2:])) if pending else draw(SESSIONS)
    return draw(
        st.sampled_from(
            [
                TicketIssued(effect, TICKET),
                TicketRefused(effect, "no"),
                TicketUnanswered(effect),
                SlipPrinted(effect, PrintState.PRINTED),
                SlipPrinted(effect, PrintState.UNKNOWN),
                ApplicantChecked(effect, Offer("PR**** JUAN", 3770)),
                ApplicantRefused(effect, NotPossible.UNDER_AGE),
                ApplicantRefused(effect, NotPossible.ALREADY_VALID, date(2027, 2, 12)),
                NothingToSend(effect),
                EmailChanged(effect),
                ApplicationsFollowed(effect, (Followed("A01-00001-X", Story.SENT),)),
                ApplicationsFollowed(effect, ()),
                *(ClaimFollowed(effect, FollowedClaim("C-1", 0, each)) for each in ClaimStory),
                FollowRefused(effect, NotFollowed.NOT_FOUND),
                EmailNotChanged(effect, draw(st.sampled_from(NotCorrected))),
                EmailNotChanged(effect, EmailProblem.INCOMPLETE),
                *(SentAgain(effect, FREE, outcome) for outcome in Outcome),
                OrderRegistered(effect, ORDER),
                ApplicationFound(effect, Found("A01-00001-X", Standing.WORKING)),
                ApplicationFound(
                    effect,
                    Found("A01-00001-X", Standing.OWED, claim_open=True),
                    ApplicantChecked(effect, Offer("PR**** JUAN", 3770)),
                ),
                Charged(effect),
                Charged(effect, (Owed("C-0000-0000-Z", 230),)),
                NotCharged(effect, NotPaid.DECLINED),
                ChargeUnknown(effect),
                CashSeen(effect, 2000, (10,), (2000,)),
                CashCounted(effect, True, 230),
                CashCounted(effect, False, 2000),
                WalletShown(effect, "0002"),
                VoucherTaken(effect),
                VoucherWaits(effect),
                VoucherRefused(effect, VoucherProblem.USED),
                MoneyOwed(effect, (Owed("C-0000-0000-Z", 2000),)),
                ApplicationSettled(effect, Outcome.ISSUED),
                ApplicationSettled(effect, Outcome.UNDER_REVIEW),
            ]
        )
    )


_NEEDS: dict[type, Callable[[World], bool]] = {
    ChargeCard: lambda world: world.usable(Part.TERMINAL),
    TakeCash: lambda world: world.usable(Part.ACCEPTOR),
    ShowWalletCode: lambda world: world.server and world.wallet,
}


class Promises:
    """Checks after each event what must hold whatever happened before."""

    def __init__(self) -> None:
        self.pending: list[UUID] = []
        self._asked: dict[UUID, object] = {}
        self._doubtful: set[UUID] = set()

    def check(self, before: State, event: Event, state: State, effects: tuple[Effect, ...]) -> None:
        """Raises AssertionError for a broken promise."""
        for effect in effects:
            if isinstance(effect, StopPaying):
                assert isinstance(self._asked[effect.effect_id], TakeCash | ShowWalletCode)
            elif not isinstance(effect, ForgetPerson | CallStaff):
                # The same id always means the very same request.
                assert self._asked.setdefault(effect.effect_id, effect) == effect
                self.pending.append(effect.effect_id)
            if isinstance(effect, ChargeCard | TakeCash | ShowWalletCode):
                assert effect.order.application not in self._doubtful, "charged while in doubt"
                assert not effect.order.free, "charged for what costs nothing"
                assert _NEEDS[type(effect)](state.world)
        if isinstance(event, ChargeUnknown | Charged | MoneyOwed) and state.at != before.at:
            self._doubtful.add(order_of(before.at))
        there, here = person_of(before.at), person_of(state.at)
        left = there is not None and (here is None or here.session != there.session)
        forgotten = [each for each in effects if isinstance(each, ForgetPerson)]
        assert bool(forgotten) == left, "a person leaves exactly when they are forgotten"
        if isinstance(state.at, Welcome):
            assert gives_turns(state.world), "open, and nothing to give"
        self._check_ways_out(before, state, effects)

    def _check_ways_out(self, before: State, state: State, effects: tuple[Effect, ...]) -> None:
        if is_busy(state.at):
            began = any(not isinstance(each, ForgetPerson | CallStaff) for each in effects)
            # Still the same screen: what was asked for there goes on.
            goes_on = type(state.at) is type(before.at)
            assert goes_on or began, "waits for what nobody does"
        elif person_of(state.at) is not None:
            left, _ = step(state, IdleExpired())
            if isinstance(left.at, HoldsClaim):  # shown once, then its time passes too
                left, _ = step(left, IdleExpired())
            ends = isinstance(left.at, Welcome | OutOfService) or is_busy(left.at)
            assert ends, "a dead end"


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_sequence_breaks_the_flow(data: st.DataObject) -> None:
    begun = [State(), ready_to_pay(), in_force()]
    state, promises = data.draw(st.sampled_from(begun)), Promises()
    for _ in range(data.draw(st.integers(1, 60))):
        event = data.draw(st.one_of(TOUCHES, TYPING, DEVICES, WORLD, answers(promises.pending)))
        before, (state, effects) = state, step(state, event)
        promises.check(before, event, state, effects)


@pytest.mark.negative_control
def test_a_flow_that_charges_again_while_in_doubt_is_caught() -> None:
    """The broken variant takes "pay" once more after the terminal's answer was lost."""

    def broken(state: State, event: Event) -> Step:
        if isinstance(state.at, PaymentUnknown) and isinstance(event, Pay):
            return state, (ChargeCard(uuid4(), SESSION, state.at.order),)
        return step(state, event)

    promises, first = Promises(), ready_to_pay()
    paying, effects = broken(first, Pay())
    promises.check(first, Pay(), paying, effects)
    lost = ChargeUnknown(promises.pending[-1])
    doubt, effects = broken(paying, lost)
    promises.check(paying, lost, doubt, effects)
    again, effects = broken(doubt, Pay())
    with pytest.raises(AssertionError, match="charged while in doubt"):
        promises.check(doubt, Pay(), again, effects)


@pytest.mark.negative_control
def test_a_flow_that_waits_for_nothing_is_caught() -> None:
    """The broken variant says that it sends again, and does not."""
    before = after(in_force(), SendMeAgain())
    given = GaveEmail("juan@example.com")
    waiting, (send,) = step(before, given)
    assert isinstance(send, SendAgain)
    with pytest.raises(AssertionError, match="waits for what nobody does"):
        Promises().check(before, given, waiting, ())
    Promises().check(before, given, waiting, (send,))
