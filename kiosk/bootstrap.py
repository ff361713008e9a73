"""Puts a kiosk together: the only module that builds drivers and clients."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from types import TracebackType
from uuid import UUID

from devices.errors import ConfigurationError
from devices.hot_plug import HotPlug, waking
from devices.kinds import cash_acceptor, cash_dispenser
from devices.ports import system_ports
from devices.registry import DeviceConfig, build
from devices.supervisor import Event, Publish, Supervisor
from kiosk.actions.admission import Admission
from kiosk.actions.book import FILE as ACTIONS_FILE
from kiosk.actions.book import ActionBook
from kiosk.actions.bundle import Diagnostics, harmless, machine
from kiosk.actions.desk import Acting, ActionDesk
from kiosk.actions.door import Door
from kiosk.actions.model import Kind
from kiosk.actions.settings import FILE as SETTINGS_FILE
from kiosk.actions.settings import SettingsBook
from kiosk.actions.trial import LOOK_EVERY_S as TRIAL_EVERY_S
from kiosk.actions.trial import SettingsTrial
from kiosk.actions.works import Works
from kiosk.box_emptying import LOOK_EVERY_S as BOXES_EVERY_S
from kiosk.box_emptying import BoxEmptying
from kiosk.box_watch import BoxWatch
from kiosk.cash.gate import CashGate
from kiosk.cash.offer import LOOK_EVERY_S as CASH_OFFER_EVERY_S
from kiosk.cash.offer import CashOffer
from kiosk.cash.settlement import CashSettlement
from kiosk.cash.till import Till
from kiosk.claim_slips import ClaimSlips
from kiosk.config import ConfigError, Device, KioskConfig
from kiosk.connection import connect, keeper
from kiosk.day_closing import LOOK_EVERY_S as DAYS_EVERY_S
from kiosk.day_closing import DayReports
from kiosk.device_news import Posting, heartbeat_rows, part_state
from kiosk.discovery import LOOK_EVERY_S as ADVERT_EVERY_S
from kiosk.discovery import Advert
from kiosk.flow.effects import (
    ChangeEmail,
    ChargeCard,
    CheckApplicant,
    DeliverOrder,
    FollowApplications,
    FollowClaim,
    IssueTicket,
    PresentVoucher,
    PrintReceipt,
    PrintTicket,
    RegisterOrder,
    SendAgain,
    ShowWalletCode,
    TakeCash,
    TakeNumber,
)
from kiosk.flow.events import JournalChanged
from kiosk.flow.staff.events import ClosureChanged
from kiosk.flow.states import Welcome
from kiosk.flow.world import Part
from kiosk.giving_back import LOOK_EVERY_S as RETURNS_EVERY_S
from kiosk.giving_back import GivingBack
from kiosk.heartbeat import Beating
from kiosk.help_line import HELP_EVERY_S, HelpLine
from kiosk.journal import Journal, load_key, open_journal
from kiosk.journal.health import LOOK_EVERY_S, JournalWatch
from kiosk.keypad import KeypadDesk
from kiosk.number_blocks import LOOK_EVERY_S as NUMBERS_EVERY_S
from kiosk.number_blocks import NumberBlocks
from kiosk.pairing.keeper import LOOK_EVERY_S as TRUST_EVERY_S
from kiosk.pairing.keeper import TrustKeeper
from kiosk.performers.again import AgainDesk
from kiosk.performers.applicant import ApplicantDesk, OrderDesk
from kiosk.performers.card import CardDesk
from kiosk.performers.cash import CashDesk
from kiosk.performers.correction import CorrectionDesk
from kiosk.performers.delivery import DeliveryDesk
from kiosk.performers.follow import FollowDesk
from kiosk.performers.printer import SlipPrinter
from kiosk.performers.ticket import NumberDesk, TicketDesk
from kiosk.performers.voucher import VoucherDesk
from kiosk.performers.wallet import WalletDesk
from kiosk.queue_client import QueueClient
from kiosk.recovery import RECOVER_EVERY_S, Recovery
from kiosk.retelling import FILE as RESTORATION_FILE
from kiosk.retelling import LOOK_EVERY_S as RETELLING_EVERY_S
from kiosk.retelling import Retelling
from kiosk.runner import Runner
from kiosk.speech.recordings import Recordings
from kiosk.speech.sink import alsa
from kiosk.speech.synthesiser import Espeak
from kiosk.speech.talker import Route, Talker
from kiosk.staff.closure import ClosureBook
from kiosk.staff.desk import StaffDesk, end_program
from kiosk.staff.kept import KeptFile
from kiosk.staff.ports import PortBook, PortDesk
from kiosk.staff.touch_correction import TouchCorrection
from kiosk.telling import TELL_EVERY_S, Telling
from kiosk.vital_signs import Pulse
from kiosk.watch import OFFER_EVERY_S, Repeating, ServerWatch


@dataclass
class Kiosk:
    """A kiosk without its screen: everything behind `runner`. Use as a context manager."""

    runner: Runner
    journal: Journal
    devices: tuple[Supervisor, ...]
    watches: tuple[Repeating | Beating | HotPlug | Acting, ...]
    client: QueueClient
    advert: Advert
    talker: Talker
    keypad: KeypadDesk
    touches: TouchCorrection
    ends_payments: tuple[Callable[[], None], ...] = ()
    trusting: TrustKeeper | None = None

    def __enter__(self) -> "Kiosk":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def start(self) -> None:
        """Begin to look after devices, money and server."""
        self.advert.__enter__()
        self.talker.start()
        for part in (*self.devices, *self.watches):
            part.start()

    def close(self) -> None:
        """End all of it, started or not."""
        self.talker.close()
        for end in self.ends_payments:
            end()
        for watch in self.watches:
            watch.stop()
        if self.trusting is not None:
            self.trusting.close()
        self.runner.stop()
        for device in self.devices:
            device.stop()
        self.advert.__exit__(None, None, None)
        self.client.close()
        self.journal.close()


def build_kiosk(
    config: KioskConfig,
    notes: Callable[[], tuple[str, ...]] = tuple,
    settings: SettingsBook | None = None,
) -> Kiosk:
    """The kiosk of `config`, not started; `notes`: the last lines of its log; `settings`: what was
    changed from afar and is in `config` already. Raises ConfigError, JournalUnsafe."""
    kept = config.journal.parent
    if settings is None:
        settings = SettingsBook(kept / SETTINGS_FILE)
        config = settings.begin(config)
    port_book = PortBook(KeptFile(kept / "ports.json"))
    config = port_book.placed(config)
    closure = ClosureBook(KeptFile(kept / "closure.json"))
    touches = TouchCorrection(KeptFile(kept / "touch.json"))
    client, trust = connect(config)
    journal = open_journal(config.journal, load_key(config.journal_key_file))
    journal.close_interrupted()
    runner = Runner(journal)
    posting = Posting(runner.post)
    talker = _talker(config)
    keypad = KeypadDesk(lambda inserted: talker.route(_route(inserted)))
    ears: list[Callable[[Event], None]] = [posting, keypad.hear]

    def publish(news: Event) -> None:
        for ear in ears:
            ear(news)

    devices = tuple(_supervisor(each, journal, publish) for each in config.devices)
    by_kind: Mapping[str, Supervisor] = {each.kind: each for each in devices}
    acceptors = [each for each in devices if each.kind == cash_acceptor.KIND]
    gate = CashGate([each.device for each in acceptors], posting.bar)
    till = Till(acceptors, [each for each in devices if each.kind == cash_dispenser.KIND], gate)
    ears.append(till.hear)
    settlement = CashSettlement(journal, till)
    cash = CashDesk(till, journal, settlement, runner.post)
    wallet = WalletDesk(client, journal, runner.post)

    def stop_paying(payment: UUID) -> None:
        cash.stop(payment)
        wallet.stop(payment)

    following = FollowDesk(client)
    help_line = HelpLine(client, lambda: runner.state.help, runner.post)
    printer, terminal = by_kind.get(Part.PRINTER), by_kind.get(Part.TERMINAL)
    slips = SlipPrinter(printer, journal)

    def build_again(device: Device, hear: Publish) -> Supervisor:
        return _supervisor(device, journal, hear)

    kinds = {each.device: each.kind for each in devices}
    staff = StaffDesk(
        config.code,
        client,
        journal,
        devices,
        printer,
        closure,
        touches,
        PortDesk(config, lambda name: kinds.get(name, ""), port_book, build_again, system_ports),
        lambda: gate.is_paying,
        runner.post,
    )
    runner.equip(
        {
            IssueTicket: TicketDesk(client),
            TakeNumber: NumberDesk(journal),
            PrintTicket: slips,
            PrintReceipt: slips,
            CheckApplicant: ApplicantDesk(client),
            RegisterOrder: OrderDesk(client, journal, config.code),
            ChargeCard: CardDesk(terminal, journal),
            DeliverOrder: DeliveryDesk(client, journal),
            SendAgain: AgainDesk(client, journal, config.code),
            ChangeEmail: CorrectionDesk(client),
            FollowApplications: following,
            FollowClaim: following,
            TakeCash: cash,
            ShowWalletCode: wallet,
            PresentVoucher: VoucherDesk(client),
        },
        stop_paying,
        help_line.call,
        staff,
    )
    if closure.closure is not None:
        runner.post(ClosureChanged(closure.closure))
    claim_slips = ClaimSlips(
        journal,
        printer,
        lambda: printer is not None and part_state(printer.status).usable,
        lambda: runner.state.at,
    )
    cash_offer = CashOffer(till, lambda: runner.state.world.fee_centimos)
    recovery = Recovery(journal, client, terminal, settlement, claim_slips)
    telling = Telling(journal, client)
    retelling = Retelling(journal, client, KeptFile(kept / RESTORATION_FILE))
    capacities = {each.name: each.capacity for each in config.devices if each.capacity}
    box_watch = BoxWatch(journal, client, devices, gate, capacities)
    boxes = BoxEmptying(
        config.code,
        journal,
        client,
        box_watch,
        gate,
        printer,
        lambda: printer is not None and part_state(printer.status).usable,
    )
    ears.append(boxes.hear)
    giving_back = GivingBack(
        journal,
        client,
        terminal,
        lambda: terminal is not None and terminal.status.usable,
        settlement,
    )
    health = JournalWatch(journal, lambda reason: runner.post(JournalChanged(usable=not reason)))
    numbers = NumberBlocks(
        journal, client, lambda: runner.state, runner.post, config.offline.numbers
    )
    build_name = version("ventanilla")
    pulse = Pulse(runner, journal, devices, box_watch, health, closure, kept, config, notes)
    ears.append(pulse.hear)
    beating = pulse.beating(client, build_name)
    days = DayReports(journal, terminal, lambda: isinstance(runner.state.at, Welcome))
    advert = Advert(config, build_name)
    trusting = keeper(config, client, trust, runner.post)
    action_book = ActionBook(kept / ACTIONS_FILE)
    works = Works(config.code, devices, printer, closure, runner.post).table()
    action_desk = ActionDesk(
        client,
        Admission(config.code, lambda: trusting.trust if trusting else None, action_book),
        action_book,
        Door(lambda: runner.state, runner.post, lambda: closure.closure, lambda: gate.is_paying),
        journal,
        works,
        now=lambda: pulse.clock.server_now,
        configuration=lambda: settings.version.number,
        restart=end_program,
        on_trial=lambda: settings.trial is not None or settings.fell_back is not None,
    )
    trial = SettingsTrial(settings, lambda: beating.is_acknowledged, action_desk.close, end_program)
    diagnostics = Diagnostics(
        client,
        {
            "machine": machine,
            "versions": lambda: {"kiosk": build_name, "changed": settings.changed()},
            "configuration": lambda: harmless(config, settings.version.number),
            "devices": lambda: heartbeat_rows(devices),
            "vitals": lambda: dict(pulse.rest().vitals),
            "counters": lambda: dict(pulse.rest().counters),
            "log": lambda: list(notes()),
        },
        now=lambda: datetime.now(UTC),
    )
    works[Kind.CONFIGURE], works[Kind.DIAGNOSTICS] = trial.work(), diagnostics.work()
    kept_trust = (Repeating("trust", TRUST_EVERY_S, trusting.look),) if trusting else ()
    watch = ServerWatch(client, retelling.before(runner.post), hear=action_desk.hear)
    watches = (
        *kept_trust,
        Repeating("journal", LOOK_EVERY_S, health.look),
        Repeating("offer", OFFER_EVERY_S, watch.look),
        beating,
        Acting(action_desk),
        Repeating("settings trial", TRIAL_EVERY_S, trial.look),
        Repeating("cash offer", CASH_OFFER_EVERY_S, cash_offer.look),
        Repeating("recovery", RECOVER_EVERY_S, recovery.look),
        Repeating("returns", RETURNS_EVERY_S, giving_back.look),
        Repeating("telling", TELL_EVERY_S, telling.look),
        Repeating("retelling", RETELLING_EVERY_S, retelling.look),
        Repeating("boxes", BOXES_EVERY_S, boxes.look),
        Repeating("numbers", NUMBERS_EVERY_S, numbers.look),
        Repeating("help", HELP_EVERY_S, help_line.look),
        Repeating("days", DAYS_EVERY_S, days.look),
        Repeating("advert", ADVERT_EVERY_S, advert.look),
        HotPlug(waking(devices)),
    )
    ends_payments = (cash.close, wallet.close)
    return Kiosk(
        runner,
        journal,
        devices,
        watches,
        client,
        advert,
        talker,
        keypad,
        touches,
        ends_payments,
        trusting,
    )


def _talker(config: KioskConfig) -> Talker:
    speech = config.speech
    sinks = {Route.LOUDSPEAKER: alsa(speech.loudspeaker), Route.HEADPHONES: alsa(speech.headphones)}
    return Talker(
        Espeak(words_per_minute=speech.words_per_minute), sinks, Recordings(speech.recordings)
    )


def _route(inserted: bool) -> Route:
    return Route.HEADPHONES if inserted else Route.LOUDSPEAKER


def _supervisor(row: Device, journal: Journal, publish: Publish) -> Supervisor:
    try:
        settings = DeviceConfig(row.name, row.model, row.port, row.options)
        return build(settings, publish, credit_book=journal.cash, payout_book=journal.cash)
    except ConfigurationError as error:
        raise ConfigError(f"devices.{row.name}: {error}") from error
