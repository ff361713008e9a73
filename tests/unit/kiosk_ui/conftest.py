"""The kiosk's screens without any display library: mock graphics, a stub window, real layout."""

import gc
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from gettext import GNUTranslations
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest

from kiosk.flow.events import Event, ServerSeen
from kiosk.flow.facts import (
    EmailProblem,
    Found,
    InForce,
    NotCorrected,
    NotPaid,
    NotPossible,
    Offer,
    Order,
    Owed,
    PrintState,
    ReadProblem,
    Standing,
    Ticket,
    VoucherProblem,
)
from kiosk.flow.person import AttentionClass, Document, Person
from kiosk.flow.states import (
    At,
    CannotApply,
    CertificateReady,
    CheckingApplicant,
    CheckingVoucher,
    ChooseService,
    ConfirmName,
    CorrectingEmail,
    EmailCorrected,
    GiveDay,
    GiveEmail,
    GiveEmailAgain,
    GiveNewEmail,
    GiveNumber,
    GiveSequence,
    GoesOn,
    HoldsClaim,
    InReview,
    OutOfService,
    PaidButRefused,
    PayingByCard,
    PayingByCash,
    PayingByWallet,
    PaymentUnknown,
    PaymentWaits,
    ReadDocument,
    ReadyToPay,
    Registering,
    SendingAgain,
    State,
    StillWorking,
    TakingTurn,
    Terms,
    TicketReady,
    TypeDay,
    Welcome,
    Working,
)
from kiosk.flow.step import step
from kiosk.flow.world import Obstacle, Part, PartState, Service, ServiceKind, World
from kiosk.idle import IdleWatch
from kiosk.texts.catalogue import load
from kiosk.theme import Theme

SERVICES = (
    Service("certificate", "Certificado de antecedentes judiciales", "J", ServiceKind.CERTIFICATE),
    Service("review", "Revisión manual de mi caso", "R"),
    Service("conduct", "Constancia de comportamiento y conducta en el penal", "C"),
    Service("release", "Constancia de libertad", "L"),
    Service("information", "Información y orientación", "I"),
)
WORLD = World(
    site="MAC Lima Norte",
    server=True,
    backend=True,
    services=SERVICES,
    fee_centimos=3770,
    public_address=True,
    wallet=True,
    parts=tuple((part, PartState(True)) for part in Part),
)
PERSON = Person(
    UUID(int=7),
    AttentionClass.PREFERENTIAL,
    Document("01", "10203040", date(1990, 2, 3), "PRADO QUISPE", "JUAN CARLOS"),
)
TICKET = Ticket(
    "t-1",
    "J-042",
    SERVICES[0].name,
    AttentionClass.PREFERENTIAL,
    7,
    "unos 105 a 118 minutos",
)
OFFER = Offer("PR**** JUAN", 3770)
IN_FORCE = InForce(SERVICES[0], date(2027, 9, 30))
ORDER = Order(UUID(int=8), "A01-00042-K", 3770, "carmen@example.com")
NO_EMAIL = replace(ORDER, email=None)
FREE = replace(ORDER, amount_centimos=0)
LONG_EMAIL = replace(
    ORDER, email="maria.del.rosario.quispe@alumnos.universidad-nacional-mayor.example.com"
)
OWED = replace(ORDER, owed=(Owed("C-7KQ2-M9XT-9", 2010),))
WALLET_CODE = (
    "00020101021226280010pe.example0110012345678952049399530360454053"
    "7.705802PE5911INPE PRUEBA6004Lima62140510K07-0001236304A519"
)
LINK = "https://certificados.example.pe/d/4Zk1vQ8sXo2LrT9wYb7NcE5hJm3KpUaDfGi6RtSxWqA"
SHOWN, SHOWN_A_COLLECTION = count(), 20
REFUSED = "Ya tiene el turno J-017 para este trámite. Espere su llamado."


