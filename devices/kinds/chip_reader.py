"""Kind ``chip_reader``: reads the chip of an identity document that lies on a reader. Pure.

The chip opens only to who knows the document: its number, birth and expiry, which come from an
optical reader or are typed. What it then says is *read*, not *verified*: only passive
authentication (ICAO Doc 9303-11, 5.1) would show that the issuing State signed it.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from devices.documents.mrz import TravelDocument
from devices.status import Completion, DeviceStatus

KIND = "chip_reader"

Outcome = Literal[
    "read",
    "no_card",
    "removed",
    "key_refused",
    "not_supported",
    "contradicts",
    "bad_answer",
    "time_out",
    "not_started",
    "unknown",
]
"""How a reading ended.

- ``read``: the chip opened to this key and every answer's seal was right. Not verified.
- ``no_card``: nothing lies on the reader; ``removed``: it was taken away while it was read.
- ``key_refused``: the chip opens to another number, birth or expiry. Type them again.
- ``not_supported``: a card without a chip, without this application, or of a newer sort.
- ``contradicts``: the chip opened, and names another document than its own key.
- ``bad_answer``: an answer without its seal, with a wrong one, or no answer of such a chip.
- ``time_out``: the chip or the reader did not answer in time.
- ``not_started``: nothing was asked of the chip.
- ``unknown``: the chip refused in words that say nothing to us; ``reason`` has them.
"""


@dataclass(frozen=True, slots=True)
class ReadChip:
    """Read the document on the reader with the key its printed zone gives.

    ``number`` is the document's number without check digit and filler (``10117410``),
    ``expiry_date`` None where the zone gives none.
    """

    number: str = field(repr=False)
    birth_date: date = field(repr=False)
    expiry_date: date | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChipResult:
    """How a ``ReadChip`` ended; ``document`` is there only where ``outcome`` is ``read``.

    ``verified`` is always False: nobody checked who signed what the chip says. ``reason`` is an
    English line for staff without personal data, ``status`` the reader's health afterwards.
    """

    outcome: Outcome
    completion: Completion
    document: TravelDocument | None = field(repr=False)
    reason: str
    status: DeviceStatus
    verified: Literal[False] = False
