"""What people hold in their hands: paper from the printer and e-mails, once they are there."""

import email
import email.policy
import re
import time
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import cast

from deploy.demo.place import Place

ARRIVES_WITHIN_S = 15.0
LOOK_EVERY_S = 0.02


class Unproven(RuntimeError):
    """Something the report would claim is not so; the message says what."""


def slip(place: Place, count: int) -> Path:
    """The `count`-th paper of the day as text, once it is printed."""
    papers = f"{place.spool} holds fewer than {count} slips"
    return _nth(lambda: sorted(place.spool.glob("*.bin")), count, papers).with_suffix(".txt")


def letter_to(place: Place, address: str, count: int, within_s: float = ARRIVES_WITHIN_S) -> Path:
    """The `count`-th e-mail that arrived for `address`. Raises TimeoutError after `within_s`."""
    missing = f"{address} got fewer than {count} e-mails in {within_s:.0f} s"

    def found() -> list[Path]:
        return [
            each for each in sorted(place.mailbox.glob("*.eml")) if _read(each)["To"] == address
        ]

    return _nth(found, count, missing, within_s)


def text_of(letter: Path) -> str:
    """What an e-mail says."""
    body = _read(letter).get_body(("plain",))
    return "" if body is None else body.get_content()


def attachment_of(letter: Path) -> bytes:
    """The PDF an e-mail carries. Raises Unproven when it carries none."""
    for part in _read(letter).iter_attachments():
        if part.get_content_type() == "application/pdf":
            return part.get_content()
    raise Unproven(f"{letter.name} carries no PDF")


def application_on(paper: Path) -> str:
    """The number of the application, as the printer put it on paper."""
    return _on(paper, r"^ *([A-Z]\d+-\d+-[0-9A-Z]) *$", "no number of an application")


def turn_on(paper: Path) -> tuple[str, str]:
    """The number of the turn and the address in the code, as the printer put them on paper."""
    number = _on(paper, r"^ *([A-Z]-\d+) *$", "no number of a turn")
    return number, _on(paper, r"\[QR: (\S+)\]", "no code")


def _on(paper: Path, form: str, missing: str) -> str:
    found = re.search(form, paper.read_text(), re.MULTILINE)
    if not found:
        raise Unproven(f"{paper.name} carries {missing}")
    return found[1]


def _read(letter: Path) -> EmailMessage:
    message = email.message_from_bytes(letter.read_bytes(), policy=email.policy.default)
    return cast(EmailMessage, message)


def _nth(
    look: Callable[[], list[Path]], count: int, missing: str, within_s: float = ARRIVES_WITHIN_S
) -> Path:
    ends = time.monotonic() + within_s
    while time.monotonic() < ends:
        if len(found := look()) >= count:
            return found[count - 1]
        time.sleep(LOOK_EVERY_S)
    raise TimeoutError(missing)