def _every_state() -> dict[str, At]:
    """One of each, and every variant that says something of its own."""
    return {
        **{f"out_of_service-{why}": OutOfService(why) for why in Obstacle},
        "welcome": Welcome(),
        "read_document": ReadDocument(PERSON),
        **{
            f"read_document-{problem}-{attempts}": ReadDocument(PERSON, problem, attempts)
            for problem in ReadProblem
            for attempts in (1, 2)
        },
        "choose_service": ChooseService(PERSON, SERVICES),
        "choose_service-refused": ChooseService(PERSON, SERVICES, REFUSED),
        "choose_service-unread": ChooseService(replace(PERSON, document=None), SERVICES[:1]),
        "choose_service-few": ChooseService(PERSON, SERVICES[:1]),
        "choose_service-many": ChooseService(PERSON, SERVICES + SERVICES),
        "taking_turn": TakingTurn(PERSON, SERVICES[2]),
        **{f"ticket_ready-{paper}": TicketReady(PERSON, TICKET, paper) for paper in PrintState},
        "ticket_ready-next": TicketReady(
            PERSON, replace(TICKET, ahead=0, number="PRE-1042"), PrintState.PRINTED
        ),
        "ticket_ready-no_estimate": TicketReady(
            PERSON, replace(TICKET, wait=""), PrintState.PRINTED
        ),
        **_before_paying(),
        **_paying(),
        **_results(),
        **_correction(),
    }


def _correction() -> dict[str, At]:
    return {
        "give_number": GiveNumber(PERSON),
        "give_number-too_often": GiveNumber(PERSON, NotCorrected.TOO_OFTEN),
        "give_email-new": GiveNewEmail(PERSON, ORDER.number),
        "correcting_email": CorrectingEmail(PERSON, ORDER.number, "carmen@example.com"),
        "email_corrected": EmailCorrected(PERSON, "carmen@example.com"),
        "email_corrected-long": EmailCorrected(PERSON, LONG_EMAIL.email or ""),
    }


def _before_paying() -> dict[str, At]:
    certificate = SERVICES[0]
    long_name = Offer("CH**** MAXIMILIANO", 3770)
    return {
        "terms": Terms(PERSON, certificate),
        "checking_applicant": CheckingApplicant(PERSON, certificate),
        **{f"cannot_apply-{why}": CannotApply(PERSON, why) for why in NotPossible},
        "cannot_apply-in_force": CannotApply(PERSON, NotPossible.ALREADY_VALID, IN_FORCE),
        "give_email-again": GiveEmailAgain(PERSON, IN_FORCE),
        "sending_again": SendingAgain(PERSON, IN_FORCE),
        **{f"goes_on-{each}": GoesOn(PERSON, Found("A01-00042-K", each)) for each in Standing},
        "goes_on-claim": GoesOn(PERSON, Found("A01-00042-K", Standing.WORKING, claim_open=True)),
        "confirm_name": ConfirmName(PERSON, certificate, OFFER),
        "confirm_name-long": ConfirmName(PERSON, certificate, long_name),
        "give_email": GiveEmail(PERSON, certificate, OFFER),
        "give_email-incomplete": GiveEmail(PERSON, certificate, OFFER, EmailProblem.INCOMPLETE),
        "registering": Registering(PERSON, OFFER, ORDER.email),
    }


