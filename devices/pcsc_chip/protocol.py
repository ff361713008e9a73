"""How a document's chip is read: each command in its turn, as a conversation without I/O. Pure.

Source: ICAO Doc 9303-10, clause 4 (files), 9303-11, clauses 4.3 and 9.8 and appendix D.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import date

from devices.documents.mrz import MrzRefused, TravelDocument, parse
from devices.kinds.chip_reader import Outcome
from devices.pcsc_chip.apdu import SUCCESS, BadAnswer, CommandApdu, ResponseApdu, exchange
from devices.pcsc_chip.bac import NONCE_BYTES, Chance, DocumentKey, KeyRefused, Opened, Opening
from devices.pcsc_chip.secure_messaging import PlainRefusal, Session
from devices.pcsc_chip.tlv import header, only

APPLICATION = bytes.fromhex("A0000002471001")
EF_COM = 0x011E
EF_DG1 = 0x0101
DG1_TAG = 0x61
ZONE_TAG = 0x5F1F
MAX_FILE_BYTES = 512
MAX_READ_BYTES = 0xDF

SELECT_APPLICATION = CommandApdu(0x00, 0xA4, 0x04, 0x0C, APPLICATION)
GET_CHALLENGE = CommandApdu(0x00, 0x84, 0x00, 0x00, le=NONCE_BYTES)

_LINES = {90: 30, 72: 36, 88: 44}
_FILE_HEADER_BYTES = 4
_ABSENT = frozenset({0x6A81, 0x6A82, 0x6A86, 0x6A88, 0x6D00, 0x6E00})
_CLOSED = frozenset({0x6982, 0x6985, 0x6999})
_KEY_REFUSED = frozenset({0x6982, 0x6983, 0x6984, 0x6985, 0x6988, 0x6A80})


class ChipRefused(Exception):
    """The chip was not read; ``outcome`` says how it ended. The text holds no personal data."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(reason)
        self.outcome: Outcome = outcome


Conversation = Generator[bytes, bytes, TravelDocument]
"""Yields each command as sent, takes each reply as it came, returns what the chip says."""
_Reading = Generator[bytes, bytes, bytes]


@dataclass(frozen=True, slots=True)
class Request:
    """One reading: the key, the reader's chance, today (for two-digit years), T=0 or not."""

    key: DocumentKey = field(repr=False)
    chance: Chance = field(repr=False)
    today: date
    t0: bool = False


def select_application(*, t0: bool) -> Generator[bytes, bytes, int]:
    """Select the documents' application; returns the status word, raises ``BadAnswer``."""
    return (yield from exchange(SELECT_APPLICATION, t0=t0)).sw


def read_document(
    request: Request, converse: Callable[[Opened], Session] = Session
) -> Conversation:
    """Open the chip on the reader and read its zone; raises ``ChipRefused`` and nothing else.

    Every check digit of the zone agreed, and it is the zone whose key opened the chip. Closing
    the conversation early forgets its keys.
    """
    try:
        yield from _application_selected(t0=request.t0)
        session = converse((yield from _open(request)))
        try:
            content = yield from read_file(session, EF_DG1, DG1_TAG, t0=request.t0)
        finally:
            session.wipe()
        return _document(content, request)
    except BadAnswer as bad:
        raise ChipRefused("bad_answer", f"the chip gave {bad}") from None


def read_file(session: Session, file_id: int, tag: int, *, t0: bool) -> _Reading:
    """Return a whole file, which must be one object with ``tag`` of at most 512 bytes.

    Raises ``ChipRefused`` where the chip says no, ``BadAnswer`` for what no such chip says.
    """
    select = CommandApdu(0x00, 0xA4, 0x02, 0x0C, file_id.to_bytes(2))
    chosen = yield from _secured(session, select, t0=t0)
    if chosen.sw in _ABSENT:
        raise ChipRefused("not_supported", f"the chip has no such file ({chosen.sw:04X})")
    _must_succeed(chosen.sw, "to select its file")
    beginning = yield from _read(session, b"", _FILE_HEADER_BYTES, t0=t0)
    found, at, length = header(beginning)
    if found != tag or at + length > MAX_FILE_BYTES:
        raise BadAnswer("another file than was asked for")
    return (yield from _read(session, beginning, at + length, t0=t0))


def _application_selected(*, t0: bool) -> Generator[bytes, bytes, None]:
    sw = yield from select_application(t0=t0)
    if sw in _ABSENT | _CLOSED:
        raise ChipRefused("not_supported", f"this card is no identity document's chip ({sw:04X})")
    _must_succeed(sw, "to select the application")


def _open(request: Request) -> Generator[bytes, bytes, Opened]:
    challenge = yield from exchange(GET_CHALLENGE, t0=request.t0)
    if challenge.sw in _ABSENT | _CLOSED:
        why = f"the chip does not open by Basic Access Control ({challenge.sw:04X})"
        raise ChipRefused("not_supported", f"{why}; newer ones ask for PACE")
    _must_succeed(challenge.sw, "a challenge")
    if len(challenge.data) != NONCE_BYTES:
        raise BadAnswer("a challenge of another length")
    opening = Opening(request.key, request.chance, challenge.data)
    proof = yield from exchange(opening.command(), t0=request.t0)
    if proof.sw in _KEY_REFUSED or proof.sw >> 8 == 0x63:
        why = f"the chip opens to another number, birth or expiry ({proof.sw:04X})"
        raise ChipRefused("key_refused", why)
    _must_succeed(proof.sw, "to open")
    return opening.opened(proof.data)


def _read(session: Session, content: bytes, size: int, *, t0: bool) -> _Reading:
    """Return the first ``size`` bytes of the file whose beginning is ``content``, or a bit more."""
    while len(content) < size:
        wanted = min(size - len(content), MAX_READ_BYTES)
        command = CommandApdu(0x00, 0xB0, len(content) >> 8, len(content) & 0xFF, le=wanted)
        response = yield from _secured(session, command, t0=t0)
        _must_succeed(response.sw, "to give its file")
        if not 1 <= len(response.data) <= wanted:
            raise BadAnswer("a part of a file of another length than asked for")
        content += response.data
    return content


def _secured(
    session: Session, command: CommandApdu, *, t0: bool
) -> Generator[bytes, bytes, ResponseApdu]:
    sealed = yield from exchange(session.protect(command), t0=t0)
    try:
        return session.unprotect(sealed)
    except PlainRefusal as refusal:
        raise ChipRefused("unknown", str(refusal)) from None


def _must_succeed(sw: int, what: str) -> None:
    if sw != SUCCESS:
        raise ChipRefused("unknown", f"the chip refused {what} ({sw:04X})")


def _document(content: bytes, request: Request) -> TravelDocument:
    """Read the zone out of data group 1 and hold it against the key that opened the chip."""
    zone = only(only(content, DG1_TAG), ZONE_TAG)
    width = _LINES.get(len(zone))
    if width is None:
        raise BadAnswer("a zone of no known size")
    text = zone.decode("ascii", "replace")
    lines = tuple(text[at : at + width] for at in range(0, len(text), width))
    try:
        document = parse(lines, request.today)
        named = DocumentKey.of(document.number, document.birth_date, document.expiry_date)
    except (MrzRefused, KeyRefused):
        raise BadAnswer("a zone that cannot be accepted") from None
    if named != request.key:
        raise ChipRefused("contradicts", "the chip names another document than its key")
    return document
