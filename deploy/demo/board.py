"""The display in the waiting room: from the code it shows to the calls it paints."""

import re

from playwright.sync_api import Page, expect

CODE = re.compile(r"^\d{3} \d{3}$")


class Board:
    """One television. Nobody touches it."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def code(self) -> str:
        """The six digits it shows while nobody has admitted it."""
        shown = self.page.locator("#pairing-code")
        expect(shown).to_have_text(CODE)
        return shown.inner_text().replace(" ", "")

    def goes_live(self) -> None:
        """Until it shows the room, by itself."""
        expect(self.page.locator("body")).to_have_attribute("data-ready", "true")
        expect(self.page.locator("#pairing")).to_be_hidden()

    def paints(self, number: str) -> float:
        """Until the call of `number` is on the glass; when it was, in ms since 1970."""
        call = self.page.locator(f'#newest[data-number="{number}"][data-painted-at]')
        call.wait_for()
        return float(call.get_attribute("data-painted-at") or 0)

    def has_spoken(self) -> None:
        """Until every call was announced to its end: calls never talk over each other."""
        expect(self.page.locator("#newest")).to_have_attribute("data-announcing", "false")
