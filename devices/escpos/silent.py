"""The dialect of printers that tell nothing: print servers that only take bytes. Pure."""

from collections.abc import Sequence

from devices.escpos.findings import TELLS_NOTHING
from devices.status import DeviceStatus


class _NothingUnderstood:
    """Takes what comes and makes nothing of it."""

    strays = 0

    def feed(self, data: bytes) -> Sequence[object]:
        """Drop ``data``: what such a server says means nothing to us."""
        del data
        return ()


class _NoWitness:
    """Never saw anything."""

    passed = False

    def fence(self, cuts: int) -> bytes:
        """Nothing: nobody would answer."""
        del cuts
        return b""

    def again(self) -> bytes:
        """Nothing: nobody would answer."""
        return b""

    def hear(self, message: object) -> None:
        """Nothing can be heard."""

    def forget(self) -> None:
        """Nothing is known."""


class SilentDialect:
    """Printers behind a print server that answers no status: ``online``, and nothing proved."""

    questions: tuple[bytes, ...] = ()
    proves = False
    needs_cut = False

    def parser(self) -> _NothingUnderstood:
        """Return what takes any bytes."""
        return _NothingUnderstood()

    def witness(self, chance: int) -> _NoWitness:
        """Return a witness that never passes."""
        del chance
        return _NoWitness()

    def is_answer(self, message: object) -> bool:
        """No message answers."""
        del message
        return False

    def status(self, answers: Sequence[object]) -> DeviceStatus:
        """What can be said of a printer that tells nothing."""
        del answers
        return TELLS_NOTHING

    def told(self, message: object) -> DeviceStatus | None:
        """Nothing comes unasked."""
        del message
        return None
