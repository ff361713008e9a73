"""The paper of claims nobody stood there for: printed once, after a crash or a late discovery."""

from collections.abc import Callable, Iterable

from kiosk.journal import Journal
from kiosk.journal.claims import Claim, SlipState
from kiosk.performers.printer import Commands, print_once
from kiosk.slips import claim_slip


class ClaimSlips:
    """Prints the slips of claims that were handed to it, when the printer can."""

    def __init__(
        self, journal: Journal, printer: Commands | None, ready: Callable[[], bool]
    ) -> None:
        self._journal = journal
        self._printer = printer
        self._ready = ready
        self._owed = {each.id: each for each in journal.claims.without_slip()}

    def owe(self, claims: Iterable[Claim]) -> None:
        """These claims came into being with nobody at the screen."""
        self._owed |= {each.id: each for each in claims if each.slip is SlipState.OWED}

    def print_owed(self) -> None:
        """Print each once; what is known about its paper is in the journal."""
        for claim in list(self._owed.values()):
            if not self._ready():
                return
            del self._owed[claim.id]
            self._journal.claims.slip_is(claim.code, SlipState.PRINTING)
            result = print_once(self._printer, claim_slip(str(claim.id), claim))
            self._journal.claims.slip_is(claim.code, SlipState(result))
