"""When the certificate this server shows ends."""

from collections.abc import Callable
from datetime import datetime

from queue_server.config import ServerConfig
from queue_server.core.tls import TlsFault, TlsFiles, expiry


def certificate_until(config: ServerConfig) -> Callable[[], datetime | None]:
    """Asks the file each time, for it is renewed; None where there is none, or no TLS."""
    files = TlsFiles(config.tls.folder)

    def ask() -> datetime | None:
        if config.plain_http:
            return None
        try:
            return expiry(files)
        except (TlsFault, OSError, ValueError):
            return None

    return ask
