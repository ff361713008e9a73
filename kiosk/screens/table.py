"""Which screen shows which state of the flow."""

from kiosk.flow import follow_states, guide_states, identity_states, staff_states, states
from kiosk.screens.cannot_apply import CannotApplyScreen
from kiosk.screens.certificate_ready import CertificateReadyScreen
from kiosk.screens.checking_applicant import CheckingApplicantScreen
from kiosk.screens.checking_voucher import CheckingVoucherScreen
from kiosk.screens.choose_document import ChooseDocumentScreen
from kiosk.screens.choose_service import ChooseServiceScreen
from kiosk.screens.confirm_name import ConfirmNameScreen
from kiosk.screens.correcting_email import CorrectingEmailScreen
from kiosk.screens.email_corrected import EmailCorrectedScreen
from kiosk.screens.finish_first import FinishFirstScreen
from kiosk.screens.follow_document import FollowDocumentScreen
from kiosk.screens.follow_menu import FollowMenuScreen
from kiosk.screens.follow_typing import FollowTypingScreen
from kiosk.screens.followed_money import FollowedMoneyScreen
from kiosk.screens.followed_nothing import FollowedNothingScreen
from kiosk.screens.followed_ones import FollowedOnesScreen
from kiosk.screens.following import FollowingScreen
from kiosk.screens.give_day import GiveDayScreen
from kiosk.screens.give_email import GiveEmailScreen
from kiosk.screens.give_number import GiveNumberScreen
from kiosk.screens.give_sequence import GiveSequenceScreen
from kiosk.screens.goes_on import GoesOnScreen
from kiosk.screens.guide import GuideScreen
from kiosk.screens.guide_page import GuidePageScreen
from kiosk.screens.guide_service import GuideServiceScreen
from kiosk.screens.guide_services import GuideServicesScreen
from kiosk.screens.holds_claim import HoldsClaimScreen
from kiosk.screens.in_review import InReviewScreen
from kiosk.screens.offer_preference import OfferPreferenceScreen
from kiosk.screens.out_of_service import OutOfServiceScreen
from kiosk.screens.paid_but_refused import PaidButRefusedScreen
from kiosk.screens.paying_by_card import PayingByCardScreen
from kiosk.screens.paying_by_cash import PayingByCashScreen
from kiosk.screens.paying_by_wallet import PayingByWalletScreen
from kiosk.screens.payment_unknown import PaymentUnknownScreen
from kiosk.screens.payment_waits import PaymentWaitsScreen
from kiosk.screens.read_document import ReadDocumentScreen
from kiosk.screens.ready_to_pay import ReadyToPayScreen
from kiosk.screens.registering import RegisteringScreen
from kiosk.screens.sending_again import SendingAgainScreen
from kiosk.screens.staff_at_work import StaffAtWorkScreen
from kiosk.screens.staff_calibration import StaffCalibrationScreen
from kiosk.screens.staff_choices import (
    StaffClosingScreen,
    StaffMenuScreen,
    StaffPartsScreen,
    StaffPortsScreen,
)
from kiosk.screens.staff_code import StaffCodeScreen
from kiosk.screens.staff_tested import StaffTestedScreen
from kiosk.screens.still_working import StillWorkingScreen
from kiosk.screens.taking_turn import TakingTurnScreen
from kiosk.screens.terms import TermsScreen
from kiosk.screens.ticket_ready import TicketReadyScreen
from kiosk.screens.type_birth import TypeBirthScreen
from kiosk.screens.type_check import TypeCheckScreen
from kiosk.screens.type_day import TypeDayScreen
from kiosk.screens.type_issue import TypeIssueScreen
from kiosk.screens.type_number import TypeNumberScreen
from kiosk.screens.welcome import WelcomeScreen
from kiosk.screens.without_email import WithoutEmailScreen
from kiosk.screens.working import WorkingScreen
from kiosk.widgets.page import Page

SCREENS: dict[type[states.At], type[Page]] = {
    states.OutOfService: OutOfServiceScreen,
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
