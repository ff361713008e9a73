"""One of each state the flow can be in, and every variant that says something of its own."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from kiosk.flow.facts import (
    Doubt,
    EmailProblem,
    Found,
    InForce,
    NotCorrected,
    NotPaid,
    NotPossible,
    NoTurn,
    Offer,
    Order,
    Owed,
    PrintState,
    ReadProblem,
    Standing,
    Ticket,
    Typed,
    TypingProblem,
    VoucherProblem,
    Wait,
)
from kiosk.flow.follow.states import (
    ClaimStory,
    FollowCode,
    FollowDocument,
    Followed,
    FollowedClaim,
    FollowedMoney,
    FollowedNothing,
    FollowedOnes,
    FollowEnding,
    Following,
    FollowMenu,
    FollowNumber,
    NotFollowed,
    Story,
)
from kiosk.flow.guide.states import (
    Guide,
    GuidePage,
    GuideService,
    GuideServices,
    Topic,
)
from kiosk.flow.identity.states import (
    ChooseDocument,
    FinishFirst,
    OfferPreference,
    TypeBirth,
    TypeCheck,
    TypeIssue,
    TypeNumber,
)
from kiosk.flow.person import AttentionClass, Document, Person
from kiosk.flow.staff.states import (
    Chore,
    ChoreNews,
    CodeProblem,
    PlacedPart,
    StaffAtWork,
    StaffCalibration,
    StaffClosing,
    StaffCode,
    StaffMenu,
    StaffOpening,
    StaffParts,
    StaffPorts,
    StaffTested,
    TestedPart,
    TestEnd,
    Visit,
)
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
    StillWorking,
    TakingTurn,
    Terms,
    TicketReady,
    TypeDay,
    Welcome,
    WithoutEmail,
    Working,
)
from kiosk.flow.world import Obstacle, Part, PartState, Service, ServiceKind, World

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
    complaints="Libro de Reclamaciones en el mostrador y en www.example.pe/reclamos",
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
    Wait(105, 118),
)
OFFER = Offer("PR**** JUAN", 3770)
IN_FORCE = InForce(SERVICES[0], date(2027, 9, 30))
ORDER = Order(UUID(int=8), "A01-00042-K", 3770, "carmen@example.com")
NO_EMAIL = replace(ORDER, email=None)
FREE = replace(ORDER, amount_centimos=0)
DOUBT = Doubt("juan@outlok.com", "juan@outlook.com")
LONG_EMAIL = replace(
    ORDER, email="maria.del.rosario.quispe@alumnos.universidad-nacional-mayor.example.com"
)
OWED = replace(ORDER, owed=(Owed("C-7KQ2-M9XT-9", 2010),))
WALLET_CODE = (
    "00020101021226280010pe.example0110012345678952049399530360454053"
    "7.705802PE5911INPE PRUEBA6004Lima62140510K07-0001236304A519"
)
LINK = "https://certificados.example.pe/d/4Zk1vQ8sXo2LrT9wYb7NcE5hJm3KpUaDfGi6RtSxWqA"
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
        "choose_service-refused": ChooseService(PERSON, SERVICES, REFUSED, no_turn=NoTurn.OTHER),
        **{f"choose_service-{why}": ChooseService(PERSON, SERVICES, no_turn=why) for why in NoTurn},
        "choose_service-unread": ChooseService(replace(PERSON, document=None), SERVICES[:1]),
        "choose_service-few": ChooseService(PERSON, SERVICES[:1]),
        "choose_service-many": ChooseService(PERSON, SERVICES + SERVICES),
        "taking_turn": TakingTurn(PERSON, SERVICES[2]),
        **{f"ticket_ready-{paper}": TicketReady(PERSON, TICKET, paper) for paper in PrintState},
        "ticket_ready-next": TicketReady(
            PERSON, replace(TICKET, ahead=0, number="PRE-1042"), PrintState.PRINTED
        ),
        "ticket_ready-soon": TicketReady(
            PERSON, replace(TICKET, wait=Wait(0, 4)), PrintState.PRINTED
        ),
        "ticket_ready-long": TicketReady(
            PERSON, replace(TICKET, wait=Wait(130, 180)), PrintState.PRINTED
        ),
        "ticket_ready-no_estimate": TicketReady(
            PERSON, replace(TICKET, wait=None), PrintState.PRINTED
        ),
        **_identity(),
        **_before_paying(),
        **_paying(),
        **_results(),
        **_correction(),
        **_staff(),
        **_follow(),
        **_guide(),
    }


def _guide() -> dict[str, At]:
    unread = replace(PERSON, document=None)
    turns = tuple(each for each in SERVICES if each.kind is ServiceKind.TURN)
    named = replace(turns[1], needs="Dice cómo se portó en el penal. Traiga su documento.")
    return {
        "guide": Guide(unread),
        "guide-read": Guide(PERSON),
        **{f"guide_page-{topic}": GuidePage(unread, topic) for topic in Topic},
        "guide_page-returns": GuidePage(
            PERSON, Topic.COMPLAINTS, HoldsClaim(PERSON, OWED, PrintState.PRINTED)
        ),
        "guide_services": GuideServices(unread, turns),
        "guide_service": GuideService(unread, named),
    }


def _follow() -> dict[str, At]:
    unread = replace(PERSON, document=None)
    address = "m***@a***"
    ones = tuple(Followed("A01-00042-K", story, address) for story in Story)
    return {
        "follow_menu": FollowMenu(unread),
        "follow_menu-read": FollowMenu(PERSON),
        "follow_document": FollowDocument(unread),
        **{f"follow_document-{why}": FollowDocument(unread, why) for why in ReadProblem},
        "follow_number": FollowNumber(unread),
        **{f"follow_number-{why}": FollowNumber(unread, why) for why in NotFollowed},
        "follow_ending": FollowEnding(unread, ORDER.number),
        "follow_ending-short": FollowEnding(unread, ORDER.number, short=True),
        "follow_code": FollowCode(unread),
        **{f"follow_code-{why}": FollowCode(unread, why) for why in NotFollowed},
        "following": Following(unread),
        "followed_nothing": FollowedNothing(PERSON),
        **{f"followed_ones-{one.story}": FollowedOnes(PERSON, (one,)) for one in ones},
        "followed_ones-several": FollowedOnes(
            PERSON, (replace(ones[5], claim_open=True), *ones[:2])
        ),
        **{
            f"followed_money-{story}": FollowedMoney(
                unread, FollowedClaim("C-7KQ2-M9XT-9", 2010, story)
            )
            for story in ClaimStory
        },
    }


def _identity() -> dict[str, At]:
    unknown = replace(PERSON, document=None)
    read = Document("", "800117495", date(1996, 12, 7), "PRUEBA", "DANIEL ALEJANDRO")
    dni = Typed("01", "10117410", "2", date(1980, 1, 1))
    typed = Document("01", "10117410", date(1980, 1, 1), typed=True)
    somebody = replace(PERSON, document=typed)
    problems = (TypingProblem.TOO_SHORT, TypingProblem.NOT_A_NUMBER)
    days = (TypingProblem.NO_SUCH_DAY, TypingProblem.NOT_YET, TypingProblem.TOO_LONG_AGO)
    wrong = TypingProblem.CHECK_CHARACTER
    return {
        "choose_document": ChooseDocument(unknown),
        "choose_document-read": ChooseDocument(unknown, read=read),
        **{
            f"type_number-{kind}": TypeNumber(unknown, Typed(kind))
            for kind in ("01", "04", "07", "23", "26")
        },
        **{f"type_number-{why}": TypeNumber(unknown, Typed("01"), why) for why in problems},
        **{f"type_number-ce-{why}": TypeNumber(unknown, Typed("04"), why) for why in problems},
        "type_check": TypeCheck(unknown, dni),
        "type_check-wrong": TypeCheck(unknown, dni, wrong),
        "type_birth": TypeBirth(unknown, dni),
        **{f"type_birth-{why}": TypeBirth(unknown, dni, why) for why in days},
        "type_issue": TypeIssue(unknown, dni),
        "type_issue-before": TypeIssue(unknown, dni, TypingProblem.BEFORE_BIRTH),
        "offer_preference": OfferPreference(PERSON, SERVICES[1]),
        "finish_first": FinishFirst(PERSON, Terms(PERSON, SERVICES[0])),
        "cannot_apply-typed": CannotApply(somebody, NotPossible.DATA_MISMATCH),
        "cannot_apply-typed_unknown": CannotApply(somebody, NotPossible.UNKNOWN_DOCUMENT),
        "goes_on-typed": GoesOn(somebody, Found("", Standing.WORKING)),
    }


VISIT = Visit(UUID(int=9), "supervisora.lima", tuple(Chore))
PLACED = tuple(
    PlacedPart(name, kind, f"/dev/ventanilla/{name}")
    for name, kind in (
        ("reader", "document_reader"),
        ("printer", "receipt_printer"),
        ("terminal", "card_terminal"),
        ("notes", "cash_acceptor"),
        ("coins", "cash_acceptor"),
        ("hopper", "cash_dispenser"),
        ("keypad", "keypad"),
    )
)


def _staff() -> dict[str, At]:
    asked, ends = UUID(int=10), (TestEnd.PASSED, TestEnd.FAILED, TestEnd.NOT_RUN)
    tested = tuple(TestedPart(each.name, each.kind, ends[i % 3]) for i, each in enumerate(PLACED))
    parts = StaffParts(VISIT, PLACED, ("/dev/ttyUSB0", "usb:0403:6001:A50285BI"))
    few = replace(VISIT, chores=(Chore.PAPER, Chore.SELF_TEST, Chore.SERVICE))
    return {
        "staff_code": StaffCode(UUID(int=9)),
        **{f"staff_code-{why}": StaffCode(UUID(int=9), why) for why in CodeProblem},
        "staff_opening": StaffOpening(UUID(int=9), asked, 1),
        "staff_menu": StaffMenu(VISIT),
        "staff_menu-few": StaffMenu(few),
        **{f"staff_menu-{news}": StaffMenu(VISIT, news) for news in ChoreNews},
        **{f"staff_at_work-{each}": StaffAtWork(VISIT, each, asked) for each in Chore},
        "staff_tested": StaffTested(VISIT, tested, PrintState.PRINTED),
        "staff_tested-no_paper": StaffTested(VISIT, tested[:3], PrintState.NOT_PRINTED),
        "staff_closing": StaffClosing(VISIT),
        "staff_parts": parts,
        "staff_ports": StaffPorts(parts, PLACED[0]),
        "staff_ports-none": StaffPorts(replace(parts, ports=()), PLACED[0]),
        "staff_calibration": StaffCalibration(VISIT),
        "staff_calibration-again": StaffCalibration(VISIT, again=True),
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
        **{
            f"give_email-{why}": GiveEmail(PERSON, certificate, OFFER, why)
            for why in EmailProblem
            if why is not EmailProblem.INCOMPLETE
        },
        "give_email-doubt": GiveEmail(PERSON, certificate, OFFER, doubt=DOUBT),
        "without_email": WithoutEmail(PERSON, GiveEmail(PERSON, certificate, OFFER)),
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
