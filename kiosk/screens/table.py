"""Which screen shows which state of the flow."""

from kiosk.flow import states
from kiosk.flow.follow import states as follow_states
from kiosk.flow.guide import states as guide_states
from kiosk.flow.identity import states as identity_states
from kiosk.flow.staff import states as staff_states
from kiosk.screens.certificate.cannot_apply import CannotApplyScreen
from kiosk.screens.certificate.certificate_ready import CertificateReadyScreen
from kiosk.screens.certificate.checking_applicant import CheckingApplicantScreen
from kiosk.screens.certificate.confirm_name import ConfirmNameScreen
from kiosk.screens.certificate.give_email import GiveEmailScreen
from kiosk.screens.certificate.goes_on import GoesOnScreen
from kiosk.screens.certificate.in_review import InReviewScreen
from kiosk.screens.certificate.registering import RegisteringScreen
from kiosk.screens.certificate.sending_again import SendingAgainScreen
from kiosk.screens.certificate.still_working import StillWorkingScreen
from kiosk.screens.certificate.terms import TermsScreen
from kiosk.screens.certificate.without_email import WithoutEmailScreen
from kiosk.screens.certificate.working import WorkingScreen
from kiosk.screens.follow.correcting_email import CorrectingEmailScreen
from kiosk.screens.follow.email_corrected import EmailCorrectedScreen
from kiosk.screens.follow.follow_document import FollowDocumentScreen
from kiosk.screens.follow.follow_menu import FollowMenuScreen
from kiosk.screens.follow.follow_typing import FollowTypingScreen
from kiosk.screens.follow.followed_money import FollowedMoneyScreen
from kiosk.screens.follow.followed_nothing import FollowedNothingScreen
from kiosk.screens.follow.followed_ones import FollowedOnesScreen
from kiosk.screens.follow.following import FollowingScreen
from kiosk.screens.follow.give_number import GiveNumberScreen
from kiosk.screens.guide.guide import GuideScreen
from kiosk.screens.guide.guide_page import GuidePageScreen
from kiosk.screens.guide.guide_service import GuideServiceScreen
from kiosk.screens.guide.guide_services import GuideServicesScreen
from kiosk.screens.identity.choose_document import ChooseDocumentScreen
from kiosk.screens.identity.finish_first import FinishFirstScreen
from kiosk.screens.identity.offer_preference import OfferPreferenceScreen
from kiosk.screens.identity.read_document import ReadDocumentScreen
from kiosk.screens.identity.type_birth import TypeBirthScreen
from kiosk.screens.identity.type_check import TypeCheckScreen
from kiosk.screens.identity.type_issue import TypeIssueScreen
from kiosk.screens.identity.type_number import TypeNumberScreen
from kiosk.screens.paying.checking_voucher import CheckingVoucherScreen
from kiosk.screens.paying.give_day import GiveDayScreen
from kiosk.screens.paying.give_sequence import GiveSequenceScreen
from kiosk.screens.paying.holds_claim import HoldsClaimScreen
from kiosk.screens.paying.paid_but_refused import PaidButRefusedScreen
from kiosk.screens.paying.paying_by_card import PayingByCardScreen
from kiosk.screens.paying.paying_by_cash import PayingByCashScreen
from kiosk.screens.paying.paying_by_wallet import PayingByWalletScreen
from kiosk.screens.paying.payment_unknown import PaymentUnknownScreen
from kiosk.screens.paying.payment_waits import PaymentWaitsScreen
from kiosk.screens.paying.ready_to_pay import ReadyToPayScreen
from kiosk.screens.paying.type_day import TypeDayScreen
from kiosk.screens.staff.staff_at_work import StaffAtWorkScreen
from kiosk.screens.staff.staff_calibration import StaffCalibrationScreen
from kiosk.screens.staff.staff_choices import (
    StaffClosingScreen,
    StaffMenuScreen,
    StaffPartsScreen,
    StaffPortsScreen,
)
from kiosk.screens.staff.staff_code import StaffCodeScreen
from kiosk.screens.staff.staff_tested import StaffTestedScreen
from kiosk.screens.start.choose_service import ChooseServiceScreen
from kiosk.screens.start.not_paired import NotPairedScreen
from kiosk.screens.start.out_of_service import OutOfServiceScreen
from kiosk.screens.start.welcome import WelcomeScreen
from kiosk.screens.turn.taking_turn import TakingTurnScreen
from kiosk.screens.turn.ticket_ready import TicketReadyScreen
from kiosk.widgets.page import Page

