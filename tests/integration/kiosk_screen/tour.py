"""Runs the application offscreen through every screen; writes pictures and measurements.

Run by the tests in a process of its own, because Kivy opens one window in a process.
"""

import json
import os
import resource
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

WALLET_CODE = (
    "00020101021226280010pe.example0110012345678952049399530360454053"
    "7.705802PE5911INPE PRUEBA6004Lima62140510K07-0001236304A519"
)
LINK = "https://certificados.example.pe/d/4Zk1vQ8sXo2LrT9wYb7NcE5hJm3KpUaDfGi6RtSxWqA"
TYPED = {"give_email": "juan@example.com", "give_number": "A0100042"}
BEGUN = time.monotonic()


class Showcase:
    """An engine that is put into states by hand."""

    def __init__(self, state: Any) -> None:
        self.state = state
        self.changed = False
        self.posted: list[Any] = []

    def post(self, event: Any) -> None:
        self.posted.append(event)

    def drain(self) -> bool:
        changed, self.changed = self.changed, False
        return changed


def main(folder: Path, *words: str) -> None:
    """Write `<name>.png` for each screen and `tour.json` into `folder`.

    `words`: names of screens, when not all are wanted; `mode=large,contrast,lowered,speaking` (any
    of them), `language=en`, `panel=22`, and `bar=coming` for a HelpState.
    """
    wishes = dict(word.split("=", 1) for word in words if "=" in word)
    only = [word for word in words if "=" not in word]
    from kiosk.environment import prepare_environment

    prepare_environment(folder, offscreen=True)
    os.environ["KCFG_GRAPHICS_MAXFPS"] = "0"  # frames follow each other without waiting
    from kivy.base import EventLoop
    from kivy.clock import Clock

    from kiosk.app import KioskApp
    from kiosk.comfort import Comfort, Wish
    from kiosk.flow import facts, states
    from kiosk.flow.follow import states as follow_states
    from kiosk.flow.guide import states as guide_states
    from kiosk.flow.identity import states as identity_states
    from kiosk.flow.pairing import Pairing
    from kiosk.flow.person import AttentionClass, Document, Person
    from kiosk.flow.staff import states as staff_states
    from kiosk.flow.world import Obstacle, Part, PartState, Service, ServiceKind, World
    from kiosk.texts.catalogue import load
    from kiosk.theme import MM_PER_PX_22, MM_PER_PX_27, Theme
    from kiosk.touch import Touch
    from kiosk.widgets.qr_picture import QrPicture

    services = (
        Service(
            "certificate", "Certificado de antecedentes judiciales", "J", ServiceKind.CERTIFICATE
        ),
        Service("information", "Información y orientación", "I"),
    )
    ready = tuple((part, PartState(True)) for part in Part)
    world = World("MAC Lima Norte", True, True, services, 3770, True, ready, wallet=True)
    complaints = "Libro de Reclamaciones en el mostrador y en www.example.pe/reclamos"
    world = replace(world, complaints=complaints)
    person = Person(
        UUID(int=7),
        AttentionClass.GENERAL,
        Document("01", "10203040", date(1990, 2, 3), "PRADO", "JUAN"),
    )
    ticket = facts.Ticket(
        "t", "J-042", services[0].name, AttentionClass.GENERAL, 7, facts.Wait(5, 12)
    )
    offer = facts.Offer("PR**** JUAN", 3770)
    order = facts.Order(UUID(int=8), "A01-00042-K", 3770, "juan@example.com")
    printed = facts.PrintState.PRINTED
    visit = staff_states.Visit(UUID(int=9), "jefa.lima", tuple(staff_states.Chore))
    tested = (
        staff_states.TestedPart("reader", "document_reader", staff_states.TestEnd.PASSED),
        staff_states.TestedPart("printer", "receipt_printer", staff_states.TestEnd.FAILED),
    )
    newcomer = replace(person, document=None)
    dni = facts.Typed("01", "10203040", "2", date(1990, 2, 3))
    tour: dict[str, states.At] = {
        "welcome": states.Welcome(),
        "out_of_service": states.OutOfService(Obstacle.SERVER_AWAY),
        "not_paired": states.NotPaired(Pairing("40718265", 1)),
        "read_document": states.ReadDocument(person),
        "read_document-again": states.ReadDocument(person, facts.ReadProblem.UNREADABLE, 2),
        "choose_document": identity_states.ChooseDocument(newcomer),
        "type_number": identity_states.TypeNumber(newcomer, dni),
        "type_number-ce": identity_states.TypeNumber(newcomer, facts.Typed("04")),
        "type_check": identity_states.TypeCheck(newcomer, dni),
        "type_birth": identity_states.TypeBirth(newcomer, dni),
        "type_issue": identity_states.TypeIssue(newcomer, dni),
        "offer_preference": identity_states.OfferPreference(person, services[1]),
        "finish_first": identity_states.FinishFirst(person, states.Terms(person, services[0])),
        "cannot_apply-for_another": states.CannotApply(newcomer, facts.NotPossible.FOR_ANOTHER),
        "choose_service": states.ChooseService(person, services),
        "taking_turn": states.TakingTurn(person, services[0]),
        "ticket_ready-printing": states.TicketReady(person, ticket),
        "ticket_ready-printed": states.TicketReady(person, ticket, printed),
        "terms": states.Terms(person, services[0]),
        "cannot_apply": states.CannotApply(person, facts.NotPossible.ALREADY_VALID),
        "cannot_apply-in_force": states.CannotApply(
            person,
            facts.NotPossible.ALREADY_VALID,
            facts.InForce(services[0], date(2027, 2, 12)),
        ),
        "sending_again": states.SendingAgain(person, facts.InForce(services[0], date(2027, 2, 12))),
        "give_number": states.GiveNumber(person),
        "email_corrected": states.EmailCorrected(person, "juan@example.com", order.number),
        "goes_on": states.GoesOn(person, facts.Found(order.number, facts.Standing.WORKING)),
        "confirm_name": states.ConfirmName(person, services[0], offer),
        "give_email": states.GiveEmail(person, services[0], offer),
        "give_email-doubt": states.GiveEmail(
            person, services[0], offer, doubt=facts.Doubt("juan@gmial.com", "juan@gmail.com")
        ),
        "without_email": states.WithoutEmail(person, states.GiveEmail(person, services[0], offer)),
        "ready_to_pay": states.ReadyToPay(person, order),
        "ready_to_pay-declined": states.ReadyToPay(person, order, facts.NotPaid.DECLINED),
        "paying_by_card": states.PayingByCard(person, order),
        "paying_by_cash": states.PayingByCash(
            person, order, 2500, wanted=(10, 20, 50, 100, 200, 500, 1000), pieces=(2000, 500)
        ),
        "paying_by_cash-paid": states.PayingByCash(
            person, order, 4000, pieces=(2000, 2000), counted=facts.Counted(True, 230)
        ),
        "paying_by_wallet": states.PayingByWallet(person, order, WALLET_CODE),
        "give_sequence": states.GiveSequence(person, order),
        "give_day": states.GiveDay(person, order, "0012345"),
        "payment_waits": states.PaymentWaits(person, order, printed),
        "holds_claim": states.HoldsClaim(
            person, replace(order, owed=(facts.Owed("C-7KQ2-M9XT-9", 2000),)), printed
        ),
        "working": states.Working(person, order),
        "staff_code": staff_states.StaffCode(UUID(int=9)),
        "staff_menu": staff_states.StaffMenu(visit),
        "staff_tested": staff_states.StaffTested(visit, tested, printed),
        "staff_calibration": staff_states.StaffCalibration(visit),
        "payment_unknown": states.PaymentUnknown(person, order, printed),
        "guide": guide_states.Guide(person),
        "guide_page": guide_states.GuidePage(person, guide_states.Topic.CERTIFICATE),
        "guide_page-law": guide_states.GuidePage(person, guide_states.Topic.PREFERENTIAL),
        "guide_page-complaints": guide_states.GuidePage(person, guide_states.Topic.COMPLAINTS),
        "guide_service": guide_states.GuideService(person, services[1]),
        "follow_menu": follow_states.FollowMenu(person),
        "follow_document": follow_states.FollowDocument(replace(person, document=None)),
        "follow_code": follow_states.FollowCode(person),
        "followed_ones": follow_states.FollowedOnes(
            person,
            (
                follow_states.Followed(order.number, follow_states.Story.SENT, "j***@e***"),
                follow_states.Followed("A01-00040-5", follow_states.Story.REFUSED),
            ),
        ),
        "followed_nothing": follow_states.FollowedNothing(person),
        "followed_money": follow_states.FollowedMoney(
            person,
            follow_states.FollowedClaim("C-7KQ2-M9XT-9", 2000, follow_states.ClaimStory.OWED),
        ),
        "in_review": states.InReview(person, order, printed),
        "paid_but_refused": states.PaidButRefused(person, order, printed),
        "certificate_ready": states.CertificateReady(person, order, LINK, printed),
    }
    engine = Showcase(states.State(world, states.Welcome()))
    report: dict[str, object] = {}

    def first_frame() -> None:
        report["first_frame_s"] = time.monotonic() - BEGUN
        report["rss_mib"] = _resident_mib()

    language = wishes.get("language", "es")
    comfort = Comfort(language=language)
    for wish in filter(None, wishes.get("mode", "").split(",")):
        comfort = comfort.toggled(Wish(wish))
    panel = MM_PER_PX_22 if wishes.get("panel") == "22" else MM_PER_PX_27
    theme = Theme(panel).dressed(comfort)
    app = KioskApp(engine, theme, load(language), first_frame, comfort=comfort)
    engine.state = replace(
        engine.state, help=facts.HelpState(wishes.get("bar", facts.HelpState.NOT_CALLED))
    )
    app._run_prepare()
    EventLoop.start()
    touch = Touch(app)
    assert app.page is not None
    screens: dict[str, list[str]] = {}
    for name, at in tour.items():
        if only and name not in only:
            continue
        engine.state, engine.changed = replace(engine.state, at=at), True
        _frames(5)
        if name in TYPED:
            touch.type_keys(TYPED[name])
            _frames(2)
        touch.screenshot(folder / f"{name}.png")
        screens[name] = [touch.screen(), *touch.controls()]
    for code in app.page.walk():
        if isinstance(code, QrPicture):
            report["code"] = [*code.to_window(*code.pos), code.width, len(code.rows)]
    engine.state, engine.changed = replace(engine.state, at=states.Welcome()), True
    _frames(5)
    drawn = []
    window: Any = EventLoop.window
    window.bind(on_flip=lambda _window: drawn.append(Clock.frames))
    _frames(15)
    report["frames_drawn_at_rest"] = len(drawn)
    touch.touch("start")
    report["events"] = [type(event).__name__ for event in engine.posted]
    report["screens"] = screens
    report["peak_rss_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    (folder / "tour.json").write_text(json.dumps(report))


def _frames(count: int) -> None:
    from kivy.base import EventLoop

    for _ in range(count):
        EventLoop.idle()


def _resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
