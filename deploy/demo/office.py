"""The office: whoever administers the site admits the display and looks at the whole of it."""

from playwright.sync_api import Page, expect


class Office:
    """The pages of the administrator, in one window."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self._url = url

    def admit_display(self, code: str, name: str) -> None:
        """Type the code a display shows under "Pantallas", and what it shall be called."""
        self.page.goto(f"{self._url}/administration#displays")
        self.page.get_by_label("Código que muestra").fill(code)
        self.page.get_by_label("Nombre").fill(name)
        self.page.get_by_role("button", name="Admitir").click()
        expect(self.page.locator(f'tr[data-name="{name}"]')).to_be_visible()

    def oversee(self) -> None:
        """Open the supervision of the site and wait for its counters."""
        self.page.goto(f"{self._url}/supervisor")
        expect(self.page.locator("#counters > *").first).to_be_visible()

    def read_reports(self) -> None:
        """Open the reports."""
        self.page.goto(f"{self._url}/reports")
