"""Everything around a kiosk, as badly as it can be: devices, server and centre, by chance.

Each word that is somebody's own (a name, a number, a link) is made up for that once and remembered
with the session it belongs to, so that it can be told on whose screen it may stand.
"""

import random
from datetime import date
from typing import Any
from uuid import UUID

from kiosk.flow import effects, events, facts
from kiosk.flow.follow.states import (
    ClaimStory,
    Followed,
    FollowedClaim,
    NotFollowed,
    Story,
)
from kiosk.flow.person import AttentionClass, Document
from kiosk.flow.staff.events import (
    ChoreEnded,
    ClosureChanged,
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
from kiosk.flow.world import Closure, Held, Part, PartState
from tests.unit.kiosk_ui.every_state import IN_FORCE, SERVICES, WALLET_CODE, WORLD

SEEN = events.ServerSeen(
    WORLD.site, SERVICES, backend=True, fee_centimos=3770, public_address=True, wallet=True
)
NUMBERS = events.NumbersChanged(
    WORLD.site, tuple(Held(each, left=True) for each in SERVICES if each.code != "certificate")
)
SYLLABLES = [first + second for first in "BDFGKLMNPRST" for second in "AEIOU"]
KEPT = 30
"""So many answers may come a second time, much too late."""


class Mischief:
    """What happens around the kiosk, and how what it asks for ends."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.owners: dict[str, UUID | None] = {}  # whose a word is; None: nobody's yet
        self._answered: list[Any] = []

    def word(self, owner: UUID | None) -> str:
        """Eight letters that were never anybody's."""
        while (made := "".join(self._chance.choices(SYLLABLES, k=4))) in self.owners:
            pass
        self.owners[made] = owner
        return made

    def id(self) -> UUID:
        """A fresh one."""
        return UUID(int=self._chance.getrandbits(128), version=4)

    # --- what happens by itself ------------------------------------------------------------------
    def news(self) -> Any:
        """Something a device, the server or a member of staff tells."""
        chance = self._chance
        return chance.choice(
            (
                self._server,
                self._server,
                self._part,
                self._part,
                self._document,
                self._document,
                self._document,
                lambda: events.DocumentProblem(chance.choice(list(facts.ReadProblem))),
                lambda: events.NumberTaken("01", "10117410", chance.choice(("", "2"))),
                lambda: events.JournalChanged(usable=chance.random() < 0.95),
                lambda: events.HelpHeard(chance.choice(list(facts.HelpState))),
                lambda: NUMBERS,
                lambda: OpenStaff(self.id()),
                lambda: ClosureChanged(chance.choice((*(None,) * 12, *Closure))),
                self._late,
            )
        )()

    def _server(self) -> Any:
        away = events.ServerLost(turned_away=self._chance.random() < 0.2)
        return self._chance.choice((*(SEEN,) * 5, away))

    def _part(self) -> Any:
        """Paper, notes, cards, the reader: one of them stops, or goes on."""
        return events.PartChanged(
            self._chance.choice(list(Part)), PartState(self._chance.random() < 0.85)
        )

    def _document(self) -> Any:
        session = self.id()
        number = str(self._chance.randrange(10**7, 10**8))
        born = date(self._chance.randrange(1930, 2015), 2, 3)
        names = (self.word(None), self.word(None))
        return events.DocumentTaken(Document("01", number, born, *names), session)

    def _late(self) -> Any:
        """An answer that was given before, to nobody who waits for it any more."""
        return self._chance.choice(self._answered) if self._answered else SEEN

    # --- what is asked for -----------------------------------------------------------------------
    def answers(self, effect: Any) -> tuple[Any, ...]:
        """One of the ways this effect can end."""
        given = self._answers(effect, getattr(effect, "effect_id", UUID(int=0)))
        self._answered = [*self._answered, *given][-KEPT:]
        return given

    def _answers(self, effect: Any, asked: UUID) -> tuple[Any, ...]:
        chance, owner = self._chance, getattr(effect, "session", None)
        match effect:
            case effects.IssueTicket():
                unanswered = events.TicketUnanswered(asked)
                return (chance.choice((self._turn(asked, owner), unanswered)),)
            case effects.TakeNumber():  # from the kiosk's own block: there is always an answer
                return (self._turn(asked, owner),)
            case effects.PrintTicket() | effects.PrintReceipt():
                return (events.SlipPrinted(asked, chance.choice(list(facts.PrintState)[1:])),)
            case effects.CheckApplicant():
                return (self._checked(asked, owner),)
            case effects.RegisterOrder():
                refused = events.ApplicantRefused(asked, chance.choice(list(facts.NotPossible)))
                good = events.OrderRegistered(asked, self._order(owner))
                return (chance.choice((good, good, good, refused)),)
            case effects.ChargeCard() | effects.TakeCash() | effects.ShowWalletCode():
                return self._payment(asked, owner)
            case effects.PresentVoucher():
                refused = events.VoucherRefused(asked, chance.choice(list(facts.VoucherProblem)))
                taken, waits = events.VoucherTaken(asked), events.VoucherWaits(asked)
                return (chance.choice((taken, waits, refused)),)
            case effects.DeliverOrder():
                return (events.ApplicationSettled(asked, self._outcome(), self._link(owner)),)
            case effects.SendAgain():
                again = (self._order(owner), self._outcome(), self._link(owner))
                sent = events.SentAgain(asked, *again)
                return (chance.choice((sent, sent, events.NothingToSend(asked))),)
            case effects.ChangeEmail():
                problem = chance.choice((*facts.NotCorrected, *facts.EmailProblem))
                changed = events.EmailChanged(asked)
                return (chance.choice((changed, events.EmailNotChanged(asked, problem))),)
            case effects.FollowApplications() | effects.FollowClaim():
                return (self._followed(effect, asked, owner),)
            case _:
                return self._staff(effect, asked)

    def _turn(self, asked: UUID, owner: UUID | None) -> Any:
        refused = events.TicketRefused(asked, "no", self._chance.choice(list(facts.NoTurn)))
        number, wait = self.word(owner), facts.Wait(5, 12)
        ticket = facts.Ticket("t", number, SERVICES[1].name, AttentionClass.GENERAL, 7, wait)
        issued = events.TicketIssued(asked, ticket)
        return self._chance.choice((issued, issued, refused))

    def _checked(self, asked: UUID, owner: UUID | None) -> Any:
        chance = self._chance
        refused = events.ApplicantRefused(
            asked, chance.choice(list(facts.NotPossible)), IN_FORCE.until
        )
        offer = events.ApplicantChecked(asked, facts.Offer(f"{self.word(owner)} J.", 3770))
        number = self._number(owner)
        found = facts.Found(number, chance.choice(list(facts.Standing)))
        rest = events.ApplicationFound(asked, found, chance.choice((offer, refused, None)))
        return chance.choice((offer, offer, offer, refused, rest))

    def _payment(self, asked: UUID, owner: UUID | None) -> tuple[Any, ...]:
        chance = self._chance
        owed = (facts.Owed(f"C-{self.word(owner)}", 2010),)
        cash = [
            events.CashSeen(asked, 1000, pieces=(1000,)),
            events.CashSeen(asked, 6000, (1000, 2000), (1000, 5000)),
            events.CashCounted(asked, paid=chance.random() < 0.5, back_centimos=230),
            events.WalletShown(asked, WALLET_CODE),
        ]
        end = chance.choice(
            (
                events.Charged(asked),
                events.Charged(asked, owed),
                events.Charged(asked, change_centimos=230),
                events.NotCharged(asked, chance.choice(list(facts.NotPaid))),
                events.ChargeUnknown(asked),
                events.MoneyOwed(asked, owed),
            )
        )
        return (*chance.sample(cash, chance.randrange(len(cash) + 1)), end)

    def _followed(self, effect: Any, asked: UUID, owner: UUID | None) -> Any:
        refused = events.FollowRefused(asked, self._chance.choice(list(NotFollowed)))
        if isinstance(effect, effects.FollowClaim):
            story = self._chance.choice(list(ClaimStory))
            claim = FollowedClaim(f"C-{self.word(owner)}", 2010, story)
            return self._chance.choice((events.ClaimFollowed(asked, claim), refused))
        stories = self._chance.sample(list(Story), self._chance.randrange(1, 4))
        ones = tuple(Followed(self._number(owner), each, "m***@a***") for each in stories)
        return self._chance.choice((events.ApplicationsFollowed(asked, ones), refused))

    def _staff(self, effect: Any, asked: UUID) -> tuple[Any, ...]:
        chance = self._chance
        match effect:
            case OpenMenu():
                good = MenuOpened(asked, "jefe", tuple(Chore))
                return (
                    chance.choice((good, MenuRefused(asked, chance.choice(list(CodeProblem))))),
                )
            case TestDevices():
                parts = (TestedPart("reader", "document_reader", chance.choice(list(TestEnd))),)
                return (DevicesTested(asked, parts, facts.PrintState.PRINTED),)
            case LookForPorts():
                placed = (PlacedPart("reader", "document_reader", "/dev/a"),)
                return (PortsSeen(asked, placed, ("/dev/b",)),)
            case effects.StopPaying() | effects.ForgetPerson() | effects.CallStaff():
                return ()
            case _:
                return (ChoreEnded(asked, well=chance.random() < 0.5),)

    def _outcome(self) -> facts.Outcome:
        return self._chance.choice(list(facts.Outcome))

    def _number(self, owner: UUID | None) -> str:
        return f"A01-{self.word(owner)}-K"

    def _order(self, owner: UUID | None) -> facts.Order:
        address = self._chance.choice((f"{self.word(owner).lower()}@example.com", None))
        return facts.Order(self.id(), self._number(owner), 3770, address)

    def _link(self, owner: UUID | None) -> str | None:
        return self._chance.choice((f"https://e.example.pe/d/{self.word(owner)}", None))
