"""Listens, among all keys, for those by which staff ask for their code screen."""

from collections.abc import Callable
from uuid import uuid4

from kivy.clock import Clock

from kiosk.flow.staff.events import OpenStaff
from kiosk.staff.combination import Combination


class StaffKeys:
    """`post` takes the wish; the flow grants it where nobody is served, and asks for the code."""

    def __init__(self, post: Callable[[OpenStaff], None]) -> None:
        self._post = post
        self._combination = Combination()

    def press(self, key: str) -> None:
        """A key of keypad or keyboard; "" is a sign of life and no key."""
        if key and self._combination.press(key, Clock.time()):
            self._post(OpenStaff(uuid4()))
