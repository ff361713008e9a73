"""Every journey to its end by arrow keys and Enter alone: no finger, no other key.

The keys come through the window as a keyboard's do; the flow is real, and what it asks for is
granted at once. The certificate of somebody who hears the screen is in `test_blind_person.py`.
"""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from kiosk.flow import effects, events
from kiosk.flow.facts import Outcome, PrintState
from kiosk.flow.follow.states import ClaimStory, Followed, FollowedClaim, Story
from kiosk.flow.person import Document
from kiosk.flow.staff.events import MenuOpened, OpenMenu, OpenStaff
from kiosk.flow.staff.states import Chore
from tests.unit.kiosk_ui.every_state import LINK, OFFER, ORDER, TICKET, WALLET_CODE

RIGHT, ENTER = 275, 13
MOST_KEYS = 120
CODE = "C-7KQ2-M9XT-9"
DOCUMENT = Document("01", "10203040", date(1990, 2, 3), "PRADO", "JUAN")
GRANTED: dict[type[Any], Callable[[Any], tuple[Any, ...]]] = {
    effects.IssueTicket: lambda asked: (events.TicketIssued(asked.effect_id, TICKET),),
    effects.PrintTicket: lambda asked: (events.SlipPrinted(asked.effect_id, PrintState.PRINTED),),
    effects.PrintReceipt: lambda asked: (events.SlipPrinted(asked.effect_id, PrintState.PRINTED),),
    effects.CheckApplicant: lambda asked: (events.ApplicantChecked(asked.effect_id, OFFER),),
    effects.RegisterOrder: lambda asked: (events.OrderRegistered(asked.effect_id, ORDER),),
    effects.ChargeCard: lambda asked: (events.Charged(asked.effect_id),),
    effects.TakeCash: lambda asked: (
        events.CashSeen(asked.effect_id, 5000),
        events.Charged(asked.effect_id, change_centimos=1230),
    ),
    effects.ShowWalletCode: lambda asked: (
        events.WalletShown(asked.effect_id, WALLET_CODE),
        events.Charged(asked.effect_id),
    ),
    effects.PresentVoucher: lambda asked: (events.VoucherTaken(asked.effect_id),),
    effects.DeliverOrder: lambda asked: (
        events.ApplicationSettled(asked.effect_id, Outcome.ISSUED, LINK),
    ),
    effects.FollowApplications: lambda asked: (
        events.ApplicationsFollowed(
            asked.effect_id, (Followed(ORDER.number, Story.IN_REVIEW, "m***@a***"),)
        ),
    ),
    effects.FollowClaim: lambda asked: (
        events.ClaimFollowed(asked.effect_id, FollowedClaim(CODE, 2010, ClaimStory.OWED)),
    ),
    OpenMenu: lambda asked: (MenuOpened(asked.effect_id, "jefa.lima", tuple(Chore)),),
}

PAID = ("certificate_ready", "finish", "welcome")
TO_PAY = (
    *("start", "DOCUMENT", "choose_service", "service:certificate", "terms", "accept"),
    *("confirm_name", "confirm", "give_email", "no_email", "without_email", "continue"),
    "ready_to_pay",
)
JOURNEYS: dict[str, tuple[str, ...]] = {
    "a turn": (
        *("start", "DOCUMENT", "choose_service", "more", "service:information"),
        *("ticket_ready", "finish", "welcome"),
    ),
    "a turn with preference": (
        *("start_preferential", "DOCUMENT", "choose_service", "service:conduct"),
        *("ticket_ready", "finish", "welcome"),
    ),
    "by card": (*TO_PAY, "pay", *PAID),
    "in cash": (*TO_PAY, "pay_cash", *PAID),
    "by a wallet": (*TO_PAY, "pay_wallet", *PAID),
    "by the bank's voucher": (
        *(*TO_PAY, "use_voucher", "give_sequence", "TYPE 0012345", "continue"),
        *("give_day", "day:1", *PAID),
    ),
    "an address that is typed": (
        *(*TO_PAY[:8], "give_email", "TYPE ana", "key:@gmail.com", "continue"),
        *("ready_to_pay", "pay", *PAID),
    ),
    "a document that is typed": (
        *("start", "type_instead", "choose_document", "document:01"),
        *("type_number", "TYPE 10117410", "continue", "type_check", "key:2"),
        *("type_birth", "TYPE 01011980", "continue", "type_issue", "TYPE 01012020"),
        *("continue", "choose_service", "service:review"),
        *("ticket_ready", "finish", "welcome"),
    ),
    "following with the document": (
        *("already_applied", "follow_menu", "see_application", "follow_document", "DOCUMENT"),
        *("followed_ones", "finish", "welcome"),
    ),
    "following with the number": (
        *("already_applied", "see_application", "follow_document", "type_number"),
        *("follow_number", "TYPE A0100042K", "continue", "follow_ending", "TYPE 3040"),
        *("continue", "followed_ones", "finish", "welcome"),
    ),
    "money that is owed": (
        *("already_applied", "see_claim", "follow_code", "TYPE C7KQ2M9XT9", "continue"),
        *("followed_money", "finish", "welcome"),
    ),
    "information": (
        *("guide", "topic:certificate", "guide_page", "back", "guide", "see_services"),
        *("guide_services", "service:release", "guide_service", "cancel", "welcome"),
    ),
    "a complaint": ("guide", "topic:complaints", "guide_page", "cancel", "welcome"),
    "another language, large": (
        *("tool:language", "language_chooser", "language:qu", "welcome", "tool:large"),
        *("start", "read_document", "cancel", "welcome"),
    ),
    "the code of staff": (
        *("STAFF", "staff_code", "TYPE 123456", "continue", "staff_menu", "cancel", "welcome"),
    ),
}