SCREENS: dict[type[states.At], type[Page]] = {
    states.OutOfService: OutOfServiceScreen,
    states.NotPaired: NotPairedScreen,
    states.Welcome: WelcomeScreen,
    states.ReadDocument: ReadDocumentScreen,
    identity_states.ChooseDocument: ChooseDocumentScreen,
    identity_states.TypeNumber: TypeNumberScreen,
    identity_states.TypeCheck: TypeCheckScreen,
    identity_states.TypeBirth: TypeBirthScreen,
    identity_states.TypeIssue: TypeIssueScreen,
    identity_states.OfferPreference: OfferPreferenceScreen,
    identity_states.FinishFirst: FinishFirstScreen,
    states.ChooseService: ChooseServiceScreen,
    states.TakingTurn: TakingTurnScreen,
    states.TicketReady: TicketReadyScreen,
    states.Terms: TermsScreen,
    states.CheckingApplicant: CheckingApplicantScreen,
    states.CannotApply: CannotApplyScreen,
    states.GoesOn: GoesOnScreen,
    states.ConfirmName: ConfirmNameScreen,
    states.GiveEmail: GiveEmailScreen,
    states.GiveEmailAgain: GiveEmailScreen,
    states.WithoutEmail: WithoutEmailScreen,
    states.SendingAgain: SendingAgainScreen,
    states.Registering: RegisteringScreen,
    states.ReadyToPay: ReadyToPayScreen,
    states.PayingByCard: PayingByCardScreen,
    states.PayingByCash: PayingByCashScreen,
    states.GiveSequence: GiveSequenceScreen,
    states.GiveDay: GiveDayScreen,
    states.TypeDay: TypeDayScreen,
    states.CheckingVoucher: CheckingVoucherScreen,
    states.PaymentWaits: PaymentWaitsScreen,
    states.PayingByWallet: PayingByWalletScreen,
    states.HoldsClaim: HoldsClaimScreen,
    states.PaymentUnknown: PaymentUnknownScreen,
    states.Working: WorkingScreen,
    states.CertificateReady: CertificateReadyScreen,
    states.InReview: InReviewScreen,
    states.StillWorking: StillWorkingScreen,
    states.PaidButRefused: PaidButRefusedScreen,
    states.GiveNumber: GiveNumberScreen,
    states.GiveNewEmail: GiveEmailScreen,
    states.CorrectingEmail: CorrectingEmailScreen,
    states.EmailCorrected: EmailCorrectedScreen,
    guide_states.Guide: GuideScreen,
    guide_states.GuidePage: GuidePageScreen,
    guide_states.GuideServices: GuideServicesScreen,
    guide_states.GuideService: GuideServiceScreen,
    follow_states.FollowMenu: FollowMenuScreen,
    follow_states.FollowDocument: FollowDocumentScreen,
    follow_states.FollowKind: ChooseDocumentScreen,
    follow_states.FollowNumber: FollowTypingScreen,
    follow_states.FollowEnding: FollowTypingScreen,
    follow_states.FollowCode: FollowTypingScreen,
    follow_states.Following: FollowingScreen,
    follow_states.FollowedNothing: FollowedNothingScreen,
    follow_states.FollowedOnes: FollowedOnesScreen,
    follow_states.FollowedMoney: FollowedMoneyScreen,
    staff_states.StaffCode: StaffCodeScreen,
    staff_states.StaffOpening: StaffAtWorkScreen,
    staff_states.StaffMenu: StaffMenuScreen,
    staff_states.StaffAtWork: StaffAtWorkScreen,
    staff_states.StaffTested: StaffTestedScreen,
    staff_states.StaffClosing: StaffClosingScreen,
    staff_states.StaffParts: StaffPartsScreen,
    staff_states.StaffPorts: StaffPortsScreen,
    staff_states.StaffCalibration: StaffCalibrationScreen,
}