def _paying() -> dict[str, At]:
    return {
        "ready_to_pay": ReadyToPay(PERSON, ORDER),
        **{f"ready_to_pay-{why}": ReadyToPay(PERSON, ORDER, why) for why in NotPaid},
        "paying_by_card": PayingByCard(PERSON, ORDER),
        "paying_by_cash": PayingByCash(PERSON, ORDER, 2010),
        "give_sequence": GiveSequence(PERSON, ORDER),
        **{f"give_sequence-{why}": GiveSequence(PERSON, ORDER, why) for why in VoucherProblem},
        "give_day": GiveDay(PERSON, ORDER, "0012345"),
        "type_day": TypeDay(PERSON, ORDER, "0012345"),
        "type_day-mistyped": TypeDay(PERSON, ORDER, "0012345", mistyped=True),
        "checking_voucher": CheckingVoucher(PERSON, ORDER),
        "paying_by_wallet": PayingByWallet(PERSON, ORDER),
        "paying_by_wallet-shown": PayingByWallet(PERSON, ORDER, WALLET_CODE),
        "paying_by_wallet-stopping": PayingByWallet(PERSON, ORDER, WALLET_CODE, stopping=True),
        "paying_by_cash-stopping": PayingByCash(PERSON, ORDER, 2010, stopping=True),
        "working": Working(PERSON, ORDER),
    }


def _results() -> dict[str, At]:
    found: dict[str, At] = {}
    for paper in PrintState:
        found |= {
            f"payment_unknown-{paper}": PaymentUnknown(PERSON, ORDER, paper),
            f"payment_waits-{paper}": PaymentWaits(PERSON, ORDER, paper),
            f"holds_claim-{paper}": HoldsClaim(PERSON, OWED, paper),
            f"certificate_ready-{paper}": CertificateReady(PERSON, ORDER, LINK, paper),
            f"in_review-{paper}": InReview(PERSON, ORDER, paper),
            f"still_working-{paper}": StillWorking(PERSON, ORDER, paper),
            f"paid_but_refused-{paper}": PaidButRefused(PERSON, ORDER, paper),
        }
    worst = PrintState.UNKNOWN
    return found | {
        "payment_unknown-no_email": PaymentUnknown(PERSON, NO_EMAIL, worst),
        "certificate_ready-no_link": CertificateReady(PERSON, ORDER, None, worst),
        "certificate_ready-no_email": CertificateReady(PERSON, NO_EMAIL, LINK, worst),
        "certificate_ready-neither": CertificateReady(PERSON, NO_EMAIL, None, worst),
        "certificate_ready-long": CertificateReady(PERSON, LONG_EMAIL, LINK, worst),
        "in_review-no_email": InReview(PERSON, NO_EMAIL, worst),
        "in_review-long": InReview(PERSON, LONG_EMAIL, worst),
        "still_working-free": StillWorking(PERSON, FREE, worst),
        "still_working-no_email": StillWorking(PERSON, NO_EMAIL, worst),
        "still_working-long": StillWorking(PERSON, LONG_EMAIL, worst),
    }


STATES = _every_state()


@dataclass
class FlowEngine:
    """The real flow with nothing behind it: effects are written down, not done."""

    state: State = field(default_factory=lambda: State(WORLD, Welcome()))
    posted: list[Event] = field(default_factory=list)
    effects: list[object] = field(default_factory=list)
    queue: list[Event] = field(default_factory=list)
    changed: bool = False

    def post(self, event: Event) -> None:
        self.posted.append(event)
        self.queue.append(event)

    def drain(self) -> bool:
        before, self.changed = (None if self.changed else self.state), False
        while self.queue:
            self.state, effects = step(self.state, self.queue.pop(0))
            self.effects += effects
        return self.state != before

    def begin_anew(self) -> None:
        """Forget everything, as after a restart."""
        self.state, self.changed = State(WORLD, Welcome()), True
        for told in (self.posted, self.effects, self.queue):
            told.clear()

    def put(self, at: At) -> None:
        """Jump to `at`, as if a journey had led there."""
        self.state, self.changed = replace(self.state, at=at), True


