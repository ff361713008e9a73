"""The telephone of a member of staff: an authenticator app, and how it is enrolled."""

from base64 import b32decode
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff.model import STEP
from queue_server.staff.services import second_factor


@dataclass(frozen=True)
class App:
    """An app with one base32 secret. The library computes its codes, not the code under test."""

    secret: str

    def code(self, at: datetime | None = None) -> str:
        """The six digits of an instant; of now, unless told."""
        key = b32decode(self.secret.replace(" ", ""))
        instant = at or datetime.now(UTC)
        return TOTP(key, 6, SHA1(), 30).generate(int(instant.timestamp())).decode()


def enrol(uow: UnitOfWork, person: Actor) -> tuple[App, list[str]]:
    """Give `person` a second factor, in one unit; their app and their recovery codes.

    It is confirmed with the code of the step before, so that the code of now is still good.
    """
    app = App(second_factor.offer(uow, person.site, person.name))
    codes = second_factor.confirm(uow, person, app.code(uow.now - STEP))
    assert codes is not None, "the code of the step before was refused"
    return app, codes
