"""The address a certificate goes to: what was typed, and whether it will do."""

from dataclasses import replace
from typing import TypeVar

from kiosk.flow.certificate.email_hints import meant, problem_of
from kiosk.flow.facts import Doubt
from kiosk.flow.states import GiveEmail, GiveEmailAgain, GiveNewEmail
from kiosk.flow.world import World

Asking = TypeVar("Asking", GiveEmail, GiveEmailAgain, GiveNewEmail)


def trimmed(email: str | None) -> str | None:
    """The address without the blanks around it; None for no address at all."""
    return None if email is None else email.strip()


def stays(world: World, at: Asking, address: str | None) -> Asking | None:
    """Where the person stays while `address` will not do; None when it will."""
    if address is None:
        # Without a public address the QR is not offered.
        return None if world.public_address else at
    if (problem := problem_of(address)) is not None:
        return replace(at, problem=problem, doubt=None)
    if (suggestion := meant(address)) is None or (at.doubt and at.doubt.typed == address):
        return None
    return replace(at, problem=None, doubt=Doubt(address, suggestion))
