"""Somebody who touches, types and plugs without sense: the real screen over the real flow.

Every effect is answered sooner or later, well or badly. What a monkey does follows from its seed.
"""

import gc
import random
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from kiosk.flow import effects, events, facts
from kiosk.flow.person import Document
from kiosk.flow.staff.events import (
    ChoreEnded,
    DevicesTested,
    LookForPorts,
    MenuOpened,
    MenuRefused,
    OpenMenu,
    OpenStaff,
    PortsSeen,
    TestDevices,
)
from kiosk.flow.staff.states import Chore, CodeProblem, PlacedPart, TestedPart, TestEnd
from kiosk.flow.states import OutOfService, Welcome
from kiosk.flow.world import Part, PartState
from tests.unit.kiosk_ui.every_state import LINK, ORDER, SERVICES, TICKET, WALLET_CODE, WORLD

SECRETS = ("MONOVARELA", "TITIRITERA", "47110815", "mono.varela@example.com")
"""Of the only person there ever is: their words may stand on no screen after they left."""

DOCUMENT = Document("01", SECRETS[2], date(1990, 2, 3), SECRETS[0], SECRETS[1])
KEYCODES = (
    *(27, 9, 13, 32, 8, 127, 303, 305, 311),
    *range(282, 297),
    *range(273, 282),
    *range(97, 123),
)
"""Escape, F1 to F15, tab, enter, space, deletions, arrows, letters, shift, control, super."""

MODIFIERS = ([], ["ctrl"], ["alt"], ["ctrl", "alt"], ["meta"], ["shift"])
SEEN = events.ServerSeen(
    WORLD.site, SERVICES, backend=True, fee_centimos=3770, public_address=True, wallet=True
)
FRAMES_EVERY = 4
"""Acts between two frames."""

COLLECTED_EVERY = 100


class Caught(AssertionError):
    """The screen broke a promise; the message says after which act."""


