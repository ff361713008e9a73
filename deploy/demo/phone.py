"""A telephone: it follows a turn and an application, and takes the file behind a link."""

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect

# Writes down, inside the page, when its call was painted: the second frame after it was written.
WITNESS = """
let seen = false;
new MutationObserver(() => {
  if (seen || document.getElementById("turn")?.dataset.mood !== "now") return;
  seen = true;
  requestAnimationFrame(() => requestAnimationFrame(() => {
    document.body.dataset.calledAt = String(Date.now());
  }));
}).observe(document, { childList: true, subtree: true });
"""


@dataclass(frozen=True)
class Shown:
    """What the phone says of its turn. `estimate`: "" when the server gives none."""

    number: str
    place: str
    estimate: str


class Phone:
    """One browser on one telephone."""

    def __init__(self, page: Page) -> None:
        page.add_init_script(WITNESS)
        self.page = page

    def follow(self, link: str) -> None:
        """Open the address of the code."""
        self.page.goto(link)
        expect(self.page.locator("body")).to_have_attribute("data-ready", "true")

    def shows_place(self, place: str) -> Shown:
        """Until it says that the turn stands at `place`; all it says then."""
        expect(self.page.locator(".turn-figure")).to_have_text(place)
        facts = self.page.locator(".turn-facts dd").all_inner_texts()
        number = self.page.locator("#turn").get_attribute("data-number") or ""
        return Shown(number, place, " ".join(facts))

    def is_called(self) -> float:
        """Until it says that it is called; when that was painted, in ms since 1970."""
        called = self.page.locator("body[data-called-at]")
        called.wait_for()
        return float(called.get_attribute("data-called-at") or 0)

    def ask_about_application(self, link: str, ending: str) -> str:
        """Open the address in a letter, type the end of the document; the state in plain words."""
        self.page.goto(link)
        self.page.get_by_label("Últimos 4 de su documento").fill(ending)
        self.page.get_by_role("button", name="Consultar").click()
        state = self.page.locator("#state")
        state.wait_for()
        return state.inner_text()

    def open_private_link(self, link: str) -> None:
        """Open what the code on the kiosk's screen leads to."""
        self.page.goto(link)
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Su certificado está listo")

    def take_file(self, path: Path) -> Path:
        """Touch "Descargar PDF"; the file, kept at `path`."""
        with self.page.expect_download() as coming:
            self.page.get_by_role("link", name="Descargar PDF").click()
        coming.value.save_as(path)
        return path
