"""The address a certificate goes to: what was typed, and whether it will do."""

from dataclasses import replace
from typing import TypeVar

from kiosk.flow.facts import EmailProblem
from kiosk.flow.states import GiveEmail, GiveEmailAgain, GiveNewEmail
from kiosk.flow.world import World
from kiosk.order import is_email

Asking = TypeVar("Asking", GiveEmail, GiveEmailAgain, GiveNewEmail)


def trimmed(email: str | None) -> str | None:
    """The address without the blanks around it; None for the QR code alone."""
    return None if email is None else email.strip()


def stays(world: World, at: Asking, address: str | None) -> Asking | None:
    """Where the person stays while `address` will not do; None when it will."""
    if address is None:
        # Without a public address the QR is not offered.
        return None if world.public_address else at
    return None if is_email(address) else replace(at, problem=EmailProblem.INCOMPLETE)