@dataclass
class Bench:
    """One running application, driven frame by frame."""

    app: Any
    engine: FlowEngine
    touch: Any
    shift: Callable[[float], None]

    def frames(self, count: int = 3) -> None:
        from kivy.base import EventLoop

        for _ in range(count):
            EventLoop.idle()

    def show(self, at: At, theme: Theme | None = None) -> None:
        if next(SHOWN) % SHOWN_A_COLLECTION == 0:
            gc.collect()
        self.engine.put(at)
        if theme is not None:
            self.app.theme = theme
        self.frames(3)

    def put_world(self, **changes: Any) -> None:
        """Change the surroundings, as if a device or the server had told."""
        world = replace(self.engine.state.world, **changes)
        self.engine.state, self.engine.changed = replace(self.engine.state, world=world), True

    def named(self, name: str) -> Any:
        """The control of this name, enabled or not."""
        return next(each for each in self.app.page.walk() if getattr(each, "name", "") == name)

    def faults(self) -> list[str]:
        return layout_faults(self.app.warning or self.app.page, self.app.theme, self.app.root.size)


def layout_faults(page: Any, theme: Theme, window: tuple[float, float]) -> list[str]:
    """What a person could not read, reach or hit on `page`, in words; empty when all is well."""
    from kivy.uix.boxlayout import BoxLayout
    from kivy.uix.label import Label

    from kiosk.widgets.control import controls, shown

    labels = [each for each in shown(page) if isinstance(each, Label) and each.text]
    found = []
    for label in labels:
        wide, high = label.texture_size
        if wide > label.width + 1 or high > label.height + 1:
            found.append(f"clipped: {label.text!r}")
        extent = label._label.get_cached_extents()
        if any(extent(word)[0] > label.width for word in label.text.split()):
            found.append(f"word broken: {label.text!r}")
        if label.font_size < theme.small and label.font_size < theme.brand_name:
            found.append(f"too small to read: {label.text!r}")
        x, y = label.to_window(*label.pos)
        if x < 0 or y < 0 or x + label.width > window[0] or y + label.height > window[1]:
            found.append(f"outside: {label.text!r}")
    boxes = [each for each in shown(page) if isinstance(each, BoxLayout)]
    found += [
        f"overfull: {type(box).__name__} needs {box.minimum_height:.0f} of {box.height:.0f}"
        for box in boxes
        if box.minimum_height > box.height + 1
    ]
    touchable = controls(page)
    for control in touchable:
        if min(control.size) * theme.mm_per_px < 20:
            found.append(f"too small to touch: {control.name}")
        if control.to_window(0, control.top)[1] > 0.65 * window[1] + 1:
            found.append(f"too high to reach: {control.name}")
        if not control.name or not control.label:
            found.append(f"nameless: {control}")
    for group in (labels, touchable):
        for i, one in enumerate(group):
            found += [
                f"overlap: {_what(one)} / {_what(two)}" for two in group[:i] if _meet(one, two)
            ]
    found += [
        f"overlap: {_what(label)} / {control.name}"
        for label in labels
        for control in touchable
        if _meet(label, control) and not _within(label, control)
    ]
    return found


def _what(widget: Any) -> str:
    return repr(getattr(widget, "name", "") or widget.text)


def _box(widget: Any) -> tuple[float, float, float, float]:
    x, y = widget.to_window(*widget.pos)
    return x, y, x + widget.width, y + widget.height


def _meet(one: Any, two: Any) -> bool:
    left, low, right, high = _box(one)
    left2, low2, right2, high2 = _box(two)
    return min(right, right2) - max(left, left2) > 1 and min(high, high2) - max(low, low2) > 1


def _within(widget: Any, control: Any) -> bool:
    return any(each is control for each in widget.walk_reverse(loopback=False))


def _stub_window() -> ModuleType:
    """In place of SDL: a window that keeps a size and draws on mock graphics."""
    from kivy.core.window import WindowBase

    class WindowSDL(WindowBase):
        def initialize_gl(self) -> None:
            from kivy.core.gl import init_gl

            init_gl(allowed=["mock"])

        def create_window(self, *largs: object) -> None:
            self._size = self.system_size
            super().create_window(*largs)

        def set_title(self, title: str) -> None:
            self.stub_title = title

        def set_icon(self, filename: str) -> None:
            self.stub_icon = filename

        def flip(self) -> None:
            """Nothing to show."""

        def mainloop(self) -> None:
            """No events but those of the tests."""

    module = ModuleType("kivy.core.window.window_sdl2")
    module.WindowSDL = WindowSDL  # pyright: ignore[reportAttributeAccessIssue]
    return module