class NoWay(AssertionError):
    """The keys do not lead there; the message says where they stopped."""


class Keys:
    """A keyboard with five keys, of which two are enough, and the rest of the kiosk behind it."""

    def __init__(self, bench: Any, window: Any) -> None:
        self._bench, self._window = bench, window
        self.pressed = 0

    def goes(self, journey: tuple[str, ...]) -> None:
        """Do each step: a control to choose, a screen that must come, `TYPE …`, or DOCUMENT."""
        for step in journey:
            match step.split(" ", 1):
                case ["TYPE", text]:
                    for character in text:
                        self.choose(f"key:{character}")
                case ["DOCUMENT"]:
                    self._bench.engine.post(events.DocumentTaken(DOCUMENT))
                    self.granted()
                case ["STAFF"]:
                    self._bench.engine.post(OpenStaff(UUID(int=9)))
                    self.granted()
                case [name] if name == self._bench.touch.screen():
                    pass  # it came
                case [name]:
                    self.choose(name)

    def choose(self, name: str) -> None:
        """Arrow by arrow to the control, then Enter. Raises NoWay."""
        ring = self._bench.app.ring
        for _ in range(MOST_KEYS):
            if ring.on is not None and ring.on.name == name:
                break
            self.press(RIGHT)
        else:
            raise NoWay(f"no way to {name} from {self._bench.touch.screen()}")
        if not ring.on.ringed:
            raise NoWay(f"nobody sees the ring on {name}")
        self.press(ENTER)
        self.granted()

    def press(self, code: int) -> None:
        self.pressed += 1
        self._window.dispatch("on_key_down", code, 0, None, [])
        self._window.dispatch("on_key_up", code, 0)

    def granted(self) -> None:
        """Let everything that was asked for happen, until nothing more is asked."""
        engine = self._bench.engine
        self._bench.frames(2)
        while engine.effects:
            asked, engine.effects[:] = list(engine.effects), []
            for effect in asked:
                for event in GRANTED.get(type(effect), lambda _: ())(effect):
                    engine.post(event)
                    self._bench.frames(1)
        self._bench.frames(1)


@pytest.mark.parametrize("journey", JOURNEYS)
def test_it_comes_to_its_end(bench: Any, kivy_window: Any, journey: str) -> None:
    keys = Keys(bench, kivy_window)
    keys.goes(JOURNEYS[journey])
    assert bench.touch.screen() == JOURNEYS[journey][-1]
    assert keys.pressed > 1


@pytest.mark.negative_control
def test_a_control_that_no_arrow_reaches_is_caught(
    bench: Any, kivy_window: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broken variant leaves the last control of every screen out of the ring."""
    whole, left_out = bench.app.controls, "service:information"
    monkeypatch.setattr(
        bench.app, "controls", lambda: [each for each in whole() if each.name != left_out]
    )
    with pytest.raises(NoWay, match=f"no way to {left_out} from choose_service"):
        Keys(bench, kivy_window).goes(JOURNEYS["a turn"])


@pytest.mark.negative_control
def test_an_enter_that_does_nothing_is_caught(
    bench: Any, kivy_window: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.app, "_press", lambda _control: None)
    with pytest.raises(NoWay, match="from welcome"):
        Keys(bench, kivy_window).goes(JOURNEYS["a turn"])
