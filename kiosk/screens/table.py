"""Which screen shows which state of the flow."""

from kiosk.flow import states
from kiosk.screens.cannot_apply import CannotApplyScreen
from kiosk.screens.certificate_ready import CertificateReadyScreen
from kiosk.screens.checking_applicant import CheckingApplicantScreen
from kiosk.screens.checking_voucher import CheckingVoucherScreen
from kiosk.screens.choose_service import ChooseServiceScreen
from kiosk.screens.confirm_name import ConfirmNameScreen
from kiosk.screens.correcting_email import CorrectingEmailScreen
from kiosk.screens.email_corrected import EmailCorrectedScreen
from kiosk.screens.give_day import GiveDayScreen
from kiosk.screens.give_email import GiveEmailScreen
from kiosk.screens.give_number import GiveNumberScreen
from kiosk.screens.give_sequence import GiveSequenceScreen
from kiosk.screens.goes_on import GoesOnScreen
from kiosk.screens.holds_claim import HoldsClaimScreen
from kiosk.screens.in_review import InReviewScreen
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
from kiosk.screens.still_working import StillWorkingScreen
from kiosk.screens.taking_turn import TakingTurnScreen
from kiosk.screens.terms import TermsScreen
from kiosk.screens.ticket_ready import TicketReadyScreen
from kiosk.screens.type_day import TypeDayScreen
from kiosk.screens.welcome import WelcomeScreen
from kiosk.screens.working import WorkingScreen
from kiosk.widgets.page import Page

SCREENS: dict[type[states.At], type[Page]] = {
    states.OutOfService: OutOfServiceScreen,
    states.Welcome: WelcomeScreen,
    states.ReadDocument: ReadDocumentScreen,
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
}
