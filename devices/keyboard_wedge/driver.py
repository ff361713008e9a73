"""Listens to an MRZ reader that types as a keyboard, and reports documents."""

from collections.abc import Callable
from datetime import date

from devices.documents.bank_card import is_bank_card
from devices.documents.mrz import Refusal, split_lines
from devices.driver import Model, Options, Wiring
from devices.input_link import InputLink, open_input
from devices.keyboard_wedge.protocol import Typed, WedgeParser
from devices.kinds.document_reader import KIND, ReadFailed, zone_read
from devices.listening import Judged, ListeningDriver, today_utc

NO_ZONE = (
    "what it types is no machine-readable zone: set the reader to the US keyboard layout, "
    "or another keyboard is on this port"
)


def judging(today: Callable[[], date]) -> Callable[[Typed], Judged]:
    """How one reading is judged; ``today`` settles two-digit years."""

    def judge(typed: Typed) -> Judged:
        known = not typed.text or split_lines(typed.text) or is_bank_card(typed.text)
        symptom = "" if known else NO_ZONE
        if not typed.whole:
            return Judged(ReadFailed(Refusal.UNREADABLE), symptom)
        return Judged(zone_read(typed.text, today()), symptom)

    return judge


def _open(port: str, options: Options) -> InputLink:
    return open_input(port, bool(options["grab"]))


def _build(link: InputLink, _options: Options, wiring: Wiring) -> ListeningDriver[Typed]:
    capabilities = {"mrz": True, "chip": False, "grabbed": link.grabbed}
    return ListeningDriver(
        link, wiring.report, WedgeParser(), judging(today_utc), capabilities, link.note
    )


MODEL = Model(
    kind=KIND,
    options={},
    build=_build,
    choices={},
    open_link=_open,
    link_options={"grab": True},
    answers=False,
)
