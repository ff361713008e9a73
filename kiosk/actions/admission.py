"""Whether what a server says (or who passes for it) is an action for this kiosk, now, and once."""

import hashlib
from collections.abc import Callable
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.actions.book import ActionBook
from kiosk.actions.model import Action, Me, Memory, NotAnAction, Refusal, judge, parse, signed
from kiosk.pairing.exchange import load_private
from kiosk.trust import Trust


class NotAdmitted(Exception):
    """It is not begun. `action` is known where its signature was good."""

    def __init__(self, reason: Refusal, action: Action | None = None) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.action = action


class Admission:
    """`trusted`: what this kiosk was paired with, None while it is shut out."""

    def __init__(self, kiosk: str, trusted: Callable[[], Trust | None], book: ActionBook) -> None:
        self._kiosk = kiosk
        self._trusted = trusted
        self._book = book

    def admit(self, body: str, signature: str, now: datetime | None) -> Action:
        """The action in `body`, taken for good. `now`: the server's clock. Raises NotAdmitted."""
        trust = self._trusted()
        if trust is None:
            raise NotAdmitted(Refusal.NOT_PAIRED)
        if not self._is_signed(body, signature, trust):
            raise NotAdmitted(Refusal.FORGED)
        try:
            action = parse(body)
        except NotAnAction as error:
            raise NotAdmitted(Refusal.NOT_AN_ACTION) from error
        me = Me(trust.site, self._kiosk, fingerprint(trust))
        refusal = self._judge(action, me, now, self._book.memory(me.device, now))
        if refusal is not None or now is None:
            raise NotAdmitted(refusal or Refusal.CLOCK_UNKNOWN, action)
        try:
            self._book.take(action, now)
        except OSError as error:
            raise NotAdmitted(Refusal.NOT_WRITTEN, action) from error
        return action

    def still(self, action: Action) -> bool:
        """Whether this kiosk is still the one `action` was meant for."""
        trust = self._trusted()
        return trust is not None and fingerprint(trust) == action.target.device

    def _is_signed(self, body: str, signature: str, trust: Trust) -> bool:
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(trust.actions_key))
            key.verify(bytes.fromhex(signature), signed(body))
        except (InvalidSignature, ValueError):
            return False
        return True

    def _judge(
        self, action: Action, me: Me, now: datetime | None, memory: Memory
    ) -> Refusal | None:
        return judge(action, me, now, memory)


def fingerprint(trust: Trust) -> str:
    """SHA-256 of the device's public key, hexadecimal. Raises ValueError."""
    public = load_private(trust.device_key).public_key().public_bytes_raw()
    return hashlib.sha256(public).hexdigest()
