"""Tells a bank card's stripe from a document's zone; keeps no digit of it. Pure.

Source: ISO/IEC 7813 (track 1 begins ``%B`` and ends the number with ``^``; track 2 begins ``;`` and
ends it with ``=``), ISO/IEC 7812-1, annex B (the number's last digit).
"""

import re

_TRACK = re.compile(r"(?:%B([0-9]{12,19})\^|;([0-9]{12,19})=)")


def is_bank_card(text: str) -> bool:
    """Whether a reader sent a track of a payment card.

    >>> is_bank_card(";9999990000000006=30121010000000000?")
    True
    """
    return any(_luhn(one or two) for one, two in _TRACK.findall(text))


def _luhn(number: str) -> bool:
    doubled = (int(figure) * (1 + place % 2) for place, figure in enumerate(reversed(number)))
    return sum(each // 10 + each % 10 for each in doubled) % 10 == 0
