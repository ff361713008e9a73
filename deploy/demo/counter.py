"""Ana at her counter: she presses what the console offers, no faster than a person can."""

from playwright.sync_api import Page, expect

# So soon after an answer the console takes a second press of its big button for a slip of the hand.
BETWEEN_PRESSES_MS = 400
# Writes down, inside the page, when it was clicked last.
WITNESS = 'addEventListener("click", () => { window.clickedAt = Date.now(); }, true);'


class Counter:
    """The console of one counter."""

    def __init__(self, page: Page) -> None:
        page.add_init_script(WITNESS)
        self.page = page
        self._primary = page.locator("#primary")

    def open(self) -> None:
        """Press "Abrir ventanilla"."""
        self._press("Abrir ventanilla")
        expect(self._primary).to_contain_text("Llamar siguiente")

    def give_turn(self, service: str, *, preferential: bool = False) -> str:
        """Give a turn by hand to somebody who came to the counter; its number."""
        self.page.get_by_role("button", name="Dar turno").click()
        group = self.page.get_by_role("region", name="Preferencial" if preferential else "Regular")
        group.get_by_role("button", name=service).click()
        number = self.page.locator(".issued-number").inner_text()
        self.page.get_by_role("button", name="Cerrar", exact=True).click()
        expect(self.page.locator("dialog[open]")).to_have_count(0)
        return number

    def call_next(self) -> float:
        """Press "Llamar siguiente"; when it was pressed, in ms since 1970."""
        self._press("Llamar siguiente")
        return float(self.page.evaluate("window.clickedAt"))

    def attend(self) -> None:
        """Press "Atender": the person came."""
        self._press("Atender")

    def finish(self) -> None:
        """Press "Finalizar"."""
        self._press("Finalizar")
        expect(self._primary).to_contain_text("Llamar siguiente")

    def _press(self, label: str) -> None:
        """Press the big button once it means `label`."""
        expect(self._primary).to_contain_text(label)
        expect(self._primary).to_have_attribute("aria-disabled", "false")
        self.page.wait_for_timeout(BETWEEN_PRESSES_MS)
        self._primary.click()