class _StubFinder:
    """Gives the stub when Kivy asks for its SDL window."""

    def find_spec(self, name: str, *_rest: object) -> Any:
        from importlib.machinery import ModuleSpec

        return ModuleSpec(name, self) if name == "kivy.core.window.window_sdl2" else None  # pyright: ignore[reportArgumentType]

    def create_module(self, _spec: object) -> ModuleType:
        return _stub_window()

    def exec_module(self, _module: ModuleType) -> None:
        """Everything is there already."""


@pytest.fixture(scope="session")
def kivy_window(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The stub window; the environment is put back as soon as Kivy has read it."""
    from kiosk.environment import prepare_environment

    before = dict(os.environ)
    home: Path = tmp_path_factory.mktemp("kivy_home")
    prepare_environment(home)
    os.environ |= {"KIVY_GL_BACKEND": "mock", "KCFG_GRAPHICS_MAXFPS": "0"}
    finder = _StubFinder()
    sys.meta_path.insert(0, finder)  # pyright: ignore[reportArgumentType]
    try:
        from kivy.base import EventLoop

        EventLoop.ensure_window()
        EventLoop.start()
    finally:
        sys.meta_path.remove(finder)  # pyright: ignore[reportArgumentType]
        os.environ.clear()
        os.environ.update(before)
    assert type(EventLoop.window).__module__ != "kivy.core.window._window_sdl2"
    return EventLoop.window


@pytest.fixture(scope="session")
def shift(kivy_window: Any) -> Iterator[Callable[[float], None]]:
    """Shifts Kivy's clock forwards, for good: going back would stop every scheduled event."""
    from kivy import clock

    Clock: Any = clock.Clock
    real, shifted = Clock.time, [0.0]
    Clock.time = lambda: real() + shifted[0]

    def forwards(seconds: float) -> None:
        shifted[0] += seconds

    yield forwards
    Clock.time = real


@pytest.fixture(scope="session")
def spanish() -> GNUTranslations:
    """The first language, compiled once."""
    return load()


@pytest.fixture(scope="session")
def application(
    kivy_window: Any, shift: Callable[[float], None], spanish: GNUTranslations
) -> Iterator[Bench]:
    """One application for all tests: building the screen takes longer than most of them."""
    from kiosk.app import KioskApp
    from kiosk.touch import Touch

    engine = FlowEngine()
    app = KioskApp(engine, Theme(), spanish, idle=IdleWatch())
    app._run_prepare()
    gc.collect()
    gc.freeze()
    gc.disable()  # now and then `show` does it: a thrown-away screen is many small things
    yield Bench(app, engine, Touch(app), shift)
    gc.enable()
    gc.unfreeze()
    app.dispatch("on_stop")
    assert kivy_window.children == [], "an application was left in the window"


@pytest.fixture
def bench(application: Bench, spanish: GNUTranslations) -> Bench:
    """The application as it starts: on the welcome screen, usual look, nothing posted."""
    application.engine.begin_anew()
    app = application.app
    if app.theme != Theme():
        app.theme = Theme()
    if app.loc._ != spanish.gettext:
        app.loc.speak(spanish)
    application.frames(2)
    assert application.touch.screen() == "welcome"
    return application


@pytest.fixture
def states() -> dict[str, At]:
    """Every flow state a screen must be able to show, by a readable name."""
    return STATES


@pytest.fixture
def server_seen() -> ServerSeen:
    """What the site offers."""
    return ServerSeen(
        WORLD.site, SERVICES, backend=True, fee_centimos=WORLD.fee_centimos, public_address=True
    )
