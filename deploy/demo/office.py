"""The office: whoever administers the site admits the display and looks at the whole of it."""

import time
from base64 import b32decode
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
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

    def pair(self, kiosk: str, code: str) -> None:
        """Type the code that `kiosk` shows into its row of the monitor."""
        self.page.goto(f"{self._url}/monitor")
        row = self.page.locator(f'#pairings li[data-kiosk="{kiosk}"]')
        row.get_by_label(f"Código que muestra {kiosk}").fill(code)
        row.get_by_role("button", name="Autorizar").click()
        expect(row).to_have_attribute("data-state", "paired")

    def oversee(self) -> None:
        """Open the supervision of the site and wait for its counters."""
        self.page.goto(f"{self._url}/supervisor")
        expect(self.page.locator("#counters > *").first).to_be_visible()

    def read_reports(self) -> None:
        """Open the reports."""
        self.page.goto(f"{self._url}/reports")


def make_app_known(page: Page, keep: Path) -> None:
    """Enrol a second factor on the page that asks for it, as a person with a telephone does.

    The recovery codes are written to `keep`, one a line: each lets a visitor of the demo in once.
    """
    secret = page.locator("#secret").text_content() or ""
    app = TOTP(b32decode(secret.replace(" ", "")), 6, SHA1(), 30)
    page.locator('input[name="code"]').fill(app.generate(int(time.time())).decode())
    page.get_by_role("button", name="Activar").click()
    kept = page.locator("#kept")
    expect(kept).to_be_visible()
    keep.write_text("\n".join(page.locator(".recovery code").all_text_contents()) + "\n")
    kept.click()
