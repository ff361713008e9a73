"""Listens to a navigation keypad, and reports its keys and its headphone jack.

Option ``keys`` names keys that are not the standard ones: ``"183=help 185=jack_in 186=jack_out"``
(Linux key code, what it is for).
"""

from devices.driver import Capabilities, Model, NotRun, Options, Report, Wiring
from devices.errors import LinkRefused
from devices.input_events import SW_HEADPHONE_INSERT
from devices.input_link import InputLink, open_input
from devices.kinds.keypad import KIND, Happening, JackState, KeyPressed
from devices.kinds.self_test import SelfTest, SelfTestResult, Step
from devices.navigation_keypad.protocol import KeypadParser, KeyTable
from devices.status import Completion, DeviceState, DeviceStatus

LISTEN_S = 0.05
READ_BYTES = 256


class KeypadDriver:
    """One keypad over one link."""

    def __init__(self, link: InputLink, report: Report, table: KeyTable) -> None:
        self._link = link
        self._report = report
        self._parser = KeypadParser(table)
        self._asked = False
        self._keys = 0

    @property
    def capabilities(self) -> Capabilities:
        """Keys and a jack; ``grabbed`` tells whether its keys come here alone."""
        return {"keys": True, "jack": True, "grabbed": self._link.grabbed}

    @property
    def poll_interval_s(self) -> float:
        """None: it listens all the time."""
        return 0.0

    def probe(self) -> DeviceStatus:
        """Ask for the jack, which the event file can tell; a key cannot be asked for."""
        self._settle_jack()
        return self._status()

    def poll(self) -> DeviceStatus:
        """Listen for 50 ms and report what happened."""
        self._tell(self._parser.feed(self._link.read(READ_BYTES, LISTEN_S)))
        self._settle_jack()
        return self._status()

    def execute(self, command: object, deadline: float) -> SelfTestResult | NotRun:  # noqa: ARG002
        """Answer a ``SelfTest`` with what was seen so far; a keypad takes no other command."""
        if isinstance(command, SelfTest):
            return SelfTestResult.of(self._steps(), self._status())
        return NotRun(Completion.UNSUPPORTED_COMMAND, self._status())

    def close(self) -> None:
        """Give the keypad back."""
        self._link.close()

    def _settle_jack(self) -> None:
        """Ask once whenever the jack became unknown, and not again where nobody answers."""
        unknown = self._parser.jack is JackState.UNKNOWN
        if unknown and not self._asked:
            self._tell(self._parser.settle_jack(self._link.switch(SW_HEADPHONE_INSERT)))
        self._asked = unknown and self._parser.jack is JackState.UNKNOWN

    def _tell(self, happened: list[Happening]) -> None:
        for each in happened:
            self._keys += isinstance(each, KeyPressed)
            self._report(each)

    def _status(self) -> DeviceStatus:
        parts = {"jack": self._parser.jack.value}
        return DeviceStatus(DeviceState.ONLINE, parts, detail=self._link.note)

    def _steps(self) -> tuple[Step, ...]:
        jack = self._parser.jack
        hint = "; plug headphones in and out" if jack is JackState.UNKNOWN else ""
        pressed = f"{self._keys} keys since it was opened"
        ask = "" if self._keys else "; it cannot be asked, press one"
        return (
            Step("open the event file", passed=True, found=self._link.note or "taken alone"),
            Step("look at the jack", passed=True, found=f"{jack}{hint}"),
            Step("look at the keys", passed=True, found=pressed + ask),
        )


def _open(port: str, options: Options) -> InputLink:
    try:
        KeyTable.of(str(options["keys"]))
    except ValueError as unreadable:
        raise LinkRefused(port, unreadable) from unreadable
    return open_input(port, bool(options["grab"]))


def _build(link: InputLink, options: Options, wiring: Wiring) -> KeypadDriver:
    return KeypadDriver(link, wiring.report, KeyTable.of(str(options["keys"])))


MODEL = Model(
    kind=KIND,
    options={"keys": ""},
    build=_build,
    choices={},
    open_link=_open,
    link_options={"grab": True},
    answers=False,
)
