"""The kiosk's way to its server: with what pairing left, or with a development token."""

from collections.abc import Callable

from kiosk.config import ConfigError, KioskConfig
from kiosk.flow.pairing import PairingChanged
from kiosk.pairing.desk import PairingDesk
from kiosk.pairing.finder import Configured, Finder, OnTheLan
from kiosk.pairing.keeper import TrustKeeper
from kiosk.queue_client import QueueClient
from kiosk.trust import FILE, Trust, TrustFile, TrustUnreadable


def connect(config: KioskConfig) -> tuple[QueueClient, Trust | None]:
    """The client, and what it was paired with; one not paired yet asks nobody. Raises ConfigError.

    `server.url` counts before the address that pairing noted: the authority is the same.
    """
    if config.server.url is not None and config.server.credential_file is not None:
        return QueueClient(config.server.url, _development_token(config)), None
    try:
        trust = _file(config).read()
    except TrustUnreadable as error:
        raise ConfigError(str(error)) from error
    client = QueueClient()
    if trust is not None:
        client.talk_to(config.server.url or trust.url, trust.token, trust.authority)
    return client, trust


def keeper(
    config: KioskConfig,
    client: QueueClient,
    trust: Trust | None,
    post: Callable[[PairingChanged], None],
) -> TrustKeeper | None:
    """Who pairs this kiosk and renews its token; None for a development token."""
    if config.server.credential_file is not None:
        return None

    def finder() -> Finder:
        if config.server.url is not None:
            return Configured(config.server.url)
        return OnTheLan(config.discovery.interfaces)

    desk = PairingDesk(config.code, finder, post)
    return TrustKeeper(_file(config), trust, client, desk, finder)


def _file(config: KioskConfig) -> TrustFile:
    return TrustFile(config.journal.parent / FILE)


def _development_token(config: KioskConfig) -> str:
    path = config.server.credential_file
    assert path is not None
    try:
        return path.read_text().strip()
    except OSError as error:
        raise ConfigError(
            f"{path}: no credential ({error.strerror}); run `python -m queue_server add-kiosk "
            f"{config.code}` on the server and put its output there"
        ) from error
