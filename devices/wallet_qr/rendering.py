"""A wallet's code as dark and light modules, for a screen or a printer."""

import segno

QUIET_ZONE = 4
"""Light modules that must surround the code (ISO/IEC 18004: four); they are not part of it."""


def modules(payload: str) -> tuple[tuple[bool, ...], ...]:
    """The QR code of ``payload``: rows from the top, dark modules True, no quiet zone.

    Error correction M: a scratched screen is still read, and 512 characters still fit. Text
    beyond ASCII is UTF-8, as the EMVCo specification wants it.
    """
    encoding = None if payload.isascii() else "utf-8"
    code = segno.make(payload, error="m", micro=False, encoding=encoding)
    return tuple(tuple(bool(module) for module in row) for row in code.matrix)
