"""Puts a kiosk together: the only module that builds drivers and clients."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from types import TracebackType

from devices.errors import ConfigurationError
from devices.hot_plug import HotPlug, waking
from devices.registry import DeviceConfig, build
from devices.supervisor import Supervisor
from kiosk.config import ConfigError, KioskConfig
from kiosk.device_news import heartbeat_rows, posting
from kiosk.discovery import Advert
from kiosk.flow.effects import (
    ChangeEmail,
    ChargeCard,
    CheckApplicant,
    DeliverOrder,
    IssueTicket,
    PrintReceipt,
    PrintTicket,
    RegisterOrder,
    SendAgain,
)
from kiosk.flow.events import JournalChanged
from kiosk.flow.world import Part
from kiosk.journal import Journal, load_key, open_journal
from kiosk.journal.health import LOOK_EVERY_S, JournalWatch
from kiosk.performers.again import AgainDesk
from kiosk.performers.applicant import ApplicantDesk, OrderDesk
from kiosk.performers.card import CardDesk
from kiosk.performers.correction import CorrectionDesk
from kiosk.performers.delivery import DeliveryDesk
from kiosk.performers.printer import SlipPrinter
from kiosk.performers.ticket import TicketDesk
from kiosk.queue_client import QueueClient
from kiosk.recovery import RECOVER_EVERY_S, Recovery
from kiosk.runner import Runner
from kiosk.watch import OFFER_EVERY_S, Heartbeat, Repeating, ServerWatch


@dataclass
class Kiosk:
    """A kiosk without its screen: everything behind `runner`. Use as a context manager."""

    runner: Runner
    journal: Journal
    devices: tuple[Supervisor, ...]
    watches: tuple[Repeating | HotPlug, ...]
    client: QueueClient
    advert: Advert

    def __enter__(self) -> "Kiosk":
        self.advert.__enter__()
        for part in (*self.devices, *self.watches):
            part.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for watch in self.watches:
            watch.stop()
        self.runner.stop()
        for device in self.devices:
            device.stop()
        self.advert.__exit__(kind, error, trace)
        self.client.close()
        self.journal.close()


def build_kiosk(config: KioskConfig) -> Kiosk:
    """The kiosk of `config`, not started. Raises ConfigError, JournalUnsafe."""
    client = QueueClient(config.server.url, _credential(config))
    journal = open_journal(config.journal, load_key(config.journal_key_file))
    journal.close_interrupted()
    runner = Runner(journal)
    devices = tuple(_supervisor(config, index, runner) for index in range(len(config.devices)))
    by_kind: Mapping[str, Supervisor] = {each.kind: each for each in devices}
    printer, terminal = by_kind.get(Part.PRINTER), by_kind.get(Part.TERMINAL)
    slips = SlipPrinter(printer)
    runner.equip(
        {
            IssueTicket: TicketDesk(client),
            PrintTicket: slips,
            PrintReceipt: slips,
            CheckApplicant: ApplicantDesk(client),
            RegisterOrder: OrderDesk(client, journal, config.code),
            ChargeCard: CardDesk(terminal, journal),
            DeliverOrder: DeliveryDesk(client, journal),
            SendAgain: AgainDesk(client, journal, config.code),
            ChangeEmail: CorrectionDesk(client),
        }
    )
    recovery = Recovery(journal, client, terminal)
    health = JournalWatch(journal, lambda reason: runner.post(JournalChanged(usable=not reason)))
    build_name = version("ventanilla")
    heartbeat = Heartbeat(
        client,
        lambda: [*heartbeat_rows(devices), health.row()],
        screen=lambda: type(runner.state.at).__name__,
        unsent=lambda: len(journal.orders.unsettled()),
        build=build_name,
    )
    watches = (
        Repeating("journal", LOOK_EVERY_S, health.look),
        Repeating("offer", OFFER_EVERY_S, ServerWatch(client, runner.post).look),
        Repeating("heartbeat", 0.5, heartbeat.beat),
        Repeating("recovery", RECOVER_EVERY_S, recovery.look),
        HotPlug(waking(devices)),
    )
    return Kiosk(runner, journal, devices, watches, client, Advert(config, build_name))


def _supervisor(config: KioskConfig, index: int, runner: Runner) -> Supervisor:
    row = config.devices[index]
    try:
        settings = DeviceConfig(row.name, row.model, row.port, row.options)
        return build(settings, posting(runner.post))
    except ConfigurationError as error:
        raise ConfigError(f"devices.{row.name}: {error}") from error


def _credential(config: KioskConfig) -> str:
    path = config.server.credential_file
    try:
        return path.read_text().strip()
    except OSError as error:
        raise ConfigError(
            f"{path}: no credential ({error.strerror}); run `python -m queue_server add-kiosk "
            f"{config.code}` on the server and put its output there"
        ) from error
