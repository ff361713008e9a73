"""PURE: the paper of a turn as the server wrote it, cut to what a roll of paper can bear."""

from dataclasses import dataclass
from typing import cast

MAX_LINES = 40
MAX_CHARACTERS = 400  # of one line
MAX_QR_BYTES = 300


@dataclass(frozen=True)
class SlipLine:
    """One line. `style` says how it is printed; a style the kiosk does not know is plain text."""

    style: str
    text: str = ""


def slip_lines(answer: object) -> tuple[SlipLine, ...]:
    """What of a server's `slip` can be printed, within the bounds above.

    Whatever is no line is left out; so is a QR code that is too long: cut, it would lead nowhere.
    """
    listed = cast("list[object]", answer) if isinstance(answer, list) else []
    return tuple(line for each in listed[:MAX_LINES] if (line := _line(each)) is not None)


def _line(answer: object) -> SlipLine | None:
    match answer:
        case {"style": "qr", "text": str(text)}:
            return (
                SlipLine("qr", text)
                if 0 < len(text.encode(errors="replace")) <= MAX_QR_BYTES
                else None
            )
        case {"style": str(style), "text": str(text)}:
            return SlipLine(style, _printable(text)[:MAX_CHARACTERS])
        case _:
            return None


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)