class Monkey:
    """Acts on a `Bench` of `tests/unit/kiosk_ui/conftest.py`. Raises Caught, or what it broke."""

    def __init__(self, bench: Any, seed: int) -> None:
        self._bench = bench
        self._chance = random.Random(seed)
        self._answered = 0
        self.rests = 0  # how often the screen was seen with nobody in front of it
        self._acts: tuple[Callable[[], None], ...] = (
            *(self._touch_control,) * 8,
            *(self._touch_anywhere,) * 3,
            *(self._press_key,) * 4,
            *(self._keypad,) * 2,
            *(self._news,) * 3,
            *(self._answer,) * 5,
            self._walk_away,
        )

    def act(self, times: int) -> None:
        """Do `times` senseless things, looking after each few that all promises hold."""
        for done in range(times):
            self._chance.choice(self._acts)()
            if done % FRAMES_EVERY == 0:
                self._look(done)
            if done % COLLECTED_EVERY == 0:
                gc.collect()  # screens that are gone still hear of every change until then

    def leave(self) -> None:
        """Answer everything and go: what is then on the screen is looked at too."""
        for _ in range(20):
            self._answer()
            self._bench.engine.post(events.IdleExpired())
            self._bench.frames(2)
            at = self._bench.engine.state.at
            if isinstance(at, Welcome | OutOfService):
                self._look(-1)
                return
        raise Caught(f"nobody can leave {self._bench.engine.state.at}")

    # --- what it does ----------------------------------------------------------------------------
    def _touch_control(self) -> None:
        here = [each for each in self._bench.app.controls() if each.width > 0]
        if self._chance.random() < 0.9:  # the bar is on every screen, and builds each one anew
            here = [each for each in here if not each.name.startswith("tool:")]
        if here:
            one = self._chance.choice(here)
            self._finger(*one.to_window(one.center_x, one.center_y))

    def _touch_anywhere(self) -> None:
        width, height = self._bench.app.root.size
        self._finger(self._chance.random() * width, self._chance.random() * height)

    def _finger(self, x: float, y: float) -> None:
        from kivy.base import EventLoop

        from kiosk.touch import Finger

        if self._chance.random() < 0.7:
            self._bench.app.looked_at()
        finger = Finger(x, y)
        EventLoop.post_dispatch_input("begin", finger)
        if self._chance.random() < 0.2:
            finger.move((self._chance.random(), self._chance.random()))
            EventLoop.post_dispatch_input("update", finger)
        if self._chance.random() < 0.2:
            EventLoop.idle()  # the screen may change under the finger
        EventLoop.post_dispatch_input("end", finger)

    def _press_key(self) -> None:
        from kivy.base import EventLoop

        window: Any = EventLoop.window
        code, held = self._chance.choice(KEYCODES), self._chance.choice(MODIFIERS)
        if not window.dispatch("on_key_down", code, 0, None, list(held)):
            raise Caught(f"key {code} with {held} reached Kivy's own keys")
        window.dispatch("on_key_up", code, 0)

    def _keypad(self) -> None:
        names = ("up", "down", "left", "right", "enter", "back", "home", "help", "volume", "x")
        self._bench.app.key(self._chance.choice(names))

    def _news(self) -> None:
        chance = self._chance
        self._bench.engine.post(
            chance.choice(
                (
                    SEEN,
                    SEEN,
                    events.ServerLost(),
                    events.PartChanged(chance.choice(list(Part)), PartState(chance.random() < 0.7)),
                    events.DocumentTaken(DOCUMENT, self._id()),
                    events.DocumentTaken(DOCUMENT, self._id()),
                    events.DocumentProblem(chance.choice(list(facts.ReadProblem))),
                    events.JournalChanged(usable=chance.random() < 0.9),
                    events.HelpHeard(chance.choice(list(facts.HelpState))),
                    OpenStaff(self._id()),
                )
            )
        )

    def _walk_away(self) -> None:
        self._bench.shift(self._chance.choice((10, 30, 70)))

    def _answer(self) -> None:
        asked = self._bench.engine.effects
        for effect in asked[self._answered :]:
            for event in self._answers(effect):
                self._bench.engine.post(event)
        self._answered = len(asked)

    def _answers(self, effect: Any) -> tuple[Any, ...]:
        """One of the ways this effect can end."""
        chance, asked = self._chance, getattr(effect, "effect_id", UUID(int=0))
        outcome = chance.choice(list(facts.Outcome))
        match effect:
            case effects.IssueTicket() | effects.TakeNumber():
                refused = events.TicketRefused(asked, "no", chance.choice(list(facts.NoTurn)))
                unanswered = events.TicketUnanswered(asked)
                return (chance.choice((events.TicketIssued(asked, TICKET), refused, unanswered)),)
            case effects.PrintTicket() | effects.PrintReceipt():
                return (events.SlipPrinted(asked, chance.choice(list(facts.PrintState)[1:])),)
            case effects.CheckApplicant():
                refused = events.ApplicantRefused(asked, chance.choice(list(facts.NotPossible)))
                offer = events.ApplicantChecked(asked, facts.Offer(f"{SECRETS[0]} J.", 3770))
                return (chance.choice((offer, offer, refused)),)
            case effects.RegisterOrder():
                return (events.OrderRegistered(asked, ORDER),)
            case effects.ChargeCard() | effects.TakeCash() | effects.ShowWalletCode():
                shown = events.WalletShown(asked, WALLET_CODE)
                ends = (
                    events.Charged(asked),
                    events.NotCharged(asked, chance.choice(list(facts.NotPaid))),
                    events.ChargeUnknown(asked),
                )
                return (events.CashSeen(asked, 2000), shown, chance.choice(ends))
            case effects.PresentVoucher():
                return (chance.choice((events.VoucherTaken(asked), events.VoucherWaits(asked))),)
            case effects.DeliverOrder():
                return (events.ApplicationSettled(asked, outcome, LINK),)
            case effects.SendAgain():
                return (events.SentAgain(asked, ORDER, outcome, LINK),)
            case effects.ChangeEmail():
                return (events.EmailChanged(asked),)
            case effects.FollowApplications() | effects.FollowClaim():
                from kiosk.flow.follow.states import NotFollowed

                return (events.FollowRefused(asked, chance.choice(list(NotFollowed))),)
            case OpenMenu():
                good = MenuOpened(asked, "jefe", tuple(Chore))
                return (chance.choice((good, MenuRefused(asked, CodeProblem.WRONG))),)
            case TestDevices():
                parts = (TestedPart("reader", "document_reader", TestEnd.PASSED),)
                return (DevicesTested(asked, parts, facts.PrintState.PRINTED),)
            case LookForPorts():
                placed = (PlacedPart("reader", "document_reader", "/dev/a"),)
                return (PortsSeen(asked, placed, ("/dev/b",)),)
            case effects.StopPaying() | effects.ForgetPerson() | effects.CallStaff():
                return ()
            case _:
                return (ChoreEnded(asked, well=chance.random() < 0.5),)

    def _id(self) -> UUID:
        return UUID(int=self._chance.getrandbits(128), version=4)

    # --- what must hold --------------------------------------------------------------------------
    def _look(self, done: int) -> None:
        from kivy.base import EventLoop

        EventLoop.idle()
        if EventLoop.quit or EventLoop.status != "started":
            raise Caught(f"the program ended after act {done}")
        texts = self._bench.touch.texts()
        if any("Traceback" in each or "Error:" in each for each in texts):
            raise Caught(f"a traceback on the screen after act {done}: {texts}")
        if isinstance(self._bench.engine.state.at, Welcome | OutOfService):
            self.rests += 1
            left = [each for each in SECRETS if any(each in text for text in texts)]
            if left:
                raise Caught(f"of the last person after act {done}: {left}")
