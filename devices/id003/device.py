"""What the driver tells a validator beside looking at its status: who it is, settings, orders."""

from devices.id003.faults import Fault, LineFault
from devices.id003.line import Line
from devices.id003.protocol import (
    ACKNOWLEDGE,
    COMMUNICATION_MODE,
    CURRENCY_ASSIGN,
    DENOMINATIONS,
    DIRECTION,
    EVERY_DIRECTION,
    INHIBIT,
    NO_OPTIONS,
    NORMAL_SECURITY,
    OPTIONAL_FUNCTION,
    POLLED,
    POWER_RECOVERY,
    RESET,
    SECURITY,
    TAKE,
    TAKE_NOTHING,
    VERSION,
    Command,
    Note,
    State,
    Status,
    disabled_mask,
    notes_of,
    version_of,
)


class Device:
    """One validator on one line. Raises ``LineFault``, and what the link raises.

    ``notes`` are the denominations it knows by escrow code; ``ready`` tells that it has its
    settings, ``enabled`` whether it takes notes (None: not known).
    """

    def __init__(self, line: Line, country: int, *, power_recovery: bool) -> None:
        self._line = line
        self._country = country
        self._options = POWER_RECOVERY if power_recovery else NO_OPTIONS
        self._version = b""
        self.notes: dict[int, Note] = {}
        self.ready = False
        self.enabled: bool | None = None

    @property
    def version(self) -> str:
        """What it calls itself, as ``i(PER)100-SS ID003-05V280-42 01AUG17 964D``."""
        return version_of(self._version)

    @property
    def is_known(self) -> bool:
        """Whether it was asked who it is."""
        return bool(self._version)

    def identify(self) -> None:
        """Ask who is there; ``OTHER_DEVICE`` where our own question comes back."""
        version = self._line.ask(VERSION)
        if not version_of(version):
            raise LineFault(Fault.OTHER_DEVICE, VERSION.name, "it has no version")
        self._version = version

    def status_for_sure(self) -> Status | None:
        """The status, asked behind a question that only this device answers as it did before.

        None where another answers; a mere echo would pass for "idling", whose code is that of the
        question. What is known of it is then forgotten.
        """
        if self._line.ask(VERSION) == self._version:
            return self._line.status()
        self._version, self.notes = b"", {}
        self.ready, self.enabled = False, None
        return None

    def set_up(self) -> None:
        """Give it the settings that a reset undoes; it takes nothing after this."""
        self.let_in(None)
        if not self.notes:
            first = self._line.ask(CURRENCY_ASSIGN)
            if self._line.ask(CURRENCY_ASSIGN) != first:
                raise LineFault(Fault.SPOILT_REPLY, CURRENCY_ASSIGN.name, "it differs each time")
            self.notes = self._notes_of(first)
        for command, data in (
            (SECURITY, NORMAL_SECURITY),
            (COMMUNICATION_MODE, POLLED),
            (DIRECTION, EVERY_DIRECTION),
            (OPTIONAL_FUNCTION, self._options),
        ):
            self._set(command, data)
        self.ready = True

    def let_in(self, accepted: frozenset[int] | None) -> None:
        """Take notes of these escrow codes; None: take nothing."""
        self.enabled = None
        if accepted is not None:
            self._set(DENOMINATIONS, disabled_mask(accepted))
        if self._set(INHIBIT, TAKE_NOTHING if accepted is None else TAKE):
            self.enabled = accepted is not None

    def contradicts(self, state: State) -> bool:
        """Whether ``state`` shows that it does not do what it was told."""
        return (state, self.enabled) in ((State.IDLING, False), (State.INHIBITED, True))

    def order(self, command: Command) -> None:
        """Send a command once; whether it was obeyed is for the status to say."""
        try:
            self._line.ask(command)
        except LineFault as fault:
            if not fault.sent:
                raise

    def reset(self) -> None:
        """Reset it: its settings are gone, and a note inside moves on."""
        self.ready, self.enabled = False, None
        self.order(RESET)

    def acknowledge(self) -> None:
        """Tell it that its ``VEND VALID`` is booked; that is not answered."""
        self._line.tell(ACKNOWLEDGE)

    def _notes_of(self, data: bytes) -> dict[int, Note]:
        try:
            return notes_of(data, self._country)
        except ValueError as odd:
            raise LineFault(Fault.FOREIGN_REPLY, CURRENCY_ASSIGN.name, str(odd)) from None

    def _set(self, command: Command, data: bytes) -> bool:
        """Change a setting; False where the device does not take it (now)."""
        try:
            self._line.ask(command, data)
        except LineFault as fault:
            if fault.fault is not Fault.REFUSED:
                raise
            return False
        return True
